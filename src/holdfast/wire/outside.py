"""What is sent to a provider and what it answers, as JSON: strict, and no value of the wrong type passes."""

from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any, Final

import msgspec

from holdfast.vocabulary.errors import GarbageError
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.outside import OUTSIDE, ProviderSpec, Told, outside_of
from holdfast.vocabulary.schema import FieldType
from holdfast.wire.canonical import canonical
from holdfast.wire.replies import read_facts

LONGEST_ANSWER: Final = 65_536
LONGEST_TEXT: Final = 256
_LARGEST: Final = 2**53  # what every JSON reader takes as a whole number
_NAMED: Final = f'"{OUTSIDE}'.encode()
_DECODER: Final = msgspec.json.Decoder()


def read_outside(facts: bytes) -> dict[str, Value]:
    """Read out of sealed facts what had come from outside; most facts hold nothing of that."""
    return outside_of(read_facts(facts).values) if _NAMED in facts else {}


def question_bytes(asked: Mapping[str, Value]) -> bytes:
    """Write what is asked; equal questions have equal bytes."""
    return canonical(asked)


def read_answer(spec: ProviderSpec, data: bytes) -> dict[str, Value]:
    """Read an answer: each declared value, or `None` where it is absent or null.

    Raises GarbageError when it is no JSON object or one value has another type than declared: an answer that is wrong
    in one place is not believed in another. The message never holds a value.
    """
    root = read_json(data)
    if not isinstance(root, dict):
        raise GarbageError("the answer is no JSON object")
    return {told.name: _value(told, found_at(root, told.at)) for told in spec.answers}


def read_json(data: bytes) -> Any:
    """Read any JSON; GarbageError when it is none."""
    try:
        return _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise GarbageError("the answer is no JSON") from None


def value_at(root: Any, name: str, kind: FieldType) -> Value:
    """Take one named value of a JSON object, `None` where absent or null; GarbageError when it is of another type."""
    if not isinstance(root, dict):
        raise GarbageError("the answer is no JSON object")
    return _value(Told(name=name, type=kind, at=(name,)), root.get(name))


def found_at(root: Any, at: tuple[str, ...]) -> Any:
    """Walk down a JSON pointer; what is not there is `None`."""
    for step in at:
        if isinstance(root, dict):
            root = root.get(step)
        elif isinstance(root, list):
            root = root[int(step)] if step.isascii() and step.isdigit() and int(step) < len(root) else None
        else:
            return None
    return root


def _value(told: Told, found: Any) -> Value:
    """Take one value of the declared type."""
    if found is None:
        return None
    value = _READERS[told.type](found)
    if value is None:
        raise GarbageError(f"`{told.name}` is no {told.type.value}", pointer="/" + "/".join(told.at))
    return value


def _flag(found: Any) -> Value:
    return found if isinstance(found, bool) else None


def _integer(found: Any) -> Value:
    whole = isinstance(found, int) and not isinstance(found, bool)
    return found if whole and abs(found) <= _LARGEST else None


def _number(found: Any) -> Value:
    numeric = isinstance(found, int | float) and not isinstance(found, bool)
    return float(found) if numeric and abs(found) <= _LARGEST and isfinite(found) else None


def _text(found: Any) -> Value:
    return found if isinstance(found, str) and 0 < len(found) <= LONGEST_TEXT else None


def _instant(found: Any) -> Value:
    try:
        instant = datetime.fromisoformat(found) if isinstance(found, str) else None
    except ValueError:
        return None
    return to_ms(instant) if instant is not None and instant.tzinfo is not None else None


_READERS: Final = {
    FieldType.BOOL: _flag,
    FieldType.INTEGER: _integer,
    FieldType.NUMBER: _number,
    FieldType.TEXT: _text,
    FieldType.INSTANT: _instant,
}
ANSWER_TYPES: Final = tuple(kind.value for kind in _READERS)
