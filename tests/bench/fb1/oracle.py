"""The past in plain Python: what FB-1's features must be, worked out by looking at every row again.

Nothing of Holdfast is used here. A key's rows are kept sorted by the instant at which they happened; a window is
`(t - w, t]`; a row that came later than the question does not count. Amounts are kopecks.
"""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

Row = tuple[int, int, int, Mapping[str, str]]  # happened, number of arrival, amount, values
Number = int | float | None
SPANS_MS: Final = {
    "1m": 60_000,
    "10m": 600_000,
    "1h": 3_600_000,
    "1d": 86_400_000,
    "7d": 604_800_000,
    "30d": 2_592_000_000,
}
DAY_MS, HOUR_MS = SPANS_MS["1d"], SPANS_MS["1h"]
ENDLESS: Final = float("inf")
_MINUTE_MS: Final = 60_000
_DISTINCTS: Final = {
    "payer": (("payee", "1d"), ("device", "7d"), ("ip", "1d")),
    "payee": (("payer", "1d"),),
    "device": (("payer", "7d"),),
    "ip": (("payer", "1h"),),
}
_EXTREMES: Final = {
    "payer": ((max, "max", "30d"), (min, "min", "30d")),
    "payee": ((max, "max", "7d"),),
    "device": ((max, "max", "7d"),),
    "ip": (),
}


class Oracle:
    """The executed transfers so far, by key."""

    def __init__(self) -> None:
        self._rows: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
        self._arrived = 0
        self._newest_ms = -(2**62)

    def expect(self, event: Mapping[str, Any]) -> dict[str, Number]:
        """Give every feature of a transfer that is about to be decided; `None` is unknown.

        One that happened more than 25 hours before the newest has no past that can be asked.
        """
        at_ms, values = happened_ms(event), keys_of(event)
        if at_ms < self._newest_ms - DAY_MS - HOUR_MS:
            return {}
        found: dict[str, Number] = {}
        for key in ("payer", "payee", "device", "ip"):
            found.update(self._of_key(key, values[key], at_ms))
        found.update(self._of_pair(values, at_ms))
        found.update(_ratios(found, event["amount_minor"]))
        return found

    def happened(self, event: Mapping[str, Any], sent_ms: int, *, executed: bool) -> None:
        """Take a decided transfer into the past; one that came more than a day late stays out of it."""
        at_ms, values = happened_ms(event), keys_of(event)
        if at_ms < sent_ms - DAY_MS:
            return
        self._newest_ms = max(self._newest_ms, at_ms)
        self._arrived += 1
        if not executed:
            return
        row = (at_ms, self._arrived, event["amount_minor"], values)
        for place in (*values.items(), ("pair", _pair(values))):
            insort(self._rows[place], row, key=lambda one: one[:2])

    def _past(self, place: tuple[str, str], at_ms: int, span_ms: int) -> list[Row]:
        rows = self._rows.get(place, [])
        start = bisect_right(rows, at_ms - span_ms, key=lambda one: one[0])
        return rows[start : bisect_right(rows, at_ms, key=lambda one: one[0])]

    def _of_key(self, key: str, value: str, at_ms: int) -> Iterator[tuple[str, Number]]:
        past = {window: self._past((key, value), at_ms, span_ms) for window, span_ms in SPANS_MS.items()}
        for window, rows in past.items():
            yield f"{key}_count_{window}", len(rows)
            yield f"{key}_sum_{window}", sum(row[2] for row in rows)
        for what, window in _DISTINCTS[key]:
            yield f"{key}_distinct_{what}_{window}", len({row[3][what] for row in past[window]}) or None
        for extreme, name, window in _EXTREMES[key]:
            yield f"{key}_{name}_{window}", extreme((row[2] for row in past[window]), default=None)
        if key in ("payer", "payee"):
            yield f"{key}_minutes_since", self._since((key, value), at_ms)

    def _of_pair(self, values: Mapping[str, str], at_ms: int) -> dict[str, Number]:
        return {"pair_minutes_since": self._since(("pair", _pair(values)), at_ms)}

    def _since(self, place: tuple[str, str], at_ms: int) -> float:
        rows = self._rows.get(place, [])
        end = bisect_right(rows, at_ms, key=lambda one: one[0])
        return (at_ms - rows[end - 1][0]) / _MINUTE_MS if end else ENDLESS


def _ratios(found: Mapping[str, Number], amount: int) -> dict[str, Number]:
    count, total = found["payer_count_30d"] or 0, found["payer_sum_30d"] or 0
    largest, hour = found["payer_max_30d"], found["payer_sum_1h"] or 0
    mean = Fraction(int(total), int(count)) if count else None
    return {
        "amount_to_mean": None if mean is None else float(amount / mean),
        "amount_to_max": None if largest is None else amount / largest,
        "hour_to_month": hour / total if total else None,
    }


def happened_ms(event: Mapping[str, Any]) -> int:
    """Give when a transfer happened, in epoch milliseconds."""
    return round(datetime.fromisoformat(event["occurred_at"]).timestamp() * 1_000)


def keys_of(event: Mapping[str, Any]) -> dict[str, str]:
    """Give the four keys under which a transfer counts."""
    return {
        "payer": event["payer"]["customer_id"],
        "payee": event["payee"]["account"],
        "device": event["device"]["id"],
        "ip": event["session"]["ip"],
    }


def _pair(values: Mapping[str, str]) -> str:
    return f"{values['payer']} {values['payee']}"
