"""What we answer with: decisions as bytes that a retry repeats exactly."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from functools import lru_cache
from typing import Final, NamedTuple

import msgspec
from msgspec import Raw, Struct

from holdfast.vocabulary.challenges import Challenge, asks_session
from holdfast.vocabulary.errors import StoreError
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.facts import Facts
from holdfast.vocabulary.instants import rfc3339
from holdfast.vocabulary.judgement import (
    ChallengeEnvelope,
    Envelope,
    Judgement,
    Measure,
    PartialJudgement,
    RepeatTerms,
    Scalar,
)
from holdfast.vocabulary.lists import ListMatch
from holdfast.vocabulary.once import Once
from holdfast.wire.canonical import canonical, content_hash

SCHEMA = 1
_ANSWERS: Final = 256  # of lists, by their bytes
_ENFORCE: Final = "enforce"
_ALLOW: Final = "allow"
_FIRED: Final = "fired"
Members = Mapping[str, bytes | Raw]
"""The members of a judgement by name, each in its canonical bytes."""


class _Terms(Struct, frozen=True):
    """A hold's terms as they stand in a judgement."""

    policy: str
    until: str
    confirm_by: str | None


class EnvelopeView(Struct, frozen=True):
    """An envelope read back from its bytes."""

    decision_id: str
    hold_id: str | None
    decided_ms: int
    timings_us: Raw
    challenge: Challenge | None = None


class FoldView(Struct, frozen=True):
    """What the fold needs of an old judgement."""

    outcome: str
    measures: tuple[dict[str, Scalar], ...]
    repeat: RepeatTerms | None = None


class Acted(NamedTuple):
    """A sign that fired or a rule that was true in a decision that it stopped, or would stop were it `enforced`."""

    source: str
    enforced: bool


class _SignMode(Struct, frozen=True):
    """What the count of stops needs of one sign."""

    id: str
    state: str
    mode: str = _ENFORCE


class _RuleMode(Struct, frozen=True):
    """What the count of stops needs of one rule."""

    id: str
    reached: str
    mode: str


class _Stop(Struct, frozen=True):
    """What the count of stops needs of a judgement."""

    outcome: str
    signs: tuple[_SignMode, ...]
    rules: tuple[_RuleMode, ...]


class _Sealed(Struct):
    """Facts as they are stored, with what the lists answered still in bytes."""

    type: str
    occurred_ms: int
    decided_ms: int
    values: Mapping[str, Value]
    matches: Raw


class _RulesetOnly(Struct, frozen=True):
    """The version of the ruleset inside a judgement."""

    ruleset: str


class _VersionsOnly(Struct, frozen=True):
    """The versions inside a judgement."""

    versions: _RulesetOnly


_VERSIONS = msgspec.json.Decoder(_VersionsOnly)
_MEMBERS = msgspec.json.Decoder(dict[str, Raw])
_TERMS = msgspec.json.Decoder(_Terms | None)
_ENVELOPE = msgspec.json.Decoder(EnvelopeView)
_FOLD = msgspec.json.Decoder(FoldView)
_FACTS = msgspec.json.Decoder(_Sealed)
_MATCHES = msgspec.json.Decoder(dict[str, ListMatch])
_MEASURES = msgspec.json.Decoder(tuple[dict[str, Scalar], ...])
_STOP = msgspec.json.Decoder(_Stop)
_JUDGEMENT: Final = (
    b'{"facts_hash":%b,"ground":%b,"hold":%b,"measures":%b,"outcome":%b,"repeat":%b,"rules":%b,"score":%b,"signs":%b,'
    b'"versions":%b,"would_be":%b}'
)
_PARTIAL: Final = _JUDGEMENT.replace(b'"versions"', b'"skipped":%b,"versions"')
_SEALED: Final = b'{"decided_ms":%d,"matches":%b,"occurred_ms":%d,"type":%b,"values":%b}'
_REPLY: Final = (
    b'{"id":%b,"event_id":%b,"schema":%d,"revision":%d,"outcome":%b,"would_be":%b,"decided_at":"%b","ground":%b,'
    b'"signs":%b,"rules":%b,"score":%b,"hold":%b,"repeat":%b,"measures":%b,"versions":%b,"facts_hash":%b,'
    b'"timings_us":%b}'
)
_HOLD: Final = msgspec.json.Encoder()
_NULL: Final = b"null"
_NONE: Final = b"[]"
_signs, _matches, _versions = Once(canonical), Once(canonical), Once(canonical)


class Written(NamedTuple):
    """A decision in bytes: the judgement and the envelope as they are stored, and the answer."""

    judgement: bytes
    envelope: bytes
    reply: bytes


def written(event_id: str, judgement: Judgement, envelope: Envelope, *, zone: tzinfo) -> Written:
    """Encode a new decision, each part of it once."""
    members, timings = _members(judgement), canonical(envelope.timings_us)
    asked = envelope.challenge if isinstance(envelope, ChallengeEnvelope) else None
    around = EnvelopeView(envelope.decision_id, envelope.hold_id, envelope.decided_ms, Raw(timings), asked)
    return Written(
        judgement=_judgement(members),
        envelope=envelope_bytes(envelope),
        reply=_reply(event_id, members, around, zone=zone),
    )


def _members(judgement: Judgement) -> dict[str, bytes]:
    """Encode a judgement canonically, each member by itself, in the order of their names."""
    skipped = {"skipped": canonical(judgement.skipped)} if isinstance(judgement, PartialJudgement) else {}
    return {
        "facts_hash": canonical(judgement.facts_hash),
        "ground": _or_null(judgement.ground),
        "hold": _or_null(judgement.hold),
        "measures": _list(judgement.measures),
        "outcome": canonical(judgement.outcome),
        "repeat": _or_null(judgement.repeat),
        "rules": _list(judgement.rules),
        "score": _or_null(judgement.score),
        "signs": _signs(judgement.signs),
        **skipped,
        "versions": _versions(judgement.versions),
        "would_be": _or_null(judgement.would_be),
    }


def _or_null(part: object) -> bytes:
    return _NULL if part is None else canonical(part)


def _list(parts: Sequence[object]) -> bytes:
    return canonical(parts) if parts else _NONE


def judgement_bytes(judgement: Judgement) -> bytes:
    """Encode a judgement canonically: this is what replay compares."""
    return _judgement(_members(judgement))


def _judgement(members: dict[str, bytes]) -> bytes:
    return (_PARTIAL if "skipped" in members else _JUDGEMENT) % tuple(members.values())


def envelope_bytes(envelope: Envelope) -> bytes:
    """Encode an envelope."""
    return canonical(envelope)


def seal_facts(facts: Facts) -> tuple[bytes, str]:
    """Encode facts canonically, and give the hash that names them in a judgement.

    What the lists answered comes again as the same object where nothing stands on them.
    """
    data = _SEALED % (
        facts.decided_ms,
        _matches(facts.matches),
        facts.occurred_ms,
        canonical(facts.type),
        canonical(facts.values),
    )
    return data, content_hash(data)


def read_facts(data: bytes) -> Facts:
    """Read back facts; where the lists answered the same, that comes as the same object."""
    sealed = _FACTS.decode(data)
    return Facts(
        type=sealed.type,
        occurred_ms=sealed.occurred_ms,
        decided_ms=sealed.decided_ms,
        values=sealed.values,
        matches=_read_matches(bytes(sealed.matches)),
    )


@lru_cache(maxsize=_ANSWERS)
def _read_matches(data: bytes) -> Mapping[str, ListMatch]:
    return _MATCHES.decode(data)


def read_envelope(data: bytes) -> EnvelopeView:
    """Read back an envelope."""
    return _ENVELOPE.decode(data)


def read_fold(judgement: bytes) -> FoldView:
    """Read out of a judgement what it left standing."""
    return _FOLD.decode(judgement)


def read_outcome(judgement: bytes) -> str:
    """Read the outcome's word out of a judgement."""
    return _FOLD.decode(judgement).outcome


def read_acted(judgement: bytes) -> list[Acted]:
    """Name what stopped the event of a judgement, and what would have, had it been enforced."""
    stop = _STOP.decode(judgement)
    modes = [(one.id, one.mode) for one in stop.signs if one.state == _FIRED]
    modes += [(one.id, one.mode) for one in stop.rules if one.reached != _ALLOW]
    acted = [Acted(source=source, enforced=mode == _ENFORCE) for source, mode in modes]
    return [one for one in acted if not one.enforced or stop.outcome != _ALLOW]


def read_ruleset(judgement: bytes) -> str:
    """Read the ruleset's version out of a judgement; one that is no JSON any more is a StoreError."""
    try:
        return _VERSIONS.decode(judgement).versions.ruleset
    except msgspec.DecodeError as error:
        hint = "`holdfast verify` names the record; keep the database as it is, and restore a backup into a new folder"
        raise StoreError(f"a stored judgement is damaged: {error}", hint=hint) from error


def decision_reply(event_id: str, judgement: bytes, envelope: bytes, *, zone: tzinfo, revision: int = 1) -> bytes:
    """Write the answer to a decision call from what is stored, so that a retry gets the same bytes."""
    return _reply(event_id, _MEMBERS.decode(judgement), _ENVELOPE.decode(envelope), zone=zone, revision=revision)


def _reply(event_id: str, members: Members, around: EnvelopeView, *, zone: tzinfo, revision: int = 1) -> bytes:
    """Write the answer to a decision call; `decided_at` is written in the tenant's `zone`."""
    reply = _REPLY % (
        canonical(around.decision_id),
        canonical(event_id),
        SCHEMA,
        revision,
        members["outcome"],
        members["would_be"],
        rfc3339(around.decided_ms, zone).encode(),
        members["ground"],
        members["signs"],
        members["rules"],
        members["score"],
        _hold(members["hold"], around.hold_id),
        members.get("repeat", _NULL),
        members["measures"] if around.challenge is None else _asked(members["measures"], around.challenge, zone),
        members["versions"],
        members["facts_hash"],
        around.timings_us,
    )
    return reply if "skipped" not in members else b'%b,"skipped":%b}' % (reply[:-1], members["skipped"])


def _asked(written: bytes | Raw, challenge: Challenge, zone: tzinfo) -> bytes:
    """Write measures, those to verify who acts with the session in which that is done."""
    purpose = challenge.purpose.value
    session: Measure = {
        "session": challenge.id,
        "purpose": purpose,
        "expires_at": rfc3339(challenge.expires_ms, zone),
    }
    measures = _MEASURES.decode(written)
    wanted = [asks_session(one) and one.get("purpose", purpose) == purpose for one in measures]
    return canonical([{**one, **session} if has else one for one, has in zip(measures, wanted, strict=True)])


def _hold(written: bytes | Raw, hold_id: str | None) -> bytes:
    """Write the terms of a hold behind its id."""
    terms = None if written == _NULL else _TERMS.decode(written)
    if terms is None:
        return _NULL
    return _HOLD.encode({"id": hold_id, "policy": terms.policy, "until": terms.until, "confirm_by": terms.confirm_by})


def decision_line(event_id: str, judgement: Judgement, *, decided_ms: int, zone: tzinfo) -> bytes:
    """Write a decision of a file as one line: the judgement beside the event's id and the instant."""
    around = canonical({"decided_at": rfc3339(decided_ms, zone), "event_id": event_id, "schema": SCHEMA})
    return around[:-1] + b"," + canonical(judgement)[1:]
