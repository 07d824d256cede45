"""One object: the listings that links lead to from one of them, and what they say together."""

from collections import deque
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from holdfast.network.listings import Listings, Repeats, joined
from holdfast.network.marks import By, is_strong
from holdfast.network.rows import Row
from holdfast.network.sights import Sight, cities_apart
from holdfast.network.ties import Ties

MOST: Final = 256
"""An object shows so many listings, the nearest first; what lies behind them adds nothing to what they say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """An object as one of its listings sees it: that listing first, then the others from the nearest on.

    `links` says by what each of the others is joined to one that stands before it, `by` what the first has in common
    with the others.
    """

    rows: tuple[Row, ...]
    links: Mapping[bytes, By]
    by: By

    @property
    def sellers(self) -> int:
        """Count who offers it; those who were not named count as one."""
        return len({row.seller for row in self.rows})

    def first(self, *, verified: bool = False) -> Row | None:
        """Give the listing that stood first of those that still stand; `verified`: of an owner whose papers were seen.

        The own listing that is only asked for counts as one that stands, being the newest of them.
        """
        standing = [row for row in self.rows if row.stands and not row.sold and (row.verified or not verified)]
        return min(standing, key=lambda row: (row.first_ms, row.first_seq), default=None)

    def owners(self) -> tuple[Row, ...]:
        """Give the first listing and that of the first verified owner, each once."""
        found = (self.first(), self.first(verified=True))
        return tuple(dict.fromkeys(row for row in found if row is not None))

    def is_owner(self) -> bool:
        """Tell whether who looks is the first or the verified owner."""
        return any(row.seller == self.rows[0].seller for row in self.owners())

    def cities(self, since_ms: int, *, seller: bytes | None = None) -> int:
        """Count the different cities in which it was offered after an instant, by anybody or by one seller."""
        rows = (row for row in self.rows if seller is None or row.seller == seller)
        return cities_apart((sight for row in rows for sight in row.sights), since_ms)


class Reach:
    """Finds the object that a listing belongs to by walking over live links, so that none outlives its listing."""

    def __init__(self, listings: Listings, ties: Ties) -> None:
        self._listings = listings
        self._ties = ties

    def thing(self, row: Row, repeats: Repeats, *, after_ms: int) -> Thing:
        """Walk from a listing, which need not be part of the past; listings last touched before `after_ms` are over."""
        found, links, by = {row.listing: row}, dict[bytes, By](), By(0)
        waiting = deque([row])
        while waiting and len(found) < MOST:
            here = waiting.popleft()
            told = repeats if here is row else self._listings.repeats(here.listing)
            for other, link in self._next(here, told, after_ms, passed=() if here is row else found):
                by |= link if here is row else By(0)
                if other.listing not in found and len(found) < MOST:
                    found[other.listing], links[other.listing] = other, link
                    waiting.append(other)
        return Thing(rows=tuple(found.values()), links=links, by=by)

    def _next(self, row: Row, repeats: Repeats, after_ms: int, *, passed: Container[bytes]) -> Iterator[tuple[Row, By]]:
        """Give the listings that are joined to one, but for those that were found already."""
        crowded = self._crowded(row.marks, after_ms)
        for listing, repeated in self._listings.near(row, repeats, after_ms).items():
            other = None if listing in passed else self._listings.get(listing, after_ms)
            link = By(0) if other is None else joined(row, other, repeated, crowded=crowded)
            if other is not None and link:
                yield other, link

    def _crowded(self, marks: Iterable[bytes], after_ms: int) -> frozenset[bytes]:
        """Give the marks that belong to too many sellers to mean anything."""
        return frozenset(mark for mark in marks if self._ties.is_crowded(mark, after_ms))

    def rentals(self, row: Row, *, after_ms: int) -> Iterator[Sight]:
        """Give where a seller lets: in the listing at hand, in others, and in those of sellers with the same marks."""
        marks = [mark for mark in row.marks if not is_strong(mark) and not self._ties.is_crowded(mark, after_ms)]
        others = (seller for mark in marks for seller in self._ties.sellers_of(mark, after_ms))
        yield from row.sights if row.rental else ()
        for seller in dict.fromkeys((row.seller, *others)):
            for other in self._listings.of_seller(seller, after_ms):
                if other.rental and other.listing != row.listing:
                    yield from other.sights
