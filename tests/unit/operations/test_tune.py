"""Tuning: the threshold for a budget, and what a sign did, by group."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from holdfast.operations.tune import (
    Rehearsed,
    Truth,
    by_rail,
    by_scene,
    by_segment,
    counted,
    curve,
    scenes_found,
    tallies,
    tally,
    threshold,
)

SIGN = "ru.od-2506.1.6"


def judged(
    score: float | None,
    *,
    fraud: bool = False,
    fired: bool = False,
    rail: str = "sbp",
    story: str = "",
    counts: bool = True,
) -> Rehearsed:
    """Make one judged transfer."""
    scene = story.partition("-")[0]
    truth = Truth(fraud=fraud, counts=counts, scene=scene, scene_id=story, segment="student")
    signs = frozenset({SIGN}) if fired else frozenset[str]()
    raw = score or 0.0
    return Rehearsed(truth=truth, event_type="transfer", rail=rail, client="c-1", score=score, raw=raw, signs=signs)


@given(st.lists(st.floats(0, 6).map(lambda one: round(one, 3)), min_size=1, max_size=200), st.floats(0, 10_000))
def test_the_threshold_keeps_the_budget(scores: Sequence[float], budget: float) -> None:
    """At most the budgeted share of honest operations reaches the threshold, frauds and unknown ones not counted."""
    operations = [*map(judged, scores), judged(None), judged(9.0, fraud=True)]
    found = threshold(operations, budget)
    assert sum(score >= found for score in scores) <= budget * (len(scores) + 1) / 10_000 or found == 0.0


def test_a_budget_of_nothing_stops_nobody() -> None:
    """Without a budget the threshold lies above every honest score."""
    assert threshold([judged(2.5), judged(1.0)], 0) == 2.501


def test_a_tally_counts_what_the_sign_did() -> None:
    """Honest stops in 10,000, clients, recall, and honest stopped per fraud at the natural share."""
    operations = [*[judged(0.0)] * 98, judged(4.0, fired=True), judged(4.0, fired=True)]
    operations += [judged(5.0, fraud=True, fired=True), judged(1.0, fraud=True)]
    found = tally(operations, SIGN, scale=0.1)
    assert (found.honest, found.stopped, found.clients, found.per_10k) == (100, 2, 1, 200.0)
    assert (found.frauds, found.found, found.recall, found.per_fraud) == (2, 1, 0.5, 20.0)


def test_nothing_found_has_no_price() -> None:
    """Where no fraud was found, no ratio is invented; where there was none, no share."""
    found = tally([judged(4.0, fired=True)], SIGN)
    assert found.per_fraud is None
    assert found.recall is None


def test_operations_are_grouped() -> None:
    """By rail, by kind of client, by story of fraud; a story is found when one of its operations is."""
    operations = [
        judged(0.0),
        judged(4.0, rail="order", fraud=True, fired=True, story="takeover-1"),
        judged(1.0, fraud=True, story="takeover-1"),
        judged(1.0, fraud=True, story="takeover-2"),
        judged(1.0, story="traveller-3"),
    ]
    assert [(row.group, row.frauds) for row in tallies(by_rail(operations), SIGN, scale=1)] == [
        ("order", 1),
        ("sbp", 2),
    ]
    assert [row.group for row in tallies(by_segment(operations), SIGN, scale=1)] == ["student"]
    assert list(by_scene(operations, fraud=True)) == ["takeover"]
    assert list(by_scene(operations, fraud=False)) == ["traveller"]
    assert scenes_found(operations, SIGN) == (2, 1)


def test_only_operations_after_the_warm_up_count() -> None:
    """Profiles are filled before anything is counted, and other types are left out."""
    operations = [judged(1.0, counts=False), judged(1.0)]
    assert len(counted(operations, "transfer")) == 1
    assert counted(operations, "cash_withdrawal") == []


def test_the_curve_is_read_off_honest_operations() -> None:
    """One in ten of a hundred even steps lies at ninety."""
    assert curve([judged(float(step)) for step in range(1, 101)])[0] == (90.0, 1.0)
