"""Do what the law asks for after each new version of a list: for open holds, for clients, for money that went through.

The heavy parts run in threads, a portion at a time, so that decisions go on. How far it came is kept durably for each
list; whatever a crash cuts off is done again, and what was done before it is found done.
"""

import asyncio
from collections.abc import Sequence
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
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.lists import ListVersion
from holdfast.wire.canonical import canonical, read_canonical

_FOLLOWED: Final = "followed:"
_log: Final = structlog.get_logger("holdfast.lists")


async def follow_versions(shard: Shard) -> int:
    """Follow every version of every list that was not followed yet, and give how many; one pass runs at a time.

    A version that cannot be followed is logged and keeps its list waiting, no other. Raises UnavailableError when the
    log cannot be written; the version is then followed later.
    """
    count = 0
    async with shard.following:
        for list_id in shard.memory.lists.versions():
            try:
                for version in _waiting(shard, list_id):
                    await _follow_whole(shard, version)
                    count += 1
            except Bug as error:
                _log.error("a list cannot be followed", list=list_id, error=error.message)
    return count


async def _follow_whole(shard: Shard, version: ListVersion) -> None:
    """Follow a version, and remember that and what it led to."""
    done = await _follow(shard, version)
    await asyncio.to_thread(shard.ports.store.set_meta, _FOLLOWED + version.list, canonical(done).decode())
    shard.followed[version.list] = done
    _log.info("list followed", list=version.list, **asdict(done))


def last_followed(shard: Shard, list_id: str) -> Followed | None:
    """Give the version of a list that was followed last, and what it led to."""
    if list_id not in shard.followed:
        text = shard.ports.store.get_meta(_FOLLOWED + list_id)
        if text is None:
            return None
        shard.followed[list_id] = read_canonical(text.encode(), Followed)
    return shard.followed[list_id]


def _waiting(shard: Shard, list_id: str) -> Sequence[ListVersion]:
    """Give the versions of a list that were not followed yet, the oldest first."""
    current, done = shard.memory.lists.version(list_id), last_followed(shard, list_id)
    if is_inner(list_id) or current is None or (done is not None and done.version == current.version):
        return ()
    versions = shard.ports.store.list_versions(list_id)
    names = [version.version for version in versions]
    return versions[names.index(done.version) + 1 if done and done.version in names else 0 :]


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
