"""The capture page in a real browser with a camera that plays a film: consent, commands, the ways without a camera."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from holdfast.api.server import build
from holdfast.operations.capture_link import CAPTURES
from holdfast.operations.shard import Bank
from holdfast.pages.capture import CapturePages
from holdfast.vocabulary.capture import Command, Flaw
from tests.acceptance.test_hold_browser import AXE, LANGUAGES, NARROW, TARGET, chromium, look
from tests.unit.operations.capturing import CaptureWorld

WIDE = 1_280
HEIGHT = 844
SIZE = (640, 480)
FRAMES = 12


class Site:
    """A world whose pages a browser can open; it runs on a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.sock = socket.socket()
        self.sock.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.sock.getsockname()[1]}"
        self._thread = threading.Thread(target=self.loop.run_until_complete, args=(self._serve(),))
        self._ready = threading.Event()
        self._thread.start()
        assert self._ready.wait(120)

    async def _serve(self) -> None:
        self.world = CaptureWorld()
        shard = self.world.shard
        shard.bank = Bank(name="Вымышленный банк", phone="+7 800 000-00-00")
        self.pages = CapturePages(shard)
        app = build(shard, open_to_all=True, move_clock=None, pages={CAPTURES: self.pages.app()})
        self.server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
        self._ready.set()
        await self.server.serve(sockets=[self.sock])
        await self.pages.captures.close()

    def ask(self, call: Callable[[CaptureWorld], Awaitable[Any]]) -> Any:
        """Do something in the world's own thread."""

        async def done() -> Any:
            return await call(self.world)

        return asyncio.run_coroutine_threadsafe(done(), self.loop).result(timeout=60)

    def session(self, **changes: Any) -> str:
        """Open a session."""
        return str(self.ask(lambda world: world.asked(**changes)))

    def address(self, session: str) -> str:
        """Give the address of its page."""
        return self.url + str(self.ask(lambda world: world.path(session)))

    def read(self, session: str) -> dict[str, Any]:
        """Read a session."""
        row: dict[str, Any] = self.ask(lambda world: world.read(session))
        return row

    def stop(self) -> None:
        """Stop the server."""
        self.server.should_exit = True
        self._thread.join(timeout=30)
        self.loop.close()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Serve a world."""
    running = Site()
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def calm(site: Site) -> None:
    """Let every test begin with a judge that is easily content."""
    judge = site.world.judge
    judge.pictures, judge.never, judge.flaw, judge.blind = 2, frozenset(), None, False


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a film for the fake camera: a light box that moves over a dark ground, and nobody's face."""
    path = tmp_path_factory.mktemp("film") / "box.y4m"
    width, height = SIZE
    with path.open("wb") as out:
        out.write(f"YUV4MPEG2 W{width} H{height} F30:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(FRAMES):
            left = 200 + 10 * number
            rows = (
                bytes(200 if left < x < left + 200 and 100 < y < 380 else 60 for x in range(width))
                for y in range(height)
            )
            out.write(b"FRAME\n" + b"".join(rows) + bytes([128]) * (width * height // 2))
    return path


def launched(player: Any, *more: str) -> Browser:
    """Start a browser."""
    started: Browser = player.chromium.launch(executable_path=chromium(), args=["--no-sandbox", *more])
    return started


@pytest.fixture(scope="module")
def browsers(film: Path) -> Iterator[dict[str, Browser]]:
    """Start a browser with a camera that is allowed, one whose person refuses it, and one without any."""
    with sync_playwright() as player:
        fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
        started = {
            "camera": launched(player, *fake, f"--use-file-for-fake-video-capture={film}"),
            "refusing": launched(player, "--use-fake-device-for-media-stream", "--deny-permission-prompts"),
            "bare": launched(player, "--use-fake-ui-for-media-stream"),
        }
        yield started
        for one in started.values():
            one.close()


@pytest.fixture
def phone(browsers: dict[str, Browser]) -> Iterator[BrowserContext]:
    """Give a narrow phone with a camera."""
    context = browsers["camera"].new_context(viewport={"width": NARROW, "height": HEIGHT})
    yield context
    context.close()


def opened(context: BrowserContext, address: str, language: str = "ru") -> tuple[Page, list[str]]:
    """Open a page, and listen to its console."""
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{address}?lang={language}")
    return page, said


def to_camera(page: Page) -> None:
    """Agree, and come before the camera."""
    adult = page.locator("input[name=adult]")
    if adult.count():
        adult.check()
    page.locator("form[action*='/consent'] button").click()
    page.locator("#start").wait_for()


def test_a_person_agrees_and_passes(site: Site, phone: BrowserContext) -> None:
    """Consent, camera, commands one after another, and the session has passed; the console stays silent."""
    session = site.session()
    page, said = opened(phone, site.address(session))
    assert site.read(session)["attempts"] == 0
    to_camera(page)
    assert site.read(session)["consent"]["locale"] == "ru"
    page.locator("#start").click()
    page.get_by_role("heading", name="Личность подтверждена").wait_for(timeout=60_000)
    row = site.read(session)
    assert (row["state"], row["attempts"]) == ("passed", 1)
    assert row["result"]["capture"]["commands"] == "done"
    assert row["result"]["capture"]["camera"] == "virtual"
    assert row["result"]["checks"]["pad"]["verdict"] == "not_performed"
    assert not said


def pages_of(site: Site, context: BrowserContext, language: str) -> Iterator[tuple[str, Page]]:
    """Open every page that a person may see, the camera's also while it runs."""
    page, said = opened(context, site.address(site.session(return_url="https://site.example/back")), language)
    yield "ask", page
    to_camera(page)
    yield "camera", page
    site.world.judge.never = frozenset(Command)
    page.locator("#start").click()
    expect(page.locator("#seconds")).not_to_be_empty()
    yield "live", page
    site.world.judge.flaw = Flaw.DARK
    expect(page.locator("#flaw")).not_to_be_empty()
    yield "flaw", page
    site.world.judge.flaw, site.world.judge.never = None, frozenset()
    page.locator("h1").get_by_text({"ru": "Личность", "kk": "Жеке", "en": "confirmed"}[language]).wait_for()
    yield "passed", page
    page.goto(site.address(site.session()) + f"/other?lang={language}&why=refused")
    yield "other", page
    page.locator("form button").first.click()
    yield "chosen", page
    page.goto(f"{site.url}{CAPTURES}/nothing?lang={language}")
    yield "fault", page
    assert said == ["Failed to load resource: the server responded with a status of 404 (Not Found)"]


@pytest.mark.parametrize("width", [NARROW, WIDE], ids=["phone", "desktop"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_fits_and_speaks_every_language(
    site: Site, browsers: dict[str, Browser], language: str, width: int
) -> None:
    """Nothing is wider than the screen, what is pressed is large, and the page is in the language asked for."""
    context = browsers["camera"].new_context(viewport={"width": width, "height": HEIGHT})
    for name, page in pages_of(site, context, language):
        look(page, f"capture-{name}-{language}-{width}")
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("h1").count() == 1
        for block in page.locator("main *, header *, footer *").all():
            box = block.bounding_box()
            assert box is None or box["x"] + box["width"] <= width + 0.5, (name, block.inner_html())
        for one in page.locator("button, .button, header nav a, label.choice").all():
            box = one.bounding_box()
            assert box is None or box["height"] >= TARGET - 0.5, (name, one.inner_text())
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_barrier_is_found(site: Site, browsers: dict[str, Browser], language: str, scheme: str) -> None:
    """The axe rules find nothing to complain of on any page, in both colour schemes."""
    context = browsers["camera"].new_context(  # axe is a script: the page's own policy would keep it out
        viewport={"width": NARROW, "height": HEIGHT},
        bypass_csp=True,
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    for name, page in pages_of(site, context, language):
        if scheme == "dark":
            look(page, f"capture-{name}-{language}-dark")
        page.add_script_tag(path=str(AXE))
        found = page.evaluate("axe.run().then(result => result.violations.map(one => [one.id, one.nodes[0].html]))")
        assert not found, (name, found)
    context.close()
