"""Every kind of identifier has one form, and what cannot be of its kind is refused with a pointer."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from holdfast.matching.identifiers import Identity, alike, identify, normalise, normalise_bic, normalise_entry
from holdfast.matching.phones import _read, phone
from holdfast.vocabulary.errors import InvalidError, ListError
from holdfast.vocabulary.lists import ListEntry, ListKind

SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

SAME = [
    (ListKind.PHONE, "8 (916) 123-45-67", "+79161234567"),
    (ListKind.PHONE, "89161234567", "+79161234567"),
    (ListKind.PHONE, "79161234567", "+79161234567"),
    (ListKind.PHONE, "+7 916 123 45 67", "+79161234567"),
    (ListKind.PHONE, "9161234567", "+79161234567"),
    (ListKind.PHONE, "\u200b8916\u00a01234567", "+79161234567"),
    (ListKind.PHONE, "８９１６１２３４５６７", "+79161234567"),
    (ListKind.PHONE, "8 10 998 90 123-45-67", "+998901234567"),
    (ListKind.PHONE, "998901234567", "+998901234567"),
    (ListKind.PHONE, "00998901234567", "+998901234567"),
    (ListKind.PHONE, "+44 20 7946 0958", "+442079460958"),
    (ListKind.SBP_PHONE, "8-916-123-45-67", "+79161234567"),
    (ListKind.ACCOUNT, "40817 810 0 0000 0000001", "40817810000000000001"),
    (ListKind.ACCOUNT, "kz86 125k zt50 0410 0100", "KZ86125KZT5004100100"),
    (ListKind.CARD, "4111 1111-1111 1111", "4111111111111111"),
    (ListKind.INN, " 7707083893 ", "7707083893"),
    (ListKind.INN, "500100732259", "500100732259"),
    (ListKind.IIN, "800101 300 123", "800101300123"),
    (ListKind.BIN, "990340000123", "990340000123"),
    (ListKind.PASSPORT_HASH, SHA.upper(), SHA),
    (ListKind.SNILS_HASH, f" {SHA}\n", SHA),
    (ListKind.EWALLET, "4100 1234 5678", "410012345678"),
    (ListKind.EWALLET, "r123abc", "R123ABC"),
    (ListKind.SWIFT, "sabrrumm", "SABRRUMM"),
    (ListKind.SWIFT, "SABRRUMMXXX", "SABRRUMM"),
    (ListKind.SWIFT, "DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
    (ListKind.ATM, " ATM-000 17 ", "ATM-000 17"),
    (ListKind.DEVICE, "\ufeffd-1\t", "d-1"),
    (ListKind.SELLER, " s-1", "s-1"),
    (ListKind.DOMAIN, "OLX.KZ.", "olx.kz"),
    (ListKind.DOMAIN, "Пример.РФ", "xn--e1afmkfd.xn--p1ai"),
    (ListKind.DOMAIN, "xn--e1afmkfd.xn--p1ai", "xn--e1afmkfd.xn--p1ai"),
    (ListKind.DOMAIN, "ol\u00adx。kz", "olx.kz"),
    (ListKind.DOMAIN, "straße.de", "xn--strae-oqa.de"),
    (ListKind.IP, "198.51.100.7", "198.51.100.7"),
    (ListKind.IP, "2001:DB8:0:0::1", "2001:db8::1"),
    (ListKind.IP, "[::ffff:198.51.100.7]", "198.51.100.7"),
    (ListKind.VIN, "1m8gdm9axkp042788", "1M8GDM9AXKP042788"),
    (ListKind.VIN, "ХТА 210930Y2696785", "XTA210930Y2696785"),
    (ListKind.VIN, "XTA21O93OY2696785", "XTA210930Y2696785"),
    (ListKind.PLATE, "а 123 вс 77", "A123BC77"),
    (ListKind.PLATE, "A123BC-77", "A123BC77"),
    (ListKind.PLATE, "123 ABC 02", "123ABC02"),
]

REFUSED = [
    (ListKind.PHONE, "12"),
    (ListKind.PHONE, "call me"),
    (ListKind.PHONE, "+7916123456789012"),
    (ListKind.ACCOUNT, "4081781000000000000"),
    (ListKind.ACCOUNT, "4081781000000000000X"),
    (ListKind.CARD, "411111******1111"),
    (ListKind.CARD, "41111111111"),
    (ListKind.INN, "77070838931"),
    (ListKind.INN, "٧٧٠٧٠٨٣٨٩٣"),
    (ListKind.IIN, "80010130012"),
    (ListKind.BIN, "99034000012A"),
    (ListKind.PASSPORT_HASH, SHA[:-1]),
    (ListKind.PASSPORT_HASH, "g" * 64),
    (ListKind.SWIFT, "S"),
    (ListKind.SWIFT, "ООО Ромашка"),
    (ListKind.DOMAIN, "https://olx.kz/pay"),
    (ListKind.DOMAIN, "localhost"),
    (ListKind.DOMAIN, "198.51.100.7"),
    (ListKind.DOMAIN, "a..kz"),
    (ListKind.DOMAIN, "-a.kz"),
    (ListKind.DOMAIN, f"{'a' * 64}.kz"),
    (ListKind.DOMAIN, "☺☹/.kz"),
    (ListKind.IP, "198.51.100.0/24"),
    (ListKind.IP, "198.051.100.7"),
    (ListKind.IP, "fe80::1%eth0"),
    (ListKind.VIN, "1M8GDM9AXKP04278"),
    (ListKind.PLATE, "ABC"),
    (ListKind.PLATE, "A1"),
    (ListKind.DEVICE, " \u200b "),
    (ListKind.DEVICE, "d" * 1_025),
]


@pytest.mark.parametrize(("kind", "written", "form"), SAME)
def test_every_writing_of_a_value_has_one_form(kind: ListKind, written: str, form: str) -> None:
    """Spaces, dashes, case, alphabets and prefixes do not tell one identifier from another."""
    assert normalise(kind, written) == form
    assert normalise(kind, form) == form


def test_the_table_has_every_kind() -> None:
    """No kind of list entry is without a normal form."""
    assert {kind for kind, _, _ in SAME} == set(ListKind)


@pytest.mark.parametrize(("kind", "written"), REFUSED)
def test_what_cannot_be_of_its_kind_is_refused(kind: ListKind, written: str) -> None:
    """A value that can match nothing is an error with a hint, not a silent entry."""
    with pytest.raises(InvalidError) as caught:
        normalise(kind, written)
    assert caught.value.advice


@pytest.mark.parametrize(
    ("written", "home", "form"),
    [
        ("87011234567", "KZ", "+77011234567"),
        ("7011234567", "KZ", "+77011234567"),
        ("79161234567", "KZ", "+79161234567"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("79161234567", "GB", "+79161234567"),
    ],
)
def test_a_phone_without_country_code_is_read_at_home(written: str, home: str, form: str) -> None:
    """The home region decides what a number without country code means."""
    assert phone(written, home=home) == form


@given(st.from_regex(r"(\+7|7|8)(9\d{2}|70[0-8])\d{7}", fullmatch=True), st.sampled_from(["RU", "KZ"]))
def test_the_short_way_for_phones_agrees_with_the_metadata(written: str, home: str) -> None:
    """The fast path gives what libphonenumber gives wherever that finds a number of the zone +7."""
    assert phone(written, home=home) == _read(written, home)


@given(st.text(max_size=40), st.sampled_from(list(ListKind)))
@example("A\u00b4", ListKind.EWALLET)
@example("A\u200d\u0301", ListKind.EWALLET)
def test_a_normal_form_is_normal(written: str, kind: ListKind) -> None:
    """Normalising twice changes nothing, and nothing but an InvalidError comes out of rubbish."""
    try:
        form = normalise(kind, written)
    except InvalidError:
        return
    assert normalise(kind, form) == form


@pytest.mark.parametrize("written", ["-", "– —", "\x00", "-\t-"])
def test_what_consists_of_separators_is_no_identifier(written: str) -> None:
    """Dashes and control characters alone would all be the same empty wallet, and match each other."""
    with pytest.raises(InvalidError):
        normalise(ListKind.EWALLET, written)


def test_a_bic_narrows_accounts_only() -> None:
    """The BIC stays beside an account and falls away from a card."""
    account = identify(ListKind.ACCOUNT, "40817810000000000001", bic=" 044525225 ")
    assert account == Identity(kind=ListKind.ACCOUNT, value="40817810000000000001", bic="044525225")
    assert identify(ListKind.CARD, "4111111111111111", bic="044525225").bic is None


def test_an_account_abroad_needs_its_swift_code() -> None:
    """A number of another length is an account only beside the SWIFT code of a bank."""
    assert identify(ListKind.ACCOUNT, "1180 0001 2345 6789", bic="demikg22").value == "1180000123456789"
    with pytest.raises(InvalidError) as caught:
        identify(ListKind.ACCOUNT, "1180000123456789")
    assert caught.value.pointer == "/value"


def test_bics_are_nine_digits_or_swift() -> None:
    """A bank's code is Russian or SWIFT; the head office is the same bank with and without `XXX`."""
    assert normalise_bic("044525225") == "044525225"
    assert normalise_bic("caspkzkaXXX") == "CASPKZKA"
    assert normalise_bic("CASPKZKA001") == "CASPKZKA001"
    with pytest.raises(InvalidError):
        normalise_bic("44525225")


def test_an_entry_is_normalised_whole_or_refused_with_its_field() -> None:
    """The pointer of a list error names the field that is wrong."""
    raw = ListEntry(kind=ListKind.ACCOUNT, value="40817 81000 00000 00001", bic="044525225", reason="r")
    assert normalise_entry(raw).value == "40817810000000000001"
    assert normalise_entry(raw).reason == "r"
    for entry, pointer in (
        (ListEntry(kind=ListKind.ACCOUNT, value="40817810000000000001", bic="1"), "/bic"),
        (ListEntry(kind=ListKind.INN, value="x"), "/value"),
    ):
        with pytest.raises(ListError) as caught:
            normalise_entry(entry)
        assert caught.value.pointer == pointer


def test_a_normal_entry_comes_back_as_it_is() -> None:
    """No copy is made of an entry that needs no change."""
    entry = ListEntry(kind=ListKind.PHONE, value="+79161234567")
    assert normalise_entry(entry) is entry


def test_a_phone_is_looked_for_among_fast_payments_too() -> None:
    """The feeds keep phones and phones of fast payments apart; a transfer's phone can be either."""
    assert alike(ListKind.PHONE) == (ListKind.PHONE, ListKind.SBP_PHONE)
    assert alike(ListKind.CARD) == (ListKind.CARD,)
