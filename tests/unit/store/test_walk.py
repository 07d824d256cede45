"""The walk along the chain over a store in memory, whose records a test can change."""

from typing import Any

import pytest
from msgspec import structs

from holdfast.store import MemoryStore
from holdfast.vocabulary.stored import ChainFault
from tests.unit.store.making import StillClock, accept, record


@pytest.fixture
def store() -> MemoryStore:
    """Give a store in memory with nine records."""
    made = MemoryStore(clock=StillClock())
    accept(made, *(record(seq) for seq in range(1, 10)))
    return made


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"event": b"{}"}, "event"),
        ({"facts": b"{}"}, "facts"),
        ({"judgement": b""}, "judgement"),
        ({"reply": b"{}"}, "reply"),
        ({"act": b"{}"}, "act"),
        ({"threads": ("dec_1",)}, "threads"),
        ({"received_ms": 1}, "header"),
        ({"event_id": "tr-77"}, "header"),
    ],
)
def test_a_changed_record_is_named(store: MemoryStore, change: dict[str, Any], differs: str) -> None:
    """Whatever of a record is changed, the walk names the record and the part."""
    store._records[4] = structs.replace(store._records[4], **change)
    assert store.verify_chain().fault == ChainFault(seq=5, differs=differs)


def test_records_that_changed_places_are_found(store: MemoryStore) -> None:
    """Two records that were exchanged with their numbers and their proofs are found at the first of them."""
    store._records[4], store._records[5] = (
        structs.replace(store._records[5], seq=5),
        structs.replace(store._records[4], seq=6),
    )
    store._proofs[4], store._proofs[5] = store._proofs[5], store._proofs[4]
    assert store.verify_chain().fault == ChainFault(seq=5, differs="header")


def test_a_link_from_elsewhere_is_found(store: MemoryStore) -> None:
    """A record whose contents are right does not stand when its link is another."""
    store._proofs[4] = (store._proofs[4][0], store._proofs[3][1])
    assert store.verify_chain().fault == ChainFault(seq=5, differs="link")
