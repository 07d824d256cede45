"""The marketplace's two pages: a message of the visitor's own, and one car in three cities."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from holdfast.operations.shard import Shard
from holdfast.pages.asked import asked_language, small_form
from holdfast.pages.cities import OF_OBJECT, OF_PHOTOS, STEPS, Cars
from holdfast.pages.heads import HEADERS
from holdfast.pages.message import (
    INTENTS,
    MOST_LETTERS,
    PREFIX,
    ROLES,
    SAMPLES,
    TRICKS,
    Letter,
    read_letter,
    send_letter,
)
from holdfast.pages.sights import Sight, sight_of
from holdfast.pages.story import CURRENCY, country_of
from holdfast.pages.view import LawBook
from holdfast.vocabulary.errors import NotFoundError
from holdfast.vocabulary.instants import to_ms

Page = Callable[..., Response]
_MAX_LETTER: Final = 16_384  # a letter of two thousand Cyrillic characters, as a form writes it
_MAX_IDS: Final = 512


class Bazaar:
    """The pages over one shard; `page` renders a template in the reader's language."""

    def __init__(self, shard: Shard, page: Page) -> None:
        self._shard = shard
        self._page = page
        self._cars = Cars(shard)

    def routes(self) -> tuple[Route, ...]:
        """Give the addresses."""
        return (
            Route("/demo/message", self.message, methods=["GET"]),
            Route("/demo/message", self.send, methods=["POST"]),
            Route("/demo/cities", self.cities, methods=["GET"]),
            Route("/demo/cities", self.publish, methods=["POST"]),
        )

    async def message(self, request: Request) -> Response:
        """Show the form, with a sample where one is asked for, and what came of the message if one was sent."""
        decision_id = request.query_params.get("sent")
        if decision_id is None:
            sample = SAMPLES.get(request.query_params.get("sample", ""), Letter(text="", writer="buyer"))
            return self._letter(request, {"text": sample.text, "writer": sample.writer})
        sight = sight_of(self._shard, decision_id)
        if not sight.event_id.startswith(f"{PREFIX}-"):
            raise NotFoundError(f"the decision `{decision_id}` is not one of a visitor's")
        typed = {"text": str(sight.values.get("text", "")), "writer": str(sight.values.get("sender.role", ""))}
        return self._letter(request, typed, sight=sight)

    def _letter(self, request: Request, typed: Any, *, fault: str = "", sight: Sight | None = None) -> Response:
        language = asked_language(request)
        return self._page(
            request,
            "message",
            422 if fault else 200,
            typed=typed,
            fault=fault,
            samples=SAMPLES,
            roles=ROLES,
            most=MOST_LETTERS,
            sight=sight,
            decision=_decision(self._shard, sight, language) if sight else None,
            intents=sight.true_of(INTENTS) if sight else (),
            tricks=sight.true_of(TRICKS) if sight else (),
        )

    async def send(self, request: Request) -> Response:
        """Let the server decide about the message, then lead to a page that can be read again and again."""
        letter, typed, fault = read_letter(await small_form(request, _MAX_LETTER))
        if letter is None:
            return self._letter(request, typed, fault=fault)
        decision_id = await send_letter(self._shard, letter)
        return _lead_to(f"/demo/message?lang={asked_language(request)}&sent={decision_id}#result")

    async def cities(self, request: Request) -> Response:
        """Show the map, and every listing that was published so far."""
        shown = self._cars.shown(_ids(request.query_params.get("shown", "")))
        language = asked_language(request)
        return self._page(
            request,
            "cities",
            shown=shown,
            decisions=[_decision(self._shard, one.sight, language) for one in shown],
            ids=",".join(str(one.sight.reply["id"]) for one in shown),
            sheet=self._cars.sheet,
            dots=self._cars.dots(shown),
            following=self._cars.place(len(shown)) if len(shown) < STEPS else None,
            steps=STEPS,
            currency=CURRENCY[country_of(self._shard)],
            of_object=OF_OBJECT,
            of_photos=OF_PHOTOS,
        )

    async def publish(self, request: Request) -> Response:
        """Publish the next listing; after the last one the story begins anew."""
        ids = _ids((await small_form(request)).get("shown", ""))
        shown = self._cars.shown(ids)
        begun = shown if len(shown) < STEPS else ()
        decision_id = await self._cars.publish(begun)
        told = ",".join([*(str(one.sight.reply["id"]) for one in begun), decision_id])
        return _lead_to(f"/demo/cities?lang={asked_language(request)}&shown={told}#map")


def _ids(text: str) -> list[str]:
    """Read the ids of decisions out of an address."""
    return [one for one in text[:_MAX_IDS].split(",") if one]


def _lead_to(address: str) -> Response:
    return RedirectResponse(address, status_code=303, headers=dict(HEADERS))


def _decision(shard: Shard, sight: Sight, language: str) -> Any:
    """Make a decision readable."""
    at_ms = to_ms(datetime.fromisoformat(str(sight.reply["decided_at"])))
    return LawBook(shard).decision(sight.reply, language, at_ms)
