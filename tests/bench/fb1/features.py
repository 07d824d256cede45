"""The 64 features of FB-1, each an expression of the rule language, and how the oracle is to understand it.

Four keys times six windows times count and sum make 48, beside them 6 distinct counts, 4 extremes and 6 of recency
and ratio.
"""

from collections.abc import Mapping
from typing import Final

KEYS: Final[Mapping[str, str]] = {
    "payer": "payer.customer_id",
    "payee": "payee.account",
    "device": "device.id",
    "ip": "session.ip",
}
WINDOWS: Final[Mapping[str, tuple[str, int]]] = {
    "1m": ("minutes(1)", 60_000),
    "10m": ("minutes(10)", 600_000),
    "1h": ("hours(1)", 3_600_000),
    "1d": ("days(1)", 86_400_000),
    "7d": ("days(7)", 7 * 86_400_000),
    "30d": ("days(30)", 30 * 86_400_000),
}
DISTINCTS: Final = (  # what, by which key, over which window
    ("payee", "payer", "1d"),
    ("device", "payer", "7d"),
    ("ip", "payer", "1d"),
    ("payer", "payee", "1d"),
    ("payer", "device", "7d"),
    ("payer", "ip", "1h"),
)
EXTREMES: Final = (("max", "payer", "30d"), ("min", "payer", "30d"), ("max", "payee", "7d"), ("max", "device", "7d"))


def count(key: str, window: str) -> str:
    """Write how many executed transfers a key had."""
    return f"count(by={KEYS[key]}, over={WINDOWS[window][0]})"


def amounts(statistic: str, key: str, window: str) -> str:
    """Write a statistic of the amounts that a key moved."""
    return f"{statistic}(amount, by={KEYS[key]}, over={WINDOWS[window][0]})"


def distinct(what: str, key: str, window: str) -> str:
    """Write how many different values came with a key."""
    return f"distinct({KEYS[what]}, by={KEYS[key]}, over={WINDOWS[window][0]})"


_OTHERS: Final[Mapping[str, str]] = {
    "payer_minutes_since": f'minutes_since(last("transfer", by={KEYS["payer"]}))',
    "payee_minutes_since": f'minutes_since(last("transfer", by={KEYS["payee"]}))',
    "pair_minutes_since": f'minutes_since(last("transfer", by=({KEYS["payer"]}, {KEYS["payee"]})))',
    "amount_to_mean": f"amount / {amounts('mean', 'payer', '30d')}",
    "amount_to_max": f"amount / {amounts('max', 'payer', '30d')}",
    "hour_to_month": f"{amounts('sum', 'payer', '1h')} / {amounts('sum', 'payer', '30d')}",
}
FEATURES: Final[Mapping[str, str]] = {
    **{f"{key}_count_{window}": count(key, window) for key in KEYS for window in WINDOWS},
    **{f"{key}_sum_{window}": amounts("sum", key, window) for key in KEYS for window in WINDOWS},
    **{f"{key}_distinct_{what}_{window}": distinct(what, key, window) for what, key, window in DISTINCTS},
    **{f"{key}_{which}_{window}": amounts(which, key, window) for which, key, window in EXTREMES},
    **_OTHERS,
}
