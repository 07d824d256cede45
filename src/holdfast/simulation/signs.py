"""Which sign a fact ought to make fire, by the law of the day.

Stories name signs by the number they have in the order of 2025; an event of 2024 or 2025 is judged by the
six signs of the order before it, and some facts had no sign then.
"""

from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Final

from holdfast.simulation.world import Jurisdiction
from holdfast.vocabulary.instants import to_ms

_MOSCOW: Final = timezone(timedelta(hours=3))
SIX_SIGNS_MS: Final = to_ms(datetime(2024, 7, 25, tzinfo=_MOSCOW))  # order OD-1027
TWELVE_SIGNS_MS: Final = to_ms(datetime(2026, 1, 1, tzinfo=_MOSCOW))  # order OD-2506
GIS_SIGN_MS: Final = to_ms(datetime(2026, 3, 1, tzinfo=_MOSCOW))  # its sign 1.2
CASH_SIGNS_MS: Final = to_ms(datetime(2025, 9, 1, tzinfo=_MOSCOW))  # order OD-1765
CENTER_MS: Final = to_ms(datetime(2024, 7, 22, tzinfo=UTC))  # the Kazakh Antifraud Center
_ASTANA: Final = timezone(timedelta(hours=5))
_KZ_APPS_MS: Final = to_ms(datetime(2025, 11, 1, tzinfo=_ASTANA))  # rules for the banks' apps
_KZ_LENDERS_MS: Final = to_ms(datetime(2026, 2, 1, tzinfo=_ASTANA))  # several lenders within an hour
_IN_KAZAKHSTAN: Final = MappingProxyType(
    {
        "1.1": ("1", CENTER_MS),
        "call": ("3", _KZ_APPS_MS),
        "1.10a": ("4", _KZ_APPS_MS),
        "lenders": ("5", _KZ_LENDERS_MS),
    }
)
MULE: Final = "mule"

_BEFORE_2026: Final = MappingProxyType({"1.1": "1", "1.5": "2", "1.6": "3", "1.7": "4", "1.8": "5", "1.9": "6"})


def _russian(number: str, ms: int) -> str | None:
    """Give the id of one sign of the two orders on transfers."""
    if ms >= TWELVE_SIGNS_MS:
        return None if number == "1.2" and ms < GIS_SIGN_MS else f"ru.od-2506.{number}"
    old = _BEFORE_2026.get(number)
    return f"ru.od-1027.{old}" if old and ms >= SIX_SIGNS_MS else None


def _kazakh(word: str, ms: int) -> str | None:
    """Give the id of the Kazakh sign; Russian signs that have no counterpart there are none."""
    number, since_ms = _IN_KAZAKHSTAN.get(word, ("", 0))
    return f"kz.afc.{number}" if number and ms >= since_ms else None


def sign_in_force(word: str, ms: int, jurisdiction: Jurisdiction = "ru") -> str | None:
    """Give the id under which a sign stands at an instant, or none where the law had no such sign.

    `word` is a number of order OD-2506 (`1.9`); `cash.5` is one of order OD-1765; `call` and `lenders` have a sign
    in Kazakhstan only; `mule` no law calls a sign: it says that the score of mules ought to see the account.
    """
    if word == MULE:
        return MULE
    if jurisdiction == "kz":
        return _kazakh(word, ms)
    if word in {"call", "lenders"}:
        return None
    if word.startswith("cash."):
        return f"ru.od-1765.{word[5:]}" if ms >= CASH_SIGNS_MS else None
    return _russian(word, ms)


def signs_in_force(words: tuple[str, ...], ms: int, jurisdiction: Jurisdiction = "ru") -> tuple[str, ...]:
    """Give the ids of those signs that are in force at an instant."""
    return tuple(sign for word in words if (sign := sign_in_force(word, ms, jurisdiction)) is not None)
