"""The description of the API, OpenAPI 3.1, generated from the wire types."""

from functools import cache
from typing import Final

from msgspec import json

from holdfast import __version__
from holdfast.api.deadlines import HEADER
from holdfast.api.describing import (
    FILE,
    JSON,
    LINES,
    PROBLEM,
    REF,
    Node,
    asked,
    linked,
    media,
    named,
    one_of,
    operation,
    parameter,
    several,
)
from holdfast.api.identity_paths import IDENTITY_BODIES, identity_paths
from holdfast.api.identity_rights_paths import RIGHTS_BODIES, identity_rights_paths
from holdfast.api.listing_paths import LISTING_BODIES, listing_paths
from holdfast.operations.exposure import KINDS
from holdfast.vocabulary.claims import ClaimState
from holdfast.vocabulary.deadline import LONGEST_MS
from holdfast.vocabulary.holds import HoldState
from holdfast.wire.claims import SettleBody
from holdfast.wire.corrections import UndoBody
from holdfast.wire.decisions import DecisionMessage
from holdfast.wire.events import EventMessage
from holdfast.wire.holds import ActBody, ReleaseBody, RestrainBody, WithdrawBody
from holdfast.wire.photos import LookedAt
from holdfast.wire.requests import ApprovalBody, ClockBody, EntriesBody, ErasureBody, LinkBody, ListBody, SourceBody
from holdfast.wire.sellers import AppealBody, AppealResultBody, LiftBody, StrikeBody
from holdfast.wire.sheets import CSV, XLSX
from holdfast.wire.switches import SwitchBackBody, SwitchBody

_BODIES: Final = (
    ActBody,
    AppealBody,
    AppealResultBody,
    ApprovalBody,
    ClockBody,
    EntriesBody,
    ErasureBody,
    LiftBody,
    LinkBody,
    ListBody,
    ReleaseBody,
    RestrainBody,
    SettleBody,
    SourceBody,
    StrikeBody,
    SwitchBackBody,
    SwitchBody,
    UndoBody,
    WithdrawBody,
    DecisionMessage,
    LookedAt,
)
_HTML: Final = "text/html; charset=utf-8"
_FIGURES: Final = "text/plain; version=0.0.4; charset=utf-8"
_LIST: Final = parameter("list", {"type": "string", "pattern": "^[a-z0-9][a-z0-9_.-]{0,63}$"})
_ID: Final = parameter("id")
_PAGING: Final = [asked("limit", {"type": "integer", "minimum": 1, "maximum": 500, "default": 100}), asked("cursor")]
_DEADLINE: Final[Node] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "milliseconds within which the answer must come; 503 `deadline_exceeded` when it does not",
    "schema": {"type": "integer", "minimum": 1, "maximum": LONGEST_MS},
}
_WHOSE: Final = [asked("customer_id"), asked("seller_id")]
_HOLD_ACTS: Final = (
    ("confirm", "Confirm a held operation for the client", "ActBody", (200,)),
    ("cancel", "Cancel a held operation for the client", "ActBody", (200,)),
    ("withdraw", "Withdraw a hold that stands on a wrong fact, as two people", "WithdrawBody", (200, 202)),
    ("release", "Release a hold, where the law lets the bank", "ReleaseBody", (200,)),
    ("restrain", "Take an authority's notice", "RestrainBody", (200,)),
    ("link", "Make a link to the page on which the client decides", "LinkBody", (200, 201)),
)


def _body(name: str) -> Node:
    return media(JSON, schema=named(name))


def _get(name: str, summary: str, ok: str, *parameters: Node) -> Node:
    """Describe an operation that reads."""
    return operation(name, summary, ok) | ({"parameters": list(parameters)} if parameters else {})


def _decision_paths(event: Node) -> Node:
    """Describe decisions and events."""
    decision, leads = _body("DecisionMessage"), {"read": ("decision", "/id"), "judge_again": ("replay", "/id")}
    decide = operation("decide", "Decide an event", "the decision", takes=event, gives=decision)
    made: Node = {"201": {"description": "the claim that a report of fraud made", "content": media(JSON)}}
    decide["responses"] = made | decide["responses"]  # type: ignore[operator] # as `operation` wrote it
    batch = operation(
        "decide_batch",
        "Decide up to 1,000 events, one a line",
        "a decision or an error a line",
        gives=media(LINES),
    )
    batch["requestBody"] = {"required": False, "content": media(LINES)}  # without lines there are no answers
    report = operation("report", "Report an event", "taken", takes=event, statuses=(200, 201, 202))
    in_time = {"parameters": [_DEADLINE]}
    return {
        "/v1/decisions": {
            "post": linked(decide, 200, leads) | in_time,
            "get": _get("decisions", "List decisions, newest first", "a page of decisions", *_PAGING),
        },
        "/v1/decisions:batch": {"post": batch | in_time},
        "/v1/events": {"post": report | in_time},
        "/v1/decisions/{id}": {
            "parameters": [_ID],
            "get": operation("decision", "Read a decision", "it", gives=decision),
        },
        "/v1/decisions/{id}/replay": {
            "parameters": [_ID],
            "post": operation("replay", "Judge a decision's facts again", "whether it is equal, and the judgement"),
        },
    }


def _list_paths() -> Node:
    """Describe the lists."""
    entries, version = _body("EntriesBody"), parameter("version")
    told = [asked(word) for word in ("type", "published_at", "source", "declared_type", "by")]
    told += [asked("marked", one_of("true", "false")), asked("declared_rows", {"type": "integer", "minimum": 0})]
    snapshot: Node = {"text/csv": {"schema": FILE}}
    steps = media(JSON) | media(LINES)
    load = operation("import", "Load a full snapshot", "the new version, and the bad rows", takes=snapshot, gives=steps)
    approve = operation("approve", "Release a snapshot as a second person", "the new version", gives=steps)
    undo = operation(
        "undo",
        "Take a wrong version back, as two people",
        "what it led to",
        takes=_body("UndoBody"),
        statuses=(200, 202),
    )
    return {
        "/v1/lists": {"get": operation("lists", "List the lists", "lists with their versions")},
        "/v1/lists/{list}": {
            "parameters": [_LIST],
            "get": _get("list", "Read a list", "a page of entries, its limits and its quarantine", *_PAGING),
            "put": operation(
                "settle_list", "Say what a list is for, and its limits", "its settings", takes=_body("ListBody")
            ),
        },
        "/v1/lists/{list}/entries": {
            "parameters": [_LIST],
            "post": operation("add_entries", "Add entries", "the new version", takes=entries),
            "delete": operation("remove_entries", "Remove entries", "the new version", takes=entries),
        },
        "/v1/lists/{list}/import": {"parameters": [_LIST, *told], "post": load},
        "/v1/lists/{list}/import/{id}": {
            "parameters": [_LIST, _ID],
            "get": operation("snapshot", "Read a snapshot in quarantine", "what was found"),
            "delete": operation("drop_snapshot", "Remove a snapshot from quarantine", "nothing", statuses=(204,)),
        },
        "/v1/lists/{list}/import/{id}/approve": {
            "parameters": [_LIST, _ID],
            "post": approve | {"requestBody": {"required": False, "content": _body("ApprovalBody")}},
        },
        "/v1/lists/{list}/versions": {
            "parameters": [_LIST],
            "get": _get("versions", "List a list's versions", "versions, the newest first", *_PAGING),
        },
        "/v1/lists/{list}/versions/{version}": {
            "parameters": [_LIST, version],
            "get": _get("version", "Read what a version changed", "a page of added and removed entries", *_PAGING),
        },
        "/v1/lists/{list}/versions/{version}/undo": {"parameters": [_LIST, version], "post": undo},
    }


def _hold_paths() -> Node:
    """Describe the holds."""
    states = several("state", [state.value for state in HoldState])
    return {
        "/v1/holds": {"get": _get("holds", "List holds, newest first", "a page of them", states, *_WHOSE, *_PAGING)},
        "/v1/holds/{id}": {
            "parameters": [_ID],
            "get": operation("hold", "Read a hold", "the hold as it stands now, with its history"),
        },
        "/v1/holds/{id}/notices": {
            "parameters": [_ID],
            "get": operation("notices", "Read what the client was told and shown", "notices and pages, oldest first"),
        },
        **{
            f"/v1/holds/{{id}}/{act}": {
                "parameters": [_ID],
                "post": operation(act, summary, "the hold as it stands then", takes=_body(body), statuses=statuses),
            }
            for act, summary, body, statuses in _HOLD_ACTS
        },
    }


def _claim_paths(event: Node) -> Node:
    """Describe claims, exposure and evidence."""
    states = several("state", [state.value for state in ClaimState])
    claim = operation(
        "claim", "Make a claim of a report of fraud", "the claim as it stands", takes=event, statuses=(200, 201)
    )
    span = [asked("from"), asked("to"), asked("format", one_of("json", "csv", "xlsx"))]
    exposure = operation(
        "exposure", "Say what the bank stands to pay", "sums by currency", gives=media(JSON, CSV, XLSX)
    )
    return {
        "/v1/claims": {
            "post": claim,
            "get": _get("claims", "List claims, newest first", "a page", states, asked("customer_id"), *_PAGING),
        },
        "/v1/claims/{id}": {
            "parameters": [_ID],
            "get": operation("read_claim", "Read a claim", "the claim with its findings and its history"),
        },
        "/v1/claims/{id}/settle": {
            "parameters": [_ID],
            "post": operation("settle", "Settle a claim", "the claim as it then stands", takes=_body("SettleBody")),
        },
        "/v1/exposure": {"parameters": span, "get": exposure},
        "/v1/exposure/rows": {
            "get": _get(
                "exposure_rows", "List exposure", "a page, newest first", asked("kind", one_of(*KINDS)), *_PAGING
            )
        },
        "/v1/holds/{id}/evidence": _evidence("hold_evidence"),
        "/v1/decisions/{id}/evidence": _evidence("decision_evidence"),
    }


def _seller_paths() -> Node:
    """Describe how sellers stand, strikes and appeals."""
    stands, seller = "how the seller stands then", parameter("seller")
    acts = (
        ("strikes", "strike", "Give a strike against a seller", "StrikeBody", (200, 201)),
        ("strikes/{id}/lift", "lift_strike", "Take a strike back", "LiftBody", (200,)),
        ("appeals", "appeal", "Appeal against a strike for the seller", "AppealBody", (200, 201)),
        ("appeals/{id}/settle", "settle_appeal", "Hear an appeal as another person", "AppealResultBody", (200,)),
    )
    return {
        "/v1/sellers/{seller}": {
            "parameters": [seller],
            "get": operation("seller", "Read how a seller stands", "strikes, appeals, limits and held payouts"),
        },
        **{
            f"/v1/sellers/{{seller}}/{path}": {
                "parameters": [seller, _ID] if "{id}" in path else [seller],
                "post": operation(name, summary, stands, takes=_body(body), statuses=statuses),
            }
            for path, name, summary, body, statuses in acts
        },
    }


def _evidence(name: str) -> Node:
    """Describe an evidence file."""
    ok = "the whole story with its hashes, as JSON or as one page"
    return {
        "parameters": [_ID, asked("format", one_of("json", "html")), asked("lang", one_of("ru", "kk", "en"))],
        "get": operation(name, "Give the evidence file", ok, gives=media(JSON, _HTML)),
    }


def _switch_paths() -> Node:
    """Describe the emergency switch of signs and rules."""
    stands, statuses = "the switch as it stands, or whose word it waits for", (200, 202)
    make = operation(
        "switch",
        "Let a sign or a rule act less for some hours, as two people",
        stands,
        takes=_body("SwitchBody"),
        statuses=statuses,
    )
    back = operation(
        "switch_back",
        "Let a switched sign or rule act as before, as two people",
        stands,
        takes=_body("SwitchBackBody"),
        statuses=statuses,
    )
    return {
        "/v1/switches": {
            "get": _get("switches", "List switches, newest first", "a page of them", *_PAGING),
            "post": make,
        },
        "/v1/switches/{sign}/back": {"parameters": [parameter("sign")], "post": back},
    }


def _other_paths() -> Node:
    """Describe what is about the server, the law and the clients."""
    erasure = operation(
        "erase",
        "Erase a person's data, as two people",
        "when, and where the log says so, or whose word is missing",
        takes=_body("ErasureBody"),
        statuses=(200, 202),
    )
    restrictions = operation("restrictions", "Say what the law limits for a client", "limits, and what is unknown")
    metrics = operation("metrics", "Figures for Prometheus", "text", gives=media(_FIGURES))
    return {
        "/v1/clients/{id}/restrictions": {"parameters": [_ID], "get": restrictions},
        "/v1/clients/{id}/erase": {"parameters": [_ID], "post": erasure},
        "/v1/keys": {"get": operation("keys", "List every API key ever made", "ids, scopes and ends, never a key")},
        "/v1/keys/{id}/revoke": {"parameters": [_ID], "post": operation("revoke", "End an API key at once", "the key")},
        "/v1/packs": {"get": operation("packs", "List the regulation packs", "packs with their signs")},
        "/v1/models": {"get": operation("models", "Read the model in service", "the model, and how it does")},
        "/v1/sources": {"get": operation("sources", "List the sources", "sources and since when they are complete")},
        "/v1/sources/{source}": {
            "parameters": [parameter("source")],
            "put": operation("declare_source", "Declare a source complete", "the source", takes=_body("SourceBody")),
        },
        "/v1/photos": {
            "post": operation(
                "look_at_photo",
                "Take a photo's fingerprint",
                "what goes into an event, and how much there is to see",
                takes=media("image/jpeg", "image/png", "image/webp"),
                gives=_body("LookedAt"),
            )
        },
        "/v1/dev/clock": {
            "get": operation("clock", "Read the test clock", "where it stands"),
            "post": operation("move_clock", "Move the test clock", "where it stands", takes=_body("ClockBody")),
        },
        "/metrics": {"get": metrics},
        "/healthz": {"get": operation("alive", "Is the process alive", "it is")},
        "/readyz": {"get": operation("ready", "Can decisions be made", "yes, or what is missing", statuses=(200, 503))},
    }


@cache
def openapi() -> Node:
    """Give the whole description."""
    (event, *_), components = json.schema_components(
        (EventMessage, *_BODIES, *LISTING_BODIES, *IDENTITY_BODIES, *RIGHTS_BODIES), ref_template=REF
    )
    taken = media(JSON, schema=event)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Holdfast", "version": __version__, "license": {"name": "Apache-2.0"}},
        "paths": {
            **_decision_paths(taken),
            **_list_paths(),
            **_hold_paths(),
            **_claim_paths(taken),
            **_seller_paths(),
            **listing_paths(),
            **identity_paths(),
            **identity_rights_paths(),
            **_switch_paths(),
            **_other_paths(),
        },
        "components": {"schemas": {**components, "Problem": PROBLEM}},
    }
