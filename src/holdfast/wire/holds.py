"""Holds on the wire: the bodies of acts, and the acts as the log keeps them."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from holdfast.vocabulary.errors import InvalidError
from holdfast.vocabulary.holds import HoldAct
from holdfast.vocabulary.judgement import HoldTerms
from holdfast.wire.canonical import canonical
from holdfast.wire.parts import Id, Instant, Word
from holdfast.wire.requests import Body, Text

Name = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[a-z][a-z0-9_.]*$(?!\n)")]
Corrected = bool | int | float | str | None


class ProofBody(Body, frozen=True, kw_only=True):
    """How the client proved who acts; `signature` is HMAC-SHA256 in hex, see `proof.binding` of the hold."""

    method: Word
    reference: Annotated[str, Meta(min_length=1, max_length=256)]
    channel_since: Instant | None = None
    signature: Annotated[str, Meta(pattern=r"^[0-9A-Fa-f]{64}$(?!\n)")] | None = None


class ActBody(Body, frozen=True, kw_only=True):
    """Who confirms or cancels: the `client` whose operation is held, or the `trusted_person` of this client.

    Anybody else (`bank`, `analyst`) is refused by law; only for those may `customer_id` be left out. `coached` says of
    a cancellation that somebody asked the client for the operation.
    """

    by: Word
    customer_id: Id | None = None
    proof: ProofBody | None = None
    reason: Text | None = None
    coached: bool = False


class EvidenceBody(Body, frozen=True, kw_only=True):
    """What stands behind a correction."""

    kind: Word
    reference: Text


class WithdrawBody(Body, frozen=True, kw_only=True):
    """Which fact was wrong, by its path in the event, and what is right; `null` says that it is not known.

    A list that was wrong is no fact of the event: its version is taken back by `/v1/lists/{list}/versions/{v}/undo`.
    `by` and `approved_by` are for a development server, where no keys stand for persons.
    """

    corrections: Annotated[dict[Name, Corrected], Meta(min_length=1, max_length=32)]
    reason: Text
    evidence: EvidenceBody
    by: Text | None = None
    approved_by: Text | None = None


class NoticeDocument(Body, frozen=True, kw_only=True):
    """The paper of an authority."""

    number: Text
    date: dt.date


class RestrainBody(Body, frozen=True, kw_only=True):
    """What an authority's notice orders: to keep the money, until an instant or without an end, or to send it back."""

    document: NoticeDocument
    effect: Literal["keep", "return"]
    provision: Text
    until: Instant | None = None
    reason: Text | None = None


class ReleaseBody(Body, frozen=True, kw_only=True):
    """Who releases a hold for the bank and why, where the law lets it."""

    by: Text | None = None
    reason: Text | None = None


class _Sign(Struct, frozen=True):
    """The state of one sign, and how far it acts."""

    id: str
    state: str
    mode: str = "enforce"


class _Placed(Struct, frozen=True):
    """What a placed hold needs of its judgement."""

    signs: tuple[_Sign, ...]
    hold: HoldTerms | None


_ACT = msgspec.json.Decoder(HoldAct)
_PLACED = msgspec.json.Decoder(_Placed)


def act_bytes(act: HoldAct) -> bytes:
    """Encode an act canonically, as the log keeps it."""
    return canonical(act)


def read_act(data: bytes) -> HoldAct:
    """Read back an act."""
    return _ACT.decode(data)


def read_terms(judgement: bytes) -> HoldTerms | None:
    """Read a hold's terms out of the judgement that placed it."""
    return _PLACED.decode(judgement).hold


def read_fired(judgement: bytes) -> tuple[str, ...]:
    """Name the signs that fired in a judgement."""
    return tuple(sign.id for sign in _PLACED.decode(judgement).signs if sign.state == "fired")


def read_acting(judgement: bytes) -> tuple[str, ...]:
    """Name the signs that fired in a judgement and were acted on."""
    signs = _PLACED.decode(judgement).signs
    return tuple(sign.id for sign in signs if sign.state == "fired" and sign.mode == "enforce")


def correct(event: bytes, corrections: Mapping[str, Corrected]) -> bytes:
    """Give an event's canonical bytes with fields set by their path, as in `device.malware`.

    Nothing is checked here but that the path leads through objects; decoding the result checks the rest.
    """
    content = msgspec.json.decode(event)
    for path, value in corrections.items():
        *above, name = path.split(".")
        part = content
        for step in above:
            part = part.setdefault(step, {}) if isinstance(part, dict) else None
        if not isinstance(part, dict):
            raise InvalidError(f"`{path}` leads through a field that has no fields", pointer=f"/corrections/{path}")
        part[name] = value
    return canonical(content)
