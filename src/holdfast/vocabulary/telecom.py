"""What mobile operators answer by the APIs of CAMARA (GSMA Open Gateway), and how an operator is declared.

An API here is one question, by the published name of its path: `sim-swap/check`. The answers have one meaning whatever
the version: who writes rules learns them once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from holdfast.vocabulary.schema import FieldType

PHONE: Final = "phoneNumber"
HASHED: Final = "hashedPhoneNumber"
CONSENT: Final = "consent"
CODE: Final = "code"
OURS: Final = frozenset({CONSENT, CODE})
"""Words of `send` that no API knows: the consent under which is asked, and the app's one-use code for a token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TelecomApi:
    """One question to an operator.

    `words` may be sent, of which `dates` are days made of instants and `needs` must be there; `answers` come back.
    `versions` are those whose paths are known, the first one being taken where the file names none. `age` says that the
    question is about the last hours, `matches` that each word sent, but the number, has answers of its own.
    """

    words: tuple[str, ...] = (PHONE,)
    needs: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    answers: Mapping[str, FieldType] = field(default_factory=dict)
    versions: tuple[str, ...]
    age: bool = False
    matches: bool = False


_SWAPPED: Final[Mapping[str, FieldType]] = {"swapped": FieldType.BOOL, "checked_hours": FieldType.INTEGER}
_CHANGED: Final[Mapping[str, FieldType]] = {"changed_at": FieldType.INSTANT, "clear_days": FieldType.INTEGER}
ATTRIBUTES: Final[Mapping[str, str]] = {
    "idDocument": "id_document",
    "name": "name",
    "givenName": "given_name",
    "familyName": "family_name",
    "birthdate": "birthdate",
    "gender": "gender",
    "email": "email",
    "address": "address",
    "streetName": "street_name",
    "streetNumber": "street_number",
    "postalCode": "postal_code",
    "region": "region",
    "locality": "locality",
    "country": "country",
}
"""What KYC Match compares, with the name that rules read."""

APIS: Final[Mapping[str, TelecomApi]] = {
    "sim-swap/check": TelecomApi(answers=_SWAPPED, versions=("2",), age=True),
    "sim-swap/retrieve-date": TelecomApi(answers=_CHANGED, versions=("2",)),
    "device-swap/check": TelecomApi(answers=_SWAPPED, versions=("1",), age=True),
    "device-swap/retrieve-date": TelecomApi(answers=_CHANGED, versions=("1",)),
    "number-verification/verify": TelecomApi(
        words=(PHONE, HASHED), answers={"verified": FieldType.BOOL}, versions=("2",), needs=(CODE,)
    ),
    "call-forwarding-signal/unconditional": TelecomApi(
        answers={"active": FieldType.BOOL}, versions=("0.4", "0.5", "0.5rc1")
    ),
    "call-forwarding-signal/all": TelecomApi(
        answers={"active": FieldType.BOOL, "unconditional": FieldType.BOOL, "conditional": FieldType.BOOL},
        versions=("0.4", "0.5", "0.5rc1"),
    ),
    "kyc-match/match": TelecomApi(words=(PHONE, *ATTRIBUTES), versions=("0.4", "0.5rc1"), matches=True),
    "kyc-tenure/check-tenure": TelecomApi(
        words=(PHONE, "tenureDate"),
        needs=("tenureDate",),
        dates=("tenureDate",),
        answers={"held_since": FieldType.BOOL, "contract": FieldType.TEXT},
        versions=("0.2", "0.3rc1"),
    ),
    "number-recycling/check": TelecomApi(
        words=(PHONE, "specifiedDate"),
        needs=("specifiedDate",),
        dates=("specifiedDate",),
        answers={"recycled": FieldType.BOOL},
        versions=("0.2", "0.3rc2"),
    ),
}


def answers_of(api: str, sent: Iterable[str] = ATTRIBUTES) -> dict[str, FieldType]:
    """Give what an API answers, by name; with attributes to match, about those that are `sent`."""
    one = APIS[api]
    found = dict(one.answers)
    if one.matches:
        for word in sent:
            if word in ATTRIBUTES:
                found[ATTRIBUTES[word]] = FieldType.BOOL
                found[f"{ATTRIBUTES[word]}_score"] = FieldType.INTEGER
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSpec:
    """How an operator is asked: beside what every provider has, the API, and where its tokens come from.

    With `three_legged` a token stands for one subscriber, whose number is then not sent: it is got by the app's one-use
    code, or, where `send` has none, by an assertion about the number, signed with the key of `key_file`. Else the token
    is ours, and the number is sent. `hours` is how far back a swap is asked for, `purpose` why (W3C DPV).
    """

    api: str
    version: str
    token_url: str
    client_id: str
    key_file: str = ""
    purpose: str = "FraudPreventionAndDetection"
    three_legged: bool = False
    redirect_uri: str = ""
    consent_header: str = ""
    hours: int = 240
