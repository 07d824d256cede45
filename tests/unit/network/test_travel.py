"""An account that would have to fly faster than an airliner is noticed; VPNs, flights and thieves' attempts are not."""

from collections.abc import Mapping

import pytest

from holdfast.network.travel import KEPT_MS, Travel
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.instants import HOUR_MS, MINUTE_MS
from holdfast.vocabulary.keys import KeyMaker

ALMATY, ASTANA, MOSCOW, AMSTERDAM = (43.24, 76.92), (51.17, 71.43), (55.76, 37.62), (52.37, 4.89)
START = 1_778_223_600_000


def travel(**more: int) -> Travel:
    """Make an empty part."""
    return Travel(KeyMaker(secret=b"secret of a test"), **more)


def event(event_type: str, at_ms: int, values: Mapping[str, Value]) -> Event:
    """Make an event without the wire around it."""
    return Event(id=EventId("e-1"), type=event_type, occurred_ms=at_ms, received_ms=at_ms, values=values)


def login(at: tuple[float, float] | None, minutes: float = 0, **values: Value) -> Event:
    """Make a login from a point after some minutes."""
    known: dict[str, Value] = {"client.customer_id": "s-1", "where": "marketplace", "result": "passed"}
    if at is not None:
        known |= {"session.ip_latitude": at[0], "session.ip_longitude": at[1], "session.ip_accuracy_km": 20.0}
    known |= {name.replace("__", "."): value for name, value in values.items()}
    return Event(
        id=EventId(f"lg-{minutes}"),
        type="login",
        occurred_ms=START + round(minutes * MINUTE_MS),
        received_ms=START + round(minutes * MINUTE_MS),
        values={name: value for name, value in known.items() if value is not None},
    )


def see(part: Travel, one: Event, outcome: str = "allow") -> dict[str, Value]:
    """Read, then let it happen, as live."""
    found = dict(part.read(one, 1, one.values))
    part.happened(one, 1, known=one.values, outcome=outcome)
    return found


def test_nobody_is_in_moscow_an_hour_after_almaty() -> None:
    """Three thousand kilometres in an hour are impossible; distance and speed are without both radii."""
    part = travel()
    assert see(part, login(ALMATY)) == {}
    found = see(part, login(MOSCOW, 60))
    assert found["travel.impossible"] is True
    assert found["travel.km"] == pytest.approx(3115 - 40, abs=20)
    assert found["travel.speed_kmh"] == found["travel.km"]


def test_a_flight_is_possible() -> None:
    """Almaty to Astana in an hour and forty minutes is an ordinary flight."""
    part = travel()
    see(part, login(ALMATY))
    found = see(part, login(ASTANA, 100))
    assert found["travel.impossible"] is False
    assert 500 < float(str(found["travel.speed_kmh"])) < 600


@pytest.mark.parametrize("kind", ["vpn", "hosting", "cgnat"])
def test_a_vpn_that_goes_on_and_off_moves_nobody(kind: str) -> None:
    """What hides the place is neither judged nor remembered, so the next login from home is at home."""
    part = travel()
    see(part, login(ALMATY))
    assert see(part, login(AMSTERDAM, 0.5, session__ip_kind=kind)) == {}
    assert see(part, login(ALMATY, 1))["travel.impossible"] is False


def test_an_uncertain_position_is_no_proof() -> None:
    """Radii are taken off at both ends; a table without radii is taken to be wrong by three hundred kilometres."""
    part = travel()
    see(part, login(ALMATY, session__ip_accuracy_km=500.0))
    assert see(part, login(ASTANA, 5, session__ip_accuracy_km=500.0))["travel.km"] == 0
    part = travel()
    see(part, login(ALMATY, session__ip_accuracy_km=None))
    assert see(part, login(ASTANA, 5, session__ip_accuracy_km=None))["travel.km"] == pytest.approx(370, abs=15)


def test_a_short_way_is_never_impossible() -> None:
    """Tables move an address between neighbouring cities: under three hundred kilometres no speed counts."""
    part = travel()
    see(part, login((43.0, 76.0)))
    found = see(part, login((45.0, 78.0), 1))
    assert float(str(found["travel.speed_kmh"])) > 900
    assert found["travel.impossible"] is False


def test_without_a_position_nothing_is_known() -> None:
    """An address that is not placed gives no value, and the last place stays."""
    part = travel()
    see(part, login(ALMATY))
    assert see(part, login(None, 10)) == {}
    assert see(part, login(MOSCOW, 20))["travel.impossible"] is True


def test_two_events_at_one_instant_have_a_finite_speed() -> None:
    """The time between is at least a minute, so that no speed is infinite."""
    part = travel()
    see(part, login(ALMATY))
    assert see(part, login(ALMATY))["travel.speed_kmh"] == 0
    assert see(part, login(MOSCOW))["travel.speed_kmh"] == pytest.approx(3075 * 60, rel=0.01)


@pytest.mark.parametrize("outcome", ["challenge", "hold", "refuse"])
def test_a_thief_who_is_stopped_does_not_move_the_owner(outcome: str) -> None:
    """What was not let through leaves no sighting; neither does a failed login."""
    part = travel()
    see(part, login(ALMATY))
    see(part, login(MOSCOW, 10), outcome)
    assert see(part, login(ALMATY, 20))["travel.km"] == 0
    see(part, login(MOSCOW, 30, result="failed"))
    assert see(part, login(ALMATY, 40))["travel.km"] == 0


def test_a_publication_follows_a_login_of_the_same_account() -> None:
    """On a marketplace a login names the client, a listing the seller; a bank's client of that name is another."""
    part = travel()
    see(part, login(ALMATY))
    place = {"session.ip_latitude": MOSCOW[0], "session.ip_longitude": MOSCOW[1], "session.ip_accuracy_km": 20.0}
    listing = event("listing_published", START + HOUR_MS, {"seller.seller_id": "s-1", **place})
    assert part.read(listing, 2, listing.values)["travel.impossible"] is True
    bank = login(MOSCOW, 60, where="bank")
    assert part.read(bank, 2, bank.values) == {}
    other = event("listing_published", START + HOUR_MS, {"seller.seller_id": "s-2", **place})
    assert part.read(other, 2, other.values) == {}


def test_an_event_that_comes_out_of_order_does_not_take_the_account_back() -> None:
    """The newest sighting stays; an earlier one that comes later is compared with it."""
    part = travel()
    see(part, login(ALMATY, 60))
    assert see(part, login(MOSCOW, 30))["travel.impossible"] is True
    assert see(part, login(ALMATY, 61))["travel.km"] == 0


def test_reading_changes_nothing() -> None:
    """Asking twice gives the same answer and the same state."""
    part = travel()
    see(part, login(ALMATY))
    before = {name: array.tobytes() for name, array in part.snapshot().items()}
    one = login(MOSCOW, 60)
    assert part.read(one, 2, one.values) == part.read(one, 2, one.values)
    assert {name: array.tobytes() for name, array in part.snapshot().items()} == before


def test_a_snapshot_brings_back_the_same_state() -> None:
    """What a snapshot holds answers and goes on as the original does, and it holds no name in clear."""
    part, again = travel(), travel()
    for number, place in enumerate((ALMATY, ASTANA, MOSCOW, AMSTERDAM)):
        see(part, login(place, number, client__customer_id=f"s-{number}"))
    again.load(part.snapshot())
    for name, array in part.snapshot().items():
        assert again.snapshot()[name].tobytes() == array.tobytes()
        assert b"s-1" not in array.tobytes()
    one = login(MOSCOW, 60, client__customer_id="s-1")
    assert part.read(one, 9, one.values) == again.read(one, 9, one.values) != {}
    empty = travel()
    empty.load(travel().snapshot())
    assert empty.memory() == 0


def test_state_is_bounded() -> None:
    """The longest unseen account goes when there are too many, and after ninety days all go."""
    part = travel(most=3)
    for number in range(5):
        see(part, login(ALMATY, number, client__customer_id=f"s-{number}"))
    gone, kept = (login(MOSCOW, 10, client__customer_id=name) for name in ("s-0", "s-4"))
    assert part.read(gone, 9, gone.values) == {}
    assert part.read(kept, 9, kept.values) != {}
    see(part, login(ALMATY, KEPT_MS / MINUTE_MS + 60, client__customer_id="s-9"))
    assert part.memory() == 200


def test_other_events_are_not_asked() -> None:
    """A transfer has no travel, and changes nothing."""
    part = travel()
    assert part.fields("transfer") == ()
    assert part.fields("payout") != ()
    transfer = event("transfer", START, {"payer.customer_id": "c-1", "session.ip_latitude": 1.0})
    part.happened(transfer, 1, known=transfer.values, outcome="allow")
    assert part.memory() == 0
