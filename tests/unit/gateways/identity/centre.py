"""An identification centre on loopback with requests of its own, good manners or bad, and signed callbacks."""

import json
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks import Webhook

IIN = "850512300123"
TOKEN = "centre-token"  # noqa: S105 - of nobody
FIRST, SECOND = (f"whsec_{b64encode(bytes([number]) * 32).decode()}" for number in (1, 2))
SIGNER = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
PUBLIC = (
    "whpk_"
    + b64encode(SIGNER.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)).decode()
)
Json = dict[str, Any]
ROW = """\
  - id: centre
    kind: http
    auth_file: {auth}
    timeout_ms: {timeout_ms}
    failures: 3
    pause_s: 1
    start:
      method: POST
      url: {url}/v1/sessions
      headers: {{Idempotency-Key: "{{session_id}}"}}
      body:
        person: "{{subject_ref}}"
        for: {{what: "{{purpose}}", minor: "{{amount_minor}}", hash: "{{operation_hash}}"}}
        checks: "{{checks}}"
        note: "{{purpose}} of {{subject_ref}} within {{auth_age_s}} s"
      answer: {{reference: /id, redirect_url: /page}}
    fetch: {{method: GET, url: "{url}/v1/sessions/{{reference}}?full=1"}}
    redact: {{method: DELETE, url: "{url}/v1/sessions/{{reference}}"}}
    result:
      reference: /id
      state: {{at: /status, done: [completed]}}
      checks:
        face_match: {{at: /face/verdict, pass: [match], fail: [other], score: /face/score, model: /face/model}}
        pad: {{at: /live, pass: [true], fail: [false]}}
        iad: {{at: /stream, pass: [1], fail: [0], inconclusive: [2]}}
      acr: {{at: /level, means: {{"3": high}}}}
      auth_time: {{at: /finished, form: s}}
      owner: {{at: /person/iin}}
      operation_hash: /hash
      transaction_id: /receipt
      reference_source: {{at: /source, means: {{gbdfl: state_db}}}}
      capture: {{camera: /device/camera}}
      error: /problem
    callback:
      keys: [{keys}]
      reference: /data/session
"""


def declaration(url: str, *, auth: str = "centre.key", keys: str = "new.key, old.key", timeout_ms: int = 2_000) -> str:
    """Write the centre's row of the file."""
    return ROW.format(url=url, auth=auth, keys=keys, timeout_ms=timeout_ms)


def signed(body: bytes, at_s: int, *keys: str, name: str = "msg-1") -> dict[str, str]:
    """Sign a callback with shared secrets, as the reference implementation of Standard Webhooks does."""
    proofs = [Webhook(key).sign(name, datetime.fromtimestamp(at_s, UTC), body.decode("latin-1")) for key in keys]
    return {"webhook-id": name, "webhook-timestamp": str(at_s), "webhook-signature": " ".join(proofs)}


def sealed(body: bytes, at_s: int, *, name: str = "msg-1", signer: Ed25519PrivateKey = SIGNER) -> dict[str, str]:
    """Sign a callback with the private key."""
    proof = b64encode(signer.sign(f"{name}.{at_s}.".encode() + body)).decode()
    return {"webhook-id": name, "webhook-timestamp": str(at_s), "webhook-signature": f"v1a,{proof}"}


def passed(finished_s: int, **changes: Any) -> Json:
    """Give a side of a session in which everything passed."""
    side: Json = {
        "status": "completed",
        "face": {"verdict": "match", "score": 0.31, "model": "m-7"},
        "live": True,
        "stream": 1,
        "level": 3,
        "finished": finished_s,
        "person": {"iin": IIN},
        "receipt": "r-1",
        "source": "gbdfl",
        "device": {"camera": "front"},
    }
    return side | changes


@dataclass(kw_only=True)
class Centre:
    """The centre: `manner` is how it behaves, `sides` what it knows of sessions, `page` where a person goes."""

    url: str = ""
    manner: str = "good"
    page: str = ""
    sides: dict[str, Json] = field(default_factory=dict)
    calls: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Answer one call well."""
        if method == "POST":
            name = f"side/{len(self.sides) + 1}"
            told = json.loads(body)
            self.sides[name] = {"id": name, "status": "working", "hash": told["for"]["hash"]}
            return 201, json.dumps({"id": name, "page": self.page or f"https://centre.example/{name}"}).encode()
        name = path.partition("?")[0].removeprefix("/v1/sessions/").replace("%2F", "/")
        if name not in self.sides:
            return 404, b"{}"
        if method == "DELETE":
            del self.sides[name]
            return 204, b""
        return 200, json.dumps(self.sides[name]).encode()

    def finish(self, name: str, side: Json) -> None:
        """End a session."""
        self.sides[name] |= side


def _fault(call: BaseHTTPRequestHandler, centre: Centre) -> None:
    """Answer badly."""
    broken: dict[str, Callable[[], object]] = {
        "hang": lambda: centre.let_go.wait(30),
        "drip": lambda: _drip(call, centre),
        "cut": lambda: call.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{"),
        "no_http": lambda: call.wfile.write(b"\x00\x01\x02 hello\r\n\r\n"),
        "garbage": lambda: _write(call, 200, b"<html>welcome</html>"),
        "list": lambda: _write(call, 200, b"[]"),
        "empty": lambda: _write(call, 200, b""),
        "deep": lambda: _write(call, 200, b"[" * 50_000),
        "huge": lambda: _write(call, 200, b'"' + b"a" * 1_000_000 + b'"'),
        "fail": lambda: _write(call, 500, b"{}"),
        "refuse": lambda: _write(call, 403, b"{}"),
        "moved": lambda: _write(call, 302, b"", location=f"{centre.url}/elsewhere"),
    }
    broken[centre.manner]()
    call.close_connection = True


def _drip(call: BaseHTTPRequestHandler, centre: Centre) -> None:
    """Answer a byte at a time until nobody listens."""
    call.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n")
    while not centre.let_go.is_set():
        try:
            call.wfile.write(b" ")
        except OSError:
            return
        time.sleep(0.05)


def _write(call: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    call.send_response(status)
    for name, value in {"content-type": "application/json", "content-length": str(len(body)), **headers}.items():
        call.send_header(name, value)
    call.end_headers()
    call.wfile.write(body)


@contextmanager
def listening() -> Iterator[Centre]:
    """Run a centre on a free port of this machine."""
    centre = Centre()

    class Call(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._reply()

        def do_POST(self) -> None:
            self._reply()

        def do_DELETE(self) -> None:
            self._reply()

        def _reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            centre.calls.append((self.command, self.path, headers, body))
            if centre.manner != "good":
                _fault(self, centre)
                return
            _write(self, *centre.answer(self.command, self.path, body))

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing: who hangs up in the middle is what some tests are about."""

    with Quiet(("127.0.0.1", 0), Call) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        centre.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield centre
        finally:
            centre.let_go.set()
            server.shutdown()
            thread.join()
