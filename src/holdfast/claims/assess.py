"""Weigh the course of one transfer by one rule of refund: owed, not owed, or cannot prove."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Final

from holdfast.claims.clock import due
from holdfast.claims.dossier import Dossier
from holdfast.claims.knowledge import Known
from holdfast.claims.notice import operation_notice
from holdfast.claims.procedure import Fault, best_known, faults, knowledge, knowledge_finding
from holdfast.vocabulary.claims import Assessment, Finding, Liability
from holdfast.vocabulary.packs import Refund
from holdfast.vocabulary.trilean import Trilean, all_of, any_of

_LIABILITY: Final = {True: Liability.OWED, False: Liability.NOT_OWED, None: Liability.CANNOT_PROVE}
_ORDER: Final = (Liability.OWED, Liability.CANNOT_PROVE, Liability.NOT_OWED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A client's demand: when the bank received it, and whether the client says that he did not send the money.

    `zone` is the tenant's, in which days are counted.
    """

    received_ms: int
    zone: tzinfo
    without_consent: Trilean = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A refund in force on the day of the transfer; `protects` is what its condition said about the transfer."""

    refund: Refund
    pack: str
    pack_version: str
    cite: str
    protects: Trilean


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One transfer under one rule."""

    dossier: Dossier
    rule: Rule
    application: Application


def assess(dossier: Dossier, rule: Rule, application: Application) -> Assessment:
    """Say by one rule whether the bank owes the sum of the transfer.

    Everything that the rule asks must be true for `owed`; one false thing makes `not_owed`; else the record does
    not prove it either way, and the unknown findings say what is missing.
    """
    findings = [_protected(dossier, rule), _executed(dossier, rule), _still_gone(dossier, rule)]
    more, merit = _BREACHES[rule.refund.breach](_Case(dossier=dossier, rule=rule, application=application))
    state = all_of([*(finding.state for finding in findings), merit.state])
    return Assessment(
        rule=rule.refund.id,
        pack=rule.pack,
        pack_version=rule.pack_version,
        cite=rule.cite,
        liability=_LIABILITY[state],
        reason=_reason(state, (*findings, merit)),
        amount_minor=dossier.amount_minor,
        currency=dossier.currency,
        due_ms=due(rule.refund, application.received_ms, application.zone, cross_border=dossier.cross_border),
        findings=(*findings, *more, merit),
    )


def foremost(assessments: Iterable[Assessment]) -> tuple[Assessment, ...]:
    """Order assessments so that the one that counts stands first: owed, then cannot prove, then not owed."""
    return tuple(sorted(assessments, key=lambda one: _ORDER.index(one.liability)))


def _reason(state: Trilean, findings: Sequence[Finding]) -> str:
    """Name the reason of the finding that settled it; what is owed is settled by the last, the fault itself."""
    if state is True:
        return findings[-1].reason
    return next(finding.reason for finding in findings if finding.state is state)


def _protected(dossier: Dossier, rule: Rule) -> Finding:
    reasons = {True: "protected", False: "not_protected", None: "payer_unknown"}
    return Finding(
        name="protected",
        state=rule.protects,
        reason="erased" if dossier.erased and rule.protects is None else reasons[rule.protects],
        provision=rule.cite,
        evidence=(dossier.event_id,),
    )


def _executed(dossier: Dossier, rule: Rule) -> Finding:
    reasons = {True: "executed", False: "not_executed", None: "execution_unknown"}
    return Finding(
        name="executed",
        state=dossier.executed,
        reason=reasons[dossier.executed],
        provision=rule.cite,
        evidence=tuple(one.ref for one in dossier.results),
        details={"executed_ms": dossier.executed_ms},
    )


def _still_gone(dossier: Dossier, rule: Rule) -> Finding:
    gone = not dossier.returned
    return Finding(
        name="not_returned",
        state=gone,
        reason="not_returned" if gone else "money_came_back",
        provision=rule.cite,
        evidence=tuple(one.ref for one in dossier.results if one.result == "returned"),
    )


Merit = tuple[list[Finding], Finding]


def _by_procedure(case: _Case) -> Merit:
    """Ask for a fault in the procedure whose record the bank had at that instant (161-FZ art. 8 p. 3.13)."""
    dossier, rule = case.dossier, case.rule
    lists = rule.refund.known_on
    found = faults(dossier, lists, rule.cite)
    known = [finding for finding, _ in knowledge(dossier, lists, rule.cite)]
    breach = Finding(
        name="breach",
        state=any_of(fault.counts for fault in found),
        reason=_breach_reason(found),
        provision=_breach_provision(found, rule),
        evidence=tuple(dict.fromkeys(ref for fault in found if fault.counts for ref in fault.finding.evidence)),
    )
    return [*known, *(fault.finding for fault in found)], breach


def _breach_reason(found: Sequence[Fault]) -> str:
    """Name the first fault that weighs; else what is not known of the first that may; else why none does."""
    for state in (True, None):
        fault = next((fault for fault in found if fault.counts is state), None)
        if fault is not None:
            return fault.finding.reason if fault.known or fault.finding.state is None else "listing_unknown"
    followed = all(fault.finding.state is False for fault in found)
    return "procedure_followed" if followed else "payee_not_listed"


def _breach_provision(found: Sequence[Fault], rule: Rule) -> str:
    return next((fault.finding.provision for fault in found if fault.counts), "") or rule.cite


def _by_payment(case: _Case) -> Merit:
    """Ask whether the payee was known when the money went; how it was decided does not matter."""
    dossier, rule = case.dossier, case.rule
    found = best_known(dossier, rule.refund.known_on, dossier.executed_ms)
    exact = best_known(dossier, rule.refund.known_on, dossier.decided_ms, by_decision=True)
    finding = knowledge_finding("known_at_execution", _or_published(dossier, rule, found), rule.cite)
    at_decision = knowledge_finding("known_at_decision", exact, rule.cite)
    reasons = {True: "paid_to_listed", False: "payee_not_listed", None: finding.reason}
    return [at_decision, finding], replace(finding, name="breach", reason=reasons[finding.state])


def _or_published(dossier: Dossier, rule: Rule, found: Known) -> Known:
    """Leave open what a list knew while a record was published and its loading was not due yet."""
    at_ms = dossier.executed_ms
    if found.state is not False or at_ms is None:
        return found
    for course in dossier.lists:
        for one in course.listings if course.list in rule.refund.known_on else ():
            published = one.published_ms
            if published is not None and published <= at_ms < one.loaded_ms:
                return Known(state=None, reason="published_not_due", list=course.list, listing=one)
    return found


def _by_notice(case: _Case) -> Merit:
    """Ask whether the money went without the client's consent, and whether he was told and answered in time."""
    rule, application = case.rule, case.application
    consent = Finding(
        name="without_consent",
        state=application.without_consent,
        reason={True: "says_not_sent", False: "sent_by_client", None: "consent_unknown"}[application.without_consent],
        provision=rule.cite,
    )
    told, in_time = operation_notice(case.dossier, application.received_ms, application.zone, provision=rule.cite)
    untold = any_of((None if told.state is None else not told.state, in_time.state))
    state = all_of((consent.state, untold))
    breach = Finding(
        name="breach",
        state=state,
        reason=_notice_reason(consent, told, in_time),
        provision=rule.cite,
        evidence=told.evidence,
    )
    return [consent, told, in_time], breach


def _notice_reason(consent: Finding, told: Finding, in_time: Finding) -> str:
    if consent.state is not True:
        return consent.reason
    return told.reason if told.state is not True else in_time.reason


_BREACHES: Final = {"procedure": _by_procedure, "paid": _by_payment, "notice": _by_notice}
