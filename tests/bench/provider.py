"""A provider to measure and test with: answers well, slowly, wrongly or never, as it is told.

`python -m tests.bench.provider --slow-ms 200` prints its address and answers every question after 200 ms.
"""

import argparse
import asyncio
import json
import ssl
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

ANSWER: Final = {
    "risk": 0.25,
    "calls": {"new": 3},
    "ported_at": "2026-05-01T10:00:00+03:00",
    "note": "seen",
    "ok": True,
}
HANG_S: Final = 30.0
ROOT: Final = Path(__file__).parents[2]
_DRIP_S: Final = 0.05
MODES: Final = (
    *("good", "hang", "fail", "garbage", "drip", "half", "huge", "redirect", "cut"),
    *("unending", "pieces", "twice", "leaving", "babble"),
)


@dataclass(slots=True)
class Emulator:
    """One HTTP server whose manners can be changed while it runs; `asked` are the bodies of the questions so far.

    `half` fails every second time, `drip` sends a byte now and then, `cut` hangs up in the middle of an answer.
    `unending` says no length and hangs up behind a good answer, `pieces` sends it in chunks, `twice` sends two,
    `leaving` hangs up after it, `babble` speaks no HTTP.
    """

    mode: str = "good"
    slow_s: float = 0.0
    answer: dict[str, Any] = field(default_factory=lambda: dict(ANSWER))
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[bytes] = field(default_factory=list)
    keeps: bool = True
    port: int = 0
    _server: "asyncio.Server | None" = None
    _lines: "set[asyncio.Task[None]]" = field(default_factory=set)

    async def __aenter__(self) -> Self:
        """Listen on loopback."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up on everybody."""
        await self.stop()

    async def start(self, port: int = 0, *, tls: ssl.SSLContext | None = None) -> None:
        """Listen on a port of loopback, a free one for 0."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close every connection."""
        if self._server is not None:
            self._server.close()
        for line in tuple(self._lines):
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    @property
    def url(self) -> str:
        """Give the address to ask at."""
        return f"http://127.0.0.1:{self.port}/v1/check"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the questions of one connection."""
        task = asyncio.current_task()
        assert task is not None
        self._lines.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                while await self._one(reader, writer):
                    pass
        finally:
            self._lines.discard(task)
            with suppress(ConnectionError, ssl.SSLError):
                writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Read a question and answer it in the manner of the moment; tells whether to go on."""
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        body = await reader.readexactly(length)
        if self.keeps:
            self.asked.append(json.loads(body))
            self.headers.append(head)
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        mode = self.mode
        if mode == "half":
            mode = "fail" if len(self.asked) % 2 == 0 else "good"
        return await _MANNERS[mode](self, writer)


def _head(status: str, length: int, *more: str) -> bytes:
    lines = (f"HTTP/1.1 {status}", "content-type: application/json", f"content-length: {length}", *more)
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _send(writer: asyncio.StreamWriter, status: str, body: bytes, *more: str) -> bool:
    writer.write(_head(status, len(body), *more) + body)
    await writer.drain()
    return True


async def _good(emulator: Emulator, writer: asyncio.StreamWriter) -> bool:
    return await _send(writer, "200 OK", json.dumps(emulator.answer).encode())


async def _hang(_: Emulator, writer: asyncio.StreamWriter) -> bool:
    await asyncio.sleep(HANG_S)
    return await _send(writer, "200 OK", b"{}")


async def _fail(_: Emulator, writer: asyncio.StreamWriter) -> bool:
    return await _send(writer, "500 Internal Server Error", b'{"fault": "CANARY-FAULT"}')


async def _garbage(_: Emulator, writer: asyncio.StreamWriter) -> bool:
    return await _send(writer, "200 OK", b'{"risk": "CANARY-GARBAGE", "calls": [')


async def _drip(emulator: Emulator, writer: asyncio.StreamWriter) -> bool:
    body = json.dumps(emulator.answer).encode()
    writer.write(_head("200 OK", len(body)))
    for byte in body:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(_DRIP_S)
    return True


async def _huge(_: Emulator, writer: asyncio.StreamWriter) -> bool:
    await _send(writer, "200 OK", b'{"risk": ' + b" " * 1_000_000 + b"0.5}")
    return False


async def _redirect(_: Emulator, writer: asyncio.StreamWriter) -> bool:
    return await _send(writer, "302 Found", b"", "location: http://127.0.0.1:1/")


async def _cut(_: Emulator, writer: asyncio.StreamWriter) -> bool:
    writer.write(_head("200 OK", 100) + b'{"risk"')
    await writer.drain()
    return False


async def _unending(emulator: Emulator, writer: asyncio.StreamWriter) -> bool:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + json.dumps(emulator.answer).encode())
    await writer.drain()
    return False


async def _pieces(emulator: Emulator, writer: asyncio.StreamWriter) -> bool:
    body = json.dumps(emulator.answer).encode()
    writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    for start in range(0, len(body), 7):
        piece = body[start : start + 7]
        writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
    writer.write(b"0\r\n\r\n")
    await writer.drain()
    return True


async def _twice(emulator: Emulator, writer: asyncio.StreamWriter) -> bool:
    body = json.dumps(emulator.answer).encode()
    other = json.dumps(emulator.answer | {"risk": 0.99}).encode()
    writer.write(_head("200 OK", len(body)) + body + _head("200 OK", len(other)) + other)
    await writer.drain()
    return True


async def _leaving(emulator: Emulator, writer: asyncio.StreamWriter) -> bool:
    await _good(emulator, writer)
    return False


async def _babble(_: Emulator, writer: asyncio.StreamWriter) -> bool:
    writer.write(b"220 mail.example ESMTP CANARY-FAULT\r\n")
    await writer.drain()
    return True


_MANNERS: Final[dict[str, Callable[[Emulator, asyncio.StreamWriter], Awaitable[bool]]]] = {
    "good": _good,
    "hang": _hang,
    "fail": _fail,
    "garbage": _garbage,
    "drip": _drip,
    "huge": _huge,
    "redirect": _redirect,
    "cut": _cut,
    "unending": _unending,
    "pieces": _pieces,
    "twice": _twice,
    "leaving": _leaving,
    "babble": _babble,
}


def declaration(url: str, *, more: str = "", on: str = "transfer") -> bytes:
    """Write the file of providers that declares this one, as `telecom`."""
    return f"""\
providers:
  - id: telecom
    url: {url}
    on: [{on}]
    send: {{msisdn: payer.phone, client: payer.customer_id}}
    answers:
      risk: {{type: number, at: /risk}}
      calls_new: {{type: integer, at: /calls/new, shown: true}}
      ported_at: {{type: instant, at: /ported_at}}
      note: {{type: text, at: /note}}
      ok: {{type: bool, at: /ok}}
{more}""".encode()


def rules() -> bytes:
    """Write the bank's rule that reads this one about every transfer."""
    return b"""\
id: policy.slow
jurisdiction: policy
status: policy
zone: UTC
title: {ru: a, kk: a, en: a}
cite: {act: bench, article: "1", url: "https://bench.example", confidence: U, checked_on: 2026-01-01}
applies: {}
rules:
  - id: slow.risk
    on: [transfer]
    when: outside.telecom.risk > 0.5
    proposes: challenge
    title: {ru: a, kk: a, en: a}
    on_missing: none
"""


@contextmanager
def slow_provider(folder: Path, *, slow_ms: float = 200.0, connections: int = 1_000) -> Iterator[tuple[str, ...]]:
    """Run one in a process of its own, and give the words of `serve` by which every transfer asks it."""
    command = [sys.executable, "-m", "tests.bench.provider", "--slow-ms", str(slow_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip().removeprefix("url=")
        asked, own = folder / "slow-provider.yaml", folder / "slow-rules.yaml"
        asked.write_bytes(declaration(url, more=f"    timeout_ms: 1000\n    connections: {connections}\n"))
        own.write_bytes(rules())
        try:
            yield "--providers", str(asked), "--rules", str(own)
        finally:
            process.terminate()


async def _run(emulator: Emulator, port: int) -> None:
    await emulator.start(port)
    sys.stdout.write(f"url={emulator.url}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


def main() -> None:
    """Serve until the process is stopped."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--port", type=int, default=0)
    words.add_argument("--slow-ms", type=float, default=0.0)
    words.add_argument("--mode", choices=MODES, default="good")
    given = words.parse_args()
    emulator = Emulator(mode=given.mode, slow_s=given.slow_ms / 1000, keeps=given.mode == "half")
    with suppress(KeyboardInterrupt):
        asyncio.run(_run(emulator, given.port))


if __name__ == "__main__":
    main()
