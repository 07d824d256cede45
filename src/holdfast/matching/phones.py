"""Phone numbers as E.164: `+` and at most fifteen digits."""

import re
from functools import lru_cache
from typing import Final

import phonenumbers

from holdfast.matching.characters import plain
from holdfast.vocabulary.errors import InvalidError

_SPELLING: Final = str.maketrans("", "", " \t-()./")
_SEVEN: Final = re.compile(r"(?:\+7|7|8)([3-9]\d{9})", re.ASCII)
_NORMAL: Final = re.compile(r"\+7[3-9]\d{9}", re.ASCII)
_REMEMBERED: Final = 16_384  # readings, for those of the library take long
_HOMES_OF_SEVEN: Final = frozenset({"RU", "KZ"})
_HINT: Final = "give the number with its country code, such as `+79161234567`"


def phone(value: str, *, home: str = "RU") -> str:
    """Normalise a phone number to E.164, reading a number without country code as one of the region `home`.

    Under a home of RU or KZ `8916...` and `7916...` both mean `+7916...`; a number with a foreign country code
    but no `+` is recognised where it cannot be one of the home region. Raises InvalidError for what no numbering
    plan has. Source: ITU-T E.164 and the metadata of libphonenumber.
    """
    if home in _HOMES_OF_SEVEN and _NORMAL.fullmatch(value):
        return value
    text = plain(value)
    if home in _HOMES_OF_SEVEN:
        short = _SEVEN.fullmatch(text.translate(_SPELLING))
        if short:
            return f"+7{short[1]}"
    return _read(text, home)


@lru_cache(maxsize=_REMEMBERED)
def _read(text: str, home: str) -> str:
    """Try the home region, then an international number whose `+` was left out; a valid reading goes first."""
    readings = [number for number in (_parse(text, home), _parse(_with_plus(text), None)) if number is not None]
    for accepts in (phonenumbers.is_valid_number, phonenumbers.is_possible_number):
        for number in readings:
            if accepts(number):
                return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    raise InvalidError("the value is not a phone number", hint=_HINT)


def _with_plus(text: str) -> str:
    """Write a bare or `00` number as an international one."""
    return text if text.startswith("+") else "+" + text.removeprefix("00")


def _parse(text: str, home: str | None) -> phonenumbers.PhoneNumber | None:
    """Parse one reading; what cannot be parsed is no reading."""
    try:
        return phonenumbers.parse(text, home)
    except phonenumbers.NumberParseException:
        return None
