"""What guards the capture page: its headers, its one browser, the size of what it takes, and faults in plain words."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import msgspec
import pytest

from holdfast.operations.capture_link import CAPTURES, make_capture_link
from holdfast.operations.invite_person import invite_person
from holdfast.operations.start_session import Beginning
from holdfast.pages.capture import MAX_FRAME, CapturePages
from holdfast.pages.capture_view import consent_version
from holdfast.vocabulary.errors import SessionStateError
from holdfast.vocabulary.instants import DAY_MS
from tests.unit.operations.capturing import JPEG, TOLD, CaptureWorld, told
from tests.unit.verification.sessions import CONSENT

SAME = {"sec-fetch-site": "same-origin", "origin": "http://bank"}


class Browser:
    """A browser before the page of one session, in this process."""

    def __init__(self, world: CaptureWorld, path: str, base: str = "http://bank") -> None:
        self.pages = CapturePages(world.shard)
        transport = httpx.ASGITransport(app=self.pages.app())
        self.client = httpx.AsyncClient(transport=transport, base_url=base)
        self.path = path

    async def get(self, step: str = "", language: str = "en") -> httpx.Response:
        """Open a page."""
        return await self.client.get(self.path + step, params={"lang": language})

    async def post(self, step: str, **body: Any) -> httpx.Response:
        """Send something from the page itself."""
        headers = SAME | dict(body.pop("headers", {}))
        return await self.client.post(f"{self.path}{step}?lang=en", headers=headers, **body)

    async def agree(self) -> httpx.Response:
        """Agree as the page asks."""
        await self.get()
        return await self.post("/consent", data={"version": consent_version("en"), "adult": "1"})

    async def begin(self) -> httpx.Response:
        """Begin before the camera."""
        return await self.post("/begin", content=msgspec.json.encode(TOLD))


def before(story: Callable[[CaptureWorld, Browser], Awaitable[None]]) -> None:
    """Run a story before the page of a new session."""

    async def whole(world: CaptureWorld) -> None:
        browser = Browser(world, await world.path(await world.asked()))
        await story(world, browser)
        await browser.client.aclose()

    told(whole)


def test_the_page_lets_nothing_in_from_elsewhere() -> None:
    """Its policy names no other site and no inline script; the camera is for this page alone."""

    async def story(world: CaptureWorld, browser: Browser) -> None:
        del world
        await browser.agree()
        page = await browser.get()
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; ")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["permissions-policy"] == "camera=(self), microphone=(), display-capture=()"
        assert page.headers["cache-control"] == "no-store"
        assert "<script src=" in page.text
        assert "onclick" not in page.text
        assert "style=" not in page.text
        for name in ("capture.js", "capture.css"):
            assert (await browser.client.get(f"{CAPTURES}/{name}")).status_code == httpx.codes.OK

    before(story)


def test_a_scanner_does_not_take_the_link() -> None:
    """A HEAD, a prefetch or a messenger's preview opens nothing, and the first browser comes after it."""

    async def story(world: CaptureWorld, browser: Browser) -> None:
        assert (await browser.client.head(browser.path)).status_code == httpx.codes.NO_CONTENT
        await browser.client.get(browser.path, headers={"sec-purpose": "prefetch"})
        for agent in ("TelegramBot (like TwitterBot)", "WhatsApp/2.23.20.0", "facebookexternalhit/1.1", "Viber/1.0"):
            preview = await browser.client.get(browser.path, headers={"user-agent": agent})
            assert (preview.status_code, "set-cookie" in preview.headers) == (httpx.codes.NO_CONTENT, False)
        other = Browser(world, browser.path)
        assert (await other.get()).status_code == httpx.codes.OK
        await other.client.aclose()
        refused = await browser.get()
        assert refused.status_code == httpx.codes.FORBIDDEN
        assert "opened on another device" in refused.text

    before(story)


def test_over_https_the_cookie_belongs_to_this_host_alone() -> None:
    """The mark of the browser is secure, hidden from scripts, and of this host only."""

    async def story(world: CaptureWorld, browser: Browser) -> None:
        secure = Browser(world, browser.path, base="https://bank")
        cookie = (await secure.get()).headers["set-cookie"]
        await secure.client.aclose()
        assert cookie.startswith("__Host-holdfast_browser=browser_")
        for part in ("Secure", "HttpOnly", "Path=/;", "SameSite=lax"):
            assert part in cookie

    before(story)


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "http://evil"}])
@pytest.mark.parametrize("step", ["/consent", "/begin", "/frame", "/other", "/withdraw"])
def test_another_site_can_do_nothing(step: str, headers: dict[str, str]) -> None:
    """What comes from a page of another site is refused, also with the right cookie."""

    async def story(world: CaptureWorld, browser: Browser) -> None:
        del world
        await browser.agree()
        answer = await browser.post(step, content=b"", headers=headers)
        assert answer.status_code == httpx.codes.FORBIDDEN

    before(story)


def test_the_text_that_was_shown_is_the_one_agreed_to() -> None:
    """A consent to another version than the page's own is refused, and so is one without the word on the age."""

    async def story(world: CaptureWorld, browser: Browser) -> None:
        del world
        await browser.get()
        wrong = await browser.post("/consent", data={"version": consent_version("ru"), "adult": "1"})
        assert wrong.status_code == httpx.codes.FORBIDDEN
        assert "out of date" in wrong.text
        silent = await browser.post("/consent", data={"version": consent_version("en")})
        assert silent.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert "confirm your age" in silent.text
        assert (await browser.agree()).status_code == httpx.codes.SEE_OTHER

    before(story)


def test_no_picture_is_taken_before_consent_and_begin() -> None:
    """A picture that comes too early is refused, and nobody looks at it."""

    async def story(world: CaptureWorld, browser: Browser) -> None:
        await browser.get()
        assert (await browser.post("/frame", content=JPEG)).status_code == httpx.codes.FORBIDDEN
        assert (await browser.begin()).status_code == httpx.codes.UNPROCESSABLE_ENTITY
        await browser.agree()
        assert (await browser.post("/frame", content=JPEG)).status_code == httpx.codes.FORBIDDEN
        assert not world.judge.seen
        assert (await browser.begin()).json()["of"] == 4
        assert (await browser.post("/frame", content=JPEG)).json()["command"] == ""
        assert world.judge.seen == [None]
        await browser.pages.captures.close()

    before(story)


def test_what_is_too_large_or_not_understood_is_refused() -> None:
    """A picture over the bound, and words about a camera that cannot be read, are refused without a look."""

    async def story(world: CaptureWorld, browser: Browser) -> None:
        await browser.agree()
        for wrong in (b"", b"{}", b'{"asked":{"width":-1},"given":{},"seen":{}}', b"x" * 3_000):
            answer = await browser.post("/begin", content=wrong)
            assert answer.is_client_error, wrong[:20]
        assert not world.judge.asked
        await browser.begin()
        large = await browser.post("/frame", content=bytes(MAX_FRAME + 1))
        assert large.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
        assert (await browser.post("/frame", content=bytes(MAX_FRAME))).status_code == httpx.codes.OK
        await browser.pages.captures.close()

    before(story)


def test_a_wrong_link_tells_nothing() -> None:
    """A forged, a foreign and an old link are refused in words; nothing of the session is said."""

    async def story(world: CaptureWorld, browser: Browser) -> None:
        broken = Browser(world, browser.path[:-6] + "AAAAAA")
        foreign = Browser(world, browser.path.replace(CAPTURES, f"{CAPTURES}/x"))
        for one in (broken, foreign):
            answer = await one.get()
            assert (answer.status_code, "This link does not work" in answer.text) == (httpx.codes.NOT_FOUND, True)
            await one.client.aclose()
        now_ms = world.now_ms
        old = Browser(world, make_capture_link(world.shard, "ver_1", expires_ms=now_ms))
        assert (await old.get()).status_code == httpx.codes.GONE
        await old.client.aclose()

    before(story)


def test_a_log_that_cannot_be_written_is_said_in_words() -> None:
    """While nothing can be written the page says so with 503, and shows nothing of the session."""

    async def story(world: CaptureWorld, browser: Browser) -> None:
        world.shard.failed = OSError("no space left")
        answer = await browser.get()
        assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert answer.headers["retry-after"] == "60"
        assert "not available for the moment" in answer.text
        assert "90,000" not in answer.text

    before(story)


def test_who_passed_sees_so_and_who_was_redacted_sees_nothing() -> None:
    """After the end the page says how it ended; after a withdrawal nothing personal is left on it."""

    async def story(world: CaptureWorld, browser: Browser) -> None:
        await browser.agree()
        await browser.begin()
        for _ in range(20):
            world.tick_ms += 500
            answer = (await browser.post("/frame", content=JPEG)).json()
            if answer["ended"]:
                break
        assert answer["ended"] == "done"
        assert "You are confirmed" in (await browser.get()).text
        assert (await browser.post("/withdraw")).status_code == httpx.codes.SEE_OTHER
        gone = await browser.get()
        assert "Your consent is withdrawn" in gone.text
        assert "site.example" not in gone.text

    before(story)


def test_an_unknown_way_is_refused() -> None:
    """Only the three ways are taken."""

    async def story(world: CaptureWorld, browser: Browser) -> None:
        del world
        await browser.get()
        assert (await browser.post("/other", data={"way": "bribe"})).status_code == httpx.codes.FORBIDDEN
        assert (await browser.post("/other", data={"way": "branch"})).status_code == httpx.codes.SEE_OTHER
        assert "Come to a branch" in (await browser.get()).text

    before(story)


def test_the_link_lives_a_day_longer_than_the_session() -> None:
    """After the session's term the page still says that the time is over; a day later the link is over."""

    async def story(world: CaptureWorld, browser: Browser) -> None:
        await browser.get()
        world.clock.instant_ms += 601_000
        assert "The time for the check is over" in (await browser.get()).text
        world.clock.instant_ms += DAY_MS
        assert (await browser.get()).status_code == httpx.codes.GONE

    before(story)


def test_an_invitation_takes_the_tenant_s_consent_and_ends_with_the_session() -> None:
    """A consent that comes with the call is kept; for a session that has ended there is no link."""

    async def story(world: CaptureWorld) -> None:
        session = await world.asked()
        invited, started = await invite_person(world.shard, session, Beginning(consent=CONSENT))
        assert invited.standing.consent is not None
        assert invited.standing.consent.text_version == CONSENT.text_version
        assert started.redirect_url.startswith(f"{CAPTURES}/")
        world.clock.instant_ms += 601_000
        with pytest.raises(SessionStateError):
            await invite_person(world.shard, session, Beginning())

    told(story)
