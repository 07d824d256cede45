"""Take a provider's callback: it proves that there is something to fetch, and nothing else."""

from collections.abc import Mapping
from dataclasses import replace

from holdfast.operations.fetch_result import fetch_result
from holdfast.operations.session_story import Beside, new_act, reference_thread, session_story, write_act
from holdfast.operations.shard import Shard, settled
from holdfast.vocabulary.errors import CallbackError, NotFoundError
from holdfast.vocabulary.identity import Callback, SessionAct, SessionState
from holdfast.vocabulary.instants import SECOND_MS
from holdfast.vocabulary.records import RecordKind
from holdfast.wire.identity import read_identity_act

SKEW_MS = 300 * SECOND_MS


async def take_callback(shard: Shard, name: str, *, headers: Mapping[str, str], body: bytes) -> bool:
    """Take a callback and tell whether it counted: one of no open session, and one that came before, are dropped.

    Raises NotFoundError for a provider that was not declared, CallbackError for what is not its own or not of now,
    ProviderError when the result could not be fetched, so that the provider calls again.
    """
    provider = shard.identity.get(name)
    if provider is None:
        raise NotFoundError(f"there is no identity provider `{name[:80]}`", hint="`--identity` declares them")
    return await take_told(shard, name, provider.told(headers, body))


async def take_told(shard: Shard, name: str, callback: Callback) -> bool:
    """Take what a provider told, proven to be its own; see `take_callback`. Without an id it told nothing."""
    if not callback.id:
        return False
    if abs(shard.ports.clock.now_ms() - callback.sent_ms) > SKEW_MS:
        raise CallbackError("the callback was not signed within five minutes of now")
    session_id = await session_of(shard, name, callback.reference)
    return session_id is not None and await _take(shard, session_id, name=name, callback=callback)


async def session_of(shard: Shard, name: str, reference: str) -> str | None:
    """Find the session of a provider's reference."""
    thread = reference_thread(shard, name, reference)
    await settled(shard, thread)
    records = (one for one in shard.ports.store.thread(thread) if one.kind is RecordKind.VERIFICATION)
    return next((read_identity_act(one.act).session for one in records), None)


async def _take(shard: Shard, session_id: str, *, name: str, callback: Callback) -> bool:
    """Write a callback of an open session down, and fetch; the same one again only where nothing was fetched yet."""
    key = shard.ports.store.keyed_hash(f"identity callback\x1f{name}\x1f{callback.id}".encode())
    story = await session_story(shard, session_id)
    standing = story.standing
    if not standing.is_open(shard.ports.clock.now_ms()) or standing.reference != callback.reference:
        return False
    seen = key in shard.flights or shard.ports.store.find(key) is not None
    if seen and not standing.faulty:
        return False
    if not seen and standing.waits:
        act = replace(new_act(shard, story, SessionAct.CALLBACK, by="provider"), state=SessionState.PROCESSING)
        story, flight = write_act(shard, story, act, beside=Beside(key=key))
        await flight.landed
    await fetch_result(shard, story)
    return True
