"""A shard with lists that a test loads, follows, breaks off and starts again."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any

from holdfast.lists.differences import difference
from holdfast.lists.versions import Stamp
from holdfast.operations.change_list import Edit, change_list, publish
from holdfast.operations.decide_event import decide_event
from holdfast.operations.follow_versions import follow_versions
from holdfast.operations.rebuild import rebuild
from holdfast.operations.take_event import take_event
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.lists import ListEntry, ListKind, ListVersion
from holdfast.vocabulary.records import Record
from tests.unit.operations.shards import Json, SlowStore, StillClock, event, make_shard, transfer

DATABASE, CENTER = "ru.cbr.recipients", "kz.afc.persons"
WORDS = ("client_restricted", "client_restored")


def inn(number: int, **changes: Any) -> ListEntry:
    """Give an entry of a taxpayer number."""
    return ListEntry(kind=ListKind.INN, value=f"{number:012d}", **changes)


def client(number: int) -> Json:
    """Give a client with a taxpayer number."""
    return {"customer_id": f"c-{number}", "kind": "individual", "inn": f"{number:012d}"}


class World:
    """A shard over a store that outlives it."""

    def __init__(self, packs: str = "ru") -> None:
        self.clock = StillClock()
        self.store = SlowStore(self.clock)
        self.packs = packs
        self.shard = make_shard(self.store, self.clock, packs)

    def at(self, local: str) -> None:
        """Move the clock to a Moscow time."""
        self.clock.instant_ms = to_ms(datetime.fromisoformat(f"{local}+03:00"))

    def restart(self) -> None:
        """Take up the work on the same disk with an empty memory."""
        self.store.open_again()
        self.shard = make_shard(self.store, self.clock, self.packs)
        rebuild(self.shard)

    async def pay(self, event_id: str, **changes: Any) -> Json:
        """Decide a transfer."""
        answer: Json = json.loads((await decide_event(self.shard, transfer(event_id, **changes))).body)
        return answer

    async def result(self, of: str, word: str) -> None:
        """Report what became of a transfer."""
        await take_event(self.shard, event(f"res-{of}", "transfer_result", of=of, result=word))

    async def edit(self, *add: ListEntry, remove: Iterable[ListEntry] = (), name: str = DATABASE) -> ListVersion:
        """Change single entries."""
        return await change_list(self.shard, Edit(list=name, add=add, remove=tuple(remove)))

    async def load(self, *entries: ListEntry, published: str, name: str = DATABASE) -> ListVersion:
        """Load a full snapshot of taxpayer numbers that was published at a Moscow time."""
        book, kinds = self.shard.memory.lists, (ListKind.INN,)
        stamp = Stamp(
            list=name,
            loaded_ms=self.clock.now_ms(),
            published_ms=to_ms(datetime.fromisoformat(f"{published}+03:00")),
            kinds=kinds,
        )
        current = self.store.list_reader(name)(tuple(ListKind))
        return await publish(self.shard, difference(current, entries, stamp=stamp, before=book.version(name)))

    async def follow(self) -> int:
        """Follow what is new."""
        return await follow_versions(self.shard)

    async def break_off(self, work: Awaitable[object], landed: int) -> None:
        """Let so many more records reach the disk while some work is done, and the next one fail."""
        self.store.held = True
        task = asyncio.ensure_future(work)
        while not task.done() and landed >= 0:
            await asyncio.sleep(0)
            if self.store.waiting_now:
                if landed:
                    self.store.land(1)
                else:
                    self.store.fail()
                landed -= 1
        await asyncio.gather(task, return_exceptions=True)

    def queued(self, *topics: str, after: int = 0) -> list[Json]:
        """Give the messages of the outbox, in the order of the log; `after` is the number of one."""
        rows = self.store.pending(100_000, after=after)
        every = [json.loads(row.payload) | {"topic": row.topic, "subject": row.subject} for row in rows]
        return [row for row in every if not topics or row["topic"] in topics]

    @property
    def mark(self) -> int:
        """Number the newest message of the outbox."""
        return max((row.id for row in self.store.pending(100_000)), default=0)

    def records(self, kind: str) -> list[Record]:
        """Give the records of one kind."""
        return [record for record in self.store.replay() if record.kind.value == kind]


Story = Callable[[World], Awaitable[None]]


def told(story: Story, packs: str = "ru") -> None:
    """Run a story in a new world."""

    async def whole() -> None:
        await story(World(packs))

    asyncio.run(whole())
