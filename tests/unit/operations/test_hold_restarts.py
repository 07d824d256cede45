"""Timers outlive clock steps, freezes and hundreds of restarts; what a withdrawal judged leaves no trace."""

from random import Random

from holdfast.engine.prepare import prepare
from holdfast.operations.withdraw_hold import Correction, withdraw_hold
from holdfast.vocabulary.holds import ActKind, HoldAct
from holdfast.vocabulary.instants import rfc3339
from holdfast.wire.codec import decode
from holdfast.wire.holds import read_act
from holdfast.wire.replies import seal_facts
from tests.unit.operations.holding import OWN, World, told
from tests.unit.operations.shards import transfer

HOUR_MS = 3_600_000
RESTARTS = 200


def lapses(world: World) -> list[HoldAct]:
    """Give the lapses in the log, in its order."""
    acts = [read_act(record.act) for record in world.store.replay() if record.act]
    return [act for act in acts if act.act is ActKind.LAPSE]


def seen(world: World) -> bytes:
    """Give, as facts, what an order at this moment would see of the past."""
    shard, now_ms = world.shard, world.clock.instant_ms
    event = decode(transfer("t-next", occurred_at=rfc3339(now_ms), device={"id": "d-1"}), now_ms).event
    regime = shard.law.regime(event.type, now_ms)
    return seal_facts(prepare(event, regime, shard.memory, seq=shard.seq + 1, decided_ms=now_ms))[0]


def test_hundreds_of_restarts_fire_each_timer_once_and_never_early() -> None:
    """The clock freezes and jumps, the server dies again and again: each hold lapses once, dated on its own instant."""

    async def story(world: World) -> None:
        random = Random(7)
        await world.enlist(OWN)
        due: dict[str, int] = {}
        for number in range(RESTARTS):
            if number % 5 == 0:
                at = rfc3339(world.clock.instant_ms)
                hold = await world.place(f"t-{number}", amount_minor=100_000 + number, occurred_at=at)
                row = world.store.hold(hold)
                assert row is not None
                due[hold] = row.until_ms
            world.clock.instant_ms += random.choice((0, 0, 1, HOUR_MS, 9 * HOUR_MS, 50 * HOUR_MS))
            world.restart()
            before = {act.hold_id for act in lapses(world)}
            if random.random() < 0.7:
                ended = {hold for hold, until_ms in due.items() if until_ms < world.clock.instant_ms}
                assert await world.fire() == len(ended - before)
        world.clock.instant_ms += 100 * HOUR_MS
        await world.fire()
        written = lapses(world)
        assert {act.hold_id: act.at_ms - 1 for act in written} == due
        assert len(written) == len(due)

    told(story)


def test_firing_goes_by_the_instants_of_the_law() -> None:
    """Whatever the order of placing, the hold that fell due first is written first."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        for number in range(20):
            at = rfc3339(world.clock.instant_ms)
            await world.place(f"t-{number}", amount_minor=100_000 + number, occurred_at=at)
            world.clock.instant_ms += 13 * HOUR_MS
        world.clock.instant_ms += 100 * HOUR_MS
        assert await world.fire() == 20
        instants = [act.at_ms for act in lapses(world)]
        assert instants == sorted(instants)

    told(story)


def test_what_a_withdrawal_judged_leaves_no_trace_in_the_past() -> None:
    """What the next order sees of the past is the same as in a memory that is built from the log."""

    async def story(world: World) -> None:
        hold = await world.place(device={"id": "d-1", "malware": True})
        for number in range(4):
            world.clock.instant_ms += HOUR_MS // 60
            at = rfc3339(world.clock.instant_ms)
            await world.report("failed", of="t-none")
            await world.place(f"t-{number + 2}", device={"id": "d-1", "malware": True}, occurred_at=at)
        said = Correction(corrections={"device.malware": False}, reason="wrong", kind="letter", reference="1")
        row, done = await withdraw_hold(world.shard, hold, said, people=("anna", "boris"))
        assert (done, row["state"]) == (True, "withdrawn")
        lived = seen(world)
        world.restart()
        assert seen(world) == lived

    told(story)
