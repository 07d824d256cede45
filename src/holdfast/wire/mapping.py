"""Mapping files: how the columns of a bank's own file become events, with every fault pointed at.

A mapping is YAML: `event` names the event type, `columns` says which column fills which field of the wire and how
its cells are read, `constants` are values for every row, `label` is the truth to compare decisions with (never an
input of them). A file's columns are bound once; reading a row is then a walk over a flat list of steps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import yaml
from msgspec import Struct, ValidationError

from holdfast.vocabulary.errors import HoldfastError, InvalidError, MappingError
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.schema import Field, FieldType
from holdfast.vocabulary.spelling import meant, one_of
from holdfast.wire import conversions
from holdfast.wire.body_faults import body_fault
from holdfast.wire.codec import AHEAD_MS, invalid
from holdfast.wire.conversions import CellError, Convert
from holdfast.wire.events import EVENT_MESSAGES, Message
from holdfast.wire.fields import MINOR, event_schema, rule_name, type_name

MAX_BYTES: Final = 100_000
_PLAIN: Final = (str, int, float)
_MESSAGES: Final = {type_name(message): message for message in EVENT_MESSAGES}
_OPTIONS: Final[Mapping[FieldType, frozenset[str]]] = {
    FieldType.TEXT: frozenset({"prefix"}),
    FieldType.MONEY: frozenset({"decimals", "decimal", "rounded"}),
    FieldType.INSTANT: frozenset({"zone", "format", "epoch", "shift_days"}),
}


class ColumnSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one column is read; which keys are allowed depends on the type of the field that it fills."""

    column: str
    words: dict[str, bool | int | str] | None = None
    prefix: str | None = None
    decimals: int | None = None
    decimal: Literal[".", ","] | None = None
    rounded: bool | None = None
    zone: str | None = None
    format: str | None = None
    epoch: Literal["s", "ms"] | None = None
    shift_days: int | None = None


class LabelSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the truth stands: cells among `bad` mean fraud, empty cells that nothing is known, all others honest."""

    column: str
    bad: list[bool | int | str]


class _MappingFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file as written; columns and label are read one by one, so that a fault can point at them."""

    event: str
    columns: dict[str, Any]
    constants: dict[str, Any] = {}
    label: Any = None
    empty: list[str] = []
    separator: str = ","
    encoding: str = "utf-8-sig"


class _Step(NamedTuple):
    """One cell's way: where it stands, which part of the message and which value it fills, and how."""

    place: int
    part: str
    key: str
    name: str
    instant: bool
    convert: Convert
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowMapping:
    """A mapping that was read and checked, not yet bound to the columns of a file."""

    event: str
    columns: Mapping[str, ColumnSpec]
    constants: Mapping[str, Value]
    label: LabelSpec | None
    empty: frozenset[str]
    separator: str
    encoding: str

    def names(self) -> tuple[str, ...]:
        """Give the names of the file's columns that are needed, each once."""
        wanted = [spec.column for spec in self.columns.values()]
        return tuple(dict.fromkeys(wanted + ([self.label.column] if self.label else [])))

    def bind(self, present: Sequence[str]) -> "RowReader":
        """Find the columns in a file that has `present`; cells are then given in the order of `present`."""
        for field, spec in self.columns.items():
            _find(spec.column, present, f"/columns/{field}")
        if self.label is not None:
            _find(self.label.column, present, "/label")
        return RowReader(self, {name: place for place, name in enumerate(present)})


class Row(NamedTuple):
    """One event read from a file: its message for the record, its flat values, and its label.

    `label` is true for fraud, `None` for unknown, and never among the values; `sent` is what `message` was filled from.
    """

    line: int
    message: Message
    event: Event
    label: bool | None
    sent: Message | None = None


class RowReader:
    """A mapping bound to the columns of one file."""

    def __init__(self, mapping: RowMapping, places: Mapping[str, int]) -> None:
        self._type = mapping.event
        self._message = _MESSAGES[mapping.event]
        self._empty = mapping.empty
        self._steps = [
            _step(field, spec, event=mapping.event, place=places[spec.column])
            for field, spec in mapping.columns.items()
        ]
        self._constants = _parts(mapping.constants)
        self._names = {rule_name(path): value for path, value in mapping.constants.items()}
        self._parts = sorted({step.part for step in self._steps} | set(self._constants))
        self._instants = [step for step in self._steps if step.instant and step.name != "occurred_at"]
        self._label = places[mapping.label.column] if mapping.label else None
        self._bad = frozenset(_word(value) for value in mapping.label.bad) if mapping.label else frozenset()

    def read(self, line: int, cells: Sequence[Any]) -> Row:
        """Read one row; InvalidError with the pointer of the field when a cell cannot be used."""
        parts = {name: dict(self._constants.get(name, ())) for name in self._parts}
        values: dict[str, Value] = dict(self._names)
        for step in self._steps:
            cell = cells[step.place]
            if cell is None or cell == "" or (self._empty and str(cell) in self._empty):
                continue
            value = _converted(step, cell)
            parts[step.part][step.key] = value
            if step.key != "id" or step.part:
                values[step.name] = to_ms(value) if step.instant else value
        message = self._checked(parts)
        occurred_ms = to_ms(message.occurred_at)
        event = Event(
            id=EventId(message.id), type=self._type, occurred_ms=occurred_ms, received_ms=occurred_ms, values=values
        )
        self._refuse_future(event)
        return Row(line, message, event, self._truth(cells))

    def _checked(self, parts: dict[str, dict[str, Any]]) -> Message:
        """Let the wire's own types check the values, so that a file is held to what HTTP is held to."""
        top = parts.pop("")
        try:
            return msgspec.convert({**top, **parts}, self._message)
        except ValidationError as error:
            raise invalid(error) from None

    def _refuse_future(self, event: Event) -> None:
        for step in self._instants:
            value = event.values.get(step.name)
            if isinstance(value, int) and value > event.occurred_ms + AHEAD_MS:
                raise InvalidError(
                    f"column `{step.column}` lies after the event itself", pointer="/" + step.name.replace(".", "/")
                )

    def _truth(self, cells: Sequence[Any]) -> bool | None:
        if self._label is None:
            return None
        cell = cells[self._label]
        return (
            None if cell is None or cell == "" else _word(cell if isinstance(cell, _PLAIN) else str(cell)) in self._bad
        )


def parse_mapping(data: bytes) -> RowMapping:
    """Read a mapping file; every fault is a MappingError with the pointer of its place."""
    written = _convert(_plain_yaml(data), _MappingFile, "")
    if written.event not in _MESSAGES:
        raise MappingError(
            f"there is no event type `{written.event}`", pointer="/event", hint=_near(written.event, _MESSAGES)
        )
    fields = _wire_fields(written.event)
    columns = {field: _column(field, spec, fields) for field, spec in written.columns.items()}
    for field in written.constants:
        _known(field, fields, f"/constants/{field}")
        if field in columns:
            raise MappingError(f"`{field}` is both a column and a constant", pointer=f"/constants/{field}")
    label = None if written.label is None else _convert(written.label, LabelSpec, "/label")
    mapping = RowMapping(
        event=written.event,
        columns=columns,
        constants={field: _constant(field, value, fields) for field, value in written.constants.items()},
        label=label,
        empty=frozenset(written.empty),
        separator=_one_character(written.separator),
        encoding=written.encoding,
    )
    _check_required(mapping)
    return mapping


def _plain_yaml(data: bytes) -> Any:
    """Read YAML as plain data, refusing a key that stands twice."""
    if len(data) > MAX_BYTES:
        raise MappingError(f"the file has {len(data)} bytes, more than {MAX_BYTES}")
    try:
        text = data.decode("utf-8")
        root = yaml.compose(text, yaml.SafeLoader)
        _refuse_twice(root, "")
        return yaml.safe_load(text)
    except UnicodeDecodeError:
        raise MappingError("the file is not UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "not readable"
        raise MappingError(f"not valid YAML{where}: {problem}", hint="check indentation, quotes and colons") from None


def _refuse_twice(node: yaml.Node | None, pointer: str) -> None:
    """Refuse keys that stand twice, of which YAML would silently keep the last."""
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, child in node.value:
        here = f"{pointer}/{key.value}"
        if key.value in seen:
            raise MappingError(f"`{key.value}` stands twice", pointer=here, hint="keep one of the two")
        seen.add(key.value)
        _refuse_twice(child, here)


def _convert(data: Any, kind: type[Any], pointer: str) -> Any:
    """Check plain data against a struct; the pointer of a fault starts with `pointer`."""
    try:
        return msgspec.convert(data, kind)
    except ValidationError as error:
        fault = body_fault(error, kind)
        raise MappingError(fault.message, pointer=pointer + fault.pointer, hint=fault.hint) from None


def _near(word: str, known: Any) -> str:
    """Name the known word that was probably meant, or all of them."""
    return meant(word, known, otherwise=one_of(known))


def _wire_fields(event: str) -> dict[str, Field]:
    """Give the fields of one event type by their wire names, and `id`."""
    fields = {
        path + (MINOR if field.type is FieldType.MONEY else ""): field
        for path, field in event_schema().fields[event].items()
        if field.type not in {FieldType.PARTY, FieldType.TEXTS}
    }
    return {"id": Field(path="id", type=FieldType.TEXT), **fields}


def _known(field: str, fields: Mapping[str, Field], pointer: str) -> Field:
    found = fields.get(field)
    if found is None:
        raise MappingError(f"the event has no field `{field}`", pointer=pointer, hint=_near(field, fields))
    return found


def _column(field: str, written: Any, fields: Mapping[str, Field]) -> ColumnSpec:
    """Read one column's line: a mere name, or a name with how its cells are read."""
    pointer = f"/columns/{field}"
    kind = _known(field, fields, pointer).type
    spec: ColumnSpec = _convert({"column": written} if isinstance(written, str) else written, ColumnSpec, pointer)
    allowed = _OPTIONS.get(kind, frozenset()) | {"column", "words"}
    for option in spec.__struct_fields__:
        if getattr(spec, option) is not None and option not in allowed:
            raise MappingError(
                f"`{option}` does not fit `{field}`, which is {kind.value}",
                pointer=f"{pointer}/{option}",
                hint=f"allowed are {', '.join(sorted(allowed))}",
            )
    _check_options(spec, kind, pointer)
    return spec


def _check_options(spec: ColumnSpec, kind: FieldType, pointer: str) -> None:
    """Check the values of a column's options."""
    if kind is FieldType.MONEY and (spec.decimals is None or not 0 <= spec.decimals <= 6):
        raise MappingError(
            "an amount needs `decimals`, 0 to 6",
            pointer=f"{pointer}/decimals",
            hint="2 turns 10.50 into 1050 minor units; 0 says that the column holds minor units",
        )
    if spec.zone is not None:
        try:
            ZoneInfo(spec.zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise MappingError(
                f"there is no time zone `{spec.zone}`", pointer=f"{pointer}/zone", hint="for example `Europe/Moscow`"
            ) from None


def _constant(field: str, value: Any, fields: Mapping[str, Field]) -> Value:
    """Read a constant; its type is checked with the rest of the message."""
    kind = fields[field].type
    if kind is FieldType.INSTANT or isinstance(value, dict | list) or value is None:
        raise MappingError(
            "a constant is one text, number or truth value, and never an instant", pointer=f"/constants/{field}"
        )
    return float(value) if kind is FieldType.NUMBER and isinstance(value, int) else value


def _one_character(separator: str) -> str:
    if len(separator) != 1:
        raise MappingError("the separator is one character", pointer="/separator", hint="for example `;`")
    return separator


def _check_required(mapping: RowMapping) -> None:
    """Refuse a mapping that leaves out what every event of the type must have, or whose constants are wrong."""
    given = {*mapping.columns, *mapping.constants}
    for member in msgspec.structs.fields(_MESSAGES[mapping.event]):
        name = member.name
        if member.required and not any(field == name or field.startswith(name + ".") for field in given):
            raise MappingError(f"`{name}` is missing", pointer="/columns", hint=f"every {mapping.event} needs it")
    if mapping.constants:
        _check_constants(mapping)


def _check_constants(mapping: RowMapping) -> None:
    """Let the wire's own types check each constant alone."""
    for field, value in mapping.constants.items():
        parts = _parts({field: value})
        try:
            msgspec.convert({**parts.pop("", {}), **parts}, _MESSAGES[mapping.event])
        except ValidationError as error:
            fault: HoldfastError = invalid(error)
            if "missing required" not in fault.message:
                raise MappingError(fault.message, pointer=f"/constants/{field}", hint=fault.hint) from None


def _parts(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Group values by the part of the message that they stand in; the message itself is the empty text."""
    parts: dict[str, dict[str, Any]] = {"": {}}
    for path, value in values.items():
        head, _, tail = path.rpartition(".")
        parts.setdefault(head, {})[tail] = value
    return parts


def _find(column: str, present: Sequence[str], pointer: str) -> None:
    if column not in present:
        raise MappingError(f"the file has no column `{column}`", pointer=pointer, hint=_near(column, present))


def _step(field: str, spec: ColumnSpec, *, event: str, place: int) -> _Step:
    """Compile one column."""
    kind = _wire_fields(event)[field].type
    head, _, tail = field.rpartition(".")
    return _Step(place, head, tail, rule_name(field), kind is FieldType.INSTANT, _conversion(spec, kind), spec.column)


def _conversion(spec: ColumnSpec, kind: FieldType) -> Convert:
    """Choose the conversion for a field's type."""
    if spec.words is not None:
        return conversions.words(spec.words)
    if kind is FieldType.MONEY:
        comma = spec.decimal == ","
        return conversions.minor_units(spec.decimals or 0, comma=comma, rounded=bool(spec.rounded))
    if kind is FieldType.INSTANT:
        zone = ZoneInfo(spec.zone) if spec.zone else None
        return conversions.instant(zone=zone, written=spec.format, epoch=spec.epoch, shift_days=spec.shift_days or 0)
    return conversions.BY_TYPE.get(kind) or conversions.text(spec.prefix or "")


def _converted(step: _Step, cell: Any) -> Any:
    try:
        return step.convert(cell)
    except CellError as error:
        pointer = "/" + f"{step.part}.{step.key}".strip(".").replace(".", "/")
        raise InvalidError(f"column `{step.column}` {error.message}", pointer=pointer, hint=error.hint) from None


@lru_cache(maxsize=256)
def _word(value: Any) -> str:
    """Write a label's cell as text: true and 1 are one, 1.0 too; labels are few, so that most are known already."""
    if isinstance(value, bool | float) and float(value).is_integer():
        return str(int(value))
    return str(value)
