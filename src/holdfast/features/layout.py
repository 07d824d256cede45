"""What the fold does for the events of one type, worked out once: which keys it makes, reads under and writes under."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.features.registry import Family, Query, Registry, Series
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.schema import EventSchema, Field, FieldType, currency_of
from holdfast.windows import ColumnKind

PERSONS: Final = frozenset({"payer", "payee", "client", "seller", "sender", "recipient", "mentioned"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row that an event type writes: `key` is the place of its key, `parts` are the places of what the key is of.

    `columns` and `filters` are places among the layout's columns and in the program's answer, `persons` are places
    among the parts.
    """

    series: Series
    key: int
    parts: tuple[int, ...]
    columns: tuple[int, ...]
    filters: tuple[int, ...]
    persons: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One event type: its persons, the parts of keys as (path, whether it is a person), and everything made of them.

    A key of several parts is made from an earlier one: `pairs` are places of two keys whose combination is the next.
    """

    persons: tuple[str, ...]
    parts: tuple[tuple[str, bool], ...]
    pairs: tuple[tuple[int, int], ...]
    queries: tuple[tuple[int, Query], ...]
    entries: tuple[Entry, ...]
    columns: tuple[tuple[int, ColumnKind], ...]
    program: Callable[[Mapping[str, Value]], tuple[object, ...]] | None


class _Places:
    """Gives each key of an event type its place: first all single parts, then what is combined of them."""

    def __init__(self, paths: Sequence[tuple[str, ...]]) -> None:
        self.parts = tuple(dict.fromkeys(part for path in paths for part in path))
        self.pairs: list[tuple[int, int]] = []
        self._places: dict[tuple[str, ...], int] = {(part,): place for place, part in enumerate(self.parts)}

    def place(self, path: tuple[str, ...]) -> int:
        """Give the place of the key at the paths, adding it when new."""
        if path not in self._places:
            pair = (self.place(path[:-1]), self._places[path[-1:]])
            self._places[path] = len(self.parts) + len(self.pairs)
            self.pairs.append(pair)
        return self._places[path]


def _whole(paths: tuple[str, ...], family: Family, currency: str | None) -> tuple[str, ...]:
    """Add the currency of the event at hand where sums are kept apart by it."""
    return (*paths, currency) if family.money and currency is not None else paths


def layouts(registry: Registry, schema: EventSchema) -> dict[str, Layout]:
    """Work out the layout of every event type."""
    return {event_type: _layout(registry, event_type, fields) for event_type, fields in schema.fields.items()}


def _layout(registry: Registry, event_type: str, fields: Mapping[str, Field]) -> Layout:
    persons = frozenset(path for path in PERSONS if path in fields and fields[path].type is FieldType.PARTY)
    currency = currency_of(fields)
    queries, ingest = registry.queries.get(event_type, ()), registry.ingests.get(event_type)
    series = ingest.series if ingest else ()
    asked = [_whole(query.now, query.series.family, currency) for query in queries]
    written = [_whole(one.family.then, one.family, currency) for one in series]
    places = _Places([*asked, *written])
    columns = tuple(dict.fromkeys(column for one in series for column in one.columns))
    entries = [
        Entry(
            series=one,
            key=places.place(path),
            parts=tuple(places.parts.index(part) for part in path),
            columns=tuple(columns.index(column) for column in one.columns),
            filters=one.filter_places,
            persons=tuple(place for place, part in enumerate(one.family.then) if part in persons),
        )
        for one, path in zip(series, written, strict=True)
    ]
    return Layout(
        persons=tuple(sorted(persons)),
        parts=tuple((part, part in persons) for part in places.parts),
        queries=tuple((places.place(path), query) for path, query in zip(asked, queries, strict=True)),
        entries=tuple(entries),
        pairs=tuple(places.pairs),
        columns=columns,
        program=ingest.program if ingest else None,
    )
