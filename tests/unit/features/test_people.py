"""Identifiers that were seen together are one person; two clients of the bank never are."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.features.people import People
from holdfast.vocabulary.keys import Key

A, B, C, D = (Key(number, (2 * number + 1) % 2**64) for number in (1, 2, 2**64 - 1, 2**63))
CLIENTS = {Key(9, 1), Key(9, 3), Key(9, 5)}
clients = st.sampled_from(sorted(CLIENTS))
others = st.lists(st.sampled_from([A, B, C, D]), max_size=3, unique=True)
sightings = st.lists(st.tuples(st.none() | clients, others), max_size=25)


def see(people: People, client: Key | None, identifiers: Sequence[Key]) -> Sequence[tuple[Key, Key]]:
    """Show people a party."""
    return list(people.join([client, *identifiers] if client else identifiers, client))


@settings(max_examples=200, deadline=None)
@given(sightings)
def test_two_clients_are_never_one_person(seen: list[tuple[Key | None, list[Key]]]) -> None:
    """Whatever is seen together in whatever order, each client stays a person of its own."""
    people = People()
    for client, identifiers in seen:
        see(people, client, identifiers)
        met = {one for one, _ in seen if one}
        assert len({people.find(one) for one in met}) == len(met)


@settings(max_examples=100, deadline=None)
@given(sightings, sightings)
def test_people_go_through_a_snapshot(
    before: list[tuple[Key | None, list[Key]]], after: list[tuple[Key | None, list[Key]]]
) -> None:
    """Restored people know the same persons and join the same way from then on."""
    people, restored = People(), People()
    for client, identifiers in before:
        see(people, client, identifiers)
    restored.load(people.snapshot())
    for client, identifiers in after:
        assert see(people, client, identifiers) == see(restored, client, identifiers)
    assert all(people.find(one) == restored.find(one) for one in (A, B, C, D, *CLIENTS))


@settings(max_examples=200, deadline=None)
@given(sightings)
def test_the_past_follows_its_person(seen: list[tuple[Key | None, list[Key]]]) -> None:
    """What was left under a person's key is found under the key of whom the person became, in whatever order."""
    people = People()
    past: dict[Key, set[int]] = {}
    left: dict[Key, set[int]] = {}
    for number, (client, identifiers) in enumerate(seen):
        for source, into in see(people, client, identifiers):
            past.setdefault(into, set()).update(past.pop(source, set()))
        for one in [client, *identifiers][:1] if client else identifiers[:1]:
            past.setdefault(people.find(one), set()).add(number)
            left.setdefault(one, set()).add(number)
        assert all(left[one] <= past[people.find(one)] for one in left)


def test_a_new_person_that_took_over_a_past_hands_it_on() -> None:
    """A client met now takes over a past with the first identifier and becomes part of another with the second."""
    people = People()
    see(people, None, [A])
    see(people, None, [B, C, D])
    client = Key(9, 1)
    moves = see(people, client, [A, B])
    assert [source for source, _ in moves] == [A, client]
    assert moves[0][1] == client
    assert moves[1][1] == people.find(A) == people.find(D)


def test_an_identifier_never_seen_stands_for_itself() -> None:
    """Finding does not enter anything."""
    people = People()
    assert people.find(A) == A
    assert np.array_equal(people.snapshot()["book"], People().snapshot()["book"])


def test_a_chain_of_sightings_is_one_person() -> None:
    """A with B, C with D, then B with C: all four are one, and only those who had a past are told to move."""
    people = People()
    assert see(people, None, [A, B]) == []
    assert see(people, None, [C, D]) == []
    assert len(see(people, None, [B, C])) == 1
    assert see(people, None, [A, D]) == []
    assert len({people.find(one) for one in (A, B, C, D)}) == 1


def test_a_shared_phone_does_not_join_clients() -> None:
    """A phone that two clients gave stays with the first of them."""
    people = People()
    first, second = sorted(CLIENTS)[:2]
    see(people, first, [A])
    see(people, second, [A, B])
    assert people.find(A) == people.find(first) != people.find(second) == people.find(B)


def test_many_people_find_room() -> None:
    """Tables grow while persons are joined, and nobody is mistaken for another."""
    people = People()
    for number in range(1, 5_000):
        see(people, Key(number, 1), [Key(number, 3), Key(number, 5)])
    assert len({people.find(Key(number, 5)) for number in range(1, 5_000)}) == 4_999
    assert all(people.find(Key(number, 5)) == people.find(Key(number, 1)) for number in range(1, 5_000))
    assert people.memory() / (3 * 4_999) < 100
