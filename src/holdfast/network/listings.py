"""Every listing of the last ninety days by its marks, and which earlier ones its photos and its text repeat."""

from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping
from heapq import nsmallest
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.network.marks import KEY_BYTES, NOBODY, OF_SELLER, By, by_of, is_strong
from holdfast.network.rows import Row, unpacked
from holdfast.network.shelves import Shelves

_NEAREST: Final = 64
_FIRST: Final = 8
_ROW_BYTES: Final = 450
_LINK_BYTES: Final = 700
Repeats = Mapping[bytes, By]


class Listings:
    """Rows by listing in the order in which they were last touched, an index over them, and what repeats what."""

    def __init__(self) -> None:
        self._rows: OrderedDict[bytes, bytes] = OrderedDict()
        self._index = Shelves()
        self._repeats: dict[bytes, dict[bytes, By]] = {}
        self._repeated = Shelves()

    def get(self, listing: bytes, after_ms: int) -> Row | None:
        """Give a listing as it stands; nothing where it was last touched at or before an instant, or never known."""
        data = self._rows.get(listing)
        row = None if data is None else unpacked(data)
        return row if row is not None and row.last_ms > after_ms else None

    def put(self, row: Row, repeats: Repeats) -> None:
        """Take a listing as it stands now; what it repeats takes the place of what it repeated before."""
        self._take_out(row.listing)
        self._rows[row.listing] = row.packed()
        for place in row.places():
            self._index.put(place, row.listing)
        self._unlink(row.listing)
        for other, by in repeats.items():
            self._link(row.listing, other, by)

    def change(self, row: Row) -> None:
        """Change what the index does not know of a listing, which keeps its place."""
        self._rows[row.listing] = row.packed()

    def drop(self, listing: bytes) -> None:
        """Take a listing out with the links to it and from it."""
        self._take_out(listing)
        self._unlink(listing)
        for other in tuple(self._repeated.newest(listing)):
            self._repeated.take(listing, other)
            self._loosen(other, listing)

    def expire(self, limit_ms: int) -> None:
        """Forget listings last touched at or before an instant."""
        while self._rows and self.get(oldest := next(iter(self._rows)), limit_ms) is None:
            self.drop(oldest)

    def _take_out(self, listing: bytes) -> None:
        data = self._rows.pop(listing, None)
        for place in unpacked(data).places() if data is not None else ():
            self._index.take(place, listing)

    def _link(self, listing: bytes, other: bytes, by: By) -> None:
        self._repeats.setdefault(listing, {})[other] = by
        self._repeated.put(other, listing)

    def _unlink(self, listing: bytes) -> None:
        for other in self._repeats.pop(listing, ()):
            self._repeated.take(other, listing)

    def _loosen(self, listing: bytes, other: bytes) -> None:
        del self._repeats[listing][other]
        if not self._repeats[listing]:
            del self._repeats[listing]

    def repeats(self, listing: bytes) -> Repeats:
        """Give what the photos and the text of a listing repeat."""
        return self._repeats.get(listing, {})

    def near(self, row: Row, repeats: Repeats, after_ms: int) -> dict[bytes, By]:
        """Give the listings that may be joined to one, each with how its photos and text are repeated.

        What repeated a listing that was over by `after_ms` does not repeat its next life.
        """
        found: dict[bytes, By] = dict(repeats)
        if self.get(row.listing, after_ms) is not None:
            for other in self._repeated.newest(row.listing, _NEAREST):
                found[other] = found.get(other, By(0)) | self._repeats[other][row.listing]
        for place in row.meeting_places():
            for other in self._at(place):
                found.setdefault(other, By(0))
        found.pop(row.listing, None)
        return found

    def _at(self, place: bytes) -> Iterator[bytes]:
        """Give the listings of a place; of very many the newest, and those that stood first, whose owners count."""
        if self._index.count(place) > _NEAREST:
            standing = (row for row in map(self._row, self._index.newest(place)) if row.stands)
            oldest = nsmallest(_FIRST, standing, key=lambda row: (row.first_ms, row.first_seq))
            yield from (row.listing for row in oldest)
        yield from self._index.newest(place, _NEAREST)

    def _row(self, listing: bytes) -> Row:
        return unpacked(self._rows[listing])

    def of_seller(self, seller: bytes, after_ms: int) -> Iterator[Row]:
        """Give the newest listings of a seller."""
        for listing in self._index.newest(seller, _NEAREST) if seller != NOBODY else ():
            row = self.get(listing, after_ms)
            if row is not None:
                yield row

    def memory(self) -> int:
        """Estimate the bytes in use."""
        links = sum(map(len, self._repeats.values()))
        return len(self._rows) * _ROW_BYTES + self._index.memory() + links * _LINK_BYTES

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Give all rows in their order, then what each of them repeats."""
        links = [(one, other, by) for one in self._rows for other, by in self._repeats.get(one, {}).items()]
        return {
            "rows": np.frombuffer(b"".join(self._rows.values()), dtype=np.uint8),
            "lengths": np.fromiter(map(len, self._rows.values()), dtype=np.int32, count=len(self._rows)),
            "links": np.frombuffer(b"".join(one + other for one, other, _ in links), dtype=np.uint8),
            "linked": np.array([int(by) for _, _, by in links], dtype=np.int16),
        }

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over the rows of a snapshot."""
        flat, at = arrays["rows"].tobytes(), 0
        for length in arrays["lengths"].tolist():
            self.put(unpacked(flat[at : at + length]), {})
            at += length
        pairs = arrays["links"].tobytes()
        for number, by in enumerate(arrays["linked"].tolist()):
            start = 2 * KEY_BYTES * number
            middle, end = start + KEY_BYTES, start + 2 * KEY_BYTES
            self._link(pairs[start:middle], pairs[middle:end], By(by))


def joined(one: Row, other: Row, repeated: By, *, crowded: Collection[bytes] = ()) -> By:
    """Tell by what two listings are known to offer one thing; nothing when they are not.

    VIN and plate join by themselves. The same photo joins where nothing that both say differs, the same text of two
    sellers where both say the same. A mark of the seller or an address needs a second sign beside it: the photo, the
    text, or the same specific thing. Different VINs part what is joined by no more than that, and the photos of one
    seller, who may have one studio. `crowded` marks count for nothing.
    """
    own = one.seller != NOBODY and one.seller == other.seller
    shared = _shared(one, other, crowded=crowded, own=own)
    found = By(0)
    for mark in shared:
        found |= by_of(mark)
    alike = one.form.is_specific and one.form == other.form
    apart = bool(one.vin and other.vin and one.vin != other.vin)
    photo = By.PHOTO in repeated and not (own and apart)
    text = By.TEXT in repeated and not own and not apart
    reasons = (
        any(map(is_strong, shared)),
        photo and one.form.agrees(other.form),
        text and alike,
        found and not apart and (photo or alike or (text and one.form.category == other.form.category)),
    )
    if not any(reasons):
        return By(0)
    return found | By.PHOTO * photo | By.TEXT * text | By.FORM * alike


def _shared(one: Row, other: Row, *, crowded: Collection[bytes], own: bool) -> set[bytes]:
    """Give the marks that two listings have in common and that mean something."""
    shared = set(one.marks).intersection(other.marks).difference(crowded)
    return {mark for mark in shared if by_of(mark) not in OF_SELLER} if own else shared
