"""What one version of a list changed, as keyed hashes: small enough to hold a million, quick to compare with.

A change is read in portions by a thread, so that decisions go on meanwhile; portions end where the loop may look up.
"""

import asyncio
from array import array
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.lists.membership import Identifier
from holdfast.operations.ports import Store
from holdfast.operations.shard import Shard
from holdfast.vocabulary.keys import Key, KeyMaker
from holdfast.vocabulary.lists import ListEntry, ListVersion

PORTION: Final = 2_000
Words = NDArray[np.uint64]
Row = tuple[ListEntry, bool]


@dataclass(frozen=True, slots=True)
class Values:
    """Values as the halves of their keys, sorted by the first half."""

    high: Words
    low: Words

    def __len__(self) -> int:
        """Count the values, one for each bank of an account."""
        return len(self.high)

    def found(self, high: Words, low: Words) -> NDArray[np.bool_]:
        """Tell of each of several keys whether its value is among these."""
        if not len(self):
            return np.zeros(len(high), dtype=np.bool_)
        places = np.minimum(np.searchsorted(self.high, high), len(self) - 1)
        found: NDArray[np.bool_] = (self.high[places] == high) & (self.low[places] == low)
        return found

    def touch(self, identifiers: Iterable[Identifier]) -> bool:
        """Tell whether any of a subject's identifiers is among these."""
        keys = [one.key for one in identifiers]
        return bool(keys) and bool(self.found(*words(keys)).any())


@dataclass(frozen=True, slots=True)
class Changed:
    """The values that a version brought or said something new of, and those that left the list."""

    added: Values
    removed: Values

    def touch(self, identifiers: Sequence[Identifier]) -> bool:
        """Tell whether the version changed anything of a subject's identifiers."""
        return self.added.touch(identifiers) or self.removed.touch(identifiers)

    def found(self, high: Words, low: Words) -> NDArray[np.bool_]:
        """Tell of each of several keys whether the version changed its value."""
        found: NDArray[np.bool_] = self.added.found(high, low) | self.removed.found(high, low)
        return found


def words(keys: Sequence[Key]) -> tuple[Words, Words]:
    """Give the halves of keys as two arrays."""
    pairs = np.array(keys, dtype=np.uint64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


async def changed_values(shard: Shard, version: ListVersion) -> Changed:
    """Read what a version changed."""
    added, removed = _Gathered(shard.ports.keys), _Gathered(shard.ports.keys)

    def gather(rows: Sequence[Row]) -> None:
        added.take(entry for entry, came in rows if came)
        removed.take(entry for entry, came in rows if not came)

    async for _ in portions(shard.ports.store, version, gather):
        pass
    return Changed(await asyncio.to_thread(added.values), await asyncio.to_thread(removed.values))


async def entries_of(shard: Shard, version: ListVersion, wanted: set[Key]) -> dict[Key, list[ListEntry]]:
    """Give the removed entries of some keys by their key."""
    found: dict[Key, list[ListEntry]] = {}

    def pick(rows: Sequence[Row]) -> None:
        for entry, came in rows:
            key = shard.ports.keys.fresh(entry.kind.value, entry.value)
            if key in wanted and not came:
                found.setdefault(key, []).append(entry)

    async for _ in portions(shard.ports.store, version, pick):
        pass
    return found


async def portions(store: Store, version: ListVersion, work: Callable[[Sequence[Row]], None]) -> AsyncIterator[int]:
    """Let a thread work on what a version changed, a portion at a time; gives how many rows each had."""
    cursor: str | None = None
    while True:
        cursor, count = await asyncio.to_thread(_portion, store, version, cursor, work=work)
        yield count
        if cursor is None:
            return


def _portion(
    store: Store, version: ListVersion, cursor: str | None, *, work: Callable[[Sequence[Row]], None]
) -> tuple[str | None, int]:
    page = store.list_change(version.list, version.version, cursor=cursor, limit=PORTION)
    work(page.items)
    return page.next, len(page.items)


class _Gathered:
    """Keys as they come in."""

    def __init__(self, keys: KeyMaker) -> None:
        self._keys = keys
        self._words = array("Q")

    def take(self, entries: Iterable[ListEntry]) -> None:
        """Add the values of some entries."""
        for entry in entries:
            self._words.extend(self._keys.fresh(entry.kind.value, entry.value))

    def values(self) -> Values:
        """Sort what came in."""
        pairs = np.frombuffer(self._words, dtype=np.uint64).reshape(-1, 2)
        order = np.argsort(pairs[:, 0], kind="stable")
        return Values(np.ascontiguousarray(pairs[order, 0]), np.ascontiguousarray(pairs[order, 1]))
