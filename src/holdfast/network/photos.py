"""Photos that were seen before: in other sellers' listings, in the seller's own, or everywhere.

A photo is evidence only while few sellers show it. What many unrelated sellers show is a maker's press picture or a
site's stub, and what shows next to nothing has a hash that means nothing: both are stock, and their matches say
nothing. Photos of one seller are never held against each other: a dealer's cars stand in one studio. Of a seller whose
listings of several things show one picture, which is then of a wall, only those of the same thing count against others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.matching.fingerprints import Fingerprint, View, read_fingerprint
from holdfast.network.keyed import LISTINGS, LIVE, seller_key
from holdfast.network.part import Arrays
from holdfast.network.shown import CLOSED, ON_SITE, STOPPED, Declared, Photo, Shown
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.instants import DAY_MS
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.schema import Field, FieldType

KEPT_MS: Final = 90 * DAY_MS
STOCK_SELLERS: Final = 10
MOST_PHOTOS: Final = 2_000_000
_SAME_OWN: Final = 8  # equal pictures of one seller that are kept
_SAME_ALL: Final = 64  # equal pictures of all sellers that are kept
_CLOSED: Final = "listing_closed"
_YEARS: Final = 2
_NAMED: Final = ("category", "model", "vin")
_FIELDS: Final = (
    Field(path="photos.known", type=FieldType.INTEGER, title="photos that have a fingerprint"),
    Field(path="photos.twins", type=FieldType.INTEGER, title="other sellers' listings on the site with such a photo"),
    Field(path="photos.twin_sellers", type=FieldType.INTEGER, title="other sellers with such a photo on the site"),
    Field(path="photos.twin_of", type=FieldType.TEXT, personal=True, title="the first of these listings"),
    Field(path="photos.copied", type=FieldType.INTEGER, title="photos that another seller showed first"),
    Field(path="photos.closed_twins", type=FieldType.INTEGER, title="others' closed listings with such a photo"),
    Field(path="photos.first", type=FieldType.BOOL, title="this seller showed the shared photos first"),
    Field(path="photos.other_object", type=FieldType.BOOL, title="the other listing declares another object"),
    Field(path="photos.stock", type=FieldType.BOOL, title="all photos are press pictures or stubs"),
    Field(path="photos.own", type=FieldType.BOOL, title="such a photo stands in another listing of this seller"),
)
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    """What one photo met: rows of others' listings, live and closed, and since when its own seller has shown it."""

    live: Numbers
    closed: Numbers
    own: bool
    first: bool


class Photos:
    """The index of photos over the listings of 90 days."""

    name: ClassVar[str] = "photos"
    heeds: ClassVar[frozenset[str]] = LISTINGS | {_CLOSED}

    def __init__(self, keys: KeyMaker) -> None:
        self._keys = keys
        self._shown = Shown()
        self._newest_ms = 0

    def fields(self, event_type: str) -> Sequence[Field]:
        """Declare what is said of listings."""
        return _FIELDS if event_type in LISTINGS else ()

    def read(self, event: Event, seq: int, known: Mapping[str, Value]) -> Mapping[str, Value]:
        """Look for the listing's photos among those of other listings."""
        del seq
        given = _fingerprints(known)
        declared = self._declared(known)
        if not given or declared is None:
            return {"photos.known": len(given)}
        now_ms = max(self._newest_ms, event.occurred_ms)
        found = [match for one in given if (match := self._match(one, declared, now_ms)) is not None]
        return {"photos.known": len(given), "photos.stock": not found} | self._said(found, declared)

    def _said(self, found: Sequence[_Match], declared: Declared) -> dict[str, Value]:
        """Put the matches of all photos that count together."""
        rows = self._shown.listings
        live = _joined(match.live for match in found)
        copied = [match for match in found if len(match.live) and not match.first]
        said: dict[str, Value] = {
            "photos.twins": len(live),
            "photos.twin_sellers": len(np.unique(rows["seller"][live])),
            "photos.closed_twins": len(_joined(match.closed for match in found)),
            "photos.copied": len(copied),
            "photos.own": any(match.own for match in found),
        }
        if len(live) == 0:
            return said
        said["photos.first"] = not copied
        source = self._earliest(_joined(match.live for match in copied) if copied else live)
        said["photos.twin_of"] = self._shown.ids[source]
        other = is_other_object(declared, rows[source])
        return said if other is None else said | {"photos.other_object": other}

    def _earliest(self, live: Numbers) -> int:
        """Give the listing that came before the others."""
        rows = self._shown.listings[live]
        return int(live[np.lexsort((rows["seq"], rows["at_ms"]))[0]])

    def _match(self, asked: Fingerprint, declared: Declared, now_ms: int) -> _Match | None:
        """Say where a photo stands; nothing for one that is no evidence."""
        if asked.is_low:
            return None
        rows, photos = self._shown.listings, self._shown.photos
        hits = self._shown.near(asked)
        of = photos["listing"][hits]
        fresh = rows["at_ms"][of] > now_ms - KEPT_MS
        hits, of = hits[fresh], of[fresh]
        others = rows["seller"][of] != declared.seller
        if _is_stock(rows[of[others]]):
            return None
        live = others & (rows["state"][of] == ON_SITE)
        own = ~others & (rows["key"][of] != declared.key)
        closed = others & (rows["state"][of] == CLOSED)
        walls = self._walls(np.unique(of[live | closed]), declared)
        live, closed = live & ~np.isin(of, walls), closed & ~np.isin(of, walls)
        mine, theirs = photos["since_ms"][hits[~others]], photos["since_ms"][hits[live]]
        return _Match(
            live=np.unique(of[live]),
            closed=np.unique(of[closed]),
            own=bool(own.any()),
            first=len(mine) > 0 and (len(theirs) == 0 or bool(mine.min() <= theirs.min())),
        )

    def _walls(self, near: Numbers, declared: Declared) -> Numbers:
        """Give the listings of other things by sellers who show such a picture with several: it is of their wall."""
        rows = self._shown.listings
        of = rows["seller"][near]
        sellers = [seller for seller in np.unique(of) if _are_several(rows[near[of == seller]])]
        theirs = near[np.isin(of, np.array(sellers, dtype=np.uint64))]
        return np.array([one for one in theirs.tolist() if is_other_object(declared, rows[one])], dtype=np.int64)

    def happened(self, event: Event, seq: int, *, known: Mapping[str, Value], outcome: str) -> None:
        """Keep a listing's photos as it now stands, or note that it is closed."""
        self._newest_ms = max(self._newest_ms, event.occurred_ms)
        self._expire()
        if event.type == _CLOSED:
            slot = self._shown.slot(self._key("listing", known.get("listing_id")))
            if slot is not None:
                self._shown.listings["state"][slot] = CLOSED
            return
        declared, given = self._declared(known), _fingerprints(known)
        if declared is not None and given:
            self._keep(event, seq, declared, given=given, state=ON_SITE if outcome in LIVE else STOPPED)

    def _keep(self, event: Event, seq: int, declared: Declared, *, given: Sequence[Fingerprint], state: int) -> None:
        """Keep a listing; what was stopped leaves the site as it was."""
        slot = self._shown.slot(declared.key)
        earlier: dict[View, int] = {}
        if slot is not None:
            if state == STOPPED and self._shown.listings["state"][slot] != STOPPED:
                return
            old = [self._shown.photo(number) for number in self._shown.photos_of(slot)]
            earlier = {photo.views[0]: photo.since_ms for photo in old}
            self._shown.drop(declared.key)
        photos = {
            one.views[0]: Photo(views=one.views, since_ms=earlier.get(one.views[0], event.occurred_ms))
            for one in given
            if not one.is_low
        }
        for photo in photos.values():
            self._thin(photo, declared.seller)
        self._shown.put(declared, list(photos.values()), at_ms=event.occurred_ms, seq=seq, state=state)

    def _thin(self, photo: Photo, seller: int) -> None:
        """Forget the oldest of too many equal pictures, so that a stub does not fill the memory."""
        shown = self._shown
        same = shown.same(photo)
        sellers = shown.listings["seller"][shown.photos["listing"][same]]
        own = same[sellers == seller]
        crowded = own if len(own) >= _SAME_OWN else same if len(same) >= _SAME_ALL else own[:0]
        if len(crowded):
            rows = shown.listings[shown.photos["listing"][crowded]]
            shown.drop_photo(int(crowded[np.lexsort((rows["seq"], rows["at_ms"]))[0]]))

    def _expire(self) -> None:
        """Forget listings that have not changed for 90 days, and the oldest where there are too many photos."""
        shown = self._shown
        while (slot := shown.oldest()) is not None:
            row = shown.listings[slot]
            if int(row["at_ms"]) > self._newest_ms - KEPT_MS and len(shown) <= MOST_PHOTOS:
                return
            shown.drop(int(row["key"]))

    def _declared(self, known: Mapping[str, Value]) -> Declared | None:
        """Read who shows what; nothing where nobody is named."""
        seller = seller_key(self._keys, known)
        if seller is None:
            return None
        model = None if known.get("listing.model") is None else f"{known.get('listing.brand')} {known['listing.model']}"
        year, rooms = known.get("listing.year"), known.get("listing.rooms")
        return Declared(
            key=self._key("listing", known.get("listing.listing_id")),
            listing_id=str(known.get("listing.listing_id")),
            seller=seller.low,
            source=self._key("device", known.get("device.id")),
            category=self._key("category", known.get("listing.category")),
            model=self._key("model", model),
            vin=self._key("vin", known.get("listing.vin")),
            year=year if isinstance(year, int) else 0,
            rooms=rooms if isinstance(rooms, int) else -1,
        )

    def _key(self, kind: str, value: Value) -> int:
        """Hash a text as it is compared; nothing is zero."""
        return 0 if value is None else self._keys.key(f"photos.{kind}", " ".join(str(value).casefold().split())).low

    def memory(self) -> int:
        """Give the bytes in use."""
        return self._shown.memory()

    def snapshot(self) -> dict[str, NDArray[np.generic]]:
        """Give the whole state."""
        return self._shown.snapshot() | {"newest_ms": np.array([self._newest_ms], dtype=np.int64)}

    def load(self, arrays: Arrays) -> None:
        """Take over a snapshot."""
        self._newest_ms = int(arrays["newest_ms"][0])
        self._shown.load(arrays)


def _fingerprints(known: Mapping[str, Value]) -> list[Fingerprint]:
    """Read the fingerprints of a listing's photos."""
    texts = known.get("listing.photos.fingerprint")
    return [read_fingerprint(text) for text in texts] if isinstance(texts, tuple) else []


def _joined(several: Iterable[Numbers]) -> Numbers:
    """Give each number once."""
    return np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *several]))


def _is_stock(rows: NDArray[np.void]) -> bool:
    """Tell whether many sellers show a picture, and from many devices where these are known."""
    sellers = np.unique(rows["seller"])
    if len(sellers) < STOCK_SELLERS:
        return False
    return len(np.unique(np.where(rows["source"] == 0, rows["seller"], rows["source"]))) >= STOCK_SELLERS


def _are_several(rows: NDArray[np.void]) -> bool:
    """Tell whether listings of one seller declare several things."""
    named = any(len(np.unique(rows[name][rows[name] != 0])) > 1 for name in _NAMED)
    years, rooms = rows["year"][rows["year"] != 0], rows["rooms"][rows["rooms"] >= 0]
    return named or len(np.unique(rooms)) > 1 or bool(len(years) and np.ptp(years) > _YEARS)


def is_other_object(one: Declared, other: np.void) -> bool | None:
    """Tell whether two listings declare different objects; nothing where neither model, VIN nor rooms can be compared.

    A year may differ by two: people round, and the thing is the same.
    """
    named = [name for name in _NAMED if getattr(one, name) and other[name]]
    has_rooms = one.rooms >= 0 and other["rooms"] >= 0
    if (
        any(getattr(one, name) != int(other[name]) for name in named)
        or (one.year and other["year"] and abs(one.year - int(other["year"])) > _YEARS)
        or (has_rooms and one.rooms != int(other["rooms"]))
    ):
        return True
    return False if has_rooms or {"model", "vin"} & {*named} else None
