"""The American act on high-volume sellers, by sales that were reported: who is asked, who must stop, who is shown."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from holdfast.app import assemble_in_memory
from holdfast.app.clocks import StandingClock
from holdfast.operations.decide_file import Decided, FileDecider
from holdfast.operations.shard import Shard
from holdfast.settings import read_settings
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.judgement import Judgement
from holdfast.wire.files import event_lines

TODAY = datetime(2026, 3, 3, 15, tzinfo=UTC)
LONG_AGO_MS = to_ms(datetime(2023, 1, 1, tzinfo=UTC))
ASK, OVERDUE, SHOW = (f"us.inform-act.{name}" for name in ("high-volume", "overdue", "disclosure"))
LISTING = {"listing_id": "ad-1", "price_minor": 5_000, "currency": "USD"}
SHOWN = {"bank_account": True, "tax_id": True, "contact": True}


@dataclass(frozen=True, kw_only=True)
class Sales:
    """So many sales of so many dollars each, one an hour from so many days ago on."""

    count: int
    dollars: int
    days_ago: int
    currency: str = "USD"

    def events(self) -> Iterator[dict[str, Any]]:
        """Tell each of them."""
        for number in range(self.count):
            yield {
                "id": f"t-{number}",
                "type": "transfer",
                "occurred_at": (TODAY - timedelta(days=self.days_ago) + timedelta(hours=number)).isoformat(),
                "rail": "internal",
                "amount_minor": self.dollars * 100,
                "currency": self.currency,
                "payer": {"customer_id": f"b-{number}"},
                "payee": {"seller_id": "s-1"},
            }


@cache
def assembled() -> Shard:
    """Put the pack's shard together once."""
    return assemble_in_memory(read_settings({"packs": "us", "dev": True}, {}), StandingClock(0), None).shard


def judged(sales: Sales, *, kind: str = "listing_published", proofs: dict[str, Any] | None = None) -> Judgement:
    """Decide what a seller does today after these sales, of which all are known."""
    shard = assembled()
    shard.memory, shard.seq = shard.fresh_memory(), 0
    for source in ("transfer", "payout"):
        shard.declare(source, LONG_AGO_MS)
    act: dict[str, Any] = {"id": "act", "type": kind, "occurred_at": TODAY.isoformat(), "seller": {"seller_id": "s-1"}}
    act |= {"proofs": proofs or {}}
    act |= {"amount_minor": 100, "currency": "USD"} if kind == "payout" else {"listing": LISTING}
    decider = FileDecider(shard=shard, start_ms=LONG_AGO_MS, seals=False)
    made = list(decider.decide(event_lines(json.dumps(event).encode() for event in [*sales.events(), act])))
    last = made[-1]
    assert isinstance(last, Decided), last
    return last.judgement


def states(found: Judgement) -> dict[str, str]:
    """Give the state of each sign of the act."""
    return {sign.id: sign.state for sign in found.signs if sign.id.startswith("us.inform-act")}


def kinds(found: Judgement) -> set[str]:
    """Name the measures of the act."""
    return {str(row["kind"]) for row in found.measures if str(row.get("duty", "")).startswith("us.inform-act")}


@pytest.mark.parametrize("kind", ["listing_published", "listing_edited", "payout"])
def test_two_hundred_sales_of_five_thousand_dollars_are_asked_about(kind: str) -> None:
    """At the two limits the seller is high-volume: the site has ten days to ask, and stops nothing."""
    found = judged(Sales(count=200, dollars=25, days_ago=9), kind=kind)
    assert (found.outcome, states(found)[ASK]) == ("allow", "fired")
    assert kinds(found) == {"verify_identity"}
    (asked,) = [row for row in found.measures if row.get("duty") == "us.inform-act.ask"]
    assert asked["hours"] == 240


@pytest.mark.parametrize(
    "sales",
    [
        Sales(count=199, dollars=100, days_ago=9),
        Sales(count=200, dollars=24, days_ago=9),
        Sales(count=200, dollars=25, days_ago=760),
    ],
    ids=["199 sales", "4,800 dollars", "more than two years ago"],
)
def test_below_either_limit_nobody_is_high_volume(sales: Sales) -> None:
    """One sale or a dollar too few, or sales of before the two years."""
    found = judged(sales)
    assert (found.outcome, states(found)[ASK], kinds(found)) == ("allow", "clear", set())


def test_sums_in_another_currency_say_nothing() -> None:
    """What was sold for tenge is no sum in dollars, and neither clean nor a ground."""
    assert states(judged(Sales(count=250, dollars=100, days_ago=9, currency="KZT")))[ASK] == "unknown"


@pytest.mark.parametrize("days_ago", [700, 500], ids=["the year before", "the year between"])
def test_any_twelve_months_of_the_last_two_years_count(days_ago: int) -> None:
    """A seller who reached the number in the year before, or across the turn of the years, is asked too."""
    assert states(judged(Sales(count=210, dollars=30, days_ago=days_ago)))[ASK] == "fired"


def test_what_was_confirmed_within_the_year_is_not_asked_again() -> None:
    """All three and a certificate of this year are enough; an older certificate, or one of the three, is not."""
    sales = Sales(count=200, dollars=25, days_ago=9)
    fresh, old = ((TODAY - timedelta(days=days)).isoformat() for days in (300, 400))
    assert states(judged(sales, proofs=SHOWN | {"certified_at": fresh}))[ASK] == "clear"
    assert states(judged(sales, proofs=SHOWN | {"certified_at": old}))[ASK] == "fired"
    assert states(judged(sales, proofs=SHOWN | {"tax_id": False, "certified_at": fresh}))[ASK] == "fired"


def test_who_does_not_answer_within_ten_days_is_suspended() -> None:
    """After ten days what is known to be missing suspends the sales; within them, and in silence, it does not."""
    long_since, lately = (Sales(count=200, dollars=25, days_ago=days) for days in (30, 9))
    missing = SHOWN | {"contact": False}
    late = judged(long_since, proofs=missing)
    assert states(late)[OVERDUE] == "fired"
    assert kinds(late) == {"verify_identity", "limit_seller"}
    assert late.outcome == "refuse"
    assert states(judged(lately, proofs=missing))[OVERDUE] == "clear"
    silent = judged(long_since)
    assert (states(silent)[OVERDUE], silent.outcome) == ("unknown", "allow")
    assert states(judged(long_since, proofs=SHOWN))[OVERDUE] == "clear"


def test_from_twenty_thousand_dollars_buyers_see_who_sells() -> None:
    """The site is to show the seller, once the sum of the year is there, until it says that it does."""
    large, small = (Sales(count=200, dollars=dollars, days_ago=30) for dollars in (100, 99))
    found = judged(large)
    assert states(found)[SHOW] == "fired"
    assert kinds(found) == {"verify_identity", "disclose_seller"}
    assert states(judged(large, proofs={"disclosed": True}))[SHOW] == "clear"
    assert states(judged(small))[SHOW] == "clear"
