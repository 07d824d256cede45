"""Complaints about a seller, each by the weight of who complains, so that a crowd of fresh accounts silences nobody.

A weight is 1 for a person of long standing whose identity was checked. Age and check take from it, and so does a record
of complaints that proved unfounded; one of complaints that proved right adds. One person counts once for a seller, and
so does one device; all light complaints together never weigh more than half of one. The record is a fold of labels
about what was complained of (the complaint's `of`, else the complaint itself): after `fraud` the complaint was right,
after `genuine` it was not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from holdfast.network.part import Arrays
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.instants import DAY_MS
from holdfast.vocabulary.keys import Key, KeyMaker
from holdfast.vocabulary.schema import Field, FieldType

COMPLAINT: Final = "complaint"
LABEL: Final = "label"
WEIGHT: Final = "complaints.weight"
PEOPLE: Final = "complaints.people"
BEFORE: Final = "complaints.weight_before"
WINDOW_MS: Final = 30 * DAY_MS
LIGHT: Final = 0.2
LIGHT_MOST: Final = 0.5
_READERS: Final = frozenset({COMPLAINT, "listing_published", "listing_edited", "payout"})
_AGES: Final = ((180, 1.0), (30, 0.8), (7, 0.4), (1, 0.1), (0, 0.05))  # days on the site, and what they are worth
_UNKNOWN_AGE: Final = 0.1
_CHECKS: Final = {"biometric": 1.0, "document": 1.0, "phone": 0.7}
_UNCHECKED: Final = 0.5
_UPHELD_MOST: Final = 5
_UPHELD_EACH: Final = 0.1
_VERDICTS: Final = {"fraud": 0, "genuine": 1}
_SELLERS_MAX: Final = 100_000
_OF_ONE_MAX: Final = 512
_ALIKE_MAX: Final = 64
_PEOPLE_MAX: Final = 200_000
_OPEN_MAX: Final = 400_000
_ROW_BYTES: Final = 300
_NOBODY: Final = Key(0, 0)


class Complained(NamedTuple):
    """One complaint as it is remembered: when, by whom, from which device, about which listing, and its weight.

    `stood` is what all complaints about the seller weighed together with it.
    """

    at_ms: int
    person: Key
    device: Key
    weight: float
    listing: Key
    stood: float = 0.0


class Complaints:
    """The complaints of thirty days by seller, and how the complaints of each person turned out."""

    name: ClassVar[str] = "complaints"
    heeds: ClassVar[frozenset[str]] = frozenset({COMPLAINT, LABEL})

    def __init__(self, keys: KeyMaker) -> None:
        self._keys = keys
        self._sellers: dict[Key, tuple[Complained, ...]] = {}
        self._records: dict[Key, tuple[int, int]] = {}
        self._open: dict[Key, tuple[Key, ...]] = {}

    def fields(self, event_type: str) -> Sequence[Field]:
        """Declare the weight and the number of people behind it, and for a complaint what its listing had before."""
        if event_type not in _READERS:
            return ()
        before = Field(path=BEFORE, type=FieldType.NUMBER, title="weight at the last complaint about the same listing")
        return (
            Field(path=WEIGHT, type=FieldType.NUMBER, title="weight of the complaints of 30 days"),
            Field(path=PEOPLE, type=FieldType.INTEGER, title="people who complained within 30 days"),
            *((before,) if event_type == COMPLAINT else ()),
        )

    def read(self, event: Event, seq: int, known: Mapping[str, Value]) -> Mapping[str, Value]:  # noqa: ARG002 - as every part is asked
        """Weigh what was said of the event's seller; a complaint counts itself."""
        seller = self._member(event.values, "seller")
        if seller is None:
            return {}
        lately = _lately(self._sellers.get(seller, ()), event.occurred_ms)
        if event.type != COMPLAINT:
            return _said(lately)
        row = self._complained(event)
        earlier = next((one.stood for one in reversed(lately) if one.listing == row.listing != _NOBODY), 0.0)
        return {**_said([*lately, row]), BEFORE: earlier}

    def happened(self, event: Event, seq: int, *, known: Mapping[str, Value], outcome: str) -> None:  # noqa: ARG002 - as every part is told
        """Remember a complaint, or how one turned out."""
        if event.type == COMPLAINT:
            self._take(event)
        elif event.type == LABEL:
            self._learn(event)

    def _take(self, event: Event) -> None:
        seller = self._member(event.values, "seller")
        row = self._complained(event)
        if seller is None:
            return
        since = event.occurred_ms - WINDOW_MS
        rows = [one for one in self._sellers.pop(seller, ()) if one.at_ms > since]
        row = row._replace(stood=weighed([*_lately(rows, event.occurred_ms), row]))
        self._sellers[seller] = (*rows, row)[-_OF_ONE_MAX:]
        _cut(self._sellers, _SELLERS_MAX)
        if row.person != _NOBODY:
            about = self._keys.fresh("event", str(event.values.get("of") or event.id))
            self._open[about] = (*self._open.pop(about, ()), row.person)[-_ALIKE_MAX:]
            _cut(self._open, _OPEN_MAX)

    def _learn(self, event: Event) -> None:
        """Take a label into the records of the people who complained of what it is about; it is learnt once."""
        side = _VERDICTS.get(str(event.values.get("label")))
        if side is None:
            return
        for person in dict.fromkeys(self._open.pop(self._keys.fresh("event", str(event.values.get("of"))), ())):
            upheld, unfounded = self._records.pop(person, (0, 0))
            self._records[person] = (upheld + (side == 0), unfounded + (side == 1))
        _cut(self._records, _PEOPLE_MAX)

    def _complained(self, event: Event) -> Complained:
        values = event.values
        person = self._member(values, "client") or _NOBODY
        device, listing = values.get("device.id"), values.get("listing_id")
        return Complained(
            at_ms=event.occurred_ms,
            person=person,
            device=_NOBODY if device is None else self._keys.fresh("device", str(device)),
            weight=weight_of(values, event.occurred_ms, self._records.get(person, (0, 0))),
            listing=_NOBODY if listing is None else self._keys.key("listing", str(listing)),
        )

    def _member(self, values: Mapping[str, Value], party: str) -> Key | None:
        """Name a member of the site: a person has one account to buy and to sell with."""
        found = values.get(f"{party}.seller_id") or values.get(f"{party}.customer_id")
        return None if found is None else self._keys.key("member", str(found))

    def memory(self) -> int:
        """Give the bytes that the state uses, about."""
        rows = sum(map(len, self._sellers.values()))
        return _ROW_BYTES * (rows + len(self._sellers) + len(self._records) + len(self._open))

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Give the state as arrays, in the order in which the oldest is let go first."""
        rows = [(seller, row) for seller, kept in self._sellers.items() for row in kept]
        keys = [(*seller, row.at_ms, *row.person, *row.device, *row.listing) for seller, row in rows]
        return {
            "complained": np.array(keys, dtype=np.uint64).reshape(-1, 9),
            "weighed": np.array([(row.weight, row.stood) for _, row in rows], dtype=np.float64).reshape(-1, 2),
            "records": np.array([(*key, *two) for key, two in self._records.items()], dtype=np.uint64).reshape(-1, 4),
            "open": np.array(
                [(*key, *person) for key, people in self._open.items() for person in people], dtype=np.uint64
            ).reshape(-1, 4),
        }

    def load(self, arrays: Arrays) -> None:
        """Take over the arrays of a snapshot."""
        for (high, low, at_ms, *keys), (weight, stood) in zip(
            arrays["complained"].tolist(), arrays["weighed"].tolist(), strict=True
        ):
            person, device, listing = Key(*keys[:2]), Key(*keys[2:4]), Key(*keys[4:])
            row = Complained(at_ms=at_ms, person=person, device=device, weight=weight, listing=listing, stood=stood)
            self._sellers[Key(high, low)] = (*self._sellers.get(Key(high, low), ()), row)
        self._records |= {Key(high, low): (right, wrong) for high, low, right, wrong in arrays["records"].tolist()}
        for high, low, *person in arrays["open"].tolist():
            self._open[Key(high, low)] = (*self._open.get(Key(high, low), ()), Key(*person))


def weight_of(values: Mapping[str, Value], at_ms: int, record: tuple[int, int]) -> float:
    """Weigh one person's word: how long on the site, how well checked, how often right before."""
    upheld, unfounded = record
    since = values.get("client.registered_at")
    age = _UNKNOWN_AGE if not isinstance(since, int) else _worth((at_ms - since) / DAY_MS)
    check = _CHECKS.get(str(values.get("client.verified")), _UNCHECKED)
    trust = (1 + upheld) / (1 + upheld + unfounded) + _UPHELD_EACH * min(upheld, _UPHELD_MOST)
    return age * check * trust


def _worth(days: float) -> float:
    return next((worth for least, worth in _AGES if days >= least), _AGES[-1][1])


def _lately(rows: Iterable[Complained], now_ms: int) -> list[Complained]:
    """Give the complaints of the thirty days before an instant."""
    return [row for row in rows if now_ms - WINDOW_MS < row.at_ms <= now_ms]


def _said(rows: Sequence[Complained]) -> dict[str, Value]:
    """Say how much complaints weigh, and how many people are behind them."""
    return {WEIGHT: weighed(rows), PEOPLE: len({row.person for row in rows})}


def weighed(rows: Iterable[Complained]) -> float:
    """Add up: the heaviest word of each person and of each device, and of light ones no more than the most."""
    once = list(_once(sorted(rows, key=lambda row: row.weight, reverse=True)))
    light = sum(weight for weight in once if weight < LIGHT)
    return round(sum(weight for weight in once if weight >= LIGHT) + min(light, LIGHT_MOST), 6)


def _once(rows: Iterable[Complained]) -> Iterator[float]:
    people, devices = {_NOBODY}, {_NOBODY}
    for row in rows:
        fresh = row.person not in people or row.person == _NOBODY
        if fresh and (row.device not in devices or row.device == _NOBODY):
            yield row.weight
        people.add(row.person)
        devices.add(row.device)


def _cut(kept: dict[Key, Any], most: int) -> None:
    """Let the oldest go where there are too many."""
    for key in list(islice(kept, max(0, len(kept) - most))):
        del kept[key]
