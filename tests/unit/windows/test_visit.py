"""A visit asks and tells the windows in one call what single questions and adds would."""

import random
from itertools import compress
from struct import Struct

import numpy as np
import pytest

from holdfast.vocabulary.keys import Key
from holdfast.windows import Ask, Leave, Places, Reading, WindowStore, lay_out, patch
from holdfast.windows.plan import answer_form, column_form
from holdfast.windows.store import Answer
from holdfast.windows.visit_kernel import CREATED
from tests.unit.windows.oracle import COLUMNS, LATE_MS, SPECS, Oracle, Row, random_arrival

SPEC = SPECS[0]
COUNT = len(SPEC.lanes)
KEY, NUMBERS, FLAGS = 1, 3, 48  # words, words, bytes
OUT, CODES, ITEM, PATCHES = 10, 300, 310, 330
KNOWN = 8 * (OUT + 2 * COUNT)
WRITE = Struct("<q16s" + "".join(map(column_form, COLUMNS)) + "3?2?")
READ = Struct("<" + "".join(answer_form(SPEC, lane) for lane in range(COUNT)) * 2 + f"{2 * COUNT}s")
READS = tuple((lane, Reading.NUMBER) for lane in range(COUNT))
COUNTED = Ask(series=0, key=KEY, reads=READS, counted=True)
PLAIN = Ask(series=0, key=KEY, reads=READS, counted=False)
ROW = Leave(
    series=0,
    key=KEY,
    attempts=False,
    asked=True,
    watched=True,
    columns=tuple((NUMBERS + place, FLAGS + place) for place in range(3)),
    filters=(FLAGS + 3, FLAGS + 4),
)
VISIT = lay_out(
    (PLAIN, COUNTED),
    (ROW,),
    Places(at=0, out=OUT, known=KNOWN, codes=CODES, item=ITEM, patches=PATCHES),
    pairs=(),
)
KEYS = (Key(1, 1), Key(2**64 - 1, 3))


class Desk:
    """A store that is only visited, and its oracle."""

    def __init__(self, threshold: int) -> None:
        self.store = WindowStore(SPECS, late_ms=LATE_MS, threshold=threshold)
        self.oracle = Oracle(SPECS)
        self.box = np.zeros(PATCHES + 16 * COUNT, dtype=np.int64)

    def write(self, key: Key | None, row: Row) -> None:
        """Put a row into the box."""
        halves = Struct("<QQ").pack(*key) if key else bytes(16)
        known = [bool(row.present >> bit & 1) for bit in range(3)] + [bool(row.filters >> bit & 1) for bit in range(2)]
        WRITE.pack_into(self.box.data, 0, row.at_ms, halves, *row.values, *known)

    def consult(self, seq: int) -> dict[int, Answer]:
        """Give the answers that are known, by their place: first without the row in the box, then with it."""
        end = self.store.consult(VISIT, self.box, seq)
        found: list[Answer] = list(READ.unpack_from(self.box.data, 8 * OUT))
        marks = READ.unpack_from(self.box.data, 8 * OUT)[-1]
        patch(found, self.box[PATCHES:end].tolist())
        return dict(compress(enumerate(found), marks))


@pytest.mark.parametrize("threshold", [0, 8, 400])
@pytest.mark.parametrize("seed", range(3))
def test_a_visit_is_equal_to_brute_force(threshold: int, seed: int) -> None:
    """Before, with and after the event's own row, late or in order, taken out again or not: never another answer."""
    chance = random.Random(seed)
    desk, now = Desk(threshold), 1_000
    for seq in range(250):
        now += chance.randrange(4)
        key = chance.choice(KEYS)
        arrival = random_arrival(chance, 0, key, (now - chance.choice((0, 0, chance.randrange(LATE_MS))), seq))
        row = Row(
            *arrival[2:4],
            tuple(value + 0.0 if isinstance(value, float) else value for value in arrival.values),
            *arrival[5:],
        )
        desk.write(key, row)
        without = desk.oracle.read(0, key, row.at_ms)
        desk.oracle.add(arrival)
        beside = desk.oracle.read(0, key, row.at_ms)
        expected = {place: answer for place, answer in enumerate([*without, *beside]) if answer is not None}
        assert desk.consult(seq) == expected
        assert desk.consult(seq) == expected
        desk.store.record(VISIT, desk.box, seq, executed=True, attempted=False)
        if chance.random() < 0.2:
            desk.store.withdraw(VISIT, desk.box, seq, executed=True, attempted=False, newest_ms=now)
            desk.oracle.retract(0, key, row)


def test_an_unknown_key_knows_nothing_and_leaves_nothing() -> None:
    """Without a key no question is answered and no row is kept."""
    desk = Desk(8)
    desk.write(None, Row(1_000, 1, (1, 2, 3.0), 7, 0))
    assert desk.consult(1) == {}
    desk.store.record(VISIT, desk.box, 1, executed=True, attempted=True)
    assert desk.store.memory()["rows"] == 0


def test_a_read_leaves_nothing_behind_while_tables_grow() -> None:
    """At every fill of the tables, a read with the event's own row is taken back whole."""
    desk = Desk(8)
    for seq in range(1, 5_000):
        desk.write(Key(seq, 1), Row(1_000, seq, (1, seq, 3.0), 7, 0))
        desk.consult(seq)
        assert desk.store.memory()["rows"] == seq - 1
        desk.store.record(VISIT, desk.box, seq, executed=True, attempted=False)
        assert desk.box[CODES] == CREATED
        desk.store.record(VISIT, desk.box, seq, executed=True, attempted=False)
        assert desk.box[CODES] != CREATED
