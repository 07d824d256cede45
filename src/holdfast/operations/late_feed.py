"""Money that went through because a regulator's list was loaded late: found in the log, and written down once.

When a snapshot is loaded after its deadline, every decision from the deadline to the loading is asked again with the
answers that the list would have given. What would have been stopped is exposure.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from msgspec import structs

from holdfast.engine.decide import decide
from holdfast.engine.identify import asked
from holdfast.operations.changed_values import Values
from holdfast.operations.follow_holds import every_identifier
from holdfast.operations.freshness import late_ms
from holdfast.operations.payee_lists import feed_of
from holdfast.operations.publish_rules import tenant_and_law
from holdfast.operations.remember import executed_since
from holdfast.operations.shard import OPERATIONS, Flight, Shard, commit, settled
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.facts import Facts
from holdfast.vocabulary.instants import MINUTE_MS
from holdfast.vocabulary.lists import ListMatch, ListVersion
from holdfast.vocabulary.outcome import OUTCOME_BY_WORD, Outcome
from holdfast.vocabulary.records import ExposureRow, Record, RecordKind
from holdfast.vocabulary.windows import ListProbe
from holdfast.wire.codec import restore
from holdfast.wire.replies import read_envelope, read_facts, read_outcome, read_ruleset

LATE_FEED: Final = "late_feed"
_ALIKE: Final = frozenset({LATE_FEED, "executed_in_breach"})
_PORTION: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class _Passed:
    """An operation that went through before a version was loaded, with what the version says of its parties."""

    record: Record
    event: Event


async def count_late(shard: Shard, version: ListVersion, added: Values) -> int:
    """Write an exposure for each operation that a version loaded late would have stopped, and give how many.

    An operation is counted once, however many late versions name its parties, also after a restart half-way.
    """
    feed = feed_of(shard, version.list, version.published_ms or 0)
    late = late_ms(version, feed)
    if feed is None or late <= 0 or version.published_ms is None or not len(added):
        return 0
    reason = f"{version.list} {version.version}: loaded {late // MINUTE_MS} min after its deadline"
    flights: list[Flight] = []
    start = shard.ports.store.seq_at(version.loaded_ms - late)
    log = shard.ports.store.replay(start)
    done = False
    while not done:
        found, done = await asyncio.to_thread(_portion, shard, log, version, added=added)
        for one in found:
            flight = await _count(shard, version, one, reason=reason)
            flights += [flight] if flight else []
    for flight in flights:
        await flight.landed
    return len(flights)


def _portion(shard: Shard, log: Iterator[Record], version: ListVersion, *, added: Values) -> tuple[list[_Passed], bool]:
    """Read some of the log, and tell whether the version's own record was reached; blocks."""
    found: list[_Passed] = []
    records = list(islice(log, _PORTION))
    for record in records:
        own = record.list_version
        if own is not None and (own.list, own.version) == (version.list, version.version):
            return found, True
        found += _passed(shard, record, added)
    return found, len(records) < _PORTION


def _passed(shard: Shard, record: Record, added: Values) -> Sequence[_Passed]:
    """Give an operation that was let through and names an added value."""
    if record.kind is not RecordKind.DECISION or not (record.event and record.facts):
        return ()
    if OUTCOME_BY_WORD[read_outcome(record.judgement)] >= Outcome.HOLD:
        return ()
    event = restore(record.event, record.received_ms)
    touched = event.type in OPERATIONS and added.touch(every_identifier(shard, event))
    return (_Passed(record=record, event=event),) if touched else ()


async def _count(shard: Shard, version: ListVersion, one: _Passed, *, reason: str) -> Flight | None:
    """Write the exposure of one operation, unless it failed, was counted, or would have gone through all the same."""
    record, event = one.record, one.event
    await settled(shard, record.decision_id)
    # from here to the hand-over there is no await: one pass counts, another finds it counted
    if executed_since(shard, record.seq) is False or _counted(shard, record.decision_id):
        return None
    if not _would_stop(shard, version, one):
        return None
    now_ms = shard.ports.clock.now_ms()
    amount, currency = event.values.get("amount"), event.values.get("currency")
    row = ExposureRow(
        decision_id=record.decision_id,
        kind=LATE_FEED,
        amount_minor=amount if isinstance(amount, int) else 0,
        currency=str(currency or ""),
        at_ms=read_envelope(record.envelope).decided_ms,
        reason=reason,
    )
    exposure = Record(
        seq=shard.next_seq(),
        kind=RecordKind.EXPOSURE,
        occurred_ms=now_ms,
        received_ms=now_ms,
        subject=record.subject,
        threads=(record.decision_id,),
        exposures=(row,),
    )
    return commit(shard, exposure)


def _counted(shard: Shard, decision_id: str) -> bool:
    story = shard.ports.store.thread(decision_id)
    return any(row.kind in _ALIKE for record in story for row in record.exposures)


def _would_stop(shard: Shard, version: ListVersion, one: _Passed) -> bool:
    """Judge the stored facts again, with the answers that the list gives now."""
    facts, ruleset = read_facts(one.record.facts), read_ruleset(one.record.judgement)
    tenant, law = tenant_and_law(shard, ruleset)
    regime = law.regime(facts.type, facts.occurred_ms)
    matches = {probe.name: _ask(shard, one.event, probe) for probe in regime.probes if probe.list == version.list}
    again = decide(_with(facts, matches), regime, tenant, ruleset=ruleset, facts_hash="")
    return OUTCOME_BY_WORD[again.outcome] >= Outcome.HOLD


def _ask(shard: Shard, event: Event, probe: ListProbe) -> ListMatch:
    memory = shard.memory
    whole = memory.derived.of(event)
    (one,) = asked(whole, (probe.subject,), schema=memory.schema, book=memory.lists, home=memory.home)
    return memory.lists.ask(probe, one, at_ms=event.occurred_ms)


def _with(facts: Facts, matches: dict[str, ListMatch]) -> Facts:
    """Put other answers of lists into facts."""
    values = {name: value for name, value in facts.values.items() if name not in matches}
    values |= {name: match.state for name, match in matches.items() if match.state is not None}
    return structs.replace(facts, values=values, matches={**facts.matches, **matches})
