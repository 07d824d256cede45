"""Holds: their latest terms, which of them are open, and which records touched them."""

from typing import Any

from holdfast.store.sqlite.parts import Part
from holdfast.store.sqlite.rows import RowReader
from holdfast.vocabulary.records import HoldRow, Record
from holdfast.vocabulary.stored import Page


class Holds(Part):
    """Holds of the SQLite store; they are written by the records that place, change and end them."""

    _rows: RowReader

    def hold(self, hold_id: str) -> HoldRow | None:
        """Give a hold with its latest terms, open or ended."""
        rows = self._ask("hold", hold_id)
        return _hold(rows[0]) if rows else None

    def holds_due(self, before_ms: int, limit: int) -> tuple[HoldRow, ...]:
        """Give the open holds whose `until_ms` lies before an instant, the longest lapsed first."""
        return tuple(_hold(row) for row in self._ask("holds_due", before_ms, limit))

    def open_holds(self, limit: int, cursor: str | None = None) -> Page[HoldRow]:
        """Give the open holds by id, a page at a time."""
        rows = self._ask("open_holds", cursor or "", limit + 1)
        holds = tuple(_hold(row) for row in rows[:limit])
        return Page(items=holds, next=holds[-1].id if len(rows) > limit else None)

    def hold_records(self, hold_id: str) -> tuple[Record, ...]:
        """Give every record that placed, changed or ended a hold, in log order."""
        return tuple(self._rows.record(row) for row in self._ask("records_of_hold", hold_id))


def _hold(row: tuple[Any, ...]) -> HoldRow:
    hold_id, decision_id, policy, placed_ms, until_ms, confirm_by_ms = row
    return HoldRow(
        id=hold_id,
        decision_id=decision_id,
        policy=policy,
        placed_ms=placed_ms,
        until_ms=until_ms,
        confirm_by_ms=confirm_by_ms,
    )
