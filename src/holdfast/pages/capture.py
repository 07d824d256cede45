"""The capture page: what a person agrees to, the camera, and the ways without one. One link, one browser, one script.

Pictures pass through to their judge; nothing here writes them anywhere.
"""

from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from holdfast.operations.capture_link import CAPTURES, CaptureLink, read_capture_link
from holdfast.operations.capture_visit import (
    PERSON,
    Agreed,
    CaptureVisit,
    Settling,
    agree,
    begin_capture,
    next_picture,
    open_capture,
    return_to_capture,
)
from holdfast.operations.captures import Captures
from holdfast.operations.other_way import take_other_way
from holdfast.operations.redact_session import withdraw_consent
from holdfast.operations.shard import Shard
from holdfast.pages.asked import asked_language, small_form
from holdfast.pages.capture_view import BOOK, CAMERA, CaptureView, capture_view, consent_text, consent_version
from holdfast.pages.link_door import HEADERS, read_device, set_device
from holdfast.pages.link_pages import FAULTS, LinkPages
from holdfast.pages.link_paper import STYLE, Paper
from holdfast.pages.words import Words, texts
from holdfast.vocabulary.errors import ConsentError, FaceError, FormError, ProviderError
from holdfast.vocabulary.identity import Way
from holdfast.wire.capture import read_camera, write_reply

MAX_FRAME: Final = 256 * 1024
_MAX_TOLD: Final = 2_048
_STATIC: Final = Path(__file__).parent / "static"
_SHEET: Final = STYLE + (_STATIC / "capture.css").read_bytes()
_SCRIPT: Final = (_STATIC / "capture.js").read_bytes()
_HEADERS: Final = {
    **HEADERS,
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "permissions-policy": "camera=(self), microphone=(), display-capture=()",
    "cross-origin-opener-policy": "same-origin",
}
_FAULTS: Final = {**FAULTS, ConsentError: "age", FaceError: "age", ProviderError: "unavailable"}
_WHY: Final = frozenset({"refused", "missing", "busy", "insecure", "spent"})


class CapturePages:
    """The pages over one shard, and the captures that run in them."""

    def __init__(self, shard: Shard) -> None:
        self._shard = shard
        self._paper = Paper(shard, BOOK)
        read = partial(read_capture_link, shard)
        self._pages = LinkPages(
            root=CAPTURES, paper=self._paper, read=read, faults=_FAULTS, usual="form", headers=_HEADERS
        )
        self.captures = Captures(shard, settle=Settling(shard))

    def app(self) -> Starlette:
        """Build the application."""
        table = (
            ("GET", "", self.show),
            ("POST", "/consent", self.consent),
            ("POST", "/begin", self.begin),
            ("POST", "/frame", self.frame),
            ("GET", "/other", self.other),
            ("POST", "/other", self.choose),
            ("POST", "/withdraw", self.withdraw),
        )
        files = (("capture.css", _SHEET, "text/css"), ("capture.js", _SCRIPT, "text/javascript"))
        return self._pages.app(table, *files)

    def _page(self, request: Request, visit: CaptureVisit, name: str = "", **values: Any) -> Response:
        """Write a page of a session, and tie the link to this browser."""
        words = Words(asked_language(request), BOOK)
        view = capture_view(self._shard, visit, words)
        name = name or (view.screen if view.screen in {"ask", CAMERA} else "screen")
        values |= {"path": self._pages.path(request), "view": view, "version": consent_version(words.language)}
        if name == "ask":
            values["consent"] = self._consent(words)
        if name == CAMERA:
            values["said"] = _said(words.language)
        text = self._paper.text(name, words, here=request.url.path, **values)
        answer = self._pages.html(text, words)
        set_device(request, answer, visit.device, path=CAPTURES, same_site="lax")  # linked from the tenant's site
        return answer

    def _consent(self, words: Words) -> tuple[str, ...]:
        return consent_text(words, self._paper.asker)

    async def show(self, request: Request, link: CaptureLink) -> Response:
        """Show the session as it stands: what is asked, the camera, or how it ended."""
        return self._page(request, await open_capture(self._shard, link, read_device(request)))

    async def consent(self, request: Request, link: CaptureLink) -> Response:
        """Keep the consent, and lead to the camera."""
        form = await small_form(request)
        visit = await return_to_capture(self._shard, link, read_device(request))
        words = Words(asked_language(request), BOOK)
        version = consent_version(words.language)
        if form.get("version") != version:
            raise FormError("the text of the consent is not the one that was shown")
        agreed = Agreed(
            text="\n".join(self._consent(words)),
            version=version,
            locale=words.language,
            of_age=form.get("adult") == "1",
        )
        await agree(self._shard, visit, agreed)
        return self._pages.lead(request)

    async def begin(self, request: Request, link: CaptureLink) -> Response:
        """Begin an attempt before the camera."""
        try:
            told = read_camera(await _body(request, _MAX_TOLD))
        except (msgspec.ValidationError, msgspec.DecodeError):
            raise FormError("what the page tells of its camera cannot be read") from None
        visit = await return_to_capture(self._shard, link, read_device(request))
        address = request.client.host if request.client else ""
        reply = await begin_capture(self._shard, self.captures, visit, told=told, address=address)
        return _json(write_reply(reply))

    async def frame(self, request: Request, link: CaptureLink) -> Response:
        """Hand one picture to its judge, and answer what comes next."""
        data = await _body(request, MAX_FRAME)
        visit = await return_to_capture(self._shard, link, read_device(request))
        return _json(write_reply(await next_picture(self._shard, self.captures, visit, data=data)))

    async def other(self, request: Request, link: CaptureLink) -> Response:
        """Show the ways without a camera, and why the camera did not work if that is known."""
        visit = await open_capture(self._shard, link, read_device(request))
        why = request.query_params.get("why", "")
        if not self._view(request, visit).is_open:
            return self._pages.lead(request)
        return self._page(request, visit, "other", why=why if why in _WHY else "")

    async def choose(self, request: Request, link: CaptureLink) -> Response:
        """Write down which way without a camera was chosen."""
        form = await small_form(request)
        visit = await return_to_capture(self._shard, link, read_device(request))
        way = next((one for one in Way if one.value == form.get("way")), None)
        if way is None:
            raise FormError("there is no such way")
        await self.captures.drop(link.session_id)
        await take_other_way(self._shard, visit.story.id, way, by=PERSON)
        return self._pages.lead(request)

    async def withdraw(self, request: Request, link: CaptureLink) -> Response:
        """Take the consent back: what runs ends, and the session with it."""
        await small_form(request)
        visit = await return_to_capture(self._shard, link, read_device(request))
        await self.captures.drop(link.session_id)
        await withdraw_consent(self._shard, visit.story.id, by=PERSON)
        return self._pages.lead(request)

    def _view(self, request: Request, visit: CaptureVisit) -> CaptureView:
        return capture_view(self._shard, visit, Words(asked_language(request), BOOK))


async def _body(request: Request, most: int) -> bytes:
    """Read a body of at most so many bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return bytes(body)


def _said(language: str) -> dict[str, str]:
    """Give what the script may have to say."""
    return {key.removeprefix("say."): text for key, text in texts(language, BOOK).items() if key.startswith("say.")}


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json", headers=_HEADERS)
