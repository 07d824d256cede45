"""What guards pages behind a link: their headers, the cookie that ties a link to a browser, where a form came from."""

import re
from typing import Final, Literal
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from holdfast.vocabulary.errors import FormError

HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with `no-referrer` browsers hide the origin of a form, which is checked here
    "cache-control": "no-store",
    "x-robots-tag": "noindex",
}
SameSite = Literal["lax", "strict"]
_COOKIE: Final = "holdfast_browser"
_SECURE: Final = f"__Host-{_COOKIE}"
_MARK: Final = re.compile(r"browser_[0-9a-f]{32}")
_PREVIEW: Final = re.compile(
    r"^(whatsapp|viber)/|(telegram|twitter|slack|discord|linkedin|google|yandex|bing|mail\.ru_)bot"
    r"|facebookexternalhit|vkshare|skypeuripreview",
    re.IGNORECASE,
)
_KEPT_SECONDS: Final = 400 * 24 * 3_600  # the longest that browsers keep a cookie


def read_device(request: Request) -> str | None:
    """Give the mark that this browser got at an earlier visit."""
    mark = request.cookies.get(_SECURE if _is_secure(request) else _COOKIE, "")
    return mark if _MARK.fullmatch(mark) else None


def is_looked_ahead(request: Request) -> bool:
    """Tell whether a scanner, a prefetch or a messenger's preview asks, which must not take a link from its person."""
    if request.method == "HEAD" or "prefetch" in request.headers.get("sec-purpose", ""):
        return True
    is_page = request.headers.get("sec-fetch-dest") == "document"  # only a browser that shows it says so
    return not is_page and _PREVIEW.search(request.headers.get("user-agent", "")) is not None


def set_device(request: Request, answer: Response, mark: str, *, path: str, same_site: SameSite) -> None:
    """Give the browser its mark; over HTTPS no neighbour on the same domain can set or read it.

    With `lax` it also comes along when a person follows the link on a page of another site, and never with a form.
    """
    secure = _is_secure(request)
    answer.set_cookie(
        _SECURE if secure else _COOKIE,
        mark,
        max_age=_KEPT_SECONDS,
        path="/" if secure else path,  # the prefix `__Host-` wants the whole host
        secure=secure,
        httponly=True,
        samesite=same_site,
    )


def check_origin(request: Request) -> None:
    """Raise FormError when a browser says that a form came from elsewhere."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise FormError("the form came from another site")
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise FormError("the form came from another site")


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"
