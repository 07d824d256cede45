"""Lists: values with their source, version, reason and expiry."""

from dataclasses import dataclass
from enum import StrEnum


class ListPurpose(StrEnum):
    """What membership means."""

    ALLOW = "allow"
    DENY = "deny"
    WATCH = "watch"
    MULE = "mule"
    REGULATOR = "regulator"


class ListKind(StrEnum):
    """Kinds of list entry, as on the wire."""

    ACCOUNT = "account"
    CARD = "card"
    PHONE = "phone"
    SBP_PHONE = "sbp_phone"
    INN = "inn"
    IIN = "iin"
    BIN = "bin"
    PASSPORT_HASH = "passport_hash"
    SNILS_HASH = "snils_hash"
    EWALLET = "ewallet"
    SWIFT = "swift"
    ATM = "atm"
    DEVICE = "device"
    DOMAIN = "domain"
    IP = "ip"
    SELLER = "seller"
    VIN = "vin"
    PLATE = "plate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A paper that stands behind an entry, such as the order that opened a criminal case; `date` is ISO 8601."""

    number: str
    date: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """One normalised value on a list; `bic` narrows an account; `police` is the mark of the ministry's data.

    Instants are epoch milliseconds; `source` says who reported it.
    """

    kind: ListKind
    value: str
    bic: str | None = None
    police: bool = False
    reason: str | None = None
    source: str | None = None
    document: Document | None = None
    added_ms: int = 0
    expires_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListVersion:
    """One version of one list, kept for ever; `published_ms` is the source's own instant, where it gives one.

    `kinds` are the kinds that a full snapshot covered, empty for single entries.
    """

    list: str
    version: str
    loaded_ms: int
    published_ms: int | None
    entries: int
    added: int
    removed: int
    source: str | None = None
    by: str | None = None
    kinds: tuple[ListKind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChange:
    """The step from one version of a list to the next: first `removed` goes, then `added` comes.

    An entry whose attributes changed stands in both, in its old and its new form. `kinds` names the kinds that
    a full snapshot covered (empty for single entries); `opens` says that the list starts anew from nothing.
    """

    version: ListVersion
    added: tuple[ListEntry, ...] = ()
    removed: tuple[ListEntry, ...] = ()
    kinds: tuple[ListKind, ...] = ()
    opens: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """One row of a file that could not be used; `line` counts from 1, `column` names the cell where one is to blame.

    The message never repeats the value, because values are personal.
    """

    line: int
    message: str
    column: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMatch:
    """The answer of one list about one subject: true on any hit, false if something was checked, else unknown.

    `kind` names the identifier that hit, `document` the paper behind it.
    """

    state: bool | None
    list: str
    version: str | None = None
    kind: str | None = None
    police: bool = False
    document: Document | None = None
    published_ms: int | None = None
    loaded_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStep:
    """One step in the history of a value on a list: the entry, and whether the version brought or removed it."""

    version: ListVersion
    entry: ListEntry
    added: bool
