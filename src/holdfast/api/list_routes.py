"""The routes of lists beyond single entries: their settings, versions, snapshots and quarantine."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime

import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from holdfast.api.people import people
from holdfast.api.problems import PROBLEM, problem
from holdfast.api.routes import Endpoint, Routes, read_limit, reply, request_body, route
from holdfast.operations.import_folder import Held, SnapshotRequest
from holdfast.operations.import_list import Imported, approve_snapshot, drop_snapshot, import_snapshot, receive_snapshot
from holdfast.operations.list_settings import Limits, ListSettings, list_settings, set_list
from holdfast.operations.read_lists import (
    change_page,
    held_row,
    imported_row,
    settings_row,
    undone_row,
    version_rows,
)
from holdfast.operations.read_restrictions import restrictions
from holdfast.operations.undo_version import Wrong, undo_version
from holdfast.vocabulary.errors import Bug, HoldfastError, InvalidError, QuarantinedError
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.lists import ListPurpose
from holdfast.wire.canonical import canonical
from holdfast.wire.corrections import UndoBody
from holdfast.wire.requests import ApprovalBody, ListBody, read_body

_LINES = "application/x-ndjson"
_WORDS = {"true": True, "1": True, "false": False, "0": False}
_KNOWN = frozenset({"type", "published_at", "marked", "source", "declared_type", "declared_rows", "by"})
Line = Mapping[str, object]
Work = Callable[[Callable[[str, int, int], None]], Awaitable[Imported | Held]]
_log = structlog.get_logger("holdfast.api")


def _who(routes: Routes, request: Request, said: str | None) -> str:
    """Name who acts: the key, or on a development server, where there are no keys, the person that the caller names."""
    key = routes.access.check(request.headers.get("authorization"), "lists")
    if said is None:
        return key
    if not routes.access.is_open:
        raise InvalidError(
            "`by` is taken on a development server only", pointer="/by", hint="a key stands for a person"
        )
    return said


def _request(routes: Routes, request: Request) -> SnapshotRequest:
    """Read what a caller says of a snapshot."""
    query = request.query_params
    strange = sorted(set(query) - _KNOWN)
    if strange:
        hint = f"known are {', '.join(sorted(_KNOWN))}"
        raise InvalidError(f"there is no parameter `{strange[0]}`", pointer=f"/{strange[0]}", hint=hint)
    rows = query.get("declared_rows")
    if rows is not None and not (rows.isascii() and rows.isdigit()):
        raise InvalidError(f"`declared_rows` cannot be `{rows}`", pointer="/declared_rows", hint="a whole number")
    marked = _WORDS.get(query.get("marked", "false"))
    if marked is None:
        raise InvalidError(f"`marked` cannot be `{query['marked']}`", pointer="/marked", hint="true or false")
    return SnapshotRequest(
        list=request.path_params["list"],
        by=_who(routes, request, query.get("by")),
        feed=query.get("type"),
        marked=marked,
        published_ms=_instant(query.get("published_at")),
        source=query.get("source"),
        declared_type=query.get("declared_type"),
        declared_rows=None if rows is None else int(rows),
    )


def _instant(text: str | None) -> int | None:
    """Read an instant with its offset; a plus that came as a space is meant as a plus."""
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        hint = "an RFC 3339 instant with offset, such as `2026-05-08T09:00:00+03:00`"
        raise InvalidError(f"`published_at` cannot be `{text}`", pointer="/published_at", hint=hint)
    return to_ms(instant)


def _outcome(routes: Routes, found: Imported | Held) -> tuple[int, Line]:
    """Describe how an import ended, and with which status."""
    if isinstance(found, Imported):
        return 200, imported_row(routes.shard, found)
    _log.warning("snapshot quarantined", list=found.request.list, id=found.id)
    reasons = "; ".join(one.message for one in found.findings)
    error = QuarantinedError(f"the snapshot is held in quarantine: {reasons}", pointer="")
    return error.http_status, problem(error) | held_row(routes.shard, found)


async def _answer(routes: Routes, request: Request, work: Work) -> Response:
    """Do the work and answer once, or, where lines were asked for, tell of the progress first."""
    if _LINES in request.headers.get("accept", ""):
        return StreamingResponse(_told(routes, work), media_type=_LINES)
    status, row = _outcome(routes, await work(lambda *_: None))
    await routes.settle()
    return reply(row, status, media=PROBLEM if status >= 400 else "application/json")


async def _told(routes: Routes, work: Work) -> AsyncIterator[bytes]:
    """Give a line for each step, and the outcome with its status as the last."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[Line | None] = asyncio.Queue()

    def tell(stage: str, done: int, size: int) -> None:
        loop.call_soon_threadsafe(lines.put_nowait, {"stage": stage, "done": done, "of": size})

    async def carry() -> tuple[int, Line]:
        try:
            found = await work(tell)
            await routes.settle()
            return _outcome(routes, found)
        except HoldfastError as error:
            return error.http_status, problem(error)
        except Exception as error:  # noqa: BLE001 - a fault of ours is told and logged, never a silence
            _log.error("import failed", exc_info=error)
            return 500, problem(Bug("the import failed inside Holdfast; the last good version stays in force"))
        finally:
            loop.call_soon(lines.put_nowait, None)

    task = asyncio.ensure_future(carry())
    while (line := await lines.get()) is not None:
        yield canonical(line) + b"\n"
    status, row = await task
    yield canonical({"status": status, "answer": row}) + b"\n"


@route("lists")
async def import_list(routes: Routes, request: Request) -> Response:
    """Take a full snapshot in."""
    asked = _request(routes, request)
    snapshot_id = await receive_snapshot(routes.shard, asked, request.stream())
    return await _answer(routes, request, lambda tell: import_snapshot(routes.shard, asked, snapshot_id, progress=tell))


@route("lists")
async def approve(routes: Routes, request: Request) -> Response:
    """Put a snapshot from quarantine in force on a second person's word."""
    path, data = request.path_params, await request_body(request)
    said = read_body(data, ApprovalBody).by if data else None
    by = _who(routes, request, said or request.query_params.get("by"))
    held = routes.shard.ports.imports.get(path["list"], path["id"])
    return await _answer(routes, request, lambda tell: approve_snapshot(routes.shard, held, by=by, progress=tell))


@route("read")
async def quarantined(routes: Routes, request: Request) -> Response:
    """Give a snapshot in quarantine with what was found."""
    path = request.path_params
    return reply(held_row(routes.shard, routes.shard.ports.imports.get(path["list"], path["id"])))


@route("lists")
async def drop(routes: Routes, request: Request) -> Response:
    """Remove a snapshot from quarantine without using it."""
    await drop_snapshot(routes.shard, request.path_params["list"], request.path_params["id"])
    return Response(status_code=204)


@route("admin")
async def put_list(routes: Routes, request: Request) -> Response:
    """Say what a list is for and how far a snapshot may depart from it; what is left out keeps its value."""
    list_id, body = request.path_params["list"], read_body(await request_body(request), ListBody)
    store = routes.shard.ports.store
    said = list_settings(store, list_id)
    limits = said.limits if body.limits is None else Limits(**body.limits.values())
    purpose = said.purpose if body.purpose is None else ListPurpose(body.purpose)
    said = replace(said, purpose=purpose, limits=limits, title=said.title if body.title is None else body.title)
    set_list(store, list_id, ListSettings(purpose=said.purpose, title=said.title, limits=said.limits))
    return reply({"list": list_id, **settings_row(routes.shard, list_id)})


@route("read")
async def versions(routes: Routes, request: Request) -> Response:
    """Give a list's versions, the newest first."""
    query, list_id = request.query_params, request.path_params["list"]
    return reply(version_rows(routes.shard, list_id, cursor=query.get("cursor"), limit=read_limit(request)))


@route("read")
async def version(routes: Routes, request: Request) -> Response:
    """Give what one version changed, a page at a time."""
    path, cursor = request.path_params, request.query_params.get("cursor")
    page = change_page(routes.shard, path["list"], path["version"], cursor=cursor, limit=read_limit(request))
    return reply(page)


@route("read")
async def client_restrictions(routes: Routes, request: Request) -> Response:
    """Say what the law limits for a client now."""
    return reply(restrictions(routes.shard, request.path_params["id"]))


@route(None)
async def undo(routes: Routes, request: Request) -> Response:
    """Take a wrong version back on the word of two people, and say what that led to."""
    key, path = routes.access.check(request.headers.get("authorization"), "lists"), request.path_params
    body = read_body(await request_body(request), UndoBody)
    wrong = Wrong(
        list=path["list"],
        version=path["version"],
        reason=body.reason,
        kind=body.evidence.kind,
        reference=body.evidence.reference,
    )
    vouching = people(body.by, body.approved_by, key, open_to_all=routes.access.is_open)
    undone = await undo_version(routes.shard, wrong, people=vouching)
    return reply(undone_row(routes.shard, wrong, undone), 202 if undone.version is None else 200)


LIST_ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("PUT", "/v1/lists/{list}", put_list),
    ("POST", "/v1/lists/{list}/import", import_list),
    ("GET", "/v1/lists/{list}/import/{id}", quarantined),
    ("DELETE", "/v1/lists/{list}/import/{id}", drop),
    ("POST", "/v1/lists/{list}/import/{id}/approve", approve),
    ("GET", "/v1/lists/{list}/versions", versions),
    ("GET", "/v1/lists/{list}/versions/{version}", version),
    ("POST", "/v1/lists/{list}/versions/{version}/undo", undo),
    ("GET", "/v1/clients/{id}/restrictions", client_restrictions),
)
