"""Held listings, messages and accounts as their owner reads them: on the page of the hold and in every notice."""

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.acceptance.conftest import Json, Server
from tests.acceptance.test_hold_page import Browser, read
from tests.acceptance.test_notices import eventually, lines

NOON = "2026-03-03T12:00:00+05:00"
LATER = "2026-03-07T12:00:00+05:00"
LANGUAGES = ("ru", "kk", "en")
OF_A_BANK = re.compile(r"банк(?!омат)|bank|перевод|аударым|transfer|кредит|несие|161-ФЗ", re.IGNORECASE)
TITLE = "Камри 70, один хозяин"
SCAM = "Оплатила доставку, чтобы получить деньги, перейдите на kaspi-pay.top"
WAITS = {
    "listing": ("Объявление ждёт проверки", "Хабарландыру тексеруді күтіп тұр", "The listing waits for a check"),
    "message": ("Сообщение ждёт проверки", "Хабар тексеруді күтіп тұр", "The message waits for a check"),
    "account": ("Аккаунт ждёт проверки", "Аккаунт тексеруді күтіп тұр", "Your account waits for a check"),
}
ENDS = {
    ("listing", "release"): ("Проверка закончилась", "Объявление публикуется"),
    ("message", "release"): ("Проверка закончилась", "Сообщение будет доставлено"),
    ("account", "release"): ("Проверка закончилась", "Аккаунтом можно пользоваться"),
    ("listing", "lapse"): ("Объявление не опубликовано", "Подайте объявление снова"),
    ("message", "lapse"): ("Сообщение не доставлено", "Напишите иначе"),
    ("account", "lapse"): ("Проверка закончилась", "Аккаунтом можно пользоваться"),
    ("listing", "cancel"): ("Объявление отозвано", "Мы его не опубликуем"),
    ("message", "cancel"): ("Сообщение отозвано", "Мы его не доставим"),
    ("account", "cancel"): ("Данные отозваны", "Мы их не приняли"),
}
TOLD = (
    ("market.listing", "held"),
    ("market.listing", "goes"),
    ("market.listing", "lapsed"),
    ("message", "held"),
    ("message", "goes"),
    ("message", "lapsed"),
    ("market.account", "held"),
    ("market.account", "goes"),
)
NUMBERS = count(100)


class Held(NamedTuple):
    """Something that a site holds, and whose it is."""

    hold: str
    owner: str


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Name the file of the site's notices."""
    return tmp_path_factory.mktemp("out") / "notices.jsonl"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, out: Path) -> Iterator[Server]:
    """Start a marketplace whose name no one gave, so that the texts' own words for it are read."""
    words = ("--dev", "--clock", NOON, "--packs", "kz", "--home", "KZ", "--notices-file", str(out))
    server = Server(tmp_path_factory.mktemp("site"), *words)
    yield server
    server.end()


def stopped(site: Server, thing: str, name: str) -> Held:
    """Have a listing, a message or an account held: by a third account on one number, or by a false link."""
    base: Json = {"occurred_at": NOON}
    if thing == "message":
        sent = {"conversation_id": name, "from": {"customer_id": f"b-{name}"}, "to": {"seller_id": "s-1"}}
        decision = site.decide({"id": name, "type": "message_sent", "text": SCAM, **sent, **base})
        return _held(decision, f"b-{name}")
    phone = f"+7701555{next(NUMBERS):04}"
    for number in range(3):
        seller = {"seller": {"seller_id": f"s-{name}-{number}", "phone": phone}}
        made = site.decide({"id": f"{name}-{number}", "type": "seller_registered", **seller, **base})
    if thing == "account":
        return _held(made, f"s-{name}-2")
    listing: Any = {"listing": {"listing_id": name, "title": TITLE}}
    offered = {"id": f"{name}-ad", "type": "listing_published", **seller, **listing, **base}
    return _held(site.decide(offered), f"s-{name}-2")


def _held(decision: Json, owner: str) -> Held:
    assert decision["outcome"] == "hold", decision
    return Held(decision["hold"]["id"], owner)


def opened(site: Server, held: Held) -> Browser:
    """Open the page of a hold as its owner."""
    answer = site.post(f"/v1/holds/{held.hold}/link", {"customer_id": held.owner, "hours": 168})
    assert answer.status_code == httpx.codes.OK, answer.text
    return Browser(site, str(answer.json()["path"]))


def shown(page: httpx.Response) -> str:
    """Give what can be read of a page."""
    assert page.status_code == httpx.codes.OK, page.text
    text = re.sub(r"<[^>]+>", " ", page.text)
    assert not OF_A_BANK.search(text), OF_A_BANK.search(text)
    return text


@pytest.mark.parametrize("thing", WAITS)
def test_the_page_speaks_of_what_is_held(site: Server, thing: str) -> None:
    """In each language the page names the thing, until when it waits and what may be done, and never a bank."""
    browser = opened(site, stopped(site, thing, f"wait-{thing}"))
    for language, title in zip(LANGUAGES, WAITS[thing], strict=True):
        text = shown(browser.get(lang=language))
        assert title in text
        assert (TITLE in text) is (thing == "listing")
        assert (SCAM in text) is (thing == "message")
    assert not re.search(r'href="[^"]*/confirm', browser.get().text)


@pytest.mark.parametrize("thing", WAITS)
def test_what_a_moderator_lets_go_is_said(site: Server, thing: str) -> None:
    """Once released, the page says what becomes of it."""
    held = stopped(site, thing, f"release-{thing}")
    released = site.post(f"/v1/holds/{held.hold}/release", {"reason": "looked at it"})
    assert released.status_code == httpx.codes.OK, released.text
    text = shown(opened(site, held).get())
    assert all(part in text for part in ENDS[thing, "release"])


@pytest.mark.parametrize("thing", WAITS)
def test_the_owner_takes_it_back_on_the_page(site: Server, thing: str) -> None:
    """Without any proof, and the page says that it went no further."""
    held = stopped(site, thing, f"cancel-{thing}")
    browser = opened(site, held)
    browser.get()
    text = shown(browser.post("/cancel"))
    assert read(site, held.hold)["state"] == "cancelled"
    assert all(part in text for part in ENDS[thing, "cancel"])


def test_a_silent_end_and_every_notice_are_in_the_sites_words(site: Server, out: Path) -> None:
    """After the term the pages say how it ended; all that was sent is whole, and speaks of no bank and no transfer."""
    waiting = {thing: stopped(site, thing, f"lapse-{thing}") for thing in WAITS}
    site.move_clock(LATER)
    for thing, held in waiting.items():
        text = shown(opened(site, held).get())
        assert all(part in text for part in ENDS[thing, "lapse"]), text

    def told() -> list[Json]:
        return [row["data"] for row in lines(out) if str(row["data"].get("template", "")).startswith("policy.")]

    wanted = {f"policy.{thing}-{what}" for thing, what in TOLD}
    eventually(lambda: wanted <= {row["template"] for row in told()})
    for row in told():
        assert row["unwritten"] is None, row
        for language in LANGUAGES:
            text = "\n".join(row["texts"][language].values())
            assert "$" not in text
            assert not OF_A_BANK.search(text), (row["template"], text)
