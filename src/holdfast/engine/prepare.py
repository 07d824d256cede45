"""Gathers everything that a judgement may look at and freezes it."""

from collections.abc import Mapping
from dataclasses import dataclass

from holdfast.engine.identify import asked
from holdfast.features.derived.derived import Derived
from holdfast.features.fold import Fold
from holdfast.features.standing import Standing
from holdfast.lists.book import ListBook
from holdfast.lists.questions import Answered
from holdfast.network.network import Network
from holdfast.rules.regime import Regime
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.facts import Facts
from holdfast.vocabulary.schema import EventSchema


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The state that one tenant's events have left: windows and people, network, lists, how complete each source is.

    `derived` adds to an event what it says by itself; only events that it was asked about may be read or remembered.

    `complete_since` maps a source to epoch milliseconds; a source that is absent was never declared complete.
    """

    derived: Derived
    fold: Fold
    network: Network
    lists: ListBook
    complete_since: Mapping[str, int]
    schema: EventSchema
    home: str
    standing: Standing


def prepare(
    event: Event,
    regime: Regime,
    memory: Memory,
    *,
    seq: int,
    decided_ms: int,
    outside: Mapping[str, Value] | None = None,
) -> Facts:
    """Freeze the facts about one event as they stand before it becomes part of the past.

    `outside` is what providers answered about it, or why they did not.
    """
    event = memory.derived.of(event)
    values = memory.fold.read(event, seq)  # the larger part, into which the rest goes
    values |= event.values
    linked = memory.network.read(event, seq)
    values |= linked
    repeatable = str(event.values.get("rail", event.type)) in regime.repeats
    values |= memory.standing.read(event, memory.schema.subject.get(event.type, ""), seq=seq, repeatable=repeatable)
    for source, name in regime.sources:
        since = memory.complete_since.get(source)
        if since is not None:
            values[name] = since
    answers = _answers(event, regime, memory, linked=linked)
    values |= answers.known
    if outside:
        values |= outside
    return Facts(
        type=event.type,
        occurred_ms=event.occurred_ms,
        decided_ms=decided_ms,
        values=values,
        matches=answers.matches,
    )


def _answers(event: Event, regime: Regime, memory: Memory, *, linked: Mapping[str, Value]) -> Answered:
    """Ask every list that the regime's conditions name, each subject's identifiers being collected once."""
    questions, book = regime.questions, memory.lists
    subjects = asked(event, questions.subjects, schema=memory.schema, book=book, home=memory.home, beside=linked)
    return book.answer(questions, subjects, at_ms=event.occurred_ms)
