"""Messages as lines of a file."""

import asyncio
import json
from pathlib import Path

import pytest

from holdfast.gateways.file import FileGateway
from holdfast.vocabulary.deliveries import Outgoing, Receipt
from holdfast.vocabulary.errors import DeliveryError
from tests.unit.operations.shards import NOON_MS, StillClock


def send(path: Path, *words: str) -> list[Receipt]:
    """Send messages to a file."""

    async def whole() -> list[Receipt]:
        gateway = FileGateway(path, clock=StillClock())
        bodies = [json.dumps({"word": word}).encode() for word in words]
        return [await gateway.send(Outgoing(id=str(n), topic="t", body=body)) for n, body in enumerate(bodies)]

    return asyncio.run(whole())


def read(path: Path) -> list[str]:
    """Read the words of whole lines."""
    return [json.loads(line)["word"] for line in path.read_text().splitlines() if line.endswith("}")]


def test_each_message_is_one_line_that_only_the_owner_reads(tmp_path: Path) -> None:
    """A second run appends to the first."""
    path = tmp_path / "notices.jsonl"
    assert send(path, "one", "two")[0] == Receipt(gateway="file", sent_ms=NOON_MS, channel="file")
    send(path, "three")
    assert read(path) == ["one", "two", "three"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_line_that_was_cut_off_does_not_spoil_the_next(tmp_path: Path) -> None:
    """After a crash within a write the next message begins a line of its own."""
    path = tmp_path / "notices.jsonl"
    send(path, "one")
    with path.open("ab") as file:
        file.write(b'{"word": "tw')
    send(path, "three")
    assert read(path) == ["one", "three"]


def test_lines_of_many_at_once_stay_apart(tmp_path: Path) -> None:
    """Messages that are delivered at the same time, long ones too, leave one whole line each and no other."""
    path = tmp_path / "notices.jsonl"

    async def whole() -> None:
        gateway = FileGateway(path, clock=StillClock())
        bodies = [json.dumps({"word": f"{n} " + "x" * 300_000}).encode() for n in range(60)]
        await asyncio.gather(*(gateway.send(Outgoing(id="m", topic="t", body=body)) for body in bodies))

    asyncio.run(whole())
    assert sorted(int(word.split()[0]) for word in read(path)) == list(range(60))
    assert len(path.read_text().splitlines()) == 60


def test_a_file_that_cannot_be_written_is_a_failed_delivery(tmp_path: Path) -> None:
    """The message stays in the outbox and the error says why."""
    with pytest.raises(DeliveryError, match="Is a directory"):
        send(tmp_path, "one")
