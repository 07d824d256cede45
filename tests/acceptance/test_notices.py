"""What leaves a running server: signed calls to an endpoint, in spite of kills, and a file in development."""

import base64
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.acceptance.conftest import Json, Server, StartServer, transfer
from tests.cradle import ROOT, Born, run

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
ENTRY = {"kind": "account", "value": "40817810000000000002", "bic": "044525225"}
LAPSED = "2026-05-10T00:00:00+03:00"


def eventually(true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def lines(path: Path) -> list[Json]:
    """Read a file of messages; one that is not there yet has none."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@contextmanager
def documented_receiver(folder: Path) -> Iterator[tuple[str, Path]]:
    """Run the receiver of the documentation as it stands there, writing down what it took; give its address."""
    (folder / "webhook.secret").write_text(SECRET + "\n")
    page = (ROOT / "docs" / "notices.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    code = code.replace(
        "# tell the client here, once for each webhook-id",
        '\n        print(json.dumps(message), file=open("taken", "a"))',
    )
    code = code.replace(
        'HTTPServer(("127.0.0.1", 9000), Receiver).serve_forever()',
        'server = HTTPServer(("127.0.0.1", 0), Receiver)\n'
        "    print(server.server_port, flush=True)\n    server.serve_forever()",
    )
    (folder / "receiver.py").write_text(code)
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "receiver.py"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}", folder / "taken"
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def held(server: Server, event_id: str = "tr-1") -> Json:
    """Decide a transfer that is held."""
    server.enlist("ru.cbr.recipients", ENTRY)
    decision = server.decide(transfer(event_id))
    assert decision["outcome"] == "hold"
    return decision


def test_a_development_server_writes_notices_to_its_data(start: StartServer) -> None:
    """The notice of a hold and the instruction of its end stand in the file when the clock's call is answered."""
    server = start()
    decision = held(server)
    server.move_clock(LAPSED)
    messages = lines(server.data / "notices.jsonl")
    assert [row["type"] for row in messages][:2] == ["notify_client", "hold_changed"]
    told, changed = messages[0]["data"], messages[1]["data"]
    assert (told["decision_id"], told["hold_id"]) == (decision["id"], decision["hold"]["id"])
    assert (changed["state"], changed["instruction"]) == ("not_accepted", "do_not_execute")
    assert server.client.get("/readyz").json() == {"ready": True, "degraded": []}


def test_the_documented_receiver_takes_what_a_server_sends(start: StartServer, tmp_path: Path) -> None:
    """The fifteen lines of the page check the signature of a real call and answer with a receipt that is kept."""
    with documented_receiver(tmp_path) as (url, taken):
        server = start("--webhook", url, "--webhook-secret-file", str(tmp_path / "webhook.secret"))
        decision = held(server)
        server.move_clock(LAPSED)
        assert [row["type"] for row in lines(taken)][:2] == ["notify_client", "hold_changed"]
        told = server.client.get(f"/v1/holds/{decision['hold']['id']}/notices").json()
        (notified,) = [act for act in told["items"] if act["act"] == "notify"][:1]
        assert notified["details"]["channel"] == "push"
        forged = httpx.post(
            url, content=b"{}", headers={"webhook-id": "x", "webhook-timestamp": "1", "webhook-signature": "v1,x"}
        )
        assert forged.status_code == httpx.codes.UNAUTHORIZED


def test_messages_outlive_a_killed_server_and_an_absent_receiver(start: StartServer, tmp_path: Path) -> None:
    """What was queued while nobody listened arrives after both are back, each message under one id."""
    secret = tmp_path / "webhook.secret"
    secret.write_text(SECRET)
    with documented_receiver(tmp_path) as (url, taken):
        gone = "http://127.0.0.1:9"  # the port of the discard service, at which nobody listens
        server = start("--webhook", gone, "--webhook-secret-file", str(secret), clock=None, packs="ru")
        server.end()
        server.words = (*server.words, "--dev")
        server.process, server.client = _again(server)
        server.enlist("ru.cbr.recipients", ENTRY)
        decided = server.post("/v1/decisions", transfer("tr-1", occurred_at=_now()))
        assert decided.json()["outcome"] == "hold", decided.text
        eventually(lambda: "holdfast_messages_waiting 1.0" in server.client.get("/metrics").text)
        server.stop(signal.SIGKILL)
        server.words = tuple(url if word == gone else word for word in server.words)
        server.process, server.client = _again(server)
        eventually(lambda: len(lines(taken)) == 1)
        eventually(lambda: "holdfast_messages_waiting 0.0" in server.client.get("/metrics").text)


def _again(server: Server) -> tuple[Born, httpx.Client]:
    process = server.process = server._start()
    return process, httpx.Client(base_url=server._wait(), timeout=30)


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())


def test_a_server_that_delivers_nothing_says_so(start: StartServer) -> None:
    """Without an address and outside of development messages wait, and readiness names the setting."""
    server = start(clock=None)
    degraded = server.client.get("/readyz").json()["degraded"]
    assert "notices are not delivered: set `webhook`" in degraded


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--webhook", "https://bank.example"), "`webhook` needs `webhook_secret_file`"),
        (("--webhook", "http://bank.example", "--webhook-secret-file", "secret"), "in the open"),
        (("--webhook", "bank.example", "--webhook-secret-file", "secret"), "no address"),
        (("--webhook", "https://bank.example", "--webhook-secret-file", "missing"), "cannot be read"),
        (("--webhook", "https://bank.example", "--webhook-secret-file", "bad"), "secret cannot be read"),
        (("--webhook", "https://b.example", "--webhook-secret-file", "secret", "--notices-file", "x"), "not to both"),
        (("--proof-key-file", "bad"), "`proof_key_file` cannot be read"),
    ],
)
def test_a_setting_that_cannot_work_ends_the_start(words: tuple[str, ...], text: str, tmp_path: Path) -> None:
    """The error says what is wrong, and the server does not run without what it was told to do."""
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "bad").write_text("whsec_short")
    ended = run("serve", "--port", "0", "--data", "data", *words, cwd=tmp_path)
    assert ended.returncode != 0
    assert text in " ".join((ended.stdout + ended.stderr).split())
