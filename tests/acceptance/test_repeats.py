"""Russia: cards, e-money and SBP are refused, not held; what a repeat is, when it passes and when it must wait."""

from collections.abc import Iterator

import pytest

from tests.acceptance.stories import (
    Scenario,
    World,
    ask,
    at,
    delist,
    enlist,
    get,
    kill,
    pay,
    result,
    scenario,
    tell,
)

BASE = "ru.cbr.recipients"
OWN = "bank.recipients"
FRIDAY = "2026-05-08 12:00"
NEXT = "2026-05-08 12:05"
SATURDAY = "2026-05-09 12:00"
SUNDAY = "2026-05-10 00:00"


def sbp(name: str = "t", **words: object) -> tuple[str, dict[str, object]]:
    """Pay over the fast payment system."""
    return pay(name, rail="sbp", **words)


def deposit(name: str) -> tuple[str, dict[str, object]]:
    """Pay cash in at an ATM with a tokenised card."""
    verb, words = ask("cash_deposit", token_card=True, atm_id="a-7")
    return verb, words | {"name": name}


CASES = (
    scenario(
        "The worked example: refused on Friday, the repeat refused on Friday, a repeat passes from Sunday",
        "161-FZ 8 p. 3.4 sent. 2, 3.10, 3.11",
        at(FRIDAY, enlist(BASE)),
        at(FRIDAY, sbp(), outcome="refuse", hold=None, fired={"1.1"}, kinds={"notify_client"}),
        at(NEXT, sbp("r1"), outcome="refuse", hold=None),
        at("2026-05-09 23:59:59.999", sbp("r2"), outcome="refuse"),
        at(SUNDAY, sbp("r3"), outcome="allow", fired={"1.1"}),
    ),
    scenario(
        "A repeat passes at once, whatever the bank's own list says",
        "161-FZ 8 p. 3.8",
        at(FRIDAY, enlist(OWN)),
        at(FRIDAY, sbp(), outcome="refuse", hold=None),
        at(FRIDAY, sbp("r1"), outcome="allow", fired={"1.7"}),
    ),
    scenario(
        "Further refused repeats do not move the day",
        "161-FZ 8 p. 3.10, 3.11; issue 3",
        at(FRIDAY, enlist(BASE)),
        at(FRIDAY, sbp(), outcome="refuse"),
        at(NEXT, sbp("r1"), outcome="refuse"),
        at(SATURDAY, sbp("r2"), outcome="refuse"),
        at("2026-05-09 23:00", sbp("r3"), outcome="refuse"),
        at(SUNDAY, sbp("r4"), outcome="allow"),
    ),
    scenario(
        "The two days run from the first refused repeat, not from the refusal",
        "161-FZ 8 p. 3.10",
        at(FRIDAY, enlist(BASE)),
        at(FRIDAY, sbp(), outcome="refuse"),
        at(SATURDAY, sbp("r1"), outcome="refuse"),
        at("2026-05-10 23:59:59.999", sbp("r2"), outcome="refuse"),
        at("2026-05-11 00:00", sbp("r3"), outcome="allow"),
    ),
    scenario(
        "A changed amount is a new operation",
        "161-FZ 8 p. 3.6; regulation 7.6",
        at(FRIDAY, enlist(OWN)),
        at(FRIDAY, sbp(), outcome="refuse"),
        at(NEXT, sbp("more", amount_minor=25_000_001), outcome="refuse"),
        at(NEXT, sbp("less", amount_minor=24_999_999), outcome="refuse"),
        at(NEXT, sbp("same"), outcome="allow"),
        at(NEXT, sbp("more-again", amount_minor=25_000_001), outcome="allow"),
    ),
    scenario(
        "Changed requisites of the payee are a new operation",
        "161-FZ 8 p. 3.6",
        at(FRIDAY, enlist(OWN)),
        at(FRIDAY, sbp(), outcome="refuse"),
        at(NEXT, sbp("other", payee={"account": "40817810000009999999"}), outcome="refuse"),
        at(NEXT, sbp("same"), outcome="allow"),
    ),
    scenario(
        "Another payer's refusal makes no repeat of mine",
        "161-FZ 8 p. 3.6",
        at(FRIDAY, enlist(OWN)),
        at(FRIDAY, sbp(payer={"customer_id": "c-other", "inn": None}), outcome="refuse"),
        at(NEXT, sbp("mine"), outcome="refuse"),
        at(NEXT, sbp("mine-again"), outcome="allow"),
    ),
    scenario(
        "A repeat is used up by one execution",
        "161-FZ 8 p. 3.8; issue 3",
        at(FRIDAY, enlist(OWN)),
        at(FRIDAY, sbp(), outcome="refuse"),
        at(NEXT, sbp("r1"), outcome="allow"),
        at("2026-05-08 12:06", result("executed", of="r1")),
        at("2026-05-08 12:10", sbp("new"), outcome="refuse"),
        at("2026-05-08 12:11", sbp("new-again"), outcome="allow"),
    ),
    scenario(
        "A repeat that passed but failed at the bank may be repeated",
        "161-FZ 8 p. 3.8",
        at(FRIDAY, enlist(OWN)),
        at(FRIDAY, sbp(), outcome="refuse"),
        at(NEXT, sbp("r1"), outcome="allow"),
        at("2026-05-08 12:06", result("failed", of="r1")),
        at("2026-05-08 12:10", sbp("r2"), outcome="allow"),
    ),
    scenario(
        "The database learns of the payee between the refusal and the repeat",
        "161-FZ 8 p. 3.10",
        at(FRIDAY, enlist(OWN)),
        at(FRIDAY, sbp(), outcome="refuse"),
        at("2026-05-08 18:00", enlist(BASE)),
        at("2026-05-08 18:01", sbp("r1"), outcome="refuse"),
        at("2026-05-09 23:59", sbp("r2"), outcome="refuse"),
        at(SUNDAY, sbp("r3"), outcome="allow"),
    ),
    scenario(
        "The payee leaves the database before the repeat",
        "161-FZ 8 p. 3.8, 3.10",
        at(FRIDAY, enlist(BASE)),
        at(FRIDAY, sbp(), outcome="refuse"),
        at("2026-05-08 18:00", delist(BASE)),
        at("2026-05-08 18:01", sbp("r1"), outcome="allow"),
    ),
    scenario(
        "The payee leaves the database after a refused repeat: the next one passes before the two days are over",
        "161-FZ 8 p. 3.10 (data held at the repeat)",
        at(FRIDAY, enlist(BASE)),
        at(FRIDAY, sbp(), outcome="refuse"),
        at(NEXT, sbp("r1"), outcome="refuse"),
        at("2026-05-08 18:00", delist(BASE)),
        at("2026-05-08 18:01", sbp("r2"), outcome="allow"),
    ),
    scenario(
        "The state portal's list refuses once and never twice",
        "OD-2506 1.2; 161-FZ 8 p. 3.8",
        at(FRIDAY, enlist("ru.gis.recipients")),
        at(FRIDAY, sbp(), outcome="refuse", fired={"1.2"}),
        at(NEXT, sbp("r1"), outcome="allow"),
    ),
    scenario(
        "A criminal case refuses once and never twice",
        "OD-2506 1.8; 161-FZ 8 p. 3.8",
        at(FRIDAY, enlist("ru.courts.criminal_cases", document={"number": "12601450001", "date": "2026-04-01"})),
        at(FRIDAY, sbp(), outcome="refuse", fired={"1.8"}),
        at(NEXT, sbp("r1"), outcome="allow"),
    ),
    scenario(
        "A device of the database refuses once and never twice",
        "OD-2506 1.5; 161-FZ 8 p. 3.10 names the recipient alone",
        at(FRIDAY, enlist("ru.cbr.devices", "device")),
        at(FRIDAY, sbp(device={"id": "device-15"}), outcome="refuse", fired={"1.5"}),
        at(NEXT, sbp("r1", device={"id": "device-15"}), outcome="allow", fired={"1.5"}),
    ),
    scenario(
        "Another sign at the repeat does not stop it",
        "161-FZ 8 p. 3.8",
        at(FRIDAY, enlist(OWN)),
        at(FRIDAY, sbp(), outcome="refuse"),
        at(NEXT, enlist("ru.gis.recipients")),
        at(NEXT, sbp("r1", device={"malware": True}), outcome="allow", fired={"1.2", "1.7", "1.10a"}),
    ),
    scenario(
        "A card is refused, and its repeat passes",
        "161-FZ 8 p. 3.4 sent. 2",
        at(FRIDAY, enlist(OWN, "card")),
        at(FRIDAY, pay(rail="card", payee={"card": "2200150000000017"}), outcome="refuse", hold=None),
        at(NEXT, pay("r1", rail="card", payee={"card": "2200150000000017"}), outcome="allow"),
    ),
    scenario(
        "E-money is refused, and in the database so is its repeat",
        "161-FZ 8 p. 3.4 sent. 2, 3.10",
        at(FRIDAY, enlist(BASE, "ewallet")),
        at(FRIDAY, pay(rail="emoney", payee={"ewallet": "wallet000018"}), outcome="refuse", hold=None),
        at(NEXT, pay("r1", rail="emoney", payee={"ewallet": "wallet000018"}), outcome="refuse"),
        at(SUNDAY, pay("r2", rail="emoney", payee={"ewallet": "wallet000018"}), outcome="allow"),
    ),
    scenario(
        "A deposit by a tokenised card after a transfer abroad is refused, and its repeat passes",
        "OD-2506 1.11; 161-FZ 8 p. 3.4 sent. 2, 3.8",
        at("2026-05-08 09:00", pay("abroad", cross_border=True), outcome="allow"),
        at(FRIDAY, deposit("t"), outcome="refuse", hold=None, fired={"1.11"}),
        at(NEXT, deposit("r1"), outcome="allow", fired={"1.11"}),
    ),
    scenario(
        "The law sets no term for a repeat: it passes forty days later",
        "161-FZ 8 p. 3.6 (no term)",
        at("2026-04-01 12:00", enlist(OWN)),
        at("2026-04-01 12:00", sbp(), outcome="refuse"),
        at("2026-05-11 12:00", sbp("r1"), outcome="allow"),
    ),
    scenario(
        "The two days over the turn of the year, with the new signs on the second of them",
        "161-FZ 8 p. 3.10, 3.11; OD-1027, OD-2506",
        at("2025-12-31 12:00", enlist(BASE)),
        at("2025-12-31 12:00", sbp(), outcome="refuse", fired={"1"}),
        at("2025-12-31 23:59:59", sbp("r1"), outcome="refuse", fired={"1"}),
        at("2026-01-01 23:59:59", sbp("r2"), outcome="refuse", fired={"1.1"}),
        at("2026-01-02 00:00", sbp("r3"), outcome="allow"),
    ),
    scenario(
        "Repeated before midnight and decided after: the two days count from the day of the decision",
        "161-FZ 8 p. 3.10",
        at(FRIDAY, enlist(BASE)),
        at(FRIDAY, sbp(), outcome="refuse"),
        at("2026-05-09 00:00:30", sbp("r1", occurred_at="at 2026-05-08 23:59:50"), outcome="refuse"),
        at("2026-05-10 23:59:59", sbp("r2"), outcome="refuse"),
        at("2026-05-11 00:00", sbp("r3"), outcome="allow"),
    ),
    scenario(
        "Killed between the refused repeat and the day, the bank still knows them",
        "161-FZ 8 p. 3.10, 3.11",
        at(FRIDAY, enlist(BASE)),
        at(FRIDAY, sbp(), outcome="refuse"),
        at("2026-05-08 16:00", sbp("r1"), outcome="refuse"),
        at("2026-05-08 16:01", kill()),
        at("2026-05-09 23:59:59", sbp("r2"), outcome="refuse"),
        at(SUNDAY, sbp("r3"), outcome="allow"),
    ),
    scenario(
        "After the two days it passes once; the next is a new operation and waits its own two days",
        "161-FZ 8 p. 3.4, 3.10, 3.11",
        at(FRIDAY, enlist(BASE)),
        at(FRIDAY, sbp(), outcome="refuse"),
        at(NEXT, sbp("r1"), outcome="refuse"),
        at("2026-05-10 12:00", sbp("r2"), outcome="allow"),
        at("2026-05-10 12:01", result("executed", of="r2")),
        at("2026-05-10 13:00", sbp("n1"), outcome="refuse"),
        at("2026-05-10 13:01", sbp("n2"), outcome="refuse"),
        at("2026-05-11 23:59", sbp("n3"), outcome="refuse"),
        at("2026-05-12 00:00", sbp("n4"), outcome="allow"),
    ),
    scenario(
        "A retry of a refused event gets the first answer and is no repeat",
        "contract section 7; 161-FZ 8 p. 3.8",
        at(FRIDAY, enlist(OWN)),
        at(FRIDAY, sbp(), outcome="refuse"),
        at(NEXT, sbp(occurred_at="at " + FRIDAY), outcome="refuse"),
        at(NEXT, get("/v1/decisions/{decision}"), outcome="refuse", event_id="e-25-t"),
        at(NEXT, sbp("r1"), outcome="allow"),
    ),
    scenario(
        "What was only reported as an event and never decided makes no repeat",
        "161-FZ 8 p. 3.6",
        at(FRIDAY, enlist(OWN)),
        at(FRIDAY, pay("order"), outcome="hold"),
        at(NEXT, sbp(), outcome="refuse"),
        at(NEXT, sbp("r1"), outcome="allow"),
    ),
    scenario(
        "A client under the police's mark is refused, repeat or not",
        "161-FZ 9 p. 11.7: the means is suspended",
        at(FRIDAY, enlist(BASE, who="payer", police=True)),
        at(FRIDAY, enlist(OWN)),
        at(FRIDAY, sbp(), outcome="refuse", kinds={"suspend_means"}),
        at(NEXT, sbp("r1"), outcome="refuse", kinds={"suspend_means"}),
        at(NEXT, delist(BASE, who="payer")),
        at("2026-05-08 12:06", sbp("r2"), outcome="allow"),
    ),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Tell all of them in one world."""
    yield from tell(tmp_path_factory.mktemp("repeats"), CASES)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_repeat(world: World, case: Scenario) -> None:
    """Every scenario goes as the law says."""
    world.check(case)
