"""Marks by which a listing or a seller is recognised again: identifiers in normal form, as keyed hashes."""

import unicodedata
from collections.abc import Iterator, Mapping
from enum import IntFlag
from functools import lru_cache
from struct import Struct
from typing import Final, NamedTuple

from holdfast.matching.check_digits import vin as vin_holds
from holdfast.matching.identifiers import identify
from holdfast.vocabulary.errors import InvalidError
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.lists import ListKind

Values = Mapping[str, Value]
_REMEMBERED: Final = 16_384
_VIN_VARIETY: Final = 6
_PLATE_VARIETY: Final = 3
_SHORTEST_PLATE: Final = 5
_LONGEST: Final = 256
_HOME_NETWORK: Final = "residential"


class By(IntFlag):
    """What two listings have in common; the order is that in which it is named."""

    VIN = 1
    PLATE = 2
    PHOTO = 4
    TEXT = 8
    ADDRESS = 16
    PHONE = 32
    DEVICE = 64
    PAYOUT = 128
    NETWORK = 256
    FORM = 512

    def words(self) -> str:
        """Name the kinds, for people."""
        return ", ".join(str(one.name).lower() for one in By if one in self)


STRONG: Final = By.VIN | By.PLATE
"""A mark of the thing itself, which joins by itself."""
OF_SELLER: Final = By.PHONE | By.DEVICE | By.PAYOUT | By.NETWORK
"""Marks of who offers: every two listings of one seller have them in common, so among those they say nothing."""


KEY_BYTES: Final = 16
_TAG: Final = Struct(">H")
_KEY: Final = Struct(">QQ")
_FORM: Final = Struct(">QQQhh")
_STRONG: Final = 1 << 15
MARK_BYTES: Final = _TAG.size + KEY_BYTES
NOBODY: Final = bytes(KEY_BYTES)
"""Who is not named. A mark is bytes: two that say what it is, then the sixteen of its keyed hash."""


def mark(by: By, key: bytes, *, strong: bool = False) -> bytes:
    """Make a mark; a `strong` one joins by itself."""
    return _TAG.pack(by | strong * _STRONG) + key


def by_of(marked: bytes) -> By:
    """Tell what a mark is."""
    return _KINDS[_TAG.unpack_from(marked)[0] & ~_STRONG]


def is_strong(marked: bytes) -> bool:
    """Tell whether a mark joins by itself."""
    return marked[0] >= _STRONG >> 8


_KINDS: Final = {int(one): one for one in By}


class Form(NamedTuple):
    """What is offered, in hashes and numbers; zero where it was not said. Rooms are counted from one."""

    category: int
    brand: int
    model: int
    year: int
    rooms: int

    def packed(self) -> bytes:
        """Write it."""
        return _FORM.pack(*self)

    @property
    def is_specific(self) -> bool:
        """Tell whether it says enough to tell two things of one category apart."""
        return bool(self.category and ((self.brand and self.model and self.year) or self.rooms))

    def agrees(self, other: "Form") -> bool:
        """Tell whether both may describe one thing: nothing that both say differs, years by at most two."""
        same = all(not one or not two or one == two for one, two in zip(self[:3], other[:3], strict=True))
        near = not self.year or not other.year or abs(self.year - other.year) <= 2
        return same and near and (not self.rooms or not other.rooms or self.rooms == other.rooms)


FORM_BYTES: Final = _FORM.size


def form_of(data: bytes) -> Form:
    """Read what is offered."""
    return Form(*_FORM.unpack(data))


@lru_cache(maxsize=_REMEMBERED)
def _normal(kind: ListKind, value: str, home: str) -> str | None:
    """Give an identifier's normal form; nothing for what cannot be one of its kind."""
    try:
        return identify(kind, value, home=home).value
    except InvalidError:
        return None


def _plain(value: str) -> str:
    """Give letters and digits alone, without regard to case."""
    flat = unicodedata.normalize("NFKC", value[:_LONGEST]).casefold()
    return "".join(c for c in flat if c.isalnum())


class Marks:
    """Reads the marks off an event; `home` is the region of phone numbers that come without a country."""

    def __init__(self, keys: KeyMaker, home: str) -> None:
        self._keys = keys
        self._home = home or "KZ"

    def key(self, kind: str, value: str) -> bytes:
        """Hash a value as it stands; it is not remembered, for many come once and are long."""
        return _KEY.pack(*self._keys.fresh(kind, value))

    def short(self, kind: str, value: str) -> int:
        """Hash a value to 64 bits, enough to see that it is another; never zero."""
        return self._keys.fresh(kind, value).low

    def listing(self, listing_id: Value) -> bytes:
        """Hash the id of a listing."""
        return self.key("listing_id", str(listing_id))

    def party(self, values: Values, party: str) -> bytes:
        """Hash who takes part, under the key by which lists know sellers; `NOBODY` where the event does not say."""
        seller, client = values.get(f"{party}.seller_id"), values.get(f"{party}.customer_id")
        if seller is not None:
            return self._known(ListKind.SELLER, seller) or NOBODY
        return self.key("customer_id", str(client)) if client is not None else NOBODY

    def form(self, values: Values) -> Form:
        """Read what is offered."""
        category, brand, model = (self._told(values, name) for name in ("category", "brand", "model"))
        year, rooms = values.get("listing.year"), values.get("listing.rooms")
        return Form(
            category,
            brand,
            model,
            year if isinstance(year, int) else 0,
            rooms + 1 if isinstance(rooms, int) else 0,
        )

    def of_seller(self, values: Values, party: str = "seller") -> Iterator[bytes]:
        """Read the marks of who acts: numbers, device, accounts for payouts, and the network of a home."""
        yield from self._all(By.PHONE, ListKind.PHONE, values, f"{party}.phone", "listing.phone")
        yield from self._all(By.DEVICE, ListKind.DEVICE, values, "device.id")
        for kind in (ListKind.ACCOUNT, ListKind.CARD, ListKind.EWALLET):
            yield from self._all(By.PAYOUT, kind, values, f"{party}.{kind.value}", f"payee.{kind.value}")
        if values.get("session.ip_kind") == _HOME_NETWORK:
            yield from self._all(By.NETWORK, ListKind.IP, values, "session.ip")

    def of_thing(self, values: Values) -> Iterator[bytes]:
        """Read the marks of the thing itself: VIN, plate, address.

        A VIN whose check digit fails and one of few characters are no proof: the first needs a second sign, the
        second, such as seventeen zeros, is none at all.
        """
        vin = self._text(ListKind.VIN, values.get("listing.vin"))
        if vin is not None and len(set(vin)) >= _VIN_VARIETY:
            yield mark(By.VIN, self.key("vin", vin), strong=vin_holds(vin) is not False)
        plate = self._text(ListKind.PLATE, values.get("listing.plate"))
        if plate is not None and len(plate) >= _SHORTEST_PLATE and len(set(plate)) >= _PLATE_VARIETY:
            yield mark(By.PLATE, self.key("plate", plate), strong=True)
        address, city = values.get("listing.address"), values.get("listing.city")
        if address is not None and city is not None:
            yield mark(By.ADDRESS, self.key("address", f"{_plain(str(city))}\x1f{_plain(str(address))}"))

    def _all(self, by: By, kind: ListKind, values: Values, *names: str) -> Iterator[bytes]:
        for name in names:
            found = self._known(kind, values.get(name))
            if found is not None:
                yield mark(by, found)

    def _told(self, values: Values, name: str) -> int:
        value = values.get(f"listing.{name}")
        return self.short(name, _plain(str(value))) if value is not None else 0

    def _text(self, kind: ListKind, value: Value) -> str | None:
        return None if value is None else _normal(kind, str(value), self._home)

    def _known(self, kind: ListKind, value: Value) -> bytes | None:
        text = self._text(kind, value)
        return self.key(kind.value, text) if text is not None else None
