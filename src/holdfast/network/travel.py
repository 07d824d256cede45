"""Journeys nobody makes: how fast an account would have to travel from where it was seen last to where it is now.

The position is that of the network address, whose radius of error is taken off at both ends. Addresses behind a VPN,
of a hosting network or behind a carrier's translation say nothing of where a person is; they are passed over, so that
a VPN that is switched on and off moves nobody. What was not let through moves nobody either: a thief's attempt must
not make the owner's next visit look impossible.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from struct import Struct
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from holdfast.matching.places import HIDDEN, kilometres
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS, MINUTE_MS
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.schema import Field, FieldType

FASTEST_KMH: Final = 900
FARTHEST_KM: Final = 300
UNKNOWN_RADIUS_KM: Final = 300
"""What is assumed of a position whose table gives no radius."""

KEPT_MS: Final = 90 * DAY_MS
MOST: Final = 1_000_000
_SPEED, _KM, _IMPOSSIBLE = "travel.speed_kmh", "travel.km", "travel.impossible"
_ROLES: Final[Mapping[str, str]] = {
    "login": "client",
    "seller_registered": "seller",
    "seller_changed": "seller",
    "listing_published": "seller",
    "listing_edited": "seller",
    "message_sent": "sender",
    "payout": "seller",
}
_ALLOW: Final = "allow"
_FAILED: Final = "failed"
_MARKETPLACE: Final = "marketplace"
_KEY, _SEEN = Struct(">QQ"), Struct(">qhhH")
_HUNDREDTH: Final = 100
_BYTES_EACH: Final = 200


class Sighting(NamedTuple):
    """Where an account was at an instant: hundredths of a degree north and east, and the radius in kilometres."""

    at_ms: int
    latitude: int
    longitude: int
    radius_km: int


class Travel:
    """The last sighting of each account, kept for ninety days; beyond a million accounts the longest unseen goes."""

    name: ClassVar[str] = "travel"
    heeds: ClassVar[frozenset[str]] = frozenset(_ROLES)

    def __init__(self, keys: KeyMaker, *, most: int = MOST) -> None:
        self._keys = keys
        self._most = most
        self._seen: OrderedDict[bytes, bytes] = OrderedDict()

    def fields(self, event_type: str) -> Sequence[Field]:
        """Declare speed, distance and whether nobody travels so, for events that an account makes in a session."""
        if event_type not in _ROLES:
            return ()
        return (
            Field(path=_SPEED, type=FieldType.NUMBER),
            Field(path=_KM, type=FieldType.NUMBER),
            Field(path=_IMPOSSIBLE, type=FieldType.BOOL),
        )

    def read(self, event: Event, seq: int, known: Mapping[str, Value]) -> Mapping[str, Value]:
        """Compare where the event comes from with where its account was seen last; unknown where either is."""
        del seq
        now, account = _sighting(event, known), self._account(event, known)
        last = self._last(account) if now is not None and account is not None else None
        if now is None or last is None:
            return {}
        km = max(0.0, _distance(last, now) - last.radius_km - now.radius_km)
        hours = max(abs(now.at_ms - last.at_ms), MINUTE_MS) / HOUR_MS
        speed = km / hours
        impossible = speed > FASTEST_KMH and km > FARTHEST_KM
        return {_SPEED: round(speed, 1), _KM: round(km, 1), _IMPOSSIBLE: impossible}

    def happened(self, event: Event, seq: int, *, known: Mapping[str, Value], outcome: str) -> None:
        """Remember where an account was seen, unless it was not let through or was seen later already."""
        del seq
        if outcome != _ALLOW or event.type not in _ROLES or event.values.get("result") == _FAILED:
            return
        now, account = _sighting(event, known), self._account(event, known)
        if now is None or account is None:
            return
        last = self._last(account)
        if last is not None and last.at_ms > now.at_ms:
            return
        self._seen.pop(account, None)
        self._seen[account] = _SEEN.pack(*now)
        self._forget(now.at_ms)

    def memory(self) -> int:
        """Give the bytes that the sightings use, roughly."""
        return len(self._seen) * _BYTES_EACH

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Give the sightings in the order in which they were made."""
        keys = np.frombuffer(b"".join(self._seen), dtype=np.uint8).reshape(-1, _KEY.size)
        seen = np.frombuffer(b"".join(self._seen.values()), dtype=np.uint8).reshape(-1, _SEEN.size)
        return {"keys": keys, "seen": seen}

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over the sightings of a snapshot."""
        rows = zip(arrays["keys"], arrays["seen"], strict=True)
        self._seen = OrderedDict((key.tobytes(), seen.tobytes()) for key, seen in rows)

    def _account(self, event: Event, known: Mapping[str, Value]) -> bytes | None:
        """Name the account: on a marketplace a person logs in and sells under one id, a bank's client is another."""
        role = _ROLES[event.type]
        name = known.get(f"{role}.seller_id", known.get(f"{role}.customer_id"))
        if name is None:
            return None
        side = str(known.get("where", _MARKETPLACE)) if event.type == "login" else _MARKETPLACE
        return _KEY.pack(*self._keys.key(f"account.{side}", str(name)))

    def _last(self, account: bytes) -> Sighting | None:
        """Give where an account was seen last."""
        found = self._seen.get(account)
        return None if found is None else Sighting(*_SEEN.unpack(found))

    def _forget(self, now_ms: int) -> None:
        """Drop from the front what is too old or too much; a sighting that is renewed moves to the end."""
        while self._seen:
            first = next(iter(self._seen))
            at_ms, *_ = _SEEN.unpack(self._seen[first])
            if len(self._seen) <= self._most and at_ms > now_ms - KEPT_MS:
                return
            del self._seen[first]


def _sighting(event: Event, known: Mapping[str, Value]) -> Sighting | None:
    """Give where an event comes from, if its address tells that."""
    latitude, longitude = known.get("session.ip_latitude"), known.get("session.ip_longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    if known.get("session.ip_kind") in HIDDEN:
        return None
    radius = known.get("session.ip_accuracy_km")
    radius_km = round(radius) if isinstance(radius, int | float) else UNKNOWN_RADIUS_KM
    return Sighting(event.occurred_ms, round(latitude * _HUNDREDTH), round(longitude * _HUNDREDTH), radius_km)


def _distance(one: Sighting, other: Sighting) -> float:
    """Give the kilometres between two sightings."""
    return kilometres(_point(one), _point(other))


def _point(seen: Sighting) -> tuple[float, float]:
    return (seen.latitude / _HUNDREDTH, seen.longitude / _HUNDREDTH)
