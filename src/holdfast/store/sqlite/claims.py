"""Claims as they stand, and the sums that were put at risk or saved; both are written by records."""

from collections.abc import Sequence
from dataclasses import astuple, fields
from typing import Any, Final

from holdfast.store.cursors import NEWEST, Happened, page_of, read_aged, read_place
from holdfast.store.sqlite.parts import Part
from holdfast.vocabulary.records import ClaimRow, ExposureRow
from holdfast.vocabulary.stored import ExposureTotal, Page

_CLAIM: Final = tuple(field.name for field in fields(ClaimRow))


class Claims(Part):
    """Claims and exposures of the SQLite store."""

    def claim(self, claim_id: str) -> ClaimRow | None:
        """Give a claim as it stands after the last record that touched it."""
        rows = self._ask("claim", claim_id)
        return _claim(rows[0]) if rows else None

    def claims(
        self, limit: int, cursor: str | None = None, *, states: Sequence[str] = (), client: bytes | None = None
    ) -> Page[ClaimRow]:
        """Give claims, the last received first, a page at a time; no `states` mean every state."""
        rows = self._newest("claims", read_aged(cursor), limit=limit + 1, states=states, client=client)
        return page_of(sorted(map(_claim, rows), key=_age, reverse=True), limit, _age)

    def exposures(self, limit: int, cursor: str | None = None, *, kind: str | None = None) -> Page[ExposureRow]:
        """Give exposures, the last that happened first, a page at a time; `kind` narrows them."""
        place = Happened(NEWEST, NEWEST, NEWEST) if cursor is None else read_place(cursor, Happened, parts=3)
        if kind is None:
            rows = self._ask("exposures_before", *place, limit + 1)
        else:
            rows = self._ask("exposures_of_kind", *place, kind, limit + 1)
        page = page_of(rows, limit, lambda row: row[:3])
        return Page(items=tuple(_exposure(row) for row in page.items), next=page.next)

    def exposure_totals(self, from_ms: int, to_ms: int, *, reason: str | None = None) -> tuple[ExposureTotal, ...]:
        """Give the sums of what happened in `[from_ms, to_ms)` by kind and currency, sorted; of one `reason`."""
        return tuple(
            ExposureTotal(kind=kind, currency=currency, amount_minor=amount_minor, count=count)
            for kind, currency, amount_minor, count in self._ask("exposure_totals", from_ms, to_ms, reason)
        )


def claim_values(row: ClaimRow) -> tuple[Any, ...]:
    """Give the values of `put_claim`."""
    return astuple(row)


def exposure_values(row: ExposureRow) -> tuple[Any, ...]:
    """Give the values of `insert_exposure` after the record's number and the row's place in it."""
    return astuple(row)


def _claim(row: tuple[Any, ...]) -> ClaimRow:
    return ClaimRow(**dict(zip(_CLAIM, row, strict=True)))


def _age(row: ClaimRow) -> tuple[int, str]:
    return (row.received_ms, row.id)


def _exposure(row: tuple[Any, ...]) -> ExposureRow:
    at_ms, _, _, decision_id, kind, amount_minor, currency, reason = row
    return ExposureRow(
        decision_id=decision_id,
        kind=kind,
        amount_minor=amount_minor,
        currency=currency,
        at_ms=at_ms,
        reason=reason,
    )
