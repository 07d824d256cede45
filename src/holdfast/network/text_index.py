"""Texts of listings by what they share: found by equal bands, without looking at every text.

A text's bands stand in chains, oldest first, one for each bucket of a table; a look follows a chain for a bounded
number of steps from both ends, so that neither a text that thousands share nor the oldest of them is lost. What a
listing takes: 72 bytes of bands, 144 of links, four for each gram that is kept, and some 700 of small Python objects.
"""

from array import array
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from sys import getsizeof
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.matching.texts import BANDS, Hashes
from holdfast.network.keyed import KEY_BYTES

LISTINGS_MAX: Final = 250_000
BUCKETS: Final = 1 << 21
STEPS: Final = 32
"""How far a chain is followed from each of its ends."""
FOUND_MAX: Final = 128
"""How many texts one look gives, those with the most bands in common first."""

_SMALL: Final = 700  # bytes of Python objects beside the arrays, measured
_ROOM: Final = (0,) * BANDS
_NUMBERS: Final = 8  # of one text in a snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One listing's text: whose it is, since which record it is theirs, what it is about, and its grams.

    `at_ms` is when the listing was last published, `since` the record in which its seller first had this text. `thing`
    is a hash of brand and model, the year, the rooms and the area in tenths, each 0 where it is unknown.
    """

    listing_id: str
    seller: bytes
    at_ms: int
    since: int
    thing: tuple[int, int, int, int]
    grams: Hashes


class TextIndex:
    """The newest texts, at most `LISTINGS_MAX`, each under the key of its listing; the oldest make room."""

    def __init__(self) -> None:
        self._slots: OrderedDict[bytes, int] = OrderedDict()
        self._free: list[int] = []
        self._told: dict[int, Told] = {}
        self._heads = array("i")
        self._next = array("i", [0])
        self._before = array("i", [0])
        self._bands = array("I")
        self._gram_bytes = 0

    def __len__(self) -> int:
        """Count the texts."""
        return len(self._slots)

    def get(self, listing: bytes) -> Told | None:
        """Give the text of one listing."""
        slot = self._slots.get(listing)
        return None if slot is None else self._told[slot]

    def oldest(self) -> tuple[bytes, Told] | None:
        """Give the listing that was not published for the longest time."""
        for listing, slot in self._slots.items():
            return listing, self._told[slot]
        return None

    def add(self, listing: bytes, told: Told, bands: Hashes) -> None:
        """Take a listing's text in with its bands, in the place of what the listing said before."""
        self.remove(listing)
        if len(self._slots) >= LISTINGS_MAX:
            self.remove(next(iter(self._slots)))
        slot = self._slot()
        self._slots[listing] = slot
        self._told[slot] = told
        self._gram_bytes += told.grams.nbytes
        first = slot * BANDS
        words = bands.tolist()
        self._bands[first : first + BANDS] = array("I", words)
        for entry, word in enumerate(words, start=first + 1):
            self._append(entry, word % BUCKETS)

    def remove(self, listing: bytes) -> None:
        """Forget a listing's text; one that is not known is no error."""
        slot = self._slots.pop(listing, None)
        if slot is None:
            return
        self._gram_bytes -= self._told.pop(slot).grams.nbytes
        first = slot * BANDS
        for entry, word in enumerate(self._bands[first : first + BANDS], start=first + 1):
            self._unlink(entry, word % BUCKETS)
        self._free.append(slot)

    def alike(self, bands: Hashes) -> Iterator[Told]:
        """Give the texts that share a band, those with the most in common first, then the oldest."""
        if not self._heads:
            return
        shared: Counter[int] = Counter()
        for word in bands.tolist():
            shared.update(
                (entry - 1) // BANDS for entry in self._chain(word % BUCKETS) if self._bands[entry - 1] == word
            )
        found = sorted(
            (-count, self._told[slot].since, self._told[slot].listing_id, slot) for slot, count in shared.items()
        )
        yield from (self._told[slot] for *_, slot in found[:FOUND_MAX])

    def memory(self) -> int:
        """Give the bytes that are taken."""
        arrays = sum(map(getsizeof, (self._heads, self._next, self._before, self._bands)))
        return arrays + self._gram_bytes + len(self) * _SMALL

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Give the texts as arrays, the oldest first."""
        every = [self._told[slot] for slot in self._slots.values()]
        names = [told.listing_id.encode() for told in every]
        return {
            "listings": np.frombuffer(b"".join(self._slots), dtype=np.uint8).reshape(-1, KEY_BYTES),
            "sellers": np.frombuffer(b"".join(told.seller for told in every), dtype=np.uint8).reshape(-1, KEY_BYTES),
            "numbers": np.array(
                [
                    (told.at_ms, told.since, *told.thing, told.grams.size, len(name))
                    for told, name in zip(every, names, strict=True)
                ],
                dtype=np.int64,
            ).reshape(-1, _NUMBERS),
            "names": np.frombuffer(b"".join(names), dtype=np.uint8),
            "bands": np.array(
                [self._bands[slot * BANDS : (slot + 1) * BANDS] for slot in self._slots.values()], dtype=np.uint32
            ).reshape(-1, BANDS),
            "grams": _joined([told.grams for told in every]),
        }

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> "TextIndex":
        """Make the index that a snapshot was taken of."""
        made = cls()
        names = arrays["names"].tobytes()
        grams = arrays["grams"].astype(np.uint32)
        bands = arrays["bands"].astype(np.uint32)
        ends = np.cumsum(arrays["numbers"][:, -2:], axis=0).tolist()
        for place, (at_ms, since, *thing, count, length) in enumerate(arrays["numbers"].tolist()):
            last_gram, last_name = ends[place]
            told = Told(
                listing_id=names[last_name - length : last_name].decode(),
                seller=arrays["sellers"][place].tobytes(),
                at_ms=at_ms,
                since=since,
                thing=tuple(thing),
                grams=grams[last_gram - count : last_gram].copy(),
            )
            made.add(arrays["listings"][place].tobytes(), told, bands[place])
        return made

    def _slot(self) -> int:
        """Give a free slot."""
        if self._free:
            return self._free.pop()
        if not self._heads:
            self._heads = array("i", bytes(4 * BUCKETS))
        for links in (self._next, self._before, self._bands):
            links.extend(_ROOM)
        return len(self._next) // BANDS - 1

    def _chain(self, bucket: int) -> set[int]:
        """Follow a chain for some steps from each of its ends."""
        head = self._heads[bucket]
        entries: set[int] = set()
        if head:
            for links, first in ((self._next, head), (self._before, self._before[head])):
                entry = first
                for _ in range(STEPS):
                    if not entry or entry in entries:
                        break
                    entries.add(entry)
                    entry = links[entry]
        return entries

    def _append(self, entry: int, bucket: int) -> None:
        """Put an entry at the end of a chain; the one before the first is the last."""
        head = self._heads[bucket]
        self._next[entry] = 0
        if head:
            last = self._before[head]
            self._next[last] = entry
            self._before[entry] = last
            self._before[head] = entry
        else:
            self._heads[bucket] = self._before[entry] = entry

    def _unlink(self, entry: int, bucket: int) -> None:
        """Take an entry out of its chain."""
        head, after, before = self._heads[bucket], self._next[entry], self._before[entry]
        if entry == head:
            self._heads[bucket] = after
        else:
            self._next[before] = after
        if after:
            self._before[after] = before
        elif entry != head:
            self._before[head] = before


def _joined(parts: list[Hashes]) -> Hashes:
    """Put arrays behind one another."""
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.uint32)
