"""The description of the API, OpenAPI 3.1, generated from the wire types."""

from functools import cache

from msgspec import json

from holdfast import __version__
from holdfast.wire.events import EventMessage
from holdfast.wire.requests import ClockBody, EntriesBody, SourceBody

Node = dict[str, object]
_REF = "#/components/schemas/{name}"
_PROBLEM: Node = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "hint"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "pointer": {"type": ["string", "null"]},
        "hint": {"type": "string"},
    },
}


def _answer(description: str, media: str = "application/json") -> Node:
    return {"description": description, "content": {media: {"schema": {"type": "object"}}}}


def _problems(*codes: int) -> Node:
    problem = {"application/problem+json": {"schema": {"$ref": _REF.format(name="Problem")}}}
    return {str(code): {"description": "problem", "content": problem} for code in codes}


def _operation(
    summary: str, ok: str, body: Node | None = None, *, status: int = 200, media: str = "application/json"
) -> Node:
    """Describe one operation."""
    operation: Node = {
        "summary": summary,
        "responses": {str(status): _answer(ok), **_problems(400, 401, 403, 404, 409, 413, 422, 429, 503)},
    }
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {media: {"schema": body}}}
    return operation


def _parameter(name: str, place: str = "path") -> Node:
    return {"name": name, "in": place, "required": place == "path", "schema": {"type": "string"}}


@cache
def openapi() -> Node:
    """Give the whole description."""
    (event, entries, clock, source), components = json.schema_components(
        (EventMessage, EntriesBody, ClockBody, SourceBody), ref_template=_REF
    )
    paging = [_parameter("limit", "query"), _parameter("cursor", "query")]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Holdfast", "version": __version__, "license": {"name": "Apache-2.0"}},
        "paths": {
            "/v1/decisions": {
                "post": _operation("Decide an event", "the decision", event),
                "get": {**_operation("List decisions, newest first", "a page of decisions"), "parameters": paging},
            },
            "/v1/decisions:batch": {
                "post": _operation(
                    "Decide up to 1,000 events, one a line",
                    "one decision or error a line",
                    {"type": "string"},
                    media="application/x-ndjson",
                )
            },
            "/v1/events": {"post": _operation("Report an event", "taken", event, status=202)},
            "/v1/decisions/{id}": {"parameters": [_parameter("id")], "get": _operation("Read a decision", "it")},
            "/v1/decisions/{id}/replay": {
                "parameters": [_parameter("id")],
                "post": _operation("Judge a decision's facts again", "whether it is equal, and the judgement"),
            },
            "/v1/lists": {"get": _operation("List the lists", "lists with their versions")},
            "/v1/lists/{list}": {
                "parameters": [_parameter("list"), *paging],
                "get": _operation("Read a list", "a page of entries"),
            },
            "/v1/lists/{list}/entries": {
                "parameters": [_parameter("list")],
                "post": _operation("Add entries", "the new version", entries),
                "delete": _operation("Remove entries", "the new version", entries),
            },
            "/v1/packs": {"get": _operation("List the regulation packs", "packs with their signs")},
            "/v1/sources": {"get": _operation("List the sources", "sources and since when they are complete")},
            "/v1/sources/{source}": {
                "parameters": [_parameter("source")],
                "put": _operation("Declare a source complete", "the source", source),
            },
            "/v1/dev/clock": {"post": _operation("Move the test clock", "where it stands", clock)},
            "/metrics": {"get": _operation("Figures for Prometheus", "text")},
            "/healthz": {"get": _operation("Is the process alive", "it is")},
            "/readyz": {"get": _operation("Can decisions be made", "yes, or what is missing")},
        },
        "components": {"schemas": {**components, "Problem": _PROBLEM}},
    }
