"""Fire the timers of sessions: what is past its term expires, and what follows from an end is done."""

import asyncio
from dataclasses import replace
from typing import Final

import structlog

from holdfast.operations.follow_session import follow_session
from holdfast.operations.redact_session import finish_redaction
from holdfast.operations.session_story import new_act, session_story, write_act
from holdfast.operations.shard import Shard
from holdfast.verification.standing import OPEN
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.identity import SessionAct

_PORTION: Final = 200
_log: Final = structlog.get_logger("holdfast.operations")


async def expire_sessions(shard: Shard) -> int:
    """Write every expiry whose instant has come, do what follows from every end, and give how many were looked at.

    Raises UnavailableError when the log cannot be written; what was not done then stays due.
    """
    seen = set[str]()
    while rows := [one for one in _due(shard, len(seen)) if one not in seen]:
        for session_id in rows:
            seen.add(session_id)
            await asyncio.sleep(0)  # decisions go on between two timers
            await _fire(shard, session_id)
    return len(seen)


def _due(shard: Shard, seen: int) -> list[str]:
    """Name the sessions that are due, the longest due first."""
    now_ms = shard.ports.clock.now_ms()
    return [row.id for row in shard.ports.store.verifications_due(now_ms, _PORTION + seen)]


async def _fire(shard: Shard, session_id: str) -> None:
    """Let one session expire, unless it ended meanwhile, and do what follows."""
    try:
        story = await session_story(shard, session_id)
        state = story.standing.state_at(shard.ports.clock.now_ms())
        if state in OPEN:
            return
        if story.standing.state in OPEN:
            act = replace(new_act(shard, story, SessionAct.EXPIRE, by="timer"), state=state, reasons=(state.value,))
            story, flight = write_act(shard, story, act)
            await flight.landed
        await finish_redaction(shard, await follow_session(shard, story))
    except Bug as error:
        _log.error("a timer cannot be fired", session=session_id, error=error.message)
