"""The ground under every identifier: characters that look alike or cannot be seen are made one."""

import unicodedata
from typing import Final

from holdfast.vocabulary.errors import InvalidError

LONGEST: Final = 1_024
"""No identifier is longer; a longer text is refused before any work is done on it."""

_CYRILLIC: Final = str.maketrans("АВЕКМНОРСТУХІЅЈҮҺ", "ABEKMHOPCTYXISJYH")
_SEPARATORS: Final = frozenset({"Zs", "Zl", "Zp", "Cf", "Cc", "Pd"})


def plain(value: str) -> str:
    """Give the compatibility form of a text without what surrounds it and without invisible characters.

    Full-width digits become digits, a no-break space a space; soft hyphens, zero-width characters and byte order
    marks vanish. Raises InvalidError for an empty text and one that is too long.
    """
    if len(value) > LONGEST:
        raise InvalidError("the value is too long for an identifier", hint=f"give at most {LONGEST} characters")
    if not value.isascii():
        seen = "".join(c for c in unicodedata.normalize("NFKC", value) if unicodedata.category(c) != "Cf")
        value = unicodedata.normalize("NFKC", seen)  # what stood apart may have come together
    value = value.strip()
    if not value:
        raise InvalidError("the value is empty", hint="leave the entry out, or give its value")
    return value


def compact(value: str) -> str:
    """Give `plain` without spaces, dashes and control characters inside; InvalidError when nothing is left."""
    value = plain(value)
    if value.isalnum():
        return value
    found = "".join(c for c in value if unicodedata.category(c) not in _SEPARATORS and c != "−")
    if not found:
        raise InvalidError("the value has no letter and no digit", hint="leave the entry out, or give its value")
    return unicodedata.normalize("NFKC", found)


def latin(value: str) -> str:
    """Give the upper-case text with each Cyrillic letter that has a Latin double written as its double.

    A number plate or a VIN read off a car is typed in whichever alphabet the keyboard is in.
    """
    return value.upper().translate(_CYRILLIC)
