"""One index over the marketplace's past: what it answers about an event, and what the event leaves in it."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

from numpy.typing import NDArray

from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.schema import Field

Arrays = Mapping[str, NDArray[Any]]


class Part(Protocol):
    """A bounded function of the log: the same events leave the same state, live, rebuilt and restored.

    `heeds` are the types of events that become part of its past.
    """

    name: ClassVar[str]
    heeds: ClassVar[frozenset[str]]

    def fields(self, event_type: str) -> Sequence[Field]:
        """Declare the names that `read` may give for events of a type; most types get none."""
        ...

    def read(self, event: Event, seq: int, known: Mapping[str, Value]) -> Mapping[str, Value]:
        """Say what the past tells about an event that is not part of it yet; nothing changes.

        `known` are the event's values with what earlier parts said; an absent name is unknown.
        """
        ...

    def happened(self, event: Event, seq: int, *, known: Mapping[str, Value], outcome: str) -> None:
        """Let an event become part of the past, with what was known of it before that, which `read` was given too.

        `outcome` is that of its decision, `allow` where it had none.
        """
        ...

    def memory(self) -> int:
        """Give the bytes that the state uses."""
        ...

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Give the whole state as arrays of keyed hashes and numbers."""
        ...

    def load(self, arrays: Arrays) -> None:
        """Take over the state of a snapshot."""
        ...
