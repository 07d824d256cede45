"""The routes of evidence: the whole story of a decision or a hold, as JSON that anybody can check or as one page."""

from starlette.requests import Request
from starlette.responses import Response

from holdfast.api.exposure_routes import read_format
from holdfast.api.routes import Endpoint, Routes, route
from holdfast.operations.evidence import Evidence, evidence_of_decision, evidence_of_hold
from holdfast.operations.legal_file import legal_file


def _answer(request: Request, evidence: Evidence) -> Response:
    """Write the file in the form that was asked for."""
    if read_format(request, ("json", "html")) == "json":
        return Response(evidence.data, media_type="application/json")
    page = legal_file(evidence, request.query_params.get("lang", "en"))
    headers = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'", "cache-control": "no-store"}
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)


@route("claims")
async def of_hold(routes: Routes, request: Request) -> Response:
    """Give the evidence file of a hold."""
    return _answer(request, await evidence_of_hold(routes.shard, request.path_params["id"]))


@route("claims")
async def of_decision(routes: Routes, request: Request) -> Response:
    """Give the evidence file of a decision."""
    return _answer(request, await evidence_of_decision(routes.shard, request.path_params["id"]))


EVIDENCE_ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/v1/holds/{id}/evidence", of_hold),
    ("GET", "/v1/decisions/{id}/evidence", of_decision),
)
