"""Membership in flat arrays answers as a dictionary would, whatever was added, removed or expired before."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.lists import table
from holdfast.lists.membership import Membership, identifier
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.lists import Document, ListEntry, ListKind

KEYS = KeyMaker(secret=b"0123456789abcdef")
PAPER = Document(number="12301450001000001", date="2026-02-03", title="Постановление")
Name = tuple[ListKind, str, str | None]

entries = st.builds(
    ListEntry,
    kind=st.sampled_from([ListKind.ACCOUNT, ListKind.PHONE]),
    value=st.integers(0, 30).map(str),
    bic=st.sampled_from([None, "044525225", "044525974"]),
    police=st.booleans(),
    document=st.sampled_from([None, PAPER]),
    source=st.sampled_from([None, "a", "b"]),
    added_ms=st.integers(0, 10),
    expires_ms=st.one_of(st.none(), st.integers(0, 100)),
)
steps = st.lists(st.tuples(st.booleans(), st.lists(entries, max_size=20)), max_size=12)


def name_of(entry: ListEntry) -> Name:
    """Give what tells entries apart."""
    return entry.kind, entry.value, entry.bic


def played(script: list[tuple[bool, list[ListEntry]]]) -> tuple[Membership, dict[Name, ListEntry]]:
    """Play one script on the membership and on a dictionary."""
    members, oracle = Membership(KEYS), dict[Name, ListEntry]()
    for adds, batch in script:
        if adds:
            members.add(batch)
            oracle |= {name_of(entry): entry for entry in batch}
        else:
            members.remove(batch)
            for entry in batch:
                oracle.pop(name_of(entry), None)
    return members, oracle


def answer(oracle: dict[Name, ListEntry], kind: ListKind, value: str, bic: str | None, at_ms: int) -> int | None:
    """Answer as the membership should: `None` for a hit, else ABSENT or NARROWED."""
    live = [
        e
        for e in oracle.values()
        if (e.kind, e.value) == (kind, value) and (e.expires_ms is None or e.expires_ms > at_ms)
    ]
    if any(entry.bic is None or entry.bic == bic for entry in live):
        return None
    return table.NARROWED if live and bic is None else table.ABSENT


@settings(max_examples=60)
@given(steps, st.integers(0, 100))
def test_membership_equals_a_dictionary(script: list[tuple[bool, list[ListEntry]]], at_ms: int) -> None:
    """After any additions and removals every question at any instant is answered as by a dictionary."""
    members, oracle = played(script)
    assert len(members) == len(oracle)
    for kind in (ListKind.ACCOUNT, ListKind.PHONE):
        for number in range(31):
            for bic in (None, "044525225", "044525974", "044030001"):
                row = members.find(identifier(KEYS, kind, str(number), bic=bic), at_ms=at_ms)
                assert (None if row >= 0 else row) == answer(oracle, kind, str(number), bic, at_ms)


@settings(max_examples=60)
@given(steps)
def test_attributes_are_those_last_added(script: list[tuple[bool, list[ListEntry]]]) -> None:
    """A hit tells the attributes of the entry, also after other rows have moved."""
    members, oracle = played(script)
    for entry in oracle.values():
        assert members.holds(entry)
        if entry.bic is not None or entry.expires_ms == 0:
            continue
        others = [e for e in oracle.values() if (e.kind, e.value) == (entry.kind, entry.value)]
        if len(others) > 1:
            continue
        hit = members.hit(members.find(identifier(KEYS, entry.kind, entry.value), at_ms=0))
        assert (hit.kind, hit.police, hit.document) == (entry.kind, entry.police, entry.document)
        assert (hit.source, hit.added_ms, hit.expires_ms) == (entry.source, entry.added_ms, entry.expires_ms)


@settings(max_examples=30)
@given(steps)
def test_a_restored_membership_is_equal(script: list[tuple[bool, list[ListEntry]]]) -> None:
    """Arrays written and read again hold the same entries."""
    members, oracle = played(script)
    again = Membership.restore(KEYS, members.arrays())
    assert len(again) == len(oracle)
    assert all(again.holds(entry) for entry in oracle.values())
    again.add([ListEntry(kind=ListKind.CARD, value="1")])
    assert again.find(identifier(KEYS, ListKind.CARD, "1"), at_ms=0) >= 0


def test_expiry_ends_at_its_instant() -> None:
    """An entry is live before its expiry and not at it."""
    members = Membership(KEYS)
    members.add([ListEntry(kind=ListKind.CARD, value="1", expires_ms=100)])
    asked = identifier(KEYS, ListKind.CARD, "1")
    assert members.find(asked, at_ms=99) >= 0
    assert members.find(asked, at_ms=100) == table.ABSENT


def test_the_police_mark_is_named_first() -> None:
    """Of two entries for one account the one with the mark answers."""
    plain = ListEntry(kind=ListKind.ACCOUNT, value="1")
    marked = replace(plain, bic="044525225", police=True)
    for batch in ([plain, marked], [marked, plain]):
        members = Membership(KEYS)
        members.add(batch)
        assert members.is_marked(members.find(identifier(KEYS, "account", "1", bic="044525225"), at_ms=0))
        assert not members.is_marked(members.find(identifier(KEYS, "account", "1"), at_ms=0))


def test_memory_grows_by_less_than_a_hundred_bytes_an_entry() -> None:
    """Rows and table stay under the bound that capacity planning counts with."""
    members = Membership(KEYS)
    for start in range(0, 40_000, 1_000):
        members.add(ListEntry(kind=ListKind.CARD, value=str(n), source="s") for n in range(start, start + 1_000))
    assert members.size_bytes < 100 * len(members)


def test_many_documents_are_packed() -> None:
    """More documents than are remembered for reuse are still told apart, and survive a restore."""
    members = Membership(KEYS)
    members.add(
        ListEntry(kind=ListKind.CARD, value=str(n), document=Document(number=f"n-{n}", date=None)) for n in range(5_000)
    )
    again = Membership.restore(KEYS, members.arrays())
    for n in (0, 1, 4_095, 4_096, 4_999):
        hit = again.hit(again.find(identifier(KEYS, ListKind.CARD, str(n)), at_ms=0))
        assert hit.document == Document(number=f"n-{n}", date=None)


def test_documents_that_left_are_let_go() -> None:
    """A list whose documents all change daily does not grow; what entries refer to stays theirs."""
    members = Membership(KEYS)
    for day in range(4):
        members.add(
            ListEntry(kind=ListKind.CARD, value=str(n), source="s", document=Document(number=f"{day}-{n}"))
            for n in range(3_000)
        )
    members.add([ListEntry(kind=ListKind.CARD, value="none", source="t")])
    packed = members.copy()
    assert packed.size_bytes < members.size_bytes
    for n in (0, 7, 2_999):
        hit = packed.hit(packed.find(identifier(KEYS, ListKind.CARD, str(n)), at_ms=0))
        assert (hit.document, hit.source) == (Document(number=f"3-{n}"), "s")
    hit = packed.hit(packed.find(identifier(KEYS, ListKind.CARD, "none"), at_ms=0))
    assert (hit.document, hit.source) == (None, "t")


def test_tenants_share_no_keys() -> None:
    """The same value under another tenant's secret is another key."""
    other = KeyMaker(secret=b"fedcba9876543210")
    assert identifier(KEYS, "card", "1").key != identifier(other, "card", "1").key


@pytest.mark.parametrize("size", [1, 2, 31, 32, 33])
def test_colliding_keys_survive_deletion(size: int) -> None:
    """Rows that all start probing at one slot are found after any of them is taken out."""
    rows = np.zeros((size, table.WIDTH), dtype=np.uint64)
    rows[:, table.HIGH] = 7
    rows[:, table.LOW] = np.arange(1, size + 1)
    rows[:, table.EXPIRES] = table.NEVER
    for gone in range(size):
        slots, store = np.full(64, -1, dtype=np.int32), np.zeros_like(rows)
        count = table.put(slots, store, 0, rows)
        count = table.drop(slots, store, count, rows[gone : gone + 1, :3].copy())
        assert count == size - 1
        found = [table.find(slots, store, 7, low, 0, 0, 0) >= 0 for low in range(1, size + 1)]
        assert found == [low != gone for low in range(size)]
