"""A decision as callers read it: the shape of every answer to `POST /v1/decisions`."""

from collections.abc import Mapping
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from holdfast.vocabulary.judgement import Measure, RepeatTerms, RuleResult, Score, SignResult, Skipped, Versions

Outcome = Literal["allow", "challenge", "hold", "refuse"]


class HoldPart(Struct, frozen=True, forbid_unknown_fields=True):
    """The hold that a decision placed; instants are RFC 3339 with the tenant's offset."""

    id: str
    policy: str
    until: str
    confirm_by: str | None


class DecisionMessage(Struct, frozen=True, forbid_unknown_fields=True):
    """One decision; `timings_us` are microseconds by stage, `revision` counts how often the event was decided.

    `skipped` stands there where an input from outside was missing.
    """

    id: str
    event_id: str
    schema: int
    revision: int
    outcome: Outcome
    would_be: Outcome | None
    decided_at: str
    ground: str | None
    signs: tuple[SignResult, ...]
    rules: tuple[RuleResult, ...]
    score: Score | None
    hold: HoldPart | None
    repeat: RepeatTerms | None
    measures: tuple[Measure, ...]
    versions: Versions
    facts_hash: str
    timings_us: Mapping[str, int]
    skipped: tuple[Skipped, ...] | UnsetType = UNSET
