"""A claim: a client's demand for a refund, with its clock, and what the law says about who owes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from holdfast.vocabulary.judgement import Scalar
from holdfast.vocabulary.trilean import Trilean


class ClaimState(StrEnum):
    """Where a claim stands."""

    OPEN = "open"
    PAID = "paid"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Liability(StrEnum):
    """What the record says about the bank's duty to refund."""

    OWED = "owed"
    NOT_OWED = "not_owed"
    CANNOT_PROVE = "cannot_prove"


class ClaimActKind(StrEnum):
    """What can happen to a claim."""

    MAKE = "make"
    ASSESS = "assess"  # something became known that changes the assessment
    SETTLE = "settle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fact that liability depends on.

    `name` says what is asked, `state` the answer (`None` is unknown), `reason` why in one word, `provision` the law
    behind the question. `evidence` refers to stored things: ids of decisions, holds and events, versions of lists.
    """

    name: str
    state: Trilean
    reason: str
    provision: str
    evidence: tuple[str, ...] = ()
    details: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What one rule of refund says about one transfer.

    `rule` is the refund's id in its pack, `amount_minor` what is at stake, `due_ms` the last instant for the answer
    (`None` where the law sets no clock), `reason` the reason of the finding that settled the matter.
    """

    rule: str
    pack: str
    pack_version: str
    cite: str
    liability: Liability
    reason: str
    amount_minor: int
    currency: str
    due_ms: int | None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimAct:
    """One act on a claim, without personal data.

    `at_ms` is when the application was received, or when the act was done; `by` is who did it: `client`, `bank`,
    `clock`. `assessments` hold the rule that counts first. `amount_minor` is what was paid.
    """

    claim_id: str
    act: ClaimActKind
    at_ms: int
    by: str
    state: ClaimState
    assessments: tuple[Assessment, ...] = ()
    amount_minor: int | None = None
    details: Mapping[str, Scalar] = field(default_factory=dict)
