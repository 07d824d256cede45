"""What may count against the bank: that it executed otherwise than the law of suspension and refusal asks.

A fault alone is not enough: the bank must have had the record about the payee at the instant to which the fault
belongs. So each fault stands beside what was known then, and the two decide together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.claims.dossier import Dossier, HoldMark, NoticeMark
from holdfast.claims.knowledge import Known, known_at
from holdfast.vocabulary.claims import Finding
from holdfast.vocabulary.holds import HoldState, Instruction
from holdfast.vocabulary.trilean import Trilean, all_of, any_of

STOPPED = frozenset({"hold", "refuse"})
_PASSES = "used"  # a repeat that the law lets pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One possible fault, with what was known of the payee at its instant."""

    finding: Finding
    known: Trilean

    @property
    def counts(self) -> Trilean:
        """Tell whether the fault weighs: the record was known, and the procedure was not followed."""
        return all_of((self.known, self.finding.state))


def best_known(dossier: Dossier, lists: Sequence[str], at_ms: int | None, *, by_decision: bool = False) -> Known:
    """Ask every list at an instant, and give the answer that says most: true, else unknown, else false."""
    courses = [course for course in dossier.lists if course.list in lists]
    answers = [known_at(course, at_ms, by_decision=by_decision) for course in courses]
    missing = set(lists) - {course.list for course in courses}
    answers += [Known(state=None, reason="never_loaded", list=name) for name in sorted(missing)]
    for state in (True, None, False):
        found = next((answer for answer in answers if answer.state is state), None)
        if found is not None:
            return found
    return Known(state=None, reason="no_list")


def knowledge_finding(name: str, known: Known, provision: str) -> Finding:
    """Write what was known as a finding; a late load cites the deadline that was missed."""
    return Finding(
        name=name,
        state=known.state,
        reason=known.reason,
        provision=known.cite or provision,
        evidence=known.evidence,
        details=known.details,
    )


def knowledge(dossier: Dossier, lists: Sequence[str], provision: str) -> list[tuple[Finding, int | None]]:
    """Give what was known at the decision, at each confirmation and at the execution, each with its instant."""
    asked: list[tuple[str, int | None, bool]] = [("known_at_decision", dossier.decided_ms, True)]
    asked += [("known_at_confirmation", mark.at_ms, False) for mark in dossier.confirmations()]
    if dossier.executed is not False:
        asked.append(("known_at_execution", dossier.executed_ms, False))
    return [
        (knowledge_finding(name, best_known(dossier, lists, at_ms, by_decision=exact), provision), at_ms)
        for name, at_ms, exact in asked
    ]


def faults(dossier: Dossier, lists: Sequence[str], provision: str) -> list[Fault]:
    """Give every fault that may be asked about this course."""
    at_decision = best_known(dossier, lists, dossier.decided_ms, by_decision=True)
    found = [_not_stopped(dossier, at_decision, provision)]
    ever = any_of(finding.state for finding, _ in knowledge(dossier, lists, provision))
    held = dossier.before_execution()
    if held is not None:
        found.append(Fault(finding=_against_instruction(dossier, held), known=ever))
    elif dossier.outcome == "refuse":
        found.append(Fault(finding=_against_refusal(dossier), known=ever))
    found += [_no_second_pause(dossier, mark, lists) for mark in dossier.confirmations()]
    if dossier.outcome in STOPPED:
        found.append(Fault(finding=_not_told(dossier), known=ever))
    return found


def _not_stopped(dossier: Dossier, known: Known, provision: str) -> Fault:
    """Ask whether a transfer to a known payee went past without a stop; a repeat that the law lets pass did not."""
    state: Trilean
    if not dossier.outcome:
        state, reason = None, "never_decided"
    elif dossier.outcome in STOPPED:
        state, reason = False, "stopped"
    elif dossier.repeat == _PASSES and known.reason == "loaded":
        state, reason = False, "repeat_passes"
    else:
        state, reason = True, "late_load" if known.reason == "late_load" else "not_stopped"
    finding = Finding(
        name="not_stopped",
        state=state,
        reason=reason,
        provision=dossier.stop_provision or provision,
        evidence=(dossier.decision_id,) if dossier.decision_id else (),
        details={"outcome": dossier.outcome, "decided_ms": dossier.decided_ms},
    )
    return Fault(finding=finding, known=known.state)


def _against_instruction(dossier: Dossier, held: HoldMark) -> Finding:
    """Ask whether it was executed while the hold said otherwise; the second pause has a name of its own."""
    state: Trilean
    if dossier.executed_ms is None:
        state, reason = dossier.executed, "execution_unknown" if dossier.executed is None else "not_executed"
    else:
        state = held.instruction is not Instruction.EXECUTE
        reason = _why(held) if state else "as_instructed"
    return Finding(
        name="against_hold",
        state=state,
        reason=reason,
        provision=held.provision,
        evidence=(held.hold_id,),
        details={"instruction": held.instruction, "state": held.to_state, "executed_ms": dossier.executed_ms},
    )


def _why(held: HoldMark) -> str:
    if held.to_state is HoldState.PAUSED_AGAIN:
        return "in_second_pause"
    return "while_waiting" if held.instruction is Instruction.WAIT else "not_to_be_executed"


def _against_refusal(dossier: Dossier) -> Finding:
    """Ask whether a refused operation was executed all the same."""
    return Finding(
        name="against_refusal",
        state=dossier.executed,
        reason={True: "executed_though_refused", False: "not_executed", None: "execution_unknown"}[dossier.executed],
        provision=dossier.stop_provision,
        evidence=(dossier.decision_id,),
    )


def _no_second_pause(dossier: Dossier, confirmed: HoldMark, lists: Sequence[str]) -> Fault:
    """Ask whether a confirmation led straight to execution although the payee was known by then."""
    known = best_known(dossier, lists, confirmed.at_ms)
    paused = confirmed.to_state is HoldState.PAUSED_AGAIN
    finding = Finding(
        name="no_second_pause",
        state=not paused,
        reason="paused_again" if paused else ("late_load" if known.reason == "late_load" else "not_paused"),
        provision=confirmed.provision,
        evidence=(confirmed.hold_id,),
        details={"confirmed_ms": confirmed.at_ms},
    )
    return Fault(finding=finding, known=known.state)


def _not_told(dossier: Dossier) -> Finding:
    """Ask whether the client was told of the stop; a notice that came after the execution told nothing."""
    told = [notice for notice in dossier.notices if _in_time(dossier, notice)]
    late = any(notice.delivered for notice in dossier.notices)
    state: Trilean
    if any(notice.delivered for notice in told):
        state, reason = False, "told"
    elif late:
        state, reason = True, "told_after_execution"
    elif any(notice.delivered is False for notice in dossier.notices):
        state, reason = True, "notice_failed"
    else:
        state, reason = None, "no_record_of_notice"
    return Finding(
        name="not_told",
        state=state,
        reason=reason,
        provision=dossier.stop_provision,
        evidence=tuple(notice.ref for notice in dossier.notices),
    )


def _in_time(dossier: Dossier, notice: NoticeMark) -> bool:
    executed_ms = dossier.executed_ms
    return executed_ms is None or notice.at_ms <= executed_ms
