"""The client cancels a held operation: it is never executed. No proof is asked, because no thief gains by it."""

from collections.abc import Sequence

from holdfast.holds.cancel import cancel, may_cancel
from holdfast.holds.proof import check_signature
from holdfast.holds.standing import stand
from holdfast.operations.confirm_hold import behind
from holdfast.operations.hold_acts import landed, write_acts
from holdfast.operations.hold_story import HoldStory, due_acts, hold_story
from holdfast.operations.read_hold import Row, demand_of, hold_row_view
from holdfast.operations.said import Said
from holdfast.operations.shard import Flight, Shard
from holdfast.operations.single_use import check_client
from holdfast.vocabulary.holds import ActKind


async def cancel_hold(shard: Shard, hold_id: str, said: Said) -> Row:
    """Take the client's cancellation, and give the hold as it stands then; the same again changes nothing.

    A proof that comes along is recorded, and checked where proofs are signed. Raises OtherClientError,
    ForbiddenByLawError or ProofError.
    """
    story = await hold_story(shard, hold_id)
    story, flights = _cancel(shard, story, said)
    await landed(flights)
    return hold_row_view(shard, story)


def _cancel(shard: Shard, story: HoldStory, said: Said) -> tuple[HoldStory, Sequence[Flight]]:
    now_ms, by = shard.ports.clock.now_ms(), check_client(shard, story, said)
    due = due_acts(story, now_ms)
    standing, policy = stand(story.after(due).acts), story.after(due).policy_now
    if not may_cancel(standing, policy, by=by):
        return story, ()
    proof = said.proof
    verified = check_signature(demand_of(shard, story), proof, ActKind.CANCEL.value) if proof else False
    coached = {"coached": True} if said.coached else {}
    details = {"method": proof.method if proof else None, "verified": verified, **coached}
    act = cancel(standing.last, policy, by=by, at_ms=now_ms, details=details)
    return write_acts(shard, story, [*due, act], behind=behind(shard, said))
