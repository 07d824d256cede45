"""From message structs to the flat schema: names, types and limits are declared once, in the structs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from msgspec import Struct
from msgspec import inspect as shapes

from holdfast.vocabulary.event import Value
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.schema import EventSchema, Field, FieldType
from holdfast.wire.events import EVENT_MESSAGES, SUBJECT, Message

MINOR = "_minor"
_SKIPPED = frozenset({"id", "type"})
_TYPES: dict[type[shapes.Type], FieldType] = {
    shapes.BoolType: FieldType.BOOL,
    shapes.IntType: FieldType.INTEGER,
    shapes.FloatType: FieldType.NUMBER,
    shapes.StrType: FieldType.TEXT,
    shapes.LiteralType: FieldType.TEXT,
    shapes.DateTimeType: FieldType.INSTANT,
    shapes.DateType: FieldType.TEXT,
}
_WRITTEN: dict[type[shapes.Type], Callable[[Any], Value]] = {
    shapes.DateTimeType: to_ms,
    shapes.DateType: date.isoformat,
}


def rule_name(path: str) -> str:
    """Give the name of a wire path in rules: `amount_minor` is read as `amount`."""
    return path.removesuffix(MINOR)


def _bare(kind: shapes.Type) -> tuple[shapes.Type, dict[str, object]]:
    """Strip optionality and metadata from a type, collecting the metadata's extras."""
    extra: dict[str, object] = {}
    while True:
        if isinstance(kind, shapes.Metadata):
            extra |= kind.extra or {}
            kind = kind.type
        elif isinstance(kind, shapes.UnionType):
            kind = next(part for part in kind.types if not isinstance(part, shapes.NoneType))
        else:
            return kind, extra


def _below(kind: shapes.StructType, prefix: str) -> Iterator[tuple[str, shapes.Type, dict[str, object], str]]:
    """Walk the leaves and the nested objects below one struct: (wire path, type, extras, struct's name)."""
    for member in kind.fields:
        if member.name in _SKIPPED and not prefix:
            continue
        inner, extra = _bare(member.type)
        path = prefix + member.encode_name
        yield path, inner, extra, kind.cls.__doc__ or ""
        if isinstance(inner, shapes.StructType):
            yield from _below(inner, path + ".")


def _field(path: str, kind: shapes.Type, extra: dict[str, object]) -> Field:
    """Describe one name of the schema."""
    if isinstance(kind, shapes.StructType):
        return Field(path=path, type=FieldType.PARTY)
    money = path.endswith(MINOR)
    words = tuple(str(word) for word in kind.values) if isinstance(kind, shapes.LiteralType) else ()
    return Field(
        path=rule_name(path),
        type=FieldType.MONEY if money else _TYPES[type(kind)],
        currency=".".join([*path.split(".")[:-1], "currency"]) if money else None,
        words=words,
        list_kind=str(extra["list_kind"]) if "list_kind" in extra else None,
        personal=bool(extra.get("personal", False)),
    )


def struct_shape(message: type[Struct]) -> shapes.StructType:
    """Give the inspected shape of one struct."""
    shape = shapes.type_info(message)
    while isinstance(shape, shapes.Metadata):
        shape = shape.type
    if not isinstance(shape, shapes.StructType):  # narrows the type; a message is always a struct
        raise TypeError(message.__name__)
    return shape


@cache
def event_schema() -> EventSchema:
    """Give the schema of all event types."""
    fields: dict[str, dict[str, Field]] = {}
    for message in EVENT_MESSAGES:
        shape = struct_shape(message)
        leaves = [_field(path, kind, extra) for path, kind, extra, _ in _below(shape, "")]
        fields[str(shape.tag)] = {field.path: field for field in leaves}
    return EventSchema(fields=fields, subject=SUBJECT)


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One leaf: the attribute to read, its name in rules, and how its value is written there, if otherwise."""

    attribute: str
    name: str
    written: Callable[[Any], Value] | None


@cache
def _leaves(kind: type[Struct], prefix: str) -> tuple[tuple[_Leaf, ...], tuple[tuple[str, type[Struct], str], ...]]:
    """Give the leaves of one struct and its nested structs as (attribute, struct, prefix)."""
    leaves: list[_Leaf] = []
    nested: list[tuple[str, type[Struct], str]] = []
    for member in struct_shape(kind).fields:
        if member.name in _SKIPPED and not prefix:
            continue
        inner, _ = _bare(member.type)
        if isinstance(inner, shapes.StructType):
            nested.append((member.name, inner.cls, f"{prefix}{member.encode_name}."))
        else:
            name = rule_name(prefix + member.encode_name)
            leaves.append(_Leaf(member.name, name, _WRITTEN.get(type(inner))))
    return tuple(leaves), tuple(nested)


def _fill(values: dict[str, Value], content: Struct, prefix: str) -> None:
    """Add the present leaves of one struct and of those below it."""
    leaves, nested = _leaves(type(content), prefix)
    for leaf in leaves:
        value = getattr(content, leaf.attribute)
        if value is not None:
            values[leaf.name] = leaf.written(value) if leaf.written else value
    for attribute, _, below in nested:
        inner = getattr(content, attribute)
        if inner is not None:
            _fill(values, inner, below)


def flatten(message: Message) -> dict[str, Value]:
    """Give the present values of one message by their names in rules; instants are epoch milliseconds, days text."""
    values: dict[str, Value] = {}
    _fill(values, message, "")
    return values


@cache
def instant_names(event_type: str) -> tuple[str, ...]:
    """List the names of an event type that hold instants."""
    fields = event_schema().fields[event_type]
    return tuple(name for name, field in fields.items() if field.type is FieldType.INSTANT)


def type_name(message: type[Message] | Message) -> str:
    """Give the event type that a message's tag names."""
    return str(message.__struct_config__.tag)
