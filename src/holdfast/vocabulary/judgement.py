"""A judgement is the replayable part of a decision; its envelope holds ids, instants and timings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec import Struct

from holdfast.vocabulary.challenges import Challenge

Scalar = bool | int | float | str | None
Measure = Mapping[str, Scalar]
"""A duty that comes with the outcome: its `kind`, and beside it the law's own values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignResult:
    """One sign in force: `fired`, `clear` or `unknown`, with its evidence and, when unknown, what was missing."""

    id: str
    state: str
    title: str
    cite: str
    evidence: Mapping[str, Scalar] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    mode: str = "enforce"


class RuleResult(Struct, frozen=True, kw_only=True):
    """One rule that was true: what it proposed, and what it could reach with its ground."""

    id: str
    title: str
    proposed: str
    reached: str
    ground: str | None
    mode: str
    evidence: Mapping[str, Scalar] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldTerms:
    """A hold's policy and its legal instants, RFC 3339 with the tenant's offset."""

    policy: str
    until: str
    confirm_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatTerms:
    """What the law says about repeating a refused operation: same payer, same payee's requisites, same amount.

    `state` is `open` (a repeat may come at once), `closed` (this repeat was refused too; from `allowed_from` one
    passes) or `used` (this operation was a repeat, and passes). `of` is the decision that refused first.
    """

    policy: str
    state: str
    of: str | None = None
    allowed_from: str | None = None


class Score(Struct, frozen=True, kw_only=True):
    """A calibrated model number with its version and its strongest reasons."""

    value: float
    model: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What the judgement used: engine, packs by id, ruleset, lists by id, model."""

    engine: str
    packs: Mapping[str, str]
    ruleset: str
    lists: Mapping[str, str | None]
    model: str | None = None


class Judgement(Struct, frozen=True, kw_only=True):
    """What was decided and why; equal facts and versions give equal bytes. Outcomes stand as their words.

    `ground` is the provision that allows a hold or a refusal; `would_be` is the outcome if everything that is
    only observed were enforced, when that differs.
    """

    outcome: str
    would_be: str | None
    ground: str | None
    signs: tuple[SignResult, ...]
    rules: tuple[RuleResult, ...]
    score: Score | None
    hold: HoldTerms | None
    measures: tuple[Measure, ...]
    versions: Versions
    facts_hash: str
    repeat: RepeatTerms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """An input from outside that was missing: why, what could not be judged without it, and what was done instead.

    `checks` are the ids of signs, rules, duties or the model; `policy` is what they declare: `none`, `challenge`,
    `review` or `last_good`.
    """

    input: str
    why: str
    checks: tuple[str, ...]
    policy: str


class PartialJudgement(Judgement, frozen=True, kw_only=True):
    """A judgement that was made without inputs from outside; one that lacks none says nothing of them."""

    skipped: tuple[Skipped, ...]


class Envelope(Struct, frozen=True, kw_only=True):
    """The part of a decision that no replay repeats."""

    decision_id: str
    hold_id: str | None
    decided_ms: int
    timings_us: Mapping[str, int]


class ChallengeEnvelope(Envelope, frozen=True, kw_only=True):
    """The envelope of a decision that asks for a session of verification; any other says nothing of one."""

    challenge: Challenge
