"""Count whom each rule and sign stopped, as people and not as events, with what was learnt of these people later."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from holdfast.operations.record import CLIENT_ROLES, idempotency_key
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.codec import restore
from holdfast.wire.replies import Acted, read_acted

_BAD: Final = frozenset({"fraud", "mule"})
_PROVEN: Final = frozenset({"document", "biometric"})
_EVENTS: Final = frozenset({RecordKind.EVENT, RecordKind.DECISION})
Log = Callable[[], Iterator[Record]]
"""Gives the log from its first record on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Events that happened in `[from_ms, to_ms)`, in epoch milliseconds."""

    from_ms: int
    to_ms: int

    def __contains__(self, instant_ms: int) -> bool:
        """Tell whether an instant lies in the span."""
        return self.from_ms <= instant_ms < self.to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleStopped:
    """What one rule or sign did to people; `would` counts those that it would stop, were it enforced.

    Of the `people` that it stopped some were labelled `fraud`; of the rest `honest` were labelled genuine, or proved
    their identity with a document or a face, before the stop or after it; nothing is known of the others, `unknown`.
    A stop of somebody without a name counts in `nameless`, as a decision.
    """

    source: str
    people: int
    fraud: int
    honest: int
    unknown: int
    nameless: int
    would: int


@dataclass(slots=True)
class _Stops:
    """Whom one source stopped, and whom it would stop."""

    people: set[bytes] = field(default_factory=set)
    would: set[bytes] = field(default_factory=set)
    nameless: int = 0


@dataclass(slots=True)
class _Learnt:
    """Of whom a label says that it was fraud, and for whom a label or a proved identity speaks."""

    bad: set[bytes] = field(default_factory=set)
    good: set[bytes] = field(default_factory=set)


def people_stopped(log: Log, span: Span) -> list[PeopleStopped]:
    """Walk the log twice: for whom was stopped, and for what the whole of it says of them; by source."""
    stops = _all_stops(log, span)
    learnt = _learn(log, frozenset(person for one in stops.values() for person in one.people))
    return [_row(source, stops[source], learnt) for source in sorted(stops)]


def _all_stops(log: Log, span: Span) -> dict[str, _Stops]:
    """Collect from every decision of the span who was stopped by what."""
    found: dict[str, _Stops] = {}
    for record in log():
        if record.kind is RecordKind.DECISION and record.occurred_ms in span:
            for acted in read_acted(record.judgement):
                _note(found.setdefault(acted.source, _Stops()), record, acted)
    return found


def _note(stops: _Stops, record: Record, acted: Acted) -> None:
    """Take in one decision in which a source was true."""
    if not acted.enforced:
        stops.would.add(record.subject)
    elif not record.subject:
        stops.nameless += 1
    else:
        stops.people.add(record.subject)


def _learn(log: Log, people: frozenset[bytes]) -> _Learnt:
    """Collect what the log says of some people: labels of their events, and identities that they proved."""
    learnt, whose = _Learnt(), dict[bytes, bytes]()
    for record in log():
        if record.subject in people:
            whose[record.key] = record.subject
        if record.kind not in _EVENTS or not record.event:  # what acts on a hold or a claim keep sealed is no event
            continue
        if record.subject in people or record.kind is RecordKind.EVENT:
            _take_in(learnt, restore(record.event, record.received_ms), record, whose=whose)
    return learnt


def _take_in(learnt: _Learnt, event: Event, record: Record, *, whose: dict[bytes, bytes]) -> None:
    """Take in one event: a label, or an identity that was proved."""
    if event.type == "label":
        person = whose.get(idempotency_key(str(event.values["of"])))
        if person is not None:
            (learnt.bad if event.values["label"] in _BAD else learnt.good).add(person)
    elif any(event.values.get(f"{role}.verified") in _PROVEN for role in CLIENT_ROLES):
        learnt.good.add(record.subject)


def _row(source: str, stops: _Stops, learnt: _Learnt) -> PeopleStopped:
    """Count one source's people by what is known of them."""
    fraud, honest = stops.people & learnt.bad, stops.people & (learnt.good - learnt.bad)
    return PeopleStopped(
        source=source,
        people=len(stops.people),
        fraud=len(fraud),
        honest=len(honest),
        unknown=len(stops.people - fraud - honest),
        nameless=stops.nameless,
        would=len(stops.would - {b""}),
    )


def stopped_view(rows: list[PeopleStopped]) -> list[dict[str, Any]]:
    """Give the counts as plain data."""
    return [{name: getattr(row, name) for name in PeopleStopped.__slots__} for row in rows]
