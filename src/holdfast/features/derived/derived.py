"""All derived values of an event, as if they had come with it."""

from collections.abc import Mapping, Sequence

from msgspec import structs

from holdfast.features.derived.derivation import Derivation
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.schema import EventSchema, Field


def with_derived(schema: EventSchema, derivations: Sequence[Derivation]) -> EventSchema:
    """Give the schema together with the names that derivations add; each may read those of the ones before it."""
    fields: dict[str, Mapping[str, Field]] = {}
    for event_type, known in schema.fields.items():
        found = dict(known)
        for derivation in derivations:
            for one in derivation.fields(event_type, found):
                if one.path in found:
                    raise Bug(f"`{one.path}` of {event_type} is declared twice")
                found[one.path] = one
        fields[event_type] = found
    return EventSchema(fields=fields, subject=schema.subject)


class Derived:
    """Adds what derivations say of an event to it; an event that none speaks about stays the same object."""

    def __init__(self, derivations: Sequence[Derivation], schema: EventSchema) -> None:
        self._by_type: dict[str, tuple[Derivation, ...]] = {}
        for event_type, known in schema.fields.items():
            fields = dict(known)
            speaking = []
            for derivation in derivations:
                added = derivation.fields(event_type, fields)
                if added:
                    speaking.append(derivation)
                    fields |= {one.path: one for one in added}
            if speaking:
                self._by_type[event_type] = tuple(speaking)
        self._last: tuple[Event | None, Event | None] = (None, None)

    def of(self, event: Event) -> Event:
        """Give the event with its derived values; what was given last is kept, for it is asked several times."""
        speaking = self._by_type.get(event.type)
        if speaking is None:
            return event
        given, made = self._last
        if made is not None and (event is given or event is made):
            return made
        values: dict[str, Value] = dict(event.values)
        for derivation in speaking:
            values |= derivation.derive(event.type, values)
        whole = structs.replace(event, values=values)
        self._last = (event, whole)
        return whole


UNDERIVED = Derived((), EventSchema(fields={}))
"""Adds nothing to any event."""
