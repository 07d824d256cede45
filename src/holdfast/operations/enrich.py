"""Ask outside before a decision: what some live rule still needs, the cheapest first, under one deadline."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Final

from msgspec import Struct, structs

from holdfast.operations.reader import Facts, Question, Reader
from holdfast.operations.shard import Shard
from holdfast.rules.outside import OutsideReads, wanted
from holdfast.vocabulary.deadline import Deadline
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.outside import Why, unanswered
from holdfast.wire.codec import Decoded
from holdfast.wire.fields import event_schema

RESERVE_LEAST_MS: Final = 20
RESERVE_MOST_MS: Final = 250
_NS_PER_MS: Final = 1_000_000
_NS_PER_S: Final = 1_000_000_000
_WORTH_S: Final = 0.001


class Enriched(Struct, frozen=True, kw_only=True):
    """An event with what was read outside for it, and how long that took."""

    decoded: Decoded
    outside: Mapping[str, Value] = {}
    spent_ns: int = 0


def reserve_ms(budget_ms: int) -> int:
    """Give the part of a deadline that is kept for the judgement and for the disk: a quarter, within limits."""
    return min(max(RESERVE_LEAST_MS, budget_ms // 4), RESERVE_MOST_MS)


async def enrich(shard: Shard, decoded: Decoded, key: bytes, *, deadline: Deadline | None) -> Enriched:
    """Read what the rules about an event need from outside; it counts as received when that is done.

    Until then a twin or a result finds the event's `key` among the shard's openings. Between this and the hand-over to
    the writer there must be no await.
    """
    event = decoded.event
    reads = shard.law.regime(event.type, event.occurred_ms).outside
    if not reads.providers:
        return Enriched(decoded=decoded)
    started = shard.ports.tick()
    opening = shard.openings[key] = asyncio.get_running_loop().create_future()
    try:
        outside = await _read(shard, decoded, reads, deadline=deadline)
    finally:
        del shard.openings[key]
        opening.set_result(None)
    received = structs.replace(event, received_ms=max(event.received_ms, shard.ports.clock.now_ms()))
    spent_ns = shard.ports.tick() - started
    return Enriched(decoded=structs.replace(decoded, event=received), outside=outside, spent_ns=spent_ns)


async def _read(shard: Shard, decoded: Decoded, reads: OutsideReads, *, deadline: Deadline | None) -> dict[str, Value]:
    """Ask the cheapest first, all of one cost at once; the dearer only where some rule is still open then."""
    event, found = decoded.event, dict[str, Value]()
    known, heard = event_schema().fields[event.type], set[str]()
    for _, tier in groupby(sorted(reads.providers, key=partial(_cost, shard)), key=partial(_cost, shard)):
        needed = wanted(reads, {**event.values, **found} if found else event.values, known=known, heard=heard)
        names = [name for name in tier if name in needed]
        if names:
            found |= await _tier(shard, event, names, last_good=reads.last_good, left_s=_left_s(shard, deadline))
            heard.update(names)
    return found


def _cost(shard: Shard, name: str) -> int:
    """Give what asking a provider costs, by the operator's own scale."""
    reader = shard.readers.get(name)
    return 0 if reader is None else reader.spec.cost


async def _tier(
    shard: Shard, event: Event, names: Sequence[str], *, last_good: frozenset[str], left_s: float | None
) -> dict[str, Value]:
    """Put every question at once; one that needs no call costs no wait."""
    found: dict[str, Value] = {}
    open_: list[tuple[Reader, Question]] = []
    for name in names:
        reader = shard.readers.get(name)
        if reader is None:
            found |= unanswered(name, Why.NOT_CONFIGURED)
            continue
        known = reader.at_once(event, last_good=name in last_good)
        if isinstance(known, Question):
            open_.append((reader, known))
        else:
            found |= known
    for facts in await _asked(open_, left_s) if open_ else ():
        found |= facts
    return found


async def _asked(questions: list[tuple[Reader, Question]], left_s: float | None) -> list[Facts]:
    """Ask, the one provider without a task of its own."""
    if left_s is not None and left_s < _WORTH_S:
        return [reader.too_late(question) for reader, question in questions]
    if len(questions) == 1:
        ((reader, question),) = questions
        return [await reader.ask(question, left_s)]
    return await asyncio.gather(*(reader.ask(question, left_s) for reader, question in questions))


def _left_s(shard: Shard, deadline: Deadline | None) -> float | None:
    """Give the seconds for reading outside: what is left, less what judging and writing need."""
    if deadline is None:
        return None
    left_ns = deadline.ends_ns - reserve_ms(deadline.budget_ms) * _NS_PER_MS - shard.ports.tick()
    return max(0, left_ns) / _NS_PER_S
