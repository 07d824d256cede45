"""Declare a source complete: from then on its silence means that nothing happened."""

from holdfast.operations.shard import Flight, Shard, commit
from holdfast.vocabulary.errors import InvalidError
from holdfast.vocabulary.event import SITE_EVENTS
from holdfast.vocabulary.records import Record, RecordKind, SourceRow
from holdfast.vocabulary.schema import EventSchema

_PLACED = ("profile_change", "login")
OWN = (
    "transfer",
    "cash_withdrawal",
    "cash_deposit",
    "loan_application",
    "loan_payout",
    "login.bank",
    "profile_change.bank",
    "identity_check",
    *sorted(SITE_EVENTS - {"mention"}),
    "login.marketplace",
    "profile_change.marketplace",
)


def known_sources(schema: EventSchema) -> tuple[str, ...]:
    """Name every source: an event type, or an event type and the place that reports it."""
    names: list[str] = []
    for event_type in schema.event_types():
        places = schema.fields[event_type]["where"].words if event_type in _PLACED else ()
        names += [f"{event_type}.{place}" for place in places] or [event_type]
    return tuple(names)


def sources_of(event_type: str) -> tuple[str, ...]:
    """Name the own sources that report an event type."""
    return tuple(name for name in OWN if name.partition(".")[0] == event_type) or (event_type,)


async def declare_source(shard: Shard, source: str, since_ms: int) -> None:
    """Record that everything that `source` saw since an instant has been or will be reported."""
    names = known_sources(shard.memory.schema)
    if source not in names:
        raise InvalidError(f"there is no source `{source}`", pointer="/source", hint=f"one of {', '.join(names)}")
    if since_ms > shard.ports.clock.now_ms():
        raise InvalidError("`complete_since` lies in the future", pointer="/complete_since", hint="give a past instant")
    await _declare(shard, source, since_ms).landed


async def declare_own_sources(shard: Shard, since_ms: int) -> None:
    """Declare what the bank's and the marketplace's own systems report complete, unless it was declared before."""
    wanted = [source for source in OWN if source not in shard.memory.complete_since]
    for flight in [_declare(shard, source, since_ms) for source in wanted]:
        await flight.landed


def _declare(shard: Shard, source: str, since_ms: int) -> Flight:
    now_ms = shard.ports.clock.now_ms()
    record = Record(
        seq=shard.next_seq(),
        kind=RecordKind.SOURCE,
        occurred_ms=now_ms,
        received_ms=now_ms,
        source=SourceRow(source=source, complete_since_ms=since_ms),
    )
    shard.declare(source, since_ms)
    return commit(shard, record)
