"""A lot drawn for an event by a keyed hash of its id: nobody outside can foresee it, and a replay draws the same."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from numpy.typing import NDArray

from holdfast.network.part import Arrays
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.schema import Field, FieldType

DRAW: Final = "draw"
_READERS: Final = frozenset({"payout", "listing_published"})
_BITS: Final = 53  # what a float holds without rounding


class Draws:
    """Draws a number from 0 up to 1 for the events at which owners are checked at random; it remembers nothing."""

    name: ClassVar[str] = "draws"
    heeds: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, keys: KeyMaker) -> None:
        self._keys = keys

    def fields(self, event_type: str) -> Sequence[Field]:
        """Declare the lot."""
        return (Field(path=DRAW, type=FieldType.NUMBER, title="lot"),) if event_type in _READERS else ()

    def read(self, event: Event, seq: int, known: Mapping[str, Value]) -> Mapping[str, Value]:  # noqa: ARG002 - as every part is asked
        """Draw the event's lot: below 0.02 for two events of a hundred."""
        return {DRAW: (self._keys.fresh("draw", event.id).high >> (64 - _BITS)) / 2**_BITS}

    def happened(self, event: Event, seq: int, *, known: Mapping[str, Value], outcome: str) -> None:
        """Remember nothing."""

    def memory(self) -> int:
        """Give the bytes that the state uses: none."""
        return 0

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Give no arrays."""
        return {}

    def load(self, arrays: Arrays) -> None:
        """Take over nothing."""
