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
DELIVERED = "Сообщение доставлено"


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


@pytest.mark.parametrize("sample", FRAUD)
def test_a_scam_is_not_delivered_in_silence(server: Server, browser: Browser, sample: str) -> None:
    """Every ready message of fraud is kept back or comes with a warning, and the moderator reads why."""
    context = browser.new_context(java_script_enabled=False)
    page = sent(server, context, sample)
    told = page.locator(".handset").inner_text()
    assert DELIVERED not in told or "предупредить читателя" in page.locator(".analyst").inner_text()
    assert page.locator(".analyst .why li").count() >= 1
    context.close()


def test_a_false_delivery_is_stopped_and_taken_apart(server: Server, screen: BrowserContext) -> None:
    """In both languages the message does not arrive, its host is named, and what it wants is said."""
    for sample, host in (("delivery_ru", "olx-dostavka-8841.site"), ("delivery_kk", "kaspi-tolem-5520.top")):
        page = sent(server, screen, sample)
        assert page.locator(".notice.hold, .notice.refuse").count() == 1
        analyst = page.locator(".analyst").inner_text()
        assert host in analyst
        assert "чужой" in analyst
        assert "Назвать данные карты" in analyst


def test_a_hidden_link_is_read_as_a_browser_reads_it(server: Server, screen: BrowserContext) -> None:
    """Brackets, an invisible character and a dot in words come out as one host."""
    analyst = sent(server, screen, "hidden").locator(".analyst")
    assert analyst.locator(".hosts code").all_inner_texts() == ["kaspi-pay-7713.online"]
    assert "записана так, чтобы её не узнали" in analyst.inner_text()


@pytest.mark.parametrize("sample", HONEST)
def test_honest_talk_arrives(server: Server, browser: Browser, sample: str) -> None:
    """Who sends a bank's own link, or refuses links and codes, is not stopped."""
    context = browser.new_context(java_script_enabled=False)
    assert DELIVERED in sent(server, context, sample).locator(".handset").inner_text()
    context.close()


def test_the_owner_stays_and_the_copies_are_held(server: Server, screen: BrowserContext) -> None:
    """The first listing passes; each copy is held for its photos, knows how many cities there are, has its notice."""
    page = published(server, screen)
    steps = page.locator("#listings > li").all()
    assert [("hold" in (one.get_attribute("class") or "")) for one in steps] == [False, True, True]
    assert "этот продавец показал её первым" not in steps[2].inner_text().lower()
    assert "До этого продавца её уже показывал другой" in steps[2].inner_text()
    assert "городов дальше 100 км друг от друга за 30 дней: 3" in steps[2].inner_text()
    assert "подано из-за рубежа, страна сети: Турция" in steps[2].inner_text()
    assert "предупредить того, чьё это на самом деле" in steps[2].inner_text()
    assert "Такой машины на площадке ещё нет" in steps[0].inner_text()
    assert "отметки нет" in steps[0].inner_text()
    page.get_by_role("button", name="Начать заново").click()
    assert page.locator(".map circle.listed").count() == 1
