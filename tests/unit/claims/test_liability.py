"""The table of liability: each rule of law with its negative."""

from typing import NamedTuple

import pytest

from holdfast.claims import Application, Dossier, Rule, assess, foremost
from holdfast.vocabulary.claims import Liability
from holdfast.vocabulary.holds import ActKind, HoldState, Instruction
from tests.unit.claims.courses import (
    ABSENT,
    CANCELLED,
    CONFIRMED,
    EXECUTED,
    LATE,
    LISTED,
    PAUSE_OVER,
    PAUSED,
    PLACED,
    RELEASED,
    SILENCE,
    TOLD,
    act,
    application,
    at,
    course,
    listing,
    notice,
    result,
    rule,
    transfer,
)

OWED, NOT, UNPROVEN = Liability.OWED, Liability.NOT_OWED, Liability.CANNOT_PROVE
LOADED_BEFORE_CONFIRMATION = course(listing("05-08 11:00", "05-08 11:20"), answer=False)
LOADED_BEFORE_EXECUTION = course(listing("05-08 11:00", "05-08 12:20"), answer=False)
PAID, ART9, SURE = rule("paid", days=None), rule("notice"), application(without_consent=True)


BY_PROCEDURE, ASKED = rule(), application()


class Case(NamedTuple):
    """One course, and what the law says of it."""

    says: str
    course: Dossier
    liability: Liability
    reason: str
    rule: Rule = BY_PROCEDURE
    application: Application = ASKED


CASES = [
    # 161-FZ art. 8 p. 3.13: an individual, a known recipient, executed in breach
    Case("a listed payee was paid without a stop", transfer(known=LISTED, results=[EXECUTED]), OWED, "not_stopped"),
    Case("the payee was on no list", transfer(known=ABSENT, results=[EXECUTED]), NOT, "payee_not_listed"),
    Case(
        "published 09:00, due 10:00, decided 10:05, loaded 10:12: loading late frees nobody",
        transfer(known=LATE, results=[EXECUTED]),
        OWED,
        "late_load",
    ),
    Case(
        "published 09:00, decided 09:59: the deadline had not passed",
        transfer(known=LATE, results=[EXECUTED], decided_ms=at("05-08 09:59")),
        NOT,
        "payee_not_listed",
    ),
    Case(
        "decided on the last instant of the deadline: still in time",
        transfer(known=LATE, results=[EXECUTED], decided_ms=at("05-08 10:00")),
        NOT,
        "payee_not_listed",
    ),
    Case(
        "a list with no deadline in law owes no speed",
        transfer(
            known=course(listing("05-08 01:00", "05-08 10:12"), answer=False, deadline_hours=None), results=[EXECUTED]
        ),
        NOT,
        "payee_not_listed",
    ),
    Case(
        "the version that brought the record does not say when it was published",
        transfer(known=course(listing(None, "05-08 10:12"), answer=False), results=[EXECUTED]),
        UNPROVEN,
        "listing_unknown",
    ),
    Case(
        "the record came to the list after the execution and was published after it",
        transfer(known=course(listing("05-09 09:00", "05-09 09:10"), answer=False), results=[EXECUTED]),
        NOT,
        "payee_not_listed",
    ),
    Case(
        "the record had left the list before the decision",
        transfer(
            known=course(
                listing("05-01 09:00", "05-01 09:10", left_ms=at("05-07 09:00"), left_version="v2"), answer=False
            ),
            results=[EXECUTED],
        ),
        NOT,
        "payee_not_listed",
    ),
    Case(
        "the record had expired before the decision",
        transfer(
            known=course(listing("05-01 09:00", "05-01 09:10", expires_ms=at("05-08 00:00")), answer=False),
            results=[EXECUTED],
        ),
        NOT,
        "payee_not_listed",
    ),
    Case(
        "the source had withdrawn the record again before the decision",
        transfer(
            known=course(
                listing("05-08 08:00", "05-08 10:12", left_ms=at("05-08 11:00"), left_published_ms=at("05-08 09:50")),
                answer=False,
            ),
            results=[EXECUTED],
        ),
        NOT,
        "payee_not_listed",
    ),
    Case(
        "a snapshot that was still being loaded counts by the deadline, not by its stamp",
        transfer(known=course(listing("05-08 08:00", "05-08 10:04"), answer=False), results=[EXECUTED]),
        OWED,
        "late_load",
    ),
    Case(
        "the record narrows the account to a bank that the transfer does not name",
        transfer(known=course(listing("05-08 08:00", "05-08 08:30", fits=None), asked=False), results=[EXECUTED]),
        UNPROVEN,
        "listing_unknown",
    ),
    Case(
        "the payee is named by nothing that could stand on a list",
        transfer(known=course(answer=None, identified=False), results=[EXECUTED]),
        UNPROVEN,
        "listing_unknown",
    ),
    Case(
        "the list was never loaded",
        transfer(known=course(answer=None, loaded_since_ms=None), results=[EXECUTED]),
        UNPROVEN,
        "listing_unknown",
    ),
    Case("nothing is known of the list at all", transfer(results=[EXECUTED]), UNPROVEN, "listing_unknown"),
    # execution is what the bank reported, never an assumption
    Case("no result was reported", transfer(known=LISTED), UNPROVEN, "execution_unknown"),
    Case("it was rejected", transfer(known=LISTED, results=[result("rejected", "05-08 10:30")]), NOT, "not_executed"),
    Case("it was cancelled", transfer(known=LISTED, results=[result("cancelled", "05-08 10:30")]), NOT, "not_executed"),
    Case("it failed", transfer(known=LISTED, results=[result("failed", "05-08 10:30")]), NOT, "not_executed"),
    Case(
        "it failed first and was executed then",
        transfer(known=LISTED, results=[result("failed", "05-08 10:10"), EXECUTED]),
        OWED,
        "not_stopped",
    ),
    Case(
        "the report of its execution was corrected",
        transfer(known=LISTED, results=[EXECUTED, result("failed", "05-08 10:40")]),
        NOT,
        "not_executed",
    ),
    Case(
        "the money came back",
        transfer(known=LISTED, results=[EXECUTED, result("returned", "05-09 10:00")]),
        NOT,
        "money_came_back",
    ),
    # whom the law protects
    Case(
        "the payer is an organisation",
        transfer(known=LISTED, results=[EXECUTED]),
        NOT,
        "not_protected",
        rule=rule(protects=False),
    ),
    Case(
        "nobody said what kind the payer is",
        transfer(known=LISTED, results=[EXECUTED]),
        UNPROVEN,
        "payer_unknown",
        rule=rule(protects=None),
    ),
    Case(
        "the personal data were erased",
        transfer(known=LISTED, results=[EXECUTED], erased=True),
        UNPROVEN,
        "erased",
        rule=rule(protects=None),
    ),
    # the hold and the refusal
    Case(
        "executed while the order waited",
        transfer("hold", known=LISTED, acts=[PLACED], results=[EXECUTED], notices=[TOLD]),
        OWED,
        "while_waiting",
    ),
    Case(
        "executed in the second pause",
        transfer(
            "hold", known=LISTED, acts=[PLACED, PAUSED], results=[result("executed", "05-09 10:00")], notices=[TOLD]
        ),
        OWED,
        "in_second_pause",
    ),
    Case(
        "executed after the second pause",
        transfer(
            "hold",
            known=LISTED,
            acts=[PLACED, PAUSED, PAUSE_OVER],
            results=[result("executed", "05-10 09:00")],
            notices=[TOLD],
        ),
        NOT,
        "procedure_followed",
    ),
    Case(
        "executed on the instant at which the second pause ended",
        transfer(
            "hold",
            known=LISTED,
            acts=[PLACED, PAUSED, PAUSE_OVER],
            results=[result("executed", "05-10 00:00")],
            notices=[TOLD],
        ),
        NOT,
        "procedure_followed",
    ),
    Case(
        "executed after silence",
        transfer(
            "hold", known=LISTED, acts=[PLACED, SILENCE], results=[result("executed", "05-11 09:00")], notices=[TOLD]
        ),
        OWED,
        "not_to_be_executed",
    ),
    Case(
        "executed after the client cancelled",
        transfer(
            "hold", known=LISTED, acts=[PLACED, CANCELLED], results=[result("executed", "05-08 14:00")], notices=[TOLD]
        ),
        OWED,
        "not_to_be_executed",
    ),
    Case(
        "executed before the client cancelled, while it waited",
        transfer(
            "hold", known=LISTED, acts=[PLACED, CANCELLED], results=[result("executed", "05-08 12:59")], notices=[TOLD]
        ),
        OWED,
        "while_waiting",
    ),
    Case(
        "confirmed and executed at once although the database had the payee",
        transfer(
            "hold", known=LISTED, acts=[PLACED, CONFIRMED], results=[result("executed", "05-08 12:01")], notices=[TOLD]
        ),
        OWED,
        "not_paused",
    ),
    Case(
        "confirmed, and the record was loaded between hold and confirmation",
        transfer(
            "hold",
            known=LOADED_BEFORE_CONFIRMATION,
            acts=[PLACED, CONFIRMED],
            results=[result("executed", "05-08 12:01")],
            notices=[TOLD],
        ),
        OWED,
        "not_paused",
    ),
    Case(
        "confirmed, and the record was loaded only afterwards, in time",
        transfer(
            "hold",
            known=LOADED_BEFORE_EXECUTION,
            acts=[PLACED, CONFIRMED],
            results=[result("executed", "05-08 12:30")],
            notices=[TOLD],
        ),
        NOT,
        "payee_not_listed",
    ),
    Case(
        "confirmed for an unlisted payee and executed",
        transfer(
            "hold", known=ABSENT, acts=[PLACED, CONFIRMED], results=[result("executed", "05-08 12:01")], notices=[TOLD]
        ),
        NOT,
        "payee_not_listed",
    ),
    Case(
        "executed against a hold that another sign placed: a fault, but not this refund",
        transfer("hold", known=ABSENT, acts=[PLACED], results=[EXECUTED], notices=[TOLD]),
        NOT,
        "payee_not_listed",
    ),
    Case(
        "released because the record left, then executed",
        transfer(
            "hold", known=LISTED, acts=[PLACED, RELEASED], results=[result("executed", "05-08 16:00")], notices=[TOLD]
        ),
        NOT,
        "procedure_followed",
    ),
    Case(
        "refused and executed all the same",
        transfer("refuse", known=LISTED, results=[EXECUTED], notices=[TOLD]),
        OWED,
        "executed_though_refused",
    ),
    Case(
        "refused and not executed",
        transfer("refuse", known=LISTED, results=[result("rejected", "05-08 10:06")], notices=[TOLD]),
        NOT,
        "not_executed",
    ),
    Case(
        "a repeat that the law lets pass",
        transfer("allow", known=LISTED, results=[EXECUTED], repeat="used"),
        NOT,
        "procedure_followed",
    ),
    Case(
        "a repeat that would have been refused had the feed been loaded in time",
        transfer("allow", known=LATE, results=[EXECUTED], repeat="used"),
        OWED,
        "late_load",
    ),
    Case("a challenge is no stop", transfer("challenge", known=LISTED, results=[EXECUTED]), OWED, "not_stopped"),
    Case("it was never decided", transfer("", known=LISTED, results=[EXECUTED]), UNPROVEN, "never_decided"),
    # the notice of the stop (p. 3.6)
    Case(
        "the notice of the stop could not be delivered",
        transfer(
            "hold",
            known=LISTED,
            acts=[PLACED, PAUSED, PAUSE_OVER],
            results=[result("executed", "05-10 09:00")],
            notices=[notice("05-08 10:06", delivered=False)],
        ),
        OWED,
        "notice_failed",
    ),
    Case(
        "the notice came after the execution",
        transfer(
            "hold",
            known=LISTED,
            acts=[PLACED, PAUSED, PAUSE_OVER],
            results=[result("executed", "05-10 09:00")],
            notices=[notice("05-10 09:01")],
        ),
        OWED,
        "told_after_execution",
    ),
    Case(
        "no notice is on record: the bank may have told the client by its own means",
        transfer("hold", known=LISTED, acts=[PLACED, PAUSED, PAUSE_OVER], results=[result("executed", "05-10 09:00")]),
        UNPROVEN,
        "no_record_of_notice",
    ),
    Case(
        "a second try reached the client",
        transfer(
            "hold",
            known=LISTED,
            acts=[PLACED, PAUSED, PAUSE_OVER],
            results=[result("executed", "05-10 09:00")],
            notices=[notice("05-08 10:06", delivered=False), notice("05-08 10:16")],
        ),
        NOT,
        "procedure_followed",
    ),
    Case(
        "an act that says nothing about execution changes nothing",
        transfer(
            "hold",
            known=LISTED,
            acts=[PLACED, act(ActKind.EXECUTE, "05-08 10:30", HoldState.PLACED, Instruction.WAIT)],
            results=[EXECUTED],
            notices=[TOLD],
        ),
        OWED,
        "while_waiting",
    ),
    # Kazakhstan: paying a listed person is enough
    Case("KZ: a listed payee was paid", transfer(known=LISTED, results=[EXECUTED]), OWED, "paid_to_listed", rule=PAID),
    Case(
        "KZ: a listed payee was paid after the suspension had ended",
        transfer("hold", known=LISTED, acts=[PLACED, PAUSE_OVER], results=[result("executed", "05-11 09:00")]),
        OWED,
        "paid_to_listed",
        rule=PAID,
    ),
    Case(
        "KZ: the record had left when the money went",
        transfer(
            "hold",
            known=course(listing("05-08 08:00", "05-08 08:30", left_ms=at("05-08 15:00")), answer=True),
            acts=[PLACED, RELEASED],
            results=[result("executed", "05-08 16:00")],
        ),
        NOT,
        "payee_not_listed",
        rule=PAID,
    ),
    Case(
        "KZ: the payee was on no list", transfer(known=ABSENT, results=[EXECUTED]), NOT, "payee_not_listed", rule=PAID
    ),
    Case("KZ: nobody reported the execution", transfer(known=LISTED), UNPROVEN, "execution_unknown", rule=PAID),
    Case(
        "KZ: the record was published and its loading was not due yet",
        transfer(known=course(listing("05-08 10:00", "05-08 10:40"), answer=False), results=[EXECUTED]),
        UNPROVEN,
        "published_not_due",
        rule=PAID,
    ),
    Case(
        "KZ: the record was loaded late",
        transfer(known=LATE, results=[result("executed", "05-08 10:06")]),
        OWED,
        "paid_to_listed",
        rule=PAID,
    ),
    # 161-FZ art. 9: use without consent
    Case(
        "not told of an operation that was not his",
        transfer(results=[EXECUTED], notices=[notice("05-08 10:31", delivered=False)]),
        OWED,
        "notice_failed",
        rule=ART9,
        application=SURE,
    ),
    Case(
        "told, and reported by the day after",
        transfer(results=[EXECUTED], notices=[notice("05-08 10:31")]),
        OWED,
        "reported_in_time",
        rule=ART9,
        application=application("05-09 23:59", without_consent=True),
    ),
    Case(
        "told, and reported two days after",
        transfer(results=[EXECUTED], notices=[notice("05-08 10:31")]),
        NOT,
        "reported_late",
        rule=ART9,
        application=application("05-10 00:01", without_consent=True),
    ),
    Case(
        "the client sent the money himself, if deceived",
        transfer(results=[EXECUTED], notices=[notice("05-08 10:31", delivered=False)]),
        NOT,
        "sent_by_client",
        rule=ART9,
        application=application(without_consent=False),
    ),
    Case(
        "nobody said who sent it",
        transfer(results=[EXECUTED], notices=[notice("05-08 10:31", delivered=False)]),
        UNPROVEN,
        "consent_unknown",
        rule=ART9,
    ),
    Case(
        "no notice of the operation is on record",
        transfer(results=[EXECUTED]),
        UNPROVEN,
        "no_record_of_notice",
        rule=ART9,
        application=SURE,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_liability_follows_the_law(case: Case) -> None:
    """A course leads to the liability that the law gives it, for the reason that it gives."""
    found = assess(case.course, case.rule, case.application)
    assert (found.liability, found.reason) == (case.liability, case.reason)
    assert (found.amount_minor, found.currency) == (25_000_000, "RUB")


def test_there_are_enough_cases() -> None:
    """The table covers each rule with its negative."""
    assert len(CASES) >= 40
    assert len({case.says for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_the_answer_follows_from_its_own_findings(case: Case) -> None:
    """What is owed has no false or unknown condition, and an unproven claim names at least one unknown finding."""
    found = assess(case.course, case.rule, case.application)
    states = {finding.name: finding.state for finding in found.findings}
    asked = [states[name] for name in ("protected", "executed", "not_returned", "breach")]
    assert (found.liability is OWED) == all(asked)
    assert (found.liability is NOT) == (False in asked)
    if found.liability is UNPROVEN:
        assert None in states.values()


def test_a_late_load_cites_the_deadline_and_names_the_version() -> None:
    """The finding about a late load carries both instants, the version and the provision of the deadline."""
    found = assess(transfer(known=LATE, results=[EXECUTED]), rule(), application())
    known = next(one for one in found.findings if one.name == "known_at_decision")
    assert (known.state, known.reason, known.provision) == (True, "late_load", "7282-U item 6")
    assert known.evidence == ("ru.cbr.recipients@v0", "ru.cbr.recipients@v05-08 10:12")
    assert known.details["published_ms"] == at("05-08 09:00")
    assert known.details["loaded_ms"] == at("05-08 10:12")


def test_what_is_owed_goes_before_what_cannot_be_proved() -> None:
    """Of several rules the one that the bank owes by counts first, and an unproven one before one that is not owed."""
    found = [
        assess(transfer(known=ABSENT, results=[EXECUTED]), rule(), application()),
        assess(transfer(results=[EXECUTED]), ART9, application()),
        assess(transfer(known=LISTED, results=[EXECUTED]), PAID, application()),
    ]
    assert [one.liability for one in foremost(found)] == [OWED, UNPROVEN, NOT]
