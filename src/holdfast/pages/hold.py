"""The client's hold page: what is held and why, and the client's own decision. No script, no session, one link."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from holdfast.operations.cancel_hold import cancel_hold
from holdfast.operations.confirm_code import code_of, send_code, try_code
from holdfast.operations.confirm_hold import confirm_hold
from holdfast.operations.hold_link import PAGES, Link, make_step, read_link, step_age_seconds
from holdfast.operations.said import Said
from holdfast.operations.shard import Shard
from holdfast.operations.show_hold import Shown, Visit, keep_shown, return_to_hold, visit_hold
from holdfast.pages.asked import asked_language, small_form
from holdfast.pages.hold_questions import asked_answers, is_alarming, questions_of
from holdfast.pages.hold_text import readable_text
from holdfast.pages.hold_view import BOOK, HoldView, view_of, voices_of
from holdfast.pages.link_door import HEADERS, read_device, set_device
from holdfast.pages.link_pages import FAULTS, LinkPages
from holdfast.pages.link_paper import STYLE, Paper
from holdfast.pages.words import Words
from holdfast.vocabulary.errors import ForbiddenByLawError, ProofError
from holdfast.vocabulary.holds import Actor
from holdfast.vocabulary.writing import moment

READING_SECONDS: Final = 10
_CLIENT: Final = Actor.CLIENT.value
_BY_HERSELF: Final = "the client's own decision on the hold page"
_PROBLEMS: Final = {
    "missing": "ask.missing",
    "soon": "ask.soon",
    "unread": "warning.missing",
    "wrong": "code.wrong",
}
_log = structlog.get_logger("holdfast.pages")


class HoldPages:
    """The pages over one shard."""

    def __init__(self, shard: Shard) -> None:
        self._shard = shard
        self._paper = Paper(shard, BOOK)
        read = partial(read_link, shard)
        self._pages = LinkPages(root=PAGES, paper=self._paper, read=read, faults=FAULTS, usual="link", headers=HEADERS)

    def app(self) -> Starlette:
        """Build the application."""
        table = (
            ("GET", "", self.show),
            ("POST", "/cancel", self.cancel),
            ("POST", "/coached", self.coached),
            ("GET", "/confirm", self.ask),
            ("POST", "/confirm", self.answer),
            ("GET", "/warning", self.warn),
            ("POST", "/warning", self.go_on),
            ("GET", "/code", self.code),
            ("POST", "/code", self.confirm),
        )
        return self._pages.app(table, ("hold.css", STYLE, "text/css"))

    async def _page(self, request: Request, visit: Visit, name: str, **values: Any) -> Response:
        """Write a page of a hold, keep it as proof, and tie the link to this browser at the first one."""
        words = Words(asked_language(request), BOOK)
        view: HoldView = values.pop("view", None) or self._view(request, visit)
        words = words.about(*voices_of(view.thing))
        path = self._pages.path(request)
        text = self._paper.text(name, words, here=request.url.path, path=path, view=view, **values)
        template = f"{BOOK}.{view.screen if name == 'screen' else name}"
        shown = Shown(template=template, version=self._paper.version, language=words.language, text=readable_text(text))
        await keep_shown(self._shard, visit, shown)
        answer = self._pages.html(text, words)
        set_device(request, answer, visit.device, path=PAGES, same_site="strict")
        return answer

    def _view(self, request: Request, visit: Visit) -> HoldView:
        return view_of(self._shard, visit, Words(asked_language(request), BOOK))

    async def show(self, request: Request, link: Link) -> Response:
        """Show the hold as it stands."""
        visit = await visit_hold(self._shard, link, read_device(request))
        return await self._page(request, visit, "screen")

    async def cancel(self, request: Request, link: Link) -> Response:
        """Cancel, and show what came of it."""
        return await self._cancel(request, link, coached=False)

    async def coached(self, request: Request, link: Link) -> Response:
        """Cancel because somebody asked the client for the operation, and have a case opened."""
        return await self._cancel(request, link, coached=True)

    async def _cancel(self, request: Request, link: Link, *, coached: bool) -> Response:
        await return_to_hold(self._shard, link, read_device(request))
        reason = "coached" if coached else _BY_HERSELF
        said = Said(by=_CLIENT, customer_id=link.customer_id, reason=reason, coached=coached)
        try:
            await cancel_hold(self._shard, link.hold_id, said)
        except ForbiddenByLawError as error:
            _log.info("cancelled too late", hold=link.hold_id, why=error.message)
        return self._pages.lead(request)

    async def ask(self, request: Request, link: Link) -> Response:
        """Ask the questions that come before a confirmation, or say where it can be given."""
        visit = await return_to_hold(self._shard, link, read_device(request))
        view = self._view(request, visit)
        if not view.can_confirm:
            return self._pages.lead(request)
        if view.elsewhere:
            return await self._page(request, visit, "elsewhere", view=view, why=view.elsewhere)
        return await self._form(request, visit, "ask", view=view)

    async def warn(self, request: Request, link: Link) -> Response:
        """Warn after an answer that sounds like a fraud, and ask once more."""
        visit = await return_to_hold(self._shard, link, read_device(request))
        view = self._view(request, visit)
        if not view.can_confirm or view.elsewhere:
            return self._pages.lead(request)
        return await self._form(request, visit, "warning", view=view)

    async def _form(self, request: Request, visit: Visit, step: str, *, view: HoldView) -> Response:
        """Show a form of the way to a confirmation, marked with the instant at which it was shown."""
        return await self._page(
            request,
            visit,
            step,
            view=view,
            questions=questions_of(view.thing),
            chosen=asked_answers(request.query_params, view.thing),
            problem=_PROBLEMS.get(request.query_params.get("problem", ""), ""),
            mark=make_step(self._shard, visit.link, step),
        )

    async def answer(self, request: Request, link: Link) -> Response:
        """Take the answers: warn where they sound like a fraud, else send a code."""
        answers, age, _ = await self._answers(request, link, "ask")
        if not all(answers.values()):
            return self._pages.lead(request, "/confirm", problem="missing", **answers)
        if age < READING_SECONDS:
            return self._pages.lead(request, "/confirm", problem="soon", **answers)
        if is_alarming(answers):
            return self._pages.lead(request, "/warning", **answers)
        return await self._send_code(request, link, answers)

    async def go_on(self, request: Request, link: Link) -> Response:
        """Send a code to a client who was warned and is certain all the same; nobody is kept from it."""
        answers, age, is_read = await self._answers(request, link, "warning")
        if not all(answers.values()):
            return self._pages.lead(request, "/confirm", problem="missing", **answers)
        if not is_read or age < READING_SECONDS:
            return self._pages.lead(request, "/warning", problem="soon" if is_read else "unread", **answers)
        return await self._send_code(request, link, {**answers, "warned": "read"})

    async def _answers(self, request: Request, link: Link, step: str, /) -> tuple[dict[str, str], int, bool]:
        """Read a form: the answers, for how many seconds its page was shown, and whether the warning was read."""
        form = await small_form(request)
        visit = await return_to_hold(self._shard, link, read_device(request))
        age = step_age_seconds(self._shard, link, step, mark=form.get("mark", ""))
        return asked_answers(form, self._view(request, visit).thing), age, "warned" in form

    async def _send_code(self, request: Request, link: Link, answers: Mapping[str, str]) -> Response:
        language = asked_language(request)
        try:
            await send_code(self._shard, link, read_device(request), answers=answers, language=language)
        except ProofError:
            return self._pages.lead(request, "/confirm")  # which says where it can be confirmed instead
        return self._pages.lead(request, "/code")

    async def code(self, request: Request, link: Link) -> Response:
        """Ask for the code that was sent."""
        visit = await return_to_hold(self._shard, link, read_device(request))
        view, code = self._view(request, visit), code_of(self._shard, visit.story, link)
        if not view.can_confirm:
            return self._pages.lead(request)
        if code is None or not (code.left or code.more):
            return self._pages.lead(request, "/confirm")
        until = moment(code.until_ms, asked_language(request), self._shard.tenant.zone)
        problem = "code.ended" if not code.left else _PROBLEMS.get(request.query_params.get("problem", ""), "")
        return await self._page(request, visit, "code", view=view, code=code, until=until, problem=problem)

    async def confirm(self, request: Request, link: Link) -> Response:
        """Confirm with the right code."""
        typed = (await small_form(request)).get("code", "")
        try:
            proof = await try_code(self._shard, link, typed, device=read_device(request))
            said = Said(by=_CLIENT, customer_id=link.customer_id, proof=proof, reason=_BY_HERSELF, checked=True)
            await confirm_hold(self._shard, link.hold_id, said)
        except ProofError:
            return self._pages.lead(request, "/code", problem="wrong")
        except ForbiddenByLawError as error:
            _log.info("confirmed too late", hold=link.hold_id, why=error.message)
        return self._pages.lead(request)
