"""What the operator answers to each published question, once it is clear whose number is meant."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher
from typing import Any, Final

from holdfast.simulation.operator.manners import Manners
from holdfast.simulation.operator.subscriber import Subscriber

Said = tuple[int, Any]
_MOST_HOURS: Final = 2_400
_USUAL_HOURS: Final = 240
_HUNDRED: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Who is asked about, what was sent beside the number, and when."""

    subscriber: Subscriber
    body: Mapping[str, Any]
    now: datetime
    manners: Manners


def fault(status: int, code: str, message: str = "") -> Said:
    """Write an error as all these APIs do."""
    return status, {"status": status, "code": code, "message": message or code.replace("_", " ").lower()}


def _sim_changed(subscriber: Subscriber) -> datetime:
    """Give the last change of the SIM card; a first activation counts as one."""
    return subscriber.sim_changed_at or subscriber.activated_at


def _device_changed(subscriber: Subscriber) -> datetime:
    return subscriber.device_changed_at or subscriber.activated_at


Changed = Callable[[Subscriber], datetime]


def _check(changed: Changed) -> Callable[[Question], Said]:
    def answer(asked: Question) -> Said:
        hours = asked.body.get("maxAge", _USUAL_HOURS)
        if not isinstance(hours, int) or not 1 <= hours <= _MOST_HOURS:
            return fault(400, "INVALID_ARGUMENT")
        if hours > asked.manners.cap_hours:
            return fault(400, "OUT_OF_RANGE", "the period is longer than what is kept")
        return 200, {"swapped": changed(asked.subscriber) >= asked.now - timedelta(hours=hours)}

    return answer


def _date(name: str, changed: Changed) -> Callable[[Question], Said]:
    def answer(asked: Question) -> Said:
        if asked.manners.withheld:
            return 200, {name: None}
        at, days = changed(asked.subscriber), asked.manners.monitored_days
        if days is not None and at < asked.now - timedelta(days=days):
            return 200, {name: None, "monitoredPeriod": days}
        return 200, {name: at.isoformat(timespec="milliseconds")}

    return answer


def _unconditional(asked: Question) -> Said:
    return 200, {"active": "unconditional" in asked.subscriber.forwards}


def _forwardings(asked: Question) -> Said:
    if asked.manners.unforwarded:
        return fault(501, "NOT_IMPLEMENTED")
    return 200, list(asked.subscriber.forwards) or ["inactive"]


def _match(asked: Question) -> Said:
    known = asked.subscriber.attributes
    if "idDocument" in asked.body and known.get("idDocument") != asked.body["idDocument"]:
        return fault(403, "KNOW_YOUR_CUSTOMER.ID_DOCUMENT_MISMATCH")
    return 200, {key: value for word, given in asked.body.items() for key, value in _alike(word, given, known)}


def _alike(word: str, given: Any, known: Mapping[str, str]) -> list[tuple[str, Any]]:
    """Compare one attribute: the truth as a text, and how nearly where it is false."""
    if word not in known:
        return [(f"{word}Match", "not_available")]
    if known[word] == given:
        return [(f"{word}Match", "true")]
    score = int(_HUNDRED * SequenceMatcher(None, known[word], str(given)).ratio())
    return [(f"{word}Match", "false"), (f"{word}MatchScore", min(score, _HUNDRED - 1))]


def _day(asked: Question, name: str) -> date | None:
    try:
        return date.fromisoformat(str(asked.body.get(name)))
    except ValueError:
        return None


def _tenure(asked: Question) -> Said:
    day = _day(asked, "tenureDate")
    if day is None or day > asked.now.date():
        return fault(400, "INVALID_ARGUMENT")
    contract = "PAYG" if asked.subscriber.prepaid else "PAYM"
    return 200, {"tenureDateCheck": asked.subscriber.since <= day, "contractType": contract}


def _recycled(asked: Question) -> Said:
    day = _day(asked, "specifiedDate")
    if day is None or day > asked.now.date():
        return fault(400, "INVALID_ARGUMENT")
    return 200, {"phoneNumberRecycled": asked.subscriber.since > day}


_SIGNAL: Final = "/call-forwarding-signal"
PATHS: Final[Mapping[str, tuple[str, Callable[[Question], Said]]]] = {
    "/sim-swap/v2/check": ("sim-swap:check", _check(_sim_changed)),
    "/sim-swap/v2/retrieve-date": ("sim-swap:retrieve-date", _date("latestSimChange", _sim_changed)),
    "/device-swap/v1/check": ("device-swap:check", _check(_device_changed)),
    "/device-swap/v1/retrieve-date": ("device-swap:retrieve-date", _date("latestDeviceChange", _device_changed)),
    f"{_SIGNAL}/v0.4/unconditional-call-forwardings": (
        "call-forwarding-signal:unconditional-call-forwardings:read",
        _unconditional,
    ),
    f"{_SIGNAL}/v0.4/call-forwardings": ("call-forwarding-signal:call-forwardings:read", _forwardings),
    f"{_SIGNAL}/v0.5rc1/check-unconditional-forwarding": (
        "call-forwarding-signal:unconditional-forwarding:check",
        _unconditional,
    ),
    f"{_SIGNAL}/v0.5rc1/retrieve-forwardings": ("call-forwarding-signal:forwardings:retrieve", _forwardings),
    "/kyc-match/v0.4/match": ("kyc-match:match", _match),
    "/kyc-tenure/v0.2/check-tenure": ("kyc-tenure:check-tenure", _tenure),
    "/number-recycling/v0.2/check": ("number-recycling:check", _recycled),
}
"""Every path but that of Number Verification, with its scope."""
VERIFY: Final = ("/number-verification/v2/verify", "number-verification:verify")
