"""Check digits as pure predicates: true, false, or unknown where there is nothing to check.

A failing check digit is a feature for a rule to look at, never an error: a mistyped number is still what the
client wrote, and a forged one is worth noticing.
"""

import re
from typing import Final

from holdfast.vocabulary.trilean import UNKNOWN, Trilean

_VIN_VALUES: Final = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    "P": 7,
    "R": 9,
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_CHECKED_VIN_REGIONS: Final = frozenset("12345L")
_INN_TEN: Final = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_ELEVEN: Final = (7, *_INN_TEN)
_INN_TWELVE: Final = (3, *_INN_ELEVEN)
_IIN_FIRST: Final = tuple(range(1, 12))
_IIN_SECOND: Final = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_ACCOUNT: Final = (7, 1, 3)
_BANKS_OWN: Final = "30101"


def _digits(value: str, *lengths: int) -> list[int] | None:
    """Read a text of ASCII digits of one of the lengths (any length when none is given)."""
    right = value.isascii() and value.isdigit() and (not lengths or len(value) in lengths)
    return [int(character) for character in value] if right else None


def _weighted(digits: list[int], weights: tuple[int, ...]) -> int:
    """Sum the leading digits, each times its weight."""
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False))


def luhn(number: str) -> Trilean:
    """Check a card number by ISO/IEC 7812-1 annex B; unknown for what is not 12 to 19 digits."""
    digits = _digits(number, *range(12, 20))
    if digits is None:
        return UNKNOWN
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def inn(number: str) -> Trilean:
    """Check a Russian taxpayer number of 10 or 12 digits (order of the Federal Tax Service MM-7-6/435)."""
    digits = _digits(number, 10, 12)
    if digits is None:
        return UNKNOWN
    if len(digits) == 10:
        return _weighted(digits, _INN_TEN) % 11 % 10 == digits[9]
    first = _weighted(digits, _INN_ELEVEN) % 11 % 10 == digits[10]
    return first and _weighted(digits, _INN_TWELVE) % 11 % 10 == digits[11]


def iin(number: str) -> Trilean:
    """Check a Kazakh IIN or BIN: twelve digits, the last from two passes of weights.

    Source: Kazakhstan's rules for forming identification numbers; a number that gives 10 twice is never issued.
    """
    digits = _digits(number, 12)
    if digits is None:
        return UNKNOWN
    rest = _weighted(digits, _IIN_FIRST) % 11
    if rest == 10:
        rest = _weighted(digits, _IIN_SECOND) % 11
    return rest != 10 and rest == digits[11]


def account_key(account: str, bic: str | None) -> Trilean:
    """Check the key of a 20-digit Russian account against the BIC of its bank; unknown without both.

    An account at the Bank of Russia (a BIC that ends in 000 to 002, or a bank's own account 30101) is checked by
    digits 5 and 6 of the BIC after a zero, any other by its last three. Source: Bank of Russia rule 515 of 1997.
    """
    account_digits = _digits(account, 20)
    bank = _digits(bic or "", 9)
    if account_digits is None or bank is None:
        return UNKNOWN
    own = account.startswith(_BANKS_OWN) or bank[6:] in ([0, 0, 0], [0, 0, 1], [0, 0, 2])
    digits = ([0, bank[4], bank[5]] if own else bank[6:]) + account_digits
    return sum(digit * _ACCOUNT[place % 3] for place, digit in enumerate(digits)) % 10 == 0


def iban(account: str) -> Trilean:
    """Check an IBAN by ISO 13616 (remainder of 97); unknown for what is not written as one."""
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", account, re.ASCII):
        return UNKNOWN
    return int("".join(str(int(c, 36)) for c in account[4:] + account[:4])) % 97 == 1


def snils(number: str) -> Trilean:
    """Check a SNILS of eleven digits; unknown up to 001-001-998, which carry no check.

    Source: resolution of the Pension Fund 192p of 2006.
    """
    digits = _digits(number, 11)
    if digits is None or int(number[:9]) <= 1_001_998:
        return UNKNOWN
    return _weighted(digits, tuple(range(9, 0, -1))) % 101 % 100 == digits[9] * 10 + digits[10]


def vin(number: str) -> Trilean:
    """Check the ninth character of a VIN; unknown outside North America and China, where it need not be a check.

    Source: ISO 3779 for the characters, 49 CFR 565.15 and GB 16735 for the duty to carry the check.
    """
    if len(number) != 17 or any(character not in _VIN_VALUES for character in number):
        return UNKNOWN
    total = sum(_VIN_VALUES[character] * weight for character, weight in zip(number, _VIN_WEIGHTS, strict=True))
    holds = number[8] == "0123456789X"[total % 11]
    return holds if holds or number[0] in _CHECKED_VIN_REGIONS else UNKNOWN
