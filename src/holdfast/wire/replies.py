"""What we answer with: decisions as bytes that a retry repeats exactly."""

from collections.abc import Mapping
from datetime import tzinfo

import msgspec
from msgspec import Raw, Struct

from holdfast.vocabulary.facts import Facts
from holdfast.vocabulary.instants import rfc3339
from holdfast.vocabulary.judgement import Envelope, Judgement, RepeatTerms, Scalar
from holdfast.wire.canonical import canonical, content_hash

SCHEMA = 1


class _Terms(Struct, frozen=True):
    """A hold's terms as they stand in a judgement."""

    policy: str
    until: str
    confirm_by: str | None


class JudgementView(Struct, frozen=True):
    """A judgement read back from its bytes: what is needed is typed, what is only passed on stays raw."""

    outcome: str
    would_be: str | None
    ground: str | None
    signs: Raw
    rules: Raw
    score: Raw
    hold: _Terms | None
    measures: Raw
    versions: Raw
    facts_hash: str
    repeat: Raw = Raw(b"null")
    skipped: Raw = Raw(b"")


class EnvelopeView(Struct, frozen=True):
    """An envelope read back from its bytes."""

    decision_id: str
    hold_id: str | None
    decided_ms: int
    timings_us: Mapping[str, int]


class FoldView(Struct, frozen=True):
    """What the fold needs of an old judgement."""

    outcome: str
    measures: tuple[dict[str, Scalar], ...]
    repeat: RepeatTerms | None = None


class _RulesetOnly(Struct, frozen=True):
    """The version of the ruleset inside a judgement."""

    ruleset: str


class _VersionsOnly(Struct, frozen=True):
    """The versions inside a judgement."""

    versions: _RulesetOnly


_VERSIONS = msgspec.json.Decoder(_VersionsOnly)
_JUDGEMENT = msgspec.json.Decoder(JudgementView)
_ENVELOPE = msgspec.json.Decoder(EnvelopeView)
_FOLD = msgspec.json.Decoder(FoldView)
_FACTS = msgspec.json.Decoder(Facts)
_ENCODER = msgspec.json.Encoder()


def judgement_bytes(judgement: Judgement) -> bytes:
    """Encode a judgement canonically: this is what replay compares."""
    return canonical(judgement)


def envelope_bytes(envelope: Envelope) -> bytes:
    """Encode an envelope."""
    return canonical(envelope)


def seal_facts(facts: Facts) -> tuple[bytes, str]:
    """Encode facts canonically, and give the hash that names them in a judgement."""
    data = canonical(facts)
    return data, content_hash(data)


def read_facts(data: bytes) -> Facts:
    """Read back facts."""
    return _FACTS.decode(data)


def read_envelope(data: bytes) -> EnvelopeView:
    """Read back an envelope."""
    return _ENVELOPE.decode(data)


def read_fold(judgement: bytes) -> FoldView:
    """Read out of a judgement what it left standing."""
    return _FOLD.decode(judgement)


def read_outcome(judgement: bytes) -> str:
    """Read the outcome's word out of a judgement."""
    return _FOLD.decode(judgement).outcome


def read_ruleset(judgement: bytes) -> str:
    """Read the ruleset's version out of a judgement."""
    return _VERSIONS.decode(judgement).versions.ruleset


def decision_reply(event_id: str, judgement: bytes, envelope: bytes, *, zone: tzinfo, revision: int = 1) -> bytes:
    """Write the answer to a decision call from what is stored, so that a retry gets the same bytes.

    `decided_at` is written in the tenant's `zone`.
    """
    judged, around = _JUDGEMENT.decode(judgement), _ENVELOPE.decode(envelope)
    hold = None
    if judged.hold is not None:
        hold = {
            "id": around.hold_id,
            "policy": judged.hold.policy,
            "until": judged.hold.until,
            "confirm_by": judged.hold.confirm_by,
        }
    return _ENCODER.encode(
        {
            "id": around.decision_id,
            "event_id": event_id,
            "schema": SCHEMA,
            "revision": revision,
            "outcome": judged.outcome,
            "would_be": judged.would_be,
            "decided_at": rfc3339(around.decided_ms, zone),
            "ground": judged.ground,
            "signs": judged.signs,
            "rules": judged.rules,
            "score": judged.score,
            "hold": hold,
            "repeat": judged.repeat,
            "measures": judged.measures,
            "versions": judged.versions,
            "facts_hash": judged.facts_hash,
            "timings_us": around.timings_us,
            **({"skipped": judged.skipped} if len(judged.skipped) else {}),
        }
    )


def decision_line(event_id: str, judgement: Judgement, *, decided_ms: int, zone: tzinfo) -> bytes:
    """Write a decision of a file as one line: the judgement beside the event's id and the instant."""
    around = canonical({"decided_at": rfc3339(decided_ms, zone), "event_id": event_id, "schema": SCHEMA})
    return around[:-1] + b"," + canonical(judgement)[1:]
