"""Invented numbers: their check digits hold, they never meet, and nobody can own them."""

import phonenumbers
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.simulation import identifiers as ids
from holdfast.simulation.strangers import FIRST_STRANGER, by_details, ring_member, stranger

NUMBERS = st.integers(0, ids.SPACE - 1)


@settings(max_examples=60)
@given(NUMBERS)
def test_russian_numbers_have_valid_checks(n: int) -> None:
    """Tax numbers, accounts and cards pass the public check-digit rules."""
    inn = [int(digit) for digit in ids.ru_inn(n)]
    first = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
    second = (3, *first)
    assert sum(a * b for a, b in zip(first, inn, strict=False)) % 11 % 10 == inn[10]
    assert sum(a * b for a, b in zip(second, inn, strict=False)) % 11 % 10 == inn[11]
    bic = ids.ru_bic(3)
    digits = bic[-3:] + ids.ru_account(n, bic)
    assert sum(int(d) * w % 10 for d, w in zip(digits, (7, 1, 3) * 8, strict=False)) % 10 == 0
    card = ids.card(n)
    assert ids.luhn_digit(card[:-1]) == int(card[-1])


@settings(max_examples=60)
@given(NUMBERS)
def test_kazakh_numbers_have_valid_checks(n: int) -> None:
    """IIN, BIN and IBAN pass the public check-digit rules, and the date of birth is a date."""
    for number in (ids.kz_iin(n), ids.kz_bin(n)):
        digits = [int(digit) for digit in number]
        check = sum(digit * weight for digit, weight in zip(digits, range(1, 12), strict=False)) % 11
        if check == 10:
            second = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
            check = sum(digit * weight for digit, weight in zip(digits, second, strict=False)) % 11
        assert check == digits[11]
    iin = ids.kz_iin(n)
    assert 1 <= int(iin[2:4]) <= 12
    assert 1 <= int(iin[4:6]) <= 28
    iban = ids.kz_account(n, 2)
    assert len(iban) == 20
    assert int("".join(str(int(c, 36)) for c in iban[4:] + iban[:4])) % 97 == 1


@settings(max_examples=40)
@given(NUMBERS, NUMBERS)
def test_two_people_share_no_number(first: int, second: int) -> None:
    """Different running numbers give different identifiers."""
    if first != second:
        assert ids.ru_phone(first) != ids.ru_phone(second)
        assert ids.ru_inn(first)[:10] != ids.ru_inn(second)[:10]
        assert ids.card(first) != ids.card(second)


def test_phones_belong_to_their_country() -> None:
    """Numbers read as Russian and Kazakh ones, of codes that are not given out."""
    for number, region in ((ids.ru_phone(77), "RU"), (ids.kz_phone(77), "KZ")):
        assert phonenumbers.region_code_for_number(phonenumbers.parse(number)) == region


def test_kinds_of_people_do_not_meet() -> None:
    """Clients, rings and strangers have ranges of their own."""
    assert ring_member(2_990, 31) < FIRST_STRANGER <= stranger(0)
    assert stranger(10**9) < ids.SPACE
    assert by_details("ru", 5)["bic"] != ids.ru_bic(0)
