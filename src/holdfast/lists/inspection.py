"""Checks of a full snapshot before it takes force: one that fails any is held in quarantine with the reasons.

A feed that arrives empty, cut off or for another type would lift every protection at once, or stop honest people by
the thousand. The last good version stays in force until a second person has looked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from holdfast.vocabulary.errors import ForbiddenError, QuarantinedError
from holdfast.vocabulary.instants import rfc3339


class Doubt(StrEnum):
    """Reasons for which a snapshot is not used at once."""

    WRONG_TYPE = "wrong_type"
    NOT_NEWER = "not_newer"
    UNDATED = "undated"
    EMPTY = "empty"
    FAULTY = "faulty"
    TRUNCATED = "truncated"
    COUNT = "count"
    SHRINKS = "shrinks"
    GROWS = "grows"


FINAL = frozenset({Doubt.WRONG_TYPE})
"""Doubts that no second person can set aside, because the file is another list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One reason for quarantine; `message` says in one line what was found and what was expected."""

    doubt: Doubt
    message: str

    @property
    def final(self) -> bool:
        """Tell whether approval cannot set this aside."""
        return self.doubt in FINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What is known of a snapshot once it has been read and compared, its entries apart.

    `rows` counts the data rows and `faults` those that could not be used; `entries` counts the distinct values that
    came out. `declared_type` and `declared_rows` are what the sender says, where it says it. `ended` tells that the
    last row ended with a line break, `narrow` how many rows were shorter than the rest. `gone` counts present
    entries that the snapshot lacks, `new` values that the list lacks. `published_ms` is epoch milliseconds.
    """

    type: str
    rows: int
    entries: int
    declared_type: str | None = None
    published_ms: int | None = None
    declared_rows: int | None = None
    faults: int = 0
    narrow: int = 0
    ended: bool = True
    gone: int = 0
    new: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the list holds now of the snapshot's kinds; `published_ms` of the last snapshot of the same type."""

    entries: int
    published_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotLimits:
    """How far a snapshot may depart from what is in force; shares are percents.

    A change of at most `floor_entries` is never a reason, so that a tiny list may change freely. A list from a source
    that dates its snapshots needs a date (`dated`).
    """

    shrink_percent: int = 20
    grow_percent: int = 50
    floor_entries: int = 50
    fault_percent: int = 1
    dated: bool = True
    may_be_empty: bool = False


def inspect(snapshot: Snapshot, current: Standing | None, limits: SnapshotLimits) -> tuple[Finding, ...]:
    """List every reason for which a snapshot may not be used at once; none means that it may.

    `current` is `None` for a first load, whose size cannot surprise.
    """
    return (*_identity(snapshot, current, limits), *_wholeness(snapshot, limits), *_size(snapshot, current, limits))


def _identity(snapshot: Snapshot, current: Standing | None, limits: SnapshotLimits) -> Iterator[Finding]:
    """Check that it is the snapshot that was asked for, and a later one than the last."""
    if snapshot.declared_type not in {None, snapshot.type}:
        message = f"the sender calls it `{snapshot.declared_type}`, it was loaded as `{snapshot.type}`"
        yield Finding(doubt=Doubt.WRONG_TYPE, message=message)
    published, last = snapshot.published_ms, current.published_ms if current else None
    if published is None:
        if limits.dated:
            yield Finding(doubt=Doubt.UNDATED, message="the snapshot carries no date")
    elif last is not None and published <= last:
        message = f"it was published at {rfc3339(published)}, the one in force at {rfc3339(last)}"
        yield Finding(doubt=Doubt.NOT_NEWER, message=message)


def _wholeness(snapshot: Snapshot, limits: SnapshotLimits) -> Iterator[Finding]:
    """Check that it arrived whole and can be read."""
    if not snapshot.entries and not (limits.may_be_empty and not snapshot.rows):
        yield Finding(doubt=Doubt.EMPTY, message=f"it has {snapshot.rows} rows and not one usable value")
    if snapshot.faults * 100 > snapshot.rows * limits.fault_percent:
        message = f"{snapshot.faults} of {snapshot.rows} rows cannot be used; {limits.fault_percent} % may fail"
        yield Finding(doubt=Doubt.FAULTY, message=message)
    if not snapshot.ended or snapshot.narrow:
        cut = "the last row is cut off" if not snapshot.ended else f"{snapshot.narrow} rows are shorter than the rest"
        yield Finding(doubt=Doubt.TRUNCATED, message=cut)
    if snapshot.declared_rows not in {None, snapshot.rows}:
        message = f"it has {snapshot.rows} rows, the sender declares {snapshot.declared_rows}"
        yield Finding(doubt=Doubt.COUNT, message=message)


def _size(snapshot: Snapshot, current: Standing | None, limits: SnapshotLimits) -> Iterator[Finding]:
    """Check that it does not change more than a day's work can explain."""
    if current is None:
        return
    base = current.entries
    if snapshot.gone > max(limits.floor_entries, base * limits.shrink_percent // 100):
        message = f"{snapshot.gone} of {base} entries would go; {limits.shrink_percent} % may"
        yield Finding(doubt=Doubt.SHRINKS, message=message)
    if base and snapshot.new > max(limits.floor_entries, base * limits.grow_percent // 100):
        message = f"{snapshot.new} entries would come to {base}; {limits.grow_percent} % may"
        yield Finding(doubt=Doubt.GROWS, message=message)


def require_release(findings: tuple[Finding, ...], *, loaded_by: str, approved_by: str | None = None) -> None:
    """Let a snapshot through that has no findings, or whose findings a second person has set aside.

    Raises QuarantinedError with all reasons where nobody has, or where one cannot be set aside; ForbiddenError where
    the person who loaded it would approve it.
    """
    if not findings:
        return
    final = [finding for finding in findings if finding.final]
    if final or not approved_by:
        reasons = "; ".join(finding.message for finding in final or findings)
        hint = "load the file under its own type" if final else ""
        raise QuarantinedError(f"the snapshot is held in quarantine: {reasons}", hint=hint)
    if approved_by.strip().casefold() == loaded_by.strip().casefold():
        raise ForbiddenError("a snapshot is approved by another person than the one who loaded it", hint=_SECOND)


_SECOND = "ask a colleague to look at the difference and to approve it under their own name"
