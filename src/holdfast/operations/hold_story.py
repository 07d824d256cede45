"""The story of one hold, read from the log: the decision that placed it and everything that happened to it since."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from holdfast.holds.lapse import lapse
from holdfast.holds.step import place
from holdfast.operations.law import Policies
from holdfast.operations.publish_rules import tenant_and_law
from holdfast.operations.shard import Shard, settled
from holdfast.vocabulary.errors import Bug, NotFoundError
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.holds import HoldAct
from holdfast.vocabulary.packs import HoldPolicy
from holdfast.vocabulary.records import HoldRow, Record
from holdfast.wire.codec import restore
from holdfast.wire.holds import read_act, read_terms
from holdfast.wire.replies import read_envelope, read_ruleset


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldStory:
    """A hold with all that is known of it.

    `decision` is the record that placed it, a decision or a revision; `event` the held operation, `None` when its
    personal data was erased, `body` its canonical bytes, `seq` the place in the log of its own record; `acts` are the
    oldest first, beginning with the one that placed it; `policy` is the one under which it was placed, `policies` are
    all that are in force for the operation; `records` is the whole thread.
    """

    row: HoldRow
    decision: Record
    event: Event | None
    body: bytes
    seq: int
    acts: tuple[HoldAct, ...]
    policy: HoldPolicy
    policies: Policies
    records: tuple[Record, ...]

    @property
    def last(self) -> HoldAct:
        """Give the last act."""
        return self.acts[-1]

    @property
    def policy_now(self) -> HoldPolicy:
        """Give the policy under which the hold stands since its last act."""
        return self.policies[self.last.policy][0]

    def after(self, acts: Sequence[HoldAct]) -> "HoldStory":
        """Give the story with more acts."""
        return replace(self, acts=(*self.acts, *acts))


async def hold_story(shard: Shard, hold_id: str) -> HoldStory:
    """Read a hold's story when every record of it is on disk; raises NotFoundError.

    Until the caller awaits again, nothing can be added to the story but by the caller.
    """
    await settled(shard, hold_id)
    return read_story(shard, hold_id)


def read_story(shard: Shard, hold_id: str) -> HoldStory:
    """Read a hold's story as it stands on disk."""
    store = shard.ports.store
    row = store.hold(hold_id)
    if row is None:
        raise NotFoundError(f"there is no hold `{hold_id}`")
    records = store.thread(hold_id)
    decision = _placing(records, hold_id)
    policies = tenant_and_law(shard, read_ruleset(decision.judgement))[1].policies(decision.occurred_ms)
    first = _first_act(decision, policies, hold_id)
    base = decision if decision.decision_id == row.decision_id else store.decision(row.decision_id)
    told = base is not None and bool(base.event)
    later = (read_act(record.act) for record in records if record.act)
    return HoldStory(
        row=row,
        decision=decision,
        event=restore(base.event, base.received_ms) if base is not None and told else None,
        body=base.event if base is not None and told else b"",
        seq=base.seq if base is not None else decision.seq,
        acts=(first, *(act for act in later if act.hold_id == hold_id)),
        policy=policies[first.policy][0],
        policies=policies,
        records=records,
    )


def placed_hold(record: Record) -> str | None:
    """Name the hold that a record placed."""
    return read_envelope(record.envelope).hold_id if record.envelope else None


def _placing(records: Sequence[Record], hold_id: str) -> Record:
    """Find the record that placed a hold in its thread."""
    found = next((record for record in records if placed_hold(record) == hold_id), None)
    if found is None:
        raise Bug(f"the record that placed `{hold_id}` is not in its thread")
    return found


def _first_act(decision: Record, policies: Policies, hold_id: str) -> HoldAct:
    """Derive the act that placed a hold from its decision."""
    terms = read_terms(decision.judgement)
    if terms is None or terms.policy not in policies:
        raise Bug(f"the policy of `{hold_id}` is not in force at its own decision")
    policy = policies[terms.policy][0]
    return place(hold_id, policy, terms, at_ms=read_envelope(decision.envelope).decided_ms)


def event_id_of(story: HoldStory) -> str:
    """Name the held operation's event; a revision's record does not, the decision's does."""
    named = (record.event_id for record in story.records if record.decision_id == story.row.decision_id)
    return next(named, "") or story.decision.event_id or (story.event.id if story.event else "")


def due_acts(story: HoldStory, now_ms: int) -> tuple[HoldAct, ...]:
    """Give the lapse that is due and not yet written."""
    ended = lapse(story.last, story.policy_now, now_ms)
    return () if ended is None else (ended,)


def now_as(shard: Shard, story: HoldStory, now_ms: int) -> HoldAct:
    """Give the act by which a hold stands at an instant, whether its lapse was written or not."""
    del shard  # the story has all that is needed; the argument keeps the call alike to the others
    return (story.last, *due_acts(story, now_ms))[-1]
