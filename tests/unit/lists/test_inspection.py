"""Every reason for quarantine is found, and only a second person sets one aside."""

from dataclasses import replace

import pytest

from holdfast.lists.inspection import Doubt, Finding, Snapshot, SnapshotLimits, Standing, inspect, require_release
from holdfast.vocabulary.errors import ForbiddenError, QuarantinedError

GOOD = Snapshot(type="inn", declared_type="inn", published_ms=2_000, rows=1_000, entries=1_000, declared_rows=1_000)
NOW = Standing(entries=1_000, published_ms=1_000)
LIMITS = SnapshotLimits()


def doubts(snapshot: Snapshot, current: Standing | None = NOW, limits: SnapshotLimits = LIMITS) -> set[Doubt]:
    """Name the doubts about one snapshot."""
    return {finding.doubt for finding in inspect(snapshot, current, limits)}


def test_a_good_snapshot_has_no_findings() -> None:
    """Right type, newer, whole and of the usual size: it is used at once."""
    assert inspect(GOOD, NOW, LIMITS) == ()
    assert inspect(GOOD, None, LIMITS) == ()


@pytest.mark.parametrize(
    ("snapshot", "doubt"),
    [
        (replace(GOOD, declared_type="phoneNumber"), Doubt.WRONG_TYPE),
        (replace(GOOD, published_ms=1_000), Doubt.NOT_NEWER),
        (replace(GOOD, published_ms=999), Doubt.NOT_NEWER),
        (replace(GOOD, published_ms=None), Doubt.UNDATED),
        (replace(GOOD, entries=0), Doubt.EMPTY),
        (replace(GOOD, faults=11), Doubt.FAULTY),
        (replace(GOOD, ended=False), Doubt.TRUNCATED),
        (replace(GOOD, narrow=1), Doubt.TRUNCATED),
        (replace(GOOD, declared_rows=1_001), Doubt.COUNT),
        (replace(GOOD, gone=201), Doubt.SHRINKS),
        (replace(GOOD, new=501), Doubt.GROWS),
    ],
)
def test_each_doubt_is_found_alone(snapshot: Snapshot, doubt: Doubt) -> None:
    """One fault gives one finding, with a message that says what was found."""
    findings = inspect(snapshot, NOW, LIMITS)
    assert [finding.doubt for finding in findings] == [doubt]
    assert findings[0].message


def test_every_doubt_has_its_case() -> None:
    """All findings of one hopeless file come at once."""
    hopeless = Snapshot(
        type="inn",
        declared_type="swift",
        published_ms=1,
        rows=9,
        entries=0,
        declared_rows=8,
        faults=9,
        narrow=9,
        gone=1_000,
        new=900,
    )
    assert doubts(hopeless) == set(Doubt) - {Doubt.UNDATED}


@pytest.mark.parametrize(
    "snapshot",
    [
        replace(GOOD, faults=10),
        replace(GOOD, gone=200),
        replace(GOOD, new=500),
        replace(GOOD, declared_type=None, declared_rows=None),
    ],
)
def test_the_limits_themselves_pass(snapshot: Snapshot) -> None:
    """A snapshot exactly at a limit is used."""
    assert doubts(snapshot) == set()


def test_a_tiny_list_may_change_freely() -> None:
    """Up to the floor no change of size is a reason."""
    assert doubts(replace(GOOD, rows=40, entries=40, declared_rows=None, gone=4, new=40), Standing(entries=4)) == set()


def test_a_replaced_list_of_the_same_size_is_noticed() -> None:
    """Not the size is compared but what goes and what comes."""
    assert doubts(replace(GOOD, gone=1_000, new=1_000)) == {Doubt.SHRINKS, Doubt.GROWS}


def test_an_empty_file_passes_where_the_source_may_be_empty() -> None:
    """A regulator's list that has no entries yet is allowed by setting, one of unusable rows is not."""
    limits = replace(LIMITS, may_be_empty=True)
    empty = Snapshot(type="inn", published_ms=2_000, rows=0, entries=0)
    assert doubts(empty, None, limits) == set()
    assert doubts(empty, None) == {Doubt.EMPTY}
    assert doubts(replace(empty, rows=5, faults=5), None, limits) == {Doubt.EMPTY, Doubt.FAULTY}


def test_a_second_person_releases() -> None:
    """Nobody approves their own load; another person's name lets the snapshot through."""
    findings = (Finding(doubt=Doubt.SHRINKS, message="too few"),)
    require_release((), loaded_by="anna")
    require_release(findings, loaded_by="anna", approved_by="bolat")
    with pytest.raises(QuarantinedError, match="too few"):
        require_release(findings, loaded_by="anna")
    with pytest.raises(ForbiddenError):
        require_release(findings, loaded_by="anna", approved_by=" Anna ")


def test_another_list_is_never_released() -> None:
    """A file of another type stays out whoever approves it."""
    findings = (Finding(doubt=Doubt.WRONG_TYPE, message="it is swift"), Finding(doubt=Doubt.GROWS, message="big"))
    with pytest.raises(QuarantinedError, match="swift"):
        require_release(findings, loaded_by="anna", approved_by="bolat")
