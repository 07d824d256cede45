"""Loans that wait: Russia 4 and 48 hours and free to drop, Kazakhstan 8 and 24 hours and then a new consent."""

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
    kill,
    look,
    post,
    result,
    scenario,
    tell,
)

NOON = "2026-05-08 12:00"
LAW = "~9-ФЗ"
MRP = 4_325


def payout(amount: float, contract: str = NOON, name: str = "t", **words: object) -> Verb:
    """The lender asks whether the money may be handed over."""
    made = {"name": name, "amount_minor": round(amount * 100), "contract_at": f"at {contract}"}
    return ask("loan_payout", **(made | {"product": "cash"} | words))


RUSSIA = (
    scenario(
        "200,000 roubles wait four hours from the contract",
        "9-FZ of 13.02.2025",
        at(NOON, payout(200_000), outcome="hold", policy="ru.9-fz.wait-4", kinds={"pause_loan"}),
        at(NOON, look(), state="placed", instruction="wait"),
        at("2026-05-08 15:59:59.999", look(), state="placed", instruction="wait"),
        at("2026-05-08 16:00:00.001", look(), state="released", instruction="execute"),
    ),
    scenario(
        "One kopeck more waits forty-eight hours, over the weekend",
        "9-FZ of 13.02.2025",
        at(NOON, payout(200_000.01), outcome="hold", policy="ru.9-fz.wait-48"),
        at("2026-05-10 11:59:59.999", look(), state="placed"),
        at("2026-05-10 12:00:00.001", look(), state="released", instruction="execute"),
    ),
    scenario(
        "Asked an hour after the contract, it waits three hours more",
        "9-FZ: counted from the contract",
        at("2026-05-08 13:00", payout(100_000), outcome="hold"),
        at("2026-05-08 15:59:59.999", look(), state="placed"),
        at("2026-05-08 16:00:00.001", look(), state="released"),
    ),
    scenario(
        "Asked when the hours are over, it is paid at once",
        "9-FZ of 13.02.2025",
        at("2026-05-08 16:00", payout(100_000), outcome="allow"),
    ),
    scenario(
        "Up to 50,000 nothing waits",
        "9-FZ: exempt",
        at(NOON, payout(49_999.99), outcome="allow"),
        at(NOON, payout(50_000, name="u"), outcome="hold"),
    ),
    scenario(
        "The borrower drops the loan free of charge while it waits",
        "9-FZ: dropping it is free",
        at(NOON, payout(300_000), outcome="hold"),
        at("2026-05-09 12:00", cancel(), state="cancelled", instruction="do_not_execute"),
        at("2026-05-11 12:00", look(), state="cancelled", acts=["place", "cancel"]),
    ),
    scenario(
        "Nothing shortens the wait: neither the borrower's word nor the bank's",
        "9-FZ of 13.02.2025",
        at(NOON, payout(300_000), outcome="hold"),
        at("2026-05-08 13:00", confirm(), status=409, detail=LAW),
        at("2026-05-08 13:00", post("/v1/holds/{hold}/release", reason="he is in a hurry"), status=409, detail=LAW),
        at("2026-05-08 13:01", look(), state="placed", acts=["place"]),
    ),
    scenario(
        "Exempt: a mortgage, education, a car paid to the seller, goods in the shop, a co-borrower, no larger debt",
        "9-FZ: exemptions",
        at(NOON, payout(900_000, name="a", product="mortgage"), outcome="allow"),
        at(NOON, payout(900_000, name="b", product="education"), outcome="allow"),
        at(NOON, payout(900_000, name="c", product="car", paid_to_seller=True), outcome="allow"),
        at(NOON, payout(900_000, name="d", product="goods", channel="shop"), outcome="allow"),
        at(NOON, payout(900_000, name="e", co_borrower=True), outcome="allow"),
        at(NOON, payout(900_000, name="f", product="refinancing", debt_grows=False), outcome="allow"),
    ),
    scenario(
        "Not exempt: a car paid to the borrower, goods bought online, refinancing with a larger debt",
        "9-FZ: exemptions",
        at(NOON, payout(900_000, name="c", product="car", paid_to_seller=False), outcome="hold"),
        at(NOON, payout(900_000, name="d", product="goods", channel="app"), outcome="hold"),
        at(NOON, payout(900_000, name="f", product="refinancing", debt_grows=True), outcome="hold"),
    ),
    scenario(
        "A company's loan does not wait",
        "9-FZ: consumer loans",
        at(NOON, payout(900_000, client={"kind": "organisation"}), outcome="allow"),
    ),
    scenario(
        "Before 1 September 2025 nothing waits",
        "9-FZ, in force 01.09.2025",
        at("2025-08-31 23:59:59", payout(300_000, "2025-08-31 12:00"), outcome="allow"),
        at("2025-09-01 00:00", payout(300_000, "2025-08-31 12:00", "u"), outcome="hold"),
    ),
    scenario(
        "Killed while it waits, and paid out too early: the breach is written down",
        "9-FZ; issue 3",
        at(NOON, payout(300_000), outcome="hold"),
        at("2026-05-08 14:00", kill()),
        at("2026-05-08 14:01", result("executed")),
        at("2026-05-08 14:02", look(), executed=True, moves__1__details__breach=True),
    ),
)

KAZAKHSTAN = (
    scenario(
        "From 150 to 255 indices a loan waits eight hours and then for a new consent",
        "KZ cooling-off rules",
        at(NOON, payout(150 * MRP), outcome="hold", policy="kz.loan.wait-8"),
        at(NOON, payout(255 * MRP, name="u"), outcome="hold", policy="kz.loan.wait-8"),
        at("2026-05-08 19:59:59.999", confirm(), status=409),
        at("2026-05-08 20:00:01", look(), state="placed", instruction="wait"),
        at("2026-05-08 20:00:02", confirm(), state="confirmed", instruction="execute"),
        at("2026-05-20 12:00", look("u"), state="placed", instruction="wait"),
        at("2026-05-20 12:00", confirm("u"), state="confirmed", instruction="execute"),
    ),
    scenario(
        "Above 255 indices it waits twenty-four hours",
        "KZ cooling-off rules",
        at(NOON, payout(255 * MRP + 0.01), outcome="hold", policy="kz.loan.wait-24"),
        at("2026-05-09 11:59:59.999", confirm(), status=409),
        at("2026-05-09 12:00:01", confirm(), state="confirmed", instruction="execute"),
    ),
    scenario(
        "Without a new consent the money is never paid, and it can be dropped",
        "KZ cooling-off rules: no consent, contract void",
        at(NOON, payout(200 * MRP), outcome="hold"),
        at("2026-06-08 12:00", look(), state="placed", instruction="wait"),
        at("2026-06-08 12:00", cancel(), state="cancelled", instruction="do_not_execute"),
        at("2026-06-08 12:01", confirm(), status=409),
    ),
    scenario(
        "The sums of one day are added",
        "KZ cooling-off rules",
        at(NOON, payout(100 * MRP, name="a"), outcome="allow"),
        at(NOON, payout(100 * MRP, name="b", same_day_minor=200 * MRP * 100), outcome="hold", policy="kz.loan.wait-8"),
    ),
    scenario(
        "A micro-loan above 75 indices waits twenty-four hours",
        "KZ cooling-off rules",
        at(NOON, payout(75 * MRP, name="a", product="micro"), outcome="allow"),
        at(NOON, payout(75 * MRP + 0.01, name="b", product="micro"), outcome="hold", policy="kz.loan.wait-24"),
    ),
    scenario(
        "Exempt: goods, a secured loan, the branch, refinancing without a larger debt",
        "KZ cooling-off rules",
        at(NOON, payout(900 * MRP, name="a", product="goods"), outcome="allow"),
        at(NOON, payout(900 * MRP, name="b", secured=True), outcome="allow"),
        at(NOON, payout(900 * MRP, name="c", channel="branch"), outcome="allow"),
        at(NOON, payout(900 * MRP, name="d", product="refinancing", debt_grows=False), outcome="allow"),
    ),
    scenario(
        "A consent that was given after the hours lets the payout pass at once",
        "KZ cooling-off rules",
        at("2026-05-08 20:00", payout(200 * MRP, name="a", consent_at="at 2026-05-08 20:00"), outcome="allow"),
        at("2026-05-08 20:00", payout(200 * MRP, name="b", consent_at="at 2026-05-08 19:59:59"), outcome="hold"),
    ),
    scenario(
        "The index of the year counts: in December 2025 it was 3,932",
        "KZ cooling-off rules; monthly calculation index",
        at("2025-12-31 12:00", payout(150 * 3_932 - 0.01, "2025-12-31 12:00", "a"), outcome="allow"),
        at("2025-12-31 12:00", payout(150 * 3_932, "2025-12-31 12:00", "b"), outcome="hold"),
        at("2026-01-01 00:00", payout(150 * 3_932, "2026-01-01 00:00", "c"), outcome="allow"),
    ),
)


@pytest.fixture(scope="module")
def russia(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Tell the Russian ones in one world."""
    yield from tell(tmp_path_factory.mktemp("loans-ru"), RUSSIA)


@pytest.fixture(scope="module")
def kazakhstan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Tell the Kazakh ones in one world."""
    yield from tell(tmp_path_factory.mktemp("loans-kz"), KAZAKHSTAN, zone="Asia/Almaty", packs="kz")


@pytest.mark.parametrize("case", RUSSIA, ids=str)
def test_a_russian_loan(russia: World, case: Scenario) -> None:
    """Every scenario goes as the law says."""
    russia.check(case)


@pytest.mark.parametrize("case", KAZAKHSTAN, ids=str)
def test_a_kazakh_loan(kazakhstan: World, case: Scenario) -> None:
    """Every scenario goes as the law says."""
    kazakhstan.check(case)
