"""The marketplace's two pages in a real browser without JavaScript: what is stopped and why, narrow and wide."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from holdfast.pages.message import SAMPLES
from tests.acceptance.conftest import Server
from tests.acceptance.test_demo import serving
from tests.acceptance.test_hold_browser import AXE, LANGUAGES, NARROW, browser, look

__all__ = ["browser"]  # a fixture that is used by its name
WIDE = 1_280
FRAUD = ("delivery_ru", "delivery_kk", "hidden", "code", "prepaid", "rent")
HONEST = ("bill", "careful")
ENDED = {"allow": "Сообщение доставлено", "hold": "Сообщение задержано", "refuse": "Сообщение не доставлено"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give one server of a marketplace in Kazakhstan."""
    yield from serving(tmp_path_factory.mktemp("kz"), "kz", "2026-05-06T12:00:00+05:00")


@pytest.fixture(params=[NARROW, WIDE], ids=["phone", "desktop"])
def screen(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """Give a phone and a desktop on which no script runs."""
    context = browser.new_context(viewport={"width": request.param, "height": 844}, java_script_enabled=False)
    yield context
    context.close()


def opened(server: Server, context: BrowserContext, path: str, language: str = "ru") -> Page:
    """Open a page."""
    page = context.new_page()
    joint = "&" if "?" in path else "?"
    page.goto(f"{str(server.client.base_url).rstrip('/')}/demo/{path}{joint}lang={language}")
    return page


def sent(server: Server, context: BrowserContext, sample: str, language: str = "ru") -> Page:
    """Take a ready message and send it, as a visitor does."""
    page = opened(server, context, "message", language)
    page.locator(f'.samples a[href$="sample={sample}"]').click()
    assert page.locator("textarea").input_value()
    page.locator("form button").click()
    return page


def published(server: Server, context: BrowserContext, language: str = "ru") -> Page:
    """Publish all three listings, one after another."""
    page = opened(server, context, "cities", language)
    for count in (1, 2, 3):
        page.locator("form button").click()
        assert page.locator(".map circle.listed").count() == count
    return page


def fits(page: Page, context: BrowserContext) -> bool:
    """Tell whether nothing is wider than the screen."""
    del context
    width = page.viewport_size["width"] if page.viewport_size else 0
    boxes = [block.bounding_box() for block in page.locator("main *:not(svg *), header *, footer *").all()]
    return all(box is None or box["x"] + box["width"] <= width + 0.5 for box in boxes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_pages_fit_and_speak_every_language(server: Server, screen: BrowserContext, language: str) -> None:
    """Empty and with an answer, nothing is wider than the screen, and the page is in the language asked for."""
    pages = (
        ("message", opened(server, screen, "message", language)),
        ("letter", sent(server, screen, "delivery_kk", language)),
        ("cities", published(server, screen, language)),
    )
    for name, page in pages:
        assert page.locator("html").get_attribute("lang") == language
        assert fits(page, screen), name
        width = page.viewport_size["width"] if page.viewport_size else 0
        look(page, f"market-{name}-{language}-{width}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_is_found(server: Server, browser: Browser, scheme: str) -> None:
    """The axe rules find nothing to complain of, in both colour schemes."""
    context = browser.new_context(  # axe is a script: the page's own policy would keep it out
        viewport={"width": NARROW, "height": 844}, bypass_csp=True, color_scheme="dark" if scheme == "dark" else "light"
    )
    for page in (sent(server, context, "delivery_ru"), published(server, context)):
        page.add_script_tag(path=str(AXE))
        found = page.evaluate("axe.run()")["violations"]
        assert not found, [(one["id"], one["nodes"][0]["html"]) for one in found]
    context.close()


def test_the_samples_are_all_here() -> None:
    """The samples of this test and those of the page are the same."""
    assert set(FRAUD) | set(HONEST) == set(SAMPLES)


def test_a_bad_form_says_what_to_correct(server: Server, screen: BrowserContext) -> None:
    """A message of blanks decides nothing, and the page says what is missing."""
    page = opened(server, screen, "message")
    page.locator("textarea").fill("   ")
    page.locator("form button").click()
    assert "Напишите что-нибудь" in page.locator('[role="alert"]').inner_text()
