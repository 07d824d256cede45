"""Check digits answer true, false, or unknown, and never raise."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.matching import check_digits as check
from holdfast.vocabulary.trilean import UNKNOWN, Trilean

Predicate = Callable[[str], Trilean]

ANSWERS: list[tuple[Predicate, str, Trilean]] = [
    (check.luhn, "4111111111111111", True),
    (check.luhn, "4111111111111112", False),
    (check.luhn, "378282246310005", True),
    (check.luhn, "41", UNKNOWN),
    (check.inn, "7707083893", True),
    (check.inn, "7707083894", False),
    (check.inn, "500100732259", True),
    (check.inn, "500100732258", False),
    (check.inn, "500100732249", False),
    (check.inn, "77070838", UNKNOWN),
    (check.iin, "80010130012X", UNKNOWN),
    (check.iban, "DE89370400440532013000", True),
    (check.iban, "DE88370400440532013000", False),
    (check.iban, "40817810000000000001", UNKNOWN),
    (check.snils, "11223344595", True),
    (check.snils, "11223344596", False),
    (check.snils, "00100199800", UNKNOWN),
    (check.vin, "1M8GDM9AXKP042788", True),
    (check.vin, "11111111111111111", True),
    (check.vin, "1M8GDM9A1KP042788", False),
    (check.vin, "XTA210930Y2696785", UNKNOWN),
    (check.vin, "1M8GDM9AXKP04278", UNKNOWN),
]


@pytest.mark.parametrize(("predicate", "value", "answer"), ANSWERS)
def test_known_numbers(predicate: Predicate, value: str, answer: Trilean) -> None:
    """Published numbers pass, the same with one digit changed fail, what cannot be checked is unknown."""
    assert predicate(value) is answer


def test_an_account_is_checked_with_its_bank() -> None:
    """The key of an account holds only with the BIC of its bank; without one it is unknown."""
    own = "30101810400000000225"
    assert check.account_key(own, "044525225") is True
    assert check.account_key("30101810500000000225", "044525225") is False
    assert check.account_key("30101810200000000593", "044525593") is True
    assert check.account_key(own, None) is UNKNOWN
    assert check.account_key("KZ86125KZT5004100100", "044525225") is UNKNOWN


@given(st.integers(0, 10**19 - 1), st.integers(3, 999))
def test_exactly_one_key_digit_fits_an_account(number: int, bank: int) -> None:
    """Of the ten values of the ninth digit exactly one passes, at a bank and at an office of the Bank of Russia."""
    digits = f"{number:019d}"
    accounts = [f"4{digits[:7]}{key}{digits[8:]}" for key in range(10)]
    for bic in (f"044525{bank:03d}", "044525001"):
        assert sum(check.account_key(account, bic) is True for account in accounts) == 1


@given(st.integers(0, 10**11 - 1))
def test_at_most_one_last_digit_fits_an_iin(number: int) -> None:
    """An IIN has at most one right last digit, and none where the number may not be issued."""
    assert sum(check.iin(f"{number:011d}{last}") is True for last in range(10)) <= 1


def test_an_iin_of_known_parts_passes() -> None:
    """The weights 1 to 11 give the check digit by hand: 8+0+0+4+0+6+21+0+0+10+22 = 71, remainder 5."""
    assert check.iin("800101300125") is True
    assert check.iin("800101300124") is False


@given(st.text(max_size=40))
def test_rubbish_is_unknown_or_answered(text: str) -> None:
    """No text makes a predicate raise."""
    for predicate in (check.luhn, check.inn, check.iin, check.iban, check.snils, check.vin):
        assert predicate(text) in {True, False, UNKNOWN}
