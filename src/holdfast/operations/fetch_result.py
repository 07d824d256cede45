"""Fetch where a provider's side of a session stands, and let the result count if nothing ended the session before."""

from dataclasses import replace

import structlog

from holdfast.operations.follow_session import follow_session
from holdfast.operations.session_story import SessionStory, new_act, session_story, write_act
from holdfast.operations.shard import Shard
from holdfast.verification.judge import Judged, judge
from holdfast.verification.plain import plain
from holdfast.verification.standing import OPEN
from holdfast.vocabulary.errors import ProviderError
from holdfast.vocabulary.identity import IdentityAct, IdentityResult, SessionAct, SessionState

_log = structlog.get_logger("holdfast.operations")


async def fetch_result(shard: Shard, story: SessionStory) -> SessionStory:
    """Fetch the result of the attempt under way, and give the session as it then stands.

    Raises ProviderError when the provider could not be asked; that is noted once, and never counts as passed.
    """
    standing = story.standing
    provider = shard.identity.get(standing.provider)
    if provider is None or not standing.reference or not standing.is_open(shard.ports.clock.now_ms()):
        return story
    try:
        result = await provider.fetch(standing.reference)
    except ProviderError as error:
        _log.warning("an identity provider failed", provider=provider.name, error=error.message)
        await _note_fault(shard, story.id, standing.reference)
        raise
    return await take_result(shard, story.id, reference=standing.reference, result=result)


async def take_result(shard: Shard, session_id: str, *, reference: str, result: IdentityResult) -> SessionStory:
    """Let a fetched result count, unless the session has ended meanwhile or another attempt has begun."""
    story = await session_story(shard, session_id)
    standing, bound, now_ms = story.standing, story.bound, shard.ports.clock.now_ms()
    late = not standing.is_open(now_ms) or standing.reference != reference or not standing.waits
    if late or bound is None or not result.done:
        return story
    result = plain(result)
    judged = judge(result, standing.terms, bound, opened_ms=standing.opened_ms, now_ms=now_ms)
    story, flight = write_act(shard, story, _act_of(shard, story, result=result, judged=judged))
    await flight.landed
    return story if story.standing.state in OPEN else await follow_session(shard, story)


def _act_of(shard: Shard, story: SessionStory, *, result: IdentityResult, judged: Judged) -> IdentityAct:
    standing = story.standing
    again = judged.again and standing.attempts < standing.terms.max_attempts
    kind = SessionAct.ATTEMPT if again else SessionAct.RESULT
    return replace(
        new_act(shard, story, kind, by="provider"),
        state=SessionState.CREATED if again else judged.state,
        attempt=standing.attempts,
        reference=standing.reference,
        provider=standing.provider,
        result=replace(result, owner="", operation_hash=""),
        reasons=judged.reasons,
    )


async def _note_fault(shard: Shard, session_id: str, reference: str) -> None:
    """Write down that the provider could not be asked, once until it answers again."""
    story = await session_story(shard, session_id)
    standing = story.standing
    if standing.is_open(shard.ports.clock.now_ms()) and standing.reference == reference and not standing.faulty:
        await write_act(shard, story, new_act(shard, story, SessionAct.FAULT, by="provider"))[1].landed
