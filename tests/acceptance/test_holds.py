"""The worked dates of 161-FZ art. 8 over HTTP on the test clock: confirm, stay silent, be paused again."""

import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from tests.acceptance.conftest import Json, Server, StartServer, transfer

PAYEE: Json = {"kind": "account", "value": "40817810000000000002", "bic": "044525225"}


def place(server: Server, event_id: str = "tr-1", **changes: Any) -> str:
    """Decide an order that must be held, and give the hold's path."""
    decision = server.decide(transfer(event_id, **changes))
    assert decision["outcome"] == "hold"
    return f"/v1/holds/{decision['hold']['id']}"


def act(server: Server, path: str, word: str) -> httpx.Response:
    """Confirm or cancel for the client."""
    proof = {"method": "push", "reference": f"{path}-{word}"}
    return server.post(f"{path}/{word}", {"by": "client", "customer_id": "c-1", "proof": proof})


def read(server: Server, path: str) -> Json:
    """Read a hold."""
    row: Json = server.client.get(path).json()
    return row


def done(row: Json) -> list[str]:
    """Name the acts of a hold, those left out that only tell of a notice."""
    return [one["act"] for one in row["history"]]


def test_confirmed_on_saturday_with_a_match_is_executed_on_monday(start: StartServer) -> None:
    """Suspended Friday 8 May 2026, confirmed on the 9th with a match: paused to the 10th, executed on the 11th."""
    server = start()
    server.enlist("bank.recipients", PAYEE)
    path = place(server)
    assert read(server, path)["confirm_by"] == "2026-05-09T23:59:59.999999+03:00"
    server.enlist("ru.cbr.recipients", PAYEE)
    server.move_clock("2026-05-09T18:00:00+03:00")
    confirmed = act(server, path, "confirm").json()
    assert (confirmed["state"], confirmed["instruction"]) == ("paused_again", "wait")
    assert confirmed["until"] == "2026-05-10T23:59:59.999999+03:00"
    server.move_clock("2026-05-10T23:59:59.999+03:00")
    assert read(server, path)["instruction"] == "wait"
    server.restart(signal.SIGKILL)
    server.move_clock("2026-05-11T00:00:00+03:00")
    row = read(server, path)
    assert (row["state"], row["instruction"]) == ("confirmed", "execute")
    result = {"id": "r", "type": "transfer_result", "occurred_at": "2026-05-11T00:00:00+03:00", "of": "tr-1"}
    server.report(result | {"result": "executed"})
    row = read(server, path)
    assert row["executed"] is True
    assert done(row) == ["place", "confirm", "lapse", "execute"]
    assert next(one for one in row["history"] if one["act"] == "execute")["details"]["breach"] is False


def test_on_the_tenth_it_is_too_late(start: StartServer) -> None:
    """Confirmed on 10 May: not accepted, with the provision; a match that comes later suspends nothing."""
    server = start()
    server.enlist("bank.recipients", PAYEE)
    path = place(server)
    server.move_clock("2026-05-10T00:00:00+03:00")
    server.enlist("ru.cbr.recipients", PAYEE)
    answer = act(server, path, "confirm")
    assert (answer.status_code, answer.json()["code"]) == (httpx.codes.CONFLICT, "forbidden_by_law")
    assert "3.9" in answer.json()["detail"]
    row = read(server, path)
    assert (row["state"], row["instruction"], row["next"]) == ("not_accepted", "do_not_execute", [])
    lapsed = next(one for one in row["history"] if one["act"] == "lapse")
    assert lapsed["at"] == "2026-05-10T00:00:00.000+03:00"


def test_confirm_and_cancel_at_once_have_one_winner(start: StartServer) -> None:
    """Many clients' clicks at once leave one history, and every answer agrees with it."""
    server = start()
    server.enlist("bank.recipients", PAYEE)
    for number in range(5):
        path = place(server, f"tr-{number}", amount_minor=100_000 + number)
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda word, at=path: act(server, at, word), ["confirm", "cancel"] * 3))
        row = read(server, path)
        assert row["state"] == "cancelled"
        assert done(row) in (["place", "cancel"], ["place", "confirm", "cancel"])
        assert {answer.status_code for answer in answers[1::2]} == {httpx.codes.OK}
