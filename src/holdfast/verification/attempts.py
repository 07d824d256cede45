"""How often somebody tried: in one session, and in a day by one subject, from one device, from one address.

An attempt counts from the instant at which it begins until it passes; one whose answer never came counts like one that
failed, so that nobody gets tries for nothing by breaking off. A new session, a link that is opened again and a restart
change nothing, for all of it is read from the log.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from holdfast.vocabulary.instants import DAY_MS


class Within(StrEnum):
    """What attempts are counted within, in the order in which a refusal names them."""

    SESSION = "session"
    SUBJECT = "subject"
    DEVICE = "device"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt: the session that it belongs to, its number there from 1, when it began, and whether it passed."""

    session_id: str
    number: int
    begun_ms: int
    passed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many attempts may fail: in a session, and in 24 hours by a subject, on a device, from an address.

    Three is the number after which the Kazakh rules on biometric identification refuse. Many honest people stand
    behind one address of a mobile network, so an address has more.
    """

    session: int = 3
    subject: int = 3
    device: int = 3
    address: int = 30

    def of(self, within: Within) -> int:
        """Give the limit of one count."""
        limits: Mapping[Within, int] = {
            Within.SESSION: self.session,
            Within.SUBJECT: self.subject,
            Within.DEVICE: self.device,
            Within.ADDRESS: self.address,
        }
        return limits[within]


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What one count says: how many attempts stand against the limit, and when the next one is free.

    `free_ms` is `None` where one is free now, and where none ever will be: a session's attempts do not come back.
    """

    within: Within
    count: int
    limit: int
    free_ms: int | None = None

    @property
    def left(self) -> int:
        """Give how many attempts are left."""
        return max(self.limit - self.count, 0)


DAY: Final = DAY_MS


def counted(attempts: Iterable[Attempt], within: Within, *, limits: Limits, now_ms: int) -> Used:
    """Count the attempts that did not pass; all but those of a session only while they are less than a day old.

    The same attempt said twice is one, and it passed if either says so.
    """
    failed = sorted(one.begun_ms for one in _once(attempts) if not one.passed)
    limit = limits.of(within)
    if within is Within.SESSION:
        return Used(within=within, count=len(failed), limit=limit)
    recent = [begun_ms for begun_ms in failed if begun_ms > now_ms - DAY]
    over = len(recent) - limit
    free_ms = recent[over] + DAY if over >= 0 and limit > 0 else None
    return Used(within=within, count=len(recent), limit=limit, free_ms=free_ms)


def spent(counts: Iterable[Used]) -> Used | None:
    """Give the first count that leaves no attempt; nothing where one more may be made."""
    return next((one for one in counts if not one.left), None)


def _once(attempts: Iterable[Attempt]) -> Iterable[Attempt]:
    """Bring what was said of one attempt together."""
    known: dict[tuple[str, int], Attempt] = {}
    for one in attempts:
        name = (one.session_id, one.number)
        before = known.get(name, one)
        known[name] = replace(one, begun_ms=min(one.begun_ms, before.begun_ms), passed=one.passed or before.passed)
    return known.values()
