"""The brute-force twin of objects: every listing in the clear, every pair compared, sets united one by one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from holdfast.vocabulary.instants import DAY_MS

KEPT_MS, MONTH_MS, WEEK_MS = 90 * DAY_MS, 30 * DAY_MS, 7 * DAY_MS
CROWD = 8
OWNERS = {"phone", "device", "payout", "network"}
VINS = {"1M8GDM9AXKP042788": True, "JT2BF22K1W0123456": True, "1M8GDM9A1KP042788": False}
AREAS = {"Алматы": "south-east", "Талгар": "south-east", "Астана": "north", "Косшы": "north"}
AREAS |= {"Караганда": "middle", "Шымкент": "south"}
Values = Mapping[str, Any]
Mark = tuple[str, str]


@dataclass(eq=False)
class Life:
    """One listing from its first event on."""

    id: str
    seller: str | None
    first: tuple[int, int]
    last_ms: int
    values: Values
    stands: bool
    verified: bool
    marks: set[Mark]
    sights: dict[str, int]
    repeats: "list[tuple[Life, str]]"
    sold: bool = False

    @property
    def form(self) -> tuple[Any, ...]:
        """Say what is offered."""
        return tuple(self.values.get(f"listing.{name}") for name in ("category", "brand", "model", "year", "rooms"))

    @property
    def vin(self) -> str | None:
        """Say which VIN stands in it, if it can be one."""
        vin = self.values.get("listing.vin")
        return vin if vin in VINS else None


@dataclass
class ObjectOracle:
    """All that happened, asked by comparing everything with everything."""

    lives: dict[str, Life] = field(default_factory=dict)
    ties: dict[tuple[str | None, Mark], int] = field(default_factory=dict)
    clock_ms: int = 0

    def root(self, values: Values, at_ms: int, place: int) -> Life:
        """Make the listing of an event as it would stand."""
        before = self.before(values["listing.listing_id"], max(at_ms, self.clock_ms))
        seller = values.get("seller.seller_id")
        own = {mark for who, mark in self.tied(at_ms) if who == seller and mark[0] == "payout"}
        sights = dict(before.sights) if before else {}
        area = AREAS.get(values.get("listing.city", ""))
        if area:
            sights[area] = at_ms
        return Life(
            id=values["listing.listing_id"],
            seller=seller,
            first=before.first if before and before.stands else (at_ms, place),
            last_ms=at_ms,
            values=values,
            stands=True,
            verified=values.get("seller.verified") in ("document", "biometric"),
            marks=thing_marks(values) | seller_marks(values) | (own if seller else set()),
            sights=sights,
            repeats=[
                (self.lives[other], kind)
                for kind in ("photo", "text")
                for other in values.get(f"repeats.{kind}", ())
                if self.before(other, max(at_ms, self.clock_ms)) and other != values["listing.listing_id"]
            ],
        )

    def before(self, listing: str, at_ms: int) -> Life | None:
        """Give a listing unless it is over."""
        life = self.lives.get(listing)
        return life if life and life.last_ms > at_ms - KEPT_MS else None

    def tied(self, at_ms: int) -> Iterable[tuple[str | None, Mark]]:
        """Give who was seen with which mark."""
        limit = max(at_ms, self.clock_ms) - KEPT_MS
        return [pair for pair, seen_ms in self.ties.items() if seen_ms > limit]

    def happened(self, values: Values, at_ms: int, place: int, *, outcome: str = "allow") -> None:
        """Let a listing's event become part of the past."""
        root = self.root(values, at_ms, place)
        self.clock_ms = max(self.clock_ms, at_ms)
        seller = root.seller
        if seller:
            for mark in seller_marks(values):
                self.ties[seller, mark] = max(at_ms, self.ties.get((seller, mark), 0))
        before = self.before(root.id, self.clock_ms)
        root.stands = outcome in ("allow", "challenge")
        if root.stands or before is None or not before.stands:
            self._replace(before, root)

    def _replace(self, before: Life | None, root: Life) -> None:
        """Put a listing in the place of what it was; what repeated it still does."""
        for life in self.lives.values():
            life.repeats = [(root if one is before else one, kind) for one, kind in life.repeats]
        self.lives[root.id] = root

    def told(self, values: Values, at_ms: int, place: int) -> dict[str, Any]:
        """Answer about a listing that is not part of the past yet."""
        root, at = self.root(values, at_ms, place), max(at_ms, self.clock_ms)
        others = [life for life in self.lives.values() if life.last_ms > at - KEPT_MS and life.id != root.id]
        crowded = {mark for _, mark in self.tied(at)}
        crowded = {mark for mark in crowded if len({who for who, one in self.tied(at) if one == mark}) > CROWD}
        everyone = [root, *others]
        parent = {id(one): id(one) for one in everyone}

        def find(one: int) -> int:
            while parent[one] != one:
                one = parent[one]
            return one

        common: set[str] = set()
        for one, two in combinations(everyone, 2):
            link = joined(one, two, crowded, at - KEPT_MS)
            if link:
                parent[find(id(one))] = find(id(two))
                common |= link if one is root else set()
        object_ = [one for one in everyone if find(id(one)) == find(id(root))]
        return self._said(root, object_, common, at)

    def _said(self, root: Life, object_: list[Life], common: set[str], at: int) -> dict[str, Any]:
        standing = sorted((one for one in object_ if one.stands and not one.sold), key=lambda one: one.first)
        papers = [one for one in standing if one.verified]
        owners = [*standing[:1], *papers[:1]]
        areas = [(one, area, seen) for one in object_ for area, seen in one.sights.items()]
        found: dict[str, Any] = {
            "object.listings": len(object_),
            "object.sellers": len({one.seller for one in object_}),
            "object.cities": len({area for _, area, seen in areas if seen > at - MONTH_MS}),
            "object.cities_7d": len({area for _, area, seen in areas if seen > at - WEEK_MS}),
            "object.disputed": bool(papers) and papers[0].seller != standing[0].seller,
        }
        if root.seller:
            own = {area for one, area, seen in areas if seen > at - WEEK_MS and one.seller == root.seller}
            found["object.own_cities_7d"] = len(own)
            found["object.first_seller"] = any(one.seller == root.seller for one in owners)
            found["object.repost"] = any(one.seller == root.seller for one in object_ if one is not root)
        if len(object_) > 1:
            found["object.joined_by"] = common
        return found


def thing_marks(values: Values) -> set[Mark]:
    """Read what identifies the thing."""
    found = set()
    if values.get("listing.vin") in VINS:
        found.add(("vin", values["listing.vin"]))
    if "listing.plate" in values:
        found.add(("plate", values["listing.plate"]))
    if "listing.address" in values and "listing.city" in values:
        found.add(("address", f"{values['listing.city']}/{values['listing.address']}"))
    return found


def seller_marks(values: Values) -> set[Mark]:
    """Read what identifies who offers."""
    found = {("phone", values[name]) for name in ("seller.phone", "listing.phone") if name in values}
    found |= {("device", values[name]) for name in ("device.id",) if name in values}
    found |= {("payout", values[name]) for name in ("seller.card",) if name in values}
    if values.get("session.ip_kind") == "residential" and "session.ip" in values:
        found.add(("network", values["session.ip"]))
    return found


def specific(form: tuple[Any, ...]) -> bool:
    """Tell whether a form says enough."""
    category, brand, model, year, rooms = form
    return bool(category) and (bool(brand and model and year) or rooms is not None)


def compatible(one: tuple[Any, ...], two: tuple[Any, ...]) -> bool:
    """Tell whether nothing that two forms say differs."""
    for place, (left, right) in enumerate(zip(one, two, strict=True)):
        if left is not None and right is not None and (abs(left - right) > 2 if place == 3 else left != right):
            return False
    return True


def joined(one: Life, two: Life, crowded: set[Mark], after_ms: int) -> set[str]:
    """Tell by what two listings are joined, in words of its own."""
    own = one.seller is not None and one.seller == two.seller
    shared = {mark for mark in one.marks & two.marks if mark not in crowded and not (own and mark[0] in OWNERS)}
    said = {kind for a, b in ((one, two), (two, one)) for other, kind in a.repeats if is_same(other, b, after_ms)}
    parted = bool(one.vin and two.vin and one.vin != two.vin)
    alike = specific(one.form) and one.form == two.form
    if own and parted:
        said.discard("photo")
    if own or parted:
        said.discard("text")
    kinds = {kind for kind, _ in shared}
    reasons = (
        any(kind == "plate" or (kind == "vin" and VINS[value]) for kind, value in shared),
        "photo" in said and compatible(one.form, two.form),
        "text" in said and alike,
        bool(kinds) and not parted and ("photo" in said or alike),
        bool(kinds) and not parted and "text" in said and one.form[0] == two.form[0],
    )
    return kinds | said | ({"form"} if alike else set()) if any(reasons) else set()


def is_same(linked: Life, life: Life, after_ms: int) -> bool:
    """Tell whether a link still leads to a listing: one that was over has another life since."""
    return linked.id == life.id and linked.last_ms > after_ms
