"""Hand over a session's evidence: two people, a reason, and a line in the log for each step; there is no face in it.

The pattern is that of a listing's addresses: one person asks with a reason, another agrees, and only then may either
of the two take the evidence, for a week. What was redacted or erased stays so.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from holdfast.operations.read_session import session_view
from holdfast.operations.record import subject_named
from holdfast.operations.session_story import Beside, SessionStory, new_act, session_story, write_act
from holdfast.operations.shard import Shard
from holdfast.verification.exports import GOOD_MS, Step, Stepped, check_taking, may_approve, request_of
from holdfast.vocabulary.identity import Bound, IdentityAct, SessionAct
from holdfast.vocabulary.instants import rfc3339
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.canonical import canonical, content_hash, read_canonical
from holdfast.wire.identity import read_identity_act

Row = dict[str, Any]
FORMAT: Final = "holdfast-identity-evidence/1"
_STEPS: Final = {
    SessionAct.ASK_EXPORT: Step.ASK,
    SessionAct.APPROVE_EXPORT: Step.APPROVE,
    SessionAct.TAKE_EXPORT: Step.TAKE,
}


async def ask_evidence(
    shard: Shard, session_id: str, *, by: str, reason: str, document: Mapping[str, str] | None = None
) -> Row:
    """Take a request for a session's evidence; it waits for a second person."""
    story = await session_story(shard, session_id)
    request_id = shard.ports.new_id("export")
    said: dict[str, object] = {"reason": reason, "document": dict(document) if document else None}
    beside = Beside(personal=said, subject=_sealed_under(shard, request_id))
    return _view(
        shard, await _stepped(shard, story, SessionAct.ASK_EXPORT, request=request_id, by=by, beside=beside), request_id
    )


async def read_request(shard: Shard, session_id: str, request_id: str) -> Row:
    """Give a request as it stands; raises NotFoundError."""
    return _view(shard, await session_story(shard, session_id), request_id)


async def approve_evidence(shard: Shard, session_id: str, request_id: str, *, by: str) -> Row:
    """Take the second person's word; the same person again changes nothing.

    Raises ForbiddenError for the person who asked, ConflictError where somebody else agreed already.
    """
    story = await session_story(shard, session_id)
    if may_approve(request_of(_steps(story), request_id), by):
        story = await _stepped(shard, story, SessionAct.APPROVE_EXPORT, request=request_id, by=by)
    return _view(shard, story, request_id)


async def take_evidence(shard: Shard, session_id: str, request_id: str, *, by: str) -> Row:
    """Give the evidence to one of the two who vouched, and note that it was given.

    Raises ConflictError before a second person agreed and a week after, ForbiddenError for anybody else.
    """
    story = await session_story(shard, session_id)
    check_taking(request_of(_steps(story), request_id), by, now_ms=shard.ports.clock.now_ms())
    story = await _stepped(shard, story, SessionAct.TAKE_EXPORT, request=request_id, by=by)
    evidence = _evidence(shard, story)
    return _view(shard, story, request_id) | {"evidence": evidence, "sha256": content_hash(canonical(evidence))}


async def _stepped(
    shard: Shard, story: SessionStory, kind: SessionAct, *, request: str, by: str, beside: Beside | None = None
) -> SessionStory:
    """Write a step down."""
    act = replace(new_act(shard, story, kind, by=by), request=request)
    story, flight = write_act(shard, story, act, beside=beside)
    await flight.landed
    return story


def _steps(story: SessionStory) -> list[Stepped]:
    """Give every step of every request for this session, oldest first."""
    return [
        Stepped(request=act.request, step=_STEPS[act.act], by=act.by, at_ms=act.at_ms)
        for act in story.acts
        if act.act in _STEPS
    ]


def _view(shard: Shard, story: SessionStory, request_id: str) -> Row:
    """Describe a request with every step of it, without any evidence."""
    request, zone = request_of(_steps(story), request_id), shard.tenant.zone
    said = _said(shard, story, request_id)
    return {
        "id": request_id,
        "session": story.id,
        "state": request.state(shard.ports.clock.now_ms()),
        "reason": said.get("reason"),
        "document": said.get("document"),
        "until": rfc3339(request.approved_ms + GOOD_MS, zone) if request.approved_ms is not None else None,
        "history": [
            {"at": rfc3339(one.at_ms, zone), "act": one.step.value, "by": one.by}
            for one in _steps(story)
            if one.request == request_id
        ],
    }


def _said(shard: Shard, story: SessionStory, request_id: str) -> Row:
    """Read the reason and the paper of a request."""
    asked = (one for one, act in _records(shard, story) if act.request == request_id and one.event)
    return next((read_canonical(one.event, dict) for one in asked), {})


def _evidence(shard: Shard, story: SessionStory) -> Row:
    """Put together what is known of a session, with the place and the link of each act in the chain of the log."""
    return {
        "format": FORMAT,
        "tenant": shard.tenant.name,
        "made_at": rfc3339(shard.ports.clock.now_ms(), shard.tenant.zone),
        "session": session_view(shard, story),
        "bound": _bound_row(story.bound) if story.bound else None,
        "acts": [_act_row(shard, record, act) for record, act in _records(shard, story)],
    }


def _bound_row(bound: Bound) -> Row:
    """Tell what a session is bound to, without the keyed hashes of documents' numbers."""
    operation = bound.operation
    return {
        "subject": {"kind": bound.subject.kind, "ref": bound.subject.ref},
        "operation": {
            "id": operation.id,
            "type": operation.type,
            "amount_minor": operation.amount_minor,
            "currency": operation.currency or None,
            "payee_ref": operation.payee or None,
            "listing_id": operation.listing_id or None,
        },
        "operation_hash": bound.operation_hash,
        "consent_evidence_ref": bound.evidence_ref or None,
    }


def _act_row(shard: Shard, record: Record, act: IdentityAct) -> Row:
    """Describe one act, with what proves its place."""
    link = shard.ports.store.chain_link(record.seq)
    said = read_canonical(record.event, dict) if record.event and act.act is not SessionAct.CREATE else {}
    own = act.act not in _STEPS
    return {
        "at": rfc3339(act.at_ms, shard.tenant.zone),
        "act": act.act.value,
        "by": act.by,
        "state": act.state.value,
        "provider": act.provider or None,
        "reference": act.reference or None,
        "said": said if own and said else None,
        "record": record.seq,
        "link": link.link.hex() if link is not None else None,
    }


def _records(shard: Shard, story: SessionStory) -> list[tuple[Record, IdentityAct]]:
    """Give the records of a session, oldest first, each with its act."""
    records = (one for one in shard.ports.store.thread(story.id) if one.kind is RecordKind.VERIFICATION)
    return [(one, read_identity_act(one.act)) for one in records]


def _sealed_under(shard: Shard, request_id: str) -> bytes:
    """Name the key of a request's reason and paper: they stay when the session is redacted."""
    return subject_named(shard.ports.store, "identity_export", request_id)
