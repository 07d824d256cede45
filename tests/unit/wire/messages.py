"""Messages of every type made from the structs themselves, so that a new field is tested by being declared."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st
from msgspec import inspect as shapes
from msgspec import json

from holdfast.vocabulary.instants import to_ms
from holdfast.wire.events import EVENT_MESSAGES
from holdfast.wire.fields import struct_shape

Json = dict[str, Any]
NOW = datetime(2026, 5, 8, 9, 0, tzinfo=UTC)
NOW_MS = to_ms(NOW)
TYPES = tuple(sorted(str(struct_shape(message).tag) for message in EVENT_MESSAGES))
_SHAPES = {str(struct_shape(message).tag): struct_shape(message) for message in EVENT_MESSAGES}
_PLAIN: dict[type[shapes.Type], st.SearchStrategy[Any]] = {
    shapes.BoolType: st.booleans(),
    shapes.DateType: st.dates().map(date.isoformat),
}
_READ_AS = {"from": "sender", "to": "recipient"}
_BY_PATTERN = {"A-Z]{3}": "RUB", "A-Z]{2}": "RU", "{64}": "a1" * 32, "{196}": "ph1." + "A" * 196, "x20-": "c-1"}


def _bare(kind: shapes.Type) -> shapes.Type:
    """Strip what is optional and what is only said about a type."""
    while True:
        if isinstance(kind, shapes.Metadata):
            kind = kind.type
        elif isinstance(kind, shapes.UnionType):
            kind = next(part for part in kind.types if not isinstance(part, shapes.NoneType))
        else:
            return kind


def _told(kind: shapes.StructType) -> list[shapes.Field]:
    """Give the members of an object, without raw bytes, which the door takes out before the codec."""
    return [field for field in kind.fields if not isinstance(_bare(field.type), shapes.BytesType)]


def _sample(kind: shapes.Type) -> Any:
    """Give one valid value of a type."""
    kind = _bare(kind)
    if isinstance(kind, shapes.StructType):
        fields = _told(kind)
        return {field.encode_name: _sample(field.type) for field in fields}
    if isinstance(kind, shapes.VarTupleType):
        return [_sample(kind.item_type)]
    if isinstance(kind, shapes.StrType):
        return next((text for mark, text in _BY_PATTERN.items() if mark in (kind.pattern or "")), "word")
    if isinstance(kind, shapes.IntType):
        return max(7, kind.ge or 0)
    samples: dict[type[shapes.Type], Any] = {
        shapes.BoolType: True,
        shapes.FloatType: 1.5,
        shapes.DateTimeType: "2026-05-08T12:00:00+03:00",
        shapes.DateType: "2026-05-08",
    }
    return kind.values[0] if isinstance(kind, shapes.LiteralType) else samples[type(kind)]


def full(event_type: str) -> Json:
    """Give a message of a type with every field that the wire knows."""
    return {"type": event_type, **_sample(_SHAPES[event_type])}


def leaves(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Walk the values of a message by the names that rules read; several parts give one value for each member."""
    for name, value in content.items():
        path = prefix + _READ_AS.get(name, name)
        if isinstance(value, dict):
            yield from leaves(value, f"{path}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            (part,) = value
            yield from ((f"{path}.{member}", _texts_of(found)) for member, found in part.items())
        else:
            yield path, _texts_of(value) if isinstance(value, list) else value


def _texts_of(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list) else (value,)


def _texts(kind: shapes.StrType) -> st.SearchStrategy[str]:
    fixed = next((text for mark, text in _BY_PATTERN.items() if mark in (kind.pattern or "")), None)
    if kind.pattern and "x20-" in kind.pattern:
        return st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=9)
    if fixed is not None:
        return st.just(fixed)
    return st.text(st.characters(exclude_categories=["Cs"]), min_size=kind.min_length or 0, max_size=9)


def _instants() -> st.SearchStrategy[str]:
    """Give instants of the last century up to now, with any offset."""
    offsets = st.sampled_from(["Z", "+00:00", "+03:00", "-11:30"])
    past = st.datetimes(min_value=datetime(1930, 1, 1), max_value=datetime(2026, 5, 7))  # noqa: DTZ001 - offset follows
    return st.builds(lambda at, offset: at.isoformat() + offset, past, offsets)


def _numbers(kind: shapes.IntType | shapes.FloatType) -> st.SearchStrategy[Any]:
    if isinstance(kind, shapes.IntType):
        return st.integers(kind.ge or 0, kind.le)
    return st.floats(kind.ge, kind.le)


def _values(kind: shapes.Type) -> st.SearchStrategy[Any]:
    """Give a strategy for the values of a type."""
    kind = _bare(kind)
    if isinstance(kind, shapes.StructType):
        return _objects(kind)
    if isinstance(kind, shapes.StrType):
        return _texts(kind)
    if isinstance(kind, shapes.VarTupleType):
        return st.lists(_values(kind.item_type), max_size=3)
    if isinstance(kind, shapes.IntType | shapes.FloatType):
        return _numbers(kind)
    if isinstance(kind, shapes.LiteralType):
        return st.sampled_from(kind.values)
    return _instants() if isinstance(kind, shapes.DateTimeType) else _PLAIN[type(kind)]


def _objects(kind: shapes.StructType) -> st.SearchStrategy[Json]:
    """Give objects with all required members and any of the others, some of them null."""
    required = {field.encode_name: _values(field.type) for field in _told(kind) if field.required}
    others = {field.encode_name: st.none() | _values(field.type) for field in _told(kind) if not field.required}
    return st.fixed_dictionaries(required, optional=others)


@cache
def messages() -> st.SearchStrategy[Json]:
    """Give valid messages of all types."""
    return st.one_of(
        [
            st.tuples(st.just({"type": name}), _objects(_SHAPES[name])).map(lambda pair: pair[0] | pair[1])
            for name in TYPES
        ]
    )


def body(content: object) -> bytes:
    """Write JSON."""
    return json.encode(content)


def minutes_later(minutes: float) -> str:
    """Write an instant that lies minutes after `NOW`."""
    return (NOW + timedelta(minutes=minutes)).isoformat()
