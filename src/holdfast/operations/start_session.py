"""Begin an attempt: the provider opens its side, and the person gets a page or a token that works once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import structlog

from holdfast.operations.identity_terms import attempt_limits, check_face
from holdfast.operations.ports import IdentityProvider
from holdfast.operations.session_story import (
    Beside,
    SessionStory,
    attempt_of,
    attempt_threads,
    attempts_in,
    keyed,
    new_act,
    reference_thread,
    session_story,
    write_act,
)
from holdfast.operations.shard import Shard, settled
from holdfast.verification.alternative import MONEY
from holdfast.verification.attempts import Used, Within, counted, spent
from holdfast.verification.refusal import check_start
from holdfast.vocabulary.errors import AttemptsError, ProviderError, SessionStateError, UnavailableError
from holdfast.vocabulary.identity import Asked, Consent, IdentityAct, SessionAct, SessionState, Started
from holdfast.vocabulary.instants import SECOND_MS, rfc3339

_log = structlog.get_logger("holdfast.operations")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """Who begins: on which device, from which address, with which consent where none was given before."""

    consent: Consent | None = None
    device: str = ""
    address: str = ""


async def start_session(shard: Shard, session_id: str, beginning: Beginning) -> tuple[SessionStory, Started]:
    """Begin an attempt with the first provider that can and answers; what it gives the person is kept nowhere.

    Raises SessionStateError, ConsentError, FaceError, AttemptsError, and ProviderError when no provider answered: then
    the session stays as it was, and can be started again until its term.
    """
    async with _alone(shard, session_id):
        story = await session_story(shard, session_id)
        await _check(shard, story, beginning)
        name, started = await _ask(shard, story, beginning)
        story = await session_story(shard, session_id)
        story = await _check(shard, story, beginning)
        act = replace(
            _act(shard, story, beginning), provider=name, reference=started.reference, state=SessionState.STARTED
        )
        evidence = beginning.consent.evidence_ref if beginning.consent else ""
        personal: dict[str, object] = {"evidence_ref": evidence} if evidence else {}
        beside = Beside(
            personal=personal | ({"device": beginning.device} if beginning.device else {}) or None,
            threads=(reference_thread(shard, name, started.reference),),
        )
        story, flight = write_act(shard, story, act, beside=beside)
        await flight.landed
    return story, started


@asynccontextmanager
async def _alone(shard: Shard, session_id: str) -> AsyncIterator[None]:
    """Let one call at a time begin an attempt of one session."""
    lock = shard.session_locks.setdefault(session_id, asyncio.Lock())  # it is gone when nobody waits for it
    async with lock:
        yield


def _act(shard: Shard, story: SessionStory, beginning: Beginning) -> IdentityAct:
    """Make the act that begins the next attempt."""
    consent = beginning.consent
    return replace(
        new_act(shard, story, SessionAct.START, by="person"),
        attempt=story.standing.attempts + 1,
        consent=replace(consent, evidence_ref="") if consent else None,
        device=keyed(shard, Within.DEVICE, beginning.device),
        address=keyed(shard, Within.ADDRESS, beginning.address),
    )


async def _check(shard: Shard, story: SessionStory, beginning: Beginning) -> SessionStory:
    """Refuse an attempt that may not begin; gives the story when everything that was counted is on disk."""
    threads = attempt_threads(shard, story.standing, _act(shard, story, beginning))
    names = {name for both in threads.values() for name in both}
    while moving := [name for name in (*names, story.id) if name in shard.threads]:
        for name in moving:
            await settled(shard, name)
        story = await session_story(shard, story.id)
    if story.bound is None:
        raise SessionStateError("the session was redacted")
    standing = story.standing
    check_start(standing, beginning.consent, now_ms=shard.ports.clock.now_ms())
    check_face(shard, story.bound.subject, consent=beginning.consent or standing.consent, checks=standing.terms.checks)
    used = spent(_counts(shard, story, threads))
    if used is not None:
        free = rfc3339(used.free_ms, shard.tenant.zone) if used.free_ms is not None else ""
        hint = f"the next attempt is free at {free}" if free else "none comes back; send the person another way"
        raise AttemptsError(f"{used.count} of {used.limit} attempts were used by this {used.within}", hint=hint)
    return story


def _counts(shard: Shard, story: SessionStory, threads: dict[Within, tuple[str, ...]]) -> Iterator[Used]:
    """Count the attempts of the session, the subject, the device and the address."""
    now_ms, limits = shard.ports.clock.now_ms(), attempt_limits(shard, session=story.standing.terms.max_attempts)
    own = [attempt_of(act) for act in story.acts if act.attempt]
    yield counted(own, Within.SESSION, limits=limits, now_ms=now_ms)
    for within, names in threads.items():
        yield counted(attempts_in(shard, names), within, limits=limits, now_ms=now_ms)


def candidates(shard: Shard, story: SessionStory) -> list[IdentityProvider]:
    """Give the providers that a session may go to, in the order in which they were declared."""
    terms = story.standing.terms
    return [
        one for name, one in shard.identity.items() if terms.provider in {"", name} and set(terms.checks) <= one.checks
    ]


async def _ask(shard: Shard, story: SessionStory, beginning: Beginning) -> tuple[str, Started]:
    """Have the first provider that answers open its side."""
    asked = _asked(story, beginning, shard.ports.clock.now_ms())
    for provider in candidates(shard, story):
        try:
            return provider.name, await provider.start(asked)
        except ProviderError as error:
            _log.warning("an identity provider failed", provider=provider.name, error=error.message)
    story = await session_story(shard, story.id)
    if story.standing.is_open(shard.ports.clock.now_ms()) and not story.standing.faulty:
        await write_act(shard, story, new_act(shard, story, SessionAct.FAULT, by="provider"))[1].landed
    raise UnavailableError("no identity provider answers at the moment", hint="start the session again in a moment")


def _asked(story: SessionStory, beginning: Beginning, now_ms: int) -> Asked:
    terms, bound = story.standing.terms, story.bound
    consent = beginning.consent or story.standing.consent
    if bound is None or consent is None:
        raise SessionStateError("the session was redacted")
    age_s = terms.auth_age_s
    if terms.purpose in MONEY:  # a login that came before the session would not count
        age_s = min(age_s, (now_ms - story.standing.opened_ms) // SECOND_MS + 1)
    return Asked(
        session_id=story.id,
        purpose=terms.purpose,
        checks=terms.checks,
        acr=terms.acr,
        locale=consent.locale,
        return_url=bound.return_url,
        subject=bound.subject,
        operation=bound.operation,
        operation_hash=bound.operation_hash,
        expires_ms=terms.expires_ms,
        auth_age_s=age_s,
    )
