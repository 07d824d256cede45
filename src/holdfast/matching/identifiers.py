"""Every kind of list entry in the one form in which it is stored, hashed and compared.

Normalisation refuses only what cannot be a value of its kind; whether a check digit holds is asked in
`check_digits`, because a failing one is a feature and never an error.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final, NamedTuple

from holdfast.matching.characters import compact, latin, plain
from holdfast.matching.domains import domain, ip
from holdfast.matching.phones import phone
from holdfast.vocabulary.errors import InvalidError, ListError
from holdfast.vocabulary.lists import ListEntry, ListKind

_PHONES: Final = (ListKind.PHONE, ListKind.SBP_PHONE)
_NARROWED: Final = (ListKind.ACCOUNT, ListKind.SWIFT)
_ALIKE: Final[Mapping[ListKind, tuple[ListKind, ...]]] = {
    ListKind.PHONE: (ListKind.PHONE, ListKind.SBP_PHONE),
    ListKind.ACCOUNT: (ListKind.ACCOUNT, ListKind.SWIFT),
}
_ACCOUNT: Final = re.compile(r"\d{20}|[A-Z]{2}\d{2}[A-Z0-9]{11,30}", re.ASCII)
_ABROAD: Final = re.compile(r"[A-Z0-9]{4,34}", re.ASCII)
_CODE: Final = re.compile(r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", re.ASCII)
_RUSSIAN_BIC: Final = re.compile(r"[0-2]\d{8}", re.ASCII)
_CARD: Final = re.compile(r"[1-9]\d{11,18}", re.ASCII)
_INN: Final = re.compile(r"\d{10}|\d{12}", re.ASCII)
_TWELVE: Final = re.compile(r"\d{12}", re.ASCII)
_HASH: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_VIN: Final = re.compile(r"[A-HJ-NPR-Z0-9]{17}", re.ASCII)
_NOT_IN_VIN: Final = str.maketrans("IOQ", "100")
_BANKS: Final = 4_096  # codes that are remembered, for banks are few and nobody's own
_PLATE: Final = re.compile(r"(?=\w*\d)[^\W_]{3,12}")


class Identity(NamedTuple):
    """One identifier in normal form; `bic` narrows an account and is unknown where it was not given."""

    kind: ListKind
    value: str
    bic: str | None = None


def alike(kind: ListKind) -> tuple[ListKind, ...]:
    """List the kinds of entry that a value of `kind` can match.

    A phone is looked for among phones and among the phones of the fast payment system, an account among accounts
    and among the accounts abroad of the SWIFT feed.
    """
    return _ALIKE.get(kind, (kind,))


def normalise(kind: ListKind, value: str, *, home: str = "RU") -> str:
    """Give the one form of a value of one kind; `home` is the region of phone numbers without country code.

    Raises InvalidError with a hint for what cannot be a value of the kind.
    """
    if kind in _PHONES:
        return phone(value, home=home)
    stands = _NORMAL.get(kind)
    return value if stands is not None and stands.fullmatch(value) else _FORMS[kind](value)


def identify(kind: ListKind, value: str, *, bic: str | None = None, home: str = "RU") -> Identity:
    """Normalise a value with the BIC that stands beside it.

    A number of 4 to 34 characters counts as an account when a SWIFT code says that its bank is abroad, where
    accounts have other lengths. The BIC of a kind that has none is left out. Raises InvalidError whose pointer
    is `/value` or `/bic`.
    """
    pointer = "/bic"
    try:
        bank = normalise_bic(bic) if bic and kind in _NARROWED else None
        pointer = "/value"
        is_abroad = bank is not None and kind == ListKind.ACCOUNT and not bank.isdigit()
        known = _foreign_account(value) if is_abroad else normalise(kind, value, home=home)
    except InvalidError as error:
        raise InvalidError(error.message, pointer=pointer, hint=error.hint) from None
    return Identity(kind, known, bank)


def normalise_entry(entry: ListEntry, *, home: str = "RU") -> ListEntry:
    """Give an entry with its value and BIC in normal form; raises ListError with the pointer of the bad field."""
    try:
        known = identify(entry.kind, entry.value, bic=entry.bic, home=home)
    except InvalidError as error:
        raise ListError(error.message, pointer=error.pointer, hint=error.hint) from None
    if known.value == entry.value and known.bic == entry.bic:
        return entry
    return replace(entry, value=known.value, bic=known.bic)


@lru_cache(maxsize=_BANKS)
def normalise_bic(value: str) -> str:
    """Normalise a bank's code: nine digits in Russia, SWIFT elsewhere (the head office without its `XXX`)."""
    text = compact(value).upper()
    if _RUSSIAN_BIC.fullmatch(text):
        return text
    if _CODE.fullmatch(text):
        return text.removesuffix("XXX") if len(text) == 11 else text
    raise InvalidError("the value is not a BIC", hint="give nine digits, or a SWIFT code of 8 or 11 characters")


def _accept(pattern: re.Pattern[str], text: str, fault: tuple[str, str]) -> str:
    """Give the text if the pattern takes all of it, else raise with the message and hint of `fault`."""
    if not pattern.fullmatch(text):
        raise InvalidError(fault[0], hint=fault[1])
    return text


def _account(value: str) -> str:
    """Read twenty digits, or an IBAN."""
    fault = ("the value is not an account", "give 20 digits, an IBAN, or an account abroad with its SWIFT code")
    return _accept(_ACCOUNT, compact(value).upper(), fault)


def _foreign_account(value: str) -> str:
    """Read an account of a bank abroad, or of the SWIFT feed; a bank's own SWIFT code goes without its `XXX`."""
    text = compact(value).upper()
    if len(text) == 11 and _CODE.fullmatch(text):
        text = text.removesuffix("XXX")
    return _accept(_ABROAD, text, ("the value is not an account abroad", "give 4 to 34 letters and digits"))


def _card(value: str) -> str:
    """Read a whole card number."""
    return _accept(_CARD, compact(value), ("the value is not a card number", "give all 12 to 19 digits, unmasked"))


def _inn(value: str) -> str:
    """Read a taxpayer number of a company (10) or a person (12)."""
    return _accept(_INN, compact(value), ("the value is not an INN", "give 10 digits for a company, 12 for a person"))


def _twelve(value: str) -> str:
    """Read an IIN or a BIN."""
    return _accept(_TWELVE, compact(value), ("the value is not an IIN or BIN", "give 12 digits"))


def _hash(value: str) -> str:
    """Read a SHA-256."""
    fault = ("the value is not a SHA-256", "give 64 hex digits; hash a number with the list's hashing setting")
    return _accept(_HASH, compact(value).lower(), fault)


def _vin(value: str) -> str:
    """Read a VIN; I, O and Q never stand in one and are read as 1 and 0."""
    text = latin(compact(value)).translate(_NOT_IN_VIN)
    return _accept(_VIN, text, ("the value is not a VIN", "give 17 Latin letters and digits"))


def _plate(value: str) -> str:
    """Read a number plate, in Latin letters where a Cyrillic letter has a Latin double."""
    fault = ("the value is not a number plate", "give 3 to 12 letters and digits")
    return _accept(_PLATE, latin(compact(value)), fault)


def _wallet(value: str) -> str:
    """Read a wallet: a number or a login, without regard to case."""
    return compact(value).upper()


_FORMS: Final[Mapping[ListKind, Callable[[str], str]]] = {
    ListKind.ACCOUNT: _account,
    ListKind.CARD: _card,
    ListKind.INN: _inn,
    ListKind.IIN: _twelve,
    ListKind.BIN: _twelve,
    ListKind.PASSPORT_HASH: _hash,
    ListKind.SNILS_HASH: _hash,
    ListKind.EWALLET: _wallet,
    ListKind.SWIFT: _foreign_account,
    ListKind.ATM: plain,
    ListKind.DEVICE: plain,
    ListKind.DOMAIN: domain,
    ListKind.IP: ip,
    ListKind.SELLER: plain,
    ListKind.VIN: _vin,
    ListKind.PLATE: _plate,
}
_NORMAL: Final[Mapping[ListKind, re.Pattern[str]]] = {
    ListKind.ACCOUNT: _ACCOUNT,
    ListKind.CARD: _CARD,
    ListKind.INN: _INN,
    ListKind.IIN: _TWELVE,
    ListKind.BIN: _TWELVE,
    ListKind.PASSPORT_HASH: _HASH,
    ListKind.SNILS_HASH: _HASH,
}
"""What a value looks like that stands in its normal form already, as nearly all do."""
