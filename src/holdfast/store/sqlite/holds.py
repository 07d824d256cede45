"""Holds as they stand and their timers; they are written by the records that place and change them."""

from collections.abc import Sequence
from dataclasses import astuple, fields
from typing import Any, Final

from holdfast.store.cursors import page_of, read_aged
from holdfast.store.sqlite.parts import Part
from holdfast.vocabulary.records import HoldRow
from holdfast.vocabulary.stored import Page

_COLUMNS: Final = tuple(field.name for field in fields(HoldRow))


class Holds(Part):
    """Holds of the SQLite store."""

    def hold(self, hold_id: str) -> HoldRow | None:
        """Give a hold as it stands after the last record that touched it."""
        rows = self._ask("hold", hold_id)
        return _hold(rows[0]) if rows else None

    def holds(
        self, limit: int, cursor: str | None = None, *, states: Sequence[str] = (), client: bytes | None = None
    ) -> Page[HoldRow]:
        """Give holds, the last placed first, a page at a time; no `states` mean every state."""
        rows = self._newest("holds", read_aged(cursor), limit=limit + 1, states=states, client=client)
        return page_of(sorted(map(_hold, rows), key=_age, reverse=True), limit, _age)

    def holds_due(self, before_ms: int, limit: int) -> tuple[HoldRow, ...]:
        """Give the holds whose timer (`due_ms`) lies before an instant, the longest due first."""
        return tuple(_hold(row) for row in self._ask("holds_due", before_ms, limit))

    def next_hold_due(self) -> int | None:
        """Give the instant of the next timer of a hold, `None` when no hold has one."""
        found: int | None = self._ask("next_hold_due")[0][0]
        return found


def hold_values(row: HoldRow) -> tuple[Any, ...]:
    """Give the values of `put_hold`."""
    return astuple(row)


def _hold(row: tuple[Any, ...]) -> HoldRow:
    return HoldRow(**dict(zip(_COLUMNS, row, strict=True)))


def _age(row: HoldRow) -> tuple[int, str]:
    return (row.placed_ms, row.id)
