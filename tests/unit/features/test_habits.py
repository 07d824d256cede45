"""Sign 1.6: what is usual for a client, and how unlike it an operation is."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from holdfast.features.habit_kernel import ROW_WORDS
from holdfast.features.habits import FIELDS, MIN_DAYS, MIN_OPERATIONS, Habits, Reader, rounded
from holdfast.features.identifiers import Recognition
from holdfast.features.layout import layouts
from holdfast.features.registry import Registry
from holdfast.features.sheet import Sheet
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.keys import KeyMaker
from holdfast.wire.fields import event_schema

KEYS = KeyMaker(secret=b"a tenant's secret")
MOSCOW = timezone(timedelta(hours=3))
NOTHING_ASKED = Registry(specs=(), ingests={}, queries={}, fingerprint="empty")
LAYOUT = layouts(NOTHING_ASKED, event_schema())["transfer"]
START = datetime(2026, 3, 2, 10, tzinfo=MOSCOW)
THRESHOLD = 3.0
DAYS = 60


def transfer(day: float = DAYS, amount: int = 200_000, **more: Value) -> Event:
    """Make a transfer of client c-1 at ten in the morning of a day, to one of four usual payees."""
    values: dict[str, Value] = {
        "rail": "sbp",
        "amount": amount,
        "currency": "RUB",
        "payer.customer_id": "c-1",
        "payee.phone": f"+7916000000{int(day) % 4}",
        "device.id": "phone-1",
        "session.provider": "taiga-net",
        "place.country": "RU",
        "place.city": "Тверь",
    }
    values.update({name.replace("__", "."): value for name, value in more.items()})
    at = to_ms(START + timedelta(days=day))
    present = {name: value for name, value in values.items() if value is not None}
    return Event(id=EventId("tr"), type="transfer", occurred_ms=at, received_ms=at, values=present)


def ordinary(day: int) -> Event:
    """Make one operation of an ordinary life: ten to fourteen o'clock, 1,000 to 4,000 roubles."""
    return transfer(day + (day % 5) / 24, 100_000 + day % 7 * 50_000)


class Lives:
    """Habits that know by themselves whose an event is: each event goes through the box of its type."""

    def __init__(self) -> None:
        self.habits = Habits()
        self.snapshot, self.load, self.memory = self.habits.snapshot, self.habits.load, self.habits.memory
        self.sheet = Sheet(LAYOUT, "transfer", recognition=Recognition(KEYS, "RU"), reader=Reader(KEYS, MOSCOW))
        self.box = np.zeros(self.sheet.words, dtype=np.int64)

    def __len__(self) -> int:
        """Give the number of clients."""
        return len(self.habits)

    def write(self, event: Event) -> None:
        """Write an event into the box."""
        self.sheet.meet(event, self.box)
        self.sheet.fill(event, self.box)

    def read(self, event: Event) -> dict[str, Value]:
        """Compare an event."""
        self.write(event)
        rounded = self.habits.compare(self.box, self.sheet.spots, event.type)
        return {**self.sheet.answers(self.box, 0), **rounded}

    def learn(self, event: Event, seq: int) -> None:
        """Learn an event."""
        self.write(event)
        self.habits.learn(self.box, self.sheet.spots, seq)

    def unlearn(self, event: Event, seq: int) -> None:
        """Take an event out again."""
        self.write(event)
        self.habits.unlearn(self.box, self.sheet.spots, seq)


def lived(days: int = DAYS) -> Lives:
    """Give the habits after so many ordinary days."""
    habits = Lives()
    for day in range(days):
        habits.learn(ordinary(day), day + 1)
    return habits


def score(habits: Lives, event: Event) -> float:
    """Give how unlike its client's habits an event is."""
    found = habits.read(event)["usual.deviation"]
    assert isinstance(found, float)
    return found


NIGHT = 17 / 24
THIEF: dict[str, Value] = {"device__id": "phone-9", "session__provider": "steppe-mobile"}
EXTREMES: dict[str, Callable[[], Event]] = {
    "payee": lambda: transfer(payee__phone="+79990000000"),
    "time": lambda: transfer(DAYS + NIGHT),
    "amount": lambda: transfer(amount=10**13),
    "place": lambda: transfer(place__country="TH", place__city="Пхукет", session__provider="roaming"),
    "device": lambda: transfer(device__id="phone-9"),
}


@pytest.mark.parametrize("dimension", sorted(EXTREMES))
def test_one_dimension_alone_never_fires(dimension: str) -> None:
    """However extreme one dimension is, the score stays at nothing while all others are usual."""
    found = lived().read(EXTREMES[dimension]())
    surprise = found[f"usual.{dimension}"]
    assert isinstance(surprise, float)
    assert surprise > 0.6
    assert found["usual.deviation"] == 0


def test_many_operations_alone_never_fire() -> None:
    """Fifteen usual payments within the hour are unusual in pace only."""
    habits = lived()
    for minute in range(15):
        habits.learn(transfer(DAYS + minute / 1440), 1_000 + minute)
    found = habits.read(transfer(DAYS + 16 / 1440))
    assert found["usual.frequency"] == 4.0
    assert found["usual.deviation"] == 0


def test_a_takeover_fires() -> None:
    """A strange device on a strange network that pays a stranger at night is unlike the client."""
    event = transfer(DAYS + NIGHT, 9_000_000, payee__phone="+79990000000", **THIEF)
    assert score(lived(), event) >= THRESHOLD


def test_a_second_transfer_of_a_takeover_fires_too() -> None:
    """What was first met today is no habit yet: a first transfer that got through does not whiten the next."""
    habits = lived()
    event = transfer(DAYS + NIGHT, 9_000_000, payee__phone="+79990000000", **THIEF)
    habits.learn(event, 1_000)
    assert score(habits, structs.replace(event, occurred_ms=event.occurred_ms + 600_000)) >= THRESHOLD


def test_savings_sent_to_a_stranger_fire() -> None:
    """A payee never seen and a sum a hundred times the usual fire together from the client's own device."""
    assert score(lived(), transfer(amount=90_000_000, payee__phone="+79990000000")) >= THRESHOLD


def test_a_traveller_passes() -> None:
    """Abroad, at night, on a foreign network: the client's own device and a known payee are enough to pass."""
    event = transfer(DAYS + NIGHT, 400_000, place__country="TH", place__city="Пхукет", session__provider="roaming")
    assert score(lived(), event) < THRESHOLD


def test_a_move_to_the_clients_own_account_has_no_new_payee() -> None:
    """A payee who is the client is never a stranger."""
    found = lived().read(transfer(payee__phone="+79990000000", payee__own=True))
    assert found["usual.payee"] == 0
    assert found["usual.payee_new"] is False


@pytest.mark.parametrize(("operations", "days"), [(MIN_OPERATIONS - 1, 60), (60, MIN_DAYS - 2)])
def test_a_short_history_is_unknown(operations: int, days: int) -> None:
    """With too few operations or too few days nothing is said at all."""
    habits = Lives()
    for place in range(operations):
        habits.learn(transfer(days * place / operations), place + 1)
    assert habits.read(transfer(days)) == {}


def test_a_client_without_history_is_unknown() -> None:
    """A client who never paid anything has no habits to compare with."""
    assert lived().read(transfer(payer__customer_id="c-2")) == {}


def test_what_is_missing_does_not_count() -> None:
    """A dimension whose input is absent is absent from the answer."""
    found = lived().read(transfer(device__id=None, place__country=None, place__city=None, session__provider=None))
    assert "usual.device" not in found
    assert "usual.place" not in found
    assert "usual.time" in found


def test_another_currency_is_not_compared() -> None:
    """Amounts of two currencies are never compared."""
    assert "usual.amount" not in lived().read(transfer(currency="USD"))


def test_an_attempt_that_was_not_executed_leaves_no_trace() -> None:
    """Learning and unlearning an operation gives the same answers as if it had never come."""
    habits, probe = lived(), transfer(DAYS + 2, 9_000_000, payee__phone="+79990000000", **THIEF)
    before = habits.read(probe)
    for seq, event in enumerate((transfer(DAYS + 0.1), transfer(DAYS + NIGHT, 9_000_000, **THIEF)), start=1_000):
        habits.learn(event, seq)
    assert habits.read(probe) != before
    for seq, event in enumerate((transfer(DAYS + 0.1), transfer(DAYS + NIGHT, 9_000_000, **THIEF)), start=1_000):
        habits.unlearn(event, seq)
    assert habits.read(probe) == before


def test_an_operation_that_is_decided_again_changes_no_bit() -> None:
    """Unlearning and learning the same operation is exact even where a full table had given something up."""
    habits = lived()
    for place in range(60):
        habits.learn(transfer(DAYS + place, payee__phone=f"+799900000{place:02}"), 1_000 + place)
    before = habits.snapshot()["habits.rows"].copy()
    habits.unlearn(transfer(DAYS, payee__phone="+79990000000"), 1_000)
    assert not np.array_equal(habits.snapshot()["habits.rows"], before)
    habits.learn(transfer(DAYS, payee__phone="+79990000000"), 1_000)
    assert np.array_equal(habits.snapshot()["habits.rows"], before)


def test_a_late_operation_counts_as_if_in_time() -> None:
    """The order in which operations arrive does not change what is usual."""
    in_time, late = lived(), Lives()
    for seq, day in enumerate([*range(0, DAYS, 2), *range(1, DAYS, 2)], start=1):
        late.learn(ordinary(day), seq)
    for event in (transfer(), transfer(DAYS + NIGHT, 5_000_000, **THIEF)):
        assert late.read(event) == in_time.read(event)


def test_habits_follow_a_life_that_changes() -> None:
    """After hundreds of operations from a new town and phone, the old ones have lost their weight."""
    habits = lived(400)
    moved = {"place__city": "Омск", "device__id": "phone-2"}
    for place in range(700):
        habits.learn(transfer(400 + place / 10, 200_000, **moved), 1_000 + place)
    found = habits.read(transfer(470.04, 200_000, **moved))
    assert found["usual.deviation"] == 0
    assert isinstance(found["usual.device"], float)
    assert found["usual.device"] < 0.3


def test_a_snapshot_gives_the_same_habits_back() -> None:
    """Restored habits answer and go on exactly as the original, past a growth of the table."""
    habits = lived()
    for number in range(2_000):
        habits.learn(transfer(payer__customer_id=f"c-{number + 10}"), number + 100)
    restored = Lives()
    restored.load(habits.snapshot())
    for one in (habits, restored):
        one.learn(transfer(payer__customer_id="c-new"), 9_999)
    assert restored.read(transfer()) == habits.read(transfer())
    assert len(restored) == len(habits) == 2_002
    for name, array in habits.snapshot().items():
        assert np.array_equal(array, restored.snapshot()[name])


def test_a_snapshot_of_another_layout_is_refused() -> None:
    """Rows of another width are an error, not garbage."""
    arrays = lived().snapshot()
    with pytest.raises(ValueError, match="profiles cannot have the shape"):
        lived().load({**arrays, "habits.rows": arrays["habits.rows"][:, :-1]})


def test_equal_histories_give_equal_memories() -> None:
    """The state is a function of the log alone."""
    one, other = lived().snapshot(), lived().snapshot()
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_evidence_says_usual_against_now_and_nothing_personal() -> None:
    """Hours, amounts and counts stand side by side; no value of the event is repeated, no name is undeclared."""
    event = transfer(DAYS + NIGHT, 30_000_000, payee__phone="+79990000000", **THIEF)
    found = lived().read(event)
    assert found["usual.hour_now"] == 3
    assert found["usual.hour_from"] in range(7, 11)
    assert found["usual.hour_to"] in range(14, 19)
    low, high = found["usual.amount_low_minor"], found["usual.amount_high_minor"]
    assert isinstance(low, int)
    assert isinstance(high, int)
    assert 20_000 <= low <= 100_000
    assert 400_000 <= high <= 1_500_000
    assert (found["usual.device_new"], found["usual.payee_new"], found["usual.city_new"]) == (True, True, False)
    assert found.keys() <= FIELDS.keys()
    assert not {value for value in found.values() if isinstance(value, str)}


def test_a_profile_takes_less_than_a_kilobyte() -> None:
    """With its share of the table and the keys, one client takes at most 1,024 bytes."""
    assert ROW_WORDS * 8 == 968
    habits = Lives()
    for number in range(820):
        habits.learn(transfer(payer__customer_id=f"c-{number}"), number + 1)
    for number in range(820, 2_048):
        habits.learn(transfer(payer__customer_id=f"c-{number}"), number + 1)
    assert habits.memory()["habits"] / len(habits) <= 1_024


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_the_kernel_rounds_as_python_does(seed: int) -> None:
    """Every number that the kernel rounds for good is the one that Python would have given."""
    chance = random.Random(seed)
    habits = lived(chance.randrange(DAYS, 2 * DAYS))
    amount, day = int(chance.lognormvariate(12, 3)) + 1, DAYS + 40 * chance.random()
    phone = f"+7916{chance.randrange(10**7):07}"
    event = transfer(day, amount, payee__phone=phone, **chance.choice([{}, THIEF]))
    found = habits.read(event)
    told = habits.habits._told
    assert {name: found[name] for name in rounded(told, "transfer")} == rounded(told, "transfer")
