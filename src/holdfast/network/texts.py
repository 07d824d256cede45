"""The texts of listings of the last ninety days: who else wrote this one before.

A text counts from the record in which its seller first had it, in any of the seller's listings; only what others had
before that is a twin. So the first to write a text is not taken for a copy of those who copied it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, ClassVar, Final, NamedTuple

from numpy.typing import NDArray

from holdfast.matching.texts import GramHasher, Hashes, bands, jaccard, plain, signature
from holdfast.network.keyed import LISTINGS, LIVE, packed, seller_key
from holdfast.network.text_index import TextIndex, Told
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.instants import DAY_MS
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.schema import Field, FieldType

KEPT_MS: Final = 90 * DAY_MS
TWIN: Final = 0.8
"""From this similarity on two texts about one thing are one."""
COPY: Final = 0.96
"""From this similarity on two texts are one whatever they are about: a template says each thing's numbers."""
FEWEST_GRAMS: Final = 60
"""A shorter text says too little to be told from another; nothing is known about it."""
LONG_GRAMS: Final = 200
"""In a shorter text people say the same of like things, so that only a copy counts."""

_CLOSED: Final = "listing_closed"
_DROPPED_AT_ONCE: Final = 4
_SAME: Final = attrgetter("same")
_FIELDS: Final = (
    Field(
        path="twins.similarity",
        type=FieldType.NUMBER,
        title="how much of the text another seller wrote before, 0 to 1",
    ),
    Field(path="twins.sellers", type=FieldType.INTEGER, title="how many other sellers had this text before"),
    Field(path="twins.of", type=FieldType.TEXT, title="the listing of another seller with this text"),
    Field(path="twins.same_thing", type=FieldType.TEXT, title="that of them which declares nothing else to be sold"),
    Field(path="twins.own", type=FieldType.BOOL, title="whether another listing of the same seller has this text"),
)


class _Other(NamedTuple):
    """Another seller's text: how similar, whether about the same thing, and from which similarity the two are one."""

    score: float
    told: Told
    same: bool
    limit: float

    @property
    def is_twin(self) -> bool:
        """Tell whether the two texts are one."""
        return self.score >= self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """One event's text against the index: what it says, and what would be kept of it."""

    said: Mapping[str, Value]
    listing: bytes
    told: Told
    bands: Hashes


class Texts:
    """Near copies among the texts of listings: candidates by MinHash, then the exact share of common 4-grams.

    Two listings under one template differ in what they declare and in the numbers that they state.

    A listing that was held or refused leaves nothing; one that was removed is forgotten, one that was sold is not.
    """

    name: ClassVar[str] = "texts"
    heeds: ClassVar[frozenset[str]] = LISTINGS | {_CLOSED}

    def __init__(self, keys: KeyMaker) -> None:
        self._keys = keys
        self._hasher = GramHasher(packed(keys.key("text", "grams")))
        self._index = TextIndex()
        self._last: tuple[Event | None, int, _Look | None] = (None, 0, None)

    def fields(self, event_type: str) -> Sequence[Field]:
        """Declare the four values of a listing's text."""
        return _FIELDS if event_type in LISTINGS else ()

    def read(self, event: Event, seq: int, known: Mapping[str, Value]) -> Mapping[str, Value]:
        """Say who had the listing's text before; nothing where the text is short or nobody is named as seller."""
        look = self._look(event, seq, known)
        return look.said if look is not None else {}

    def happened(self, event: Event, seq: int, *, known: Mapping[str, Value], outcome: str) -> None:
        """Keep the text of a listing that goes live, in the place of what it said before."""
        if event.type == _CLOSED and known.get("reason") == "removed":
            self._index.remove(self._listing(known.get("listing_id")))
        if event.type not in LISTINGS or outcome not in LIVE:
            return
        look = self._look(event, seq, known)
        self._last = (None, 0, None)
        if look is not None:
            self._index.add(look.listing, look.told, look.bands)
        else:
            self._index.remove(self._listing(known.get("listing.listing_id")))
        self._forget(event.occurred_ms - KEPT_MS)

    def memory(self) -> int:
        """Give the bytes that the state uses."""
        return self._index.memory()

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Give the whole state as arrays: keyed hashes, numbers and the ids of listings."""
        return self._index.snapshot()

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over the state of a snapshot."""
        self._index = TextIndex.of(arrays)
        self._last = (None, 0, None)

    def _look(self, event: Event, seq: int, known: Mapping[str, Value]) -> _Look | None:
        """Compare the text, once for being read and being kept."""
        last, at, look = self._last
        if last is not event or at != seq:
            look = self._compared(event, seq, known)
            self._last = (event, seq, look)
        return look

    def _compared(self, event: Event, seq: int, known: Mapping[str, Value]) -> _Look | None:
        """Compare the text with those that share a band with it."""
        named, text = seller_key(self._keys, known), known.get("listing.text")
        if named is None or text is None:
            return None
        grams = self._hasher.grams(plain(str(text), str(known.get("listing.city") or "")).key)
        if grams.size < FEWEST_GRAMS:
            return None
        seller, listing_id = packed(named), str(known["listing.listing_id"])
        words, thing = bands(signature(grams)), _thing(self._keys, known)
        found = self._scored(words, grams, event.occurred_ms)
        own = [told for score, told in found if told.seller == seller and score >= TWIN]
        others = [
            _Other(
                score, told, same := _one_thing(thing, told.thing), TWIN if same and grams.size >= LONG_GRAMS else COPY
            )
            for score, told in found
            if told.seller != seller
        ]
        since = _since(own, others, seq)
        told = Told(
            listing_id=listing_id, seller=seller, at_ms=event.occurred_ms, since=since, thing=thing, grams=grams
        )
        said = {
            **_said([other for other in others if other.told.since < since]),
            "twins.own": any(told.listing_id != listing_id for told in own),
        }
        return _Look(said=said, listing=self._listing(listing_id), told=told, bands=words)

    def _scored(self, words: Hashes, grams: Hashes, at_ms: int) -> list[tuple[float, Told]]:
        """Give the texts of the last ninety days that may be alike, each with its similarity."""
        since = at_ms - KEPT_MS
        return [
            (round(jaccard(grams, told.grams), 4), told) for told in self._index.alike(words) if told.at_ms >= since
        ]

    def _listing(self, listing_id: Value) -> bytes:
        """Give the key of a listing."""
        return packed(self._keys.key("listing_id", str(listing_id)))

    def _forget(self, before_ms: int) -> None:
        """Drop a few of the texts that are too old to be compared."""
        for _ in range(_DROPPED_AT_ONCE):
            oldest = self._index.oldest()
            if oldest is None or oldest[1].at_ms >= before_ms:
                return
            self._index.remove(oldest[0])


def _since(own: Sequence[Told], others: Sequence[_Other], seq: int) -> int:
    """Give the record since which a text is its seller's: that of the seller's own earlier text where it is the same.

    A text that has come near another's step by step is new: the seller's own earlier ones were no twins of that one.
    """
    since = min((told.since for told in own), default=seq)
    later = [other for other in others if other.is_twin and other.told.since >= since]
    neared = any(all(jaccard(mine.grams, other.told.grams) < other.limit for mine in own) for other in later)
    return seq if neared else since


def _said(others: Sequence[_Other]) -> dict[str, Value]:
    """Sum up what other sellers had before: the greatest similarity, how many have this text, and the first of them."""
    twins = sorted(
        (other for other in others if other.is_twin),
        key=lambda other: (-other.score, other.told.since, other.told.listing_id),
    )
    said: dict[str, Value] = {
        "twins.similarity": max((other.score for other in others), default=0.0),
        "twins.sellers": len({twin.told.seller for twin in twins}),
    }
    for name, twin in (("twins.of", next(iter(twins), None)), ("twins.same_thing", next(filter(_SAME, twins), None))):
        if twin is not None:
            said[name] = twin.told.listing_id
    return said


def _thing(keys: KeyMaker, known: Mapping[str, Value]) -> tuple[int, int, int, int]:
    """Give what a listing declares to be about; see `Told`."""
    brand, model, year, rooms, area = (
        known.get(f"listing.{name}") for name in ("brand", "model", "year", "rooms", "area_m2")
    )
    named = keys.key("model", f"{brand}|{model}".lower()).low & 0xFFFFFFFF if model is not None else 0
    return (named, _whole(year), 0 if rooms is None else _whole(rooms) + 1, _whole(area, 10))


def _whole(value: Value, times: int = 1) -> int:
    """Write a number as an integer, what is unknown as 0."""
    return round(value * times) if isinstance(value, int | float) else 0


def _one_thing(one: Sequence[int], other: Sequence[int]) -> bool:
    """Tell whether two listings may be about one thing: nothing that both declare differs."""
    return all(mine == theirs for mine, theirs in zip(one, other, strict=True) if mine and theirs)
