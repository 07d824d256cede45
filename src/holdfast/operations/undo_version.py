"""Take back a wrong version of a list: one bulk correction by two people with one evidence.

The new version puts back exactly what the wrong one changed. What a later version changed again is left as that
version wanted it, and reported. What follows for holds and clients is done before this answers, and again by the
worker where a crash cuts it off.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from holdfast.lists.book import Staging
from holdfast.lists.versions import UNDOES, Stamp, in_force_snapshot, made_version, undone_by
from holdfast.operations.change_list import cleared, list_record
from holdfast.operations.changed_values import Row, portions
from holdfast.operations.follow_versions import follow_versions, last_followed
from holdfast.operations.followed import Followed
from holdfast.operations.list_settings import check_name
from holdfast.operations.ports import Store
from holdfast.operations.shard import Shard, commit
from holdfast.operations.vouching import vouching
from holdfast.operations.withdraw_wrong import Undo, undo_name
from holdfast.vocabulary.errors import ConflictError, NotFoundError
from holdfast.vocabulary.lists import ListChange, ListEntry, ListVersion
from holdfast.wire.canonical import canonical, content_hash

_PROPOSED: Final = "undo-proposed:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A version that is to be taken back, why, and what stands behind it."""

    list: str
    version: str
    reason: str
    kind: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """A version that was taken back; `left` counts values that a later version had changed again.

    `by` is set instead where a second person must say the same first.
    """

    version: ListVersion | None = None
    left: int = 0
    followed: Followed | None = None
    by: str | None = None


async def undo_version(shard: Shard, wrong: Wrong, *, people: Sequence[str]) -> Undone:
    """Take a version back on the word of two people; the first person's word alone is kept until the second's comes.

    Raises NotFoundError, and ConflictError for a version that was taken back already or takes another one back.
    """
    return await asyncio.shield(_undo(shard, wrong, people=people))


async def _undo(shard: Shard, wrong: Wrong, *, people: Sequence[str]) -> Undone:
    async with shard.list_lock(check_name(wrong.list)):
        versions = shard.ports.store.list_versions(wrong.list)
        bad = _checked(versions, wrong)
        name, digest = f"{_PROPOSED}{wrong.list}:{wrong.version}", content_hash(canonical(wrong))
        two = vouching(shard.ports.store, name, digest, people=people)
        if len(two) == 1:
            return Undone(by=two[0])
        made, left = await _publish(shard, bad, versions, wrong=wrong, people=two)
        await follow_versions(shard)
        followed = last_followed(shard, wrong.list)
        return Undone(version=made, left=left, followed=followed)


def _checked(versions: Sequence[ListVersion], wrong: Wrong) -> ListVersion:
    """Find the version, which must not be taken back yet."""
    bad = next((one for one in versions if one.version == wrong.version), None)
    if bad is None:
        raise NotFoundError(f"the list `{wrong.list}` has no version `{wrong.version}`")
    undoing = next((one for one in versions if undone_by(one) == wrong.version), None)
    if undoing is not None:
        raise ConflictError(
            f"version `{wrong.version}` was taken back by version `{undoing.version}`",
            hint="a version is taken back once; there is nothing left to do",
        )
    if undone_by(bad) is not None:
        raise ConflictError(f"version `{wrong.version}` takes another one back", hint="load the right list instead")
    return bad


@dataclass(slots=True, kw_only=True)
class _Reversal:
    """The way back, portion by portion; runs in a thread."""

    store: Store
    bad: ListVersion
    draft: ListVersion
    staging: Staging
    added: int = 0
    removed: int = 0
    left: int = 0

    def take(self, rows: Sequence[Row]) -> None:
        """Stage what puts back a portion of what the wrong version changed."""
        come: list[ListEntry] = []
        gone: list[ListEntry] = []
        for entry, _ in rows:
            self._reverse(entry, come, gone)
        self.store.stage_list_change(self.draft.list, self.draft.version, added=come, removed=gone)
        self.staging.take(removed=gone, added=come)
        self.added += len(come)
        self.removed += len(gone)

    def _reverse(self, entry: ListEntry, come: list[ListEntry], gone: list[ListEntry]) -> None:
        """Put one value back to where it stood before, unless a later version has changed it again."""
        steps = self.store.list_steps(self.bad.list, entry.kind, entry.value)
        own = [step for step in steps if step.entry.bic == entry.bic]
        place = [step.version.version for step in own].index(self.bad.version)
        if place + 1 < len(own):
            self.left += 1
        elif place and own[place - 1].added:
            come.append(own[place - 1].entry)
        else:
            gone.append(entry)

    def made(self) -> ListVersion:
        """Give the version with its counts."""
        return replace(self.draft, entries=len(self.staging.members), added=self.added, removed=self.removed)


async def _publish(
    shard: Shard, bad: ListVersion, versions: Sequence[ListVersion], *, wrong: Wrong, people: tuple[str, ...]
) -> tuple[ListVersion, int]:
    """Stage the way back and put it in force by one record; the reason is durable before it is."""
    store, book = shard.ports.store, shard.memory.lists
    draft = _draft(shard, bad, versions, by=", ".join(people))
    staging = await asyncio.to_thread(book.stage, ListChange(version=draft))
    back = _Reversal(store=store, bad=bad, draft=draft, staging=staging)
    undo = Undo(people=people, reason=wrong.reason, kind=wrong.kind, reference=wrong.reference)
    with cleared(shard, draft):
        async for _ in portions(store, bad, back.take):
            pass
        version = back.made()
        staging.change = ListChange(version=version)
        await asyncio.to_thread(store.set_meta, undo_name(version), canonical(undo).decode())
        # from the switch to the hand-over to the writer there is no await: log order is apply order
        record = list_record(shard, version)
        book.switch(staging)
        flight = commit(shard, record)
    await flight.landed
    return version, back.left


def _draft(shard: Shard, bad: ListVersion, versions: Sequence[ListVersion], *, by: str) -> ListVersion:
    """Make the version that takes another one back, its counts apart.

    Where the wrong one was the newest snapshot of its kinds, the publication before it counts again, so that the right
    snapshot is not taken for an old one.
    """
    place = [one.version for one in versions].index(bad.version)
    earlier = in_force_snapshot([one for one in versions[:place] if one.kinds == bad.kinds])
    newest = bool(bad.kinds) and not any(one.kinds == bad.kinds for one in versions[place + 1 :])
    again = earlier if newest else None
    stamp = Stamp(
        list=bad.list,
        loaded_ms=shard.ports.clock.now_ms(),
        published_ms=again.published_ms if again else None,
        source=UNDOES + bad.version,
        by=by,
        kinds=again.kinds if again else (),
    )
    return made_version(stamp, versions[-1], entries=0, added=0, removed=0)
