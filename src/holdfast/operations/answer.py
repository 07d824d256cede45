"""When an answer may be given: what a call wrote is on disk, what follows of it is done, and its time is not over."""

from collections.abc import Mapping, Sequence

from holdfast.operations.assess_claim import reassess_after, tells_of_claims
from holdfast.operations.shard import Flight, Shard, landed
from holdfast.vocabulary.deadline import DEFAULT_MS, OTHER_MS, Deadline
from holdfast.vocabulary.errors import DeadlineExceededError, SettingError
from holdfast.vocabulary.records import Record
from holdfast.vocabulary.spelling import meant, one_of
from holdfast.wire.fields import event_schema


def patience(own: Mapping[str, int]) -> dict[str, int]:
    """Give the time of an answer for every event type, in milliseconds; `own` are the operator's.

    Raises SettingError for a type that there is none of.
    """
    types = event_schema().event_types()
    for name in own:
        if name not in types:
            hint = meant(name, types, otherwise=one_of(types))
            raise SettingError(f"`deadlines`: there is no event type `{name}`", hint=hint)
    return {name: own.get(name, DEFAULT_MS.get(name, OTHER_MS)) for name in types}


def in_time_of(shard: Shard, event_type: str, started_ns: int) -> Deadline | None:
    """Give the deadline of an answer about an event type; nothing where there is none."""
    budget_ms = shard.patience.get(event_type)
    return None if budget_ms is None else Deadline(started_ns, budget_ms)


def refuse_late(shard: Shard, deadline: Deadline | None) -> None:
    """Refuse to begin what can no longer be answered in time."""
    if deadline is not None and deadline.is_over(shard.ports.tick()):
        raise DeadlineExceededError("the time of this answer was over before anything was decided")


async def answered(shard: Shard, flights: Sequence[Flight], deadline: Deadline | None) -> Record:
    """Wait for what a call wrote, its own record first, and do what follows; gives that record.

    Raises DeadlineExceededError when the time is over; everything goes on to disk all the same.
    """
    first = flights[0]
    if len(flights) == 1 and not tells_of_claims(first.record):
        return await landed(shard, first, deadline)
    return await shard.watch.in_time(_followed(shard, flights), deadline, shard.ports.tick)


async def _followed(shard: Shard, flights: Sequence[Flight]) -> Record:
    for flight in flights:
        await flight.landed
    await reassess_after(shard, flights[0].record)
    return flights[0].record
