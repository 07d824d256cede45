"""The owner passed the check that a decision asked for: the held operation goes on by itself, once, while it is fresh.

Whatever is not exactly so leaves the hold as it stands; it then lapses by its own policy.
"""

from typing import Final

import structlog

from holdfast.holds.release import check_release, release
from holdfast.holds.standing import stand
from holdfast.operations.challenge import operation_of
from holdfast.operations.consume_session import use
from holdfast.operations.hold_acts import landed, write_acts
from holdfast.operations.hold_story import HoldStory, due_acts, hold_story
from holdfast.operations.session_story import SessionStory, read_story, session_story
from holdfast.operations.shard import Flight, Shard
from holdfast.vocabulary.errors import BindingError, ForbiddenByLawError, SessionStateError, StaleError
from holdfast.vocabulary.holds import Actor
from holdfast.vocabulary.identity import SessionAct, SessionState
from holdfast.vocabulary.judgement import Scalar
from holdfast.wire.replies import read_envelope

HOLDFAST: Final = "holdfast"
_log: Final = structlog.get_logger("holdfast.operations")


async def release_verified(shard: Shard, session_id: str) -> None:
    """Use a session that passed for the operation that its decision holds, and let that go; again changes nothing."""
    story = await session_story(shard, session_id)
    hold_id = _waiting(shard, story)
    if hold_id is None:
        return
    story, hold = await _both(shard, session_id, hold_id)
    # from here to the hand-over to the writer there is no await
    try:
        flights = _release(shard, story, hold)
    except (BindingError, ForbiddenByLawError, SessionStateError, StaleError) as error:
        _log.warning("a passed check lets no hold go", session=session_id, hold=hold_id, error=error.message)
        return
    await landed(flights)


def _waiting(shard: Shard, story: SessionStory) -> str | None:
    """Name the hold that waits for just this session, if there is one and it may still be let go by it."""
    record = shard.ports.store.decision(story.standing.terms.decision_id) if story.standing.terms.decision_id else None
    if record is None or not _may_be_used(story):
        return None
    envelope = read_envelope(record.envelope)
    challenge = envelope.challenge
    if challenge is None or challenge.id != story.id or not challenge.releases:
        return None
    return envelope.hold_id


def _may_be_used(story: SessionStory) -> bool:
    """Tell whether a session passed, and nobody but this operation, cut off by a stop, has used it since."""
    state = story.standing.state
    return state is SessionState.PASSED or (state is SessionState.CONSUMED and _used_here(story))


def _used_here(story: SessionStory) -> bool:
    return any(act.act is SessionAct.CONSUME and act.by == HOLDFAST for act in story.acts)


async def _both(shard: Shard, session_id: str, hold_id: str) -> tuple[SessionStory, HoldStory]:
    """Read a session and a hold at one instant, with everything of both on disk."""
    while True:
        await session_story(shard, session_id)
        hold = await hold_story(shard, hold_id)
        if session_id not in shard.threads:
            return read_story(shard, session_id), hold


def _release(shard: Shard, story: SessionStory, hold: HoldStory) -> list[Flight]:
    now_ms = shard.ports.clock.now_ms()
    due = due_acts(hold, now_ms)
    told = hold.after(due)
    standing, policy = stand(told.acts), told.policy_now
    check_release(standing, policy, by=Actor.VERIFICATION)
    if hold.event is None or not _may_be_used(story):
        raise SessionStateError(f"the session is `{story.standing.state}`")
    flights: list[Flight] = []
    if story.standing.state is SessionState.PASSED:
        operation = operation_of(shard, hold.event, story.standing.terms.purpose)
        story, flight = use(shard, story, operation, by=HOLDFAST)
        flights.append(flight)
    act = release(standing.last, policy, by=Actor.VERIFICATION, at_ms=now_ms, details=_details(story))
    return [*flights, *write_acts(shard, hold, [*due, act])[1]]


def _details(story: SessionStory) -> dict[str, Scalar]:
    """Say which check let the hold go, and how it was passed."""
    found = story.standing.result
    return {
        "session": story.id,
        "provider": story.standing.provider,
        **({"acr": found.acr} if found is not None and found.acr else {}),
    }
