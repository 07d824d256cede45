"""What all pages that a person reaches by a link share: the guard, the routes and files, and faults said in words."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Generic, TypeVar
from urllib.parse import urlencode

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from holdfast.pages.asked import asked_language
from holdfast.pages.link_door import check_origin, is_looked_ahead
from holdfast.pages.link_paper import Paper
from holdfast.pages.words import Words
from holdfast.vocabulary.errors import (
    FormError,
    HoldfastError,
    LinkError,
    LinkExpiredError,
    OtherDeviceError,
    OverloadedError,
    UnavailableError,
)

LinkT = TypeVar("LinkT")
Endpoint = Callable[[Request, LinkT], Awaitable[Response]]
Faults = Mapping[type[HoldfastError], str]
FAULTS: Final[Faults] = {
    LinkError: "link",
    LinkExpiredError: "link_expired",
    OtherDeviceError: "other_device",
    FormError: "form",
    UnavailableError: "unavailable",
    OverloadedError: "unavailable",
}
_FILE_HEADERS: Final = {"cache-control": "max-age=300", "x-content-type-options": "nosniff"}
_log = structlog.get_logger("holdfast.pages")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPages(Generic[LinkT]):
    """The pages below one address, `root`; `read` reads the link of a token.

    `faults` names the text for each kind of error, `usual` the one for an error that is none of these nor our own.
    """

    root: str
    paper: Paper
    read: Callable[[str], LinkT]
    faults: Faults
    usual: str
    headers: Mapping[str, str]

    def app(self, table: Sequence[tuple[str, str, Endpoint[LinkT]]], *files: tuple[str, bytes, str]) -> Starlette:
        """Build the application: `table` has method, step and endpoint, `files` name, content and media type."""
        given = [Route(f"{self.root}/{name}", _file(data, kind), methods=["GET"]) for name, data, kind in files]
        routes = [
            Route(f"{self.root}/{{token}}{step}", self._guarded(call), methods=[how]) for how, step, call in table
        ]
        return Starlette(routes=[*given, *routes], exception_handlers={HTTPException: self._nowhere})

    def path(self, request: Request) -> str:
        """Give the address of the link's first page."""
        return f"{self.root}/{request.path_params['token']}"

    def html(self, text: str, words: Words, status: int = HTTPStatus.OK) -> Response:
        """Answer with a page."""
        return HTMLResponse(text, status, {**self.headers, "content-language": words.language})

    def lead(self, request: Request, step: str = "", **asked: str) -> Response:
        """Lead to another page of the link, in the same language."""
        query = urlencode({"lang": asked_language(request), **asked})
        return RedirectResponse(f"{self.path(request)}{step}?{query}", status_code=303, headers=self.headers)

    def _guarded(self, endpoint: Endpoint[LinkT]) -> Callable[[Request], Awaitable[Response]]:
        """Read the link before an endpoint, and answer whatever is wrong as a page that a person can read."""

        async def call(request: Request) -> Response:
            if is_looked_ahead(request):
                return Response(status_code=204, headers=self.headers)
            try:
                if request.method == "POST":
                    check_origin(request)
                return await endpoint(request, self.read(request.path_params["token"]))
            except HoldfastError as error:
                return self._fault(request, error)
            except HTTPException:
                raise
            except Exception as error:  # noqa: BLE001 - a fault of ours is answered in words and logged
                _log.error("page failed", root=self.root, exc_info=error)
                return self._fault(request, HoldfastError("the page failed inside Holdfast"))

        return call

    async def _nowhere(self, request: Request, error: Exception) -> Response:
        """Answer an address or a method that does not exist, or a body that is too large."""
        status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.NOT_FOUND
        return self._fault(request, LinkError("there is no such page"), status)

    def _fault(self, request: Request, error: HoldfastError, status: int | None = None) -> Response:
        """Say in words what is wrong; nothing of what the link opens is told."""
        is_ours = error.http_status >= HTTPStatus.INTERNAL_SERVER_ERROR
        usual = "broken" if is_ours else self.usual
        code = next((name for kind, name in self.faults.items() if isinstance(error, kind)), usual)
        words = Words(asked_language(request), self.paper.book)
        here = "/".join(request.url.path.split("/")[:3])
        answer = self.html(self.paper.text("fault", words, here=here, code=code), words, status or error.http_status)
        if is_ours:
            answer.headers["retry-after"] = "60"
        return answer


def _file(data: bytes, kind: str) -> Callable[[Request], Awaitable[Response]]:
    """Make what gives a file."""

    async def give(request: Request) -> Response:
        del request
        return Response(data, media_type=kind, headers=_FILE_HEADERS)

    return give
