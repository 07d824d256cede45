"""Texts of listings by what they share: found by equal bands, without looking at every text.

A text's bands stand in chains, oldest first, one for each bucket of a table; a look follows a chain for a bounded
number of steps from both ends, so that neither a text that thousands share nor the oldest of them is lost. What a
listing takes: 72 bytes of bands, 144 of links, four for each gram that is kept, and some 300 of small Python objects.
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

LISTINGS_MAX: Final = 250_000
BUCKETS: Final = 1 << 21
STEPS: Final = 32
"""How far a chain is followed from each of its ends."""
FOUND_MAX: Final = 128
"""How many texts one look gives, those with the most bands in common first."""

_KEY_BYTES: Final = 16
_SMALL: Final = 300  # bytes of Python objects beside the arrays, measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One listing's text: whose it is, since which record it is theirs, and its grams.

    `at_ms` is when the listing was last published, `since` the record in which its seller first had this text.
    """

    listing_id: str
    seller: bytes
    at_ms: int
    since: int
    grams: Hashes
    bands: Hashes


class TextIndex:
    """The newest texts, at most `LISTINGS_MAX`, each under the key of its listing; the oldest make room."""

    def __init__(self) -> None:
        self._slots: OrderedDict[bytes, int] = OrderedDict()
        self._free: list[int] = []
        self._told: dict[int, Told] = {}
        self._heads = array("i")
        self._next = array("i", [0])
        self._before = array("i", [0])

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

    def add(self, listing: bytes, told: Told) -> None:
        """Take a listing's text in, in the place of what the listing said before."""
        self.remove(listing)
        if len(self._slots) >= LISTINGS_MAX:
            self.remove(next(iter(self._slots)))
        slot = self._slot()
        self._slots[listing] = slot
        self._told[slot] = told
        for band, word in enumerate(told.bands.tolist()):
            self._append(slot * BANDS + band + 1, word % BUCKETS)

    def remove(self, listing: bytes) -> None:
        """Forget a listing's text; one that is not known is no error."""
        slot = self._slots.pop(listing, None)
        if slot is None:
            return
        for band, word in enumerate(self._told[slot].bands.tolist()):
            self._unlink(slot * BANDS + band + 1, word % BUCKETS)
        del self._told[slot]
        self._free.append(slot)

    def alike(self, bands: Hashes) -> Iterator[Told]:
        """Give the texts that share a band, those with the most in common first, then the oldest."""
        if not self._heads:
            return
        shared: Counter[int] = Counter()
        for band, word in enumerate(bands.tolist()):
            shared.update(slot for slot in self._chain(word % BUCKETS, band) if self._told[slot].bands[band] == word)
        found = sorted(
            shared.items(), key=lambda row: (-row[1], self._told[row[0]].since, self._told[row[0]].listing_id)
        )
        yield from (self._told[slot] for slot, _ in found[:FOUND_MAX])

    def memory(self) -> int:
        """Give the bytes that are taken."""
        arrays = sum(map(getsizeof, (self._heads, self._next, self._before)))
        grams = sum(told.grams.nbytes for told in self._told.values())
        return arrays + grams + len(self) * (_SMALL + BANDS * 4)

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Give the texts as arrays, the oldest first."""
        every = [self._told[slot] for slot in self._slots.values()]
        names = [told.listing_id.encode() for told in every]
        return {
            "listings": np.frombuffer(b"".join(self._slots), dtype=np.uint8).reshape(-1, _KEY_BYTES),
            "sellers": np.frombuffer(b"".join(told.seller for told in every), dtype=np.uint8).reshape(-1, _KEY_BYTES),
            "numbers": np.array(
                [(told.at_ms, told.since, told.grams.size, len(name)) for told, name in zip(every, names, strict=True)],
                dtype=np.int64,
            ).reshape(-1, 4),
            "names": np.frombuffer(b"".join(names), dtype=np.uint8),
            "bands": _joined([told.bands for told in every]).reshape(-1, BANDS),
            "grams": _joined([told.grams for told in every]),
        }

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> "TextIndex":
        """Make the index that a snapshot was taken of."""
        made = cls()
        names = arrays["names"].tobytes()
        grams = arrays["grams"].astype(np.uint32)
        bands = arrays["bands"].astype(np.uint32)
        ends = np.cumsum(arrays["numbers"][:, 2:], axis=0).tolist()
        for place, (at_ms, since, count, length) in enumerate(arrays["numbers"].tolist()):
            last_gram, last_name = ends[place]
            told = Told(
                listing_id=names[last_name - length : last_name].decode(),
                seller=arrays["sellers"][place].tobytes(),
                at_ms=at_ms,
                since=since,
                grams=grams[last_gram - count : last_gram].copy(),
                bands=bands[place].copy(),
            )
            made.add(arrays["listings"][place].tobytes(), told)
        return made

    def _slot(self) -> int:
        """Give a free slot."""
        if self._free:
            return self._free.pop()
        if not self._heads:
            self._heads = array("i", bytes(4 * BUCKETS))
        self._next.extend([0] * BANDS)
        self._before.extend([0] * BANDS)
        return len(self._next) // BANDS - 1

    def _chain(self, bucket: int, band: int) -> Iterator[int]:
        """Follow a chain from both ends; gives the slots of one band, none of them twice."""
        entry = head = self._heads[bucket]
        if not head:
            return
        seen = set()
        for links, first in ((self._next, head), (self._before, self._before[head])):
            entry = first
            for _ in range(STEPS):
                if not entry or entry in seen:
                    break
                seen.add(entry)
                entry = links[entry]
        yield from ((entry - 1) // BANDS for entry in seen if (entry - 1) % BANDS == band)

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
