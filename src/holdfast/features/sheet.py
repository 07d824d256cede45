"""One event type's box, laid out once: where the words of an event stand for the kernels, and how answers come back.

A box is an array of 64-bit words. An event is written into it with two calls of `struct`, first its parties, then all
else; the kernels of people, windows and habits read it there and write into it; one more call of `struct` reads all
answers. In the order of the words: the instant, whether each party is a client, each party's identifiers; then plain
keys, numbers of columns, bytes that say which are known, bytes of filters, what habits are asked; then what kernels
write: keys of persons and of several parts, answers, their marks, codes of rows, and room in which the windows work.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from itertools import compress
from struct import Struct
from struct import error as StructError  # noqa: N812 - it is a class
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.features import habit_answer
from holdfast.features.habits import ANSWERS, ASKED, JUDGED, Reader
from holdfast.features.identifiers import Recognition
from holdfast.features.layout import Entry, Layout
from holdfast.features.people_kernel import PARTY_WORDS
from holdfast.features.registry import Query, Series
from holdfast.vocabulary.errors import InvalidError
from holdfast.vocabulary.event import Event, Value
from holdfast.windows import Ask, ColumnKind, Leave, Places, Reading, lay_out, patch
from holdfast.windows.lanes import COLUMNS_MAX, plain_float
from holdfast.windows.plan import answer_form, column_form

Words = NDArray[np.int64]
PATCH_WORDS_MAX: Final = 8
_ITEM_WORDS: Final = 6 + COLUMNS_MAX
_REMEMBERED: Final = 65_536
_hashes: dict[str, int] = {}


def _hashed(value: object) -> int:
    """Cut a value to the 64 bits by which distinct ones are told apart; recent answers are remembered."""
    text = str(value)
    found = _hashes.get(text)
    if found is None:
        if len(_hashes) >= _REMEMBERED:
            _hashes.clear()
        digest = blake2b(text.encode(), digest_size=8).digest()
        found = _hashes[text] = int.from_bytes(digest, "big")
    return found


_NUMBERS: Final[dict[ColumnKind, Callable[[Any], int | float]]] = {
    ColumnKind.HASH: _hashed,
    ColumnKind.FLOAT: lambda value: plain_float(float(value)),
    ColumnKind.INTEGER: int,
}


class Sheet:
    """Where everything of one event type stands in its box."""

    def __init__(self, layout: Layout, event_type: str, *, recognition: Recognition, reader: Reader) -> None:
        self._layout = layout
        self._recognition = recognition
        self._reader = reader
        self.judged = JUDGED.get(event_type)
        self.idle = not layout.queries and self.judged is None
        self.mute = self.idle and not layout.persons and not layout.entries
        self.entries = layout.entries
        self._filters = tuple(dict.fromkeys(place for entry in layout.entries for place in entry.filters))
        self._plain = [place for place, (_, is_person) in enumerate(layout.parts) if not is_person]
        self._makers = [(path, *recognition.maker(path)) for path, is_person in layout.parts if not is_person]
        self._columns = [(place, _NUMBERS[kind]) for place, kind in layout.columns]
        self._clients = [f"{path}.customer_id" for path in layout.persons]
        self._give_places()
        self._parties = Struct(f"<q{len(layout.persons)}q" + f"{8 * PARTY_WORDS}s" * len(layout.persons))
        self._rest = Struct("<" + self._form())
        self._names, forms = self._answers()
        self._told = Struct("<" + "".join(forms) + f"{len(forms)}s")
        self.parties = np.array([word for party in self._sights() for word in party], dtype=np.int64)
        self.visit = self._lay_out()
        self.leads = np.array([word for lead in self._leads() for word in lead], dtype=np.int64)
        self.spots = np.array(self._spots(), dtype=np.int64)

    # writing

    def meet(self, event: Event, box: Words) -> None:
        """Write the parties of an event."""
        get, form = event.values.get, self._recognition.packed
        clients = [get(path) is not None for path in self._clients]
        self._parties.pack_into(
            box.data, 0, event.occurred_ms, *clients, *[form(event, path) for path in self._layout.persons]
        )

    def fill(self, event: Event, box: Words) -> None:
        """Write all else that an event says to the past."""
        get = event.values.get
        words: list[Any] = [known.get(get(path)) or make(get(path)) for path, known, make in self._makers]
        if self._layout.program is not None:
            self._cells(self._layout.program(event.values), words)
        if self.judged is not None:
            words += self._reader.question(event)
        try:
            self._rest.pack_into(box.data, 8 * self._keys, *words)
        except StructError as error:
            raise InvalidError("a value does not fit its column", hint=f"columns are 64 bits wide: {error}") from error

    def _cells(self, found: Sequence[object], words: list[Any]) -> None:
        """Add the numbers of an event's rows, which of them are known, and what the filters say."""
        known = []
        for place, turn in self._columns:
            value = found[place]
            known.append(value is not None)
            words.append(0 if value is None else turn(value))
        words += known
        words += [found[place] for place in self._filters]

    # reading

    def has_client(self, event: Event) -> bool:
        """Tell whether the event is an operation of a client of ours, whose habits it follows."""
        return self.judged is not None and event.values.get(f"{self.judged}.customer_id") is not None

    def answers(self, box: Words, end: int) -> dict[str, Value]:
        """Give every answer that is known, by its name; `end` is where the patches end."""
        told = self._told.unpack_from(box.data, 8 * self._out)
        if end > self._patches:
            found = list(told)
            patch(found, box[self._patches : end].tolist())
            told = tuple(found)
        return dict(compress(zip(self._names, told, strict=False), told[-1]))

    # laying out

    def _give_places(self) -> None:
        """Give every part its first word; bytes are counted in bytes."""
        layout = self._layout
        self._keys = 1 + len(layout.persons) * (1 + PARTY_WORDS)
        self._numbers = self._keys + 2 * len(self._plain)
        self._present = 8 * (self._numbers + len(self._columns))
        self._flags = self._present + len(self._columns)
        self._pad = -(len(self._columns) + len(self._filters)) % 8
        self._asked = (self._flags + len(self._filters) + self._pad) // 8
        self._made = self._asked + (habit_answer.ASKED_WORDS if self.judged else 0)
        self._out = self._made + 2 * (len(layout.persons) + len(layout.parts) - len(self._plain) + len(layout.pairs))
        count = sum(len(query.answers) for _, query in layout.queries)
        judged = habit_answer.ANSWERS if self.judged else 0
        self._known = 8 * (self._out + count + judged)
        self._codes = (self._known + count + judged + 7) // 8
        self.created = self._codes + len(layout.entries)
        self._item = self.created + 1
        self._patches = self._item + _ITEM_WORDS
        self.words = self._patches + PATCH_WORDS_MAX * count

    def _form(self) -> str:
        """Give the form of what `fill` writes."""
        numbers = "".join(column_form(kind) for _, kind in self._layout.columns)
        flags = "?" * (len(self._columns) + len(self._filters))
        return f"{'16s' * len(self._plain)}{numbers}{flags}{self._pad}x{ASKED if self.judged else ''}"

    def _answers(self) -> tuple[tuple[str, ...], list[str]]:
        """Give the names of all answers and the form of each."""
        told = [
            (name, "?7x" if reading is Reading.TRUTH else answer_form(query.series.spec, lane))
            for query in self._queries()
            for name, lane, reading in query.answers
        ]
        told += ANSWERS if self.judged else ()
        return tuple(name for name, _ in told), [form for _, form in told]

    def _queries(self) -> Iterator[Query]:
        for _, query in self._layout.queries:
            yield query

    def _sights(self) -> Iterator[tuple[int, int, int]]:
        """Give each party's identifiers, whether it is a client, and its person."""
        count = len(self._layout.persons)
        for number in range(count):
            yield 1 + count + PARTY_WORDS * number, 1 + number, self._made + 2 * number

    def _key(self, place: int) -> int:
        """Give the word of a key by its place in the layout."""
        layout = self._layout
        if place in self._plain:
            return self._keys + 2 * self._plain.index(place)
        if place < len(layout.parts):
            return self._made + 2 * layout.persons.index(layout.parts[place][0])
        return self._made + 2 * (len(layout.persons) + place - len(layout.parts))

    def _lay_out(self) -> Words:
        layout = self._layout
        counted = {query.series for query in self._queries() if query.tentative}
        asks = [
            Ask(
                series=query.series.index,
                key=self._key(place),
                reads=tuple((lane, reading) for _, lane, reading in query.answers),
                counted=query.tentative,
            )
            for place, query in layout.queries
        ]
        first = len(layout.parts)
        return lay_out(
            asks,
            [self._leave(entry, counted) for entry in layout.entries],
            Places(at=0, out=self._out, known=self._known, codes=self._codes, item=self._item, patches=self._patches),
            pairs=[
                (self._key(left), self._key(right), self._key(first + number))
                for number, (left, right) in enumerate(layout.pairs)
            ],
        )

    def _leave(self, entry: Entry, counted: set[Series]) -> Leave:
        return Leave(
            series=entry.series.index,
            key=self._key(entry.key),
            attempts=entry.series.family.attempts,
            asked=entry.series in counted,
            watched=bool(entry.persons) and len(entry.parts) > 1,
            columns=tuple((self._numbers + place, self._present + place) for place in entry.columns),
            filters=tuple(self._flags + self._filters.index(place) for place in entry.filters),
        )

    def _leads(self) -> Iterator[tuple[int, ...]]:
        """Give, for each person in a key of several parts, the row, the series and the words of the other parts."""
        for number, entry in enumerate(self._layout.entries):
            keys = [self._key(place) for place in entry.parts]
            for place in entry.persons if len(keys) > 1 else ():
                after, last = [*keys[place + 1 :], -1, -1][:2]
                before = keys[0] if place else -1
                yield self._codes + number, entry.series.index, keys[place], before, after, last

    def _spots(self) -> list[int]:
        """Give where the kernel of habits finds its parts."""
        if self.judged is None:
            return []
        words = dict(zip(self._layout.persons, self._sights(), strict=True))
        count = len(self._names) - habit_answer.ANSWERS
        payee = words["payee"][0] if "payee" in words else -1
        return [0, *words[self.judged][:2], payee, self._asked, self._out + count, self._known + count]
