"""Two pages about who acts: a payout that waits for its owner, and a mobile operator that knows of a new SIM card."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from holdfast.operations.shard import Shard
from holdfast.pages import owner_scene, swap_scene
from holdfast.pages.asked import asked_language
from holdfast.pages.story import CURRENCY, country_of
from holdfast.pages.words import Words
from holdfast.simulation.operator import Operator
from holdfast.vocabulary.instants import to_ms

Page = Callable[..., Response]


class Shards(Protocol):
    """Gives shards in memory under the packs of these scenes, each with an empty past."""

    async def owners(self, now_ms: int) -> Shard:
        """Give one whose payouts wait for their owners."""
        ...

    def asking(self, operator: Operator, now_ms: int) -> AbstractAsyncContextManager[Shard]:
        """Give one that asks an operator."""
        ...


class Proving:
    """The pages; `page` renders a template in the reader's language."""

    def __init__(self, shard: Shard, shards: Shards, page: Page) -> None:
        self._country = country_of(shard)
        self._shards = shards
        self._page = page

    def routes(self) -> tuple[Route, ...]:
        """Give the addresses."""
        return (
            Route("/demo/owner", self.owner, methods=["GET"]),
            Route("/demo/swap", self.swap, methods=["GET"]),
        )

    async def owner(self, request: Request) -> Response:
        """Show a held payout up to the end that is asked for."""
        ending, fault = _chosen(request, "ending", owner_scene.ENDINGS)
        language = asked_language(request)
        shard = await self._shards.owners(owner_scene.start_ms(self._country))
        site = Words(language)("owner.site")
        stage = owner_scene.Stage(shard, self._country, language=language, site=site)
        return self._page(
            request,
            "owner",
            422 if fault else 200,
            endings=owner_scene.ENDINGS,
            ending=ending,
            fault=fault,
            story=await stage.play(ending),
            units=owner_scene.AMOUNT[self._country],
            currency=CURRENCY[self._country],
            instant=datetime.fromisoformat,
        )

    async def swap(self, request: Request) -> Response:
        """Show a transfer before which the operator was asked."""
        story, fault = _chosen(request, "story", swap_scene.STORIES)
        language, country = asked_language(request), self._country
        operator = swap_scene.operator_of(story, country)
        async with self._shards.asking(operator, to_ms(swap_scene.at_of(country))) as shard:
            asking = await swap_scene.asked_about(shard, operator, story=story, country=country, language=language)
        return self._page(
            request,
            "swap",
            422 if fault else 200,
            stories=swap_scene.STORIES,
            story=story,
            fault=fault,
            asking=asking,
            decision=asking.decision,
            currency=CURRENCY[country],
        )


def _chosen(request: Request, what: str, known: tuple[str, ...]) -> tuple[str, str]:
    """Read one of the known plays; a fault leaves the first in its place and names itself."""
    chosen = request.query_params.get(what, known[0])
    return (chosen, "") if chosen in known else (known[0], "law.fault.story")
