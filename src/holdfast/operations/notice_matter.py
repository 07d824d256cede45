"""What a notice is about, read back from the log at the moment at which its text is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from holdfast.operations.decide_again import newest_revision, revision_id
from holdfast.operations.hold_story import HoldStory, hold_story
from holdfast.operations.law import Law
from holdfast.operations.publish_rules import tenant_and_law
from holdfast.operations.shard import Shard, settled
from holdfast.rules.regime import Regime
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.judgement import Judgement, Scalar, SignResult
from holdfast.vocabulary.packs import Citation, HoldPolicy, Notice, Pack
from holdfast.vocabulary.records import Record
from holdfast.wire.canonical import read_canonical
from holdfast.wire.codec import restore
from holdfast.wire.replies import read_envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A notice as it was queued; what an older server did not queue is empty.

    `at_ms` is when, `ruleset` the law then; `policy`, `until` and `confirm_by` are the hold's terms after what is told.
    """

    decision_id: str = ""
    event_id: str = ""
    hold_id: str | None = None
    claim_id: str | None = None
    policy: str | None = None
    until: str | None = None
    confirm_by: str | None = None
    template: str = ""
    case: str = ""
    at_ms: int = 0
    ruleset: str = ""
    values: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """All that a notice may tell of; `event` is `None` where the client's data were erased or there is no operation.

    `record` is the decision's first record and `judgement` what it came to last; `notice` is the text in force for
    the operation, `None` where no pack has one.
    """

    order: Order
    law: Law
    record: Record | None
    judgement: Judgement | None
    event: Event | None
    story: HoldStory | None
    pack: Pack | None = None
    notice: Notice | None = None

    @property
    def regime(self) -> Regime | None:
        """Give the law and rules that spoke about the operation."""
        return self.law.regime(self.event.type, self.event.occurred_ms) if self.event else None

    @property
    def decided_ms(self) -> int | None:
        """Give the instant of the decision."""
        return read_envelope(self.record.envelope).decided_ms if self.record and self.record.envelope else None

    def fired(self) -> tuple[SignResult, ...]:
        """Give the signs that fired."""
        signs = self.judgement.signs if self.judgement else ()
        return tuple(sign for sign in signs if sign.state == "fired")

    def policy(self) -> HoldPolicy | None:
        """Give the policy of the hold, or that of the repeat of a refused operation."""
        repeat = self.judgement.repeat if self.judgement else None
        name = self.order.policy or (repeat.policy if repeat else None)
        return self.regime.policies.get(name) if self.regime and name else None

    def careful(self) -> HoldPolicy | None:
        """Give the policy if a sign fired after which it trusts no channel that is new to the client."""
        policy = self.policy()
        fired = {sign.id for sign in self.fired()}
        return policy if policy and fired.intersection(policy.careful_signs) else None

    def provision(self) -> Citation | None:
        """Cite what allows the hold or the refusal, else what asks for the notice."""
        policy, rail = self.policy(), None
        if self.order.hold_id and policy:
            return policy.cite
        refused = self.judgement is not None and self.judgement.outcome == "refuse"
        if self.event and self.regime and self.pack and refused:
            name = str(self.event.values.get("rail", self.event.type))
            rail = self.regime.rails.get((self.pack.jurisdiction, name))
        source = rail or self.notice
        return source.cite if source else None


async def matter_of(shard: Shard, payload: bytes) -> Matter:
    """Read what a queued notice is about when all of it is on disk."""
    order = read_canonical(payload, Order)
    story = await hold_story(shard, order.hold_id) if order.hold_id else None
    await settled(shard, order.decision_id)
    record = shard.ports.store.decision(order.decision_id) if order.decision_id else None
    law = tenant_and_law(shard, order.ruleset or shard.ruleset)[1]
    instant_ms = record.occurred_ms if record else order.at_ms
    found = next(_texts(order, law, shard.law, instant_ms=instant_ms), None)
    return Matter(
        order=order,
        law=law,
        record=record,
        judgement=_judgement(shard, record, story),
        event=restore(record.event, record.received_ms) if record and record.event else None,
        story=story,
        pack=found[0] if found else None,
        notice=found[1] if found else None,
    )


def _judgement(shard: Shard, record: Record | None, story: HoldStory | None) -> Judgement | None:
    """Give what placed the hold, else what the decision came to last."""
    if story is not None:
        return read_canonical(story.decision.judgement, Judgement)
    if record is None:
        return None
    newest = revision_id(record.decision_id, newest_revision(shard, record.decision_id))
    return read_canonical((shard.ports.store.decision(newest) or record).judgement, Judgement)


def _texts(order: Order, *laws: Law, instant_ms: int) -> Iterator[tuple[Pack, Notice]]:
    """Give the texts that would do, the best first: of the law then before that of now, of the case before any."""
    for law in laws:
        for case in dict.fromkeys((order.case, "")):
            for pack in law.packs:
                for notice in pack.notices:
                    if (notice.id, notice.case) == (order.template, case) and notice.dated.holds_at(instant_ms):
                        yield pack, notice
