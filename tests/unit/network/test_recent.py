"""The table of what was lately seen together: bounded, forgetful, and the same after a restart."""

import numpy as np

from holdfast.network.recent import Recent


def test_a_value_counts_once_and_by_its_last_instant() -> None:
    """Seen again, it is the same value, later; an earlier sight changes nothing."""
    table = Recent(8)
    table.see(1, 10, 100)
    table.see(1, 10, 300)
    table.see(1, 10, 200)
    table.see(1, 11, 150)
    assert list(table.seen(1, 0)) == [10, 11]
    assert list(table.seen(1, 150)) == [10]
    assert list(table.seen(1, 299)) == [10]
    assert list(table.seen(1, 300)) == []
    assert list(table.seen(2, 0)) == []


def test_the_latest_value_is_the_one_seen_last() -> None:
    """Nothing is given for an unknown key, or when the last sight is too old."""
    table = Recent(8)
    table.see(1, 10, 100)
    table.see(1, 11, 200)
    table.see(1, 10, 150)
    assert table.latest(1, 0) == 11
    assert table.latest(1, 200) is None
    assert table.latest(2, 0) is None


def test_a_full_row_lets_go_of_what_was_not_seen_for_longest() -> None:
    """So nobody grows the memory without end through one key."""
    table = Recent(2)
    for value, at_ms in ((10, 300), (11, 100), (12, 200)):
        table.see(1, value, at_ms)
    assert sorted(table.seen(1, 0)) == [10, 12]
    empty = Recent(2).memory()
    assert table.memory() - empty > 0
    size = table.memory()
    for value in range(100):
        table.see(1, value, 1_000 + value)
    assert table.memory() == size


def test_old_keys_go_and_newer_ones_stay() -> None:
    """What was last seen at the end of the span or before is gone, with its memory; the order is that of last use."""
    table = Recent(8)
    table.see(1, 10, 100)
    table.see(2, 10, 150)
    table.see(1, 11, 400)
    table.forget(150)
    assert list(table.seen(2, 0)) == []
    assert sorted(table.seen(1, 0)) == [10, 11]
    table.forget(400)
    assert table.memory() == 0


def test_a_snapshot_gives_the_same_table() -> None:
    """Restored and taken on, it is the same to the byte as the one that never stopped."""
    table, again = Recent(3), Recent(3)
    for number in range(50):
        table.see(number % 7, number % 11, number * 10)
    again.see(99, 99, 99)
    again.load(table.snapshot())
    for one in (table, again):
        one.see(3, 5, 10_000)
        one.forget(300)
    left, right = table.snapshot(), again.snapshot()
    assert all(np.array_equal(left[name], right[name]) for name in left)
    assert table.memory() == again.memory()


def test_an_empty_table_can_be_stored() -> None:
    """A server that never saw a listing has a snapshot too."""
    again = Recent(3)
    again.load(Recent(3).snapshot())
    assert again.memory() == 0
