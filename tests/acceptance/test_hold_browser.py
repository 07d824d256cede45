"""The hold page in a real browser without JavaScript: its size, its keys, its names for a screen reader, its proof."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.acceptance.conftest import Server, StartServer
from tests.acceptance.test_hold_page import code_sent, held, linked, read

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
LANGUAGES = ("ru", "kk", "en")
NARROW = 390
TARGET = 52
TEXT = 18
SHOTS = os.environ.get("SHOTS")  # a folder, to look at what the tests saw


def chromium() -> str:
    """Find a browser, or install one where that is allowed; without one the tests fail."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None and shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=True)
        found = shutil.which("chromium")
    assert found, "these tests need Chromium: install the package `chromium`"
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start a browser."""
    with sync_playwright() as player:
        started = player.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """Give a narrow phone on which no script runs."""
    context = browser.new_context(viewport={"width": NARROW, "height": 844}, java_script_enabled=False)
    yield context
    context.close()


@pytest.fixture
def server(start: StartServer) -> Server:
    """Start a server of a bank with a phone."""
    return start("--bank-name", "Вымышленный банк", "--bank-phone", "+7 800 000-00-00")


def opened(server: Server, context: BrowserContext, path: str, step: str = "", language: str = "ru") -> Page:
    """Open a page, and let nothing be said on its console."""
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    joint = "&" if "?" in step else "?"
    page.goto(f"{str(server.client.base_url).rstrip('/')}{path}{step}{joint}lang={language}")
    assert not said
    return page


def look(page: Page, name: str) -> None:
    """Keep a picture where somebody asked for it."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def steps(server: Server, context: BrowserContext, path: str, language: str) -> Iterator[tuple[str, Page]]:
    """Open every page on the way to a confirmation."""
    for name, step in (("open", ""), ("ask", "/confirm"), ("warning", "/warning?who=safe&how=officer")):
        page = opened(server, context, path, step, language)
        look(page, f"{name}-{language}")
        yield name, page


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_fits_a_phone_and_a_thumb(server: Server, phone: BrowserContext, language: str) -> None:
    """Nothing is wider than the phone, the text is large, and everything that is pressed is large enough."""
    path = linked(server, held(server))
    for name, page in steps(server, phone, path, language):
        width = page.locator("html").bounding_box()
        assert width is not None
        assert width["width"] <= NARROW
        for block in page.locator("main *, header *, footer *").all():
            box = block.bounding_box()
            assert box is None or box["x"] + box["width"] <= NARROW + 0.5, (name, block.inner_html())
        pressed = page.locator("button, .button, header nav a, label.choice").all()
        assert pressed
        for one in pressed:
            box = one.bounding_box()
            assert box is not None
            assert box["height"] >= TARGET - 0.5, (name, one.inner_text())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_barrier_is_found(server: Server, browser: Browser, language: str, scheme: str) -> None:
    """The axe rules find nothing to complain of on any page of the way, in both colour schemes."""
    path = linked(server, held(server))
    context = browser.new_context(  # axe is a script: the page's own policy would keep it out
        viewport={"width": NARROW, "height": 844}, bypass_csp=True, color_scheme="dark" if scheme == "dark" else "light"
    )
    for name, page in steps(server, context, path, language):
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("h1").count() == 1
        assert page.evaluate("getComputedStyle(document.body).fontSize") == f"{TEXT}px"
        page.add_script_tag(path=str(AXE))
        found = page.evaluate("axe.run().then(result => result.violations.map(one => [one.id, one.nodes[0].html]))")
        assert not found, (name, found)
    context.close()


def test_a_client_cancels_with_the_keyboard_alone(server: Server, phone: BrowserContext) -> None:
    """The first thing that the Tab key reaches in the page itself is the button that cancels."""
    hold = held(server)
    page = opened(server, phone, linked(server, hold))
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("class") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Отменить перевод"
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Перевод отменён").wait_for()
    assert read(server, hold)["state"] == "cancelled"


def test_a_screen_reader_hears_the_order_of_the_page(server: Server, phone: BrowserContext) -> None:
    """Landmarks and headings come in their order; cancel is before confirm; each field has a name."""
    page = opened(server, phone, linked(server, held(server)), language="en")
    headings = page.get_by_role("heading").all_inner_texts()
    assert headings[0] == "The transfer is paused"
    assert headings.index("What you can do") < headings.index("Why the bank asks") < headings.index("Talk to the bank")
    for role in ("banner", "main", "contentinfo", "navigation"):
        assert page.get_by_role(role).count() == 1
    names = [one.inner_text().split("\n")[0] for one in page.locator("main .button").all()]
    assert names == [
        "Cancel the transfer",
        "Someone asked me to, by phone or messenger",
        "It is my transfer and I want to confirm it",
    ]


def test_a_client_confirms_in_the_browser(server: Server, phone: BrowserContext) -> None:
    """Radio buttons, a code, and the hold is confirmed: all of it without a script."""
    hold = held(server)
    page = opened(server, phone, linked(server, hold))
    page.get_by_role("link", name="Это мой перевод, я хочу его подтвердить").click()
    page.get_by_label("Человеку, которого знаю лично").check()
    page.get_by_label("От самого получателя, при личной встрече").check()
    server.move_clock("2026-05-08T12:01:00+03:00")
    page.get_by_role("button", name="Продолжить").click()
    field = page.get_by_label("Код, 6 цифр")
    look(page, "code-ru")
    server.move_clock("2026-05-08T12:02:00+03:00")
    field.fill(code_sent(server))
    page.get_by_role("button", name="Подтвердить перевод").click()
    page.get_by_role("heading", name="Вы подтвердили перевод").wait_for()
    look(page, "confirmed-ru")
    assert read(server, hold)["state"] == "confirmed"


def test_another_browser_sees_nothing(server: Server, browser: Browser, phone: BrowserContext) -> None:
    """A second browser is told to call the bank."""
    path = linked(server, held(server))
    opened(server, phone, path)
    other = browser.new_context(java_script_enabled=False)
    page = other.new_page()
    page.goto(f"{str(server.client.base_url).rstrip('/')}{path}?lang=en")
    assert page.get_by_role("heading", level=1).inner_text() == "This link was opened on another device"
    assert page.get_by_role("link", name="Call the bank").get_attribute("href") == "tel:+78000000000"
    other.close()
