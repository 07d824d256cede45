"""Reports of calls and messages against what is usual for the client, condition by condition, under every act."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from holdfast.app import assemble_in_memory
from holdfast.app.clocks import StandingClock
from holdfast.operations.run_example import run_example
from holdfast.settings import read_settings
from holdfast.vocabulary.packs import Example

ORDER: Final = timedelta(hours=1)
EIGHT: Final = timedelta(hours=8)
CALM: Final = {"count": 4, "minutes": 20, "usual_count": 4, "usual_minutes": 20}
PERSON: Final = {"customer_id": "c-1", "kind": "individual"}
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act with the sign that reads reports, an instant at which it is in force, and the event that it speaks of."""

    sign: str
    at: datetime
    event: Row

    def says(self, *reports: Row) -> str:
        """Give the state of the sign after some reports about the client."""
        told = [self.report(number, **report) for number, report in enumerate(reports)]
        asked = {"id": "x-asked", "occurred_at": self.at.isoformat(), **self.event}
        states = ("fired", "clear", "unknown")
        return next(state for state in states if not self._disagrees([*told, asked], state))

    def _disagrees(self, events: list[Row], state: str) -> list[str]:
        expect = {"signs": {self.sign: state}}
        begin = min(str(one["occurred_at"]) for one in events)
        example = Example(title="", at=begin, events=tuple(events), lists={}, complete={}, expect=expect)
        found = run_example(SHARD, example)
        assert all(one.startswith("sign ") for one in found), found
        return found

    def report(self, number: int, *, ago: timedelta = ORDER, length: timedelta = EIGHT, **said: object) -> Row:
        """Write a report that came some time before, about a window that ended then."""
        at = self.at - ago
        window = {"window_start": (at - length).isoformat(), "window_end": at.isoformat()}
        head = {"id": f"x-{number}", "type": "telecom_activity", "occurred_at": at.isoformat(), "provider": "op-1"}
        return {**head, "client": {"customer_id": "c-1"}, **window, **said}


TRANSFER: Final = {
    "type": "transfer",
    "rail": "order",
    "amount_minor": 1_500_000,
    "currency": "RUB",
    "payer": PERSON,
    "payee": {"kind": "individual", "inn": "500100732259"},
}
CASH: Final = {"type": "cash_withdrawal", "amount_minor": 1_500_000, "currency": "RUB", "client": PERSON}
OLD: Final = Act(sign="ru.od-1027.6", at=datetime.fromisoformat("2025-11-10T12:00:00+03:00"), event=TRANSFER)
NEW: Final = Act(sign="ru.od-2506.1.9", at=datetime.fromisoformat("2026-05-08T12:00:00+03:00"), event=TRANSFER)
ATM: Final = Act(
    sign="ru.od-1765.4",
    at=datetime.fromisoformat("2026-05-08T12:00:00+03:00"),
    event=CASH,
)
ACTS: Final = (OLD, NEW, ATM)
SHARD: Final = assemble_in_memory(read_settings({"packs": "ru", "dev": True}, {}), StandingClock(0)).shard

REPORTS: dict[str, tuple[Row, str]] = {
    "found atypical": ({"atypical": True}, "fired"),
    "found typical": ({"atypical": False}, "clear"),
    "found typical, whatever the counters": ({"atypical": False, "calls": CALM | {"minutes": 900}}, "clear"),
    "found atypical, whatever the counters": ({"atypical": True, "calls": CALM}, "fired"),
    "as usual": ({"calls": CALM, "messages": {"count": 3, "usual_count": 3}}, "clear"),
    "minutes: three times the usual and 30": ({"calls": CALM | {"minutes": 90}}, "fired"),
    "minutes: one less": ({"calls": CALM | {"minutes": 89}, "messages": {"count": 3, "usual_count": 3}}, "clear"),
    "calls: three times the usual and 10": ({"calls": CALM | {"count": 22}}, "fired"),
    "calls: one less": ({"calls": CALM | {"count": 21}, "messages": {"count": 3, "usual_count": 3}}, "clear"),
    "messages: three times the usual and 10": ({"messages": {"count": 19, "usual_count": 3}}, "fired"),
    "messages: one less": ({"calls": CALM, "messages": {"count": 18, "usual_count": 3}}, "clear"),
    "no usual, ten new callers": ({"calls": {"count": 12, "new_numbers": 10}}, "fired"),
    "no usual, nine": ({"calls": {"count": 12, "new_numbers": 9}}, "unknown"),
    "no usual, ten new senders": ({"messages": {"count": 12, "new_senders": 10}}, "fired"),
    "a usual that is high, with thirty new callers": (
        {"calls": {"count": 40, "minutes": 55, "new_numbers": 30, "usual_count": 38, "usual_minutes": 50}}
        | {"messages": {"count": 1, "usual_count": 1}},
        "clear",
    ),
    "counters and nothing to hold them against": ({"calls": {"count": 40, "minutes": 300}}, "unknown"),
    "no counters at all": ({}, "unknown"),
    "a window of exactly six hours": ({"atypical": True, "length": timedelta(hours=6)}, "fired"),
    "a window of a second less": ({"atypical": True, "length": timedelta(hours=6, seconds=-1)}, "unknown"),
    "a day ago, just inside": ({"atypical": True, "ago": timedelta(hours=24, seconds=-1)}, "fired"),
    "a day ago": ({"atypical": True, "ago": timedelta(hours=24)}, "unknown"),
}


@pytest.mark.parametrize("act", ACTS, ids=[act.sign for act in ACTS])
@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_held_against_what_is_usual(act: Act, name: str) -> None:
    """Each condition speaks by itself, at its boundary; what nobody can say is unknown, and unknown is no ground."""
    report, state = REPORTS[name]
    assert act.says(report) == state


@pytest.mark.parametrize("act", ACTS, ids=[act.sign for act in ACTS])
def test_no_report_is_not_a_clean_one(act: Act) -> None:
    """Without a report the sign is unknown, and of one about somebody else it knows nothing."""
    assert act.says() == "unknown"
    assert act.says({"atypical": True, "client": {"customer_id": "c-2"}}) == "unknown"


@pytest.mark.parametrize("act", ACTS, ids=[act.sign for act in ACTS])
def test_a_calm_report_takes_no_other_back(act: Act) -> None:
    """What one reporter saw stays seen, whatever another one did not see afterwards, or the same in a later window."""
    seen = {"atypical": True, "ago": timedelta(hours=5)}
    assert act.says(seen, {"atypical": False, "provider": "messenger-1"}) == "fired"
    assert act.says(seen, {"calls": CALM, "messages": {"count": 3, "usual_count": 3}}) == "fired"
    assert act.says({"atypical": False, "ago": timedelta(hours=5)}, {}) == "clear"
