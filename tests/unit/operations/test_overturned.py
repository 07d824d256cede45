"""What was said of many operations stays bounded in memory, and what had to go is found again in the log."""

import json
from collections.abc import Iterator

import pytest

from holdfast.operations.compact import compact
from holdfast.operations.decide_event import decide_event
from holdfast.operations.newest import Newest
from holdfast.operations.open_operations import OpenOperations, Undecided
from holdfast.operations.overturned import Overturned
from holdfast.operations.read_decision import read_decision
from holdfast.operations.rebuild import rebuild
from holdfast.operations.recent import Known
from holdfast.operations.remember import executed_since
from holdfast.operations.shard import Shard
from holdfast.operations.take_event import take_event
from holdfast.vocabulary.event import Event, EventId
from holdfast.vocabulary.instants import DAY_MS
from tests.unit.operations.shards import NOON_MS, SlowStore, event, transfer
from tests.unit.operations.test_past import REPORT, inflow, result, told

MANY = 12
FEW = 3


def words(number: int) -> Iterator[tuple[str, str]]:
    """Tell what is reported of one operation first, and what when many others were reported of since."""
    first, later = (("failed", "failed"), ("failed", "executed"), ("executed", "failed"), ("executed", "executed"))[
        number % 4
    ]
    yield "first", first
    yield "later", later


async def reported(shard: Shard, round_: str) -> None:
    """Report of every operation, those decided here and those only reported."""
    for number in range(MANY):
        for act, kind in ((decide_event, "decided"), (take_event, "taken")):
            word = dict(words(number))[round_]
            of = f"{kind}-{number}"
            await act(shard, result(f"{round_}-{of}", of, word))


async def facts(shard: Shard) -> str:
    """Give the hash of what one more operation sees of the past."""
    return str(json.loads((await decide_event(shard, transfer("probe"))).body)["facts_hash"])


@pytest.mark.parametrize("start", ["none", "log", "snapshot"])
def test_few_words_in_memory_tell_the_same_as_all(start: str) -> None:
    """Results that contradict earlier ones correct the past alike, however few are at hand, also after a restart."""
    seen = []

    async def story(shard: Shard, _: SlowStore) -> None:
        for number in range(MANY):
            await decide_event(shard, inflow(f"decided-{number}"))
            await take_event(shard, inflow(f"taken-{number}"))
        await decide_event(shard, transfer("revised", payer={"customer_id": "c-7", "kind": "individual"}))
        await reported(shard, "first")
        if start == "snapshot":
            compact(shard)
        if start != "none":
            rebuild(shard)
        shard.recent.clear()
        await reported(shard, "later")
        rebuild(shard)
        seen.append((await facts(shard), len(shard.changed), shard.changed.gone_upto > 0))

    async def few(shard: Shard, store: SlowStore) -> None:
        shard.changed = Overturned(FEW)
        await story(shard, store)

    told(story)
    told(few)
    (whole, _, gone), (again, kept, gone_few) = seen
    assert again == whole
    assert (gone, gone_few, kept) == (False, True, FEW)


def test_revisions_that_went_are_read_from_the_log() -> None:
    """The newest revision is given of every decision, and whether it was executed is known, also after a restart."""

    async def story(shard: Shard, _: SlowStore) -> None:
        shard.revisions, shard.changed = Newest(FEW), Overturned(FEW)
        ids = []
        for number in range(MANY):
            client = {"customer_id": f"c-{number}", "kind": "individual"}
            ids.append(json.loads((await decide_event(shard, transfer(f"t-{number}", payer=client))).body)["id"])
            await take_event(shard, event(f"tel-{number}", "telecom_activity", **REPORT | {"client": client}))
        await decide_event(shard, transfer("plain", payer={"customer_id": "c-none", "kind": "individual"}))
        for _start in range(2):
            assert (len(shard.revisions), len(shard.changed)) == (FEW, FEW)
            found = [json.loads(read_decision(shard, one)) for one in ids]
            assert [(one["outcome"], one["revision"]) for one in found] == [("hold", 2)] * MANY
            places = [record.seq for record in shard.ports.store.replay() if record.event_id.startswith("t-")]
            assert [executed_since(shard, seq) for seq in places] == [False] * MANY
            assert executed_since(shard, shard.seq) is None
            rebuild(shard)

    told(story)


def test_the_past_does_not_know_what_is_reported_later() -> None:
    """While the log is folded again, a record sees only the words before it."""

    async def story(shard: Shard, _: SlowStore) -> None:
        shard.changed = Overturned(1)
        await decide_event(shard, inflow("a"))
        place = shard.seq
        before = shard.seq
        for number, word in enumerate(("failed", "executed", "failed")):
            await take_event(shard, result(f"r-{number}", "a", word))
        await decide_event(shard, inflow("b"))
        await take_event(shard, result("r-b", "b", "failed"))
        assert shard.changed.get(place) is None
        last = shard.seq
        said = []
        for shard.seq in range(before, last + 1):
            said.append(executed_since(shard, place))
        assert said == [None, False, True, False, False, False]

    told(story)


def undecided(number: int, at_ms: int = NOON_MS) -> Undecided:
    """Make an operation that waits for an input."""
    made = Event(id=EventId(f"t-{number}"), type="transfer", occurred_ms=at_ms, received_ms=at_ms, values={})
    return Undecided(known=Known(event=made, seq=number, executed=True), decision_id=f"dec_{number}", outcome="allow")


def test_open_operations_are_those_of_the_clients_met_last() -> None:
    """Beyond so many clients the one not met for longest goes, whatever the others ask for."""
    kept = OpenOperations(clients_max=FEW)
    for number in range(MANY):
        kept.keep(bytes([number]), undecided(number))
        kept.keep(b"often", undecided(100 + number))
        assert len(kept) <= FEW
    assert [one.known.seq for one in kept.of(bytes([MANY - 1]))] == [MANY - 1]
    assert len(kept.of(b"often")) == MANY
    assert not kept.of(bytes([0]))


def test_open_operations_go_when_their_day_is_over() -> None:
    """Clients who never come again leave nothing behind, and no empty places."""
    kept = OpenOperations()
    for number in range(MANY):
        kept.keep(bytes([number]), undecided(number))
    for number in range(MANY):
        kept.keep(bytes([100 + number]), undecided(100 + number, NOON_MS + 2 * DAY_MS))
    assert len(kept) == MANY
    for number in range(MANY):
        kept.close(bytes([100 + number]), decision_id=f"dec_{100 + number}")
        kept.close(b"nobody", decision_id="dec_1")
        kept.change(b"nobody", undecided(1))
    assert (len(kept), list(kept)) == (0, [])


def test_the_newest_names_stay() -> None:
    """A name that is noted again is the newest again."""
    newest = Newest[str, int](2)
    assert [newest.note(name, place) for place, name in enumerate("abacb")] == [None, None, None, "b", "a"]
    assert list(newest) == [("c", 3), ("b", 4)]
