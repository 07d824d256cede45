"""The client confirms a held operation: it is executed, or paused a second time when the payee is listed just then."""

from collections.abc import Sequence

from holdfast.engine.identify import identifiers
from holdfast.holds.confirm import Again, confirm, may_confirm
from holdfast.holds.proof import check_proof
from holdfast.holds.standing import stand
from holdfast.holds.terms import terms
from holdfast.operations.hold_acts import Behind, landed, write_acts
from holdfast.operations.hold_story import HoldStory, due_acts, hold_story
from holdfast.operations.other_word import check_others
from holdfast.operations.read_hold import Row, demand_of, hold_row_view
from holdfast.operations.said import Said
from holdfast.operations.shard import Flight, Shard
from holdfast.operations.single_use import check_client, single_use_key
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.holds import ActKind
from holdfast.vocabulary.judgement import Scalar
from holdfast.vocabulary.lists import ListMatch


async def confirm_hold(shard: Shard, hold_id: str, said: Said) -> Row:
    """Take the client's confirmation, and give the hold as it stands then; the same again changes nothing.

    Raises OtherClientError, ForbiddenByLawError or ProofError.
    """
    story = await hold_story(shard, hold_id)
    story, flights = _confirm(shard, story, said)
    await landed(flights)
    return hold_row_view(shard, story)


def _confirm(shard: Shard, story: HoldStory, said: Said) -> tuple[HoldStory, Sequence[Flight]]:
    """Decide and hand over without an await, so that of two acts at once one comes first."""
    now_ms, by = shard.ports.clock.now_ms(), check_client(shard, story, said)
    due = due_acts(story, now_ms)
    standing, policy = stand(story.after(due).acts), story.after(due).policy_now
    if not may_confirm(standing, policy, by=by, now_ms=now_ms):
        return story, ()
    check_others(shard, story, by)
    verified = check_proof(demand_of(shard, story), said.proof, ActKind.CONFIRM.value, now_ms=now_ms)
    again, found = _again(shard, story, now_ms)
    method = said.proof.method if said.proof else None
    details = {"method": method, "verified": verified or said.checked, **found}
    act = confirm(standing.last, policy, by=by, at_ms=now_ms, again=again, details=details)
    return write_acts(shard, story, [*due, act], behind=behind(shard, said))


def behind(shard: Shard, said: Said) -> Behind:
    """Give what stands behind an act of the client; raises ProofError when its proof was used before."""
    personal = {
        "customer_id": said.customer_id,
        "reference": said.proof.reference if said.proof else None,
        "reason": said.reason,
    }
    return Behind(personal=personal, key=single_use_key(shard, said.proof))


def _again(shard: Shard, story: HoldStory, now_ms: int) -> tuple[Again | None, dict[str, Scalar]]:
    """Ask the lists that pause a confirmed operation again, and say what they answered; unknown pauses nothing."""
    policy = story.policy_now
    found = policy.again and story.policies.get(policy.again)
    if not found:
        return None, {}
    matches = [_probe(shard, story.event, name, at_ms=now_ms) for name in policy.again_lists]
    match = next((one for one in matches if one.state), None)
    if match is None:
        unknown = [one.list for one in matches if one.state is None]
        shard.figures.again_unknown.update(unknown)
        return None, {"unknown": ", ".join(unknown)} if unknown else {}
    second, calendar = found
    counted = terms(second, now_ms, zone=shard.tenant.zone, calendar=calendar)
    return Again(policy=second, terms=counted), {"list": match.list, "list_version": match.version}


def _probe(shard: Shard, event: Event | None, name: str, *, at_ms: int) -> ListMatch:
    """Ask one list about the payee; of an operation whose data was erased nothing can be asked."""
    if event is None:
        return ListMatch(state=None, list=name)
    memory = shard.memory
    asked = identifiers(event, "payee", schema=memory.schema, book=memory.lists, home=memory.home)
    return memory.lists.probe(name, asked, at_ms=at_ms)
