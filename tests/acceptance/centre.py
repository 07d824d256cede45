"""An identification centre for the tests: a real HTTP server that opens sessions, answers, fails, and calls back."""

import hashlib
import hmac
import json
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx

Json = dict[str, Any]
IIN = "850101300129"
_OWNER_KEY = bytes(range(32))
_CALLBACK_KEY = bytes(range(32, 64))
_FILE = """\
owner_key_file: {folder}/owner.key
providers:
  - id: {name}
    kind: http
    timeout_ms: 1000
    failures: 100
    start:
      method: POST
      url: {url}/sessions
      body: {{for: "{{session_id}}", hash: "{{operation_hash}}", checks: "{{checks}}", age: "{{auth_age_s}}"}}
      answer: {{reference: /id, redirect_url: /url}}
    fetch: {{method: GET, url: "{url}/sessions/{{reference}}"}}
    redact: {{method: DELETE, url: "{url}/sessions/{{reference}}"}}
    result:
      reference: /id
      state: {{at: /status, done: [completed]}}
      checks:
        face_match: {{at: /face, pass: [ok], fail: [other], score: /score}}
        pad: {{at: /live, pass: [ok], fail: [spoof], not_performed: [none]}}
      acr: {{at: /level}}
      auth_time: {{at: /finished, form: rfc3339}}
      owner: {{at: /iin}}
      operation_hash: /confirmed
    callback:
      keys: [{folder}/callback.key]
      reference: /session
"""


def iin_hash(number: str = IIN) -> str:
    """Hash a personal number as a tenant does, under the key that it shares."""
    return hmac.digest(_OWNER_KEY, number.encode(), "sha256").hex()


class Centre:
    """What the centre knows: `results` by its own names of sessions; `mode` is `good`, `fail` or `hang`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.results: dict[str, Json] = {}
        self.opened: list[Json] = []
        self.deleted: list[str] = []
        self.mode = "good"
        self.url = ""

    def words(self, name: str = "centre") -> tuple[str, str]:
        """Write the files by which a server knows the centre, and give the words of its command line."""
        (self.folder / "owner.key").write_text(_OWNER_KEY.hex())
        (self.folder / "callback.key").write_text(f"whsec_{b64encode(_CALLBACK_KEY).decode()}")
        path = self.folder / f"{name}.yaml"
        path.write_text(_FILE.format(folder=self.folder, url=self.url, name=name))
        return "--identity", str(path)

    def end(self, reference: str, at: str, **changes: Any) -> None:
        """End a session well, unless told otherwise; `None` drops a word."""
        row = {"status": "completed", "face": "ok", "score": 0.98, "live": "ok", "level": "high", "finished": at}
        given = row | {"iin": IIN} | changes
        self.results[reference] = {name: value for name, value in given.items() if value is not None}

    def call_back(self, base: str, reference: str, at_s: int, **more: Any) -> httpx.Response:
        """Call back as the centre does, or as a forger would: `body`, `name`, `stamp` and `key` can be another's."""
        name, key = more.get("name", "msg-1"), more.get("key", _CALLBACK_KEY)
        body = json.dumps({"session": reference}).encode()
        signed = b"%b.%d.%b" % (name.encode(), at_s, body)
        signature = b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        headers = {"webhook-id": name, "webhook-timestamp": str(more.get("stamp", at_s))}
        headers |= {"webhook-signature": f"v1,{signature}", "content-type": "application/json"}
        content = more.get("body", body)
        return httpx.post(f"{base}/v1/identity/callbacks/centre", content=content, headers=headers, timeout=30)

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Json]:
        """Answer one request."""
        if self.mode == "hang":
            time.sleep(3)
        if self.mode != "good":
            return 500, {}
        reference = path.rpartition("/")[2]
        if method == "POST":
            self.opened.append(json.loads(body))
            reference = f"centre-{len(self.opened)}"
            return 200, {"id": reference, "url": f"https://centre.example/{reference}"}
        if method == "DELETE":
            self.deleted.append(reference)
            return 200, {}
        confirmed = {f"centre-{number}": row["hash"] for number, row in enumerate(self.opened, 1)}.get(reference)
        working = {"id": reference, "status": "working", "confirmed": confirmed}
        return 200, working | self.results.get(reference, {})


@contextmanager
def centre(folder: Path) -> Iterator[Centre]:
    """Run a centre on a free port of this machine."""
    made = Centre(folder)

    class Talk(BaseHTTPRequestHandler):
        """One request."""

        def _talk(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            status, said = made.answer(self.command, self.path, body)
            content = json.dumps(said).encode()
            try:
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except ConnectionError:  # who asked has gone
                return

        do_GET = do_POST = do_DELETE = _talk  # noqa: N815 - the names that the library calls

        def log_message(self, format: str, *words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Talk)
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
