"""The capture page in a real browser with a camera that plays a film: consent, commands, the ways without a camera."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from holdfast.api.server import build
from holdfast.operations.capture_link import CAPTURES
from holdfast.operations.shard import Bank
from holdfast.pages.capture import CapturePages
from holdfast.verification.course import COMMAND_MS, COMMANDS
from holdfast.vocabulary.capture import Command, Flaw
from holdfast.vocabulary.identity import Subject
from tests.acceptance.test_hold_browser import AXE, LANGUAGES, NARROW, TARGET, chromium, look
from tests.unit.operations.capturing import CaptureWorld
from tests.unit.verification.scripted import OWNER

WIDE = 1_280
HEIGHT = 844
SIZE = (640, 480)
FRAMES = 12
JPEG_HEAD = b"\xff\xd8\xff"
MINOR = Subject(ref="s-2", kind="seller_id", iin_hash=OWNER, born="2010-01-01")


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
    """Let every test begin with a judge that is easily content, and with no capture of the test before."""
    site.ask(lambda _: site.pages.captures.close())
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
    expect.set_options(timeout=30_000)
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
    page.on("console", lambda message: said.append(message.text) if "favicon" not in message.location["url"] else None)
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


@pytest.mark.parametrize(("width", "scheme"), [(NARROW, "light"), (NARROW, "dark"), (WIDE, "light")])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_fits_and_has_no_barrier(
    site: Site, browsers: dict[str, Browser], language: str, width: int, scheme: str
) -> None:
    """In each language nothing is wider than the screen, what is pressed is large, and axe finds nothing."""
    context = browsers["camera"].new_context(  # axe is a script: the page's own policy would keep it out
        viewport={"width": width, "height": HEIGHT},
        bypass_csp=True,
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    for name, page in pages_of(site, context, language):
        look(page, f"capture-{name}-{language}-{width}-{scheme}")
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("h1").count() == 1
        wide = "[...document.querySelectorAll('main *, header *, footer *')].filter(one => "
        wide += f"one.getBoundingClientRect().right > {width} + 0.5).map(one => one.outerHTML)"
        assert not page.evaluate(wide), name
        small = "[...document.querySelectorAll('button, .button, header nav a, label.choice')].filter(one => "
        small += f"one.offsetParent && one.getBoundingClientRect().height < {TARGET} - 0.5).map(one => one.innerText)"
        assert not page.evaluate(small), name
        page.add_script_tag(path=str(AXE))
        found = page.evaluate("axe.run().then(result => result.violations.map(one => [one.id, one.nodes[0].html]))")
        assert not found, (name, found)
    context.close()


def test_the_keyboard_alone_is_enough(site: Site, phone: BrowserContext) -> None:
    """From the first page to the end nothing needs a pointer, and the focus is never lost."""
    session = site.session()
    page, _ = opened(phone, site.address(session), "en")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skip to the content
    pressed(page, "input[name=adult]", "Space")
    pressed(page, "form[action*='/consent'] button", "Enter")
    page.locator("#start").wait_for()
    pressed(page, "#start", "Enter")
    expect(page.locator("#todo")).to_be_focused()
    page.get_by_role("heading", name="You are confirmed").wait_for()
    assert site.read(session)["state"] == "passed"


def pressed(page: Page, target: str, key: str) -> None:
    """Go on with the Tab key to an element, and press a key there."""
    for _ in range(20):
        if page.evaluate("target => document.activeElement.matches(target)", target):
            page.keyboard.press(key)
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the Tab key does not reach {target}")


HEARD = """() => {
  window.heard = [];
  for (const region of document.querySelectorAll('[aria-live]')) {
    const hear = () => region.textContent && window.heard.push(region.textContent);
    new MutationObserver(hear).observe(region, {childList: true, characterData: true, subtree: true});
  }
}"""


def test_a_screen_reader_hears_what_to_do(site: Site, phone: BrowserContext) -> None:
    """Each command is spoken once, with the way back to a straight look; what repeats is not said again."""
    page, _ = opened(phone, site.address(site.session()), "en")
    to_camera(page)
    page.evaluate(HEARD)
    site.world.judge.never = frozenset(Command)
    page.locator("#start").click()
    expect(page.locator("#seconds")).not_to_be_empty()
    site.world.judge.flaw = Flaw.SEVERAL_FACES
    expect(page.locator("#flaw")).to_have_text("There are several people in the picture. It should only be you.")
    page.wait_for_timeout(500)  # several pictures with the same flaw
    heard = page.evaluate("window.heard")
    assert heard[:2] == ["Please allow the browser to use the camera.", "The camera is starting."]
    assert "Look straight into the camera." in heard
    assert heard.count(page.locator("#command").inner_text()) == 1
    assert heard[-1] == "There are several people in the picture. It should only be you."
    assert heard.count(heard[-1]) == 1
    for region, manner in (("#command", "assertive"), ("#flaw", "polite")):
        assert page.locator(region).get_attribute("aria-live") == manner


@pytest.mark.parametrize(("kind", "why"), [("refusing", "refused"), ("bare", "missing")])
def test_without_a_camera_there_is_another_way(site: Site, browsers: dict[str, Browser], kind: str, why: str) -> None:
    """A camera that is refused or missing leads to the other ways, which are no error, and the choice is kept."""
    context = browsers[kind].new_context(viewport={"width": NARROW, "height": HEIGHT})
    session = site.session()
    page, said = opened(context, site.address(session), "ru")
    to_camera(page)
    page.locator("#start").click()
    page.get_by_role("heading", level=1, name="Проверка без камеры").wait_for()
    assert f"why={why}" in page.url
    assert site.read(session)["attempts"] == 0
    page.locator("section.way", has_text="По видео с сотрудником").get_by_role("button").click()
    page.get_by_role("heading", level=1, name="Ваш выбор записан").wait_for()
    acts = [(act["act"], act["way"]) for act in site.read(session)["history"]]
    assert ("alternative", "operator_video") in acts
    assert not said
    context.close()


def test_the_button_waits_for_its_script(site: Site, browsers: dict[str, Browser]) -> None:
    """While the page's script is still on its way the button cannot be pressed in vain; then it can."""
    context = browsers["bare"].new_context(viewport={"width": NARROW, "height": HEIGHT})
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    context.route("**/capture.js", hold)
    page, _ = opened(context, site.address(site.session()))
    to_camera(page)
    start = page.locator("#start")
    expect(start).to_be_disabled()
    held[0].continue_()
    expect(start).to_be_enabled()
    start.click()
    page.get_by_role("heading", level=1, name="Проверка без камеры").wait_for()
    context.close()


def before_a_stern_judge(site: Site, phone: BrowserContext, session: str) -> Page:
    """Begin before a judge who is never content, and wait for the first command."""
    page, _ = opened(phone, site.address(session), "en")
    to_camera(page)
    site.world.judge.never = frozenset(Command)
    page.locator("#start").click()
    expect(page.locator("#seconds")).not_to_be_empty()
    return page


def test_who_is_late_may_try_again(site: Site, phone: BrowserContext) -> None:
    """A command that is not done in time costs an attempt; the page says so in words, and the next attempt passes."""
    session = site.session()
    page = before_a_stern_judge(site, phone, session)
    site.world.tick_ms += COMMAND_MS + 1
    again = page.get_by_role("button", name="Try again")
    again.wait_for()
    assert "The time for the movement is over" in page.get_by_role("alert").inner_text()
    expect(again).to_be_focused()
    row = site.read(session)
    assert (row["attempts"], row["state"]) == (1, "created")
    site.world.judge.never = frozenset()
    again.click()
    page.get_by_role("heading", name="You are confirmed").wait_for()
    assert site.read(session)["attempts"] == 2


def test_the_last_attempt_that_fails_is_the_end(site: Site, phone: BrowserContext) -> None:
    """After the last attempt the page says what to do now, and offers no camera."""
    session = site.session(max_attempts=1)
    page = before_a_stern_judge(site, phone, session)
    site.world.tick_ms += COMMAND_MS + 1
    page.get_by_role("heading", name="We could not confirm that it is you").wait_for()
    assert site.read(session)["state"] == "failed"
    assert not page.locator("video").count()


def test_consent_is_taken_back_before_the_camera(site: Site, phone: BrowserContext) -> None:
    """The button works while the camera runs: the capture ends, the judge forgets, the session is over."""
    session = site.session()
    page = before_a_stern_judge(site, phone, session)
    assert site.world.judge.held
    page.get_by_role("button", name="Stop and withdraw my consent").click()
    page.get_by_role("heading", name="Your consent is withdrawn").wait_for()
    assert not site.world.judge.held
    assert site.read(session)["state"] in {"cancelled", "redacted"}


def test_a_lost_connection_is_said_and_can_be_mended(site: Site, phone: BrowserContext) -> None:
    """When no picture can be judged the page offers another attempt, which is still the same one."""
    session = site.session()
    page, _ = opened(phone, site.address(session), "en")
    to_camera(page)
    site.world.judge.blind = True
    page.locator("#start").click()
    page.get_by_role("button", name="Try again").wait_for(timeout=60_000)
    site.world.judge.blind = False
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("heading", name="You are confirmed").wait_for()
    assert site.read(session)["attempts"] == 1


def test_without_scripts_the_other_ways_are_there(site: Site, browsers: dict[str, Browser]) -> None:
    """The page says that the camera needs scripts, and the way without it needs none."""
    context = browsers["camera"].new_context(java_script_enabled=False)
    session = site.session()
    page, _ = opened(context, site.address(session), "kk")
    to_camera(page)
    assert "скрипттер өшірулі" in page.locator("noscript").inner_text()
    page.get_by_role("link", name="Тексеруден камерасыз өту").click()
    page.locator("section.way").first.get_by_role("button").click()
    page.get_by_role("heading", level=1, name="Таңдауыңыз жазылды").wait_for()
    context.close()


def test_another_browser_sees_nothing(site: Site, phone: BrowserContext, browsers: dict[str, Browser]) -> None:
    """A link opens in the first browser alone."""
    address = site.address(site.session())
    opened(phone, address)
    other = browsers["camera"].new_context()
    page, _ = opened(other, address, "en")
    assert page.get_by_role("heading", level=1).inner_text() == "This link was opened on another device"
    assert "90,000" not in page.content()
    other.close()


def test_nobody_under_age_is_asked_for_a_face(site: Site, phone: BrowserContext) -> None:
    """Who is known to be under age gets the ways without a camera, and no video with an operator."""
    page, _ = opened(phone, site.address(site.session(subject=MINOR)), "en")
    assert not page.locator("form[action*='/consent']").count()
    page.get_by_role("link", name="Take the check without a camera").click()
    names = page.locator("section.way h2").all_inner_texts()
    assert names == ["At a branch", "With an e-signature"]


def test_no_picture_is_left_anywhere(site: Site, phone: BrowserContext) -> None:
    """After whole captures no record, no content and no answer of the server holds a JPEG or a camera's name."""
    session = site.session()
    page, _ = opened(phone, site.address(session), "en")
    to_camera(page)
    heads = site.world.judge.heads
    heads.clear()
    page.locator("#start").click()
    page.get_by_role("heading", name="You are confirmed").wait_for()
    assert set(heads) == {JPEG_HEAD}
    assert len(heads) > COMMANDS
    kept = site.ask(everything)
    assert len(kept) > 10_000
    assert JPEG_HEAD not in kept
    assert b"y4m" not in kept
    assert not site.world.judge.held


async def everything(world: CaptureWorld) -> bytes:
    """Read all that is kept."""
    store = world.store
    records = b"".join(repr(one).encode() + one.event + one.act for one in store.replay())
    return records + b"".join(store._contents.values())
