"""Do what the law asks for after each new version of a list: for open holds, for clients, for money that went through.

The heavy parts run in threads, a portion at a time, so that decisions go on. How far it came is kept durably for each
list; whatever a crash cuts off is done again, and what was done before it is found done.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import asdict
from typing import Final

import structlog

from holdfast.operations.changed_values import changed_values
from holdfast.operations.follow_clients import follow_clients
from holdfast.operations.follow_holds import follow_holds
from holdfast.operations.followed import Followed
from holdfast.operations.late_feed import count_late
from holdfast.operations.list_settings import is_inner
from holdfast.operations.shard import Shard
from holdfast.operations.withdraw_wrong import withdraw_wrong
from holdfast.vocabulary.lists import ListVersion
from holdfast.wire.canonical import canonical, read_canonical

_FOLLOWED: Final = "followed:"
_log: Final = structlog.get_logger("holdfast.lists")


async def follow_versions(shard: Shard) -> int:
    """Follow every version of every list that was not followed yet, and give how many; one pass runs at a time.

    Raises UnavailableError when the log cannot be written; the version is then followed later.
    """
    count = 0
    async with shard.following:
        for version in list(_waiting(shard)):
            done = await _follow(shard, version)
            await asyncio.to_thread(shard.ports.store.set_meta, _FOLLOWED + version.list, canonical(done).decode())
            shard.followed[version.list] = done
            _log.info("list followed", list=version.list, **asdict(done))
            count += 1
    return count


def last_followed(shard: Shard, list_id: str) -> Followed | None:
    """Give the version of a list that was followed last, and what it led to."""
    if list_id not in shard.followed:
        text = shard.ports.store.get_meta(_FOLLOWED + list_id)
        if text is None:
            return None
        shard.followed[list_id] = read_canonical(text.encode(), Followed)
    return shard.followed[list_id]


def _waiting(shard: Shard) -> Iterator[ListVersion]:
    """Give the versions that were not followed yet, those of one list in their order."""
    for list_id, current in shard.memory.lists.versions().items():
        done = last_followed(shard, list_id)
        if not is_inner(list_id) and (done is None or done.version != current.version):
            versions = shard.ports.store.list_versions(list_id)
            names = [version.version for version in versions]
            yield from versions[names.index(done.version) + 1 if done and done.version in names else 0 :]


async def _follow(shard: Shard, version: ListVersion) -> Followed:
    """Do what one version asks for; a wrong version's holds are withdrawn before any is released."""
    changed = await changed_values(shard, version)
    corrected = await withdraw_wrong(shard, version, changed.removed)
    released = await follow_holds(shard, version, changed.removed)
    clients = await follow_clients(shard, version, changed)
    return Followed(
        version=version.version,
        withdrawn=corrected.withdrawn,
        kept=corrected.kept,
        released=released,
        restricted=clients.began,
        restored=clients.ended,
        unnamed=clients.unnamed,
        late=await count_late(shard, version, changed.added),
    )
