"""The routes of exposure: sums over a span, single rows, and both as a file."""

from datetime import date, datetime, time
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from holdfast.api.routes import Endpoint, Routes, read_limit, read_query, reply, route
from holdfast.operations.exposure import COLUMNS, exposure_page, exposure_rows, exposure_view
from holdfast.vocabulary.errors import InvalidError
from holdfast.vocabulary.instants import DAY_MS, to_ms
from holdfast.wire.sheets import CSV, XLSX, write_csv, write_xlsx

_FORMATS: Final = ("json", "csv", "xlsx")
_ROWS: Final = frozenset({"limit", "cursor", "kind"})
_MONTH_MS: Final = 30 * DAY_MS


def read_span(routes: Routes, request: Request) -> tuple[int, int]:
    """Read `?from=&to=`: by default the thirty days before now."""
    to = _instant(routes, request, "to")
    end = routes.shard.ports.clock.now_ms() + 1 if to is None else to
    start = _instant(routes, request, "from")
    return (end - _MONTH_MS if start is None else start), end


def _instant(routes: Routes, request: Request, name: str) -> int | None:
    """Read an instant with its offset, or the start of a day in the tenant's zone; a plus may come as a space."""
    text = request.query_params.get(name)
    if text is None:
        return None
    zone = routes.shard.tenant.zone
    try:
        if len(text) == len("2026-05-08"):
            return to_ms(datetime.combine(date.fromisoformat(text), time.min, tzinfo=zone))
        instant = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        hint = "a day, or an RFC 3339 instant with offset, such as `2026-05-08T09:00:00+03:00`"
        raise InvalidError(f"`{name}` cannot be `{text[:40]}`", pointer=f"/{name}", hint=hint)
    return to_ms(instant)


def read_format(request: Request, formats: tuple[str, ...]) -> str:
    """Read `?format=`; the first is the default."""
    word = request.query_params.get("format", formats[0])
    if word not in formats:
        raise InvalidError(f"`format` cannot be `{word[:20]}`", pointer="/format", hint=f"one of {', '.join(formats)}")
    return word


@route("claims")
async def exposure(routes: Routes, request: Request) -> Response:
    """Give the sums of a span, or its rows as a spreadsheet."""
    read_query(request, "from", "to", "format")
    word = read_format(request, _FORMATS)
    start, end = read_span(routes, request)
    if word == "json":
        return reply(exposure_view(routes.shard, start, end))
    rows = await exposure_rows(routes.shard, start, end)
    data = write_csv(rows, COLUMNS) if word == "csv" else write_xlsx(rows, COLUMNS, title="exposure")
    return Response(data, media_type=CSV if word == "csv" else XLSX, headers=_named(f"exposure.{word}"))


def _named(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}


@route("claims")
async def rows(routes: Routes, request: Request) -> Response:
    """Give single rows, newest first, a page at a time."""
    query = request.query_params
    strange = sorted(set(query) - _ROWS)
    if strange:
        hint = f"known are {', '.join(sorted(_ROWS))}; spans and files are at `/v1/exposure`"
        raise InvalidError(f"there is no parameter `{strange[0][:40]}`", pointer=f"/{strange[0][:40]}", hint=hint)
    page = exposure_page(routes.shard, limit=read_limit(request), cursor=query.get("cursor"), kind=query.get("kind"))
    return reply(page)


EXPOSURE_ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/v1/exposure", exposure),
    ("GET", "/v1/exposure/rows", rows),
)
