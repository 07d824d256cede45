"""A new version of a list over HTTP: what it does to holds, clients and money, and a wrong load taken back."""

import json
import signal
from typing import Any

import httpx

from tests.acceptance.conftest import NOON, Server, StartServer, transfer

DATABASE, CENTER, OWN = "ru.cbr.recipients", "kz.afc.persons", "bank.recipients"
INN = "500100732259"
Json = dict[str, Any]


def drop(server: Server, name: str, *entries: Json) -> Json:
    """Remove entries from a list."""
    answer = server.client.request("DELETE", f"/v1/lists/{name}/entries", content=json.dumps({"entries": entries}))
    assert answer.status_code == httpx.codes.OK, answer.text
    row: Json = answer.json()
    return row


def load(server: Server, text: str, published: str) -> Json:
    """Load a snapshot of taxpayer numbers."""
    params = {"type": "inn", "published_at": published, "by": "anna"}
    answer = server.client.post(f"/v1/lists/{DATABASE}/import", params=params, content=text.encode())
    assert answer.status_code == httpx.codes.OK, answer.text
    row: Json = answer.json()
    return row


def feed(*inns: str) -> str:
    """Write a file of taxpayer numbers."""
    return "".join(f"{inn};06.05.2026 13:14:15;1;RUS\r\n" for inn in inns)


def hold(server: Server, hold_id: str) -> Json:
    """Read a hold."""
    row: Json = server.client.get(f"/v1/holds/{hold_id}").json()
    return row


def terms(row: Json) -> Json:
    """Give what the law says of a hold; its history grows by each notice that is delivered."""
    return {name: row[name] for name in ("state", "instruction", "policy", "until", "confirm_by", "executed")}


def exposures(server: Server) -> list[tuple[str, int, str]]:
    """Read what was counted because a feed was late."""
    rows = server.client.get("/v1/exposure/rows", params={"kind": "late_feed"}).json()["items"]
    return [(row["decision_id"], row["amount_minor"], row["reason"]) for row in rows]


def sent(server: Server, topic: str) -> list[str]:
    """Give what was delivered about the client c-1, by duty or template, when all that waits has gone out."""
    now = server.client.get("/v1/dev/clock").json()["now"]
    server.move_clock(now)
    lines = (server.data / "notices.jsonl").read_text(encoding="utf-8").splitlines()
    messages = [message for message in map(json.loads, lines) if message["type"] == topic]
    assert all(message["data"]["customer_id"] == "c-1" for message in messages)
    assert all(message["data"].get("texts", True) for message in messages)
    return [message["data"].get("duty") or message["data"]["template"] for message in messages]


def status(server: Server, name: str = DATABASE) -> Json:
    """Give how fresh a list is."""
    rows = server.client.get("/v1/lists").json()["items"]
    row: Json = next(one["feed"] for one in rows if one["list"] == name)
    return row


def test_a_kazakh_hold_ends_at_once_when_the_record_leaves_the_list(start: StartServer) -> None:
    """The answer to the removal comes after the release; a restart changes nothing of it."""
    server = start("--zone", "Asia/Almaty", packs="kz", clock="2026-05-12T10:00:00+05:00")
    entry = {"kind": "iin", "value": "900101300017"}
    server.enlist(CENTER, entry)
    order = transfer(
        "tr-1",
        occurred_at="2026-05-12T10:00:00+05:00",
        currency="KZT",
        payer={"customer_id": "c-1", "kind": "individual", "iin": "880202400028"},
        payee={"kind": "individual", "iin": "900101300017"},
    )
    placed = server.decide(order)["hold"]["id"]
    assert hold(server, placed)["instruction"] == "wait"
    server.move_clock("2026-05-13T10:00:00+05:00")
    version = drop(server, CENTER, entry)["version"]
    row = hold(server, placed)
    assert (row["state"], row["instruction"]) == ("released", "execute")
    (act,) = [act for act in row["history"] if act["act"] == "release"]
    assert (act["by"], act["details"]["list_version"]) == ("feed", version)
    server.restart(signal.SIGKILL)
    assert terms(hold(server, placed)) == terms(row)


def test_a_russian_client_is_limited_and_restored_with_the_list(start: StartServer) -> None:
    """The limits come and go with the value, whether single entries or a snapshot bring and remove it."""
    server = start()
    payer = {"customer_id": "c-1", "kind": "individual", "inn": "771234567890"}
    server.decide(transfer("tr-1", payer=payer, amount_minor=100))

    def limited() -> set[str]:
        rows = server.client.get("/v1/clients/c-1/restrictions").json()["restrictions"]
        return {row["duty"] for row in rows}

    server.enlist(DATABASE, {"kind": "inn", "value": "771234567890"})
    assert limited() == {"ru.161-fz.9.11.6", "ru.395-1.30.16"}
    assert sent(server, "client_restricted") == ["ru.161-fz.9.11.6", "ru.395-1.30.16"]
    assert sent(server, "notify_client") == ["ru.161-fz.9.11.6", "ru.395-1.30.16"]
    server.restart(signal.SIGKILL)
    load(server, feed("000000000001"), "2026-05-08T11:30:00+03:00")
    assert limited() == set()
    assert sent(server, "client_restored") == ["ru.161-fz.9.11.6", "ru.395-1.30.16"]
    assert sent(server, "notify_client")[-1] == "ru.161-fz.9.11.11"


def test_a_feed_72_minutes_late_finds_the_transfer_that_went_through(start: StartServer) -> None:
    """The transfer to the payee is exposure once, the list says that it is late, and so does readiness."""
    server = start()
    server.move_clock("2026-05-08T14:00:00+03:00")
    late = server.decide(transfer("tr-1", occurred_at="2026-05-08T14:00:00+03:00"))
    server.decide(transfer("tr-2", occurred_at="2026-05-08T14:00:00+03:00", payee={"inn": "000000000009"}))
    assert late["outcome"] == "allow"
    server.report({"id": "r-1", "type": "transfer_result", "occurred_at": NOON, "of": "tr-1", "result": "executed"})
    server.move_clock("2026-05-08T14:12:00+03:00")
    load(server, feed(INN), "2026-05-08T12:00:00+03:00")
    row = status(server)
    assert (row["state"], row["minutes_late"], row["deadline_hours"]) == ("late", 72, 1)
    found = exposures(server)
    assert [(one[0], one[1]) for one in found] == [(late["id"], 25_000_000)]
    assert "72 min" in found[0][2]
    assert any("72 min" in line for line in server.client.get("/readyz").json()["degraded"])
    assert f'holdfast_feed_minutes_late{{list="{DATABASE}"}} 72.0' in server.client.get("/metrics").text
    server.restart(signal.SIGKILL)
    server.move_clock("2026-05-08T14:13:00+03:00")
    assert exposures(server) == found
    assert status(server) == row
    server.move_clock("2026-05-09T15:00:00+03:00")
    assert status(server)["state"] == "stale"


def test_a_wrong_load_is_taken_back_by_one_correction(start: StartServer) -> None:
    """Two people, one evidence: holds on it are withdrawn, others keep their dates, the right file can come after."""
    server = start()
    load(server, feed("000000000001"), "2026-05-08T10:00:00+03:00")
    server.enlist(OWN, {"kind": "inn", "value": "000000000007"})
    bad = load(server, feed("000000000001", INN, "000000000007"), "2026-05-08T11:00:00+03:00")
    on_wrong = server.decide(transfer("tr-1"))["hold"]["id"]
    on_both = server.decide(transfer("tr-2", payee={"kind": "individual", "inn": "000000000007"}))["hold"]["id"]
    before = hold(server, on_both)
    path = f"/v1/lists/{DATABASE}/versions/{bad['version']}/undo"
    said = {"reason": "the file of another region", "evidence": {"kind": "letter", "reference": "FC-17"}}
    assert server.post(path, said).status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert server.post(path, said | {"by": "anna", "approved_by": "Anna"}).json()["pointer"] == "/approved_by"
    answer = server.post(path, said | {"by": "anna", "approved_by": "boris"})
    assert answer.status_code == httpx.codes.OK, answer.text
    report = answer.json()
    assert (report["undone"], report["removed"], report["left"]) == (bad["version"], 2, 0)
    assert report["holds"] == {"withdrawn": 1, "kept": 1, "released": 0}
    row = hold(server, on_wrong)
    assert (row["state"], row["instruction"]) == ("withdrawn", "execute")
    assert terms(hold(server, on_both)) == terms(before)
    assert server.decide(transfer("tr-3"))["outcome"] == "allow"
    again = server.post(path, said | {"by": "anna", "approved_by": "boris"})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert server.post(path.replace(bad["version"], "9.x"), said | {"by": "a", "approved_by": "b"}).status_code == 404
    server.restart(signal.SIGKILL)
    assert hold(server, on_wrong)["state"] == "withdrawn"
    right = load(server, feed("000000000001", "000000000002"), "2026-05-08T11:00:00+03:00")
    assert (right["added"], right["removed"]) == (1, 0)


def test_who_reported_cannot_be_called_a_correction(start: StartServer) -> None:
    """The source of a snapshot cannot be written so that it looks like a version that takes another one back."""
    params = {"type": "inn", "published_at": NOON, "source": "undo of 1.x"}
    answer = start().client.post(f"/v1/lists/{DATABASE}/import", params=params, content=feed(INN).encode())
    assert (answer.status_code, answer.json()["pointer"]) == (422, "/source")
