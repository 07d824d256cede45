"""The contract of the decision call: durable, idempotent, strict, explained."""

import asyncio
import json
import signal
from collections.abc import Iterator

import httpx
import pytest

from tests.acceptance.conftest import NOON, Server, StartServer, state, transfer

LISTED = {"kind": "inn", "value": "500100732259"}


def test_a_listed_recipient_is_held_with_its_legal_clock(start: StartServer) -> None:
    """An order to a recipient in the database is held until the end of the next day, and says why."""
    server = start()
    version = server.enlist("ru.cbr.recipients", LISTED)
    decision = server.decide(transfer("tr-1"))
    assert decision["outcome"] == "hold"
    assert state(decision, "ru.od-2506.1.1") == "fired"
    sign = next(row for row in decision["signs"] if row["id"] == "ru.od-2506.1.1")
    assert sign["evidence"] == {"list": "ru.cbr.recipients", "list_version": version["version"], "key": "inn"}
    assert sign["title"]
    assert sign["cite"]
    assert decision["hold"]["policy"] == "ru.161-fz.8.3.4"
    assert decision["hold"]["until"] == "2026-05-09T23:59:59.999999+03:00"
    assert decision["hold"]["confirm_by"] == "2026-05-09T23:59:59.999999+03:00"
    notice = next(row for row in decision["measures"] if row["kind"] == "notify_client")
    assert notice["template"] == "ru.161-fz.8.3.6"
    assert decision["versions"]["lists"]["ru.cbr.recipients"] == version["version"]


@pytest.mark.parametrize("rail", ["sbp", "card", "emoney"])
def test_an_instant_rail_is_refused_without_a_hold(start: StartServer, rail: str) -> None:
    """On an instant rail the same sign refuses: there is no hold and no confirmation window."""
    server = start()
    server.enlist("ru.cbr.recipients", LISTED)
    decision = server.decide(transfer("tr-1", rail=rail))
    assert (decision["outcome"], decision["hold"]) == ("refuse", None)


def test_a_clean_transfer_passes_and_names_what_was_unknown(start: StartServer) -> None:
    """A transfer without a fired sign is allowed; what could not be known is unknown, not clear."""
    decision = start().decide(transfer("tr-1"))
    assert (decision["outcome"], decision["would_be"], decision["hold"]) == ("allow", None, None)
    assert state(decision, "ru.od-2506.1.1") == "clear"
    assert state(decision, "ru.od-2506.1.9") == "unknown"
    assert state(decision, "ru.od-2506.1.12") == "unknown"
    unknown = [row for row in decision["signs"] if row["state"] == "unknown"]
    assert all(row["missing"] for row in unknown)


def test_a_retry_repeats_the_answer_byte_for_byte(start: StartServer) -> None:
    """The same event again gets the first answer, also after a list changed and after a restart."""
    server = start()
    first = server.post("/v1/decisions", transfer("tr-1"))
    server.enlist("ru.cbr.recipients", LISTED)
    again = server.post("/v1/decisions", transfer("tr-1"))
    server.restart()
    restarted = server.post("/v1/decisions", json.dumps(transfer("tr-1"), indent=2))
    assert first.content == again.content == restarted.content
    assert "holdfast-replayed" not in first.headers
    assert again.headers["holdfast-replayed"] == restarted.headers["holdfast-replayed"] == "true"


def test_an_id_with_another_body_or_on_the_other_route_is_a_conflict(start: StartServer) -> None:
    """An id belongs to one body and one route; another use of it is 409 and changes nothing."""
    server = start()
    server.decide(transfer("tr-1"))
    changed = server.post("/v1/decisions", transfer("tr-1", amount_minor=1))
    routed = server.post("/v1/events", transfer("tr-1"))
    assert (changed.status_code, changed.json()["code"]) == (409, "conflict")
    assert (routed.status_code, routed.json()["code"]) == (409, "conflict")


def test_fifty_twins_in_flight_get_one_decision(start: StartServer) -> None:
    """Fifty equal calls at once make one decision with one id."""
    server = start()

    async def race() -> set[bytes]:
        async with httpx.AsyncClient(base_url=server.client.base_url, timeout=30) as client:
            calls = [client.post("/v1/decisions", content=json.dumps(transfer("tr-1"))) for _ in range(50)]
            return {answer.content for answer in await asyncio.gather(*calls)}

    assert len(asyncio.run(race())) == 1


def test_nothing_acknowledged_is_lost_by_a_kill(start: StartServer) -> None:
    """After SIGKILL every acknowledged decision is read back as it was answered."""
    server = start()
    answers = [server.post("/v1/decisions", transfer(f"tr-{number}")) for number in range(20)]
    server.restart(signal.SIGKILL)
    for answer in answers:
        assert server.client.get(f"/v1/decisions/{answer.json()['id']}").content == answer.content


def test_a_restart_rebuilds_the_past(start: StartServer) -> None:
    """What the windows knew before a kill they know after it: the inflow still fires sign 1.12."""
    server = start(clock="2025-08-01T12:00:00+03:00")
    server.move_clock("2026-05-08T11:00:00+03:00")
    server.decide(inflow("in-1"))
    server.move_clock(NOON)
    server.restart(signal.SIGKILL)
    decision = server.decide(transfer("tr-1"))
    assert state(decision, "ru.od-2506.1.12") == "fired"


def inflow(event_id: str) -> dict[str, object]:
    """Make an inflow over the fast payment system from the client's own account elsewhere."""
    return transfer(
        event_id,
        occurred_at="2026-05-08T11:00:00+03:00",
        rail="sbp",
        payer={"kind": "individual", "account": "40817810900000000077", "bic": "044525974", "own": True},
        payee={"customer_id": "c-1", "kind": "individual", "own": True},
    )


def test_a_stored_decision_replays_to_the_byte(start: StartServer) -> None:
    """A decision judged again from its facts is equal, also after the lists changed."""
    server = start()
    server.enlist("ru.cbr.recipients", LISTED)
    decision = server.decide(transfer("tr-1"))
    server.client.request("DELETE", "/v1/lists/ru.cbr.recipients/entries", content=json.dumps({"entries": [LISTED]}))
    replayed = server.post(f"/v1/decisions/{decision['id']}/replay", b"").json()
    assert replayed["equal"] is True
    assert replayed["judgement"]["outcome"] == "hold"


def test_a_batch_answers_line_by_line(start: StartServer) -> None:
    """A batch decides its lines in order; a bad line gets an error in its place and harms no other."""
    server = start()
    lines = [json.dumps(transfer("b-1")), "{", json.dumps(transfer("b-2", rail="spb")), json.dumps(transfer("b-1"))]
    answer = server.post("/v1/decisions:batch", "\n".join(lines))
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert rows[0]["event_id"] == "b-1"
    assert rows[1]["error"]["status"] == httpx.codes.BAD_REQUEST
    assert rows[2]["error"]["pointer"] == "/rail"
    assert rows[3] == rows[0]


BAD = {
    "not json": ("{", 400, None),
    "an array": ("[]", 422, None),
    "no type": ('{"id": "x"}', 422, "/type"),
    "unknown type": ('{"id": "x", "type": "transfr", "occurred_at": "2026-05-08T12:00:00+03:00"}', 422, "/type"),
    "unknown field": (json.dumps(transfer("x") | {"amount": 5}), 422, "/amount"),
    "nested unknown field": (json.dumps(transfer("x", payee={"acount": "1"})), 422, "/payee/acount"),
    "text for a number": (json.dumps(transfer("x", amount_minor="5")), 422, "/amount_minor"),
    "two to the 63rd": (json.dumps(transfer("x", amount_minor=2**63)), 422, "/amount_minor"),
    "negative": (json.dumps(transfer("x", amount_minor=-1)), 422, "/amount_minor"),
    "not a number": (json.dumps(transfer("x")).replace("25000000", "NaN"), 400, None),
    "year zero": (json.dumps(transfer("x", occurred_at="0000-05-08T12:00:00+03:00")), 422, "/occurred_at"),
    "no offset": (json.dumps(transfer("x", occurred_at="2026-05-08T12:00:00")), 422, "/occurred_at"),
    "lone surrogate": (json.dumps(transfer("x")).replace('"x"', '"\\ud800"'), 400, None),
    "future": (json.dumps(transfer("x", occurred_at="2026-05-08T12:05:00.001+03:00")), 422, "/occurred_at"),
    "too old": (json.dumps(transfer("x", occurred_at="2026-04-08T11:59:59+03:00")), 422, "/occurred_at"),
    "long id": (json.dumps(transfer("x" * 129)), 422, "/id"),
    "id not ascii": (json.dumps(transfer("ы")), 422, "/id"),
    "missing payee": (json.dumps(transfer("x", payee=None)), 422, "/payee"),
}


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all bad bodies."""
    server = Server(tmp_path_factory.mktemp("strict"), "--packs", "ru", "--dev", "--clock", NOON)
    yield server
    server.stop()


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_with_a_place_and_a_hint(strict: Server, name: str) -> None:
    """A body that is no event gets a problem with code, pointer and hint, and leaves nothing behind."""
    body, status, pointer = BAD[name]
    answer = strict.post("/v1/decisions", body)
    problem = answer.json()
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["pointer"] == pointer
    assert problem["hint"]
    assert strict.decide(transfer(f"after {name}", payer={"customer_id": f"c {name}"}))["outcome"] == "allow"


def test_five_minutes_ahead_is_still_taken(strict: Server) -> None:
    """An event exactly five minutes ahead of the clock is taken."""
    assert strict.decide(transfer("ahead", occurred_at="2026-05-08T12:05:00+03:00"))["event_id"] == "ahead"


def test_the_test_clock_moves_forward_only(start: StartServer) -> None:
    """The same instant does nothing, a later one moves, an earlier one is 409."""
    server = start()
    server.move_clock(NOON)
    server.move_clock("2026-05-09T00:00:00+03:00")
    answer = server.post("/v1/dev/clock", {"now": NOON})
    assert answer.status_code == httpx.codes.CONFLICT
    assert server.client.get("/v1/dev/clock").json()["now"] == "2026-05-09T00:00:00.000+03:00"


def test_without_dev_every_call_needs_a_key_and_the_tenant_is_not_ready(start: StartServer) -> None:
    """A production server answers 401 without a key, and is not ready before the regulators' lists were loaded."""
    server = start(clock=None)
    assert server.post("/v1/decisions", transfer("tr-1")).status_code == httpx.codes.UNAUTHORIZED
    assert server.client.get("/v1/lists").status_code == httpx.codes.UNAUTHORIZED
    ready = server.client.get("/readyz")
    assert ready.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert any("ru.cbr.recipients" in text for text in ready.json()["degraded"])
    assert server.client.get("/healthz").status_code == httpx.codes.OK
