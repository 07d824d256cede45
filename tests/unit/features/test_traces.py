"""Traces say where a person's history lies, once each, and go with it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.features.identifiers import combine
from holdfast.features.people import People
from holdfast.features.traces import NOBODY, Trace, Traces
from holdfast.vocabulary.keys import Key

halves = st.integers(0, 2**64 - 1)
keys = st.builds(lambda high, low: Key(high, low | 1), halves, halves)
places = st.just(NOBODY) | keys
traces = st.builds(
    lambda series, before, after, last: Trace(
        series=series, before=before, after=after, last=last if after.low else NOBODY
    ),
    st.integers(0, 200),
    places,
    places,
    places,
)
ANNA, BORIS, RUB = Key(2**64 - 1, 1), Key(5, 2**64 - 1), Key(7, 7)


def test_the_key_has_its_parts_in_order() -> None:
    """A trace gives back the key under which the windows keep the log."""
    assert Trace(series=1).key(ANNA) == ANNA
    assert Trace(series=1, before=BORIS, after=RUB).key(ANNA) == combine(combine(BORIS, ANNA), RUB)
    assert Trace(series=1, after=BORIS, last=RUB).key(ANNA) == combine(combine(ANNA, BORIS), RUB)


def test_a_pair_with_oneself_is_renamed_on_both_sides() -> None:
    """Where the other one of a pair is the same person, it bears the new name too."""
    carla = Key(11, 13)
    assert Trace(series=1, after=ANNA, last=RUB).renamed(ANNA, carla) == Trace(series=1, after=carla, last=RUB)
    assert Trace(series=1, before=ANNA).renamed(ANNA, carla) == Trace(series=1, before=carla)
    assert Trace(series=1, before=BORIS).renamed(ANNA, carla) == Trace(series=1, before=BORIS)


def test_a_trace_is_remembered_once_and_left_once() -> None:
    """The same trace again adds nothing; who has left has no traces."""
    held = Traces(People())
    for _ in range(3):
        held.remember(ANNA, Trace(series=3, before=BORIS))
    assert list(held.leave(ANNA)) == [Trace(series=3, before=BORIS)]
    assert list(held.leave(ANNA)) == []


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(keys | st.sampled_from([ANNA, BORIS]), traces), max_size=20))
def test_traces_go_through_a_snapshot(noted: list[tuple[Key, Trace]]) -> None:
    """Restored traces are the same, in the same order, and a trace noted before is still noted."""
    people = People(), People()
    held, restored = map(Traces, people)
    for person, trace in noted:
        held.remember(person, trace)
    people[1].load(people[0].snapshot())
    restored.load(held.snapshot())
    for person, trace in noted:
        restored.remember(person, trace)
    for person, _ in noted:
        assert list(restored.leave(person)) == list(held.leave(person))
