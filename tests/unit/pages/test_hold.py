"""The hold page when something of ours fails, and its cookie over HTTPS."""

import httpx
import pytest

from holdfast.operations.hold_link import issue_link
from holdfast.operations.shard import Bank
from holdfast.pages.hold import HoldPages
from tests.unit.operations.holding import OWN, World, told


async def visit(world: World, path: str, base: str) -> httpx.Response:
    """Open a page of an application that runs in this process."""
    transport = httpx.ASGITransport(app=HoldPages(world.shard).app())
    async with httpx.AsyncClient(transport=transport, base_url=base) as client:
        return await client.get(path, params={"lang": "en"})


async def linked(world: World) -> str:
    """Place a hold and make a link to its page."""
    await world.enlist(OWN)
    return (await issue_link(world.shard, await world.place(), "c-1", hours=1)).path


def test_a_page_that_cannot_be_kept_is_not_shown() -> None:
    """While the log cannot be written the client gets the bank's phone, and nothing of the hold."""

    async def story(world: World) -> None:
        path = await linked(world)
        world.shard.bank = Bank(name="Our bank", phone="+7 800 000-00-00")
        world.shard.failed = OSError("no space left")
        answer = await visit(world, path, "http://bank")
        assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert answer.headers["retry-after"] == "60"
        assert "not available for the moment" in answer.text
        assert "tel:+78000000000" in answer.text
        assert "250,000" not in answer.text

    told(story)


def test_a_fault_of_ours_is_said_in_words_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the page itself fails, the client gets the bank's phone and may try again, and nothing of the fault."""

    async def story(world: World) -> None:
        path = await linked(world)

        def fail(*_: object) -> None:
            raise ValueError("a secret detail")

        monkeypatch.setattr("holdfast.pages.hold.visit_hold", fail)
        answer = await visit(world, path, "http://bank")
        assert answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR
        assert answer.headers["retry-after"] == "60"
        assert "could not be opened" in answer.text
        assert "secret" not in answer.text

    told(story)


def test_over_https_the_cookie_belongs_to_this_host_alone() -> None:
    """Over HTTPS the name begins with `__Host-`, which browsers take for the whole host and secure only."""

    async def story(world: World) -> None:
        path = await linked(world)
        cookie = (await visit(world, path, "https://bank")).headers["set-cookie"]
        assert cookie.startswith("__Host-holdfast_browser=browser_")
        for part in ("Secure", "HttpOnly", "Path=/;", "SameSite=strict"):
            assert part in cookie
        assert "Domain" not in cookie

    told(story)


def test_without_a_phone_the_card_has_it() -> None:
    """A bank that gave no phone sends its client to the number on the card."""

    async def story(world: World) -> None:
        answer = await visit(world, await linked(world), "http://bank")
        assert "Dial the number on the back of your card" in answer.text
        assert "tel:" not in answer.text

    told(story)
