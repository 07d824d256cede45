"""What exact windows cost: CPU time for each event as history grows, and bytes for each key and event.

Values repeat alike at every size, so that only the length of the history differs; where every value is new, the table
of latest occurrences of a long history no longer fits the caches, which is measured apart.
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
from holdfast.windows import (
    Arrival,
    Ask,
    ColumnKind,
    Lane,
    Places,
    Question,
    Reading,
    SeriesSpec,
    WindowStore,
    kernel,
    lay_out,
)

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
REPEATED = 20  # different values: each has been seen before, in a short history as in a long one
NEW = 1 << 40
HOT_STEP_MS = 430  # a key with a fifth of all traffic of a bank with a million accounts
LATE_MS = 600_000
FEATURE_WINDOWS_MS = (MINUTE_MS, 10 * MINUTE_MS, 60 * MINUTE_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS)


def arrivals(count: int, keys: tuple[Key, ...], chance: random.Random, values: int) -> Iterator[list[Arrival]]:
    """Invent events, `count` of them in every 90 days, each with one row for every key."""
    step_ms = WINDOWS_MS[-1] / count
    seq = 0
    while True:
        seq += 1
        at_ms = START_MS + int(seq * step_ms)
        columns = (int(chance.lognormvariate(11, 1.5)), chance.randrange(values))
        yield [Arrival(0, key, at_ms, seq, columns, 3) for key in keys]


def filled(count: int, keys: tuple[Key, ...], values: int = REPEATED) -> tuple[WindowStore, Iterator[list[Arrival]]]:
    """Give a store with `count` events in the longest window of every key, and the events that follow."""
    store = WindowStore((SPEC,))
    stream = arrivals(count, keys, random.Random(1), values)
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
    figures["bytes_per_event_hot"] = (memory["total_bytes"] - memory["spare_bytes"]) / memory["rows"]
    return figures


def all_different(blocks: int, longest: int) -> dict[str, float]:
    """Measure the same where no value ever comes again, the worst for `distinct`."""
    spent: dict[int, list[float]] = {100: [], longest: []}
    worlds = {count: filled(count, (Key(1, 1),), NEW) for count in spent}
    for _ in range(blocks):
        for count, (store, stream) in worlds.items():
            spent[count].append(kernel_alone(store, list(islice(stream, BLOCK))))
    short, long = map(median, spent.values())
    return {"kernel_cost_ratio_all_different": long / short}


def hot_key(events: int) -> dict[str, float]:
    """Measure a busy key of which one event in a hundred comes up to ten minutes late; all in microseconds."""
    chance = random.Random(3)
    store = WindowStore((SPEC,))
    spent: dict[bool, list[float]] = {False: [], True: []}
    for seq in range(events):
        late = chance.random() < 0.01
        at_ms = START_MS + seq * HOT_STEP_MS - (chance.randrange(LATE_MS) if late else 0)
        row = Arrival(0, Key(1, 1), at_ms, seq, (int(chance.lognormvariate(11, 1.5)), chance.randrange(20_000)), 3)
        start = process_time_ns()
        store.read_many([Question(0, row.key, at_ms)])
        store.add(row)
        spent[late].append((process_time_ns() - start) / 1_000)
    every = sorted(spent[False] + spent[True])
    return {
        "hot_key_us_p50": every[len(every) // 2],
        "hot_key_us_p99_9": every[len(every) * 999 // 1000],
        "hot_key_late_us_p50": median(spent[True]),
        "hot_key_late_us_max": max(spent[True]),
    }


def features(blocks: int) -> dict[str, float]:
    """Measure the read of 64 features in one call: four keys, six windows of count and sum, distinct, peaks, ends."""
    count_sum = [(kind, 0 if kind is Statistic.SUM else None) for kind in (Statistic.COUNT, Statistic.SUM)]
    lanes = [
        Lane(statistic=kind, column=column, over_ms=span) for span in FEATURE_WINDOWS_MS for kind, column in count_sum
    ]
    beside = (
        [Lane(statistic=Statistic.DISTINCT, column=1, over_ms=span) for span in FEATURE_WINDOWS_MS],
        [Lane(statistic=kind, column=0, over_ms=DAY_MS) for kind in (Statistic.MAX, Statistic.MIN) for _ in range(2)],
        [Lane(statistic=kind, over_ms=30 * DAY_MS) for kind in (Statistic.FIRST, Statistic.LAST)],
        [Lane(statistic=kind, over_ms=7 * DAY_MS) for kind in (Statistic.FIRST, Statistic.LAST)],
    )
    specs = [
        SeriesSpec(name=f"f{number}", columns=SPEC.columns, lanes=(*lanes, *more)) for number, more in enumerate(beside)
    ]
    store = WindowStore(specs)
    box = np.zeros(2_000, dtype=np.int64)
    asks = [
        Ask(
            series=number,
            key=1 + 2 * number,
            reads=tuple((lane, Reading.NUMBER) for lane in range(len(spec.lanes))),
            counted=False,
        )
        for number, spec in enumerate(specs)
    ]
    places = Places(at=0, out=20, known=8 * 100, codes=120, item=130, patches=160)
    visit = lay_out(asks, (), places, pairs=())
    chance = random.Random(5)
    figures: dict[str, float] = {}
    for events in (0, 30, 300, 3_000):
        for number in range(len(specs)):
            key = Key(events + 1, 2 * number + 1)
            for seq in range(events):
                store.add(
                    Arrival(number, key, START_MS + seq * 30 * DAY_MS // events, seq, (seq, chance.randrange(50)), 3)
                )
            box[1 + 2 * number : 3 + 2 * number] = key
        spent = []
        for block in range(blocks * BLOCK):
            box[0] = START_MS + 30 * DAY_MS + block
            start = process_time_ns()
            store.consult(visit, box, 0)
            spent.append(process_time_ns() - start)
        figures[f"features_64_us_{events}"] = median(spent) / 1_000
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
    figures |= history(blocks, sizes) | all_different(blocks, 100_000 if quick else 1_000_000) | features(blocks)
    return figures | hot_key(20_000 if quick else 400_000) | memory(5_000 if quick else 100_000)


if __name__ == "__main__":
    for name, figure in measure(quick="--quick" in sys.argv).items():
        sys.stdout.write(f"{name:24} {figure:12.2f}\n")
