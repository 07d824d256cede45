"""Whose word counts for an act of two people."""

from holdfast.operations.vouching import forget_word, vouching
from tests.unit.operations.shards import SlowStore, StillClock


def test_two_spellings_are_one_person() -> None:
    """A name in other letters adds nobody; another person does, for the same hash alone and until it is forgotten."""
    store = SlowStore(StillClock())
    assert vouching(store, "w", "1", people=("Anna",)) == ("Anna",)
    assert vouching(store, "w", "1", people=(" anna ",)) == (" anna ",)
    assert vouching(store, "w", "1", people=("Boris",)) == (" anna ", "Boris")
    assert vouching(store, "w", "2", people=("Boris",)) == ("Boris",)
    forget_word(store, "w")
    assert vouching(store, "w", "2", people=("Anna",)) == ("Anna",)
