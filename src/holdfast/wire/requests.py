"""Bodies of calls other than events."""

import datetime as dt
from typing import Annotated, Any, Literal, TypeVar

from msgspec import DecodeError, Meta, Struct, ValidationError, convert, json, structs

from holdfast.vocabulary.errors import InvalidError, UndecodableError
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.lists import Document, ListEntry, ListKind
from holdfast.wire.body_faults import body_fault
from holdfast.wire.parts import Id, Instant

KindWord = Literal[
    "account",
    "card",
    "phone",
    "sbp_phone",
    "inn",
    "iin",
    "bin",
    "passport_hash",
    "snils_hash",
    "ewallet",
    "swift",
    "atm",
    "device",
    "domain",
    "ip",
    "seller",
    "vin",
    "plate",
]
BodyType = TypeVar("BodyType", bound="Body")
Percent = Annotated[int, Meta(ge=0, le=100)]
Text = Annotated[str, Meta(min_length=1, max_length=1024)]


class Body(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request body in which an unknown field is an error."""


class DocumentBody(Body, frozen=True, kw_only=True):
    """The paper behind an entry."""

    number: Text
    date: dt.date | None = None
    title: Text | None = None


class EntryBody(Body, frozen=True, kw_only=True):
    """One entry of a list."""

    kind: KindWord
    value: Text
    bic: Text | None = None
    police: bool = False
    reason: Text | None = None
    source: Text | None = None
    document: DocumentBody | None = None
    expires_at: Instant | None = None

    def entry(self, added_ms: int) -> ListEntry:
        """Give the entry as the lists keep it."""
        paper = self.document
        return ListEntry(
            kind=ListKind(self.kind),
            value=self.value,
            bic=self.bic,
            police=self.police,
            reason=self.reason,
            source=self.source,
            document=None
            if paper is None
            else Document(number=paper.number, date=paper.date.isoformat() if paper.date else None, title=paper.title),
            added_ms=added_ms,
            expires_ms=to_ms(self.expires_at) if self.expires_at else None,
        )


class EntriesBody(Body, frozen=True, kw_only=True):
    """Entries to add or to remove; `published_at` is when their source published them."""

    entries: Annotated[list[EntryBody], Meta(min_length=1, max_length=10_000)]
    published_at: Instant | None = None


class LimitsBody(Body, frozen=True, kw_only=True):
    """How far a snapshot may depart from what is in force; shares are percents, `null` is the default."""

    shrink_percent: Percent | None = None
    grow_percent: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    floor_entries: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    fault_percent: Percent | None = None
    dated: bool | None = None

    def values(self) -> dict[str, Any]:
        """Give the limits by name."""
        return structs.asdict(self)


class ListBody(Body, frozen=True, kw_only=True):
    """What a list is for, its title, and the limits for its snapshots."""

    purpose: Literal["allow", "deny", "watch", "mule", "regulator"] | None = None
    title: Text | None = None
    limits: LimitsBody | None = None


class ApprovalBody(Body, frozen=True, kw_only=True):
    """Who approves, on a development server."""

    by: Text | None = None


class ClockBody(Body, frozen=True, kw_only=True):
    """Where to move the test clock."""

    now: Instant


class SourceBody(Body, frozen=True, kw_only=True):
    """Since when a source is complete."""

    complete_since: Instant


class ErasureBody(Body, frozen=True, kw_only=True):
    """Why a person's data are erased; `document` is the number of the demand, `kind` says what the id is.

    Nothing personal belongs into `reason` and `document`, for they stay.
    """

    reason: Text
    document: Text | None = None
    kind: Literal["customer_id", "seller_id"] = "customer_id"
    by: Text | None = None
    approved_by: Text | None = None


class LinkBody(Body, frozen=True, kw_only=True):
    """For which client a link to a hold's page is made, and for how many hours it works."""

    customer_id: Id
    hours: Annotated[int, Meta(ge=1, le=168)] = 1


def read_body(data: bytes, kind: type[BodyType]) -> BodyType:
    """Read a request body."""
    try:
        return json.decode(data, type=kind)
    except ValidationError as error:
        raise body_fault(error, kind) from None
    except (DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UndecodableError(f"the body is no JSON object: {error}") from None


def check_id(text: str, *, pointer: str = "/id") -> str:
    """Refuse what cannot be an id, where one stands in an address."""
    try:
        return convert(text, Id)
    except ValidationError:
        hint = "up to 128 printable ASCII characters"
        raise InvalidError(f"`{text[:80]}` cannot be an id", pointer=pointer, hint=hint) from None
