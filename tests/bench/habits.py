"""How long a client's habits take to be asked and taught, and how much memory they take.

`python -m tests.bench habits`: one profile is asked and then taught for each operation, as the fold does it.
"""

import random
import time
from datetime import timedelta, timezone

import numpy as np

from holdfast.features.habits import Habits, Reader
from holdfast.features.identifiers import Recognition
from holdfast.features.layout import layouts
from holdfast.features.registry import Registry
from holdfast.features.sheet import Sheet
from holdfast.vocabulary.event import Event, EventId
from holdfast.vocabulary.instants import DAY_MS, MINUTE_MS
from holdfast.vocabulary.keys import KeyMaker
from holdfast.wire.fields import event_schema

START_MS = 1_772_000_000_000
CLIENTS = 100_000
QUICK_CLIENTS = 5_000
OPERATIONS = 3
DEEP = 40  # operations of each of the clients that are asked
ASKED = 500


def operation(number: int, at_ms: int, chance: random.Random) -> Event:
    """Make one transfer from the app."""
    return Event(
        id=EventId(f"t-{number}"),
        type="transfer",
        occurred_ms=at_ms,
        received_ms=at_ms,
        values={
            "rail": "sbp",
            "amount": int(chance.lognormvariate(11.5, 1.1)) + 1,
            "currency": "RUB",
            "device.id": f"d-{number % 3}",
            "session.provider": "taiga-net",
            "place.country": "RU",
            "place.city": "Тверь",
        },
    )


class Boxes:
    """Puts operations into a box, with a client and a payee that have been hashed already, as the fold has."""

    def __init__(self) -> None:
        keys = KeyMaker(secret=b"a bench's secret")
        layout = layouts(Registry(specs=(), ingests={}, queries={}, fingerprint="empty"), event_schema())["transfer"]
        reader = Reader(keys, timezone(timedelta(hours=3)))
        self.sheet = Sheet(layout, "transfer", recognition=Recognition(keys, "RU"), reader=reader)
        self.box = np.zeros(self.sheet.words, dtype=np.int64)

    def write(self, event: Event, client: int, chance: random.Random) -> None:
        """Write an operation of a client to one of nine payees, each with two identifiers."""
        payee = chance.randrange(9)
        self.sheet.meet(event, self.box)
        self.sheet.fill(event, self.box)
        halves = self.box.view(np.uint64)
        _, mine, ours, theirs, *_ = self.sheet.spots
        halves[ours] = 1
        halves[mine : mine + 2] = client * 0x9E3779B97F4A7C15 % 2**64, client * 2 + 1
        halves[theirs : theirs + 2] = (client * 12 + payee) * 0x9E3779B97F4A7C15 % 2**64, payee * 2 + 1
        halves[theirs + 2 : theirs + 4] = payee + 1, client * 2 + 1


def measure(*, quick: bool = False) -> dict[str, float]:
    """Give microseconds to ask and to teach, the middle of all, and bytes a client."""
    chance = random.Random(1)
    habits, boxes = Habits(), Boxes()
    box, spots = boxes.box, boxes.sheet.spots
    clients = QUICK_CLIENTS if quick else CLIENTS
    seq = 0
    for client in range(clients):
        for step in range(OPERATIONS):
            seq += 1
            boxes.write(operation(step, START_MS + step * DAY_MS, chance), client, chance)
            habits.learn(box, spots, seq)
    for client in range(ASKED):
        for step in range(DEEP):
            seq += 1
            boxes.write(operation(step, START_MS + (3 + step) * DAY_MS, chance), client, chance)
            habits.learn(box, spots, seq)
    asked, taught = [], []
    for step in range(DEEP):
        for client in range(ASKED):
            seq += 1
            event = operation(step, START_MS + 50 * DAY_MS + step * 30 * MINUTE_MS, chance)
            begun = time.perf_counter_ns()
            boxes.write(event, client, chance)
            habits.compare(box, spots, event.type)
            found = boxes.sheet.answers(box, 0)
            read = time.perf_counter_ns()
            habits.learn(box, spots, seq)
            taught.append(time.perf_counter_ns() - read)
            asked.append(read - begun)
            if "usual.deviation" not in found:
                raise AssertionError("a client with history was not compared")
    return {
        "habits_ask_us": sorted(asked)[len(asked) // 2] / 1e3,
        "habits_teach_us": sorted(taught)[len(taught) // 2] / 1e3,
        "habits_both_us_p99": sorted(map(sum, zip(asked, taught, strict=True)))[len(asked) * 99 // 100] / 1e3,
        "habits_bytes_a_client": habits.memory()["habits"] / len(habits),
    }
