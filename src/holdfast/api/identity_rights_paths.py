"""The description of the routes of a person's rights in identity verification, for the whole of the API."""

from typing import Final

from holdfast.api.describing import JSON, Node, media, named, operation, parameter
from holdfast.wire.identity import EvidenceBody, FoundBody, TemplatesBody, WayBody

RIGHTS_BODIES: Final = (WayBody, FoundBody, EvidenceBody, TemplatesBody)
_ID: Final = parameter("id")
_REQUEST: Final = parameter("request")
_PATH: Final = "/v1/identity/sessions/{id}"
_STANDS: Final = "the session as it then stands"


def identity_rights_paths() -> Node:
    """Describe withdrawal, redaction, the way without a camera, and how a session's evidence leaves the house."""
    agree: Node = {"requestBody": {"required": False, "content": _body("AgreeBody")}}
    request = f"{_PATH}/evidence/{{request}}"
    return {
        f"{_PATH}/withdraw": _post(
            operation("withdraw_consent", "Take back the consent: cancel, and delete what is personal", _STANDS)
        ),
        f"{_PATH}/redact": _post(
            operation("redact_session", "Delete what is personal of a session that has ended", _STANDS)
        ),
        f"{_PATH}/alternative": _post(
            operation("other_way", "Go the way without a camera", _STANDS, takes=_body("WayBody"))
        ),
        f"{_PATH}/alternative/result": _post(
            operation("attest", "Say as a named person what was found", _STANDS, takes=_body("FoundBody"))
        ),
        f"{_PATH}/evidence": _post(
            operation(
                "ask_evidence",
                "Ask for a session's evidence",
                "the request, which waits for a second person",
                takes=_body("EvidenceBody"),
                statuses=(202,),
            )
        ),
        request: {
            "parameters": [_ID, _REQUEST],
            "get": operation("evidence_request", "Read a request for evidence", "the request, without any evidence"),
        },
        f"{request}/approve": {
            "parameters": [_ID, _REQUEST],
            "post": operation("approve_evidence", "Agree as the second person", "the request") | agree,
        },
        f"{request}/take": {
            "parameters": [_ID, _REQUEST],
            "post": operation("take_evidence", "Take the evidence as one of the two", "the request with it") | agree,
        },
        "/v1/identity/templates/delete": {
            "post": operation(
                "delete_templates",
                "Destroy a person's templates of a face",
                "what was destroyed, each with its place in the chain of the log",
                takes=_body("TemplatesBody"),
            )
        },
    }


def _post(described: Node) -> Node:
    return {"parameters": [_ID], "post": described}


def _body(name: str) -> Node:
    return media(JSON, schema=named(name))
