"""What a phone number says by itself: whose plan it belongs to, of what kind its line is, and whether it looks made up.

The region is that of libphonenumber and never the country code, which Russia and Kazakhstan share. Which operator
serves a number is not asked, for numbers are carried from one to another in both countries.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType

from holdfast.matching.characters import plain
from holdfast.matching.phones import phone
from holdfast.vocabulary.errors import InvalidError

NOWHERE: Final = "001"
"""The region of numbers that belong to no country (the code of the world in UN M.49)."""


class PhoneType(StrEnum):
    """Of what kind the line behind a number is, as far as its numbering plan tells."""

    MOBILE = "mobile"
    FIXED = "fixed"
    FIXED_OR_MOBILE = "fixed_or_mobile"  # the plan keeps no ranges apart, as in North America
    VOIP = "voip"
    VIRTUAL = "virtual"  # belongs to no country
    TOLL_FREE = "toll_free"
    PREMIUM = "premium"
    SHARED_COST = "shared_cost"
    PERSONAL = "personal"
    PAGER = "pager"
    COMPANY = "company"
    VOICEMAIL = "voicemail"
    UNASSIGNED = "unassigned"  # no plan gives out such numbers


class PhonePattern(StrEnum):
    """How the last seven digits of a number look made up; such numbers exist, so that this proves nothing."""

    ZEROS = "zeros"
    REPEATED = "repeated"
    SEQUENTIAL = "sequential"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFacts:
    """One number as read under a home country.

    `region` is unknown (`None`) where no plan has the range, and with it whether the number is `foreign`: a number
    that nobody can have is not one from abroad. `pattern` is `None` where nothing strikes.
    """

    e164: str
    region: str | None
    valid: bool
    type: PhoneType
    foreign: bool | None
    pattern: PhonePattern | None


_TYPES: Final = {
    PhoneNumberType.FIXED_LINE: PhoneType.FIXED,
    PhoneNumberType.MOBILE: PhoneType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: PhoneType.FIXED_OR_MOBILE,
    PhoneNumberType.TOLL_FREE: PhoneType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE: PhoneType.PREMIUM,
    PhoneNumberType.SHARED_COST: PhoneType.SHARED_COST,
    PhoneNumberType.VOIP: PhoneType.VOIP,
    PhoneNumberType.PERSONAL_NUMBER: PhoneType.PERSONAL,
    PhoneNumberType.PAGER: PhoneType.PAGER,
    PhoneNumberType.UAN: PhoneType.COMPANY,
    PhoneNumberType.VOICEMAIL: PhoneType.VOICEMAIL,
    PhoneNumberType.UNKNOWN: PhoneType.UNASSIGNED,
}
_SERVICES: Final = frozenset({PhoneType.TOLL_FREE, PhoneType.PREMIUM, PhoneType.SHARED_COST})
_COUNTRIES_APART: Final = frozenset({1, 7})  # every other code is one country's, with the islands on its plan
_VIRTUAL: Final = re.compile(r"(?:\+|00)(8(?:78|83|88)\d{4,12})", re.ASCII)
_SPELLING: Final = str.maketrans("", "", " \t-()./")
_PATTERNS: Final = (
    (PhonePattern.ZEROS, re.compile(r"0{7}")),
    (PhonePattern.REPEATED, re.compile(r"(\d)\1{6}")),
    (PhonePattern.SEQUENTIAL, re.compile("0123456|1234567|2345678|3456789|4567890")),
    (PhonePattern.SEQUENTIAL, re.compile("6543210|7654321|8765432|9876543|0987654")),
)
_SUBSCRIBER: Final = 7


def read_phone(value: str, *, home: str) -> PhoneFacts:
    """Read a number, one without country code as of the region `home`.

    A letter is never read as a digit. Raises InvalidError for what no numbering plan can have. Source: the metadata
    of libphonenumber; for personal numbers without a country ITU-T E.164 codes 878, 883 and 888.
    """
    text = plain(value)
    if any(character.isalpha() for character in text):
        raise InvalidError("the value is not a phone number", hint="write digits; a letter O is no zero")
    virtual = _VIRTUAL.fullmatch(text.translate(_SPELLING))
    e164 = f"+{virtual[1]}" if virtual else phone(text, home=home)
    number = phonenumbers.parse(e164)
    region = phonenumbers.region_code_for_number(number)
    return PhoneFacts(
        e164=e164,
        region=region,
        valid=phonenumbers.is_valid_number(number),
        type=_type(number, region),
        foreign=_foreign(number, region, home=home),
        pattern=_pattern(e164),
    )


def _type(number: PhoneNumber, region: str | None) -> PhoneType:
    """Name the kind of line; what belongs to no country is virtual, a service apart."""
    found = _TYPES[phonenumbers.number_type(number)]
    return PhoneType.VIRTUAL if region == NOWHERE and found not in _SERVICES else found


def _foreign(number: PhoneNumber, region: str | None, *, home: str) -> bool | None:
    """Tell whether a number is from abroad; the islands on a country's own plan are not."""
    if region is None:
        return None
    code = number.country_code
    same_plan = code not in _COUNTRIES_APART and code == phonenumbers.country_code_for_region(home)
    return region != home and not same_plan


def _pattern(e164: str) -> PhonePattern | None:
    """Name the first pattern that the subscriber's part shows."""
    last = e164[-_SUBSCRIBER:]
    return next((name for name, shape in _PATTERNS if shape.fullmatch(last)), None)
