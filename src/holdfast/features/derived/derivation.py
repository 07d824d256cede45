"""One family of derived values: which names it adds to events of a type, and what they are for one event."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from holdfast.vocabulary.event import Value
from holdfast.vocabulary.schema import Field


class Derivation(Protocol):
    """A pure function of one event's values; equal values give equal answers, on every machine and in every year."""

    def fields(self, event_type: str, known: Mapping[str, Field]) -> Sequence[Field]:
        """Declare the names that are added to events of a type whose fields are `known`; most types get none."""
        ...

    def derive(self, event_type: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """Give the added values of one event; an absent name is unknown."""
        ...
