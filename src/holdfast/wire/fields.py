"""From message structs to the flat schema: names, types and limits are declared once, in the structs."""

from collections.abc import Iterator
from functools import cache

from msgspec import Struct
from msgspec import inspect as shapes

from holdfast.vocabulary.schema import EventSchema, Field, FieldType
from holdfast.wire.events import EVENT_MESSAGES, SUBJECT, Message

MINOR = "_minor"
_SEVERAL = shapes.VarTupleType(item_type=shapes.StrType())
_SKIPPED = frozenset({"id", "type"})
_TYPES: dict[type[shapes.Type], FieldType] = {
    shapes.BoolType: FieldType.BOOL,
    shapes.IntType: FieldType.INTEGER,
    shapes.FloatType: FieldType.NUMBER,
    shapes.StrType: FieldType.TEXT,
    shapes.LiteralType: FieldType.TEXT,
    shapes.DateTimeType: FieldType.INSTANT,
    shapes.DateType: FieldType.TEXT,
    shapes.VarTupleType: FieldType.TEXTS,
}


def rule_name(path: str) -> str:
    """Give the name of a path in rules: `amount_minor` is read as `amount`.

    The path is that of the structs, in which `from` and `to` of a message are `sender` and `recipient`.
    """
    return path.removesuffix(MINOR)


def bare(kind: shapes.Type) -> tuple[shapes.Type, dict[str, object]]:
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


def members(kind: shapes.StructType, prefix: str) -> Iterator[tuple[shapes.Field, shapes.Type, dict[str, object]]]:
    """Give the members of one struct that rules can read, each with its bare type and its extras."""
    for member in kind.fields:
        if prefix or member.name not in _SKIPPED:
            yield member, *bare(member.type)


def parts_of(kind: shapes.Type) -> shapes.StructType | None:
    """Give the struct of which a member holds several; each of its members is read as one column of texts."""
    if not isinstance(kind, shapes.VarTupleType):
        return None
    inner, _ = bare(kind.item_type)
    return inner if isinstance(inner, shapes.StructType) else None


def _below(kind: shapes.StructType, prefix: str) -> Iterator[tuple[str, shapes.Type, dict[str, object]]]:
    """Walk the leaves and the nested objects below one struct: (wire path, type, extras)."""
    for member, inner, extra in members(kind, prefix):
        path = prefix + member.name
        parts = parts_of(inner)
        if parts is not None:
            columns = (one for one in members(parts, path) if not isinstance(one[1], shapes.BytesType))
            yield from ((f"{path}.{column.name}", _SEVERAL, marks) for column, _, marks in columns)
            continue
        yield path, inner, extra
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
        leaves = [_field(path, kind, extra) for path, kind, extra in _below(shape, "")]
        fields[str(shape.tag)] = {field.path: field for field in leaves}
    return EventSchema(fields=fields, subject=SUBJECT)


@cache
def instant_names(event_type: str) -> tuple[str, ...]:
    """List the names of an event type that hold instants."""
    fields = event_schema().fields[event_type]
    return tuple(name for name, field in fields.items() if field.type is FieldType.INSTANT)


def type_name(message: type[Message] | Message) -> str:
    """Give the event type that a message's tag names."""
    return str(message.__struct_config__.tag)
