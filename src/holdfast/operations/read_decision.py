"""Read a decision back, and judge its facts again to see that the same comes out."""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import Raw

from holdfast.engine.decide import decide, score
from holdfast.operations.decide_again import newest_revision, revision_id
from holdfast.operations.decide_event import reply_of
from holdfast.operations.publish_rules import tenant_and_law
from holdfast.operations.shard import Shard
from holdfast.vocabulary.errors import InvalidError, NotFoundError
from holdfast.vocabulary.facts import Facts
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.canonical import content_hash
from holdfast.wire.replies import decision_reply, judgement_bytes, read_facts, read_ruleset


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """The stored judgement and the one made again from the stored facts, as canonical JSON."""

    stored: bytes
    again: bytes

    @property
    def equal(self) -> bool:
        """Tell whether both are the same to the byte."""
        return self.stored == self.again


def _record(shard: Shard, decision_id: str) -> Record:
    record = shard.ports.store.decision(decision_id)
    if record is None or record.kind is not RecordKind.DECISION:
        raise NotFoundError(f"there is no decision `{decision_id}`")
    return record


def _newest(shard: Shard, decision_id: str) -> tuple[Record, int]:
    """Give the record of a decision's newest revision, and its number."""
    revision = newest_revision(shard, decision_id)
    record = shard.ports.store.decision(revision_id(decision_id, revision))
    return (record, revision) if record is not None else (_record(shard, decision_id), 1)


def read_decision(shard: Shard, decision_id: str) -> bytes:
    """Give a decision as it stands: as it was answered, or its newest revision."""
    first = _record(shard, decision_id)
    newest, revision = _newest(shard, decision_id)
    around = (newest.judgement, newest.envelope)
    return decision_reply(first.event_id, *around, zone=shard.tenant.zone, revision=revision)


def decision_page(shard: Shard, *, limit: int, cursor: str | None) -> dict[str, object]:
    """Give decisions as they were first answered, newest first, a page at a time."""
    page = shard.ports.store.decisions(limit, cursor)
    items = [Raw(reply_of(shard, record)) for record in page.items if record.kind is RecordKind.DECISION]
    return {"items": items, "next": page.next}


def read_facts_of(shard: Shard, decision_id: str) -> Facts:
    """Give the facts that a decision was made of, in its newest revision; raises NotFoundError where there is none."""
    _record(shard, decision_id)
    record, _ = _newest(shard, decision_id)
    if record.forgotten:
        raise NotFoundError(f"the personal data behind `{decision_id}` was erased; its facts cannot be read")
    return read_facts(record.facts)


def replay_decision(shard: Shard, decision_id: str) -> Replayed:
    """Judge a decision's stored facts again under the stored versions of packs, rules and settings."""
    _record(shard, decision_id)
    return replay_record(shard, _newest(shard, decision_id)[0])


def replay_record(shard: Shard, record: Record) -> Replayed:
    """Judge one record's stored facts again."""
    return replay_records(shard, (record,))[0]


def replay_records(shard: Shard, records: Sequence[Record]) -> list[Replayed]:
    """Judge the stored facts of some records again, each stage for all of them: it finds its tables at hand then."""
    gone = next((record for record in records if record.forgotten), None)
    if gone is not None:
        raise InvalidError(f"the personal data behind `{gone.decision_id}` was erased; its facts cannot be read")
    rulesets = [read_ruleset(record.judgement) for record in records]
    laws = [tenant_and_law(shard, ruleset) for ruleset in rulesets]
    read = [read_facts(record.facts) for record in records]
    regimes = [law.regime(facts.type, facts.occurred_ms) for (_, law), facts in zip(laws, read, strict=True)]
    scores = [score(facts, regime) for facts, regime in zip(read, regimes, strict=True)]
    names = [content_hash(record.facts) for record in records]
    again = [
        decide(facts, regime, tenant, ruleset=ruleset, facts_hash=name, scored=scored)
        for facts, regime, (tenant, _), ruleset, name, scored in zip(
            read, regimes, laws, rulesets, names, scores, strict=True
        )
    ]
    return [
        Replayed(stored=record.judgement, again=judgement_bytes(judged))
        for record, judged in zip(records, again, strict=True)
    ]
