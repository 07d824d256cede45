"""A request for a session's evidence: one person asks, another agrees, and either of the two takes it, for a week."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from holdfast.verification.people import same_person
from holdfast.vocabulary.errors import ConflictError, ForbiddenError, NotFoundError
from holdfast.vocabulary.instants import DAY_MS

GOOD_MS: Final = 7 * DAY_MS


class Step(StrEnum):
    """The steps of a request, in their order."""

    ASK = "ask_export"
    APPROVE = "approve_export"
    TAKE = "take_export"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped:
    """One step of a request: who took it, and when."""

    request: str
    step: Step
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as its steps left it."""

    id: str
    asked_by: str
    approved_by: str = ""
    approved_ms: int | None = None
    taken: int = 0

    def state(self, now_ms: int) -> str:
        """Say where it stands: `waiting`, `approved` or `run_out`."""
        if self.approved_ms is None:
            return "waiting"
        return "approved" if now_ms <= self.approved_ms + GOOD_MS else "run_out"


def request_of(steps: Iterable[Stepped], request_id: str) -> Request:
    """Give a request as it stands; raises NotFoundError."""
    found: Request | None = None
    for one in steps:
        if one.request == request_id:
            found = _after(found, one)
    if found is None:
        raise NotFoundError(f"there is no request `{request_id}` for this session's evidence")
    return found


def may_approve(request: Request, by: str) -> bool:
    """Tell whether a person's agreement changes anything; the same person's second word does not.

    Raises ForbiddenError for the person who asked, ConflictError where somebody else agreed already.
    """
    if same_person(request.asked_by, by):
        raise ForbiddenError("nobody approves their own request", pointer="/by")
    if not request.approved_by:
        return True
    if not same_person(request.approved_by, by):
        raise ConflictError(f"the request `{request.id}` was approved by another person already")
    return False


def check_taking(request: Request, by: str, *, now_ms: int) -> None:
    """Raise ConflictError before a second person agreed and a week after, ForbiddenError for anybody else."""
    state = request.state(now_ms)
    if state == "waiting":
        raise ConflictError(f"the request `{request.id}` waits for a second person")
    if not (same_person(request.asked_by, by) or same_person(request.approved_by, by)):
        raise ForbiddenError("the evidence is given to one of the two who vouched for the request", pointer="/by")
    if state == "run_out":
        raise ConflictError(f"the request `{request.id}` has run out", hint="ask anew")


def _after(request: Request | None, step: Stepped) -> Request:
    """Give a request after one more step."""
    if request is None:
        return Request(id=step.request, asked_by=step.by)
    approved = step.step is Step.APPROVE
    return Request(
        id=request.id,
        asked_by=request.asked_by,
        approved_by=step.by if approved else request.approved_by,
        approved_ms=step.at_ms if approved else request.approved_ms,
        taken=request.taken + (step.step is Step.TAKE),
    )
