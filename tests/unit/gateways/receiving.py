"""An endpoint of a bank over real HTTP: checks signatures, and answers as a test says."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0NTY3ODk="
Answer = tuple[int, bytes]


class Endpoint:
    """What the endpoint saw, and how it answers."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.forged = 0
        self.answer: Callable[[int], Answer] = lambda _: (200, b"")
        self.headers: dict[str, str] = {}
        self.calls = 0
        self.url = ""

    def receive(self, headers: dict[str, str], body: bytes) -> Answer:
        """Check a call and answer it."""
        self.calls += 1
        self.headers = headers
        try:
            Webhook(SECRET).verify(body, headers, json_parse=False)
        except WebhookVerificationError:
            self.forged += 1
            return 401, b""
        status, answer = self.answer(self.calls)
        if 200 <= status < 300:
            self.taken.append((headers["webhook-id"], body))
        return status, answer


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """Run an endpoint on a free port of this machine."""
    seen = Endpoint()

    class Call(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status, answer = seen.receive({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("location", seen.url + "/elsewhere")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Call) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        seen.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield seen
        finally:
            server.shutdown()
            thread.join()
