"""The pages themselves: routes, headers, forms that answer with a redirect, and faults that a person can read."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from holdfast.operations.read_decision import read_decision
from holdfast.operations.shard import Shard
from holdfast.pages.asked import asked_ending, asked_language, asked_play, asked_story, small_form
from holdfast.pages.bazaar import Bazaar
from holdfast.pages.crash import RUNNING, Crash
from holdfast.pages.eve import STORIES, Scratch, both_sides
from holdfast.pages.eve import USUAL as USUAL_EVE
from holdfast.pages.heads import HEADERS
from holdfast.pages.late_feed import late_feed
from holdfast.pages.proving import Proving, Shards
from holdfast.pages.rendering import templates
from holdfast.pages.results import read_figures, totals, widest
from holdfast.pages.story import CURRENCY, RAILS, USUAL, Country, Stage, country_of, read_tag
from holdfast.pages.two_days import ENDINGS, Wish, two_days
from holdfast.pages.view import LawBook
from holdfast.pages.words import LANGUAGES, Words
from holdfast.vocabulary.errors import HoldfastError, NotFoundError
from holdfast.vocabulary.instants import from_ms, to_ms
from holdfast.wire.canonical import read_canonical

_HERE = Path(__file__).parent
_STYLE = (_HERE / "static" / "demo.css").read_bytes()
_REFRESH_SECONDS = "5"
_PROGRESS_SECONDS = "1"
TOUR: Mapping[Country, tuple[str, ...]] = {
    "ru": ("call", "message", "cities", "law", "hold", "owner", "swap", "late", "crash", "results"),
    "kz": ("call", "message", "cities", "law", "hold", "owner", "swap", "crash", "results"),
}


class Site:
    """The demonstration's pages over one shard.

    `scratch` makes shards in memory for days away from its clock, `shards` such under packs of their own, `crash` kills
    servers; `figures` is the file in which a demonstration leaves its own.
    """

    def __init__(self, shard: Shard, scratch: Scratch, figures: Path, *, shards: Shards, crash: Crash) -> None:
        self._shard = shard
        self._scratch = scratch
        self._figures = figures
        self._shards = shards
        self._crash = crash
        self._evidence = b""
        self._stage = Stage(shard)
        self._country = country_of(shard)
        self._templates = templates()

    def app(self) -> Starlette:
        """Build the application."""
        return Starlette(
            routes=[
                Route("/demo", self.index, methods=["GET"]),
                Route("/demo/call", self.call, methods=["GET"]),
                Route("/demo/call", self.send, methods=["POST"]),
                *Bazaar(self._shard, self._page).routes(),
                *Proving(self._shard, self._shards, self._page).routes(),
                Route("/demo/law", self.law, methods=["GET"]),
                Route("/demo/hold", self.hold, methods=["GET"]),
                Route("/demo/late", self.late, methods=["GET"]),
                Route("/demo/late/evidence.json", self.evidence, methods=["GET"]),
                Route("/demo/crash", self.crash, methods=["GET"]),
                Route("/demo/crash", self.kill, methods=["POST"]),
                Route("/demo/results", self.results, methods=["GET"]),
                Route("/demo/demo.css", self.style, methods=["GET"]),
            ],
            exception_handlers={HTTPException: self._http_fault, HoldfastError: self._fault},
        )

    def _page(self, request: Request, name: str, status: int = 200, /, **values: Any) -> Response:
        """Render one page in the reader's language."""
        words = Words(asked_language(request))
        page = self._templates.get_template(f"{name}.html")
        text = page.render(
            t=words,
            page=name,
            languages={language: Words(language)("name") for language in LANGUAGES},
            country=self._country,
            tour=TOUR[self._country],
            link=lambda **changes: _link(request, **changes),
            now=from_ms(self._shard.ports.clock.now_ms(), self._shard.tenant.zone),
            **values,
        )
        return HTMLResponse(text, status_code=status, headers={**HEADERS, "content-language": words.language})

    async def index(self, request: Request) -> Response:
        """Show what there is to play."""
        return self._page(request, "index", figures=read_figures(self._figures), totals=totals)

    async def style(self, request: Request) -> Response:
        """Give the style sheet."""
        headers = {"cache-control": "max-age=300", "x-content-type-options": "nosniff"}
        return Response(_STYLE if request.method == "GET" else b"", media_type="text/css", headers=headers)

    async def call(self, request: Request) -> Response:
        """Show the call, and what came of the transfer if one was sent."""
        decision_id = request.query_params.get("sent")
        if decision_id is None:
            return self._page(request, "call", **self._form({}))
        reply = read_canonical(read_decision(self._shard, decision_id), dict)
        play = read_tag(reply["event_id"], self._country)
        if play is None:
            raise NotFoundError(f"the decision `{decision_id}` is not one of a visitor's")
        at_ms = _instant_ms(reply["decided_at"])
        view = LawBook(self._shard).decision(reply, asked_language(request), at_ms)
        amount = Words(asked_language(request)).number(play.units)
        chosen = {"amount": amount, "rail": play.rail, "officer": play.officer, "listed": play.listed}
        form = self._form(chosen)
        return self._page(request, "call", **form | {"decision": view, "play": play})

    def _form(self, chosen: Mapping[str, Any], fault: str = "") -> dict[str, Any]:
        """Give what the form shows: what was chosen, else what the scene begins with."""
        usual = {"amount": Words("ru").number(USUAL[self._country]), "rail": "order", "officer": True, "listed": False}
        return {
            "form": usual | dict(chosen),
            "fault": fault,
            "rails": RAILS[self._country],
            "currency": CURRENCY[self._country],
            "decision": None,
            "play": None,
        }

    async def send(self, request: Request) -> Response:
        """Play what the form says, then lead to a page that can be read again and again."""
        play, chosen, fault = asked_play(await small_form(request), self._country)
        if play is None:
            return self._page(request, "call", 422, **self._form(chosen, fault))
        decision_id = await self._stage.play(play)
        language = asked_language(request)
        return RedirectResponse(
            f"/demo/call?lang={language}&sent={decision_id}#result", status_code=303, headers=HEADERS
        )

    async def law(self, request: Request) -> Response:
        """Show the same transfer on both sides of a change of law."""
        language = asked_language(request)
        story, units, fault = asked_story(request.query_params, self._country)
        sides = await both_sides(self._shard, self._scratch, story=story, units=units, language=language)
        return self._page(
            request,
            "law",
            422 if fault else 200,
            stories=STORIES[self._country],
            story=story,
            units=units,
            fault=fault,
            amount=request.query_params.get("amount", "")[:40] if fault else Words(language).number(units),
            sides=sides,
            currency=CURRENCY[self._country],
        )

    async def hold(self, request: Request) -> Response:
        """Show what becomes of a held transfer, up to the end that is asked for."""
        language = asked_language(request)
        ending, units, fault = asked_ending(request.query_params, self._country)
        wish = Wish(ending=ending, units=units, language=language, bank=Words(language)("phone.bank"))
        steps = await two_days(self._scratch, self._country, wish=wish)
        return self._page(
            request,
            "hold",
            422 if fault else 200,
            endings=ENDINGS[self._country],
            ending=ending,
            fault=fault,
            amount=request.query_params.get("amount", "")[:40] if fault else Words(language).number(units),
            steps=steps,
            instant=datetime.fromisoformat,
            currency=CURRENCY[self._country],
        )

    async def late(self, request: Request) -> Response:
        """Show what the bank owes after a late feed, and the evidence; the duty is one of Russian law."""
        if self._country != "ru":
            raise HTTPException(404)
        course = await late_feed(self._scratch, USUAL_EVE["ru"])
        self._evidence = course.evidence.data
        return self._page(request, "late", course=course, instant=datetime.fromisoformat)

    async def evidence(self, request: Request) -> Response:
        """Give the evidence file of the story that was shown last."""
        if not self._evidence:
            return RedirectResponse(f"/demo/late?lang={asked_language(request)}", status_code=303, headers=HEADERS)
        headers = {"content-disposition": 'attachment; filename="evidence.json"', "x-content-type-options": "nosniff"}
        return Response(self._evidence, media_type="application/json", headers=headers)

    async def crash(self, request: Request) -> Response:
        """Show the crash that runs, or the last one."""
        course = self._crash.course
        answer = self._page(request, "crash", course=course, running=RUNNING)
        if course.is_running:
            answer.headers["refresh"] = _PROGRESS_SECONDS
        return answer

    async def kill(self, request: Request) -> Response:
        """Begin a crash, and lead to the page that follows it."""
        await small_form(request)
        self._crash.start()
        return RedirectResponse(f"/demo/crash?lang={asked_language(request)}", status_code=303, headers=HEADERS)

    async def results(self, request: Request) -> Response:
        """Show what fraction was caught, and how many honest clients were stopped."""
        live, figures = request.query_params.get("live") == "1", read_figures(self._figures)
        simulated = datetime.fromisoformat(figures["simulated"]) if figures else None
        answer = self._page(
            request, "results", figures=figures, simulated=simulated, totals=totals, widest=widest, live=live
        )
        if live:
            answer.headers["refresh"] = _REFRESH_SECONDS
        return answer

    async def _fault(self, request: Request, error: Exception) -> Response:
        """Say what went wrong on a page of its own."""
        status = error.http_status if isinstance(error, HoldfastError) else 500
        return self._page(request, "fault", status, status=status, detail=str(error))

    async def _http_fault(self, request: Request, error: Exception) -> Response:
        """Say that there is no such page."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        return self._page(request, "fault", status, status=status, detail=request.url.path)


def _instant_ms(text: str) -> int:
    """Read an instant of an answer as epoch milliseconds."""
    return to_ms(datetime.fromisoformat(text))


def _link(request: Request, **changes: str) -> str:
    """Give this page's address with some parameters changed."""
    return f"?{request.url.include_query_params(**changes).query}"
