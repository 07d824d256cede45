"""Templates of faces are kept only where an operator says so, sealed, and destroyed with proof."""

import asyncio
import os
from array import array
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from holdfast.operations.keep_template import (
    LONGEST,
    Enrolled,
    delete_templates,
    keep_template,
    read_template,
    template_thread,
)
from holdfast.operations.shard import Shard
from holdfast.store import MemoryStore, SqliteStore
from holdfast.vocabulary.errors import ConflictError, InvalidError, StoreError
from holdfast.vocabulary.records import RecordKind
from tests.unit.operations.shards import StillClock, make_shard

OWNER, MODEL = "0f" * 16, "resnet-1"
FACE = array("f", [0.125 * number for number in range(128)]).tobytes()


def shard_that(store: MemoryStore | SqliteStore, monkeypatch: pytest.MonkeyPatch, *, keeps: bool = True) -> Shard:
    """Make a shard whose operator says whether templates are kept."""
    shard = make_shard(MemoryStore(clock=StillClock()), StillClock())
    shard.ports = replace(shard.ports, store=store)
    monkeypatch.setattr("holdfast.operations.keep_template.keeps_templates", lambda _: keeps)
    return shard


def enrolled(data: bytes = FACE, model: str = MODEL) -> Enrolled:
    """Make a template to keep."""
    return Enrolled(owner=OWNER, model=model, data=data, by="face")


def files(directory: Path) -> bytes:
    """Give the bytes of every file."""
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


def test_nothing_is_kept_by_default() -> None:
    """The shipped parameters say no, so the call is refused and the log holds nothing."""

    async def story() -> None:
        shard = make_shard(MemoryStore(clock=StillClock()), StillClock())
        with pytest.raises(ConflictError, match="no template"):
            await keep_template(shard, enrolled())
        assert not [one for one in shard.ports.store.replay() if one.kind is RecordKind.TEMPLATE]

    asyncio.run(story())


def test_a_kept_template_is_read_back_by_its_own_model_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one model made means nothing to another, and the log holds it sealed."""

    async def story() -> None:
        shard = shard_that(MemoryStore(clock=StillClock()), monkeypatch)
        assert await keep_template(shard, enrolled()) == 1
        assert read_template(shard, OWNER, MODEL) == FACE
        assert read_template(shard, OWNER, "resnet-2") is None
        assert read_template(shard, "0e" * 16, MODEL) is None
        (record,) = shard.ports.store.thread(template_thread(OWNER))
        assert FACE[64:80] not in record.event
        assert sha256(record.event).hexdigest().encode() in record.act

    asyncio.run(story())


def test_a_new_version_destroys_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a second enrolment only the second can be read, and the first is on record as destroyed."""

    async def story() -> None:
        shard = shard_that(MemoryStore(clock=StillClock()), monkeypatch)
        await keep_template(shard, enrolled())
        assert await keep_template(shard, enrolled(FACE[::-1])) == 2
        assert read_template(shard, OWNER, MODEL) == FACE[::-1]
        first, second, deleted = shard.ports.store.thread(template_thread(OWNER))
        assert (first.event, first.forgotten, bool(second.event)) == (b"", True, True)
        assert b'"reason":"replaced"' in deleted.act

    asyncio.run(story())


def test_deleting_leaves_a_proof_in_the_chain_and_no_template(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On a real database the key is gone from its files, the chain holds, and the proof names what was destroyed."""

    async def story() -> None:
        clock = StillClock()
        store = SqliteStore.open(tmp_path, clock=clock, random_bytes=os.urandom)
        shard = shard_that(store, monkeypatch)
        shard.seq = store.last_seq()
        await keep_template(shard, enrolled())
        sealed = store.thread(template_thread(OWNER))[0].event
        proof = await delete_templates(shard, OWNER, by="Anna", reason="demand D-17")
        (destroyed,) = proof["destroyed"]
        assert (proof["kept"], destroyed["version"], destroyed["by"]) == (False, 1, "Anna")
        assert destroyed["sealed_sha256"] == sha256(sealed).hexdigest()
        link = store.chain_link(destroyed["record"])
        assert link is not None
        assert destroyed["link"] == link.link.hex()
        assert read_template(shard, OWNER, MODEL) is None
        assert store.verify_chain().records == store.last_seq()
        again = await delete_templates(shard, OWNER, by="Boris", reason="again")
        assert again == proof
        store.close()
        kept = files(tmp_path)
        assert FACE[64:96] not in kept
        assert sealed not in kept

    asyncio.run(story())


def test_a_sealed_template_opens_for_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Moved to another tenant, a template cannot be read."""

    async def story() -> None:
        shard = shard_that(MemoryStore(clock=StillClock()), monkeypatch)
        await keep_template(shard, enrolled())
        shard.tenant = replace(shard.tenant, name="other")
        with pytest.raises(StoreError, match="another tenant"):
            read_template(shard, OWNER, MODEL)

    asyncio.run(story())


@pytest.mark.parametrize("data", [b"", bytes(LONGEST + 1)])
def test_what_can_be_no_template_is_refused(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """Nothing, and what is as long as a picture, is not kept."""

    async def story() -> None:
        shard = shard_that(MemoryStore(clock=StillClock()), monkeypatch)
        with pytest.raises(InvalidError, match="bytes"):
            await keep_template(shard, enrolled(data))

    asyncio.run(story())
