"""What the client is told at each act: the content that the law lists, in three languages, and kept as it was sent."""

import json
from collections.abc import Iterator

import pytest

from tests.acceptance.conftest import Json
from tests.acceptance.stories import (
    Scenario,
    World,
    ask,
    at,
    cancel,
    confirm,
    delist,
    enlist,
    held,
    look,
    pay,
    post,
    scenario,
    tell,
)

BASE = "ru.cbr.recipients"
NOON = "2026-05-08 12:00"
LATER = "2026-05-08 13:00"
CENTER = "kz.afc.persons"
LANGUAGES = {"ru", "kk", "en"}
KAZAKH = set("әғқңөұүһі")

RUSSIA = (
    scenario("confirmed", "161-FZ 8 p. 3.6, 3.8", *held(NOON), at(LATER, confirm())),
    scenario(
        "paused again",
        "161-FZ 8 p. 3.10, 3.11",
        *held(NOON, by=BASE, sign="1.1"),
        at("2026-05-09 12:00", confirm()),
        at("2026-05-11 00:00", look()),
    ),
    scenario("silence", "161-FZ 8 p. 3.9", *held(NOON), at("2026-05-10 00:00", look())),
    scenario("cancelled", "161-FZ 8 p. 3.6", *held(NOON), at(LATER, cancel())),
    scenario(
        "refused",
        "161-FZ 8 p. 3.6, 3.10",
        at(NOON, enlist(BASE)),
        at(NOON, pay(rail="sbp")),
        at(LATER, pay("u", rail="sbp")),
    ),
    scenario(
        "withdrawn",
        "issue 3: withdraw",
        at(NOON, pay(device={"malware": True}), outcome="hold"),
        at(
            LATER,
            post(
                "/v1/holds/{hold}/withdraw",
                corrections={"device.malware": False},
                reason="read wrongly",
                evidence={"kind": "act", "reference": "17"},
                by="anna",
                approved_by="boris",
            ),
        ),
    ),
    scenario("cash", "Banking Law 24.3-1", at(NOON, ask("cash_withdrawal", declined_today=5))),
    scenario(
        "limited",
        "161-FZ 9 p. 11.6, 11.11",
        at(NOON, pay("known", amount_minor=100)),
        at(NOON, enlist(BASE, who="payer")),
        at(LATER, delist(BASE, who="payer")),
    ),
    scenario(
        "suspended",
        "161-FZ 9 p. 9.2, 11.7, 11.8",
        at(NOON, pay("known", amount_minor=100)),
        at(NOON, enlist(BASE, who="payer", police=True)),
        at(LATER, pay(amount_minor=100), outcome="refuse"),
    ),
    scenario("loan", "9-FZ", at(NOON, ask("loan_payout", product="cash", contract_at=f"at {NOON}"))),
)
KAZAKHSTAN = (
    scenario(
        "removed",
        "Law on payments 25-1",
        at(NOON, enlist(CENTER, "iin")),
        at(NOON, pay(), outcome="hold"),
        at(LATER, delist(CENTER, "iin")),
    ),
    scenario(
        "kept",
        "KZ-AF4",
        at(NOON, enlist(CENTER, "iin")),
        at(NOON, pay(), outcome="hold"),
        at(
            LATER,
            post(
                "/v1/holds/{hold}/restrain",
                document={"number": "1", "date": "2026-05-08"},
                effect="keep",
                provision="УПК РК",
            ),
        ),
    ),
)
ASKED = (
    ("confirmed", "ru.161-fz.8.3.6", ("приостановили", "Причина", "обман", "9 мая 2026 года, 23:59 по московскому")),
    ("confirmed", "ru.161-fz.8.3.6", ("коды", "счёт *0001", "250 000,00 ₽", "3.4 и 3.6")),
    ("confirmed", "ru.161-fz.8.3.8", ("подтвердили", "3.8")),
    ("paused again", "ru.161-fz.8.3.10", ("базе данных Банка России", "10 мая 2026 года, 23:59", "исполним", "3.10")),
    ("paused again", "ru.161-fz.8.3.11", ("исполняем", "3.11")),
    ("silence", "ru.161-fz.8.3.9", ("не принят", "на вашем счёте", "3.9")),
    ("cancelled", "ru.161-fz.cancelled", ("отменили", "на вашем счёте")),
    ("refused", "ru.161-fz.8.3.6", ("отказали", "Причина", "повторите", "обман")),
    ("withdrawn", "ru.161-fz.withdrawn", ("ошибочн", "исполняем")),
    ("cash", "ru.395-1.24.3-1", ("50 000 рублей в сутки", "48 часов", "отделении")),
    ("limited", "ru.161-fz.9.11.6", ("100 000 рублей в месяц", "в Банк России", "11.6")),
    ("limited", "ru.161-fz.9.11.11", ("больше нет", "11.11")),
    ("suspended", "ru.161-fz.9.11.8", ("приостановили", "МВД", "в Банк России", "9.2")),
    ("loan", "ru.9-fz.pause", ("8 мая 2026 года, 16:00", "бесплатно отказаться")),
)
ASKED_KZ = (
    ("removed", "kz.afc.notice", ("Антифрод-центра", "18 мая 2026 года, 23:59 по времени Астаны", "обращение")),
    ("removed", "kz.afc.released", ("больше нет", "исполняем")),
    ("kept", "kz.afc.restrained", ("уведомление органа расследования", "не исполняется")),
)


def told(world: World) -> dict[str, list[Json]]:
    """Give what was sent to each client."""
    sent: dict[str, list[Json]] = {}
    for line in (world.server.data / "notices.jsonl").read_text(encoding="utf-8").splitlines():
        message = json.loads(line)
        if message["type"] == "notify_client":
            sent.setdefault(message["data"]["customer_id"], []).append(message["data"])
    return sent


@pytest.fixture(scope="module")
def russia(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Tell the Russian ones in one world."""
    for world in tell(tmp_path_factory.mktemp("notices-ru"), RUSSIA):
        world.server.move_clock("2026-05-20T12:00:00+03:00")
        yield world


@pytest.fixture(scope="module")
def kazakhstan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Tell the Kazakh ones in one world."""
    home = tmp_path_factory.mktemp("notices-kz")
    for world in tell(home, KAZAKHSTAN, zone="Asia/Almaty", packs="kz"):
        world.server.move_clock("2026-05-10T12:00:00+05:00")
        yield world


def check(world: World, title: str, template: str, parts: tuple[str, ...]) -> None:
    """Check that one client was told this, in three languages, with all that must stand in it."""
    life = world.lives[title]
    assert life.fault is None
    found = [data for data in told(world)[life.client] if data["template"] == template]
    assert found, f"`{template}` was not sent"
    texts = found[0]["texts"]
    assert set(texts) == LANGUAGES
    russian = (texts["ru"]["subject"] + "\n" + texts["ru"]["body"]).replace("\N{NO-BREAK SPACE}", " ")
    assert [part for part in parts if part not in russian] == [], russian
    assert KAZAKH & set(texts["kk"]["body"])
    assert not any("а" <= letter <= "я" for letter in texts["en"]["body"])
    assert not any("$" in text for both in texts.values() for text in both.values())


@pytest.mark.parametrize(("title", "template", "parts"), ASKED)
def test_a_russian_notice(russia: World, title: str, template: str, parts: tuple[str, ...]) -> None:
    """The notice of each act was sent with the content that the law lists."""
    check(russia, title, template, parts)


@pytest.mark.parametrize(("title", "template", "parts"), ASKED_KZ)
def test_a_kazakh_notice(kazakhstan: World, title: str, template: str, parts: tuple[str, ...]) -> None:
    """The notice of each act was sent with the content that the law lists."""
    check(kazakhstan, title, template, parts)


def test_a_refused_repeat_says_from_when_it_passes(russia: World) -> None:
    """The notice of a repeat that the database stops names the instant of 10 May from which it passes."""
    sent = told(russia)[russia.lives["refused"].client]
    assert [data["case"] for data in sent] == ["refuse", "closed"]
    assert "10 мая 2026 года, 00:00" in sent[1]["texts"]["ru"]["body"]


@pytest.mark.parametrize("case", RUSSIA[:4], ids=str)
def test_notices_are_kept_as_they_were_sent(russia: World, case: Scenario) -> None:
    """The evidence of a hold has every notice with its text, time, channel and version of the template."""
    life = russia.lives[case.title]
    sent = told(russia)[life.client]
    hold = life.decisions["t"]["hold"]["id"]
    kept = russia.server.client.get(f"/v1/holds/{hold}/evidence").json()["notices"]
    assert [row["text"]["text"] for row in kept] == [data["texts"]["ru"] for data in sent]
    for row, data in zip(kept, sent, strict=True):
        said = row["text"]
        assert (said["template"], said["template_version"]) == (data["template"], data["template_version"])
        assert (said["channel"], said["language"]) == ("file", "ru")
        assert said["sent_at"]


def test_no_notice_names_the_whole_of_an_account(russia: World) -> None:
    """Requisites are masked to their last digits."""
    texts = json.dumps([data["texts"] for sent in told(russia).values() for data in sent], ensure_ascii=False)
    assert "4081781000000000" not in texts
