"""The brute-force twin of the fold: sets of identifiers, a list of events, one pass a question."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from holdfast.features.fold import LATE_MS
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS
from holdfast.vocabulary.windows import KeyPart, Statistic, WindowSpec
from holdfast.windows import Lane
from tests.unit.windows.oracle import Row, answer

PERSONS = {"transfer": ("payee", "payer"), "login": ("client",)}
ORDER = ("customer_id", "account", "phone")
Identifier = tuple[str, str]
Values = Mapping[str, Value]
START_MS = 1_770_000_000_000


def spec(statistic: Statistic, *by: tuple[str, str], of: str = "transfer", **more: Any) -> WindowSpec:
    """Make a statistic; `by` are (now, then)."""
    made = WindowSpec(statistic=statistic, of=of, by=tuple(KeyPart(now=now, then=then) for now, then in by))
    return replace(made, **more)


PAYER, PAYEE = ("payer", "payer"), ("payee", "payee")
CLIENT = ("payer.customer_id", "payer.customer_id")
DEVICE = ("device.id", "device.id")
SPECS = (
    spec(Statistic.COUNT, PAYER, over_ms=6 * HOUR_MS),
    spec(Statistic.COUNT, PAYER, over_ms=6 * HOUR_MS, inclusive=True, where='rail == "sbp"'),
    spec(Statistic.SUM, PAYER, value="amount", money=True, over_ms=DAY_MS),
    spec(Statistic.MEAN, CLIENT, value="amount", money=True, over_ms=2 * DAY_MS),
    spec(Statistic.STD, PAYER, value="amount", money=True, over_ms=DAY_MS, current=True),
    spec(Statistic.MAX, PAYER, PAYEE, value="amount", money=True),
    spec(Statistic.SUM, ("payer", "payee"), value="amount", money=True, over_ms=DAY_MS, where='rail == "sbp"'),
    spec(Statistic.DISTINCT, PAYER, value="payee.account", over_ms=DAY_MS),
    spec(
        Statistic.DISTINCT, ("payee", "payee"), value="payer.account", over_ms=5 * HOUR_MS, attempts=True, current=True
    ),
    spec(Statistic.COUNT, PAYER, over_ms=8 * HOUR_MS, attempts=True),
    spec(Statistic.COUNT, PAYER, over_ms=8 * HOUR_MS, attempts=True, current=True),
    spec(Statistic.COUNT, PAYER, PAYEE),
    spec(Statistic.LAST, PAYER, PAYEE),
    spec(Statistic.FIRST, PAYER, PAYEE, where="cross_border"),
    spec(Statistic.LATEST, PAYER, value="cross_border", over_ms=DAY_MS),
    spec(Statistic.EARLIEST, PAYER, DEVICE, value="amount"),
    spec(Statistic.COUNT, DEVICE, PAYER, over_ms=3 * HOUR_MS),
    spec(Statistic.LAST, ("payer", "client"), of="login"),
    spec(Statistic.COUNT, ("payer.customer_id", "client.customer_id"), of="login", over_ms=DAY_MS),
)
LOGIN_SPECS = (
    spec(Statistic.SUM, ("client", "payee"), value="amount", over_ms=DAY_MS),
    spec(Statistic.LAST, ("client", "payer")),
    spec(Statistic.COUNT, ("client", "client"), of="login", over_ms=DAY_MS, current=True),
)
ASKED = {"transfer": SPECS, "login": LOGIN_SPECS}
WHERE: Mapping[str, Callable[[Values], bool]] = {
    'rail == "sbp"': lambda values: values.get("rail") == "sbp",
    "cross_border": lambda values: values.get("cross_border") is True,
}


def event(name: str, kind: str, at_ms: int, **values: Value) -> Event:
    """Make an event; `__` in a keyword stands for a dot."""
    found = {key.replace("__", "."): value for key, value in values.items() if value is not None}
    return Event(id=EventId(name), type=kind, occurred_ms=at_ms, received_ms=at_ms, values=found)


@dataclass(slots=True)
class Person:
    """Identifiers that were seen together."""

    identifiers: set[Identifier]
    client: str | None


@dataclass(slots=True)
class Past:
    """One event as it stands in the past."""

    event: Event
    seq: int
    executed: bool


@dataclass(slots=True)
class Oracle:
    """The same questions as the fold, over plain lists."""

    persons: dict[Identifier, Person] = field(default_factory=dict)
    past: list[Past] = field(default_factory=list)
    newest_ms: int = -(2**62)

    def meet(self, met: Event) -> None:
        """Join what was seen together, except two clients."""
        for path in PERSONS[met.type]:
            found = identifiers(met.values, path)
            client = found[0][1] if found and found[0][0] == "customer_id" else None
            for one in found:
                self.persons.setdefault(one, Person({one}, None))
            if found and client:
                self.persons[found[0]].client = client
            for one in found[1:]:
                self._join(self.persons[found[0]], self.persons[one])

    def _join(self, one: Person, other: Person) -> None:
        clients = {person.client for person in (one, other) if person.client}
        if one is other or len(clients) > 1:
            return
        joined = Person(one.identifiers | other.identifiers, next(iter(clients), None))
        self.persons |= dict.fromkeys(joined.identifiers, joined)

    def happened(self, new: Event, seq: int, *, executed: bool) -> None:
        """Keep an event."""
        self.newest_ms = max(self.newest_ms, new.occurred_ms)
        self.past.append(Past(new, seq, executed))

    def read(self, now: Event, seq: int) -> dict[str, Value]:
        """Answer everything that is asked about an event."""
        if now.occurred_ms < self.newest_ms - LATE_MS:
            return {}
        found = {one.name: self._answer(one, now, seq) for one in ASKED[now.type]}
        return {name: value for name, value in found.items() if value is not None}

    def _answer(self, one: WindowSpec, now: Event, seq: int) -> Value:
        key = self._key(now, [part.now for part in one.by], money=one.money)
        if key is None:
            return None
        counted = [known for known in self.past if one.attempts or known.executed]
        if one.current and one.of == now.type:
            counted.append(Past(now, seq, executed=True))
        rows = [
            self._row(one, known)
            for known in counted
            if known.event.type == one.of
            and self._key(known.event, [part.then for part in one.by], money=one.money) == key
            and (one.where is None or WHERE[one.where](known.event.values))
        ]
        lane = Lane(
            statistic=one.statistic,
            column=None if one.value is None else 0,
            over_ms=one.over_ms,
            inclusive=one.inclusive,
        )
        value = answer(rows, lane, now.occurred_ms)
        if one.statistic is Statistic.DISTINCT and value == 0:
            return None
        return bool(value) if one.value == "cross_border" and value is not None else value

    @staticmethod
    def _row(one: WindowSpec, known: Past) -> Row:
        value = known.event.values.get(one.value) if one.value else None
        number = hash(value) if isinstance(value, str) else int(value) if isinstance(value, int) else 0
        return Row(known.event.occurred_ms, known.seq, (number,), int(value is not None), 0)

    def _key(self, one: Event, paths: Sequence[str], *, money: bool) -> tuple[object, ...] | None:
        parts: list[object] = []
        for path in (*paths, "currency") if money else paths:
            if path in PERSONS[one.type]:
                found = identifiers(one.values, path)
                parts.append(id(self.persons[found[0]]) if found else None)
            else:
                parts.append(one.values.get(path))
        return None if None in parts else tuple(parts)


def identifiers(values: Values, path: str) -> list[Identifier]:
    """Give a party's identifiers, the weightiest first; an account goes with its bank."""
    found = []
    for name in ORDER:
        value = values.get(f"{path}.{name}")
        if value is not None:
            found.append((name, f"{value}@{values.get(f'{path}.bic') or ''}" if name == "account" else str(value)))
    return found
