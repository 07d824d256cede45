"""A centre of identification for benches: everybody who comes is the owner and passes; thin, so that it costs little.

`python -m tests.bench.verifying.centre` prints its address.
"""

import asyncio
import hmac
import json
import sys
import time
from base64 import b64decode, b64encode
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import uvloop

IIN: Final = "850615400023"
OWNER_KEY: Final = bytes(range(32))
CALLBACK_KEY: Final = "whsec_" + b64encode(bytes(range(32))).decode()
NAME: Final = "centre"
_ENDED: Final = (ConnectionError, asyncio.IncompleteReadError)
_DECLARED: Final = """\
owner_key_file: {owner}
providers:
  - id: {name}
    kind: http
    timeout_ms: 5000
    connections: 64
    start:
      method: POST
      url: {url}/sessions
      body: {{hash: "{{operation_hash}}"}}
      answer: {{reference: /id, redirect_url: /page}}
    fetch: {{method: GET, url: "{url}/sessions/{{reference}}"}}
    redact: {{method: DELETE, url: "{url}/sessions/{{reference}}"}}
    callback: {{keys: ["{callback}"], reference: /session}}
    result:
      reference: /id
      state: {{at: /status, done: [done]}}
      checks:
        face_match: {{at: /face, pass: [same], fail: [other]}}
        pad: {{at: /live, pass: ["true"], fail: ["false"]}}
      auth_time: {{at: /finished, form: rfc3339}}
      owner: {{at: /iin}}
      operation_hash: /hash
"""


class Centre:
    """Opens sessions and tells of them at once; `hashes` are the operations by session, forgotten when told."""

    def __init__(self) -> None:
        self.hashes: dict[str, str] = {}
        self.opened = 0
        self.url = ""

    async def start(self) -> None:
        """Listen on a free port of loopback."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=512)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection, one after another."""
        with suppress(*_ENDED):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                at = head.lower().find(b"content-length:")
                length = int(head[at + 15 : head.index(b"\r", at)]) if at >= 0 else 0
                said = self.answer(head, await reader.readexactly(length))
                body = json.dumps(said).encode()
                kind = b"content-type: application/json\r\n"
                writer.write(b"HTTP/1.1 200 OK\r\n%bcontent-length: %d\r\n\r\n%b" % (kind, len(body), body))
                await writer.drain()
        writer.close()

    def answer(self, head: bytes, body: bytes) -> dict[str, str]:
        """Open a session, tell of one, or forget it."""
        method, path, _ = head.split(b" ", 2)
        if method == b"POST":
            self.opened += 1
            name = f"c-{self.opened}"
            self.hashes[name] = json.loads(body)["hash"]
            return {"id": name, "page": f"{self.url}/pages/{name}"}
        name = path.decode().rpartition("/")[2]
        told = {"id": name, "status": "done", "face": "same", "live": "true", "iin": IIN}
        return told | {"hash": self.hashes.pop(name, ""), "finished": datetime.now(UTC).isoformat()}


def declared(folder: Path, url: str) -> tuple[str, ...]:
    """Write the centre's declaration and keys, and give the words of `serve` that name it."""
    owner, callback, file = (folder / name for name in ("owner.key", "callback.key", "identity.yaml"))
    owner.write_text(OWNER_KEY.hex())
    callback.write_text(CALLBACK_KEY)
    for key in (owner, callback):
        key.chmod(0o600)
    file.write_text(_DECLARED.format(owner=owner, callback=callback, url=url, name=NAME))
    return "--identity", str(file)


def signed(reference: str) -> tuple[dict[str, str], bytes]:
    """Write a callback about a session: its headers and its body, signed as Standard Webhooks are."""
    body, sent = json.dumps({"session": reference}).encode(), str(int(time.time()))
    secret = b64decode(CALLBACK_KEY.removeprefix("whsec_"))
    signature = hmac.digest(secret, b"%b.%b.%b" % (f"m-{reference}".encode(), sent.encode(), body), "sha256")
    headers = {"webhook-id": f"m-{reference}", "webhook-timestamp": sent}
    return headers | {"webhook-signature": f"v1,{b64encode(signature).decode()}"}, body


async def _run() -> None:
    centre = Centre()
    await centre.start()
    sys.stdout.write(f"url={centre.url}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        uvloop.run(_run())
