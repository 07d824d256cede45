"""Russia: cash from ATMs, clients in the database of the Bank of Russia, and the person whom a client trusts."""

from collections.abc import Iterator

import pytest

from tests.acceptance.stories import (
    Scenario,
    Verb,
    World,
    ask,
    at,
    cancel,
    confirm,
    delist,
    enlist,
    get,
    kill,
    look,
    pay,
    scenario,
    tell,
)

BASE = "ru.cbr.recipients"
CAP = "ru.161-fz.9.11.6"
MONTH_CASH = "ru.395-1.30.16"
TRUSTED = {"trusted_person": True}
NOON = "2026-05-08 12:00"
LATER = "2026-05-08 13:00"
LIMITS = get("/v1/clients/{client}/restrictions")


def cash(name: str, roubles: float, **words: object) -> Verb:
    """The client asks an ATM for money."""
    return ask("cash_withdrawal", name=name, amount_minor=round(roubles * 100), atm_id="a-7", **words)


def odd(name: str, roubles: float) -> Verb:
    """The client asks for money after five refusals in one day, which is a sign."""
    return cash(name, roubles, declined_today=5)


def send(name: str, roubles: float, **words: object) -> Verb:
    """The client pays by order."""
    return pay(name, amount_minor=round(roubles * 100), **words)


CASES = (
    scenario(
        "A withdrawal with a sign: 50,000 a day and not a kopeck more",
        "Banking Law 24.3-1; OD-1765",
        at(NOON, odd("a", 50_000.01), outcome="refuse", kinds={"cap_cash", "notify_client"}),
        at(NOON, odd("b", 50_000), outcome="allow"),
        at(NOON, odd("c", 0.01), outcome="refuse"),
    ),
    scenario(
        "The limit holds later withdrawals without a sign too, and ends after 48 hours",
        "Banking Law 24.3-1; OD-1765; a day is read as the 24 hours back from the request",
        at(NOON, odd("a", 30_000), outcome="allow", kinds={"cap_cash"}),
        at("2026-05-08 23:00", cash("b", 20_000.01), outcome="refuse"),
        at("2026-05-08 23:00", cash("c", 20_000), outcome="allow"),
        at("2026-05-09 11:59:59.999", cash("d", 1), outcome="refuse"),
        at("2026-05-09 12:00", cash("e", 30_000), outcome="allow"),
        at("2026-05-09 12:00", cash("f", 1), outcome="refuse"),
        at("2026-05-10 11:59:59.999", cash("g", 50_000.01), outcome="refuse"),
        at("2026-05-10 12:00:01", cash("h", 500_000), outcome="allow"),
    ),
    scenario(
        "A refused withdrawal with a sign starts the 48 hours too",
        "Banking Law 24.3-1",
        at(NOON, odd("a", 90_000), outcome="refuse"),
        at("2026-05-09 10:00", cash("b", 50_000.01), outcome="refuse"),
        at("2026-05-10 12:00:01", cash("c", 50_000.01), outcome="allow"),
    ),
    scenario(
        "A client is told of the limit at any moment, what is left of it and until when",
        "Banking Law 24.3-1; issue 3: limits answer with what remains",
        at(NOON, odd("a", 30_000), outcome="allow"),
        at(LATER, LIMITS, restrictions__0__kind="cap_cash", restrictions__0__limit_minor=5_000_000),
        at(LATER, LIMITS, restrictions__0__remaining_minor=2_000_000, restrictions__0__until="time 2026-05-10 12:00"),
        at("2026-05-09 12:00", LIMITS, restrictions__0__remaining_minor=5_000_000),
        at("2026-05-10 12:00:01", LIMITS, restrictions=[]),
    ),
    scenario(
        "Killed in between, the bank still knows the 48 hours",
        "Banking Law 24.3-1",
        at(NOON, odd("a", 30_000), outcome="allow"),
        at("2026-05-08 16:00", kill()),
        at("2026-05-08 16:00", cash("b", 20_000.01), outcome="refuse"),
        at("2026-05-10 12:00:01", cash("c", 50_000.01), outcome="allow"),
    ),
    scenario(
        "No sign, no limit",
        "Banking Law 24.3-1",
        at(NOON, cash("a", 500_000, declined_today=4), outcome="allow"),
        at(NOON, LIMITS, restrictions=[]),
    ),
    scenario(
        "Malware on the phone caps cash by QR code",
        "OD-1765",
        at(NOON, cash("a", 60_000, method="qr", device={"malware": True}), outcome="refuse", kinds={"cap_cash"}),
    ),
    scenario(
        "Before 1 September 2025 no such limit",
        "Banking Law 24.3-1, in force 01.09.2025",
        at("2025-08-31 23:59:59", odd("a", 60_000), outcome="allow"),
        at("2025-09-01 00:00", odd("b", 60_000), outcome="refuse"),
    ),
    scenario(
        "A client in the database: 100,000 a month to individuals, to the kopeck, and organisations do not count",
        "161-FZ 9 p. 11.6 sent. 2",
        at(NOON, enlist(BASE, who="payer")),
        at(NOON, send("a", 60_000), outcome="allow", kinds={"cap_transfers"}),
        at(NOON, send("firm", 900_000, payee={"kind": "organisation"}), outcome="allow"),
        at(NOON, send("b", 40_000.01), outcome="refuse", hold=None),
        at(NOON, send("c", 40_000), outcome="allow"),
        at("2026-05-20 12:00", send("d", 0.01), outcome="refuse"),
        at(
            "2026-05-20 12:00",
            LIMITS,
            limit_minor={CAP: 10_000_000, MONTH_CASH: 10_000_000},
            limited_until={CAP: None},
        ),
    ),
    scenario(
        "What a client in the database was refused does not use up the month",
        "161-FZ 9 p. 11.6 sent. 2",
        at(NOON, enlist(BASE, who="payer")),
        at(NOON, send("a", 100_000.01), outcome="refuse"),
        at(LATER, send("b", 100_000), outcome="allow"),
    ),
    scenario(
        "Removed from the database, the client pays at once what he likes",
        "161-FZ 9 p. 11.11",
        at(NOON, enlist(BASE, who="payer")),
        at(NOON, send("a", 100_000.01), outcome="refuse"),
        at(LATER, delist(BASE, who="payer")),
        at(LATER, send("b", 100_000.02), outcome="allow"),
        at(LATER, LIMITS, restrictions=[]),
    ),
    scenario(
        "With police data the means is suspended, the smallest sum too; at the branch it passes",
        "161-FZ 9 p. 11.7",
        at(NOON, enlist(BASE, who="payer", police=True)),
        at(NOON, send("a", 0.01, rail="sbp"), outcome="refuse", kinds={"suspend_means", "notify_client"}),
        at(NOON, send("b", 0.01), outcome="refuse"),
        at(NOON, send("c", 300_000, channel="branch"), outcome="allow"),
        at(NOON, LIMITS, remaining_minor={"ru.161-fz.9.11.7": 0}),
        at(LATER, delist(BASE, who="payer")),
        at(LATER, send("d", 300_000), outcome="allow"),
    ),
    scenario(
        "The police's mark comes off and the cap remains",
        "161-FZ 9 p. 11.6, 11.7",
        at(NOON, enlist(BASE, who="payer", police=True)),
        at(NOON, send("a", 1), outcome="refuse"),
        at(LATER, enlist(BASE, who="payer", police=False)),
        at(LATER, send("b", 1), outcome="allow", kinds={"cap_transfers"}),
        at(LATER, send("c", 100_000), outcome="refuse"),
    ),
    scenario(
        "A company in the database has no cap on transfers and has one on cash",
        "161-FZ 9 p. 11.6: individuals; Banking Law 30 p. 16: companies too",
        at(NOON, enlist(BASE, who="payer")),
        at(NOON, send("a", 900_000, payer={"kind": "organisation"}), outcome="allow"),
        at(NOON, cash("b", 100_000, client={"kind": "organisation"}), outcome="allow", kinds={"cap_cash"}),
        at("2026-05-25 12:00", cash("c", 1, client={"kind": "organisation"}), outcome="refuse"),
    ),
    scenario(
        "Two limits on cash at once: the day's 50,000 and the month's 100,000",
        "regulation 7.12",
        at(NOON, enlist(BASE, who="payer")),
        at(NOON, odd("a", 50_000), outcome="allow"),
        at(NOON, cash("b", 1), outcome="refuse"),
        at("2026-05-09 12:00", cash("c", 50_000), outcome="allow"),
        at("2026-05-11 12:00", cash("d", 1), outcome="refuse"),
    ),
    scenario(
        "Before 15 May 2025 no cap on transfers",
        "161-FZ 9 p. 11.6 sent. 2, in force 15.05.2025",
        at("2025-05-14 23:59:59", enlist(BASE, who="payer")),
        at("2025-05-14 23:59:59", send("a", 100_000.01), outcome="allow"),
        at("2025-05-15 00:00", send("b", 100_000.01), outcome="refuse"),
    ),
    scenario(
        "The trusted person has twelve hours, and agrees",
        "41-FZ (trusted person), in force 01.09.2025",
        at(NOON, pay(payer=TRUSTED), outcome="hold", policy="ru.trusted-person.wait"),
        at(NOON, look(), instruction="wait"),
        at(LATER, confirm(by="client"), status=409),
        at(LATER, confirm(by="trusted_person"), state="confirmed", instruction="execute"),
    ),
    scenario(
        "The trusted person is silent for twelve hours",
        "41-FZ (trusted person)",
        at(NOON, pay(payer=TRUSTED), outcome="hold"),
        at("2026-05-08 23:59:59.999", look(), state="placed"),
        at("2026-05-09 00:00:00.001", look(), state="not_accepted", instruction="do_not_execute"),
        at("2026-05-09 00:00:01", confirm(by="trusted_person"), status=409),
    ),
    scenario(
        "The client drops what the trusted person has not agreed to",
        "41-FZ (trusted person); issue 3: cancel until execution",
        at(NOON, pay(payer=TRUSTED), outcome="hold"),
        at(LATER, cancel(), state="cancelled", instruction="do_not_execute"),
        at(LATER, confirm(by="trusted_person"), status=409),
    ),
    scenario(
        "An SBP transfer is refused until the trusted person has agreed",
        "41-FZ (trusted person): refuse for SBP and cards",
        at(NOON, pay(rail="sbp", payer=TRUSTED), outcome="refuse", hold=None),
        at(LATER, pay("r", rail="sbp", payer=TRUSTED), outcome="refuse"),
        at(LATER, pay("agreed", rail="sbp", payer=TRUSTED, trusted_confirmed=True), outcome="allow"),
    ),
    scenario(
        "A trusted person cannot confirm what the client alone must confirm",
        "161-FZ 8 p. 3.6 item 3: the client confirms",
        at(NOON, enlist("bank.recipients")),
        at(NOON, pay(), outcome="hold", policy="ru.161-fz.8.3.4"),
        at(LATER, confirm(by="trusted_person"), status=409),
        at(LATER, look(), state="placed", acts=["place"]),
    ),
    scenario(
        "Before 1 September 2025 nobody's trusted person was asked",
        "41-FZ (trusted person), in force 01.09.2025",
        at("2025-08-31 23:59:59", pay(payer=TRUSTED), outcome="allow"),
        at("2025-09-01 00:00", pay("u", payer=TRUSTED), outcome="hold"),
    ),
    scenario(
        "Both a sign and the trusted person: the client's own word does not do without that person's",
        "161-FZ 8 p. 3.4, 3.8 (another legal ground); 41-FZ (trusted person)",
        at(NOON, enlist("bank.recipients")),
        at(NOON, pay(payer=TRUSTED), outcome="hold", policy="ru.161-fz.8.3.4", fired={"1.7", "1"}),
        at(NOON, look(), state="placed", instruction="wait", next=["cancel", "withdraw"]),
        at(LATER, confirm(), status=409, detail="~41-ФЗ"),
        at(LATER, confirm(by="trusted_person"), status=409),
        at(LATER, pay("u", payer=TRUSTED, trusted_confirmed=True), outcome="hold", policy="ru.161-fz.8.3.4"),
        at(LATER, confirm("u"), state="confirmed", instruction="execute"),
        at("2026-05-10 00:00", look(), state="not_accepted"),
    ),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Tell all of them in one world."""
    yield from tell(tmp_path_factory.mktemp("limits"), CASES)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_limit(world: World, case: Scenario) -> None:
    """Every scenario goes as the law says."""
    world.check(case)
