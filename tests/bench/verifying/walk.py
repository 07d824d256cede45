"""People who go through verifications over HTTP: a session is created, started, called back and consumed.

Open loop: a session is due at its instant, whatever the server does, and all of its times count from then.
"""

import asyncio
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import uvloop

from holdfast.wire.owners import owner_hash
from tests.bench.verifying.centre import IIN, NAME, OWNER_KEY, signed

STEPS: Final = ("create", "start", "callback", "consume")
CREATED, TAKEN, DONE = 201, 202, 200
_SESSIONS: Final = "/v1/identity/sessions"
_AGAIN_S: Final = 0.01


@dataclass(slots=True, kw_only=True)
class Walked:
    """What came of a run, in seconds: how long every step took, and every whole session from the instant it was due.

    `faults` are answers that were not those of a session that goes through, by step and status.
    """

    steps: dict[str, list[float]] = field(default_factory=lambda: {step: [] for step in STEPS})
    whole: list[float] = field(default_factory=list)
    faults: list[tuple[str, int]] = field(default_factory=list)
    seconds: float = 0.0
    cpu_s: float = 0.0


class _Fault(Exception):  # noqa: N818 - a step that the server did not take; it ends one walk
    """A step was answered otherwise than it should be."""


class _Lines:
    """Kept connections to one server, each of which carries one request at a time."""

    def __init__(self, address: tuple[str, int], count: int) -> None:
        self._address = address
        self._free: asyncio.LifoQueue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.LifoQueue()
        self._count = count

    async def open(self) -> None:
        """Open the connections."""
        for _ in range(self._count):
            self._free.put_nowait(await asyncio.open_connection(*self._address))

    async def call(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Post on a free connection, and give status and body."""
        more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        kind = "content-type: application/json\r\n"
        head = f"POST {path} HTTP/1.1\r\nhost: bench\r\n{kind}{more}content-length: {len(body)}\r\n\r\n"
        line = await self._free.get()
        try:
            line[1].write(head.encode() + body)
            return await _answer(line[0])
        finally:
            self._free.put_nowait(line)

    async def close(self) -> None:
        """Hang up."""
        while not self._free.empty():
            self._free.get_nowait()[1].close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read an answer of known length."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    at = head.index(b"content-length:")
    return int(head[9:12]), await reader.readexactly(int(head[at + 15 : head.index(b"\r", at)]))


class Walk:
    """Sessions of one run, each about a payout of a seller of its own; `mark` tells runs on one server apart."""

    def __init__(self, address: tuple[str, int], mark: str, *, connections: int) -> None:
        self._lines = _Lines(address, connections)
        self._mark = mark
        self._owner = owner_hash(OWNER_KEY, IIN)
        self.walked = Walked()

    async def at_rate(self, due_s: Iterable[float]) -> Walked:
        """Begin a session at every instant that is given, in seconds from now."""
        await self._lines.open()
        started, used = time.perf_counter(), time.process_time()
        tasks = []
        for number, due in enumerate(due_s):
            await asyncio.sleep(max(0.0, started + due - time.perf_counter()))
            tasks.append(asyncio.ensure_future(self._through(number, started + due)))
        await asyncio.gather(*tasks)
        return await self._ended(started, used)

    async def at_once(self, count: int, walkers: int) -> Walked:
        """Let so many people go through one session after another, as fast as the server lets them."""
        await self._lines.open()
        started, used = time.perf_counter(), time.process_time()
        numbers = iter(range(count))

        async def walker() -> None:
            for number in numbers:
                await self._through(number, time.perf_counter())

        await asyncio.gather(*(walker() for _ in range(walkers)))
        return await self._ended(started, used)

    async def _ended(self, started: float, used: float) -> Walked:
        self.walked.seconds, self.walked.cpu_s = time.perf_counter() - started, time.process_time() - used
        await self._lines.close()
        return self.walked

    async def _through(self, number: int, due: float) -> None:
        """Go through one session."""
        name = f"{self._mark}-{number}"
        operation = self._operation(name)
        try:
            made = await self._step("create", _SESSIONS, self._opening(name, operation), expected=CREATED, key=name)
            place = f"{_SESSIONS}/{made['id']}"
            way = await self._step("start", f"{place}/start", {"device_id": f"d-{name}"}, expected=DONE)
            await self._called_back(str(way["redirect_url"]).rpartition("/")[2])
            used = {"operation": operation, "purpose": "withdraw"}
            await self._step("consume", f"{place}/consume", used, expected=DONE)
        except _Fault:
            return
        self.walked.whole.append(time.perf_counter() - due)

    async def _called_back(self, reference: str) -> None:
        """Call back as the centre would, signed with its key."""
        headers, body = signed(reference)
        await self._posted("callback", f"/v1/identity/callbacks/{NAME}", body, headers, expected=TAKEN)

    async def _step(self, step: str, path: str, body: Mapping[str, Any], *, expected: int, key: str = "") -> Any:
        headers = {"idempotency-key": key} if key else {}
        return json.loads(await self._posted(step, path, json.dumps(body).encode(), headers, expected=expected))

    async def _posted(self, step: str, path: str, body: bytes, headers: Mapping[str, str], *, expected: int) -> bytes:
        """Take one step and note how long it took; an answer of another kind ends the session."""
        began = time.perf_counter()
        status, answer = await self._lines.call(path, body, headers)
        self.walked.steps[step].append(time.perf_counter() - began)
        if status != expected:
            self.walked.faults.append((step, status))
            raise _Fault(answer[:200])
        return answer

    def _operation(self, name: str) -> dict[str, Any]:
        money = {"amount_minor": 9_000_000, "currency": "KZT", "payee_owner_hash": self._owner}
        return {"id": f"op-{name}", "type": "payout", "payee_ref": "4111111111111111", **money}

    def _opening(self, name: str, operation: Mapping[str, Any]) -> dict[str, Any]:
        given = datetime.now(UTC).isoformat(timespec="seconds")
        consent = {"text_version": "2026-01", "locale": "kk", "given_at": given, "evidence_ref": "b", "of_age": True}
        return {
            "subject": {"ref": f"s-{name}", "kind": "seller_id", "iin_hash": self._owner},
            "purpose": "withdraw",
            "operation": operation,
            "required": {"checks": ["face_match", "pad"]},
            "consent": consent,
            "device_id": f"d-{name}",
        }


def walk_at_rate(address: tuple[str, int], *, rate: float, seconds: float, connections: int = 64) -> Walked:
    """Begin sessions evenly at a rate for some seconds."""
    count = int(rate * seconds)
    return uvloop.run(Walk(address, f"r{rate:g}", connections=connections).at_rate(n / rate for n in range(count)))


def walk_at_once(address: tuple[str, int], *, count: int, walkers: int, mark: str = "w") -> Walked:
    """Let some people go through sessions as fast as the server lets them."""
    return uvloop.run(Walk(address, mark, connections=walkers).at_once(count, walkers))
