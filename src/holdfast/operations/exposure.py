"""What the bank stands to pay, what holds saved, and how much of the stolen money came back."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

from holdfast.operations.shard import Shard
from holdfast.vocabulary.errors import InvalidError, TooLargeError
from holdfast.vocabulary.instants import rfc3339
from holdfast.vocabulary.records import ExposureRow
from holdfast.vocabulary.stored import ExposureTotal

Row = dict[str, Any]
KINDS: Final = ("executed_in_breach", "late_feed", "let_through", "saved", "stolen", "returned")
COLUMNS: Final = ("at", "kind", "amount_minor", "currency", "decision_id", "reason")
MOST_ROWS: Final = 1_000_000
_PAGE: Final = 500


def check_span(from_ms: int, to_ms: int) -> None:
    """Refuse a span that ends before it begins."""
    if to_ms <= from_ms:
        raise InvalidError("`to` must lie after `from`", pointer="/to")


def exposure_view(shard: Shard, from_ms: int, to_ms: int) -> Row:
    """Give the sums by currency over `[from_ms, to_ms)`, and what was decided while a sign was unknown.

    `returned_share` is what was returned of what clients reported as stolen, in the same span; unknown where nothing
    was stolen. `decided_unknown` counts since the start of this process.
    """
    check_span(from_ms, to_ms)
    zone = shard.tenant.zone
    totals = shard.ports.store.exposure_totals(from_ms, to_ms)
    currencies = sorted({total.currency for total in totals})
    return {
        "from": rfc3339(from_ms, zone),
        "to": rfc3339(to_ms, zone),
        "currencies": [
            _sums(currency, [total for total in totals if total.currency == currency]) for currency in currencies
        ],
        "decided_unknown": [
            {"sign": sign, "currency": currency, "amount_minor": amount}
            for (sign, currency), amount in sorted(shard.figures.without_minor.items())
        ],
        "as_of": rfc3339(shard.ports.clock.now_ms(), zone),
    }


def _sums(currency: str, totals: list[ExposureTotal]) -> Row:
    """Give every kind's sum and number of rows; a kind without rows is zero."""
    known = {total.kind: total for total in totals}
    found: Row = {"currency": currency}
    for kind in KINDS:
        total = known.get(kind)
        found[kind] = {"amount_minor": total.amount_minor if total else 0, "count": total.count if total else 0}
    stolen, returned = known.get("stolen"), known.get("returned")
    share = None
    if stolen is not None and stolen.amount_minor > 0:
        share = round((returned.amount_minor if returned else 0) / stolen.amount_minor, 6)
    return found | {"returned_share": share}


def exposure_page(shard: Shard, *, limit: int, cursor: str | None, kind: str | None = None) -> Row:
    """Give single rows, the last that happened first, a page at a time."""
    if kind is not None and kind not in KINDS:
        hint = f"one of {', '.join(f'`{word}`' for word in KINDS)}"
        raise InvalidError(f"`kind` cannot be `{kind}`", pointer="/kind", hint=hint)
    page = shard.ports.store.exposures(limit, cursor, kind=kind)
    return {"items": [exposure_row(shard, row) for row in page.items], "next": page.next}


def exposure_row(shard: Shard, row: ExposureRow) -> Row:
    """Give one row as it is shown and exported."""
    return {
        "at": rfc3339(row.at_ms, shard.tenant.zone),
        "kind": row.kind,
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "decision_id": row.decision_id,
        "reason": row.reason,
    }


async def exposure_rows(shard: Shard, from_ms: int, to_ms: int) -> list[Row]:
    """Collect every row of a span for an export, the last that happened first, letting others in between."""
    check_span(from_ms, to_ms)
    return [row async for row in _rows(shard, from_ms, to_ms)]


async def _rows(shard: Shard, from_ms: int, to_ms: int) -> AsyncIterator[Row]:
    cursor, count = None, 0
    while True:
        page = shard.ports.store.exposures(_PAGE, cursor)
        for row in page.items:
            if row.at_ms < from_ms:
                return
            if row.at_ms < to_ms:
                count += 1
                yield exposure_row(shard, row)
        if count > MOST_ROWS:
            raise TooLargeError(f"the span has more than {MOST_ROWS} rows", hint="export a shorter span")
        if page.next is None:
            return
        cursor = page.next
        await asyncio.sleep(0)
