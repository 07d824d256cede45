"""An answer comes in its time, or says in its time that it does not; what was begun goes on all the same."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from holdfast.operations import intake
from holdfast.operations.answer import patience
from holdfast.operations.decide_event import decide_event
from holdfast.operations.declare_source import declare_own_sources
from holdfast.operations.shard import Shard
from holdfast.operations.take_event import take_event
from holdfast.vocabulary.deadline import DEFAULT_MS, OTHER_MS, Deadline
from holdfast.vocabulary.errors import DeadlineExceededError, SettingError
from holdfast.vocabulary.instants import DAY_MS
from tests.unit.operations.shards import NOON_MS, SlowStore, StillClock, event, make_shard, transfer

SOON = Deadline(0, 30)
REPORT = {
    "client": {"customer_id": "c-1"},
    "provider": "op",
    "window_start": "2026-05-08T04:00:00+03:00",
    "window_end": "2026-05-08T11:00:00+03:00",
    "atypical": True,
}


def told(story: Callable[[Shard, SlowStore], Awaitable[None]]) -> None:
    """Run a story against a shard whose store takes nothing until it is told to."""

    async def whole() -> None:
        clock = StillClock()
        store = SlowStore(clock, held=True)
        await story(make_shard(store, clock), store)

    asyncio.run(whole())


async def late(call: Awaitable[Any]) -> float:
    """Expect that a call's answer does not come in time; gives the seconds that this took."""
    began = time.monotonic()
    with pytest.raises(DeadlineExceededError):
        await call
    return time.monotonic() - began


def test_a_commit_that_is_slower_than_the_deadline_is_given_up_and_the_retry_gets_the_decision() -> None:
    """The answer is refused in time, the record goes on to disk, and the same id then gets what was decided."""

    async def story(shard: Shard, store: SlowStore) -> None:
        assert await late(decide_event(shard, transfer("a"), deadline=SOON)) < 5
        assert list(shard.ports.store.replay()) == []
        store.land()
        await asyncio.sleep(0.01)
        (record,) = shard.ports.store.replay()
        answer = await decide_event(shard, transfer("a"), deadline=SOON)
        assert answer.replayed
        assert json.loads(answer.body)["id"] == record.decision_id
        assert answer.body == (await decide_event(shard, transfer("a"))).body

    told(story)


def test_a_twin_and_an_event_without_a_decision_have_their_own_deadlines() -> None:
    """A twin that waits for the first is refused in its time, while the first, which has more, is answered."""

    async def story(shard: Shard, store: SlowStore) -> None:
        first = asyncio.ensure_future(decide_event(shard, transfer("a"), deadline=Deadline(0, 50_000)))
        await asyncio.sleep(0)
        await late(decide_event(shard, transfer("a"), deadline=SOON))
        login = event("b", "login", client={"customer_id": "c-1"}, where="bank")
        await late(take_event(shard, login, deadline=SOON))
        await late(intake.take(shard, event("r", "transfer_result", of="a", result="executed"), deadline=SOON))
        store.land()
        assert not (await first).replayed
        assert (await take_event(shard, login, deadline=SOON)).replayed

    told(story)


def test_what_follows_of_an_event_goes_on_behind_its_deadline() -> None:
    """A report that makes an operation be decided again is given up in time; the revision is written nevertheless."""

    async def story(shard: Shard, store: SlowStore) -> None:
        store.held = False
        await declare_own_sources(shard, NOON_MS - 365 * DAY_MS)
        await decide_event(shard, transfer("a"))
        store.held = True
        await late(intake.decide(shard, event("s", "telecom_activity", **REPORT), deadline=SOON))
        assert (len(shard.watch.behind), len(store.waiting_now)) == (1, 2)
        store.land()
        await asyncio.sleep(0.01)
        assert not shard.watch.behind

    told(story)


def test_a_deadline_that_is_over_before_the_decision_decides_nothing() -> None:
    """No record is written, and no memory changed, for a call that nobody waits for any more."""

    async def story(shard: Shard, store: SlowStore) -> None:
        over = Deadline(-2_000_000_000, 1_000)
        await late(decide_event(shard, transfer("a"), deadline=over))
        await late(take_event(shard, transfer("b"), deadline=over))
        assert (shard.seq, len(store.waiting_now), shard.figures.decisions) == (0, 0, {})

    told(story)


def test_the_time_of_an_event_type_counts_where_the_caller_names_none() -> None:
    """Without a header the answer has the operator's time, and without one of those it waits as long as it takes."""

    async def story(shard: Shard, store: SlowStore) -> None:
        shard.patience = {"transfer": 20}
        await late(intake.decide(shard, transfer("a")))
        waiting = asyncio.ensure_future(
            intake.decide(shard, event("l", "login", client={"customer_id": "c-1"}, where="bank"))
        )
        await asyncio.sleep(0.05)
        assert not waiting.done()
        store.land()
        await waiting

    told(story)


def test_a_failed_write_is_told_before_the_deadline() -> None:
    """Who waits with a deadline hears of a failed disk at once, and as such."""

    async def story(shard: Shard, store: SlowStore) -> None:
        call = asyncio.ensure_future(decide_event(shard, transfer("a"), deadline=Deadline(0, 50_000)))
        await asyncio.sleep(0.01)
        store.fail()
        with pytest.raises(Exception, match="could not be written") as caught:
            await call
        assert not isinstance(caught.value, DeadlineExceededError)

    told(story)


def test_every_event_type_has_a_time_and_an_unknown_one_is_an_error() -> None:
    """Money is answered sooner than context; the operator's own times count; a wrong name gets the nearest."""
    times = patience({"login": 70})
    assert (times["transfer"], times["login"], times["label"]) == (DEFAULT_MS["transfer"], 70, OTHER_MS)
    with pytest.raises(SettingError, match="`transferred`") as caught:
        patience({"transferred": 70})
    assert "`transfer`" in caught.value.advice


def test_what_is_left_of_a_deadline() -> None:
    """Time runs from the start, by the tick, and is never less than none."""
    deadline = Deadline(5_000_000, 10)
    assert deadline.left_s(5_000_000) == pytest.approx(0.01)
    assert deadline.left_s(NOON_MS * 1_000_000) == 0
    assert (deadline.is_over(14_999_999), deadline.is_over(15_000_000)) == (False, True)
