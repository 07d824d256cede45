"""Kazakhstan: the suspension by the Antifraud Center's record, in business days, without a client's confirmation."""

from collections.abc import Iterator

import pytest

from tests.acceptance.stories import (
    Scenario,
    Step,
    World,
    at,
    cancel,
    confirm,
    delist,
    enlist,
    get,
    kill,
    look,
    pay,
    post,
    result,
    scenario,
    tell,
)

CENTER = "kz.afc.persons"
POLICY = "kz.afc.suspension"
LAW = "Закон РК"
NAURYZ = "2026-03-19 15:00"
TERM = "2026-03-31"
CLIENTS_OWN = {"customer_id": "c-payee", "kind": "individual"}
FIRM = {"customer_id": None, "kind": "organisation"}


def listed(when: str, kind: str = "iin", **words: object) -> tuple[Step, Step]:
    """The payee stands on the Center's list, and the order to it is suspended."""
    return at(when, enlist(CENTER, kind)), at(when, pay(**words), outcome="hold", policy=POLICY)


def notice(effect: str = "keep", **words: object) -> tuple[str, dict[str, object]]:
    """An investigator's notice comes."""
    body = {"document": {"number": "17-04/26", "date": "2026-03-20"}, "provision": "УПК РК", "effect": effect} | words
    return post("/v1/holds/{hold}/restrain", **body)


CASES = (
    scenario(
        "Five business days over Nauryz: three days off and two weekends do not count",
        "Law on payments 25-1; Law 205-VIII",
        *listed(NAURYZ),
        at(NAURYZ, look(), state="placed", instruction="wait", until=f"day {TERM}", confirm_by=None),
        at("2026-03-31 23:59:59.999", look(), state="placed", instruction="wait"),
        at("2026-04-01 00:00", look(), state="released", instruction="execute", acts=["place", "lapse"]),
    ),
    scenario(
        "A holiday on a Sunday moves to Monday: five business days from Friday 24 October 2025 end on 3 November",
        "Law 267-II on holidays; Law 205-VIII",
        *listed("2025-10-24 15:00"),
        at("2025-10-24 15:00", look(), until="day 2025-11-03"),
        at("2025-11-04 00:00", look(), state="released", instruction="execute"),
    ),
    scenario(
        "The day of suspension does not count, whatever its hour",
        "Law 205-VIII; first-day counting is a pack value marked uncertain",
        at("2026-02-02 00:00", enlist(CENTER, "iin")),
        at("2026-02-02 00:00", pay("early"), until="day 2026-02-09"),
        at("2026-02-02 23:59:59", pay("late"), until="day 2026-02-09"),
        at("2026-02-03 00:00", pay("next"), until="day 2026-02-10"),
    ),
    scenario(
        "Suspended on a Saturday, it counts from Monday",
        "Law 205-VIII",
        *listed("2026-02-07 12:00"),
        at("2026-02-07 12:00", look(), until="day 2026-02-13"),
    ),
    scenario(
        "Over the turn of the year: 1, 2 and 7 January are days off",
        "Law 267-II; Law 205-VIII",
        *listed("2025-12-30 12:00"),
        at("2025-12-30 12:00", look(), until="day 2026-01-09"),
    ),
    scenario(
        "Before 31 August 2025 the term was three business days, and it stays so for what was placed then",
        "Law on payments 25-1, before Law 205-VIII",
        *listed("2025-08-27 12:00"),
        at("2025-08-27 12:00", look(), until="day 2025-09-02"),
        at("2025-08-31 12:00", pay("u"), until="day 2025-09-08"),
        at("2025-09-03 00:00", look(), state="released"),
        at("2025-09-03 00:00", look("u"), state="placed"),
    ),
    scenario(
        "An incoming transfer from a listed person is suspended too",
        "Law 205-VIII; regulation KZ-AF3: both sides",
        at(NAURYZ, enlist(CENTER, "iin", who="payer")),
        at(
            NAURYZ,
            pay(payer={"customer_id": None}, payee=CLIENTS_OWN),
            outcome="hold",
            policy=POLICY,
            until=f"day {TERM}",
        ),
    ),
    scenario(
        "There is no confirmation: the answer names the law",
        "Law on payments 25-1: no window",
        *listed(NAURYZ),
        at("2026-03-20 12:00", confirm(), status=409, detail=f"~{LAW}"),
        at("2026-03-20 12:01", look(), state="placed", acts=["place"]),
    ),
    scenario(
        "The payer may drop the suspended transfer",
        "issue 3: cancel until execution",
        *listed(NAURYZ),
        at("2026-03-20 12:00", cancel(), state="cancelled", instruction="do_not_execute"),
        at("2026-04-01 00:00", look(), state="cancelled", acts=["place", "cancel"]),
    ),
    scenario(
        "The bank cannot release it",
        "Law on payments 25-1",
        *listed(NAURYZ),
        at("2026-03-20 12:00", post("/v1/holds/{hold}/release", reason="a good client"), status=409, detail=f"~{LAW}"),
    ),
    scenario(
        "Removed from the Center's list, the transfer is free at once",
        "Law 205-VIII; regulation 7.13",
        *listed(NAURYZ),
        at("2026-03-25 12:00", delist(CENTER, "iin")),
        at("2026-03-25 12:00", look(), state="released", instruction="execute", moves__1__by="feed"),
    ),
    scenario(
        "Removed by one identifier and listed by another, it waits on",
        "Law 205-VIII",
        at(NAURYZ, enlist(CENTER, "account", bic=None)),
        *listed(NAURYZ),
        at("2026-03-25 12:00", delist(CENTER, "iin")),
        at("2026-03-25 12:00", look(), state="placed", instruction="wait"),
        at("2026-03-26 12:00", delist(CENTER, "account", bic=None)),
        at("2026-03-26 12:00", look(), state="released", instruction="execute"),
    ),
    scenario(
        "An investigator's notice keeps it after the term and after the removal",
        "regulation KZ-AF4",
        *listed(NAURYZ),
        at("2026-03-20 12:00", notice(), state="placed", instruction="wait"),
        at("2026-03-25 12:00", delist(CENTER, "iin")),
        at("2026-03-25 12:01", look(), instruction="wait", until=None),
        at("2026-04-20 12:00", look(), instruction="wait"),
    ),
    scenario(
        "A notice with an end frees it at its end",
        "regulation KZ-AF4",
        *listed(NAURYZ),
        at("2026-03-20 12:00", notice(until="at 2026-04-10 18:00"), instruction="wait"),
        at("2026-04-10 17:59", look(), instruction="wait"),
        at("2026-04-10 18:00:01", look(), state="released", instruction="execute"),
    ),
    scenario(
        "A notice that sends the money back ends it: the transfer is not executed",
        "regulation KZ-AF4",
        *listed(NAURYZ),
        at("2026-03-20 12:00", notice("return"), instruction="do_not_execute"),
        at("2026-04-20 12:00", look(), instruction="do_not_execute"),
    ),
    scenario(
        "A notice without its paper is not taken",
        "regulation KZ-AF4: a stored notice",
        *listed(NAURYZ),
        at("2026-03-20 12:00", post("/v1/holds/{hold}/restrain", effect="keep", provision="УПК РК"), status=422),
    ),
    scenario(
        "A pension from an organisation reaches a listed person",
        "regulation KZ-AF5",
        at(NAURYZ, enlist(CENTER, "iin")),
        at(
            NAURYZ,
            pay(payer={"customer_id": None, "kind": "organisation"}, payee=CLIENTS_OWN, purpose_code="pension"),
            outcome="allow",
        ),
        at(
            NAURYZ,
            pay(
                "salary", payer={"customer_id": None, "kind": "organisation"}, payee=CLIENTS_OWN, purpose_code="salary"
            ),
            outcome="allow",
        ),
    ),
    scenario(
        "What a person calls a pension is none",
        "regulation KZ-AF5",
        at(NAURYZ, enlist(CENTER, "iin")),
        at(NAURYZ, pay(purpose_code="pension"), outcome="hold"),
    ),
    scenario(
        "A card payment to a listed person is refused, and no repeat is a right",
        "Law on payments 25-1: refuses or suspends",
        at(NAURYZ, enlist(CENTER, "card")),
        at(NAURYZ, pay(rail="card", payee={"card": "2200150000000019"}), outcome="refuse", hold=None),
        at("2026-03-19 15:01", pay("r", rail="card", payee={"card": "2200150000000019"}), outcome="refuse"),
    ),
    scenario(
        "By phone number and wallet, on e-money and fast payments: suspended",
        "Law on payments 25-1",
        at(NAURYZ, enlist(CENTER, "phone")),
        at(NAURYZ, enlist(CENTER, "ewallet")),
        at(NAURYZ, pay("p", rail="sbp", payee={"phone": "+79030000020"}), outcome="hold", policy=POLICY),
        at(NAURYZ, pay("w", rail="emoney", payee={"ewallet": "wallet000020"}), outcome="hold", policy=POLICY),
    ),
    scenario(
        "The Russian lists hold nothing here, and the Russian signs are not asked",
        "161-FZ is not Kazakh law",
        at(NAURYZ, enlist("ru.cbr.recipients", "account", bic=None)),
        at(NAURYZ, pay(), outcome="allow"),
    ),
    scenario(
        "Killed just before its end, the suspension still ends on its day",
        "Law 205-VIII",
        *listed(NAURYZ),
        at("2026-03-31 23:59:59", kill()),
        at("2026-03-31 23:59:59.999", look(), state="placed"),
        at("2026-04-01 00:00", look(), state="released"),
        at("2026-04-01 00:01", result("executed")),
        at("2026-04-01 00:02", look(), executed=True, acts=["place", "lapse", "execute"]),
    ),
    scenario(
        "A suspended event is reported to the Center",
        "Law on payments 25-1 p. 1",
        *listed(NAURYZ),
        at(NAURYZ, get("/v1/decisions/{decision}"), kinds={"report"}),
    ),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Tell all of them in one world."""
    yield from tell(tmp_path_factory.mktemp("kazakhstan"), CASES, zone="Asia/Almaty", packs="kz")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_kazakhstan(world: World, case: Scenario) -> None:
    """Every scenario goes as the law says."""
    world.check(case)
