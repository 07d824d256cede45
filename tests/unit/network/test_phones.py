"""Accounts on a number and numbers of a person over ninety days, and whose a number is since when."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from holdfast.features.derived.phones import Phones as Read
from holdfast.network.phones import Phones
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.instants import DAY_MS
from holdfast.vocabulary.keys import KeyMaker

START = 1_780_000_000_000
NUMBER, OTHER, THIRD = "+77015550142", "+77015550143", "+77015550144"


@dataclass
class Market:
    """A marketplace that tells what happens, day by day."""

    part: Phones = field(default_factory=lambda: Phones(KeyMaker(secret=b"the secret of a marketplace")))
    seq: int = 0

    def event(self, event_type: str, day: float, values: dict[str, Value]) -> Event:
        """Make an event with what its numbers say."""
        at_ms = START + int(day * DAY_MS)
        told = Read("KZ").derive(event_type, values)
        return Event(
            id=EventId(f"e-{self.seq}"),
            type=event_type,
            occurred_ms=at_ms,
            received_ms=at_ms,
            values={**values, **told},
        )

    def ask(self, event_type: str, day: float, **values: Value) -> dict[str, Value]:
        """Ask what is known before an event; underscores in names stand for dots."""
        event = self.event(event_type, day, _named(values))
        return dict(self.part.read(event, self.seq, event.values))

    def tell(self, event_type: str, day: float, **values: Value) -> dict[str, Value]:
        """Let an event happen, and give what was known before it."""
        return self.put(event_type, day, values)

    def put(self, event_type: str, day: float, values: dict[str, Value], *, outcome: str = "allow") -> dict[str, Value]:
        """Let an event happen with the outcome of its decision."""
        self.seq += 1
        event = self.event(event_type, day, _named(values))
        said = dict(self.part.read(event, self.seq, event.values))
        assert self.part.read(event, self.seq, event.values) == said, "reading changes nothing"
        self.part.happened(event, self.seq, known={**event.values, **said}, outcome=outcome)
        assert self.part.read(event, self.seq, event.values).keys() >= said.keys()
        return said


def _named(values: dict[str, Any]) -> dict[str, Value]:
    return {name.replace("__", "."): value for name, value in values.items()}


def registered(market: Market, seller: str, day: float, phone: str = NUMBER, **more: Value) -> dict[str, Value]:
    """Register a seller."""
    return market.put("seller_registered", day, {"seller__seller_id": seller, "seller__phone": phone, **more})


def test_the_third_account_on_a_number_is_the_third_at_once() -> None:
    """Accounts are counted together with the one that asks, and the same account once."""
    market = Market()
    assert registered(market, "s-1", 0)["seller.phone_accounts"] == 1
    assert registered(market, "s-1", 1)["seller.phone_accounts"] == 1
    assert registered(market, "s-2", 2)["seller.phone_accounts"] == 2
    assert registered(market, "s-3", 3, phone="8 (701) 555-01-42")["seller.phone_accounts"] == 3


def test_accounts_are_counted_over_all_kinds_of_events() -> None:
    """One shows the number at login, one in a listing, one at registration: they are three."""
    market = Market()
    market.tell("login", 0, where="marketplace", client__customer_id="s-1", client__phone=NUMBER)
    market.tell("listing_published", 1, seller__seller_id="s-2", seller__phone=OTHER, listing__phone=NUMBER)
    said = market.ask("listing_edited", 2, seller__seller_id="s-3", seller__phone=THIRD, listing__phone=NUMBER)
    assert said["listing.phone_accounts"] == 3
    assert said["seller.phone_accounts"] == 1
    assert registered(market, "s-3", 2)["seller.phone_accounts"] == 3


def test_an_account_is_one_whichever_field_names_it() -> None:
    """A login as customer and a listing as seller with one id are of one account."""
    market = Market()
    registered(market, "s-1", 0)
    said = market.ask("login", 1, where="marketplace", client__customer_id="s-1", client__phone=NUMBER)
    assert said["client.phone_accounts"] == 1


def test_a_number_left_for_ninety_days_is_free_again() -> None:
    """Test 46: banned or not, accounts that used it long ago are not the new owner's."""
    market = Market()
    for number in range(3):
        registered(market, f"s-{number}", number)
    assert registered(market, "s-new", 92.5)["seller.phone_accounts"] == 1


def test_what_came_before_the_present_owner_is_not_theirs() -> None:
    """An operator tells since when the number has its owner: earlier accounts do not count, later ones do."""
    market = Market()
    for number in range(3):
        registered(market, f"s-{number}", number)
    market.tell("telecom_activity", 10, client__phone=NUMBER, number_since=START + 5 * DAY_MS)
    said = registered(market, "s-new", 11)
    assert said["seller.phone_accounts"] == 1
    assert said["seller.phone_since"] == START + 5 * DAY_MS
    assert "seller.phone_recycled" not in said
    registered(market, "s-1", 12)
    assert registered(market, "s-new", 13)["seller.phone_accounts"] == 2


def test_a_recycled_number_without_a_day_counts_from_the_report() -> None:
    """That it was given out anew is enough not to count those before; silence is neither yes nor no."""
    market = Market()
    for number in range(2):
        said = registered(market, f"s-{number}", number)
        assert "seller.phone_recycled" not in said
        assert "seller.phone_since" not in said
    market.tell("telecom_activity", 3, client__phone="8 701 555 01 42", number_recycled=True)
    said = registered(market, "s-new", 4)
    assert (said["seller.phone_accounts"], said["seller.phone_recycled"]) == (1, True)
    market.tell("telecom_activity", 5, client__phone=OTHER, number_recycled=False)
    assert registered(market, "s-other", 6, phone=OTHER)["seller.phone_recycled"] is False


def test_a_replaced_sim_is_known_only_when_someone_said_so() -> None:
    """Test 45: an operator's report without an instant leaves the swap unknown, never `no swap`."""
    market = Market()
    market.tell("telecom_activity", 0, client__phone=NUMBER, number_recycled=False)
    market.tell("telecom_activity", 0, client__phone=OTHER)
    assert "seller.sim_swapped_at" not in registered(market, "s-1", 1)
    market.tell("telecom_activity", 2, client__phone=NUMBER, sim_swapped_at=START + DAY_MS)
    market.tell("telecom_activity", 3, client__phone=NUMBER, number_recycled=False)
    said = registered(market, "s-1", 4)
    assert said["seller.sim_swapped_at"] == START + DAY_MS


@pytest.mark.parametrize("name", ["seller__iin", "device__id", "payee__account"])
def test_numbers_of_a_person_are_counted_by_what_names_the_person(name: str) -> None:
    """Other accounts with the same IIN, device or payout account are the same hand."""
    market = Market()
    for number, phone in enumerate((NUMBER, OTHER)):
        registered(market, f"s-{number}", number, phone=phone, **{name: "one"})
    said = registered(market, "s-2", 2, phone=THIRD, **{name: "one"})
    assert (said["seller.person_numbers"], said["seller.phone_accounts"]) == (3, 1)
    assert registered(market, "s-9", 2, phone=THIRD, **{name: "another"})["seller.person_numbers"] == 1
    assert registered(market, "s-8", 93, phone=THIRD, **{name: "one"})["seller.person_numbers"] == 1


def test_an_account_that_changes_its_number_is_one_person() -> None:
    """Three numbers of one account are three, the one in a listing too; a payout without a number asks by the last."""
    market = Market()
    registered(market, "s-1", 0)
    registered(market, "s-1", 1, phone=OTHER)
    said = market.tell("listing_published", 2, seller__seller_id="s-1", listing__phone=THIRD)
    assert said["seller.person_numbers"] == 3
    registered(market, "s-2", 3, phone=OTHER)
    said = market.ask("payout", 4, seller__seller_id="s-2")
    assert (said["seller.phone_accounts"], said["seller.person_numbers"]) == (2, 1)


def test_nothing_is_known_of_who_showed_no_number() -> None:
    """Without a number, or with one that cannot be read, there is no count: unknown is not zero."""
    market = Market()
    registered(market, "s-1", 0)
    assert market.ask("payout", 1, seller__seller_id="s-9") == {}
    assert market.ask("seller_registered", 1, seller__seller_id="s-9", seller__phone="+7701123456O") == {}
    anonymous = market.tell("seller_registered", 1, seller__phone=NUMBER)
    assert anonymous["seller.phone_accounts"] == 1


@pytest.mark.parametrize(
    ("event_type", "outcome", "values"),
    [
        ("seller_registered", "refuse", {"seller__seller_id": "s-2", "seller__phone": NUMBER}),
        (
            "login",
            "allow",
            {"where": "marketplace", "result": "failed", "client__customer_id": "s-2", "client__phone": NUMBER},
        ),
        ("login", "allow", {"where": "bank", "client__customer_id": "s-2", "client__phone": NUMBER}),
        ("transfer", "allow", {"payer__customer_id": "s-2", "payer__phone": NUMBER}),
    ],
)
def test_what_proves_no_owner_is_not_remembered(event_type: str, outcome: str, values: dict[str, Value]) -> None:
    """A refused registration, a failed login and a bank's events put no account on a number."""
    market = Market()
    registered(market, "s-2", 0, phone=OTHER)
    market.put(event_type, 1, values, outcome=outcome)
    assert registered(market, "s-1", 2)["seller.phone_accounts"] == 1


def test_a_login_elsewhere_asks_nothing() -> None:
    """An account that is known here is not looked up when its owner logs in to a bank."""
    market = Market()
    registered(market, "s-1", 0)
    assert market.ask("login", 1, where="bank", client__customer_id="s-1") == {}
    assert market.ask("login", 1, where="marketplace", client__customer_id="s-1") != {}


def test_the_memory_holds_ninety_days_and_no_more() -> None:
    """However long a site runs, what nobody used lately is gone."""
    market = Market()
    sizes = []
    for number in range(300):
        registered(market, f"s-{number}", number, phone=f"+7701555{number:04}")
        sizes.append(market.part.memory())
    assert sizes[100] == sizes[299] > sizes[10]


def test_names_are_declared_for_what_acts_on_a_marketplace_alone() -> None:
    """Whatever `read` may give is declared; a bank's events have nothing to ask."""
    part = Phones(KeyMaker(secret=b"the secret of a marketplace"))
    names = {one.path for one in part.fields("listing_published")}
    assert {"seller.phone_accounts", "listing.phone_accounts", "seller.person_numbers"} <= names
    assert {"seller.phone_since", "seller.phone_recycled", "seller.sim_swapped_at"} <= names
    assert {one.path for one in part.fields("login")} >= {"client.phone_accounts", "client.person_numbers"}
    assert all(one.title for one in part.fields("login"))
    assert part.fields("transfer") == part.fields("telecom_activity") == ()


def test_a_restart_changes_nothing() -> None:
    """State restored and taken on is that of a server that never stopped, to the byte."""
    market, again = Market(), Market()

    def day(one: Market, number: int) -> None:
        registered(one, f"s-{number % 5}", number, phone=f"+770155501{number % 10:02}", device__id=f"d-{number % 3}")
        one.tell("telecom_activity", number, client__phone=NUMBER, number_since=START + number * DAY_MS)

    for number in range(120):
        day(market, number)
    again.part.load(market.part.snapshot())
    for number in range(120, 140):
        day(market, number)
        day(again, number)
    left, right = market.part.snapshot(), again.part.snapshot()
    assert left.keys() == right.keys()
    assert all(left[name].tobytes() == right[name].tobytes() for name in left)
    assert market.part.memory() == again.part.memory() > 0
    empty = Phones(KeyMaker(secret=b"the secret of a marketplace"))
    empty.load(Phones(KeyMaker(secret=b"the secret of a marketplace")).snapshot())
    assert empty.memory() == 0


def test_what_operators_said_is_forgotten_too() -> None:
    """Reports of ninety days ago leave the memory, the ones heard again stay."""
    market = Market()
    for number in range(300):
        market.tell("telecom_activity", number, client__phone=f"+7701555{number:04}", number_recycled=False)
        market.tell("telecom_activity", number, client__phone=NUMBER, number_recycled=True)
    assert np.shape(market.part.snapshot()["told"])[0] <= 91
    assert registered(market, "s-1", 300)["seller.phone_recycled"] is True
