"""Do what a session's end asks for; the worker does it again where an interrupted call left it undone."""

from holdfast.operations.release_verified import release_verified
from holdfast.operations.report_check import report_check
from holdfast.operations.session_story import SessionStory, new_act, session_story, write_act
from holdfast.operations.shard import Shard
from holdfast.verification.standing import OPEN
from holdfast.vocabulary.identity import SessionAct


async def follow_session(shard: Shard, story: SessionStory) -> SessionStory:
    """Do what follows from how a session ended, once, and note that it was done.

    Every step must be idempotent: a stop between a step and the note repeats it.
    """
    story = await session_story(shard, story.id)
    if story.standing.followed or story.standing.state in OPEN:
        return story
    await report_check(shard, story)
    await release_verified(shard, story.id)
    story = await session_story(shard, story.id)
    if story.standing.followed:
        return story
    story, flight = write_act(shard, story, new_act(shard, story, SessionAct.FOLLOW, by="holdfast"))
    await flight.landed
    return story
