"""Writes events as the contract wants them: ids in order, instants with the zone's offset."""

from datetime import datetime
from itertools import count
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from holdfast.simulation.world import Document, Jurisdiction
from holdfast.vocabulary.instants import DAY_MS, from_ms, rfc3339, to_ms

_MINUTES: Final = tuple(f"T{minute // 60:02d}:{minute % 60:02d}:" for minute in range(1440))
_SECONDS: Final = tuple(f"{second:02d}" for second in range(60))
_PREFIX: Final = {
    "transfer": "tr",
    "transfer_result": "res",
    "cash_withdrawal": "cw",
    "cash_deposit": "cd",
    "loan_application": "la",
    "loan_payout": "lp",
    "login": "lg",
    "profile_change": "pc",
    "device_report": "dr",
    "telecom_activity": "ta",
    "identity_check": "idc",
    "seller_registered": "sr",
    "seller_changed": "sc",
    "listing_published": "lpub",
    "listing_edited": "led",
    "listing_closed": "lcl",
    "message_sent": "msg",
    "complaint": "cmp",
    "payout": "po",
    "mention": "men",
}


class Invented(Protocol):
    """What a writer needs to know of the world or the market whose events it writes."""

    @property
    def seed(self) -> int:
        """Which of all worlds."""

    @property
    def start(self) -> datetime:
        """When it begins."""

    @property
    def jurisdiction(self) -> Jurisdiction:
        """Where it lies."""

    @property
    def tzinfo(self) -> ZoneInfo:
        """The zone in which its days begin."""


class Scribe:
    """Writer of one stream's events; `open_day` is told each local midnight so that instants are cheap to write.

    `mark` keeps the ids of two streams apart that go to one server.
    """

    def __init__(self, world: Invented, mark: str = "") -> None:
        self._zone = world.tzinfo
        self._tag = f"{world.jurisdiction}{world.seed}{mark}"
        self._ids = count(1)
        self._day_ms = 0
        self._date = ""
        self._offset = ""
        self.open_day(to_ms(world.start))

    def open_day(self, day_ms: int) -> None:
        """Take note of a day's first millisecond and the offset then in force."""
        written = rfc3339(day_ms, self._zone)
        self._day_ms, self._date, self._offset = day_ms, written[:10], written[23:]
        if not written.startswith("T00:00:00.000", 10):
            self._day_ms = day_ms - DAY_MS * 400  # not a midnight: write every instant the long way

    def instant(self, ms: int) -> str:
        """Write epoch milliseconds as RFC 3339."""
        since = ms - self._day_ms
        if not 0 <= since < DAY_MS:
            return from_ms(ms, self._zone).isoformat(timespec="milliseconds")
        seconds, milli = divmod(since, 1000)
        return f"{self._date}{_MINUTES[seconds // 60]}{_SECONDS[seconds % 60]}.{milli:03d}{self._offset}"

    @staticmethod
    def plain_date(ms: int) -> str:
        """Write the date of an instant, in UTC."""
        return rfc3339(ms)[:10]

    def event(self, kind: str, ms: int, /, **fields: Any) -> Document:
        """Write one event of a kind with its fields; fields that are `None` must not be given."""
        event_id = f"{_PREFIX[kind]}-{self._tag}-{next(self._ids)}"
        return {"id": event_id, "type": kind, "occurred_at": self.instant(ms), **fields}
