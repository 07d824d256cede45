"""Each act on a hold: what it changes, when it may come, and what it leaves alone."""

from typing import Any

import pytest

from holdfast.holds.cancel import cancel, may_cancel
from holdfast.holds.confirm import Again, confirm, may_confirm
from holdfast.holds.execute import reported
from holdfast.holds.lapse import lapse
from holdfast.holds.release import check_release, release
from holdfast.holds.restrain import Restraint, check_restrain, restrain
from holdfast.holds.standing import instruction_at, stand
from holdfast.holds.step import follow, place
from holdfast.holds.terms import instant_ms
from holdfast.holds.withdraw import check_withdraw, propose, withdraw
from holdfast.vocabulary.errors import Bug, ForbiddenByLawError
from holdfast.vocabulary.holds import ActKind, Actor, HoldAct, HoldState, Instruction
from holdfast.vocabulary.judgement import HoldTerms
from holdfast.vocabulary.packs import Citation, Dated, HoldPolicy

CITE = Citation(act="Act", article="1", url="https://example.org", confidence="C", checked_on="2026-01-01")
UNTIL = "2026-05-09T23:59:59.999999+03:00"
UNTIL_MS = instant_ms(UNTIL)
PLACED_MS = UNTIL_MS - 36 * 3_600_000
LATER = "2026-05-18T12:00:00.000+03:00"


def policy(**changes: Any) -> HoldPolicy:
    """Give a policy with a window of two days."""
    fields: dict[str, Any] = {"clock": "calendar_days", "term": 2, "count_first": True, "confirm_days": 2}
    return HoldPolicy(id="xx", title={}, cite=CITE, dated=Dated(from_ms=0), **(fields | changes))


def placed(one: HoldPolicy | None = None, *, confirm_by: str | None = UNTIL) -> HoldAct:
    """Give a hold's first act."""
    terms = HoldTerms(policy="xx", until=UNTIL, confirm_by=confirm_by)
    return place("hold_1", one or policy(), terms, at_ms=PLACED_MS)


def confirmed(again: Again | None = None) -> HoldAct:
    """Give a confirmation."""
    return confirm(placed(), policy(), by=Actor.CLIENT, at_ms=PLACED_MS + 1, again=again, details={})


def again() -> Again:
    """Give a second pause."""
    second = policy(at_expiry="execute", confirm_days=None)
    return Again(policy=second, terms=HoldTerms(policy="xx.again", until=LATER, confirm_by=None))


def keep(until: str | None = None) -> Restraint:
    """Give a notice that keeps the money."""
    return Restraint(effect="keep", provision="Code, art. 115.2", until=until)


@pytest.mark.parametrize(
    ("at_expiry", "state", "instruction"),
    [
        ("not_accepted", HoldState.NOT_ACCEPTED, Instruction.DO_NOT_EXECUTE),
        ("execute", HoldState.RELEASED, Instruction.EXECUTE),
        ("consent", HoldState.PLACED, Instruction.WAIT),
    ],
)
def test_silence_ends_as_the_policy_says(at_expiry: str, state: HoldState, instruction: Instruction) -> None:
    """Dated on the first instant after the term, whenever it was noticed, and never before."""
    one = policy(at_expiry=at_expiry)
    assert lapse(placed(one), one, UNTIL_MS) is None
    ended = lapse(placed(one), one, UNTIL_MS + 1_000_000)
    assert ended is not None
    assert (ended.at_ms, ended.by, ended.due_ms) == (UNTIL_MS + 1, Actor.CLOCK, None)
    assert (ended.from_state, ended.to_state, ended.instruction) == (HoldState.PLACED, state, instruction)
    assert lapse(ended, one, UNTIL_MS + 2_000_000) is None


def test_a_strange_end_is_a_bug() -> None:
    """A policy whose end nobody knows must not end silently."""
    with pytest.raises(Bug):
        lapse(placed(), policy(at_expiry="perhaps"), UNTIL_MS + 1)


def test_the_second_pause_ends_in_execution() -> None:
    """Its policy and term are the second's, and no window opens."""
    paused = confirmed(again())
    assert (paused.to_state, paused.policy, paused.until, paused.confirm_by) == ("paused_again", "xx", LATER, None)
    ended = lapse(paused, again().policy, instant_ms(LATER) + 1)
    assert ended is not None
    assert (ended.to_state, ended.instruction) == (HoldState.CONFIRMED, Instruction.EXECUTE)


def test_a_consent_counts_only_after_the_term() -> None:
    """Before it is refused; after it, written lapse or not, it is taken, however late."""
    one = policy(at_expiry="consent", confirm_days=None, forbids={"confirm": "Rules, 5"})
    first = placed(one, confirm_by=None)
    with pytest.raises(ForbiddenByLawError, match="Rules, 5"):
        may_confirm(stand([first]), one, by=Actor.CLIENT, now_ms=UNTIL_MS)
    ended = lapse(first, one, UNTIL_MS + 1)
    assert ended is not None
    for acts in ([first], [first, ended]):
        assert may_confirm(stand(acts), one, by=Actor.CLIENT, now_ms=UNTIL_MS + 10**9)


@pytest.mark.parametrize(
    ("changes", "now_ms", "named"),
    [
        ({}, UNTIL_MS + 1, "Act, 1"),
        ({"confirmed_by": ("trusted_person",)}, PLACED_MS, "Act, 1"),
        ({"confirmed_by": ("trusted_person",), "forbids": {"confirm": "Law, 2"}}, PLACED_MS, "Law, 2"),
    ],
)
def test_a_confirmation_is_refused_with_the_provision(changes: dict[str, Any], now_ms: int, named: str) -> None:
    """After the window, and by whom the policy does not name."""
    with pytest.raises(ForbiddenByLawError, match=named):
        may_confirm(stand([placed()]), policy(**changes), by=Actor.CLIENT, now_ms=now_ms)


def test_where_the_law_opens_no_window_nobody_confirms() -> None:
    """The provision that the policy names is the one that is given."""
    one = policy(confirm_days=None, forbids={"confirm": "Law, 25-1"})
    with pytest.raises(ForbiddenByLawError, match="Law, 25-1"):
        may_confirm(stand([placed(one, confirm_by=None)]), one, by=Actor.CLIENT, now_ms=PLACED_MS)


def test_a_trusted_person_confirms_and_the_client_may_still_cancel() -> None:
    """Who waits for another's word can always say no."""
    one = policy(confirmed_by=("trusted_person",))
    standing = stand([placed()])
    assert may_confirm(standing, one, by=Actor.TRUSTED_PERSON, now_ms=PLACED_MS)
    assert may_cancel(standing, one, by=Actor.CLIENT)
    assert may_cancel(standing, one, by=Actor.TRUSTED_PERSON)
    with pytest.raises(ForbiddenByLawError):
        may_cancel(standing, policy(), by=Actor.TRUSTED_PERSON)


def test_a_cancelled_operation_is_not_executed() -> None:
    """And its timer rests."""
    ended = cancel(confirmed(), policy(), by=Actor.CLIENT, at_ms=PLACED_MS + 2, details={})
    assert (ended.from_state, ended.to_state, ended.due_ms) == (HoldState.CONFIRMED, HoldState.CANCELLED, None)
    assert ended.instruction is Instruction.DO_NOT_EXECUTE
    assert may_cancel(stand([placed(), ended]), policy(), by=Actor.CLIENT) is False


@pytest.mark.parametrize(
    ("until", "due_ms"), [(None, None), (LATER, instant_ms(LATER)), ("2026-05-08T13:00:00+03:00", UNTIL_MS)]
)
def test_a_notice_never_shortens_a_hold(until: str | None, due_ms: int | None) -> None:
    """It keeps the money to the later of both ends; without an end of its own, until another notice comes."""
    kept = restrain(stand([placed()]), keep(until), at_ms=PLACED_MS + 1)
    assert (kept.to_state, kept.instruction, kept.due_ms) == (HoldState.PLACED, Instruction.WAIT, due_ms)
    assert kept.provision == "Code, art. 115.2"


def test_after_a_notice_the_hold_goes_on() -> None:
    """A confirmed operation is executed when the notice ends, and while it lasts nothing but a cancellation comes."""
    kept = restrain(stand([confirmed()]), keep(LATER), at_ms=PLACED_MS + 2)
    standing = stand([placed(), confirmed(), kept])
    assert standing.restraint is kept
    assert may_cancel(standing, policy(), by=Actor.CLIENT)
    waiting = stand([placed(), restrain(stand([placed()]), keep(LATER), at_ms=PLACED_MS + 1)])
    with pytest.raises(ForbiddenByLawError, match=r"115\.2"):
        check_release(waiting, policy(while_on=("x",)), by=Actor.FEED)
    with pytest.raises(ForbiddenByLawError, match=r"115\.2"):
        check_withdraw(waiting)
    with pytest.raises(ForbiddenByLawError, match=r"115\.2"):
        may_confirm(waiting, policy(), by=Actor.CLIENT, now_ms=PLACED_MS + 2)
    ended = lapse(kept, policy(), instant_ms(LATER) + 1)
    assert ended is not None
    assert (ended.to_state, ended.instruction) == (HoldState.CONFIRMED, Instruction.EXECUTE)
    assert stand([placed(), confirmed(), kept, ended]).restraint is None


def test_a_notice_that_returns_the_money_ends_the_hold() -> None:
    """And comes too late for what was executed."""
    ended = restrain(stand([confirmed()]), Restraint(effect="return", provision="x"), at_ms=PLACED_MS + 2)
    assert (ended.to_state, ended.instruction) == (HoldState.NOT_ACCEPTED, Instruction.DO_NOT_EXECUTE)
    executed = reported([placed(), confirmed()], "executed", occurred_ms=PLACED_MS + 1, at_ms=PLACED_MS + 2)
    for last in (ended, executed):
        with pytest.raises(ForbiddenByLawError):
            check_restrain(stand([last]))


def test_the_bank_releases_only_what_no_provision_forbids() -> None:
    """A passed check can do no more than the bank, the feed only for a list; nobody releases what has ended."""
    standing = stand([placed()])
    check_release(standing, policy(), by=Actor.BANK)
    check_release(standing, policy(while_on=("x",), forbids={"release": "Law, 3"}), by=Actor.FEED)
    with pytest.raises(ForbiddenByLawError, match="Law, 3"):
        check_release(standing, policy(forbids={"release": "Law, 3"}), by=Actor.BANK)
    check_release(standing, policy(), by=Actor.VERIFICATION)
    with pytest.raises(ForbiddenByLawError, match="Law, 3"):
        check_release(standing, policy(forbids={"release": "Law, 3"}), by=Actor.VERIFICATION)
    with pytest.raises(ForbiddenByLawError, match="no list"):
        check_release(standing, policy(), by=Actor.FEED)
    ended = release(placed(), policy(), by=Actor.FEED, at_ms=PLACED_MS + 1, details={"list": "x"})
    assert (ended.to_state, ended.instruction, ended.due_ms) == (HoldState.RELEASED, Instruction.EXECUTE, None)
    with pytest.raises(ForbiddenByLawError):
        check_release(stand([placed(), ended]), policy(while_on=("x",)), by=Actor.FEED)


def test_an_execution_is_judged_by_what_was_told_when_it_happened() -> None:
    """Before the confirmation it is a breach, after it none, whenever the report comes."""
    acts = [placed(), confirmed()]
    early = reported(acts, "executed", occurred_ms=PLACED_MS, at_ms=PLACED_MS + 5)
    right = reported(acts, "executed", occurred_ms=PLACED_MS + 1, at_ms=PLACED_MS + 5)
    assert (early.details["breach"], right.details["breach"]) == (True, False)
    assert (early.executed, early.to_state) == (True, HoldState.CONFIRMED)
    assert instruction_at(acts, PLACED_MS - 1) is Instruction.WAIT


def test_a_notice_that_went_out_before_a_confirmation_tells_no_instruction() -> None:
    """It is written after the confirmation with what then holds, and was sent when the bank still had to wait."""
    told = follow(confirmed(), ActKind.NOTIFY, at_ms=PLACED_MS, by=Actor.BANK)
    assert told.instruction is Instruction.EXECUTE
    assert instruction_at([placed(), confirmed(), told], PLACED_MS) is Instruction.WAIT


@pytest.mark.parametrize("word", ["rejected", "cancelled", "failed", "returned"])
def test_a_failure_changes_nothing_but_that_it_is_known(word: str) -> None:
    """The instruction stays, and a timer that rested since a false report of execution runs again."""
    wrong = reported([placed()], "executed", occurred_ms=PLACED_MS, at_ms=PLACED_MS + 1)
    assert wrong.due_ms is None
    failed = reported([placed(), wrong], word, occurred_ms=PLACED_MS, at_ms=PLACED_MS + 2)
    assert (failed.executed, failed.due_ms, failed.instruction) == (False, UNTIL_MS, Instruction.WAIT)
    assert failed.details["result"] == word
    after = reported([placed(), confirmed()], word, occurred_ms=PLACED_MS, at_ms=PLACED_MS + 2)
    assert (after.to_state, after.instruction) == (HoldState.CONFIRMED, Instruction.EXECUTE)


@pytest.mark.parametrize(
    ("outcome", "instruction"),
    [("allow", Instruction.EXECUTE), ("challenge", Instruction.EXECUTE), ("refuse", Instruction.DO_NOT_EXECUTE)],
)
def test_a_withdrawal_follows_the_new_outcome(outcome: str, instruction: Instruction) -> None:
    """And names the revision that says so; a proposal alone changes nothing."""
    proposed = propose(placed(), at_ms=PLACED_MS + 1, person="key-1", proposal="abc")
    assert (proposed.to_state, proposed.instruction, proposed.due_ms) == (HoldState.PLACED, Instruction.WAIT, UNTIL_MS)
    ended = withdraw(proposed, at_ms=PLACED_MS + 2, outcome=outcome, revision="dec_1.2")
    assert (ended.to_state, ended.instruction, ended.due_ms) == (HoldState.WITHDRAWN, instruction, None)
    assert ended.details == {"outcome": outcome, "decision_id": "dec_1.2"}
    with pytest.raises(ForbiddenByLawError):
        check_withdraw(stand([placed(), ended]))


def test_an_act_keeps_what_it_does_not_change() -> None:
    """A page that was shown leaves state, terms and timer alone, and carries no details of the act before."""
    shown = follow(confirmed(again()), ActKind.SHOW, at_ms=PLACED_MS + 9, by=Actor.CLIENT)
    before = confirmed(again())
    assert (shown.to_state, shown.until, shown.due_ms, shown.policy) == (
        before.to_state,
        before.until,
        before.due_ms,
        before.policy,
    )
    assert (shown.from_state, dict(shown.details)) == (before.to_state, {})
