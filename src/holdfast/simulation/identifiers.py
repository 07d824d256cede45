"""Numbers of invented persons and firms, with check digits that hold.

Every function turns a small running number into an identifier by a multiplication that is a bijection, so
that two numbers never share one. The ranges are chosen so that no living holder exists: tax numbers of a
region code that is not in use, phones of codes that are not given out, bank codes of no bank.
"""

from typing import Final

SPACE: Final = 10**7  # running numbers stay below this, the size of a phone code
_STRIDE: Final = 7_368_787  # odd and no multiple of five: a bijection modulo every power of ten
_ACCOUNT_WEIGHTS: Final = (7, 1, 3) * 8
_INN_ORGANISATION: Final = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_FIRST: Final = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_SECOND: Final = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_IIN_FIRST: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_IIN_SECOND: Final = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_KZ_BANK_NAMES: Final = ("TDAL", "QRSP", "BLKT", "ZHLN", "OTRK", "SRMK")


def spread(n: int, size: int = SPACE) -> int:
    """Scatter a running number over `size` (a power of ten), without two meeting."""
    return n * _STRIDE % size


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    """Sum the digits with their weights."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def luhn_digit(digits: str) -> int:
    """Give the digit that completes a card number."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 - place % 2)
        total += value - 9 if value > 9 else value
    return -total % 10


def card(n: int) -> str:
    """Give a 16-digit card number of no payment system (leading digit nine), Luhn-valid."""
    digits = f"95000000{spread(n):07d}"
    return f"{digits}{luhn_digit(digits)}"


def ru_bic(bank: int) -> str:
    """Give a nine-digit bank code of a territory that has no banks."""
    return f"046200{100 + bank:03d}"


def ru_account(n: int, bic: str, balance: str = "40817") -> str:
    """Give a 20-digit rouble account whose key fits the bank's code; `balance` is the account's class."""
    head, tail = f"{balance}810", f"0101{spread(n):07d}"
    key = _weighted(f"{bic[-3:]}{head}0{tail}", _ACCOUNT_WEIGHTS) * 3 % 10
    return f"{head}{key}{tail}"


def ru_inn(n: int) -> str:
    """Give a 12-digit tax number of a person, in a region code that is not in use."""
    digits = f"980{spread(n):07d}"
    digits += str(_weighted(digits, _INN_FIRST) % 11 % 10)
    return digits + str(_weighted(digits, _INN_SECOND) % 11 % 10)


def ru_inn_organisation(n: int) -> str:
    """Give a 10-digit tax number of a firm, in a region code that is not in use."""
    digits = f"98{spread(n):07d}"
    return digits + str(_weighted(digits, _INN_ORGANISATION) % 11 % 10)


def _with_kz_check(digits: str) -> str | None:
    """Complete eleven digits to an IIN or BIN; none if both rounds give ten, as the rule forbids."""
    check = _weighted(digits, _IIN_FIRST) % 11
    if check == 10:
        check = _weighted(digits, _IIN_SECOND) % 11
    return None if check == 10 else f"{digits}{check}"


def _first_valid(prefix: str, serial: int) -> str:
    """Take the first serial number from `serial` on that has a check digit; numbers in the 9000s are not given out."""
    while True:
        number = _with_kz_check(f"{prefix}{9000 + serial % 1000:04d}")
        if number:
            return number
        serial += 1


def kz_iin(n: int) -> str:
    """Give a 12-digit individual number: date of birth, century and sex digit, serial, check."""
    mixed = spread(n)
    year, month, day = 1955 + mixed % 50, 1 + mixed // 50 % 12, 1 + mixed // 600 % 28
    century = (3 if year < 2000 else 5) + mixed // 16_800 % 2
    return _first_valid(f"{year % 100:02d}{month:02d}{day:02d}{century}", mixed // 33_600 * 3)


def kz_bin(n: int) -> str:
    """Give a 12-digit business number: year and month of registration, kind, serial, check."""
    mixed = spread(n)
    return _first_valid(f"{mixed % 25:02d}{1 + mixed // 25 % 12:02d}40{mixed // 300 % 10}", mixed // 3000)


def kz_bic(bank: int) -> str:
    """Give an eight-letter bank code of no bank."""
    return f"{_KZ_BANK_NAMES[bank % len(_KZ_BANK_NAMES)]}KZKX"


def kz_account(n: int, bank: int) -> str:
    """Give a 20-character IBAN of a bank code that is not in use, with its two check digits."""
    body = f"{990 + bank % 10:03d}000000{spread(n):07d}"
    check = 98 - int(f"{body}203500") % 97  # K is 20, Z is 35, then two zeros
    return f"KZ{check:02d}{body}"


def ru_phone(n: int) -> str:
    """Give a Russian mobile number of a code that is not given out."""
    return f"+7973{spread(n):07d}"


def kz_phone(n: int) -> str:
    """Give a Kazakh mobile number of a code that is not given out."""
    return f"+7790{spread(n):07d}"
