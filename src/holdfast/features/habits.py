"""What is usual for each client: one profile of 968 bytes, learnt from executed operations only.

`Habits` keeps the profiles of one tenant in flat arrays and finds them by the client's keyed hash. It reads operations
out of the fold's box of one event, and says how unlike the profile each is, dimension by dimension, with what would
have been usual. A refused or
held attempt teaches nothing; `unlearn` takes an operation out again when a result says that it was not executed.

What depends on the order of operations: only which entry a full table gives up, and where the halving of an old
profile falls (after every 512 operations' weight). All else is a sum, so a late operation counts as if it had come
in time. Unlearning is exact as long as the entry was not given up since and at most two halvings lie between; the
day on which a value was first met, and the instant of the first operation, are not set back. Unlearning and learning
the same operation again, as when it is decided again, gives the profile back bit by bit.

Inputs are the hour, the place and network of the operation, the device, the amount by kind of operation, how often,
and the payee. Citizenship, language, sex, religion, the origin of a name and age are never inputs.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from math import isnan
from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.features import habit_answer as answer
from holdfast.features import habit_kernel as kernel
from holdfast.features.habit_score import DIMENSIONS, TABLES, deviation, flat
from holdfast.features.habit_table import index
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.keys import Key, KeyMaker
from holdfast.vocabulary.schema import Field, FieldType

JUDGED: Final[Mapping[str, str]] = {"transfer": "payer", "cash_withdrawal": "client"}
"""Event types that are compared with habits, and the party whose habits they are."""

MIN_OPERATIONS: Final = 20
"""With fewer, one new thing in twenty is still every twentieth operation: nothing can be called rare."""

MIN_DAYS: Final = 14
"""Two weeks hold every day of the week twice, so that hours and pace have been seen."""

_SURPRISES: Final = tuple(f"usual.{name}" for name in DIMENSIONS)
_NEW: Final = ("device_new", "network_new", "city_new", "country_new", "payee_new")
_NEW_NAMES: Final = tuple(f"usual.{name}" for name in _NEW)
_HEIGHT_NAMES: Final = ("usual.amount_low_minor", "usual.amount_high_minor")
_INTEGERS: Final = (
    "hour_now",
    "hour_from",
    "hour_to",
    "operations_day",
    "history_operations",
    "history_days",
)


def _field(name: str, kind: FieldType, currency: str | None = None) -> tuple[str, Field]:
    path = f"usual.{name}"
    return path, Field(path=path, type=kind, currency=currency)


FIELDS: Final[Mapping[str, Field]] = dict(
    [
        *(_field(name, FieldType.NUMBER) for name in ("deviation", *DIMENSIONS, "operations_day_usual")),
        *(_field(name, FieldType.INTEGER) for name in _INTEGERS),
        *(_field(name, FieldType.MONEY, "currency") for name in ("amount_low_minor", "amount_high_minor")),
        *(_field(name, FieldType.BOOL) for name in _NEW),
    ]
)
"""Every computed name that conditions may read and evidence may show; none is personal."""

ANSWERS: Final = (
    *((name, "d") for name in (*_SURPRISES, "usual.deviation")),
    *((f"usual.{name}", "q") for name in ("hour_now", "hour_from", "hour_to", "operations_day")),
    ("usual.operations_day_usual", "d"),
    *((f"usual.{name}", "q") for name in ("history_operations", "history_days")),
    *((name, "q") for name in _HEIGHT_NAMES),
    *((name, "?7x") for name in _NEW_NAMES),
)
"""What the kernel answers, in its order, each with the form in which it stands in a word of the box."""

ASKED: Final = "9qd"
"""The form of what `Reader.question` gives."""

_CLASS_CARD, _CLASS_PERSON, _CLASS_ORDER, _CLASS_CASH = range(4)
_FIRST_SIZE: Final = 1024
_STEP: Final = 1024  # rows by which the profiles grow, so that no event waits for more than clearing these
_QUARTER_MS: Final = 900_000  # offsets of time zones have been whole quarters of an hour since 1972
_QUARTERS: Final = 4_096
_FULL: Final = 0.8
_TAG: Final = 0xFFFFFFFF
_SCORES: Final = {event_type: flat(table) for event_type, table in TABLES.items()}


Words = NDArray[np.int64]


def _class(event: Event) -> int:
    """Tell what kind of operation it is, for amounts differ by kind: shop, person, order, cash."""
    if event.type == "cash_withdrawal":
        return _CLASS_CASH
    rail, channel = event.values.get("rail"), event.values.get("channel")
    if rail == "order":
        return _CLASS_ORDER
    firm = event.values.get("payee.kind") == "organisation"
    return _CLASS_CARD if firm or channel in {"shop", "web"} else _CLASS_PERSON


class Reader:
    """Turns events into questions for the kernel; `zone` is the one in which hours are told."""

    def __init__(self, keys: KeyMaker, zone: tzinfo = UTC) -> None:
        self._keys = keys
        self._zone = zone
        self._word = lru_cache(maxsize=16_384)(self._hash)  # towns and networks are few and nobody's own
        self._quarters: dict[int, tuple[int, int]] = {}

    def question(self, event: Event) -> tuple[float, ...]:
        """Describe an operation as the kernel wants it."""
        values = event.values
        amount = values.get("amount")
        device, provider = values.get("device.id"), values.get("session.provider")
        city, country = values.get("place.city"), values.get("place.country")
        quarter = event.occurred_ms // _QUARTER_MS
        return (
            *(self._quarters.get(quarter) or self._hour(quarter)),
            -1 if amount is None else _class(event),
            self._word("currency", str(values.get("currency", ""))),
            values.get("payee.own") is True,
            0 if device is None else self._hash("device", str(device)),
            0 if provider is None else self._word("provider", str(provider)),
            0 if city is None else self._word("city", f"{country}\x1f{city}"),
            0 if country is None else self._word("country", str(country)),
            float(amount) if isinstance(amount, int) else 1.0,
        )

    def _hour(self, quarter: int) -> tuple[int, int]:
        """Give the local day since 1970, and the hour, with 24 more on a weekend, of a quarter of an hour."""
        local = datetime.fromtimestamp(quarter * _QUARTER_MS / 1000, self._zone)
        if len(self._quarters) >= _QUARTERS:
            self._quarters.clear()
        hour = local.hour + (24 if local.weekday() > 4 else 0)
        told = self._quarters[quarter] = (local.toordinal() - _EPOCH, hour)
        return told

    def _hash(self, kind: str, value: str) -> int:
        return _tag(self._keys.key(kind, value))


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC).toordinal()


def _tag(key: Key) -> int:
    """Cut a key to the 32 bits that a profile keeps; 0 is kept for unknown."""
    return (key.low >> 1) & _TAG or 1


def rounded(told: NDArray[np.float64], event_type: str) -> dict[str, Value]:
    """Round what the kernel told, for values that lie near the middle between two decimals."""
    surprises: list[float] = told[: len(DIMENSIONS)].tolist()
    found: dict[str, Value] = {
        name: round(value, 2) for name, value in zip(_SURPRISES, surprises, strict=True) if not isnan(value)
    }
    found["usual.deviation"] = deviation(surprises, event_type)
    found["usual.operations_day_usual"] = round(float(told[kernel.A_A_DAY]), 1)
    if not isnan(told[kernel.A_LOW]):
        octaves = told[kernel.A_LOW : kernel.A_HIGH + 1].tolist()
        found |= {name: _amount(octave) for name, octave in zip(_HEIGHT_NAMES, octaves, strict=True)}
    return found


def _amount(octave: float) -> int:
    """Turn a binary logarithm of minor units into an amount of two digits."""
    amount = round(2.0**octave)
    return max(int(round(amount, 2 - len(str(amount)))), 1)


class Habits:
    """The profiles of all clients of one tenant.

    Operations come in the fold's box of one event; `spots` say where in it their parts stand (see `habit_answer`).
    """

    def __init__(self) -> None:
        self._slots = np.full(_FIRST_SIZE, -1, dtype=np.int32)
        self._keys = np.zeros((_FIRST_SIZE, 2), dtype=np.uint64)
        self._rows = np.zeros((_FIRST_SIZE, kernel.ROW_WORDS), dtype=np.uint64)
        self._count = 0
        self._aside: tuple[tuple[int, int], NDArray[np.uint64]] | None = None
        self._asked = np.zeros(kernel.ASKED)
        self._told = np.zeros(kernel.TOLD)

    def __len__(self) -> int:
        """Give the number of clients."""
        return self._count

    def compare(self, box: Words, spots: Words, event_type: str) -> Mapping[str, Value]:
        """Write how unusual an operation is into its box; gives only what the kernel did not round for good."""
        tables = (self._slots, self._keys, self._rows)
        work = (self._asked, self._told, _SCORES[event_type])
        found = answer.compare(*tables, box, spots, *work, MIN_OPERATIONS, MIN_DAYS)
        return rounded(self._told, event_type) if found == answer.ROUND_YOURSELF else _NOTHING

    def learn(self, box: Words, spots: Words, seq: int) -> None:
        """Let an executed operation become part of the client's habits."""
        number = answer.seat_of(self._slots, self._keys, box, spots)
        if number < 0:
            number = self._add(box, spots)
        aside, self._aside = self._aside, None
        if aside and aside[0] == (number, seq):
            self._rows[number] = aside[1]  # an operation that was only decided again comes back as it was
            return
        answer.lesson(self._rows, number, box, spots, self._asked, seq, True)

    def unlearn(self, box: Words, spots: Words, seq: int) -> None:
        """Take an operation out again that was learnt under this place in the log."""
        number = answer.seat_of(self._slots, self._keys, box, spots)
        if number >= 0:
            self._aside = ((number, seq), self._rows[number].copy())
            answer.lesson(self._rows, number, box, spots, self._asked, seq, False)

    def _add(self, box: Words, spots: Words) -> int:
        if self._count >= _FULL * len(self._slots):
            self._grow()
        if self._count == len(self._rows):
            self._rows.resize((self._count + _STEP, kernel.ROW_WORDS), refcheck=False)
        slot = -1 - answer.seat_of(self._slots, self._keys, box, spots)
        client = spots[answer.P_CLIENT]
        self._slots[slot] = self._count
        self._keys[self._count] = box.view(np.uint64)[client : client + 2]
        self._count += 1
        return self._count - 1

    def _grow(self) -> None:
        """Double the table and the room for keys; the rows themselves never move."""
        keys = np.zeros((2 * len(self._keys), 2), dtype=np.uint64)
        keys[: self._count] = self._keys[: self._count]
        self._keys = keys
        self._slots = np.full(2 * len(self._slots), -1, dtype=np.int32)
        index(self._slots, self._keys, self._count)

    def memory(self) -> dict[str, int]:
        """Give the bytes that are taken."""
        return {"habits": self._rows.nbytes + self._slots.nbytes + self._keys.nbytes}

    def snapshot(self) -> Mapping[str, NDArray[np.uint64]]:
        """Give the state as arrays: the clients' keys and their rows, in the order in which they were met."""
        return {"habits.keys": self._keys[: self._count].copy(), "habits.rows": self._rows[: self._count].copy()}

    def load(self, arrays: Mapping[str, NDArray[np.uint64]]) -> None:
        """Take over a snapshot's state; raises ValueError when its rows have another layout."""
        keys, rows = arrays["habits.keys"], arrays["habits.rows"]
        if rows.shape != (len(keys), kernel.ROW_WORDS):
            raise ValueError(f"{len(keys)} profiles cannot have the shape {rows.shape}")
        size = _FIRST_SIZE
        while len(keys) >= _FULL * size:
            size *= 2
        self._count = len(keys)
        self._keys = np.zeros((size, 2), dtype=np.uint64)
        self._keys[: self._count] = keys
        self._slots = np.full(size, -1, dtype=np.int32)
        index(self._slots, self._keys, self._count)
        self._rows = np.zeros((max(self._count, _FIRST_SIZE), kernel.ROW_WORDS), dtype=np.uint64)
        self._rows[: self._count] = rows


_NOTHING: Final[Mapping[str, Value]] = {}
