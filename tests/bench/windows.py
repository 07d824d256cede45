# ruff: noqa: S311 - seeded randomness for invented events, no secrets
"""What exact windows cost: CPU time for each event as history grows, and bytes for each key and event.

Run with `python -m tests.bench.windows [--quick]`. CPU time only (`process_time_ns`): the machine may be shared.
"""

import random
import sys
from collections.abc import Iterator
from itertools import islice
from statistics import median
from time import process_time_ns

import numpy as np

from holdfast.vocabulary.keys import Key
from holdfast.vocabulary.windows import Statistic
from holdfast.windows import Arrival, ColumnKind, Lane, Question, SeriesSpec, WindowStore, kernel

MINUTE_MS = 60_000
DAY_MS = 86_400_000
WINDOWS_MS = (MINUTE_MS, 60 * MINUTE_MS, DAY_MS, 90 * DAY_MS)
STATISTICS = ((Statistic.COUNT, None), (Statistic.SUM, 0), (Statistic.MAX, 0), (Statistic.DISTINCT, 1))
LANES = tuple(
    Lane(statistic=statistic, column=column, over_ms=over_ms)
    for over_ms in WINDOWS_MS
    for statistic, column in STATISTICS
)
SPEC = SeriesSpec(name="transfers", columns=(ColumnKind.INTEGER, ColumnKind.HASH), lanes=LANES)
SIZES = {"100": 100, "10k": 10_000, "1m": 1_000_000, "2500k": 2_500_000}
START_MS = 1_700_000_000_000
BLOCK = 250


def arrivals(count: int, keys: tuple[Key, ...], chance: random.Random) -> Iterator[list[Arrival]]:
    """Invent events, `count` of them in every 90 days, each with one row for every key."""
    step_ms = WINDOWS_MS[-1] / count
    seq = 0
    while True:
        seq += 1
        at_ms = START_MS + int(seq * step_ms)
        values = (int(chance.lognormvariate(11, 1.5)), chance.randrange(20_000))
        yield [Arrival(0, key, at_ms, seq, values, 3) for key in keys]


def filled(count: int, keys: tuple[Key, ...]) -> tuple[WindowStore, Iterator[list[Arrival]]]:
    """Give a store with `count` events in the longest window of every key, and the events that follow."""
    store = WindowStore((SPEC,))
    stream = arrivals(count, keys, random.Random(1))
    for batch in iter(lambda: [row for event in islice(stream, 500) for row in event], None):
        store.add_many(batch)
        if batch[-1].seq >= count:
            break
    store.read_many([Question(0, key, batch[-1].at_ms) for key in keys])
    return store, stream


def read_and_add(store: WindowStore, events: list[list[Arrival]]) -> float:
    """Give the CPU time of one event through Python: read every lane of every key, then add the event."""
    start = process_time_ns()
    for event in events:
        store.read_many([Question(0, row.key, row.at_ms) for row in event])
        store.add_many(event)
    return (process_time_ns() - start) / len(events)


def kernel_alone(store: WindowStore, events: list[list[Arrival]]) -> float:
    """Give the CPU time of one read and one add of one key inside the kernel: calls less empty calls."""
    tables = (store._heap, store._entities, store._values, store._plan)
    heap, entities, values, plan = tables
    boxes = []
    for [row] in events:
        question = (row.series, *row.key, row.at_ms)
        boxes.append((np.zeros(256, np.int64), np.zeros(16, np.int64)))
        boxes[-1][0][:4] = question
        boxes[-1][1][:8] = (*question, row.seq, row.present << 32, *row.values)
    middle = process_time_ns()
    for read_box, add_box in boxes:
        kernel.read_all(heap, entities, plan, read_box, 0)
        kernel.add_all(heap, entities, values, plan, add_box, 0, 8, 0)
    start = process_time_ns()
    for read_box, add_box in boxes:
        kernel.read_all(heap, entities, plan, read_box, 1)
        kernel.add_all(heap, entities, values, plan, add_box, 0, 8, 1)
    end = process_time_ns()
    for [row] in events:  # an add that lacked room has changed nothing; now it gets it
        store.add_many([row])
    return (2 * start - end - middle) / -len(events)


def history(blocks: int, sizes: dict[str, int]) -> dict[str, float]:
    """Measure one event of one key for each size of its history, in turns, so that a noisy neighbour hits all."""
    worlds = {name: filled(count, (Key(1, 1),)) for name, count in sizes.items()}
    spent: dict[str, list[float]] = {}
    for _ in range(blocks):
        for name, (store, stream) in worlds.items():
            spent.setdefault(f"event_ns_{name}", []).append(read_and_add(store, list(islice(stream, BLOCK))))
            spent.setdefault(f"kernel_ns_{name}", []).append(kernel_alone(store, list(islice(stream, BLOCK))))
    figures = {name: median(costs) for name, costs in spent.items()}
    first, *_, last = sizes
    figures["window_cost_ratio"] = figures[f"event_ns_{last}"] / figures[f"event_ns_{first}"]
    figures["kernel_cost_ratio"] = figures[f"kernel_ns_{last}"] / figures[f"kernel_ns_{first}"]
    memory = worlds[last][0].memory()
    figures["window_bytes_per_event_hot"] = (memory["total_bytes"] - memory["spare_bytes"]) / memory["rows"]
    return figures


def bytes_of(keys: int, events: int) -> float:
    """Give the bytes that a key with so many events takes, every value different."""
    store = WindowStore((SPEC,))
    for at in range(events):
        for start in range(0, keys, 1000):
            rows = [
                Arrival(0, Key(key, key * 2 + 1), START_MS + at * DAY_MS, at, (key, key * 1000 + at), 3)
                for key in range(start, min(start + 1000, keys))
            ]
            store.add_many(rows)
    memory = store.memory()
    return (memory["total_bytes"] - memory["spare_bytes"]) / keys


def memory(keys: int) -> dict[str, float]:
    """Measure bytes: what a key costs beside its events while it has few, and once it keeps running state."""
    one, few, many = bytes_of(keys, 1), bytes_of(keys, 21), bytes_of(keys, 41)
    per_event = (few - one) / 20
    return {
        "window_bytes_per_event": per_event,
        "window_bytes_per_key": one - per_event,
        "window_bytes_per_hot_key": many - 41 * per_event,
    }


def measure(*, quick: bool = False) -> dict[str, float]:
    """Give every figure: ns of CPU time, bytes, and the cost ratio of the longest history to the shortest."""
    blocks = 8 if quick else 40
    sizes = {name: SIZES[name] for name in ("100", "2500k")} if quick else SIZES
    four = tuple(Key(place, 1) for place in range(4))
    store, stream = filled(2_000, four)
    four_keys = [read_and_add(store, list(islice(stream, BLOCK))) for _ in range(blocks)]
    figures = {"four_keys_ns": median(four_keys)}
    return figures | history(blocks, sizes) | memory(5_000 if quick else 100_000)


if __name__ == "__main__":
    for name, figure in measure(quick="--quick" in sys.argv).items():
        sys.stdout.write(f"{name:24} {figure:12.2f}\n")
