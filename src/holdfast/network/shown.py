"""Which photo stood in which listing: rows of listings and photos, found again by what a photo looks like."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.matching.fingerprints import ALL_BITS, COARSE_BITS, VIEWS, Fingerprint, View
from holdfast.network.bands import Bands
from holdfast.network.part import Arrays

ON_SITE: Final = 1  # stands on the site
STOPPED: Final = 2  # never came onto the site
CLOSED: Final = 3  # was taken off it
_NONE: Final = -1
_LISTING: Final = np.dtype(
    [
        ("key", "u8"),
        ("seller", "u8"),
        ("source", "u8"),
        ("at_ms", "i8"),
        ("seq", "i8"),
        ("category", "u8"),
        ("model", "u8"),
        ("vin", "u8"),
        ("year", "i2"),
        ("rooms", "i2"),
        ("state", "u1"),
        ("first", "i4"),
    ]
)
_PHOTO: Final = np.dtype([("listing", "i4"), ("next", "i4"), ("since_ms", "i8")])
_COLUMNS: Final = tuple(name for name in _LISTING.names or () if name != "first")
Rows = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Who shows a listing and what it says it is about, as keys and numbers; zero is unknown (`rooms`: -1).

    `source` is what sellers that are one in truth would share: the device.
    """

    key: int
    listing_id: str
    seller: int
    source: int
    category: int
    model: int
    vin: int
    year: int
    rooms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """One photo of a listing by its views, and since when its seller has shown it."""

    views: tuple[View, ...]
    since_ms: int


class Shown:
    """All listings that are remembered, in the order in which they were last put."""

    def __init__(self) -> None:
        self.listings: Rows = np.zeros(256, dtype=_LISTING)
        self.photos: Rows = np.zeros(1_024, dtype=_PHOTO)
        self.ids: list[str] = [""] * len(self.listings)
        self._bands = Bands()
        self._slots: dict[int, int] = {}
        self._free_listings: list[int] = list(range(len(self.listings)))
        self._free_photos: list[int] = list(range(len(self.photos)))

    def __len__(self) -> int:
        """Give how many photos there are."""
        return len(self.photos) - len(self._free_photos)

    def slot(self, key: int) -> int | None:
        """Find a listing."""
        return self._slots.get(key)

    def oldest(self) -> int | None:
        """Give the listing that was put before all others."""
        return next(iter(self._slots.values()), None)

    def near(self, fingerprint: Fingerprint) -> NDArray[np.int32]:
        """Find the photos that look like one."""
        asked = np.array(fingerprint.asked, dtype=np.uint64)
        return np.unique(self._bands.near(asked, coarse=COARSE_BITS, both=ALL_BITS) // VIEWS)

    def same(self, photo: Photo) -> NDArray[np.int32]:
        """Find the photos that have the same first view."""
        ids = self._bands.near(np.array(photo.views[:1], dtype=np.uint64), coarse=0, both=0)
        return np.asarray(ids[ids % VIEWS == 0] // VIEWS)

    def photos_of(self, slot: int) -> Iterator[int]:
        """Give the photos of a listing, the last first."""
        photo = int(self.listings["first"][slot])
        while photo != _NONE:
            yield photo
            photo = int(self.photos["next"][photo])

    def photo(self, number: int) -> Photo:
        """Give a photo as it was put."""
        views = self._bands.hashes(_ids_of(number)).tolist()
        return Photo(views=tuple(View(*view) for view in views), since_ms=int(self.photos["since_ms"][number]))

    def put(self, declared: Declared, photos: Sequence[Photo], *, at_ms: int, seq: int, state: int) -> None:
        """Keep a listing as it now is, in the place of what was known of it."""
        self.drop(declared.key)
        slot = self._listing_slot()
        row = self.listings[slot]
        for name in ("key", "seller", "source", "category", "model", "vin", "year", "rooms"):
            row[name] = getattr(declared, name)
        row["at_ms"], row["seq"], row["state"], row["first"] = at_ms, seq, state, _NONE
        self.ids[slot] = declared.listing_id
        self._slots[declared.key] = slot
        for one in photos:
            self._add(slot, one)

    def _add(self, slot: int, photo: Photo) -> None:
        if not self._free_photos:
            more = len(self.photos)
            self.photos.resize(2 * more, refcheck=False)
            self._free_photos.extend(range(2 * more - 1, more - 1, -1))
        number = self._free_photos.pop()
        self.photos[number] = (slot, self.listings["first"][slot], photo.since_ms)
        self.listings["first"][slot] = number
        views = np.array(photo.views, dtype=np.uint64)
        self._bands.add(_ids_of(number), views, _findable(views))

    def drop(self, key: int) -> None:
        """Forget a listing, if it is known."""
        slot = self._slots.pop(key, None)
        if slot is None:
            return
        for number in list(self.photos_of(slot)):
            self._bands.remove(_ids_of(number))
            self._free_photos.append(number)
        self.ids[slot] = ""
        self._free_listings.append(slot)

    def drop_photo(self, number: int) -> None:
        """Forget one photo of a listing."""
        slot = int(self.photos["listing"][number])
        after, before = int(self.photos["next"][number]), _NONE
        for one in self.photos_of(slot):
            if one == number:
                break
            before = one
        if before == _NONE:
            self.listings["first"][slot] = after
        else:
            self.photos["next"][before] = after
        self._bands.remove(_ids_of(number))
        self._free_photos.append(number)

    def _listing_slot(self) -> int:
        if not self._free_listings:
            more = len(self.listings)
            self.listings.resize(2 * more, refcheck=False)
            self.ids += [""] * more
            self._free_listings.extend(range(2 * more - 1, more - 1, -1))
        return self._free_listings.pop()

    def memory(self) -> int:
        """Give the bytes in use, those of listings' ids by estimate."""
        return self.listings.nbytes + self.photos.nbytes + self._bands.memory() + 256 * len(self._slots)

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Give everything as arrays in the order of the listings, whatever slots they happen to have."""
        slots = np.array(list(self._slots.values()), dtype=np.int64)
        photos = [list(self.photos_of(slot))[::-1] for slot in slots.tolist()]
        flat = np.array([one for several in photos for one in several], dtype=np.int32)
        rows = self.listings[slots]
        made: dict[str, NDArray[Any]] = {name: rows[name].copy() for name in _COLUMNS}
        made["ids"] = np.frombuffer(
            "\n".join(self.ids[slot] for slot in slots.tolist()).encode("ascii"), dtype=np.uint8
        )
        made["photos"] = np.array([len(several) for several in photos], dtype=np.int32)
        made["since_ms"] = self.photos["since_ms"][flat].copy()
        ids = (flat[:, None] * VIEWS + np.arange(VIEWS, dtype=np.int32)).reshape(-1)
        made["hashes"] = self._bands.hashes(ids.astype(np.int32))
        return made

    def load(self, arrays: Arrays) -> None:
        """Take over what `snapshot` gave."""
        counts = arrays["photos"].astype(np.int64)
        ends = np.cumsum(counts)
        many, flat = len(counts), int(counts.sum())
        self.listings = np.zeros(_room(many), dtype=_LISTING)
        self.photos = np.zeros(_room(flat), dtype=_PHOTO)
        for name in _COLUMNS:
            self.listings[name][:many] = arrays[name]
        self.listings["first"][:many] = np.where(counts > 0, ends - 1, _NONE)
        self.photos["listing"][:flat] = np.repeat(np.arange(many), counts)
        self.photos["since_ms"][:flat] = arrays["since_ms"]
        self.photos["next"][:flat] = np.arange(flat) - 1
        self.photos["next"][(ends - counts)[counts > 0]] = _NONE
        ids = bytes(arrays["ids"]).decode("ascii").split("\n") if many else []
        self.ids = ids + [""] * (len(self.listings) - many)
        self._slots = {int(key): slot for slot, key in enumerate(arrays["key"].tolist())}
        self._free_listings = list(range(len(self.listings) - 1, many - 1, -1))
        self._free_photos = list(range(len(self.photos) - 1, flat - 1, -1))
        self._bands = Bands()
        views = arrays["hashes"]
        self._bands.add(np.arange(flat * VIEWS, dtype=np.int32), views, _findable(views))


def _room(rows: int) -> int:
    """Give a size for a table with room to go on."""
    return max(1_024, 1 << rows.bit_length())


def _ids_of(number: int) -> NDArray[np.int32]:
    """Give the ids of a photo's hashes."""
    return np.arange(number * VIEWS, (number + 1) * VIEWS, dtype=np.int32)


def _findable(views: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Leave out the views that are equal to the first of their photo, such as that of a photo without borders."""
    several = views.reshape(-1, VIEWS, 2)
    differs = (several != several[:, :1]).any(axis=2)
    differs[:, 0] = True
    return np.asarray(differs.reshape(-1))
