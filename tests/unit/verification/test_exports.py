"""A session's evidence leaves with two people's word, to one of the two, within a week."""

import pytest

from holdfast.verification.exports import GOOD_MS, Step, Stepped, check_taking, may_approve, request_of
from holdfast.vocabulary.errors import ConflictError, ForbiddenError, NotFoundError

ASKED = Stepped(request="exp_1", step=Step.ASK, by="Anna", at_ms=1_000)
APPROVED = Stepped(request="exp_1", step=Step.APPROVE, by="Boris", at_ms=2_000)
OTHER = Stepped(request="exp_2", step=Step.APPROVE, by="Boris", at_ms=2_000)


def test_a_request_waits_for_a_second_person() -> None:
    """Before that nobody takes it, and who asked cannot agree under another spelling."""
    waiting = request_of([ASKED, OTHER], "exp_1")
    assert waiting.state(5_000) == "waiting"
    with pytest.raises(ConflictError, match="second person"):
        check_taking(waiting, "Anna", now_ms=5_000)
    with pytest.raises(ForbiddenError):
        may_approve(waiting, " ANNA")
    assert may_approve(waiting, "Boris")


def test_an_approved_request_is_taken_by_one_of_the_two() -> None:
    """Each of them may, more than once, and nobody else; a third cannot agree any more."""
    ready = request_of([ASKED, APPROVED, Stepped(request="exp_1", step=Step.TAKE, by="Anna", at_ms=3_000)], "exp_1")
    assert (ready.state(5_000), ready.taken) == ("approved", 1)
    for by in ("anna", "Boris "):
        check_taking(ready, by, now_ms=5_000)
    with pytest.raises(ForbiddenError):
        check_taking(ready, "Vera", now_ms=5_000)
    assert not may_approve(ready, "boris")
    with pytest.raises(ConflictError):
        may_approve(ready, "Vera")


def test_a_request_runs_out_after_a_week() -> None:
    """On the last instant it is given, an instant later it must be asked for anew."""
    ready = request_of([ASKED, APPROVED], "exp_1")
    check_taking(ready, "Anna", now_ms=2_000 + GOOD_MS)
    with pytest.raises(ConflictError, match="run out"):
        check_taking(ready, "Anna", now_ms=2_001 + GOOD_MS)


def test_what_nobody_asked_for_is_not_there() -> None:
    """An id of another session's request is not known here."""
    with pytest.raises(NotFoundError, match="exp_9"):
        request_of([ASKED], "exp_9")
