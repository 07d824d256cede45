"""Read switches: what runs until when, what ran, who said so and why, and what each let through."""

from collections.abc import Iterator
from typing import Final

from holdfast.operations.let_through import LET_THROUGH, reason_of
from holdfast.operations.shard import Shard
from holdfast.operations.switch_sign import Asked, asked_of
from holdfast.vocabulary.errors import InvalidError
from holdfast.vocabulary.instants import SECOND_MS, rfc3339
from holdfast.vocabulary.switches import Switch, SwitchState

Row = dict[str, object]
_COLUMNS: Final = ("sign", "pack", "mode", "was")


def switch_row(shard: Shard, one: Switch | Asked) -> Row:
    """Describe a switch as it stands, or what one person asked for."""
    return _asked_row(shard, one) if isinstance(one, Asked) else _row(shard, one)


def _row(shard: Shard, one: Switch) -> Row:
    zone = shard.tenant.zone
    totals = shard.ports.store.exposure_totals(one.at_ms, one.until_ms, reason=reason_of(one))
    return {
        "id": one.id,
        **{name: getattr(one, name) for name in _COLUMNS},
        "state": one.state(shard.ports.clock.now_ms()),
        "reason": one.reason,
        "by": one.by,
        "at": rfc3339(one.at_ms, zone),
        "until": rfc3339(one.until_ms, zone),
        "ended": None
        if one.ended_ms is None
        else {"at": rfc3339(one.ended_ms, zone), "by": one.ended_by, "reason": one.ended_reason},
        "let_through": [
            {"currency": total.currency, "amount_minor": total.amount_minor, "count": total.count}
            for total in totals
            if total.kind == LET_THROUGH
        ],
    }


def _asked_row(shard: Shard, one: Asked) -> Row:
    zone, wanted = shard.tenant.zone, one.wanted
    return {
        "id": None,
        "sign": one.sign,
        "mode": wanted.mode if wanted is not None else None,
        "state": SwitchState.ASKED,
        "reason": one.reason,
        "by": (one.person,),
        "at": rfc3339(one.at_ms, zone),
        "until": rfc3339(wanted.until_ms, zone) if wanted is not None else None,
        "needs": "the same from another person",
    }


def switch_page(shard: Shard, *, limit: int, cursor: str | None) -> Row:
    """Give what waits for a second person, then switches, the newest first, a page at a time."""
    every = list(reversed(shard.switches.every))
    start = 0 if cursor is None else _place(every, cursor) + 1
    page = every[start : start + limit]
    waiting = [switch_row(shard, one) for one in asked_of(shard)] if cursor is None else []
    more = page[-1].id if start + limit < len(every) else None
    return {"items": [*waiting, *(switch_row(shard, one) for one in page)], "next": more}


def _place(every: list[Switch], cursor: str) -> int:
    found = next((place for place, one in enumerate(every) if one.id == cursor), None)
    if found is None:
        raise InvalidError("`cursor` is none of ours", pointer="/cursor", hint="take `next` of the page before")
    return found


def running(shard: Shard) -> tuple[Switch, ...]:
    """Give the switches that run now."""
    span = shard.switches.span(shard.ports.clock.now_ms())
    return () if span is None else span.running


def switched(shard: Shard) -> Iterator[str]:
    """Say which signs and rules act less now, and until when."""
    for one in running(shard):
        yield f"`{one.sign}` is switched to `{one.mode}` until {rfc3339(one.until_ms, shard.tenant.zone)}"


def seconds_left(shard: Shard, one: Switch) -> float:
    """Give how long a switch still runs."""
    return (one.until_ms - shard.ports.clock.now_ms()) / SECOND_MS
