"""Claims on the wire: the body of a settlement, the acts as the log keeps them, and what a dossier reads of others."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from holdfast.vocabulary.claims import ClaimAct
from holdfast.wire.canonical import canonical
from holdfast.wire.parts import MAX_MINOR
from holdfast.wire.requests import Body, Text


class SettlementPaper(Body, frozen=True, kw_only=True):
    """The paper behind a settlement: a payment order, or the letter to the client."""

    number: Text
    date: Text | None = None


class SettleBody(Body, frozen=True, kw_only=True):
    """How a claim ended, and who says so; `amount_minor` is what was paid."""

    result: Literal["paid", "refused", "withdrawn"]
    by: Text | None = None
    amount_minor: Annotated[int, Meta(ge=0, le=MAX_MINOR)] | None = None
    document: SettlementPaper | None = None
    reason: Text | None = None


class RepeatSaid(Struct, frozen=True):
    """What a judgement said of a repeat."""

    state: str


class _Match(Struct, frozen=True):
    """The versions of the lists that a judgement used."""

    lists: dict[str, str | None]


class Judged(Struct, frozen=True):
    """What a dossier reads of a judgement."""

    outcome: str
    ground: str | None
    versions: _Match
    repeat: RepeatSaid | None = None


class _Sign(Struct, frozen=True):
    """One sign of a judgement."""

    id: str
    state: str


class _Spoke(Struct, frozen=True):
    """The signs and measures of a judgement."""

    signs: tuple[_Sign, ...]
    measures: tuple[dict[str, bool | int | float | str | None], ...]


class NoticeSaid(Struct, frozen=True):
    """What a dossier reads of a notice's record; `unwritten` says why its text could not be written."""

    template: str = ""
    unwritten: str | None = None


class _NoticeAct(Struct, frozen=True):
    """The public side of a notice about a hold."""

    details: NoticeSaid = NoticeSaid()


_ACT = msgspec.json.Decoder(ClaimAct)
_JUDGED = msgspec.json.Decoder(Judged)
_SPOKE = msgspec.json.Decoder(_Spoke)
_NOTICE_ACT = msgspec.json.Decoder(_NoticeAct)
_NOTICE = msgspec.json.Decoder(NoticeSaid)


def claim_act_bytes(act: ClaimAct) -> bytes:
    """Encode an act on a claim canonically."""
    return canonical(act)


def read_claim_act(data: bytes) -> ClaimAct:
    """Read back an act on a claim."""
    return _ACT.decode(data)


def read_judged(judgement: bytes) -> Judged:
    """Read of a judgement what a dossier needs."""
    return _JUDGED.decode(judgement)


def read_spoke(judgement: bytes) -> tuple[str, ...]:
    """Name what spoke in a judgement: the signs that fired, and the duties that its measures name."""
    said = _SPOKE.decode(judgement)
    named = (measure.get(word) for measure in said.measures for word in ("duty", "template"))
    return (*(sign.id for sign in said.signs if sign.state == "fired"), *(str(name) for name in named if name))


def read_notice(act: bytes, event: bytes) -> NoticeSaid:
    """Read what a notice's record says: of a notice about a hold publicly, of another only while it is not erased."""
    if act:
        return _NOTICE_ACT.decode(act).details
    return _NOTICE.decode(event) if event else NoticeSaid()
