"""The description of the routes of identity verification, for the whole of the API."""

from typing import Final

from holdfast.api.describing import FILE, JSON, Node, asked, linked, media, named, operation, parameter
from holdfast.wire.identity import CancelBody, ConsumeBody, SessionBody, StartBody

IDENTITY_BODIES: Final = (SessionBody, StartBody, CancelBody, ConsumeBody)
_ID: Final = parameter("id")
_KEY: Final[Node] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "the caller's own; the same again gives the same session",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[\\x20-\\x7e]+$"},
}
_STANDS: Final = "the session as it then stands"
_ACTS: Final = (
    ("start", "Begin an attempt", "how the person goes on: a page or a token that works once", ("StartBody", False)),
    ("cancel", "Cancel a session", _STANDS, ("CancelBody", False)),
    ("consume", "Use a verification for its operation, once", _STANDS, ("ConsumeBody", True)),
)


def identity_paths() -> Node:
    """Describe the sessions, and where providers call back."""
    leads = {"read_session": ("session", "/id"), "start_session": ("start_session", "/id")}
    opening = operation(
        "open_session", "Open a session", "the session", takes=_body("SessionBody"), statuses=(200, 201)
    )
    callback = operation(
        "callback", "Take a provider's callback", "taken, or of no open session and dropped", statuses=(202,)
    )
    callback["requestBody"] = {"required": False, "content": {"application/octet-stream": {"schema": FILE}}}
    return {
        "/v1/identity/sessions": {"post": linked(opening, 201, leads) | {"parameters": [_KEY]}},
        "/v1/identity/sessions/{id}": {
            "parameters": [_ID],
            "get": operation("session", "Read a session", "where it stands, verdicts and history"),
        },
        **{
            f"/v1/identity/sessions/{{id}}/{act}": {"parameters": [_ID], "post": _act(act, summary, ok, takes=takes)}
            for act, summary, ok, takes in _ACTS
        },
        "/v1/identity/callbacks/{provider}": {"parameters": [parameter("provider")], "post": callback},
        "/v1/identity/return/{provider}": {"parameters": [parameter("provider")], "get": _back()},
    }


def _back() -> Node:
    """Describe the return of a person from a provider's page."""
    summary, told = "Take a person back", "taken; a 303 leads on to the tenant's page, with the session's id"
    back = operation("person_back", summary, told, statuses=(200, 303))
    return back | {"parameters": [asked("state"), asked("code"), asked("iss")]}


def _act(act: str, summary: str, ok: str, *, takes: tuple[str, bool]) -> Node:
    content = {"required": takes[1], "content": _body(takes[0])}
    return operation(f"{act}_session", summary, ok) | {"requestBody": content}


def _body(name: str) -> Node:
    return media(JSON, schema=named(name))
