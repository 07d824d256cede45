"""Personal data that was planted everywhere is found nowhere but where it belongs, and is gone when its key is."""

import json
import signal
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from holdfast.app import open_store
from holdfast.vocabulary.records import RecordKind
from tests.acceptance.conftest import NOON, Json, Server, StartServer, transfer
from tests.acceptance.test_backup import holdfast
from tests.acceptance.test_restart import compact, finish

CLIENT = "canary-client-7f31"
PLANTED = {
    "client": CLIENT,
    "account": "40817810555500007731",
    "phone": "+79161237731",
    "payee's account": "40817810555500008842",
    "payee's phone": "+79037718842",
    "payee's wallet": "canary-wallet-8842",
    "device": "canary-device-55",
    "address": "203.0.113.77",
    "city": "Канарейкино",
    "key of a listed stranger": "40817810555500009953",
}
LISTED = ("key of a listed stranger", "payee's account")
DELIVERED = "notices.jsonl"
NOT_FOUND, INVALID, FORBIDDEN = httpx.codes.NOT_FOUND, httpx.codes.UNPROCESSABLE_ENTITY, httpx.codes.FORBIDDEN


def planted(event_id: str, **changes: Json | str | int) -> Json:
    """Make a transfer that is held, with a canary in every field that can name a person."""
    account, phone, bic = PLANTED["payee's account"], PLANTED["payee's phone"], "044525225"
    payer = {"customer_id": CLIENT, "kind": "individual", "account": PLANTED["account"], "phone": PLANTED["phone"]}
    payee = {"kind": "individual", "account": account, "bic": bic, "phone": phone, "ewallet": PLANTED["payee's wallet"]}
    around = {
        "device": {"id": PLANTED["device"]},
        "session": {"ip": PLANTED["address"]},
        "place": {"city": PLANTED["city"]},
    }
    return transfer(event_id, payer=payer, payee=payee, **around, **changes)


def live_through(server: Server) -> str:
    """Decide, hold, refuse, confirm, report and claim; give the decision's id."""
    for name in LISTED:
        server.enlist("ru.cbr.recipients", {"kind": "account", "value": PLANTED[name], "bic": "044525225"})
    decision = server.decide(planted("tr-1"))
    hold = decision["hold"]["id"]
    login = {"where": "bank", "client": {"customer_id": CLIENT, "phone": PLANTED["phone"]}}
    server.report({"id": "lg-1", "type": "login", "occurred_at": NOON, "device": {"id": PLANTED["device"]}, **login})
    said: Json = {"by": "client", "customer_id": CLIENT, "proof": {"method": "branch", "reference": "paper 1"}}
    stranger = server.post(f"/v1/holds/{hold}/confirm", said | {"customer_id": "c-2"})
    assert stranger.status_code == FORBIDDEN
    assert server.post(f"/v1/holds/{hold}/confirm", said).status_code == httpx.codes.OK
    server.report({"id": "r-1", "type": "transfer_result", "occurred_at": NOON, "of": "tr-1", "result": "executed"})
    report: Json = {"id": "f-1", "type": "fraud_report", "occurred_at": NOON, "of": "tr-1", "without_consent": False}
    assert server.post("/v1/events", report | {"client": {"customer_id": CLIENT}}).status_code < INVALID
    go_wrong(server)
    return str(decision["id"])


def go_wrong(server: Server) -> None:
    """Put canaries where they do not belong, so that errors are made of them."""
    for field, value in (("rail", CLIENT), ("amount_minor", PLANTED["account"]), ("currency", PLANTED["phone"])):
        assert server.post("/v1/decisions", planted("bad", **{field: value})).status_code == INVALID
    assert server.post("/v1/decisions", planted("bad") | {CLIENT: 1}).status_code == INVALID
    assert server.post("/v1/decisions", json.dumps(planted("bad"))[:-40]).status_code < INVALID
    assert server.post("/v1/decisions", planted("tr-1", amount_minor=1)).status_code == httpx.codes.CONFLICT
    assert server.client.get(f"/v1/decisions/{CLIENT}").status_code == NOT_FOUND
    assert server.client.get(f"/v1/clients/{CLIENT}/restrictions").status_code == httpx.codes.OK


def found_in(data: bytes) -> set[str]:
    """Name the canaries that bytes hold, also the last ten signs of one."""
    return {name for name, text in PLANTED.items() if text.encode() in data or text[-10:].encode() in data}


def files_of(data: Path) -> dict[str, set[str]]:
    """Name the canaries in every file of a directory, as its raw bytes are."""
    found = {path.name: found_in(path.read_bytes()) for path in data.rglob("*") if path.is_file()}
    return {name: names for name, names in found.items() if names}


def ended(server: Server) -> str:
    """Stop a server and give everything that it ever wrote."""
    server.process.send_signal(signal.SIGTERM)
    server.client.close()
    rest, _ = server.process.communicate(timeout=30)
    return "".join(server.said) + rest


def test_logs_metrics_files_and_backups_hold_no_canary(start: StartServer, tmp_path: Path) -> None:
    """Only entries of lists stand open in the database, and messages on their way where their receiver reads them."""
    server = start()
    live_through(server)
    for path in ("/metrics", "/readyz", "/healthz"):
        assert found_in(server.client.get(path).content) == set()
    finish(compact(server.data))
    holdfast("backup", tmp_path / "backup", "--data", server.data)
    while_running = files_of(server.data)
    assert while_running.pop("holdfast.db-wal", set()) <= set(LISTED)
    assert while_running.pop(DELIVERED, set()) <= {"client"}
    assert found_in(ended(server).encode()) == set()
    afterwards = files_of(server.data)
    afterwards.pop(DELIVERED, None)
    assert set(afterwards) <= {"holdfast.db", "holdfast.db-wal"}
    assert set().union(*afterwards.values()) == set(LISTED)
    assert files_of(tmp_path / "backup") == {"holdfast.db": set(LISTED)}


def test_the_scan_finds_what_is_there(start: StartServer) -> None:
    """The same scan finds each canary in the answers of those who may read them."""
    server = start()
    decision = live_through(server)
    evidence = server.client.get(f"/v1/decisions/{decision}/evidence?format=json")
    assert {"client", "account", "payee's account", "device"} <= found_in(evidence.content)


def test_an_erased_client_is_gone_and_the_chain_holds(start: StartServer) -> None:
    """Two people erase a client whose matters have ended: events are unreadable, decisions and the chain stand."""
    server = start()
    server.enlist("ru.cbr.recipients", {"kind": "account", "value": PLANTED["payee's account"], "bic": "044525225"})
    decided = server.decide(planted("tr-1"))
    decision, hold = decided["id"], decided["hold"]["id"]
    answer = server.client.get(f"/v1/decisions/{decision}").content
    head = holdfast("verify", "--data", server.data).splitlines()[-1]
    asked = ("erase", CLIENT, "--reason", "demand D-17", "--by", "Anna", "--yes", "--url", str(server.client.base_url))
    assert "this needs two people" in holdfast(*asked, code=2)
    assert "still waits" in holdfast(*asked, "--approved-by", "Boris", code=2)
    said: Json = {"by": "client", "customer_id": CLIENT, "proof": {"method": "branch", "reference": "paper 1"}}
    assert server.post(f"/v1/holds/{hold}/cancel", said).status_code == httpx.codes.OK
    report: Json = {"id": "f-1", "type": "fraud_report", "occurred_at": NOON, "of": "tr-1", "without_consent": False}
    assert server.post("/v1/claims", report | {"client": {"customer_id": CLIENT}}).status_code < INVALID
    assert "is open" in holdfast(*asked, "--approved-by", "Boris", code=2)
    (claim,) = server.client.get("/v1/claims").json()["items"]
    assert (
        server.post(
            f"/v1/claims/{claim['id']}/settle", {"result": "refused", "by": "Vera", "reason": "not owed"}
        ).status_code
        < INVALID
    )
    assert "erased at" in holdfast(*asked, "--approved-by", "Boris")
    assert "nothing lies under the key" in holdfast(*asked, "--approved-by", "Boris", code=2)
    evidence = server.client.get(f"/v1/decisions/{decision}/evidence?format=json")
    assert found_in(evidence.content) <= set(LISTED)
    assert server.decide(planted("tr-2"))["outcome"] == "hold"
    server.stop()
    after = holdfast("verify", "--data", server.data)
    assert after.splitlines()[-1] != head
    assert "have lost their personal data with their key" in after
    with closing(open_store(server.data)) as store:
        erased = store.decision(decision)
        assert erased is not None
        assert (erased.forgotten, erased.event, erased.facts) == (True, b"", b"")
        acts = [record.act.decode() for record in store.replay() if record.kind is RecordKind.ERASURE]
        assert [("Anna" in act, "Boris" in act, CLIENT in act) for act in acts] == [(True, True, False)]
    again = start(data=server.data)
    assert again.client.get(f"/v1/decisions/{decision}").content == answer


@pytest.mark.parametrize("word", ["confirm", "cancel"])
def test_a_fault_of_ours_logs_no_canary(start: StartServer, word: str) -> None:
    """Calls that no route expects, cut off or of a wrong shape, leave nothing of their content in the log."""
    server = start()
    hold = server.post(f"/v1/holds/{CLIENT}/{word}", {"by": CLIENT, PLANTED["phone"]: [PLANTED["account"]]})
    assert hold.status_code in {NOT_FOUND, INVALID}
    assert server.post("/v1/decisions:batch", f'{{"{CLIENT}"\n[{PLANTED["phone"]}]\n').status_code == httpx.codes.OK
    assert found_in(ended(server).encode()) == set()
