"""Objects: the same car or flat in several listings, who offered it first, and who is tied to whom."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.network.listings import Listings, Repeats
from holdfast.network.marks import NOBODY, By, Marks, Values, by_of
from holdfast.network.rows import ASPECT_BYTES, ASPECTS, Row
from holdfast.network.sights import cities_apart, sight_of, with_sight
from holdfast.network.thing import Reach, Thing
from holdfast.network.ties import Ties
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.instants import DAY_MS
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.schema import Field, FieldType

KEPT_MS: Final = 90 * DAY_MS
_MONTH_MS: Final = 30 * DAY_MS
_WEEK_MS: Final = 7 * DAY_MS
_LISTED: Final = frozenset({"listing_published", "listing_edited"})
_ACTS: Final = {
    "seller_registered": "seller",
    "seller_changed": "seller",
    "listing_published": "seller",
    "listing_edited": "seller",
    "payout": "seller",
    "login": "client",
    "message_sent": "sender",
}
_ASKED: Final = frozenset({"seller_registered", "seller_changed", "listing_published", "listing_edited", "payout"})
_TIED_BY: Final = {By.PHONE: "phone", By.DEVICE: "device", By.PAYOUT: "payout", By.PHOTO: "photo", By.TEXT: "text"}
_PAPERS: Final = frozenset({"document", "biometric"})
_STANDING: Final = frozenset({"allow", "challenge"})
_LETS: Final = ("rent", "аренд", "жалға", "жалда", "сда")
_TWINS: Final = (("photos.twin_of", By.PHOTO), ("twins.same_thing", By.TEXT))
_OWN_PHOTO: Final = "photos.own"
_MOST: Final = 32
_NOTHING: Final = bytes(ASPECT_BYTES)


def _field(path: str, kind: FieldType, title: str, **more: Any) -> Field:
    return Field(path=path, type=kind, title=title, **more)


_OF_OBJECT: Final = (
    _field("object.listings", FieldType.INTEGER, "listings of the same thing in 90 days, with this one"),
    _field("object.sellers", FieldType.INTEGER, "sellers who offer the same thing"),
    _field("object.cities", FieldType.INTEGER, "cities more than 100 km apart in which it was offered in 30 days"),
    _field("object.cities_7d", FieldType.INTEGER, "the same in seven days"),
    _field("object.own_cities_7d", FieldType.INTEGER, "cities in which this seller offered it in seven days"),
    _field("object.first_seller", FieldType.BOOL, "this seller is its first or its verified owner"),
    _field("object.disputed", FieldType.BOOL, "its first and its verified owner are two sellers"),
    _field("object.first_listing", FieldType.TEXT, "the key of the listing that stood first"),
    _field("object.repost", FieldType.BOOL, "the same seller offered it before under another listing"),
    _field("object.new_copy", FieldType.BOOL, "this listing was not known before as one of another owner's thing"),
    _field("object.joined_by", FieldType.TEXT, "what this listing has in common with the others"),
    _field("seller.rental_cities_7d", FieldType.INTEGER, "cities in which the seller offered to let in seven days"),
    _field("listing.changed", FieldType.TEXT, "what an edit changes"),
    *(_field(f"edited.{name}", FieldType.BOOL, f"an edit changes the {name}") for name in ASPECTS),
)
_OF_TIES: Final = tuple(
    _field(f"tied.by_{name}", FieldType.TEXTS, f"sellers with the same {name}", list_kind="seller", keyed=True)
    for name in _TIED_BY.values()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One listing of an object, for people: the places of its first and its last record, and by what it is joined.

    `point` is the latitude and longitude of the place that it named last.
    """

    seq: int
    first_seq: int
    first_ms: int
    seller: bytes
    stands: bool
    sold: bool
    owner: bool
    joined_by: str
    point: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An object for people: its listings, the one that was asked for first, and what they count together."""

    members: tuple[Member, ...]
    sellers: int
    cities: int
    cities_7d: int


class Objects:
    """Listings joined into objects, and sellers tied by what they have in common; keyed hashes and numbers alone."""

    name: ClassVar[str] = "objects"
    heeds: ClassVar[frozenset[str]] = frozenset({*_ACTS, "listing_closed"})

    def __init__(self, keys: KeyMaker, home: str) -> None:
        self._marks = Marks(keys, home)
        self._listings = Listings()
        self._ties = Ties()
        self._reach = Reach(self._listings, self._ties)
        self._clock_ms = 0

    def fields(self, event_type: str) -> Sequence[Field]:
        """Declare what is read of listings, and of what sellers do."""
        of_object = _OF_OBJECT if event_type in _LISTED else ()
        return (*of_object, *(_OF_TIES if event_type in _ASKED else ()))

    def read(self, event: Event, seq: int, known: Mapping[str, Value]) -> Mapping[str, Value]:
        """Say which object a listing belongs to, and to whom its seller is tied."""
        if event.type not in _ASKED:
            return {}
        at_ms = max(event.occurred_ms, self._clock_ms)
        seller = self._marks.party(known, "seller")
        if event.type not in _LISTED:
            return self._tied(seller, tuple(self._marks.of_seller(known)), {}, at_ms=at_ms)
        row, repeats = self._row(event, seq, known), self._repeats(known, at_ms)
        thing = self._reach.thing(row, repeats, after_ms=at_ms - KEPT_MS)
        found: dict[str, Value] = dict(_told(thing, at_ms))
        before = self._before(row.listing, at_ms)
        first = thing.first()
        found["object.new_copy"] = not thing.is_owner() and not self._was_known(before, first, at_ms)
        lets = list(self._reach.rentals(row, after_ms=at_ms - KEPT_MS))
        found["seller.rental_cities_7d"] = cities_apart(lets, at_ms - _WEEK_MS)
        if event.type == "listing_edited" and before is not None:
            found |= _changes(before, row)
        return found | self._tied(seller, row.marks, repeats, at_ms=at_ms)

    def happened(self, event: Event, seq: int, *, known: Mapping[str, Value], outcome: str) -> None:
        """Take a listing in as it stands now, and note what its seller was seen with."""
        party = _ACTS.get(event.type)
        if event.type == "listing_closed":
            self._close(known)
        if party is None or (event.type == "login" and known.get("where") != "marketplace"):
            return
        seller = self._marks.party(known, party)
        if seller == NOBODY and event.type not in _LISTED:
            return
        self._clock_ms = max(self._clock_ms, event.occurred_ms)
        row = self._row(event, seq, known) if event.type in _LISTED else None
        for mark in self._marks.of_seller(known, party) if seller != NOBODY else ():
            self._ties.note(seller, mark, event.occurred_ms)
        if row is not None:
            self._take(row, self._repeats(known, self._clock_ms), stands=outcome in _STANDING)
        self._listings.expire(self._clock_ms - KEPT_MS)
        self._ties.expire(self._clock_ms - KEPT_MS)

    def object_of(self, listing_id: str) -> Known | None:
        """Give the object of a listing for people; nothing for an unknown one, or one that is over."""
        row = self._before(self._marks.listing(listing_id), self._clock_ms)
        if row is None:
            return None
        thing = self._reach.thing(row, self._listings.repeats(row.listing), after_ms=self._clock_ms - KEPT_MS)
        return Known(
            members=tuple(_members(thing)),
            sellers=thing.sellers,
            cities=thing.cities(self._clock_ms - _MONTH_MS),
            cities_7d=thing.cities(self._clock_ms - _WEEK_MS),
        )

    def _take(self, row: Row, repeats: Repeats, *, stands: bool) -> None:
        """Put a listing in; an edit that was stopped leaves the listing that stood as it was."""
        before = self._before(row.listing, self._clock_ms)
        if before is None:
            self._listings.drop(row.listing)
        if stands or before is None or not before.stands:
            self._listings.put(replace(row, stands=stands), repeats)

    def _before(self, listing: bytes, at_ms: int) -> Row | None:
        """Give a listing as it stands, unless it is over."""
        return self._listings.get(listing, at_ms - KEPT_MS)

    def _close(self, known: Values) -> None:
        """Take note that a listing is off the site: sold, or removed by the marketplace."""
        row = self._before(self._marks.listing(known["listing_id"]), self._clock_ms)
        reason = known.get("reason")
        if row is not None and row.seller == self._marks.party(known, "seller") and reason in ("sold", "removed"):
            stands = row.stands and reason != "removed"
            self._listings.change(replace(row, sold=reason == "sold", stands=stands))

    def _row(self, event: Event, seq: int, known: Values) -> Row:
        """Make the row of a listing as the event would leave it: it stands, since it was first let through."""
        seller = self._marks.party(known, "seller")
        listing = self._marks.listing(known["listing.listing_id"])
        at_ms = max(event.occurred_ms, self._clock_ms)
        before = self._before(listing, at_ms)
        stood = before if before is not None and before.stands else None
        own = self._ties.marks_of(seller, at_ms - KEPT_MS) if seller != NOBODY else ()
        payouts = [mark for mark in own if by_of(mark) is By.PAYOUT]
        marks = dict.fromkeys((*self._marks.of_thing(known), *self._marks.of_seller(known), *payouts))
        return Row(
            listing=listing,
            seller=seller,
            seq=seq,
            first_seq=stood.first_seq if stood else seq,
            first_ms=stood.first_ms if stood else event.occurred_ms,
            last_ms=event.occurred_ms,
            form=self._marks.form(known),
            stands=True,
            sold=False,
            verified=known.get("seller.verified") in _PAPERS,
            rental=_lets(known),
            marks=tuple(marks),
            sights=with_sight(before.sights if before else (), sight_of(known, event.occurred_ms)),
            aspects=b"".join(self._aspects(known)),
        )

    def _aspects(self, known: Values) -> Iterator[bytes]:
        """Hash what an edit may change, in the order of `ASPECTS`."""
        photos = known.get("listing.photos.fingerprint") or known.get("listing.photos.photo_id")
        price = known.get("listing.price")
        told: tuple[Value, ...] = (
            tuple(sorted(photos)) if isinstance(photos, tuple) else None,
            None if price is None else f"{price} {known.get('listing.currency')}",
            known.get("listing.city"),
            known.get("listing.phone"),
            f"{known.get('listing.title')}\x1f{known.get('listing.text')}",
            known.get("listing.vin"),
        )
        for name, value in zip(ASPECTS, told, strict=True):
            yield (
                _NOTHING
                if value is None
                else self._marks.short(f"aspect.{name}", str(value)).to_bytes(ASPECT_BYTES, "big")
            )

    def _repeats(self, known: Values, at_ms: int) -> dict[bytes, By]:
        """Read which listings in memory the photos and the text repeat, as earlier parts found them.

        Of the seller's own listings they say only that there is one: it is the one that offers the same specific thing.
        """
        found: dict[bytes, By] = {}
        for name, by in _TWINS:
            value = known.get(name)
            for listing_id in value if isinstance(value, tuple) else (value,):
                listing = self._marks.listing(listing_id)
                if self._before(listing, at_ms) is not None and len(found) < _MOST:
                    found[listing] = found.get(listing, By(0)) | by
        form = self._marks.form(known)
        if known.get(_OWN_PHOTO) is True and form.is_specific:
            own = self._listings.of_seller(self._marks.party(known, "seller"), at_ms - KEPT_MS)
            found |= {row.listing: found.get(row.listing, By(0)) | By.PHOTO for row in own if row.form == form}
        found.pop(self._marks.listing(known["listing.listing_id"]), None)
        return found

    def _was_known(self, before: Row | None, first: Row | None, at_ms: int) -> bool:
        """Tell whether a listing, as it stood before, already belonged to the object of its owner."""
        if before is None or first is None:
            return False
        repeats = self._listings.repeats(before.listing)
        thing = self._reach.thing(before, repeats, after_ms=at_ms - KEPT_MS)
        return any(row.listing == first.listing for row in thing.rows)

    def _tied(self, seller: bytes, marks: Sequence[bytes], repeats: Repeats, *, at_ms: int) -> dict[str, Value]:
        """Give the keys of the sellers with whom one has marks, photos or texts in common, by kind."""
        after_ms = at_ms - KEPT_MS
        tied: dict[By, set[bytes]] = {by: set() for by in _TIED_BY}
        own = self._ties.marks_of(seller, after_ms) if seller != NOBODY else ()
        for mark in dict.fromkeys((*marks, *own)):
            if by_of(mark) in tied:
                tied[by_of(mark)].update(self._ties.sellers_of(mark, after_ms))
        for other, by in self._repeated(seller, repeats, after_ms):
            for kind in (By.PHOTO, By.TEXT):
                if kind in by:
                    tied[kind].add(other)
        return {
            f"tied.by_{_TIED_BY[by]}": tuple(sorted(one.hex() for one in others - {NOBODY, seller}))
            for by, others in tied.items()
        }

    def _repeated(self, seller: bytes, repeats: Repeats, after_ms: int) -> Iterator[tuple[bytes, By]]:
        """Give the sellers of the listings that this one and the seller's others repeat."""
        own = self._listings.of_seller(seller, after_ms)
        for told in (repeats, *(self._listings.repeats(row.listing) for row in own)):
            for listing, by in told.items():
                row = self._listings.get(listing, after_ms)
                if row is not None:
                    yield row.seller, by

    def memory(self) -> int:
        """Estimate the bytes in use."""
        return self._listings.memory() + self._ties.memory()

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Give rows, links and ties as arrays."""
        clock = {"clock": np.array([self._clock_ms], dtype=np.int64)}
        return clock | self._listings.snapshot() | self._ties.snapshot()

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over what a snapshot holds."""
        self._clock_ms = int(arrays["clock"][0])
        self._listings.load(arrays)
        self._ties.load(arrays)


def _told(thing: Thing, at_ms: int) -> Iterator[tuple[str, Value]]:
    """Say what an object is, as one of its listings sees it; who owns it is unknown to one without a seller."""
    row, first, verified = thing.rows[0], thing.first(), thing.first(verified=True)
    yield "object.listings", len(thing.rows)
    yield "object.sellers", thing.sellers
    yield "object.cities", thing.cities(at_ms - _MONTH_MS)
    yield "object.cities_7d", thing.cities(at_ms - _WEEK_MS)
    if row.seller != NOBODY:
        yield "object.own_cities_7d", thing.cities(at_ms - _WEEK_MS, seller=row.seller)
        yield "object.first_seller", thing.is_owner()
        yield "object.repost", any(one.seller == row.seller for one in thing.rows[1:])
    yield "object.disputed", None not in (first, verified) and len({one.seller for one in thing.owners()}) > 1
    if first is not None:
        yield "object.first_listing", first.listing.hex()
    if len(thing.rows) > 1:
        yield "object.joined_by", thing.by.words()


def _members(thing: Thing) -> Iterator[Member]:
    """Describe the listings of an object."""
    owners = {one.listing for one in thing.owners()}
    for row in thing.rows:
        yield Member(
            seq=row.seq,
            first_seq=row.first_seq,
            first_ms=row.first_ms,
            seller=row.seller,
            stands=row.stands,
            sold=row.sold,
            owner=row.listing in owners,
            joined_by=thing.links.get(row.listing, thing.by).words(),
            point=row.sights[-1].place.point if row.sights else None,
        )


def _changes(before: Row, now: Row) -> dict[str, Value]:
    """Say what an edit changes; what was said nothing of on either side is unknown."""
    found: dict[str, Value] = {}
    for place, name in enumerate(ASPECTS):
        one, two = (row.aspects[ASPECT_BYTES * place :][:ASPECT_BYTES] for row in (before, now))
        if _NOTHING not in (one, two):
            found[f"edited.{name}"] = one != two
    changed = [name for name in ASPECTS if found.get(f"edited.{name}")]
    return found | {"listing.changed": ", ".join(changed)}


def _lets(known: Values) -> bool:
    """Tell whether a listing offers to let, by its category or by the kind of its price."""
    category = str(known.get("listing.category", "")).casefold()
    return known.get("listing.price_kind") in ("monthly", "daily") or any(word in category for word in _LETS)
