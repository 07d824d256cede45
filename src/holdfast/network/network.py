"""All indexes of one tenant's marketplace, asked in their order."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from numpy.typing import NDArray

from holdfast.network.part import Arrays, Part
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.schema import EventSchema, Field

One = TypeVar("One")


def with_network(schema: EventSchema, parts: Sequence[Part]) -> EventSchema:
    """Give the schema together with the names that parts may say."""
    fields: dict[str, Mapping[str, Field]] = {}
    for event_type, known in schema.fields.items():
        found = dict(known)
        for one in (one for part in parts for one in part.fields(event_type)):
            if one.path in found:
                raise Bug(f"`{one.path}` of {event_type} is declared twice")
            found[one.path] = one
        fields[event_type] = found
    return EventSchema(fields=fields, subject=schema.subject)


class Network:
    """The parts; a later one may use what an earlier one said of the same event, as it is with its derived values."""

    def __init__(self, parts: Sequence[Part], event_types: Sequence[str], *, derived: Callable[[Event], Event]) -> None:
        self._derived = derived
        self._parts = tuple(parts)
        self._asked = {name: tuple(part for part in parts if part.fields(name)) for name in event_types}
        self._heeding = {name: tuple(part for part in parts if name in part.heeds) for name in event_types}
        self._read: tuple[Event | None, int, Mapping[str, Value]] = (None, 0, {})

    def read(self, event: Event, seq: int) -> Mapping[str, Value]:
        """Say what the past tells about an event, by name."""
        asked = self._asked[event.type]
        if not asked:
            return {}
        event = self._derived(event)
        known: dict[str, Value] = dict(event.values)
        found: dict[str, Value] = {}
        for part in asked:
            said = part.read(event, seq, known)
            found |= said
            known |= said
        self._read = (event, seq, known)
        return found

    def happened(self, event: Event, seq: int, *, outcome: str) -> None:
        """Let an event become part of the past."""
        heeding = self._heeding[event.type]
        if not heeding:
            return
        event = self._derived(event)
        last, at, known = self._read
        if last is not event or at != seq:
            known = {**event.values, **self.read(event, seq)}
        self._read = (None, 0, {})
        for part in heeding:
            part.happened(event, seq, known=known, outcome=outcome)

    def part(self, kind: type[One]) -> One:
        """Give the one part of a kind, for what people ask beside decisions."""
        return next(part for part in self._parts if isinstance(part, kind))

    def memory(self) -> Mapping[str, int]:
        """Give the bytes that each part uses."""
        return {part.name: part.memory() for part in self._parts}

    @property
    def fingerprint(self) -> str:
        """Name the kind of state."""
        return ",".join(part.name for part in self._parts)

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Give the whole state as arrays."""
        return {f"{part.name}/{name}": array for part in self._parts for name, array in part.snapshot().items()}

    def load(self, arrays: Arrays) -> None:
        """Take over the state of a snapshot; raises KeyError, and takes nothing, where something is missing."""
        missing = self.snapshot().keys() - arrays.keys()
        if missing:
            raise KeyError(*sorted(missing))
        for part in self._parts:
            start = f"{part.name}/"
            part.load({name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)})
