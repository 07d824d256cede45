"""The pages about who acts in a real browser without JavaScript: who lets a payout go, and what an operator changes."""

from collections.abc import Iterator
from itertools import product

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.acceptance.conftest import Server
from tests.acceptance.test_demo import serving
from tests.acceptance.test_hold_browser import AXE, LANGUAGES, NARROW, browser, look
from tests.acceptance.test_market_browser import fits, opened, screen

__all__ = ["browser", "screen"]  # fixtures that are used by their names
SCENES = ("owner", "swap")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give one server of Russia."""
    yield from serving(tmp_path_factory.mktemp("ru"), "ru", "2026-05-08T12:00:00+03:00")


def played(server: Server, context: BrowserContext, scene: str, play: str, language: str = "en") -> Page:
    """Choose a play and show it, as a visitor does."""
    page = opened(server, context, scene, language)
    page.locator("select").select_option(play)
    page.locator("form button").click()
    return page


def test_both_scenes_fit_and_speak_every_language(server: Server, screen: BrowserContext) -> None:
    """Nothing is wider than the screen, the page is in the language asked for, and the tour leads to it."""
    for scene, language in product(SCENES, LANGUAGES):
        page = opened(server, screen, scene, language)
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator(f'nav a[href*="/demo/{scene}"]').count()
        assert fits(page, screen), (scene, language)
        width = page.viewport_size["width"] if page.viewport_size else 0
        look(page, f"proving-{scene}-{language}-{width}")
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_is_found(server: Server, browser: Browser, scheme: str) -> None:
    """The axe rules find nothing to complain of, in both colour schemes."""
    context = browser.new_context(  # axe is a script: the page's own policy would keep it out
        viewport={"width": NARROW, "height": 844}, bypass_csp=True, color_scheme="dark" if scheme == "dark" else "light"
    )
    for scene in SCENES:
        page = opened(server, context, scene)
        page.add_script_tag(path=str(AXE))
        found = page.evaluate("axe.run()")["violations"]
        assert not found, [(one["id"], one["nodes"][0]["html"]) for one in found]
    context.close()


def test_the_payout_goes_when_the_owner_passes_and_in_no_other_case(server: Server, screen: BrowserContext) -> None:
    """The last step says what becomes of the money; the seller's letter is there to read."""
    ends = {"passes": "the payout went by itself", "stranger": "The term is over", "silence": "The term is over"}
    for ending, said in ends.items():
        page = played(server, screen, "owner", ending)
        last = page.locator(".step").last
        assert said in last.locator("h2").inner_text()
        assert last.locator(".badge").inner_text() == ("Execute" if ending == "passes" else "Do not execute")
        assert page.locator(".step").first.locator(".letter .body").first.is_visible()
        look(page, f"proving-owner-{ending}-{page.viewport_size['width'] if page.viewport_size else 0}")
        page.close()


def test_a_swap_stops_the_transfer_and_silence_does_not(server: Server, screen: BrowserContext) -> None:
    """The operator's own words stand on the page; a silent one is named as unknown, and the transfer goes."""
    page = played(server, screen, "swap", "swapped")
    assert "Your transfer is on hold" in page.locator(".phone").inner_text()
    assert '"swapped": true' in page.locator(".exchanges").inner_text()
    assert "ru.od-2506.1.10d" in page.locator(".analyst").inner_text()
    page = played(server, screen, "swap", "silent")
    assert "The transfer was sent" in page.locator(".phone").inner_text()
    assert "outside.sim_swap.swapped" in page.locator(".missing").inner_text()
    look(page, f"proving-swap-silent-{page.viewport_size['width'] if page.viewport_size else 0}")


def test_an_unknown_play_is_named(server: Server) -> None:
    """An address that names no play says so, and shows the first one."""
    for scene, word in (("owner", "ending"), ("swap", "story")):
        answer = server.client.get(f"/demo/{scene}", params={word: "pigeon", "lang": "en"})
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert 'role="alert"' in answer.text
