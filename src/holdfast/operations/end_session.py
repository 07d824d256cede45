"""End a session before it is answered: the tenant cancels it."""

from dataclasses import replace

from holdfast.operations.follow_session import follow_session
from holdfast.operations.session_story import Beside, SessionStory, new_act, session_story, write_act
from holdfast.operations.shard import Shard
from holdfast.verification.refusal import may_cancel
from holdfast.vocabulary.identity import SessionAct, SessionState


async def cancel_session(
    shard: Shard, session_id: str, *, reason: str | None = None, by: str = "tenant"
) -> SessionStory:
    """Cancel an open session; again changes nothing. Raises SessionStateError where another end came first."""
    story = await session_story(shard, session_id)
    if not may_cancel(story.standing, now_ms=shard.ports.clock.now_ms()):
        return story
    act = replace(new_act(shard, story, SessionAct.CANCEL, by=by), state=SessionState.CANCELLED, reasons=("cancelled",))
    story, flight = write_act(shard, story, act, beside=Beside(personal={"reason": reason} if reason else None))
    await flight.landed
    return await follow_session(shard, story)
