"""What is wrong with the body of a call, with a hint that the declared body gives."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, ValidationError, inspect

from holdfast.vocabulary.errors import InvalidError
from holdfast.vocabulary.spelling import meant, one_of
from holdfast.wire.codec import invalid


def body_fault(error: ValidationError, kind: type[Struct]) -> InvalidError:
    """Turn a validation error of a body into a problem; its hint names the words or the fields that may stand there."""
    fault = invalid(error)
    way = fault.pointer.split("/")[1:]
    around, found = _at(kind, way[:-1]), _at(kind, way)
    if isinstance(found, inspect.LiteralType):
        hint = one_of(map(str, found.values))
    elif isinstance(around, inspect.StructType) and found is None:
        known = [field.encode_name for field in around.fields]
        hint = meant(way[-1], known, otherwise=f"remove it; known are {', '.join(known)}")
    else:
        hint = fault.hint
    return InvalidError(fault.message, pointer=fault.pointer, hint=hint)


def _at(kind: type[Struct], way: Sequence[str]) -> Any:
    """Give the type that was declared for a place; nothing where no place is declared."""
    found: Any = inspect.type_info(kind)
    for step in way:
        if isinstance(found, inspect.StructType):
            found = next((field.type for field in found.fields if field.encode_name == step), None)
        else:
            found = getattr(found, "item_type", None)
        if isinstance(found, inspect.UnionType):
            found = next((one for one in found.types if not isinstance(one, inspect.NoneType)), None)
    return found
