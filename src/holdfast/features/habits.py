"""What is usual for each client: one profile of 968 bytes, learnt from executed operations only.

`Habits` keeps the profiles of one tenant in flat arrays and finds them by the client's keyed hash. `usual` says of
one operation how unlike the profile it is, dimension by dimension, with what would have been usual. A refused or
held attempt teaches nothing; `unlearn` takes an operation out again when a result says that it was not executed.

What depends on the order of operations: only which entry a full table gives up, and where the halving of an old
profile falls (after every 512 operations' weight). All else is a sum, so a late operation counts as if it had come
in time. Unlearning is exact as long as the entry was not given up since and at most two halvings lie between; the
day on which a value was first met, and the instant of the first operation, are not set back. Unlearning and learning
the same operation again, as when it is decided again, gives the profile back bit by bit.

Inputs are the hour, the place and network of the operation, the device, the amount by kind of operation, how often,
and the payee. Citizenship, language, sex, religion, the origin of a name and age are never inputs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from math import isnan
from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.features import habit_kernel as kernel
from holdfast.features.habit_score import DIMENSIONS, deviation
from holdfast.features.habit_table import find, index
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

_CLASS_CARD, _CLASS_PERSON, _CLASS_ORDER, _CLASS_CASH = range(4)
_DAY_S: Final = 86_400
_CHUNK_BITS: Final = 10
_CHUNK: Final = 1 << _CHUNK_BITS
_FULL: Final = 0.8
_TAG: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How one operation compares: `values` are the score and its dimensions, `evidence` is usual against now.

    Both map names of `FIELDS`; an absent name is unknown. Numbers of `values` are -log10 of a share: 2 says that
    one operation in a hundred is as unusual.
    """

    values: Mapping[str, float]
    evidence: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """The client whose habits an operation follows, and all keys by which its payee is known, weightiest first."""

    client: Key
    payee: Sequence[Key] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """One client's row, seen through four views of the same 968 bytes."""

    words: NDArray[np.uint64]
    doubles: NDArray[np.uint32]
    cells: NDArray[np.uint16]
    fading: NDArray[np.float64]


def _profile(row: NDArray[np.uint64]) -> Profile:
    return Profile(row, row.view(np.uint32), row.view(np.uint16), row.view(np.float64))


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

    def question(self, event: Event, payee: Sequence[Key]) -> NDArray[np.float64]:
        """Describe an operation as the kernel wants it."""
        asked = np.zeros(kernel.ASKED)
        values = event.values
        local = datetime.fromtimestamp(event.occurred_ms / 1000, self._zone)
        asked[kernel.Q_AT] = event.occurred_ms
        asked[kernel.Q_DAY] = local.toordinal() - _EPOCH
        asked[kernel.Q_HOUR] = local.hour + (24 if local.weekday() > 4 else 0)
        amount = values.get("amount")
        asked[kernel.Q_CLASS] = -1 if amount is None else _class(event)
        asked[kernel.Q_AMOUNT] = float(amount) if isinstance(amount, int) else 1.0
        asked[kernel.Q_CURRENCY] = self._word("currency", str(values.get("currency", "")))
        asked[kernel.Q_OWN] = values.get("payee.own") is True
        asked[kernel.Q_TAGS : kernel.Q_PAYEES] = self._tags(values)
        asked[kernel.Q_PAYEES : kernel.Q_PAYEES + len(payee)] = [_tag(key) for key in payee]
        return asked

    def _tags(self, values: Mapping[str, Value]) -> list[int]:
        """Give the tags of device, network, city and country; 0 is unknown."""
        device, provider = values.get("device.id"), values.get("session.provider")
        city, country = values.get("place.city"), values.get("place.country")
        return [
            0 if device is None else self._hash("device", str(device)),
            0 if provider is None else self._word("provider", str(provider)),
            0 if city is None else self._word("city", f"{country}\x1f{city}"),
            0 if country is None else self._word("country", str(country)),
        ]

    def _hash(self, kind: str, value: str) -> int:
        return _tag(self._keys.key(kind, value))


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC).toordinal()


def _tag(key: Key) -> int:
    """Cut a key to the 32 bits that a profile keeps; 0 is kept for unknown."""
    return (key.low >> 1) & _TAG or 1


def usual(profile: Profile, asked: NDArray[np.float64], event_type: str) -> Habit | None:
    """Compare an operation with a profile; nothing while the history is too short."""
    told = np.empty(kernel.TOLD)
    kernel.tell(profile.words, profile.doubles, profile.cells, profile.fading, asked, told)
    answer: list[float] = told.tolist()
    if answer[kernel.A_COUNT] < MIN_OPERATIONS or answer[kernel.A_DAYS] < MIN_DAYS:
        return None
    surprises = answer[: len(DIMENSIONS)]
    values = {name: round(value, 2) for name, value in zip(_SURPRISES, surprises, strict=True) if not isnan(value)}
    values["usual.deviation"] = deviation(surprises, event_type)
    return Habit(values=values, evidence=_evidence(answer, asked))


def _evidence(answer: Sequence[float], asked: NDArray[np.float64]) -> dict[str, Value]:
    """Write "usual against now" in whole hours, rounded money and counts."""
    found: dict[str, Value] = {
        "usual.hour_now": int(asked[kernel.Q_HOUR]) % 24,
        "usual.hour_from": int(answer[kernel.A_HOUR_FROM]),
        "usual.hour_to": int(answer[kernel.A_HOUR_TO]),
        "usual.operations_day": int(answer[kernel.A_TODAY]),
        "usual.operations_day_usual": round(answer[kernel.A_A_DAY], 1),
        "usual.history_operations": int(answer[kernel.A_COUNT]),
        "usual.history_days": int(answer[kernel.A_DAYS]),
    }
    if not isnan(answer[kernel.A_LOW]):
        found["usual.amount_low_minor"] = _rounded(answer[kernel.A_LOW])
        found["usual.amount_high_minor"] = _rounded(answer[kernel.A_HIGH])
    for name, value in zip(_NEW_NAMES, answer[kernel.A_NEW :], strict=False):
        if not isnan(value):
            found[name] = value > 0
    return found


def _rounded(octave: float) -> int:
    """Turn a binary logarithm of minor units into an amount of two digits."""
    amount = round(2.0**octave)
    return max(int(round(amount, 2 - len(str(amount)))), 1)


class Habits:
    """The profiles of all clients of one tenant."""

    def __init__(self, keys: KeyMaker, zone: tzinfo = UTC) -> None:
        self._reader = Reader(keys, zone)
        self._slots = np.full(_CHUNK, -1, dtype=np.int32)
        self._keys = np.zeros((_CHUNK, 2), dtype=np.uint64)
        self._chunks: list[NDArray[np.uint64]] = []
        self._count = 0
        self._aside: tuple[tuple[Key, int], NDArray[np.uint64]] | None = None
        self._asked: tuple[Event | None, NDArray[np.float64]] = (None, np.zeros(kernel.ASKED))

    def __len__(self) -> int:
        """Give the number of clients."""
        return self._count

    def read(self, event: Event, whose: Whose) -> dict[str, Value]:
        """Give the names under which rules and evidence know how unusual an operation is; none when unknown."""
        profile = self._find(whose.client)
        habit = usual(profile, self._question(event, whose), event.type) if profile else None
        return {**habit.values, **habit.evidence} if habit else {}

    def learn(self, event: Event, whose: Whose, seq: int) -> None:
        """Let an executed operation become part of the client's habits."""
        profile = self._find(whose.client) or self._add(whose.client)
        aside, self._aside = self._aside, None
        if aside and aside[0] == (whose.client, seq):
            profile.words[:] = aside[1]  # an operation that was only decided again comes back as it was
            return
        self._teach(profile, self._question(event, whose), seq, taught=True)

    def unlearn(self, event: Event, whose: Whose, seq: int) -> None:
        """Take an operation out again that was learnt under this place in the log."""
        profile = self._find(whose.client)
        if profile is not None:
            self._aside = ((whose.client, seq), profile.words.copy())
            self._teach(profile, self._question(event, whose), seq, taught=False)

    @staticmethod
    def _teach(profile: Profile, asked: NDArray[np.float64], seq: int, *, taught: bool) -> None:
        kernel.teach(profile.words, profile.doubles, profile.cells, profile.fading, asked, seq, taught)

    def _question(self, event: Event, whose: Whose) -> NDArray[np.float64]:
        """Describe an operation, once for being read and learnt."""
        if self._asked[0] is not event:
            self._asked = (event, self._reader.question(event, whose.payee))
        return self._asked[1]

    def _find(self, client: Key) -> Profile | None:
        number = find(self._slots, self._keys, client.high, client.low)
        return self._row(number) if number >= 0 else None

    def _row(self, number: int) -> Profile:
        return _profile(self._chunks[number >> _CHUNK_BITS][number & (_CHUNK - 1)])

    def _add(self, client: Key) -> Profile:
        if self._count >= _FULL * len(self._slots):
            self._grow()
        if self._count == len(self._chunks) * _CHUNK:
            self._chunks.append(np.zeros((_CHUNK, kernel.ROW_WORDS), dtype=np.uint64))
        slot = -1 - find(self._slots, self._keys, client.high, client.low)
        self._slots[slot] = self._count
        self._keys[self._count] = client
        self._count += 1
        return self._row(self._count - 1)

    def _grow(self) -> None:
        """Double the table and the room for keys; the rows themselves never move."""
        keys = np.zeros((2 * len(self._keys), 2), dtype=np.uint64)
        keys[: self._count] = self._keys[: self._count]
        self._keys = keys
        self._slots = np.full(2 * len(self._slots), -1, dtype=np.int32)
        index(self._slots, self._keys, self._count)

    def memory(self) -> dict[str, int]:
        """Give the bytes that are taken."""
        rows = sum(chunk.nbytes for chunk in self._chunks)
        return {"habits": rows + self._slots.nbytes + self._keys.nbytes}

    def snapshot(self) -> Mapping[str, NDArray[np.uint64]]:
        """Give the state as arrays: the clients' keys and their rows, in the order in which they were met."""
        rows = np.concatenate([*self._chunks, np.zeros((0, kernel.ROW_WORDS), dtype=np.uint64)])[: self._count]
        return {"habits.keys": self._keys[: self._count].copy(), "habits.rows": rows.copy()}

    def load(self, arrays: Mapping[str, NDArray[np.uint64]]) -> None:
        """Take over a snapshot's state; raises ValueError when its rows have another layout."""
        keys, rows = arrays["habits.keys"], arrays["habits.rows"]
        if rows.shape != (len(keys), kernel.ROW_WORDS):
            raise ValueError(f"{len(keys)} profiles cannot have the shape {rows.shape}")
        size = _CHUNK
        while len(keys) >= _FULL * size:
            size *= 2
        self._count = len(keys)
        self._keys = np.zeros((size, 2), dtype=np.uint64)
        self._keys[: self._count] = keys
        self._slots = np.full(size, -1, dtype=np.int32)
        index(self._slots, self._keys, self._count)
        padded = np.zeros((-(-self._count // _CHUNK) * _CHUNK, kernel.ROW_WORDS), dtype=np.uint64)
        padded[: self._count] = rows
        self._chunks = [padded[start : start + _CHUNK].copy() for start in range(0, len(padded), _CHUNK)]
