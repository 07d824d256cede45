"""Replay the past as it was: judge stored facts again, and fold the log again to see that the same facts come out."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from holdfast.engine.prepare import Memory, prepare
from holdfast.engine.tenant import Tenant
from holdfast.operations.law import Law
from holdfast.operations.list_settings import is_inner
from holdfast.operations.publish_rules import tenant_and_law
from holdfast.operations.read_decision import replay_records
from holdfast.operations.rebuild import apply_record
from holdfast.operations.recent import Known
from holdfast.operations.shard import Shard, beginning
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.facts import Facts
from holdfast.vocabulary.lists import ListChange, ListEntry, ListVersion
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.codec import restore
from holdfast.wire.outside import read_outside
from holdfast.wire.replies import read_envelope, read_ruleset, seal_facts

SHOWN = 10
_PAGE = 5_000
_AT_ONCE: Final = 16  # decisions: enough for each stage to be at home, few enough for their facts to stay in the cache
MakeMemory = Callable[[Tenant, Law], Memory]
"""Makes an empty memory with the windows that a law asks for."""


@dataclass(slots=True, kw_only=True)
class ReplayRun:
    """How many decisions came out equal and different; `forgotten` ones cannot be read any more.

    `judged` compares judgements from the stored facts, `refolded` the facts from the log; `different` names the
    first decisions of either kind that differ.
    """

    records: int = 0
    judged_equal: int = 0
    judged_different: int = 0
    refolded_equal: int = 0
    refolded_different: int = 0
    forgotten: int = 0
    different: list[str] = field(default_factory=list)

    @property
    def all_equal(self) -> bool:
        """Tell whether nothing differs."""
        return not self.judged_different and not self.refolded_different

    def judged(self, decision_id: str, *, equal: bool) -> None:
        """Count one judgement."""
        self.judged_equal += equal
        self.judged_different += not equal
        self._name("judgement", decision_id, equal=equal)

    def refolded(self, decision_id: str, *, equal: bool) -> None:
        """Count one set of facts."""
        self.refolded_equal += equal
        self.refolded_different += not equal
        self._name("facts", decision_id, equal=equal)

    def _name(self, what: str, decision_id: str, *, equal: bool) -> None:
        if not equal and len(self.different) < SHOWN:
            self.different.append(f"{what} of {decision_id}")


def judge_again(shard: Shard, run: ReplayRun, limit: int | None = None) -> Iterator[None]:
    """Judge stored decisions again, in log order; one step a decision."""
    decisions = (record for record in shard.ports.store.replay() if record.kind is RecordKind.DECISION)
    wanted = islice(decisions, limit)
    while some := list(islice(wanted, _AT_ONCE)):
        kept = [record for record in some if not record.forgotten]
        run.forgotten += len(some) - len(kept)
        for record, replayed in zip(kept, replay_records(shard, kept), strict=True):
            run.judged(record.decision_id, equal=replayed.equal)
            yield


def fold_again(shard: Shard, run: ReplayRun, make_memory: MakeMemory, *, limit: int | None = None) -> Iterator[None]:
    """Fold the log from nothing, once for each ruleset, comparing the facts of its decisions; one step a record."""
    for ruleset in _rulesets(shard):
        tenant, law = tenant_and_law(shard, ruleset)
        memory = make_memory(tenant, law)
        again = replace(
            beginning(shard),
            tenant=tenant,
            law=law,
            ruleset=ruleset,
            memory=memory,
        )
        yield from _fold_under(again, run, limit=limit)


def _rulesets(shard: Shard) -> list[str]:
    """Name every ruleset that decided something."""
    decisions = (record for record in shard.ports.store.replay() if record.kind is RecordKind.DECISION)
    return list(dict.fromkeys(read_ruleset(record.judgement) for record in decisions))


def _fold_under(again: Shard, run: ReplayRun, *, limit: int | None) -> Iterator[None]:
    """Fold the log under one ruleset."""
    compared = 0
    for record in walk(again):
        run.records += 1
        if record.kind is RecordKind.DECISION and record.event and read_ruleset(record.judgement) == again.ruleset:
            run.refolded(record.decision_id, equal=_facts_again(again, record) == record.facts)
            compared += 1
        yield
        if limit is not None and compared >= limit:
            return


def walk(again: Shard) -> Iterator[Record]:
    """Give each record of the log while the memory stands as it stood before it, lists included."""
    recent = OrderedDict[str, Known]()
    for record in again.ports.store.replay():
        yield record
        apply_record(again, record, recent)
        again.seq = record.seq
        if record.list_version is not None and not is_inner(record.list_version.list):
            again.memory.lists.apply(_change(again, record.list_version))


def _facts_again(shard: Shard, record: Record) -> bytes:
    """Prepare the facts of a decision again, as canonical bytes."""
    event = restore(record.event, record.received_ms)
    return seal_facts(facts_before(shard, event, record))[0]


def facts_before(shard: Shard, event: Event, record: Record) -> Facts:
    """Prepare the facts of an event of the log while the memory stands as it stood before it."""
    regime = shard.law.regime(event.type, event.occurred_ms)
    decided_ms = read_envelope(record.envelope).decided_ms if record.envelope else record.received_ms
    outside = read_outside(record.facts)
    return prepare(event, regime, shard.memory, seq=record.seq, decided_ms=decided_ms, outside=outside)


def _change(shard: Shard, version: ListVersion) -> ListChange:
    """Give the change that brought a list to a version."""
    added: list[ListEntry] = []
    removed: list[ListEntry] = []
    cursor: str | None = None
    while True:
        page = shard.ports.store.list_change(version.list, version.version, cursor=cursor, limit=_PAGE)
        for entry, came in page.items:
            (added if came else removed).append(entry)
        cursor = page.next
        if cursor is None:
            return ListChange(version=version, added=tuple(added), removed=tuple(removed), kinds=version.kinds)
