"""Shares: what was agreed holds at all times, a fair share counts between those who call."""

import pytest

from holdfast.operations.shares import Shares

SECOND = 1_000_000_000


def test_a_declared_share_is_kept_each_second_and_not_saved_up() -> None:
    """Ten a second are ten at once, then one every tenth of a second; a pause gives ten again and no more."""
    shares = Shares({"bank": 10})
    assert [shares.keeps_word("bank", 0) for _ in range(12)] == [True] * 10 + [False] * 2
    assert [shares.keeps_word("bank", SECOND // 10) for _ in range(2)] == [True, False]
    assert sum(shares.keeps_word("bank", 60 * SECOND) for _ in range(30)) == 10
    assert all(shares.keeps_word("other", 0) for _ in range(100))


def test_a_key_alone_has_no_share_to_exceed() -> None:
    """Fairness is between keys."""
    shares = Shares({})
    shares.note("bank", 0, 1_000)
    assert shares.of("bank", 0, 10) is None


def test_a_fair_share_is_what_can_be_answered_divided_by_those_who_call() -> None:
    """Of 1,000 a second with two keys, each has 500; one that only asked has had nothing of it."""
    shares = Shares({})
    shares.note("loud", 0, 750)
    shares.note("quiet", 0, 0)
    assert shares.of("loud", 0, 1_000) == pytest.approx(1.5)
    assert shares.of("quiet", 0, 1_000) == 0
    assert shares.of("stranger", 0, 1_000) == 0


def test_use_fades_and_silence_gives_the_share_back() -> None:
    """After a second about a third is left; who has been silent for two is no longer counted."""
    shares = Shares({})
    shares.note("loud", 0, 1_000)
    shares.note("loud", SECOND, 0)
    shares.note("quiet", SECOND, 0)
    assert shares.of("loud", SECOND, 1_000) == pytest.approx(2 * 0.368, rel=0.01)
    shares.note("quiet", 4 * SECOND, 0)
    assert shares.of("quiet", 4 * SECOND, 1_000) is None


def test_strangers_cannot_fill_the_memory() -> None:
    """Keys that have not called for a while are dropped, and all of them when there are too many at once."""
    shares = Shares({})
    for number in range(5_000):
        shares.note(str(number), 0)
    assert len(shares._uses) <= 1_024
