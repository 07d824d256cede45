"""The routes of a person's rights in verification: withdrawal, redaction, the way without a camera, evidence."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from holdfast.api.people import person
from holdfast.api.routes import Endpoint, Routes, reply, request_body, route
from holdfast.operations.export_session import approve_evidence, ask_evidence, read_request, take_evidence
from holdfast.operations.keep_template import delete_templates
from holdfast.operations.other_way import Found, attest, take_other_way
from holdfast.operations.read_session import session_view
from holdfast.operations.redact_session import redact_session, withdraw_consent
from holdfast.operations.session_story import subject_key
from holdfast.vocabulary.identity import Verdict, Way
from holdfast.wire.identity import EvidenceBody, FoundBody, TemplatesBody, WayBody
from holdfast.wire.listings import AgreeBody
from holdfast.wire.requests import check_id, read_body

SESSIONS: Final = "identity"
"""The scope of who opens sessions for the tenant."""

ATTEST: Final = "identity_attest"
"""The scope of the named people who say what they found; a key that opens sessions must not have it."""

EVIDENCE: Final = "identity_evidence"
"""The scope of the few who may ask for a session's evidence, approve that and take it, and destroy templates."""


@route(SESSIONS)
async def withdraw(routes: Routes, request: Request) -> Response:
    """Take a person's withdrawal of the consent."""
    return reply(session_view(routes.shard, await withdraw_consent(routes.shard, _session(request), by="person")))


@route(SESSIONS)
async def redact(routes: Routes, request: Request) -> Response:
    """Redact a session that has ended."""
    return reply(session_view(routes.shard, await redact_session(routes.shard, _session(request), by="tenant")))


@route(SESSIONS)
async def alternative(routes: Routes, request: Request) -> Response:
    """Let the person go the way without a camera."""
    body = read_body(await request_body(request), WayBody)
    story = await take_other_way(routes.shard, _session(request), Way(body.way), by="tenant", reason=body.reason)
    return reply(session_view(routes.shard, story))


@route(ATTEST)
async def found(routes: Routes, request: Request) -> Response:
    """Take what a named person found."""
    body = read_body(await request_body(request), FoundBody)
    said = Found(
        verdict=Verdict(body.verdict),
        by=_who(routes, request, body.by, scope=ATTEST),
        evidence_ref=body.evidence_ref,
        owner=body.owner_hash or "",
    )
    return reply(session_view(routes.shard, await attest(routes.shard, _session(request), said)))


@route(EVIDENCE)
async def ask(routes: Routes, request: Request) -> Response:
    """Take a request for a session's evidence."""
    body = read_body(await request_body(request), EvidenceBody)
    by, paper = _who(routes, request, body.by, scope=EVIDENCE), body.document
    document = {"number": paper.number, "date": paper.date.isoformat(), "authority": paper.authority} if paper else None
    return reply(await ask_evidence(routes.shard, _session(request), by=by, reason=body.reason, document=document), 202)


@route(EVIDENCE)
async def asked_for(routes: Routes, request: Request) -> Response:
    """Give a request as it stands, without any evidence."""
    return reply(await read_request(routes.shard, _session(request), request.path_params["request"]))


@route(EVIDENCE)
async def approve(routes: Routes, request: Request) -> Response:
    """Take the second person's word."""
    by = await _named(routes, request)
    return reply(await approve_evidence(routes.shard, _session(request), request.path_params["request"], by=by))


@route(EVIDENCE)
async def take(routes: Routes, request: Request) -> Response:
    """Give the evidence to one of the two who vouched."""
    by = await _named(routes, request)
    answer = reply(await take_evidence(routes.shard, _session(request), request.path_params["request"], by=by))
    answer.headers["cache-control"] = "no-store"
    return answer


@route(EVIDENCE)
async def templates(routes: Routes, request: Request) -> Response:
    """Destroy a person's templates, and give the proof."""
    body = read_body(await request_body(request), TemplatesBody)
    owner = subject_key(routes.shard, body.kind, body.ref)
    by = _who(routes, request, body.by, scope=EVIDENCE)
    return reply(await delete_templates(routes.shard, owner, by=by, reason=body.reason))


async def _named(routes: Routes, request: Request) -> str:
    """Read who acts out of a body that may be left out."""
    data = await request_body(request)
    return _who(routes, request, read_body(data, AgreeBody).by if data else None, scope=EVIDENCE)


def _who(routes: Routes, request: Request, said: str | None, *, scope: str) -> str:
    """Name the person who acts: a key stands for one."""
    key = routes.access.check(request.headers.get("authorization"), scope)
    return person(said, key, open_to_all=routes.access.is_open)


def _session(request: Request) -> str:
    return check_id(request.path_params["id"])


TEMPLATES: Final = "/v1/identity/templates/delete"
_PATH: Final = "/v1/identity/sessions/{id}"
IDENTITY_RIGHTS_ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("POST", f"{_PATH}/withdraw", withdraw),
    ("POST", f"{_PATH}/redact", redact),
    ("POST", f"{_PATH}/alternative", alternative),
    ("POST", f"{_PATH}/alternative/result", found),
    ("POST", f"{_PATH}/evidence", ask),
    ("GET", f"{_PATH}/evidence/{{request}}", asked_for),
    ("POST", f"{_PATH}/evidence/{{request}}/approve", approve),
    ("POST", f"{_PATH}/evidence/{{request}}/take", take),
    ("POST", TEMPLATES, templates),
)
"""Each route with its method and path."""
