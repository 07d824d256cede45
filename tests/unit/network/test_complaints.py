"""Complaints by weight: a crowd of fresh accounts weighs little, one device counts once, a good record weighs more."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from holdfast.network.complaints import BEFORE, LIGHT_MOST, PEOPLE, WEIGHT, WINDOW_MS, Complaints, weight_of
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS
from holdfast.vocabulary.keys import KeyMaker

NOW = 1_780_000_000_000
YEAR = 365 * DAY_MS
Values = Mapping[str, Value]
OLD: Values = {"client.registered_at": NOW - YEAR, "client.verified": "document"}
FRESH: Values = {"client.registered_at": NOW - HOUR_MS}


def event(name: str, values: Values, *, kind: str = "complaint", at_ms: int = NOW) -> Event:
    """Make an event."""
    return Event(id=EventId(name), type=kind, occurred_ms=at_ms, received_ms=at_ms, values=values)


def complaint(name: str, person: str, of: Values = OLD, *, at_ms: int = NOW, device: str | None = None) -> Event:
    """Make a complaint about one seller."""
    values: Values = {"client.customer_id": person, "seller.seller_id": "s-1", **of}
    return event(name, {**values, "device.id": device} if device else values, at_ms=at_ms)


def label(name: str, of: str, word: str) -> Event:
    """Make the truth about a complaint, or about what it is about."""
    return event(name, {"of": of, "label": word}, kind="label")


@pytest.fixture
def part() -> Complaints:
    """Give an empty part."""
    return Complaints(KeyMaker(secret=b"sixteen bytes or"))


def tell(part: Complaints, *events: Event) -> None:
    """Let events become part of the past."""
    for one in events:
        part.happened(one, 0, known=one.values, outcome="allow")


def weight(part: Complaints, at_ms: int = NOW, seller: str = "s-1") -> Any:
    """Ask at a payout."""
    return part.read(event("p", {"seller.seller_id": seller}, kind="payout", at_ms=at_ms), 0, {})[WEIGHT]


def test_three_people_of_standing_weigh_three(part: Complaints) -> None:
    """Each of them counts whole, and another seller is not touched."""
    tell(part, *(complaint(f"c-{one}", f"b-{one}") for one in range(3)))
    assert weight(part) == 3
    assert weight(part, seller="s-2") == 0


def test_a_brigade_of_fresh_accounts_does_not_silence_a_seller(part: Complaints) -> None:
    """Four hundred accounts made this hour, each on its own device, together weigh half of one person."""
    tell(part, *(complaint(f"c-{one}", f"b-{one}", FRESH, device=f"d-{one}") for one in range(400)))
    assert weight(part) == LIGHT_MOST
    tell(part, complaint("c-old", "b-old"))
    assert weight(part) == LIGHT_MOST + 1


def test_one_device_counts_once(part: Complaints) -> None:
    """Five old accounts on one device are one voice."""
    tell(part, *(complaint(f"c-{one}", f"b-{one}", device="d-1") for one in range(5)))
    assert weight(part) == 1


def test_one_person_counts_once(part: Complaints) -> None:
    """Who complains five times about one seller says the same thing."""
    tell(part, *(complaint(f"c-{one}", "b-1", device=f"d-{one}") for one in range(5)))
    assert weight(part) == 1


def test_a_complaint_counts_itself_when_it_is_decided(part: Complaints) -> None:
    """Before it is part of the past its own decision sees it, and reading changes nothing."""
    tell(part, complaint("c-1", "b-1"))
    second = complaint("c-2", "b-2")
    assert part.read(second, 1, {}) == {WEIGHT: 2, PEOPLE: 2, BEFORE: 0}
    assert part.read(second, 1, {}) == {WEIGHT: 2, PEOPLE: 2, BEFORE: 0}


def about(name: str, listing_id: str, *, at_ms: int = NOW) -> Event:
    """Make a complaint of somebody new about one listing of the seller."""
    told = complaint(name, f"b-{name}", at_ms=at_ms)
    return event(name, {**told.values, "listing_id": listing_id}, at_ms=at_ms)


def test_a_complaint_knows_what_weighed_at_the_last_one_about_its_listing(part: Complaints) -> None:
    """Of another listing of the seller nothing was said yet, nor of one whose last complaint is thirty days old."""
    for number in range(3):
        last = about(f"c-{number}", "ad-1", at_ms=NOW + number)
        assert part.read(last, 0, {})[BEFORE] == number
        tell(part, last)
    tell(part, about("c-4", "ad-2", at_ms=NOW + 4))
    soon = NOW + 5
    assert part.read(about("c-5", "ad-1", at_ms=soon), 0, {})[BEFORE] == 3
    assert part.read(about("c-5", "ad-2", at_ms=soon), 0, {})[BEFORE] == 4
    assert part.read(about("c-5", "ad-3", at_ms=soon), 0, {})[BEFORE] == 0
    assert part.read(complaint("c-5", "b-9", at_ms=soon), 0, {})[BEFORE] == 0
    assert part.read(about("c-5", "ad-1", at_ms=NOW + 2 + WINDOW_MS), 0, {})[BEFORE] == 0
    other = Complaints(KeyMaker(secret=b"sixteen bytes or"))
    other.load(part.snapshot())
    assert other.read(about("c-5", "ad-1", at_ms=soon), 0, {})[BEFORE] == 3


def test_complaints_are_forgotten_after_thirty_days(part: Complaints) -> None:
    """At the end of the window a complaint counts no more."""
    tell(part, complaint("c-1", "b-1"))
    assert weight(part, NOW + WINDOW_MS - 1) == 1
    assert weight(part, NOW + WINDOW_MS) == 0


def test_what_is_not_known_of_a_person_takes_weight() -> None:
    """Silence about age and check is neither trust nor guilt: far less than a known person, more than nothing."""
    unknown = weight_of({}, NOW, (0, 0))
    assert weight_of(FRESH, NOW, (0, 0)) < unknown < 0.2 < weight_of(OLD, NOW, (0, 0)) == 1


def test_the_record_counts(part: Complaints) -> None:
    """Who was wrong three times weighs a quarter; who was right weighs more than others."""
    for one in range(3):
        tell(part, complaint(f"w-{one}", "b-wrong"), label(f"l-{one}", f"w-{one}", "genuine"))
        tell(part, complaint(f"r-{one}", "b-right"), label(f"m-{one}", f"r-{one}", "fraud"))
    later = NOW + WINDOW_MS
    tell(part, complaint("c-1", "b-wrong", at_ms=later))
    assert weight(part, later) == pytest.approx(0.25)
    tell(part, complaint("c-2", "b-right", at_ms=later))
    assert weight(part, later) == pytest.approx(0.25 + 1.3)


def test_the_truth_about_what_was_complained_of_is_the_complaints(part: Complaints) -> None:
    """A label about the listing that a complaint names settles it, once."""
    values: Values = {"client.customer_id": "b-1", "seller.seller_id": "s-1", "of": "ad-event-1", **OLD}
    tell(part, event("c-1", values))
    tell(part, label("l-1", "ad-event-1", "genuine"), label("l-2", "ad-event-1", "genuine"))
    later = NOW + WINDOW_MS
    tell(part, complaint("c-2", "b-1", at_ms=later))
    assert weight(part, later) == pytest.approx(0.5)


def test_a_snapshot_is_the_whole_state(part: Complaints) -> None:
    """What was taken over answers alike and gives the same arrays again."""
    tell(part, *(complaint(f"c-{one}", f"b-{one}", device=f"d-{one % 2}") for one in range(5)))
    tell(part, label("l-1", "c-1", "fraud"))
    other = Complaints(KeyMaker(secret=b"sixteen bytes or"))
    other.load(part.snapshot())
    assert weight(other) == weight(part) == 2
    for name, array in part.snapshot().items():
        assert np.array_equal(array, other.snapshot()[name])


def test_a_seller_who_is_not_named_has_no_weight(part: Complaints) -> None:
    """Without a seller nothing is said, which is not nothing against the seller."""
    nameless = event("c-1", {"client.customer_id": "b-1", **OLD})
    tell(part, nameless)
    assert part.read(nameless, 0, {}) == {}
