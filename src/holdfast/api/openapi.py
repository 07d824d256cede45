"""The description of the API, OpenAPI 3.1, generated from the wire types."""

from functools import cache

from msgspec import json

from holdfast import __version__
from holdfast.api.deadlines import HEADER
from holdfast.vocabulary.deadline import LONGEST_MS
from holdfast.wire.claims import SettleBody
from holdfast.wire.corrections import UndoBody
from holdfast.wire.events import EventMessage
from holdfast.wire.holds import ActBody, ReleaseBody, RestrainBody, WithdrawBody
from holdfast.wire.requests import ApprovalBody, ClockBody, EntriesBody, LinkBody, ListBody, SourceBody

Node = dict[str, object]
_ACTS = (ActBody, WithdrawBody, ReleaseBody, RestrainBody, LinkBody, SettleBody)
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


_DEADLINE: Node = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "milliseconds within which the answer must come; 503 `deadline_exceeded` when it does not",
    "schema": {"type": "integer", "minimum": 1, "maximum": LONGEST_MS},
}


def _in_time(operation: Node) -> Node:
    """Let a call name its deadline."""
    return {**operation, "parameters": [_DEADLINE]}


def _list_paths(entries: Node, settings: Node, approval: Node, *, undo: Node, paging: list[Node]) -> Node:
    """Describe the lists."""
    asked = ("type", "published_at", "marked", "source", "declared_type", "declared_rows", "by")
    name, snapshot = _parameter("list"), _parameter("id")
    file: Node = {"type": "string", "format": "binary"}
    return {
        "/v1/lists": {"get": _operation("List the lists", "lists with their versions")},
        "/v1/lists/{list}": {
            "parameters": [name, *paging],
            "get": _operation("Read a list", "a page of entries, its limits and its quarantine"),
            "put": _operation("Say what a list is for, and its limits", "the list's settings", settings),
        },
        "/v1/lists/{list}/entries": {
            "parameters": [name],
            "post": _operation("Add entries", "the new version", entries),
            "delete": _operation("Remove entries", "the new version", entries),
        },
        "/v1/lists/{list}/import": {
            "parameters": [name, *(_parameter(word, "query") for word in asked)],
            "post": _operation("Load a full snapshot", "the new version, and the bad rows", file, media="text/csv"),
        },
        "/v1/lists/{list}/import/{id}": {
            "parameters": [name, snapshot],
            "get": _operation("Read a snapshot in quarantine", "what was found"),
            "delete": _operation("Remove a snapshot from quarantine", "nothing", status=204),
        },
        "/v1/lists/{list}/import/{id}/approve": {
            "parameters": [name, snapshot],
            "post": _operation("Release a snapshot as a second person", "the new version", approval),
        },
        "/v1/lists/{list}/versions": {
            "parameters": [name, *paging],
            "get": _operation("List a list's versions", "versions, the newest first"),
        },
        "/v1/lists/{list}/versions/{version}": {
            "parameters": [name, _parameter("version"), *paging],
            "get": _operation("Read what a version changed", "a page of added and removed entries"),
        },
        "/v1/lists/{list}/versions/{version}/undo": {
            "parameters": [name, _parameter("version")],
            "post": _operation("Take a wrong version back; 202 until a second person agrees", "what it led to", undo),
        },
    }


def _hold_paths(schemas: dict[str, Node], paging: list[Node]) -> Node:
    """Describe the holds."""
    told = {
        "confirm": ("Confirm a held operation for the client", "ActBody"),
        "cancel": ("Cancel a held operation for the client", "ActBody"),
        "withdraw": ("Withdraw a hold that stands on a wrong fact; 202 until a second person agrees", "WithdrawBody"),
        "release": ("Release a hold, where the law lets the bank", "ReleaseBody"),
        "restrain": ("Take an authority's notice", "RestrainBody"),
        "link": ("Make a link to the page on which the client decides", "LinkBody"),
    }
    narrowing = [_parameter("state", "query"), _parameter("customer_id", "query"), *paging]
    return {
        "/v1/holds": {
            "parameters": narrowing,
            "get": _operation("List holds, newest first", "a page of holds as they stand now"),
        },
        "/v1/holds/{id}": {
            "parameters": [_parameter("id")],
            "get": _operation("Read a hold", "the hold as it stands now, with its history"),
        },
        "/v1/holds/{id}/notices": {
            "parameters": [_parameter("id")],
            "get": _operation("Read what the client was told and shown", "notices and pages, oldest first"),
        },
        **{
            f"/v1/holds/{{id}}/{act}": {
                "parameters": [_parameter("id")],
                "post": _operation(summary, "the hold as it stands then", schemas[body]),
            }
            for act, (summary, body) in told.items()
        },
    }


def _claim_paths(event: Node, settlement: Node, paging: list[Node]) -> Node:
    """Describe claims, exposure and evidence."""
    span = [_parameter(name, "query") for name in ("from", "to", "format")]
    page = [_parameter(name, "query") for name in ("format", "lang")]
    evidence: Node = {
        "parameters": [_parameter("id"), *page],
        "get": _operation("Give the evidence file", "the whole story with its hashes, as JSON or as one page"),
    }
    return {
        "/v1/claims": {
            "post": _operation("Make a claim of a report of fraud", "the claim as it stands", event, status=201),
            "get": {
                **_operation("List claims, newest first", "a page of claims"),
                "parameters": [_parameter("state", "query"), _parameter("customer_id", "query"), *paging],
            },
        },
        "/v1/claims/{id}": {
            "parameters": [_parameter("id")],
            "get": _operation("Read a claim", "the claim with its findings and its history"),
        },
        "/v1/claims/{id}/settle": {
            "parameters": [_parameter("id")],
            "post": _operation("Settle a claim", "the claim as it then stands", settlement),
        },
        "/v1/exposure": {
            "parameters": span,
            "get": _operation("Say what the bank stands to pay", "sums by currency, or the rows as a file"),
        },
        "/v1/exposure/rows": {
            "parameters": [_parameter("kind", "query"), *paging],
            "get": _operation("List rows of exposure, newest first", "a page of rows"),
        },
        "/v1/holds/{id}/evidence": evidence,
        "/v1/decisions/{id}/evidence": evidence,
    }


@cache
def openapi() -> Node:
    """Give the whole description."""
    (event, entries, clock, source, settings, approval, undo, *acts), components = json.schema_components(
        (EventMessage, EntriesBody, ClockBody, SourceBody, ListBody, ApprovalBody, UndoBody, *_ACTS), ref_template=_REF
    )
    bodies = {body.__name__: schema for body, schema in zip(_ACTS, acts, strict=True)}
    paging = [_parameter("limit", "query"), _parameter("cursor", "query")]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Holdfast", "version": __version__, "license": {"name": "Apache-2.0"}},
        "paths": {
            "/v1/decisions": {
                "post": _in_time(_operation("Decide an event", "the decision", event)),
                "get": {**_operation("List decisions, newest first", "a page of decisions"), "parameters": paging},
            },
            "/v1/decisions:batch": {
                "post": _in_time(
                    _operation(
                        "Decide up to 1,000 events, one a line",
                        "one decision or error a line",
                        {"type": "string"},
                        media="application/x-ndjson",
                    )
                )
            },
            "/v1/events": {"post": _in_time(_operation("Report an event", "taken", event, status=202))},
            "/v1/decisions/{id}": {"parameters": [_parameter("id")], "get": _operation("Read a decision", "it")},
            "/v1/decisions/{id}/replay": {
                "parameters": [_parameter("id")],
                "post": _operation("Judge a decision's facts again", "whether it is equal, and the judgement"),
            },
            **_list_paths(entries, settings, approval, undo=undo, paging=paging),
            **_hold_paths(bodies, paging),
            **_claim_paths(event, bodies["SettleBody"], paging),
            "/v1/clients/{id}/restrictions": {
                "parameters": [_parameter("id")],
                "get": _operation("Say what the law limits for a client now", "limits, and what is unknown"),
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
