"""The law of the day over HTTP: which signs are in force, what fires them, what stays unknown, what may act."""

from typing import Any

import httpx

from tests.acceptance.conftest import NOON, StartServer, state, transfer

PHONE = {"client": {"customer_id": "c-1"}, "type": "profile_change", "field": "phone"}


def inflow(event_id: str, at: str, minor: int = 25_000_000) -> dict[str, Any]:
    """Make an inflow over the fast payment system from the client's own account at another bank."""
    return transfer(
        event_id,
        occurred_at=at,
        rail="sbp",
        amount_minor=minor,
        payer={"kind": "individual", "account": "40817810900000000077", "bic": "044525974", "own": True},
        payee={"customer_id": "c-1", "kind": "individual", "own": True},
    )


def test_the_law_changes_at_midnight_of_the_new_year(start: StartServer) -> None:
    """On 31.12.2025 the six signs of OD-1027 speak, on 01.01.2026 those of OD-2506, on 01.03.2026 sign 1.2 too."""
    server = start(clock="2025-12-31T23:59:59+03:00")
    old = server.decide(transfer("a", occurred_at="2025-12-31T23:59:59+03:00"))
    server.move_clock("2026-01-01T00:00:00+03:00")
    new = server.decide(transfer("b", occurred_at="2026-01-01T00:00:00+03:00"))
    server.move_clock("2026-03-01T00:00:00+03:00")
    march = server.decide(transfer("c", occurred_at="2026-03-01T00:00:00+03:00"))
    ids = [{row["id"] for row in decision["signs"]} for decision in (old, new, march)]
    assert ids[0] == {f"ru.od-1027.{number}" for number in range(1, 7)}
    assert "ru.od-2506.1.1" in ids[1]
    assert "ru.od-2506.1.2" not in ids[1]
    assert ids[2] - ids[1] == {"ru.od-2506.1.2"}


def test_an_event_is_judged_by_the_law_of_its_own_day(start: StartServer) -> None:
    """Judged after midnight, an event of the old year is judged by the old signs; the hold runs from the decision."""
    server = start(clock="2026-01-01T00:30:00+03:00")
    server.enlist("ru.cbr.recipients", {"kind": "inn", "value": "500100732259"})
    decision = server.decide(transfer("a", occurred_at="2025-12-31T23:50:00+03:00"))
    assert state(decision, "ru.od-1027.1") == "fired"
    assert decision["hold"]["until"] == "2026-01-02T23:59:59.999999+03:00"


def test_1_12_needs_the_inflow_the_stranger_and_six_months_of_history(start: StartServer) -> None:
    """Sign 1.12 is strict in sum and time, is cleared by an earlier transfer, and is unknown without history."""
    server = start(clock="2025-08-01T12:00:00+03:00")
    early = server.decide(transfer("early", occurred_at="2025-08-01T12:00:00+03:00", payer={"customer_id": "c-9"}))
    assert state(early, "ru.od-2506.1.12" if "2026" in early["decided_at"] else "ru.od-1027.3") == "unknown"
    server.move_clock("2026-05-08T10:00:00+03:00")
    server.decide(inflow("in-1", "2026-05-08T10:00:00+03:00", minor=20_000_001))
    server.move_clock("2026-05-09T09:59:59.999+03:00")
    fired = server.decide(transfer("late", occurred_at="2026-05-09T09:59:59.999+03:00", amount_minor=100))
    assert state(fired, "ru.od-2506.1.12") == "fired"
    server.move_clock("2026-05-09T10:00:00+03:00")
    over = server.decide(transfer("over", occurred_at="2026-05-09T10:00:00+03:00", amount_minor=100))
    assert state(over, "ru.od-2506.1.12") == "clear"


def test_a_refused_attempt_teaches_nothing_and_an_executed_one_does(start: StartServer) -> None:
    """The held order does not make its payee known; the result that says it was executed does."""
    server = start(clock="2025-08-01T12:00:00+03:00")
    server.move_clock("2026-05-08T10:00:00+03:00")
    server.decide(inflow("in-1", "2026-05-08T10:00:00+03:00"))
    server.move_clock(NOON)
    assert state(server.decide(transfer("one")), "ru.od-2506.1.12") == "fired"
    assert state(server.decide(transfer("two")), "ru.od-2506.1.12") == "fired"
    result = {"id": "r", "type": "transfer_result", "occurred_at": NOON, "of": "one", "result": "executed"}
    server.report(result)
    assert state(server.decide(transfer("three")), "ru.od-2506.1.12") == "clear"


def test_an_allowed_transfer_that_failed_leaves_the_past(start: StartServer) -> None:
    """A transfer that was allowed counts as executed until a result says that it failed."""
    server = start(clock="2025-08-01T12:00:00+03:00")
    server.move_clock("2026-05-08T09:00:00+03:00")
    server.decide(transfer("known", occurred_at="2026-05-08T09:00:00+03:00", amount_minor=100))
    server.decide(inflow("in-1", "2026-05-08T09:00:00+03:00"))
    server.move_clock(NOON)
    assert state(server.decide(transfer("one")), "ru.od-2506.1.12") == "clear"
    for of in ("known", "one"):
        server.report({"id": f"r-{of}", "type": "transfer_result", "occurred_at": NOON, "of": of, "result": "failed"})
    assert state(server.decide(transfer("two")), "ru.od-2506.1.12") == "fired"


def test_a_payee_is_one_person_over_identifiers_seen_together(start: StartServer) -> None:
    """Paid once by account and phone, a payee is known later by the phone alone."""
    server = start(clock="2025-08-01T12:00:00+03:00")
    server.move_clock("2026-05-08T10:00:00+03:00")
    both = {"kind": "individual", "account": "40817810000000000002", "bic": "044525225", "phone": "+79031234567"}
    server.decide(transfer("first", occurred_at="2026-05-08T10:00:00+03:00", amount_minor=100, payee=both))
    server.decide(inflow("in-1", "2026-05-08T10:00:00+03:00"))
    server.move_clock(NOON)
    by_phone = server.decide(transfer("second", payee={"kind": "individual", "phone": "8 903 123-45-67"}))
    stranger = server.decide(transfer("third", payee={"kind": "individual", "phone": "+79031234568"}))
    assert state(by_phone, "ru.od-2506.1.12") == "clear"
    assert state(stranger, "ru.od-2506.1.12") == "fired"


def test_1_10c_counts_48_hours_and_needs_both_places(start: StartServer) -> None:
    """A number changed within 48 hours fires; without word from the state portal it is unknown, never clear."""
    server = start(clock="2026-05-01T12:00:00+03:00")
    server.move_clock("2026-05-06T12:00:00+03:00")
    change = PHONE | {"id": "pc", "occurred_at": "2026-05-06T12:00:00+03:00", "where": "gosuslugi"}
    server.report(change)
    server.move_clock(NOON)
    assert state(server.decide(transfer("at-48h")), "ru.od-2506.1.10c") == "fired"
    server.move_clock("2026-05-08T12:00:01+03:00")
    after = "2026-05-08T12:00:01+03:00"
    assert state(server.decide(transfer("past", occurred_at=after)), "ru.od-2506.1.10c") == "unknown"
    server.complete("profile_change.gosuslugi", "2026-05-01T00:00:00+03:00")
    assert state(server.decide(transfer("full", occurred_at=after)), "ru.od-2506.1.10c") == "clear"


def test_1_11_is_a_deposit_after_a_transfer_abroad(start: StartServer) -> None:
    """A tokenised card paying in within 24 hours of a transfer abroad above 100,000 is refused."""
    server = start(clock="2026-05-06T12:00:00+03:00")
    server.move_clock("2026-05-07T12:00:00+03:00")
    abroad = transfer("abroad", occurred_at="2026-05-07T12:00:00+03:00", cross_border=True, amount_minor=10_000_001)
    server.decide(abroad)
    server.move_clock(NOON)
    deposit = {
        "id": "cd-1",
        "type": "cash_deposit",
        "occurred_at": NOON,
        "client": {"customer_id": "c-1", "kind": "individual"},
        "amount_minor": 15_000_000,
        "currency": "RUB",
        "atm_id": "a-7",
        "token_card": True,
    }
    fired = server.decide(deposit)
    assert (state(fired, "ru.od-2506.1.11"), fired["outcome"]) == ("fired", "refuse")
    plain = server.decide(deposit | {"id": "cd-2", "token_card": False})
    assert (state(plain, "ru.od-2506.1.11"), plain["outcome"]) == ("clear", "allow")


def test_telecom_silence_is_unknown_and_a_report_decides(start: StartServer) -> None:
    """Without a report sign 1.9 is unknown; an atypical report fires it, an ordinary one clears it."""
    server = start()
    telecom = {
        "id": "ta-1",
        "type": "telecom_activity",
        "occurred_at": "2026-05-08T11:55:00+03:00",
        "client": {"customer_id": "c-1"},
        "provider": "op-1",
        "window_start": "2026-05-08T04:00:00+03:00",
        "window_end": "2026-05-08T11:55:00+03:00",
        "calls": {"count": 14, "minutes": 96, "new_numbers": 9, "usual_minutes": 3},
        "messages": {"count": 21, "usual_count": 2, "new_senders": 7},
    }
    assert state(server.decide(transfer("before")), "ru.od-2506.1.9") == "unknown"
    server.report(telecom)
    assert state(server.decide(transfer("after")), "ru.od-2506.1.9") == "fired"
    calm = {"calls": {"count": 2, "minutes": 3, "usual_minutes": 3, "usual_count": 2}, "atypical": False}
    server.report(telecom | {"id": "ta-2", "client": {"customer_id": "c-2"}} | calm)
    other = server.decide(transfer("other", payer={"customer_id": "c-2", "kind": "individual"}))
    assert state(other, "ru.od-2506.1.9") == "clear"


def test_what_is_only_observed_would_be_a_hold(start: StartServer) -> None:
    """An observed sign fires and is shown as would-be, and the transfer passes."""
    server = start("--mode", "ru.od-2506.1.1=observe")
    server.enlist("ru.cbr.recipients", {"kind": "inn", "value": "500100732259"})
    decision = server.decide(transfer("a"))
    assert (decision["outcome"], decision["would_be"], decision["hold"]) == ("allow", "hold", None)
    assert state(decision, "ru.od-2506.1.1") == "fired"


def test_a_removed_entry_clears_at_once_and_a_paper_is_needed(start: StartServer) -> None:
    """Removal from the list clears the next transfer; sign 1.8 fires only with a document behind the entry."""
    server = start()
    inn = {"kind": "inn", "value": "500100732259"}
    server.enlist("ru.courts.criminal_cases", inn)
    assert state(server.decide(transfer("a")), "ru.od-2506.1.8") == "clear"
    server.enlist("ru.courts.criminal_cases", inn | {"document": {"number": "12601450001000001", "date": "2026-04-01"}})
    assert state(server.decide(transfer("b")), "ru.od-2506.1.8") == "fired"
    answer = server.client.request("DELETE", "/v1/lists/ru.courts.criminal_cases/entries", json={"entries": [inn]})
    assert answer.status_code == httpx.codes.OK
    assert state(server.decide(transfer("c")), "ru.od-2506.1.8") == "clear"


def test_an_incoming_transfer_has_none_of_the_payers_duties(start: StartServer) -> None:
    """The signs bind the payer's bank: without a client of ours as payer none of them stands in the decision."""
    server = start()
    decision = server.decide(inflow("in", NOON))
    assert not [row for row in decision["signs"] if row["id"].startswith("ru.od-2506")]
    assert decision["outcome"] == "allow"


def test_a_late_event_is_taken_and_flagged(start: StartServer) -> None:
    """An event more than a day late is taken, flagged and kept out of the windows."""
    server = start()
    late = server.post("/v1/events", transfer("late", occurred_at="2026-05-07T11:59:59+03:00"))
    fresh = server.post("/v1/events", transfer("fresh", occurred_at="2026-05-07T12:00:00+03:00"))
    assert (late.json()["late"], fresh.json()["late"]) == (True, False)


def test_an_input_that_comes_late_is_decided_with_again(start: StartServer) -> None:
    """An allowed transfer becomes a hold when the operator's report arrives, unless it was executed meanwhile."""
    server = start()
    telecom = {
        "type": "telecom_activity",
        "occurred_at": "2026-05-08T11:59:00+03:00",
        "window_start": "2026-05-08T04:00:00+03:00",
        "window_end": "2026-05-08T11:59:00+03:00",
        "atypical": True,
    }
    first = server.decide(transfer("one"))
    done = server.decide(transfer("two", payer={"customer_id": "c-2"}))
    server.report({"id": "r", "type": "transfer_result", "occurred_at": NOON, "of": "two", "result": "executed"})
    server.report(telecom | {"id": "t-1", "client": {"customer_id": "c-1"}})
    server.report(telecom | {"id": "t-2", "client": {"customer_id": "c-2"}})
    for _ in range(2):
        now = server.client.get(f"/v1/decisions/{first['id']}").json()
        assert (first["outcome"], now["outcome"], now["revision"]) == ("allow", "hold", 2)
        assert (now["id"], now["event_id"]) == (first["id"], "one")
        assert state(now, "ru.od-2506.1.9") == "fired"
        assert server.client.get(f"/v1/decisions/{done['id']}").json() == done
        assert server.decide(transfer("one")) == first
        assert server.post(f"/v1/decisions/{first['id']}/replay", b"").json()["equal"] is True
        server.restart()
