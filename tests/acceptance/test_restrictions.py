"""What the law limits for a client, asked at any moment: caps and suspensions by article 9 and by the law on banks."""

import json
import signal
from typing import Any

from tests.acceptance.conftest import NOON, Server, StartServer, transfer

LIST = "ru.cbr.recipients"
INN = "771234567890"
PAYER = {"customer_id": "c-1", "kind": "individual", "inn": INN}
CAP = "ru.161-fz.9.11.6"
SUSPEND = "ru.161-fz.9.11.7"
CASH = "ru.395-1.30.16"
Json = dict[str, Any]


def limits(server: Server, client: str = "c-1") -> dict[str, Json]:
    """Ask what is limited now, by duty."""
    answer = server.client.get(f"/v1/clients/{client}/restrictions")
    assert answer.status_code == 200, answer.text
    return {row["duty"]: row for row in answer.json()["restrictions"]}


def pay(server: Server, event_id: str, amount_minor: int) -> str:
    """Let the client pay, and give the outcome."""
    return str(server.decide(transfer(event_id, payer=PAYER, amount_minor=amount_minor))["outcome"])


def test_a_client_off_the_lists_has_no_limits(start: StartServer) -> None:
    """A client who stands on no list is not limited, and nothing is unknown of one who was seen."""
    server = start()
    assert pay(server, "tr-1", 100) == "allow"
    answer = server.client.get("/v1/clients/c-1/restrictions").json()
    assert (answer["client_id"], answer["seen"], answer["restrictions"]) == ("c-1", True, [])
    assert answer["unknown"] == []


def test_a_listed_client_is_capped_and_removal_restores_at_once(start: StartServer) -> None:
    """The cap names its law, its list and what is left of it; it ends in the instant in which the value is removed."""
    server = start()
    server.complete("transfer", "2026-01-01T00:00:00+03:00")
    assert pay(server, "tr-1", 6_000_000) == "allow"
    version = server.enlist(LIST, {"kind": "inn", "value": INN})
    found = limits(server)
    assert set(found) == {CAP, CASH}
    row = found[CAP]
    assert (row["kind"], row["currency"], row["period"], row["police"]) == ("cap_transfers", "RUB", "month", False)
    assert (row["limit_minor"], row["used_minor"], row["remaining_minor"]) == (10_000_000, 6_000_000, 4_000_000)
    assert (row["list"], row["list_version"], row["missing"]) == (LIST, version["version"], [])
    assert row["title"]
    assert "9" in row["cite"]
    assert row["since"].startswith("2026-05-08")
    assert pay(server, "tr-2", 4_000_001) == "refuse"
    assert pay(server, "tr-3", 4_000_000) == "allow"
    assert limits(server)[CAP]["remaining_minor"] == 0
    server.restart(signal.SIGKILL)
    assert limits(server)[CAP]["used_minor"] == 10_000_000
    body = json.dumps({"entries": [{"kind": "inn", "value": INN}]})
    assert server.client.request("DELETE", f"/v1/lists/{LIST}/entries", content=body).status_code == 200
    assert limits(server) == {}


def test_police_data_suspend_the_means(start: StartServer) -> None:
    """With the mark of the police the means are suspended and the monthly cap is no alternative."""
    server = start()
    pay(server, "tr-1", 100)
    server.enlist(LIST, {"kind": "inn", "value": INN, "police": True, "expires_at": "2026-05-09T00:00:00+03:00"})
    found = limits(server)
    assert set(found) == {SUSPEND, CASH}
    assert (found[SUSPEND]["limit_minor"], found[SUSPEND]["remaining_minor"], found[SUSPEND]["police"]) == (0, 0, True)
    assert found[SUSPEND]["until"] == "2026-05-09T00:00:00.000+03:00"
    assert pay(server, "tr-2", 1) == "refuse"
    server.move_clock("2026-05-09T00:00:00+03:00")
    assert limits(server) == {}


def test_an_incomplete_history_is_said_and_does_not_weaken_the_cap(start: StartServer) -> None:
    """What is used up is unknown before a full month was seen; one sum above the cap is refused all the same."""
    server = start()
    pay(server, "tr-1", 6_000_000)
    server.enlist(LIST, {"kind": "inn", "value": INN})
    row = limits(server)[CAP]
    assert (row["limit_minor"], row["used_minor"], row["remaining_minor"]) == (10_000_000, None, None)
    assert row["missing"]
    assert pay(server, "tr-2", 10_000_001) == "refuse"
    assert pay(server, "tr-3", 4_000_001) == "refuse"
    assert pay(server, "tr-4", 4_000_000) == "allow"
    cash = {"type": "cash_withdrawal", "occurred_at": NOON, "currency": "RUB", "client": PAYER}
    assert server.decide(cash | {"id": "cw-1", "amount_minor": 10_000_001})["outcome"] == "refuse"


def test_any_identifier_of_the_client_counts(start: StartServer) -> None:
    """A client is found on a list by an identifier from an earlier event, whoever's event it was."""
    server = start()
    server.decide(transfer("tr-1", payee={"customer_id": "c-2", "kind": "individual", "phone": "+79161234567"}))
    server.report(
        {
            "id": "lg-1",
            "type": "login",
            "occurred_at": "2026-05-08T12:00:00+03:00",
            "where": "bank",
            "client": {"customer_id": "c-2", "account": "40817810000000000055", "bic": "044525225"},
        }
    )
    assert limits(server, "c-2") == {}
    server.enlist(LIST, {"kind": "phone", "value": "8 916 123-45-67"})
    assert CASH in limits(server, "c-2")
    assert limits(server, "c-1") == {}


def test_of_a_client_never_seen_it_is_said_that_nothing_is_known(start: StartServer) -> None:
    """Without identifiers no list can be asked, and the answer says so instead of reassuring."""
    answer = start().client.get("/v1/clients/nobody/restrictions").json()
    assert (answer["seen"], answer["restrictions"]) == (False, [])
    assert {row["duty"] for row in answer["unknown"]} >= {CAP, CASH}
    assert all(row["missing"] for row in answer["unknown"])
