"""Use a verification: for the operation that it is bound to, while it is fresh, once."""

from dataclasses import replace

from holdfast.operations.session_story import SessionStory, new_act, session_story, write_act
from holdfast.operations.shard import Flight, Shard
from holdfast.verification.binding import operation_hash
from holdfast.verification.refusal import check_consume
from holdfast.vocabulary.errors import BindingError, SessionStateError
from holdfast.vocabulary.identity import Operation, Purpose, SessionAct, SessionState


async def consume_session(
    shard: Shard, session_id: str, operation: Operation, *, purpose: Purpose | None = None, by: str = "tenant"
) -> SessionStory:
    """Use a session up for an operation; of any number of calls at once exactly one succeeds.

    Raises SessionStateError where it did not pass, ConsumedError where it was used, StaleError, BindingError.
    """
    story, flight = use(shard, await session_story(shard, session_id), operation, purpose=purpose, by=by)
    await flight.landed
    return story


def use(
    shard: Shard, story: SessionStory, operation: Operation, *, purpose: Purpose | None = None, by: str
) -> tuple[SessionStory, Flight]:
    """Write the use of a session; there must be no await between the reading of the story and this."""
    terms = story.standing.terms
    check_consume(story.standing, now_ms=shard.ports.clock.now_ms())
    if story.bound is None:
        raise SessionStateError("the session was redacted")
    if purpose is not None and purpose is not terms.purpose:
        raise BindingError(f"the session is for `{terms.purpose}`", pointer="/purpose")
    subject = story.bound.subject
    again = operation_hash(shard.tenant.name, story.id, terms.purpose, subject=subject, operation=operation)
    if again != story.bound.operation_hash:
        raise BindingError("the operation is not the one that was verified", pointer="/operation")
    act = replace(new_act(shard, story, SessionAct.CONSUME, by=by), state=SessionState.CONSUMED)
    return write_act(shard, story, act)
