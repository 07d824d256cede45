"""The load client's own ledger: what was sent before it is sent, what was answered after; both on disk first."""

import asyncio
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Call:
    """One call that the client made: its own number, the event's or hold's id, and what was answered, if anything."""

    id: str
    kind: str
    path: str
    body: str
    status: int = 0
    answer: str = ""


@dataclass(slots=True)
class Ledger:
    """Every call of the client, in a file that is synchronised before the client goes on; one fsync for many lines."""

    path: Path
    calls: dict[str, Call] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    _waiting: list[tuple[bytes, "asyncio.Future[None]"]] = field(default_factory=list)
    _flushing: "asyncio.Task[None] | None" = None

    async def sending(self, call: Call) -> None:
        """Note a call before it leaves."""
        self.calls.setdefault(call.id, call)
        await self._write({"sent": call.id, "kind": call.kind, "path": call.path, "body": call.body})

    async def answered(self, call: Call, status: int, body: str) -> None:
        """Note the first answer to a call; a later one must be the same to the byte."""
        if call.status and call.kind != "act" and (call.status, call.answer) != (status, body):
            self.faults.append(f"{call.id} was answered {call.status} {call.answer} and then {status} {body}")
        if not call.status:
            call.status, call.answer = status, body
        await self._write({"answered": call.id, "status": status, "body": body})

    def unanswered(self) -> list[Call]:
        """Give the calls that may or may not have reached the server."""
        return [call for call in self.calls.values() if not call.status]

    def answers(self, kind: str) -> list[Call]:
        """Give the acknowledged calls of a kind."""
        return [call for call in self.calls.values() if call.kind == kind and call.status]

    async def _write(self, row: Json) -> None:
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((json.dumps(row).encode() + b"\n", done))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())
        await done

    async def _flush(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            await asyncio.to_thread(self._append, b"".join(line for line, _ in group))
            for _, done in group:
                if not done.done():
                    done.set_result(None)

    def _append(self, lines: bytes) -> None:
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, lines)
            os.fdatasync(handle)
        finally:
            os.close(handle)
