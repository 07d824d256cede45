"""Whatever happens to orders in whatever sequence, a hold keeps to the law; a model apart from the code says how."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule

from holdfast.operations.release_hold import release_hold
from holdfast.operations.restrain_hold import Notice
from holdfast.operations.said import Said
from holdfast.vocabulary.errors import ForbiddenByLawError, OtherClientError
from holdfast.vocabulary.instants import from_ms, rfc3339, to_ms
from holdfast.wire.holds import read_act
from tests.unit.operations.holding import DATABASE, OWN, World
from tests.unit.operations.shards import Json

MOSCOW = ZoneInfo("Europe/Moscow")
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MOST = 3  # few orders meet with more of what can happen
Result = TypeVar("Result")
_ENDED = {"cancelled", "not_accepted", "released", "withdrawn"}


def end_of_next_day(at_ms: int) -> int:
    """Give the last millisecond of the day after an instant's, in Moscow."""
    day = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(MOSCOW).date() + timedelta(days=1)
    return to_ms(datetime.combine(day, time.max, tzinfo=MOSCOW))


@dataclass(slots=True, kw_only=True)
class Expected:
    """What the law makes of one order (161-FZ art. 8 p. 3.4-3.11), written down without the program's own words."""

    event_id: str
    placed_ms: int
    state: str = "placed"
    told: str = "wait"
    due_ms: int | None = None
    executed: bool | None = None
    confirmed_ms: int | None = None
    restrained: bool = False
    breaches: int = 0

    def pass_time(self, now_ms: int) -> None:
        """Let silence have its effect."""
        if self.due_ms is None or now_ms <= self.due_ms or self.executed:
            return
        self.due_ms, self.restrained = None, False
        if self.state == "placed":
            self.state, self.told = "not_accepted", "do_not_execute"
        else:
            self.state, self.told = "confirmed", "execute"

    def may_confirm(self, now_ms: int) -> bool:
        """Tell whether a confirmation must be taken."""
        if self.state in {"paused_again", "confirmed"}:
            return True
        in_time = now_ms <= end_of_next_day(self.placed_ms)
        return self.state == "placed" and not self.executed and not self.restrained and in_time

    def confirm(self, now_ms: int, *, listed: bool) -> None:
        """Take a confirmation; a second one changes nothing."""
        if self.confirmed_ms is None:
            self.confirmed_ms = now_ms
            self.due_ms = end_of_next_day(now_ms) if listed else None
            self.state, self.told = ("paused_again", "wait") if listed else ("confirmed", "execute")

    def cancel(self) -> bool:
        """Take a cancellation, and tell whether it must be taken."""
        if self.state != "cancelled" and (self.executed or self.state in _ENDED):
            return False
        self.state, self.told, self.due_ms = "cancelled", "do_not_execute", None
        return True

    def restrain(self, until_ms: int | None, *, keep: bool) -> bool:
        """Take an authority's notice, and tell whether it must be taken."""
        if self.executed or self.state in _ENDED:
            return False
        if not keep:
            self.state, self.told, self.due_ms = "not_accepted", "do_not_execute", None
        else:
            self.told, self.restrained = "wait", True
            self.due_ms = None if until_ms is None else max(until_ms, self.due_ms or 0)
        return True


class Holds(RuleBasedStateMachine):
    """Orders are held, and everything that can happen to them happens."""

    placed = Bundle("placed")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.world = World()
        self.orders: dict[str, Expected] = {}
        self.listed = False
        self.run(self.world.enlist(OWN))

    def teardown(self) -> None:
        """Close the loop."""
        self.loop.close()

    def run(self, call: Awaitable[Result]) -> Result:
        """Wait for a call."""

        async def whole() -> Result:
            return await call

        return self.loop.run_until_complete(whole())

    @property
    def now_ms(self) -> int:
        """Give the clock's instant."""
        return self.world.clock.instant_ms

    def expected(self, hold: str) -> Expected:
        """Give what the law says of a hold by now."""
        order = self.orders[hold]
        order.pass_time(self.now_ms)
        return order

    def taken(self, call: Awaitable[Json], *, wanted: bool) -> None:
        """Make a call that must be taken, or refused by a provision."""
        if wanted:
            self.run(call)
            return
        with pytest.raises(ForbiddenByLawError, match=r"\(.+\)$"):
            self.run(call)

    @precondition(lambda self: len(self.orders) < MOST)
    @rule(target=placed)
    def place(self) -> str:
        """An order is held; another amount makes it another operation."""
        number = len(self.orders) + 1
        at = rfc3339(self.now_ms)
        hold = self.run(self.world.place(f"t-{number}", occurred_at=at, amount_minor=25_000_000 + number))
        due_ms = end_of_next_day(self.now_ms)
        self.orders[hold] = Expected(event_id=f"t-{number}", placed_ms=self.now_ms, due_ms=due_ms)
        return hold

    @rule(hours=st.sampled_from([0, 1, 7, 11, 12, 13, 24, 36, 60]), more_ms=st.sampled_from([0, 1, -1]))
    def wait(self, hours: int, more_ms: int) -> None:
        """Time passes, often to an edge of a day."""
        self.world.clock.instant_ms += max(0, hours * HOUR_MS + more_ms)

    @rule(day=st.sampled_from([0, 1]), more_ms=st.sampled_from([0, 1]))
    def wait_for_midnight(self, day: int, more_ms: int) -> None:
        """Time passes up to the last millisecond of a day, or to the first of the next."""
        self.world.clock.instant_ms = end_of_next_day(self.now_ms) - (1 - day) * DAY_MS + more_ms

    @rule()
    def change_database(self) -> None:
        """The payee comes into the regulator's database, or leaves it."""
        self.run(self.world.enlist(DATABASE, remove=self.listed))
        self.listed = not self.listed

    @rule(hold=placed)
    def confirm(self, hold: str) -> None:
        """The client confirms."""
        order, now_ms = self.expected(hold), self.now_ms
        wanted = order.may_confirm(now_ms)
        self.taken(self.world.confirm(hold), wanted=wanted)
        if wanted:
            order.confirm(now_ms, listed=self.listed)

    @rule(hold=placed)
    def cancel(self, hold: str) -> None:
        """The client cancels."""
        self.taken(self.world.cancel(hold), wanted=self.expected(hold).cancel())

    @rule(hold=placed)
    def be_another(self, hold: str) -> None:
        """Another client never acts."""
        for act in (self.world.confirm, self.world.cancel):
            with pytest.raises(OtherClientError):
                self.run(act(hold, Said(by="client", customer_id="c-9")))

    @rule(hold=placed)
    def release(self, hold: str) -> None:
        """The bank never releases."""
        self.taken(release_hold(self.world.shard, hold, reason=None), wanted=False)

    @rule(hold=placed, hours=st.sampled_from([None, 1, 100]), keep=st.booleans())
    def restrain(self, hold: str, hours: int | None, *, keep: bool) -> None:
        """An authority orders to keep or to return the money."""
        until_ms = None if hours is None else self.now_ms + hours * HOUR_MS
        notice = Notice(
            number="1",
            date="2026-05-08",
            effect="keep" if keep else "return",
            provision="УПК, ст. 115.2",
            until=None if until_ms is None else rfc3339(until_ms, MOSCOW),
        )
        self.taken(self.world.restrain(hold, notice), wanted=self.expected(hold).restrain(until_ms, keep=keep))

    @rule(hold=placed, word=st.sampled_from(["executed", "failed"]))
    def report(self, hold: str, word: str) -> None:
        """The bank reports; even what it must not have done is taken."""
        order = self.expected(hold)
        at = from_ms(self.now_ms, MOSCOW).replace(tzinfo=None).isoformat()
        self.run(self.world.report(word, of=order.event_id, at=at))
        order.executed = word == "executed"
        order.breaches += order.executed and order.told != "execute"

    @rule()
    def fire(self) -> None:
        """A worker looks, and another one behind it finds nothing left."""
        self.run(self.world.fire())
        assert self.run(self.world.fire()) == 0

    @rule()
    def restart(self) -> None:
        """The server stops and starts again."""
        self.world.restart()

    @invariant()
    def every_hold_stands_as_the_law_says(self) -> None:
        """State, instruction and breaches are those of the model, fired or not."""
        for hold in self.orders:
            order, row = self.expected(hold), self.run(self.world.read(hold))
            assert (row["state"], row["instruction"], row["executed"]) == (order.state, order.told, order.executed)
            assert sum(act["details"].get("breach", False) for act in row["history"]) == order.breaches
            self.check_history(order, row)

    def check_history(self, order: Expected, row: dict[str, Any]) -> None:
        """No third pause, no state that no act led to, no pause beyond its term, no execution without a choice."""
        history = row["history"]
        pauses = [act for act in history if act["to_state"] == "paused_again" != act["from_state"]]
        assert len(pauses) <= 1
        assert [act["from_state"] for act in history] == [None, *(act["to_state"] for act in history[:-1])]
        if row["instruction"] == "wait" and not order.restrained and not order.executed:
            assert self.now_ms <= end_of_next_day(order.confirmed_ms or order.placed_ms)
        if row["instruction"] == "execute":
            assert order.confirmed_ms is not None

    @precondition(lambda self: self.orders)
    @invariant()
    def the_log_alone_says_it(self) -> None:
        """The row of a hold is what its last stored act says, and the acts follow one another."""
        for hold in self.orders:
            row = self.world.store.hold(hold)
            acts = [read_act(record.act) for record in self.world.store.thread(hold) if record.act]
            assert row is not None
            if acts:
                last = acts[-1]
                assert (row.state, row.due_ms, row.policy) == (last.to_state.value, last.due_ms, last.policy)


Holds.TestCase.settings = settings(
    max_examples=50,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


TestHolds = Holds.TestCase
