"""From a message to its values by the names that rules use, in straight code made once for each type of event.

The code is made from the declared structs alone: every name in it is that of one of their members, and no text of a
caller ever enters it.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any, Final

from msgspec import inspect as shapes

from holdfast.vocabulary.errors import InvalidError
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.instants import to_ms
from holdfast.wire.events import Message
from holdfast.wire.fields import members, parts_of, rule_name, struct_shape


def column(parts: Sequence[Any], name: str) -> tuple[str, ...]:
    """Give one member of several parts as texts; a part that lacks it gives none, one that has several gives all."""
    found: list[str] = []
    for part in parts:
        value = getattr(part, name)
        if isinstance(value, tuple):
            found += value
        elif value is not None:
            found.append(value)
    return tuple(found)


def refuse_bytes(parts: Sequence[Any], name: str) -> None:
    """Refuse parts that hold raw bytes: an event is stored, and they must not be."""
    if any(getattr(part, name) is not None for part in parts):
        hint = "send fingerprints, which `holdfast photos` or `POST /v1/photos` gives"
        raise InvalidError("the bytes of photos are taken by a server only, one event a call", hint=hint)


Flatten = Callable[[Any], dict[str, Value]]
_SPACE: Final = {"__builtins__": {}, "instant": to_ms, "day": date.isoformat, "column": column, "refuse": refuse_bytes}
_WRITTEN: Final[dict[type[shapes.Type], str]] = {shapes.DateTimeType: "instant(value)", shapes.DateType: "day(value)"}


@cache
def flattener(kind: type[Message]) -> Flatten:
    """Make the function that gives the present values of one kind of message.

    Instants are epoch milliseconds, days text; a value that is absent has no name.
    """
    rows = ["def flatten(message):", " values = {}", *_rows(struct_shape(kind), "", read="message"), " return values"]
    space: dict[str, Any] = dict(_SPACE)
    exec(compile("\n".join(rows), "<event>", "exec"), space)  # noqa: S102 - see the module's docstring
    made: Flatten = space["flatten"]
    return made


def _rows(kind: shapes.StructType, prefix: str, *, read: str, pad: str = " ") -> Iterator[str]:
    """Write what takes over the leaves of one struct, then those of the structs inside it."""
    told = [(member, inner) for member, inner, _ in members(kind, prefix)]
    for member, inner in told:
        parts = parts_of(inner)
        if parts is not None:
            yield f"{pad}value = {read}.{member.name}"
            yield f"{pad}if value is not None:"
            for one, column_kind, _ in members(parts, member.name):
                if isinstance(column_kind, shapes.BytesType):
                    yield f"{pad} refuse(value, {one.name!r})"
                    continue
                name = f"{prefix}{member.name}.{one.name}"
                yield f"{pad} found = column(value, {one.name!r})"
                yield f"{pad} if found: values[{name!r}] = found"
        elif not isinstance(inner, shapes.StructType):
            name = rule_name(prefix + member.name)
            yield f"{pad}value = {read}.{member.name}"
            yield f"{pad}if value is not None: values[{name!r}] = {_WRITTEN.get(type(inner), 'value')}"
    for member, inner in told:
        if isinstance(inner, shapes.StructType):
            part = f"{read}_{member.name}"
            yield f"{pad}{part} = {read}.{member.name}"
            yield f"{pad}if {part} is not None:"
            yield from _rows(inner, f"{prefix}{member.name}.", read=part, pad=pad + " ")
