"""How long a client's habits take to be asked and taught, and how much memory they take.

`python -m tests.bench habits`: one profile is asked and then taught for each operation, as the fold does it.
"""

import random
import time
from datetime import timedelta, timezone

from holdfast.features.habits import Habits, Whose
from holdfast.vocabulary.event import Event, EventId
from holdfast.vocabulary.instants import DAY_MS, MINUTE_MS
from holdfast.vocabulary.keys import Key, KeyMaker

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


def whose(client: int, chance: random.Random) -> Whose:
    """Name a client and a payee with two identifiers, as the fold has hashed them already."""
    payee = chance.randrange(9)
    keys = [Key((client * 12 + payee) * 0x9E3779B97F4A7C15 % 2**64, payee * 2 + 1), Key(payee + 1, client * 2 + 1)]
    return Whose(client=Key(client * 0x9E3779B97F4A7C15 % 2**64, client * 2 + 1), payee=keys)


def measure(quick: bool) -> dict[str, float]:  # noqa: FBT001 - every bench has this one argument
    """Give microseconds to ask and to teach, the middle of all, and bytes a client."""
    chance = random.Random(1)  # noqa: S311 - the same operations every time, no secret
    habits = Habits(KeyMaker(secret=b"a bench's secret"), timezone(timedelta(hours=3)))
    clients = QUICK_CLIENTS if quick else CLIENTS
    seq = 0
    for client in range(clients):
        for step in range(OPERATIONS):
            seq += 1
            habits.learn(operation(step, START_MS + step * DAY_MS, chance), whose(client, chance), seq)
    for client in range(ASKED):
        for step in range(DEEP):
            seq += 1
            habits.learn(operation(step, START_MS + (3 + step) * DAY_MS, chance), whose(client, chance), seq)
    asked, taught = [], []
    for step in range(DEEP):
        for client in range(ASKED):
            seq += 1
            event = operation(step, START_MS + 50 * DAY_MS + step * 30 * MINUTE_MS, chance)
            mine = whose(client, chance)
            begun = time.perf_counter_ns()
            found = habits.read(event, mine)
            read = time.perf_counter_ns()
            habits.learn(event, mine, seq)
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
