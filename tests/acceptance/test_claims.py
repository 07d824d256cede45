"""Claims over HTTP: a late feed, a refund that is owed, its evidence, and one changed byte."""

import json
import sqlite3
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx

from tests.acceptance.conftest import Server, StartServer, transfer

Json = dict[str, Any]
DATABASE = "ru.cbr.recipients"


def load(server: Server, published: str, *inns: str) -> None:
    """Load a full snapshot that was published at a time of 8 May."""
    table = "kind,value\n" + "".join(f"inn,{inn}\n" for inn in inns)
    answer = server.client.post(
        f"/v1/lists/{DATABASE}/import",
        params={"published_at": f"2026-05-08T{published}:00+03:00", "by": "loader"},
        content=table.encode(),
    )
    assert answer.status_code == httpx.codes.OK, answer.text


def at(time: str) -> str:
    """Write a time of 8 May in Moscow."""
    return f"2026-05-08T{time}:00+03:00"


def paid_late(server: Server) -> Json:
    """A record is published at 09:00 and loaded at 10:12; meanwhile its payee is paid."""
    load(server, "08:00", "7707083893")
    server.move_clock(at("10:05"))
    decision = server.decide(transfer("tr-1", occurred_at=at("10:05")))
    assert decision["outcome"] == "allow"
    server.move_clock(at("10:06"))
    server.report(
        {"id": "res-1", "type": "transfer_result", "occurred_at": at("10:06"), "of": "tr-1", "result": "executed"}
    )
    server.move_clock(at("10:12"))
    load(server, "09:00", "7707083893", "500100732259")
    server.move_clock(at("12:00"))
    return decision


def report(event_id: str = "fr-1", **fields: Any) -> Json:
    """Write a client's report of fraud."""
    return {
        "id": event_id,
        "type": "fraud_report",
        "occurred_at": at("12:00"),
        "client": {"customer_id": "c-1"},
        "of": "tr-1",
        **fields,
    }


def holdfast(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run([sys.executable, "-m", "holdfast", *words], capture_output=True, text=True, check=False)


def test_a_feed_that_was_loaded_72_minutes_late_is_paid_for_and_proved(start: StartServer, tmp_path: Path) -> None:
    """From the late snapshot to the refund, the evidence file, the changed byte and the walk along the chain."""
    server = start(clock=at("08:30"))
    decision = paid_late(server)
    made = server.post("/v1/claims", report(enlist=True, application={"number": "A-7", "date": "2026-05-08"}))
    assert made.status_code == httpx.codes.CREATED, made.text
    claim = made.json()
    assert (claim["liability"], claim["kind"]) == ("owed", "ru.161-fz.8.3.13")
    assert claim["due_at"].startswith("2026-06-07T23:59:59")
    again = server.post("/v1/events", report(enlist=True, application={"number": "A-7", "date": "2026-05-08"}))
    assert (again.status_code, again.json()["id"]) == (httpx.codes.OK, claim["id"])
    assert again.headers["holdfast-replayed"] == "true"
    own = server.client.get("/v1/lists/bank.recipients").json()
    assert {"account", "inn"} <= {entry["kind"] for entry in own["items"]}
    assert claim["id"] in own["items"][0]["reason"]

    path = f"/v1/decisions/{decision['id']}/evidence"
    case = tmp_path / "case.json"
    case.write_bytes(server.client.get(path).content)
    good = holdfast("evidence", "verify", str(case))
    assert good.returncode == 0, good.stdout + good.stderr
    head = json.loads(case.read_text())["head"]["link"]
    assert holdfast("evidence", "verify", str(case), "--head", head).returncode == 0
    changed = tmp_path / "changed.json"
    changed.write_bytes(case.read_bytes().replace(b"25000000", b"15000000", 1))
    bad = holdfast("evidence", "verify", str(changed))
    assert bad.returncode == 3
    assert "does not have" in bad.stdout

    page = server.client.get(path, params={"format": "html", "lang": "ru"})
    assert page.headers["content-type"].startswith("text/html")
    assert "Банк обязан вернуть деньги" in page.text

    paid = {"result": "paid", "amount_minor": 25_000_000, "by": "officer", "document": {"number": "PO-9"}}
    settled = server.post(f"/v1/claims/{claim['id']}/settle", paid)
    assert settled.json()["state"] == "paid"
    assert server.post(f"/v1/claims/{claim['id']}/settle", {"result": "refused", "by": "officer"}).status_code == 409

    walked = holdfast("verify", "--data", str(server.data))
    assert walked.returncode == 0, walked.stdout + walked.stderr
    server.restart()
    assert server.client.get(f"/v1/claims/{claim['id']}").json()["state"] == "paid"


def test_exposure_is_shown_and_exported(start: StartServer, tmp_path: Path) -> None:
    """The sums by currency, the rows, and the same as CSV and as a workbook, over HTTP and by the command."""
    server = start(clock=at("08:30"))
    paid_late(server)
    server.post("/v1/claims", report())
    span = {"from": "2026-05-08", "to": "2026-05-09"}
    view = server.client.get("/v1/exposure", params=span).json()
    assert view["currencies"][0]["late_feed"] == {"amount_minor": 25_000_000, "count": 1}
    assert view["currencies"][0]["returned_share"] == 0
    rows = server.client.get("/v1/exposure/rows", params={"kind": "stolen"}).json()["items"]
    assert [row["reason"] for row in rows] == ["fraud_report"]
    table = server.client.get("/v1/exposure", params=span | {"format": "csv"})
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.splitlines()[0].endswith("at,kind,amount_minor,currency,decision_id,reason")
    url = str(server.client.base_url)
    out = tmp_path / "exposure.xlsx"
    words = ("exposure", "--from", "2026-05-08", "--to", "2026-05-09", "--url", url)
    done = holdfast(*words, "--format", "xlsx", "--out", str(out))
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(BytesIO(out.read_bytes())) as book:
        assert b"late_feed" in book.read("xl/sharedStrings.xml")
    assert "25,000,000" in holdfast(*words).stdout
    for bad in ({"from": "yesterday"}, {"from": "2026-05-09", "to": "2026-05-08"}, {"format": "pdf"}):
        assert server.client.get("/v1/exposure", params=bad).status_code == httpx.codes.UNPROCESSABLE_ENTITY


def test_a_report_of_fraud_that_fits_nothing_is_refused(start: StartServer) -> None:
    """An unknown transfer, no transfer, another client's, another event, and a second claim: each a clear problem."""
    server = start(clock=at("08:30"))
    paid_late(server)
    cases: list[tuple[Json, int, str]] = [
        (report(of="tr-9"), 404, "not_found"),
        (report(of=None), 422, "invalid"),
        (report(client={"customer_id": "c-2"}), 403, "other_client"),
        (transfer("tr-2", occurred_at=at("12:00")), 422, "invalid"),
        (report(amount=1), 422, "invalid"),
    ]
    for body, status, code in cases:
        answer = server.post("/v1/claims", body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert answer.json()["hint"]
    assert server.post("/v1/claims", report()).status_code == httpx.codes.CREATED
    assert server.post("/v1/claims", report("fr-2")).status_code == httpx.codes.CONFLICT
    assert server.post("/v1/claims", report(reason="another body")).status_code == httpx.codes.CONFLICT
    listed = server.client.get("/v1/claims", params={"state": "open", "customer_id": "c-1"}).json()["items"]
    assert len(listed) == 1
    assert server.client.get("/v1/claims", params={"state": "lost"}).status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert server.client.get("/v1/claims/claim_unknown").status_code == httpx.codes.NOT_FOUND


def test_a_changed_record_is_found_by_the_walk(start: StartServer) -> None:
    """After one number of one record was changed in the database, the walk ends with 3 and names the record."""
    server = start(clock=at("08:30"))
    paid_late(server)
    server.stop()
    data = str(server.data)
    good = holdfast("verify", "--data", data)
    assert good.returncode == 0, good.stdout + good.stderr
    head = good.stdout.split("head ")[1].split()[0]
    assert holdfast("verify", "--data", data, "--head", head).returncode == 0
    assert holdfast("verify", "--data", data, "--head", "00" * 32).returncode == 3
    assert holdfast("verify", "--data", data, "--head", "no link").returncode == 2
    with sqlite3.connect(server.data / "holdfast.db") as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        database.execute("UPDATE log SET received_ms = received_ms - 60000 WHERE seq = 3")
    database.close()
    bad = holdfast("verify", "--data", data)
    assert bad.returncode == 3
    assert "record 3: its header is not as it was written" in bad.stdout
