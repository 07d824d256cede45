"""Delete what is personal of a session, here and at the provider; what was decided and when stays in the log.

A person may withdraw consent at any time: an open session is cancelled by it, and every session is redacted. Here the
session's own key is destroyed; at the provider every attempt is deleted, and tried again until that was done.
"""

import asyncio
from dataclasses import replace

import structlog

from holdfast.operations.follow_session import follow_session
from holdfast.operations.keep_template import delete_templates
from holdfast.operations.session_story import (
    SessionStory,
    new_act,
    sealed_under,
    session_story,
    sessions_thread,
    subject_key,
    write_act,
)
from holdfast.operations.shard import Shard
from holdfast.verification.standing import OPEN
from holdfast.vocabulary.errors import ProviderError, SessionStateError
from holdfast.vocabulary.identity import SessionAct, SessionState
from holdfast.vocabulary.records import RecordKind
from holdfast.wire.identity import read_identity_act

ASKED = "asked"
WITHDRAWN = "consent_withdrawn"
ERASED = "erased"
_log = structlog.get_logger("holdfast.operations")


async def redact_session(shard: Shard, session_id: str, *, by: str) -> SessionStory:
    """Redact a session that has ended; again changes nothing here, and asks the provider anew where it failed.

    Raises SessionStateError while the session is open.
    """
    story = await session_story(shard, session_id)
    if story.standing.is_open(shard.ports.clock.now_ms()):
        hint = "cancel it, or withdraw the consent, which does both"
        raise SessionStateError(f"the session is `{story.standing.state}`", hint=hint)
    story = await follow_session(shard, await _ended(shard, story, by=by, reason=ASKED))
    story = await _redacted(shard, story, SessionAct.REDACT, by=by, reason=ASKED)
    return await redact_outside(shard, story)


async def withdraw_consent(shard: Shard, session_id: str, *, by: str) -> SessionStory:
    """Take a person's withdrawal: cancel what is open, redact everything, and destroy the person's templates."""
    story = await _ended(shard, await session_story(shard, session_id), by=by, reason=WITHDRAWN)
    return await finish_withdrawal(shard, story, by=by)


async def finish_redaction(shard: Shard, story: SessionStory) -> SessionStory:
    """Do what is left of a redaction, as the worker does; a session that nobody redacted stays as it is."""
    if story.standing.withdrawn and not story.standing.redacted:
        return await finish_withdrawal(shard, story, by="holdfast")
    return await redact_outside(shard, story)


async def finish_withdrawal(shard: Shard, story: SessionStory, *, by: str) -> SessionStory:
    """Do what a withdrawal asks for, as far as it is not done; the worker calls it where a stop came between."""
    story = await follow_session(shard, story)
    await delete_templates(shard, story.standing.terms.subject, by=by, reason=WITHDRAWN)
    kind = SessionAct.REDACT if story.standing.withdrawn else SessionAct.WITHDRAW_CONSENT
    story = await _redacted(shard, story, kind, by=by, reason=WITHDRAWN)
    return await redact_outside(shard, story)


async def erase_sessions(shard: Shard, kind: str, ref: str, *, by: str) -> int:
    """Cancel and redact every session of a person and destroy the person's templates; gives how many sessions."""
    subject = subject_key(shard, kind, ref)
    records = [one for one in shard.ports.store.thread(sessions_thread(subject)) if one.kind is RecordKind.VERIFICATION]
    for session_id in dict.fromkeys(read_identity_act(one.act).session for one in records):
        story = await _ended(shard, await session_story(shard, session_id), by=by, reason=ERASED)
        story = await follow_session(shard, story)
        await redact_outside(shard, await _redacted(shard, story, SessionAct.REDACT, by=by, reason=ERASED))
    await delete_templates(shard, subject, by=by, reason=ERASED)
    return len(records)


async def redact_outside(shard: Shard, story: SessionStory) -> SessionStory:
    """Have every provider delete what it keeps of a redacted session; a failure is noted and tried again later."""
    if not story.standing.redacted or story.standing.gone:
        return story
    try:
        for name, reference in dict.fromkeys(_references(story)):
            await _redact_at(shard, name, reference)
    except ProviderError as error:
        _log.warning("an identity provider has not redacted", session=story.id, error=error.message)
        return await _written(shard, story.id, SessionAct.FAULT, by="provider")
    return await _written(shard, story.id, SessionAct.PURGE, by="provider")


async def _redact_at(shard: Shard, name: str, reference: str) -> None:
    provider = shard.identity.get(name)
    if provider is None:
        raise ProviderError(f"the identity provider `{name}` is not declared any more")
    await provider.redact(reference)


async def _ended(shard: Shard, story: SessionStory, *, by: str, reason: str) -> SessionStory:
    """Cancel a session that is open; one that is past its term has expired, which is written down."""
    state = story.standing.state_at(shard.ports.clock.now_ms())
    if state in OPEN:
        kind = SessionAct.WITHDRAW_CONSENT if reason == WITHDRAWN else SessionAct.CANCEL
        act = replace(new_act(shard, story, kind, by=by), state=SessionState.CANCELLED, reasons=(reason,))
    elif story.standing.state in OPEN:
        act = replace(new_act(shard, story, SessionAct.EXPIRE, by="timer"), state=state, reasons=(state.value,))
    else:
        return story
    story, flight = write_act(shard, story, act)
    await flight.landed
    return story


async def _redacted(shard: Shard, story: SessionStory, kind: SessionAct, *, by: str, reason: str) -> SessionStory:
    """Destroy the session's key, then write that down: in between the session can be used for nothing already."""
    if story.standing.redacted:
        return story
    with shard.stories.without(story.id):
        await asyncio.to_thread(shard.ports.store.forget, sealed_under(shard, story.id))
    story = await session_story(shard, story.id)
    if story.standing.redacted:
        return story
    act = replace(new_act(shard, story, kind, by=by), state=SessionState.REDACTED, reasons=(reason,))
    story, flight = write_act(shard, story, act)
    await flight.landed
    return story


async def _written(shard: Shard, session_id: str, kind: SessionAct, *, by: str) -> SessionStory:
    """Write an act that leaves the state as it is; what is gone already, by the worker's hand or a call's, stays so."""
    story = await session_story(shard, session_id)
    if story.standing.gone:
        return story
    story, flight = write_act(shard, story, new_act(shard, story, kind, by=by))
    await flight.landed
    return story


def _references(story: SessionStory) -> list[tuple[str, str]]:
    """Name every provider's side that an attempt was begun on."""
    return [(act.provider, act.reference) for act in story.acts if act.act is SessionAct.START]
