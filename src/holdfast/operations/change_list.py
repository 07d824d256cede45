"""Change a list: add or remove single entries; a change is in force when its record is on disk."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from holdfast.lists.versions import Stamp
from holdfast.matching.identifiers import normalise_entry
from holdfast.operations.known_lists import require_asked
from holdfast.operations.shard import Shard, commit
from holdfast.vocabulary.errors import InvalidError, ListError
from holdfast.vocabulary.lists import ListChange, ListEntry, ListVersion
from holdfast.vocabulary.records import Record, RecordKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Entries to add and to remove, as they came from the caller, and who asked.

    `published_ms` is when their source published them, where that is known.
    """

    list: str
    add: Sequence[ListEntry] = ()
    remove: Sequence[ListEntry] = ()
    by: str | None = None
    published_ms: int | None = None


def normalised(shard: Shard, entries: Sequence[ListEntry]) -> list[ListEntry]:
    """Normalise entries; the pointer of an error names the entry."""
    found = []
    for place, entry in enumerate(entries):
        try:
            found.append(normalise_entry(entry, home=shard.tenant.home))
        except (ListError, InvalidError) as error:
            pointer = f"/entries/{place}{error.pointer}"
            raise InvalidError(error.message, pointer=pointer, hint=error.hint) from None
    return found


async def change_list(shard: Shard, edit: Edit) -> ListVersion:
    """Add and remove single entries, and give the list's new version."""
    require_asked(shard, edit.list)
    add, remove = normalised(shard, edit.add), normalised(shard, edit.remove)
    async with shard.list_lock(edit.list):
        now_ms = shard.ports.clock.now_ms()
        stamp = Stamp(list=edit.list, loaded_ms=now_ms, published_ms=edit.published_ms, by=edit.by)
        return await publish(shard, shard.memory.lists.edit(stamp, add=add, remove=remove))


async def publish(shard: Shard, change: ListChange) -> ListVersion:
    """Stage a change in chunks, then make it current by one small record; the caller holds the lists' lock."""
    version = change.version
    with cleared(shard, version):
        await asyncio.to_thread(
            shard.ports.store.stage_list_change,
            version.list,
            version.version,
            added=change.added,
            removed=change.removed,
        )
        record = list_record(shard, version)
        shard.memory.lists.apply(change)
        flight = commit(shard, record)
    await flight.landed
    return version


@contextmanager
def cleared(shard: Shard, version: ListVersion) -> Iterator[None]:
    """Clear up after a failure while a version is staged."""
    try:
        yield
    except BaseException:
        shard.ports.store.drop_staged(version.list, version.version)
        raise


def list_record(shard: Shard, version: ListVersion) -> Record:
    """Make the record that puts a staged version in force."""
    return Record(
        seq=shard.next_seq(),
        kind=RecordKind.LIST,
        occurred_ms=version.loaded_ms,
        received_ms=version.loaded_ms,
        list_version=version,
    )
