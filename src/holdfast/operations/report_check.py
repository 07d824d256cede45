"""A session's end becomes part of the past: the event `identity_check`, which windows and rules read like any other."""

from typing import Final

import msgspec
import structlog

from holdfast.operations.session_story import SessionStory
from holdfast.operations.shard import Shard
from holdfast.operations.take_event import take_event
from holdfast.vocabulary.errors import ConflictError, FutureError, InvalidError, TooOldError
from holdfast.vocabulary.identity import SessionAct, SessionState
from holdfast.vocabulary.instants import rfc3339
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.canonical import canonical
from holdfast.wire.identity import read_identity_act

_log: Final = structlog.get_logger("holdfast.operations")
_PASSED: Final = frozenset({SessionState.PASSED, SessionState.CONSUMED})
_RESULTS: Final = frozenset(
    {"passed", "failed", "inconclusive", "expired", "cancelled", "provider_error"},
)
_LINE: Final = 256
_PERSONAL: Final = msgspec.json.Decoder(dict[str, object])


def check_id_of(session_id: str) -> str:
    """Name the event of a session's end; the same each time, so that it is taken in once."""
    return f"identity_check.{session_id}"


async def report_check(shard: Shard, story: SessionStory) -> None:
    """Take in how a session ended, once; nothing of one whose person is not known any more."""
    body = _body(shard, story)
    if body is None:
        return
    try:
        await take_event(shard, canonical(body))
    except (ConflictError, InvalidError, FutureError, TooOldError) as error:
        _log.warning("the end of a session is no event", session=story.id, error=error.message)


def _body(shard: Shard, story: SessionStory) -> dict[str, object] | None:
    """Write the event; it says nothing that may be known otherwise at the next try."""
    standing, bound, result = story.standing, story.bound, _result(story)
    if bound is None or result is None or standing.ended_ms is None:
        return None
    device, subject = _device(shard, story) or bound.device, bound.subject
    passed = standing.result if result == SessionState.PASSED.value else None
    auth_ms, acr = (passed.auth_ms, passed.acr[:_LINE]) if passed is not None else (None, "")
    found = {
        "id": check_id_of(story.id),
        "type": "identity_check",
        "occurred_at": rfc3339(standing.ended_ms, shard.tenant.zone),
        "client": {subject.kind: subject.ref},
        "purpose": standing.terms.purpose.value,
        "result": result,
        "provider": standing.provider or None,
        "acr": acr or None,
        "session_id": story.id,
        "operation": bound.operation.type,
        "operation_id": bound.operation.id,
        "authenticated_at": rfc3339(auth_ms, shard.tenant.zone) if auth_ms is not None else None,
        "device": {"id": device} if device else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _result(story: SessionStory) -> str | None:
    """Give the word for how a session ended, whether what passed was used since or not."""
    state = story.standing.state
    word = SessionState.PASSED.value if state in _PASSED else state.value
    return word if word in _RESULTS else None


def _device(shard: Shard, story: SessionStory) -> str:
    """Give the device of the last attempt, as the tenant named it."""
    records = shard.ports.store.thread(story.id)
    begun = [one for one in records if one.kind is RecordKind.VERIFICATION and _begins(one)]
    return str(_PERSONAL.decode(begun[-1].event).get("device") or "") if begun and begun[-1].event else ""


def _begins(record: Record) -> bool:
    return read_identity_act(record.act).act is SessionAct.START
