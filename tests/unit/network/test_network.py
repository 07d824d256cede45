"""The parts of the network answer in their order, and leave the same state live, folded again and restored."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from holdfast.network.network import Network, with_network
from holdfast.network.part import Arrays
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.schema import EventSchema, Field, FieldType

TYPES = ("listing_published", "transfer")
SCHEMA = EventSchema(fields={name: {} for name in TYPES})


def listing(name: str) -> Event:
    """Make a listing."""
    return Event(id=EventId(name), type=TYPES[0], occurred_ms=1, received_ms=1, values={"listing.listing_id": name})


class Count:
    """Counts the listings of the past."""

    name: ClassVar[str] = "count"
    heeds: ClassVar[frozenset[str]] = frozenset({"listing_published"})

    def __init__(self) -> None:
        self.seen = 0
        self.reads = 0

    def fields(self, event_type: str) -> Sequence[Field]:
        """Say how many there were."""
        return [Field(path="seen", type=FieldType.INTEGER)] if event_type == TYPES[0] else []

    def read(self, event: Event, seq: int, known: Mapping[str, Value]) -> Mapping[str, Value]:
        """Give the count."""
        del event, seq, known
        self.reads += 1
        return {"seen": self.seen}

    def happened(self, event: Event, seq: int, *, known: Mapping[str, Value], outcome: str) -> None:
        """Count one more."""
        del seq, known
        self.seen += event.type == TYPES[0] and outcome == "allow"

    def memory(self) -> int:
        """One number."""
        return 8

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Give the number."""
        return {"seen": np.array([self.seen], dtype=np.int64)}

    def load(self, arrays: Arrays) -> None:
        """Take over the number."""
        self.seen = int(arrays["seen"][0])


class Parity(Count):
    """Says whether what the first part counted is even, and remembers what it was told."""

    name: ClassVar[str] = "parity"

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Value] = []

    def fields(self, event_type: str) -> Sequence[Field]:
        """Say whether it is even."""
        return [Field(path="even", type=FieldType.BOOL)] if event_type == TYPES[0] else []

    def read(self, event: Event, seq: int, known: Mapping[str, Value]) -> Mapping[str, Value]:
        """Read the count of the other part."""
        del event, seq
        return {"even": int(str(known["seen"])) % 2 == 0}

    def happened(self, event: Event, seq: int, *, known: Mapping[str, Value], outcome: str) -> None:
        """Keep what was known before."""
        del event, seq, outcome
        self.told.append(known["even"])


def made() -> tuple[Network, Count, Parity]:
    """Make a network of both parts."""
    count, parity = Count(), Parity()
    return Network((count, parity), TYPES, derived=lambda event: event), count, parity


def test_a_later_part_reads_what_an_earlier_one_said() -> None:
    """What is known grows from part to part, and an event becomes past with what was known before it."""
    network, _, parity = made()
    for number, expected in enumerate((True, False, True)):
        event = listing(f"l-{number}")
        assert network.read(event, number) == {"seen": number, "even": expected}
        network.happened(event, number, outcome="allow")
    assert parity.told == [True, False, True]


def test_what_was_just_read_is_not_read_again() -> None:
    """A decision reads once; an event that nobody decided, or the log folded again, leaves the same state."""
    live, count, _ = made()
    again, other, told = made()
    for number in range(3):
        event = listing(f"l-{number}")
        live.read(event, number)
        live.happened(event, number, outcome="allow")
        again.happened(event, number, outcome="allow")
    assert count.reads == other.reads == 3
    assert (count.seen, told.told) == (other.seen, [True, False, True])


def test_a_snapshot_holds_every_part_under_its_own_name() -> None:
    """What one network wrote another reads; names of parts keep their arrays apart."""
    network, _, _ = made()
    network.happened(listing("l"), 1, outcome="allow")
    restored, count, _ = made()
    restored.load(network.snapshot())
    assert count.seen == 1
    assert sorted(network.snapshot()) == ["count/seen", "parity/seen"]
    assert network.fingerprint == "count,parity"


def test_bank_events_ask_no_part() -> None:
    """A transfer reads nothing, and the schema gains names only where a part declares them."""
    network, count, parity = made()
    moved = Event(id=EventId("t"), type="transfer", occurred_ms=1, received_ms=1, values={})
    assert network.read(moved, 1) == {}
    network.happened(moved, 1, outcome="allow")
    assert count.reads == 0
    fields = with_network(SCHEMA, (count, parity)).fields
    assert set(fields["listing_published"]) == {"seen", "even"}
    assert not fields["transfer"]
