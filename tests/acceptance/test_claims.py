"""Who owes a refund: owed, not owed, cannot prove; from what the log shows and never from an assumption."""

from collections.abc import Iterator

import httpx
import pytest

from tests.acceptance.conftest import Json, StartServer, transfer
from tests.acceptance.stories import (
    Scenario,
    World,
    at,
    cancel,
    claim,
    confirm,
    delist,
    enlist,
    get,
    held,
    kill,
    pay,
    result,
    scenario,
    tell,
)

BASE = "ru.cbr.recipients"
NOON = "2026-05-08 12:00"
LATER = "2026-05-08 13:00"
CLAIMED = "2026-05-13 12:00"
DECEIVED = {"without_consent": False}
LAW = "161-FZ 8 p. 3.13"
IN_DATABASE = held(NOON, by=BASE, sign="1.1")

RUSSIA = (
    scenario(
        "Executed while the hold waited: the whole sum is owed, thirty days from the application",
        LAW,
        *IN_DATABASE,
        at(LATER, result("executed")),
        at(
            CLAIMED,
            claim(application={"number": "A-1", "date": "2026-05-12"}, **DECEIVED),
            liability="owed",
            amount_minor=25_000_000,
            kind="ru.161-fz.8.3.13",
            due_at="~2026-06-11T23:59:59",
        ),
        at(CLAIMED, claim(**DECEIVED), status=409),
    ),
    scenario(
        "The day of the application is not moved off a weekend, nor off the turn of the year",
        f"{LAW}: calendar days",
        *held("2025-12-04 12:00", by=BASE, sign="1"),
        at("2025-12-04 13:00", result("executed")),
        at(
            "2025-12-05 12:00",
            claim(application={"number": "A-2", "date": "2025-12-04"}, **DECEIVED),
            liability="owed",
            due_at="~2026-01-03T23:59:59",
        ),
    ),
    scenario(
        "Without an application the clock starts with the report",
        LAW,
        *IN_DATABASE,
        at(LATER, result("executed")),
        at(CLAIMED, claim(**DECEIVED), liability="owed", due_at="~2026-06-12T23:59:59"),
    ),
    scenario(
        "Held, confirmed, paused again, executed on the day after: not owed",
        "161-FZ 8 p. 3.12",
        *IN_DATABASE,
        at("2026-05-09 12:00", confirm(), state="paused_again"),
        at("2026-05-11 09:00", result("executed")),
        at(CLAIMED, claim(**DECEIVED), liability="not_owed"),
    ),
    scenario(
        "Executed in the second pause: owed",
        LAW,
        *IN_DATABASE,
        at("2026-05-09 12:00", confirm(), state="paused_again"),
        at("2026-05-10 12:00", result("executed")),
        at(CLAIMED, claim(**DECEIVED), liability="owed"),
    ),
    scenario(
        "Executed after the client's silence: owed",
        f"{LAW}; 8 p. 3.9",
        *IN_DATABASE,
        at("2026-05-11 12:00", result("executed")),
        at(CLAIMED, claim(**DECEIVED), liability="owed"),
    ),
    scenario(
        "Executed after the client dropped it: owed",
        LAW,
        *IN_DATABASE,
        at(LATER, cancel(), state="cancelled"),
        at("2026-05-08 14:00", result("executed")),
        at(CLAIMED, claim(**DECEIVED), liability="owed"),
    ),
    scenario(
        "Refused over SBP and executed all the same: owed",
        LAW,
        at(NOON, enlist(BASE)),
        at(NOON, pay(rail="sbp"), outcome="refuse"),
        at(LATER, result("executed")),
        at(CLAIMED, claim(**DECEIVED), liability="owed"),
    ),
    scenario(
        "A repeat that had to pass after two days: not owed",
        "161-FZ 8 p. 3.11, 3.12",
        at(NOON, enlist(BASE)),
        at(NOON, pay("a", rail="sbp"), outcome="refuse"),
        at(LATER, pay("b", rail="sbp"), outcome="refuse"),
        at("2026-05-10 12:00", pay("c", rail="sbp"), outcome="allow"),
        at("2026-05-10 12:01", result("executed", of="c")),
        at(CLAIMED, claim("c", **DECEIVED), liability="not_owed"),
    ),
    scenario(
        "An organisation's order is held and its loss is not refunded",
        f"{LAW}: individuals",
        at(NOON, enlist(BASE)),
        at(NOON, pay(payer={"kind": "organisation"}), outcome="hold"),
        at(LATER, result("executed")),
        at(CLAIMED, claim(**DECEIVED), liability="not_owed"),
    ),
    scenario(
        "Whether the payer is an individual nobody said: it cannot be proved",
        f"{LAW}: individuals",
        at(NOON, enlist(BASE)),
        at(NOON, pay(payer={"kind": None}), outcome="hold"),
        at(LATER, result("executed")),
        at(CLAIMED, claim(**DECEIVED), liability="cannot_prove"),
    ),
    scenario(
        "The bank never said whether it executed: it cannot be proved, until it says so",
        f"{LAW}; issue 3: from transfer_result, never from an assumption",
        *IN_DATABASE,
        at(CLAIMED, claim(**DECEIVED), liability="cannot_prove"),
        at("2026-05-13 13:00", result("executed")),
        at("2026-05-13 13:01", get("/v1/claims?customer_id={client}"), items__0__liability="owed"),
    ),
    scenario(
        "It failed: not owed",
        LAW,
        *IN_DATABASE,
        at(LATER, result("failed")),
        at(CLAIMED, claim(**DECEIVED), liability="not_owed"),
    ),
    scenario(
        "Executed and returned: not owed",
        LAW,
        *IN_DATABASE,
        at(LATER, result("executed")),
        at("2026-05-08 14:00", result("returned")),
        at(CLAIMED, claim(**DECEIVED), liability="not_owed"),
    ),
    scenario(
        "The bank's own list is no knowledge of the database: not owed",
        f"{LAW}: the Bank of Russia's database",
        *held(NOON),
        at(LATER, result("executed")),
        at(CLAIMED, claim(**DECEIVED), liability="not_owed"),
    ),
    scenario(
        "The record left the database before the order: not owed",
        LAW,
        at("2026-05-08 10:00", enlist(BASE)),
        at("2026-05-08 11:00", delist(BASE)),
        at(NOON, pay(), outcome="allow"),
        at(LATER, result("executed")),
        at(CLAIMED, claim(**DECEIVED), liability="not_owed"),
    ),
    scenario(
        "Of a transfer without consent the bank has no record of a notice: it cannot be proved",
        "161-FZ 9 p. 11-15",
        at(NOON, pay(), outcome="allow"),
        at(LATER, result("executed")),
        at(CLAIMED, claim(without_consent=True), liability="cannot_prove"),
    ),
    scenario(
        "Only the payer claims, and only what there was",
        "contract; issue 3: bad input",
        *IN_DATABASE,
        at(CLAIMED, claim("nothing", **DECEIVED), status=404),
        at(CLAIMED, claim(client={"customer_id": "c-9999"}, **DECEIVED), status=403),
    ),
    scenario(
        "A claim starts the list entry too, and the next order to the payee is held",
        "issue 3: one intake call",
        at(NOON, pay(), outcome="allow"),
        at(LATER, result("executed")),
        at(CLAIMED, claim(enlist=True, **DECEIVED)),
        at("2026-05-13 12:01", pay("u", amount_minor=100), outcome="hold", fired={"1.7"}),
    ),
    scenario(
        "Killed after it was made, the claim stands as it was",
        LAW,
        *IN_DATABASE,
        at(LATER, result("executed")),
        at(CLAIMED, claim(**DECEIVED), liability="owed"),
        at(CLAIMED, kill()),
        at(CLAIMED, get("/v1/claims?customer_id={client}"), items__0__liability="owed", items__0__overdue=False),
        at("2026-06-12 23:59:59", get("/v1/claims?customer_id={client}"), items__0__overdue=False),
        at("2026-06-13 00:00:01", get("/v1/claims?customer_id={client}"), items__0__overdue=True),
    ),
)

CENTER = "kz.afc.persons"
KAZAKHSTAN = (
    scenario(
        "A listed payee was paid: compensation of the whole sum, without a clock",
        "KZ banking reform 2026 (compensation)",
        at(NOON, enlist(CENTER, "iin")),
        at(NOON, pay(), outcome="hold"),
        at("2026-05-19 12:00", result("executed")),
        at("2026-05-20 12:00", claim(**DECEIVED), liability="owed", amount_minor=25_000_000, due_at=None),
    ),
    scenario(
        "A payee who was not listed: no compensation",
        "KZ banking reform 2026 (compensation)",
        at(NOON, pay(), outcome="allow"),
        at(LATER, result("executed")),
        at("2026-05-20 12:00", claim(**DECEIVED), liability="not_owed"),
    ),
    scenario(
        "A listed payee who was never paid: no compensation",
        "KZ banking reform 2026 (compensation)",
        at(NOON, enlist(CENTER, "iin")),
        at(NOON, pay(), outcome="hold"),
        at(LATER, cancel(), state="cancelled"),
        at("2026-05-08 14:00", result("cancelled")),
        at("2026-05-20 12:00", claim(**DECEIVED), liability="not_owed"),
    ),
)


@pytest.fixture(scope="module")
def russia(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Tell the Russian ones in one world."""
    yield from tell(tmp_path_factory.mktemp("claims-ru"), RUSSIA)


@pytest.fixture(scope="module")
def kazakhstan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Tell the Kazakh ones in one world."""
    yield from tell(tmp_path_factory.mktemp("claims-kz"), KAZAKHSTAN, zone="Asia/Almaty", packs="kz")


@pytest.mark.parametrize("case", RUSSIA, ids=str)
def test_a_russian_claim(russia: World, case: Scenario) -> None:
    """Every scenario goes as the law says."""
    russia.check(case)


@pytest.mark.parametrize("case", KAZAKHSTAN, ids=str)
def test_a_kazakh_claim(kazakhstan: World, case: Scenario) -> None:
    """Every scenario goes as the law says."""
    kazakhstan.check(case)


def test_a_feed_that_was_loaded_72_minutes_late(start: StartServer) -> None:
    """Published at 11:00 and loaded at 12:12, the deadline being an hour: owed from 12:00 on."""
    server = start(clock="2026-05-08T11:00:00+03:00")
    owed: dict[str, str] = {}
    for name, when in (("a", "11:30"), ("b", "11:59"), ("c", "12:01"), ("d", "12:11")):
        instant = f"2026-05-08T{when}:00+03:00"
        server.move_clock(instant)
        assert server.decide(transfer(name, occurred_at=instant, amount_minor=100))["outcome"] == "allow"
        told = {"id": f"r-{name}", "type": "transfer_result", "occurred_at": instant, "of": name, "result": "executed"}
        server.report(told)
    server.move_clock("2026-05-08T12:12:00+03:00")
    path = "/v1/lists/ru.cbr.recipients/import?type=inn&published_at=2026-05-08T11:00:00%2B03:00&by=anna"
    loaded = server.client.post(path, content="500100732259;08.05.2026 10:00:00;1;RUS\n")
    assert loaded.status_code == httpx.codes.OK, loaded.text
    server.move_clock("2026-05-08T13:00:00+03:00")
    for name in "abcd":
        report: Json = {"id": f"f-{name}", "type": "fraud_report", "occurred_at": "2026-05-08T13:00:00+03:00"}
        answer = server.post("/v1/claims", report | {"client": {"customer_id": "c-1"}, "of": name} | DECEIVED)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        owed[name] = answer.json()["liability"]
    assert owed == {"a": "not_owed", "b": "not_owed", "c": "owed", "d": "owed"}
    held_now = server.decide(transfer("e", occurred_at="2026-05-08T13:00:00+03:00", amount_minor=100))
    assert held_now["outcome"] == "hold"
