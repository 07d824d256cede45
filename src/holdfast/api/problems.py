"""Every refusal as `application/problem+json` (RFC 9457), with a stable code, a pointer and a hint."""

from http import HTTPStatus

from starlette.responses import Response

from holdfast.vocabulary.errors import HoldfastError, UnauthorisedError
from holdfast.wire.canonical import canonical

PROBLEM = "application/problem+json"
_RETRY_AFTER_S = {429: "1", 503: "1"}


def problem(error: HoldfastError) -> dict[str, object]:
    """Describe an error as a problem."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(error.http_status).phrase,
        "status": error.http_status,
        "code": error.code,
        "detail": error.message,
        "pointer": error.pointer or None,
        "hint": error.advice,
    }


def problem_headers(error: HoldfastError) -> dict[str, str]:
    """Give the headers that go with a problem."""
    if error.http_status == UnauthorisedError.http_status:
        return {"www-authenticate": "Bearer"}
    after = _RETRY_AFTER_S.get(error.http_status)
    return {"retry-after": after} if after else {}


def problem_response(error: HoldfastError) -> Response:
    """Answer with a problem."""
    return Response(
        canonical(problem(error)),
        status_code=error.http_status,
        media_type=PROBLEM,
        headers=problem_headers(error),
    )
