"""What a number says by itself: the plans of Kazakhstan and Russia with their traps, and numbers of no country."""

import pytest

from holdfast.matching.phone_facts import NOWHERE, PhonePattern, PhoneType, read_phone
from holdfast.vocabulary.errors import InvalidError

MOBILE_KZ = [700, 701, 702, 705, 706, 707, 708, 747, *range(760, 765), 771, *range(775, 779), 785]
ODD_KZ = [703, 704, 709, 710, 711, 720, 730, 740, 750, 759, 770, 779, 786, 790, 799]


@pytest.mark.parametrize("code", MOBILE_KZ)
def test_mobile_ranges_of_kazakhstan_are_domestic(code: int) -> None:
    """Each range that Kazakhstan's operators hold is valid, mobile and from home."""
    facts = read_phone(f"+7{code}5550142", home="KZ")
    assert (facts.region, facts.valid, facts.type, facts.foreign) == ("KZ", True, PhoneType.MOBILE, False)


@pytest.mark.parametrize("code", ODD_KZ)
def test_the_rest_of_the_range_of_kazakhstan_is_unassigned_and_not_foreign(code: int) -> None:
    """The region says Kazakhstan and nothing more: such a number is not valid, and not from abroad either."""
    facts = read_phone(f"+7{code}5550142", home="KZ")
    assert (facts.region, facts.valid, facts.type, facts.foreign) == ("KZ", False, PhoneType.UNASSIGNED, False)


@pytest.mark.parametrize(
    ("written", "valid", "kind"),
    [
        ("+7 7172 55 01 42", True, PhoneType.FIXED),
        ("+7 727 255 01 42", True, PhoneType.FIXED),
        ("+7 7111 55 01 42", False, PhoneType.UNASSIGNED),
        ("+7 7201 55 01 42", False, PhoneType.UNASSIGNED),
        ("+7 751 555 01 42", True, PhoneType.VOIP),
    ],
)
def test_fixed_lines_and_calls_over_the_internet_of_kazakhstan(written: str, kind: PhoneType, *, valid: bool) -> None:
    """71x and 72x are fixed only where an area has them; 751 is voice over the internet."""
    facts = read_phone(written, home="KZ")
    assert (facts.region, facts.valid, facts.type, facts.foreign) == ("KZ", valid, kind, False)


@pytest.mark.parametrize("home", ["KZ", "RU"])
@pytest.mark.parametrize("first", ["600", "650", "699", "500", "555", "200", "250", "000", "055"])
def test_ranges_that_no_plan_has_are_unassigned_and_of_unknown_country(first: str, home: str) -> None:
    """Nobody can have such a number, so it is not a number from abroad: unassigned is not foreign."""
    facts = read_phone(f"+7{first}5550142", home=home)
    assert (facts.region, facts.valid, facts.type, facts.foreign) == (None, False, PhoneType.UNASSIGNED, None)


@pytest.mark.parametrize("code", [916, 900, 999, 978, 365, 869, 940, 840, 343, 495, 499, 812, 862])
def test_numbers_of_russia_are_foreign_in_kazakhstan_and_domestic_in_russia(code: int) -> None:
    """The country code is the same; the region is not, Crimea and Abkhazia included as the plan has them."""
    written = f"+7{code}2550142"
    abroad, at_home = read_phone(written, home="KZ"), read_phone(written, home="RU")
    assert (abroad.region, abroad.foreign) == ("RU", True)
    assert (at_home.region, at_home.foreign) == ("RU", False)


def test_numbers_of_kazakhstan_are_foreign_in_russia() -> None:
    """What is at home on one side of the border is from abroad on the other."""
    assert read_phone("+77015550142", home="RU").foreign is True


@pytest.mark.parametrize("home", ["KZ", "RU"])
@pytest.mark.parametrize(
    "written", ["8701 555 01 42", "7015550142", "8(701)5550142", "８７０１５５５０１４２", "77015550142"]
)
def test_every_spelling_gives_one_number(written: str, home: str) -> None:
    """Whichever of the two countries is home, the number is kept in one form and is one of Kazakhstan."""
    facts = read_phone(written, home=home)
    assert (facts.e164, facts.region, facts.foreign) == ("+77015550142", "KZ", home == "RU")


@pytest.mark.parametrize(
    "written", ["+7701123456O", "+77015550142O", "+7701555О142", "8701-ALMATY1", "+7 701 555 01 42 ext. 5", "call me"]
)
def test_a_letter_is_never_a_digit(written: str) -> None:
    """A Latin or Cyrillic O, a word on the keypad or an extension is refused, never dropped."""
    with pytest.raises(InvalidError):
        read_phone(written, home="KZ")


@pytest.mark.parametrize("written", ["", "  ", "12", "+7701123456", "+99912345678", "+7701555014212", "()"])
def test_what_no_plan_can_have_is_refused(written: str) -> None:
    """Too short, too long, or of a country that does not exist."""
    with pytest.raises(InvalidError):
        read_phone(written, home="KZ")


def test_a_country_is_compared_with_the_islands_on_its_plan() -> None:
    """+44 7911 is Guernsey's: not from abroad in Britain, and from abroad in Kazakhstan."""
    assert read_phone("+447911123456", home="GB").region == "GG"
    assert read_phone("+447911123456", home="GB").foreign is False
    assert read_phone("+447400123456", home="GG").foreign is False
    assert read_phone("+447911123456", home="KZ").foreign is True


def test_north_america_keeps_mobile_and_fixed_together_and_countries_apart() -> None:
    """The type is not known there, and Canada is abroad for the United States."""
    facts = read_phone("+12025550142", home="US")
    assert (facts.region, facts.type, facts.foreign) == ("US", PhoneType.FIXED_OR_MOBILE, False)
    assert read_phone("+14165550142", home="US").foreign is True


@pytest.mark.parametrize(
    ("written", "e164", "valid"),
    [
        ("+883 5100 1234 5678", "+883510012345678", True),
        ("+878 10 1234567890", "+878101234567890", True),
        ("+878 1234567890", "+8781234567890", False),
        ("+888 0123 4567", "+88801234567", False),
        ("00888 0123 4567", "+88801234567", False),
    ],
)
@pytest.mark.parametrize("home", ["KZ", "RU", "GB"])
def test_numbers_of_no_country_are_virtual_and_foreign_everywhere(
    written: str, e164: str, home: str, *, valid: bool
) -> None:
    """Anonymous and universal personal numbers are read although no plan finds them possible."""
    facts = read_phone(written, home=home)
    assert (facts.e164, facts.region, facts.valid, facts.type, facts.foreign) == (
        e164,
        NOWHERE,
        valid,
        PhoneType.VIRTUAL,
        True,
    )


def test_services_keep_their_kind() -> None:
    """A free or dear number is no person's, at home and in no country alike."""
    assert read_phone("+78005550142", home="RU").type is PhoneType.TOLL_FREE
    assert read_phone("+78095550142", home="RU").type is PhoneType.PREMIUM
    assert read_phone("+80012345678", home="RU").type is PhoneType.TOLL_FREE


@pytest.mark.parametrize(
    ("written", "pattern"),
    [
        ("+77777777777", PhonePattern.REPEATED),
        ("+77000000000", PhonePattern.ZEROS),
        ("+77011111111", PhonePattern.REPEATED),
        ("+79160000000", PhonePattern.ZEROS),
        ("+77011234567", PhonePattern.SEQUENTIAL),
        ("+77017654321", PhonePattern.SEQUENTIAL),
        ("+77010123456", PhonePattern.SEQUENTIAL),
        ("+77774567890", PhonePattern.SEQUENTIAL),
        ("+77770000001", None),
        ("+77015550142", None),
        ("+77011234568", None),
    ],
)
def test_numbers_that_look_made_up_are_named_and_stay_valid(written: str, pattern: PhonePattern | None) -> None:
    """One digit seven times, zeros, or a run up or down; a look alone makes no number invalid."""
    facts = read_phone(written, home="KZ")
    assert (facts.pattern, facts.valid) == (pattern, True)
