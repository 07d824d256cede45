"""Do what the law asks for after each new version of a list: for open holds, for clients, for money that went through.

The heavy parts run in threads, a portion at a time, so that decisions go on. How far it came is kept durably for each
list; whatever a crash cuts off is done again, and what was done before it is found done.
"""

import asyncio
from collections.abc import Iterator
from typing import Final

import structlog

from holdfast.operations.changed_values import changed_values
from holdfast.operations.follow_clients import follow_clients
from holdfast.operations.follow_holds import follow_holds
from holdfast.operations.late_feed import count_late
from holdfast.operations.list_settings import is_inner
from holdfast.operations.shard import Shard
from holdfast.operations.undone import withdraw_wrong
from holdfast.vocabulary.lists import ListVersion

_FOLLOWED: Final = "followed:"
_log: Final = structlog.get_logger("holdfast.lists")


async def follow_versions(shard: Shard) -> int:
    """Follow every version of every list that was not followed yet, and give how many; one pass runs at a time.

    Raises UnavailableError when the log cannot be written; the version is then followed later.
    """
    count = 0
    async with shard.following:
        for version in list(_waiting(shard)):
            await _follow(shard, version)
            await asyncio.to_thread(shard.ports.store.set_meta, _FOLLOWED + version.list, version.version)
            shard.followed[version.list] = version.version
            count += 1
    return count


def _waiting(shard: Shard) -> Iterator[ListVersion]:
    """Give the versions that were not followed yet, those of one list in their order."""
    for list_id, current in shard.memory.lists.versions().items():
        if shard.followed.get(list_id) != current.version and not is_inner(list_id):
            versions = shard.ports.store.list_versions(list_id)
            done = shard.followed.get(list_id) or shard.ports.store.get_meta(_FOLLOWED + list_id)
            names = [version.version for version in versions]
            if done is not None and names[-1:] == [done]:
                shard.followed[list_id] = done
            yield from versions[names.index(done) + 1 if done in names else 0 :]


async def _follow(shard: Shard, version: ListVersion) -> None:
    """Do what one version asks for."""
    changed = await changed_values(shard, version)
    corrected = await withdraw_wrong(shard, version, changed.removed)
    released = await follow_holds(shard, version, changed.removed)
    clients = await follow_clients(shard, version, changed)
    late = await count_late(shard, version, changed.added)
    _log.info(
        "list followed",
        list=version.list,
        version=version.version,
        withdrawn=corrected,
        released=released,
        restricted=clients.began,
        restored=clients.ended,
        late=late,
    )
