"""A hold is withdrawn because a fact behind it was wrong: two people say so, and the kernel decides again."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from msgspec import structs

from holdfast.engine.decide import decide
from holdfast.engine.prepare import prepare
from holdfast.holds.standing import stand
from holdfast.holds.withdraw import check_withdraw, propose, withdraw
from holdfast.operations.decide_again import newest_revision, revision_id, withdrawn
from holdfast.operations.hold_acts import Behind, act_record, landed, write_acts
from holdfast.operations.hold_story import HoldStory, due_acts, hold_story
from holdfast.operations.read_hold import Row, hold_row_view
from holdfast.operations.record import outbox_rows
from holdfast.operations.remember import executed_since, is_late
from holdfast.operations.shard import Flight, Shard, applying, commit
from holdfast.vocabulary.errors import ForbiddenByLawError, HoldfastError, InvalidError
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.holds import ActKind, HoldAct
from holdfast.vocabulary.judgement import Envelope, Judgement
from holdfast.vocabulary.outcome import OUTCOME_BY_WORD, Outcome
from holdfast.vocabulary.outside import provider_of
from holdfast.vocabulary.records import RecordKind
from holdfast.wire.canonical import canonical, content_hash
from holdfast.wire.codec import decode
from holdfast.wire.holds import Corrected, correct
from holdfast.wire.outside import read_outside
from holdfast.wire.replies import envelope_bytes, judgement_bytes, seal_facts

# What the bank moves money by: with another of these it is another operation, and this one would go out unjudged.
_ROUTES = ("customer_id", "seller_id", "account", "bic", "card", "phone", "ewallet", "swift")
_IDENTITY = frozenset({"id", "type", "occurred_at", "rail", "amount_minor", "currency"}) | frozenset(
    f"{party}.{name}" for party in ("payer", "payee", "client", "seller") for name in _ROUTES
)
Judged = tuple[Judgement, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """Which facts were wrong, by their path in the event, what is right, why, and what stands behind it."""

    corrections: Mapping[str, Corrected]
    reason: str
    kind: str
    reference: str

    @property
    def digest(self) -> str:
        """Name the correction, so that a second person vouches for the same."""
        return content_hash(canonical(self))


async def withdraw_hold(
    shard: Shard, hold_id: str, correction: Correction, *, people: Sequence[str]
) -> tuple[Row, bool]:
    """Withdraw a hold on the word of two people; gives the hold, and whether it is done or waits for the second.

    Raises InvalidError when the corrected event is none, ForbiddenByLawError when it would still be held.
    """
    story = await hold_story(shard, hold_id)
    story, flights = _take(shard, story, correction, people=people)
    await landed(flights)
    return hold_row_view(shard, story), stand(story.acts).last.act is ActKind.WITHDRAW


def _take(
    shard: Shard, story: HoldStory, correction: Correction, *, people: Sequence[str]
) -> tuple[HoldStory, Sequence[Flight]]:
    """Take a proposal, or the second person's word on it."""
    now_ms = shard.ports.clock.now_ms()
    standing = stand(story.after(due_acts(story, now_ms)).acts)
    check_withdraw(standing)
    event = _corrected(story, correction)
    judged = judge_again(shard, story, event, now_ms=now_ms)
    _refuse_if_fired(judged[0])
    vouching = {*people, *_proposed(story.acts, correction.digest)}
    if len(vouching) > 1:
        return write_withdrawal(
            shard, story, judged, event=event, personal=_personal(correction, people=sorted(vouching))
        )
    if people[0] in _proposed(story.acts, correction.digest):
        return story, ()
    act = propose(standing.last, at_ms=now_ms, person=people[0], proposal=correction.digest)
    return write_acts(shard, story, [act], behind=Behind(personal=_personal(correction)))


def _proposed(acts: Sequence[HoldAct], digest: str) -> set[str]:
    """Name who proposed the same already."""
    mine = [act for act in acts if act.act is ActKind.PROPOSE_WITHDRAWAL and act.details["proposal"] == digest]
    return {str(act.details["person"]) for act in mine}


def _personal(correction: Correction, **more: object) -> dict[str, object]:
    evidence = {"kind": correction.kind, "reference": correction.reference}
    return {"corrections": correction.corrections, "reason": correction.reason, "evidence": evidence, **more}


def _corrected(story: HoldStory, correction: Correction) -> Event:
    """Read the event as it should have been; raises InvalidError with the path of what is no field of it."""
    if story.event is None:
        raise InvalidError("the personal data behind this hold was erased; no fact of it can be corrected")
    fixed = sorted(_IDENTITY.intersection(correction.corrections))
    if fixed:
        hint = "with another it is another operation: let the client drop this one and order anew"
        raise InvalidError(f"`{fixed[0]}` cannot be corrected", pointer=f"/corrections/{fixed[0]}", hint=hint)
    body = correct(story.body, correction.corrections)
    if body == story.body:
        raise InvalidError("the event says so already", pointer="/corrections", hint="name what was wrong")
    try:
        return decode(body, story.event.received_ms).event
    except HoldfastError as error:
        raise InvalidError(error.message, pointer=f"/corrections{error.pointer}", hint=error.hint) from None


def write_withdrawal(
    shard: Shard, story: HoldStory, judged: Judged, *, event: Event, personal: Mapping[str, object]
) -> tuple[HoldStory, Sequence[Flight]]:
    """Write the decision's revision with the withdrawal."""
    now_ms = shard.ports.clock.now_ms()
    judgement, facts = judged
    base, number = story.row.decision_id, newest_revision(shard, story.row.decision_id) + 1
    act = withdraw(story.last, at_ms=now_ms, outcome=judgement.outcome, revision=revision_id(base, number))
    envelope = Envelope(decision_id=base, hold_id=None, decided_ms=now_ms, timings_us={})
    held = act_record(shard, story, act, behind=Behind(personal=personal))
    record = structs.replace(
        held,
        kind=RecordKind.REVISION,
        occurred_ms=event.occurred_ms,
        decision_id=revision_id(base, number),
        facts=facts,
        judgement=judgement_bytes(judgement),
        envelope=envelope_bytes(envelope),
        outbox=(*outbox_rows(shard, event, judgement, envelope=envelope, revised=True), *held.outbox),
    )
    flight = commit(shard, record)
    withdrawn(shard, record.decision_id, record.subject)
    return replace(story.after([act]), row=held.hold or story.row), (flight,)


def judge_again(shard: Shard, story: HoldStory, event: Event, *, now_ms: int) -> Judged:
    """Judge the corrected event by the law of its day and by what is known now, its own place in the past left out."""
    regime, memory = shard.law.regime(event.type, event.occurred_ms), shard.whole_memory()
    with applying(shard), _outside(shard, story):
        facts = prepare(
            event, regime, memory, seq=story.seq, decided_ms=now_ms, outside=_told_outside(shard, story, event)
        )
    sealed, facts_hash = seal_facts(facts)
    return decide(facts, regime, shard.tenant, ruleset=shard.ruleset, facts_hash=facts_hash), sealed


def _told_outside(shard: Shard, story: HoldStory, event: Event) -> dict[str, Value]:
    """Give what providers had answered, less what they were asked by a field that is corrected now."""
    before = story.event.values if story.event is not None else {}
    return {
        name: value
        for name, value in read_outside(story.decision.facts).items()
        if (reader := shard.readers.get(provider_of(name))) is None
        or all(event.values.get(sent) == before.get(sent) for sent in reader.spec.send.values())
    }


@contextmanager
def _outside(shard: Shard, story: HoldStory) -> Iterator[None]:
    """Take the held operation out of the past while it is judged again; one that came late never entered it."""
    event, fold, executed = story.event, shard.memory.fold, executed_since(shard, story.seq) or False
    if event is None or is_late(event):
        yield
        return
    fold.undone(event, story.seq, attempted=True, executed=executed)
    yield
    fold.happened(event, story.seq, executed=executed)


def _refuse_if_fired(judgement: Judgement) -> None:
    """Refuse when some sign still holds the operation."""
    if OUTCOME_BY_WORD[judgement.outcome] is Outcome.HOLD:
        fired = next((sign for sign in judgement.signs if sign.id == judgement.ground), None)
        named = f"`{fired.id}` ({fired.cite})" if fired else f"`{judgement.ground}`"
        raise ForbiddenByLawError(f"with the correction the operation is still held: {named} fired")
