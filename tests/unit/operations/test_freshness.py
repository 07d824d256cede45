"""How fresh feeds are, and what went through while one was late."""

from typing import Any

import pytest

from holdfast.api.metrics import exposition
from holdfast.operations.freshness import feed_row, freshness
from holdfast.operations.read_lists import list_summaries
from holdfast.operations.readiness import readiness
from holdfast.operations.undo_version import Wrong, undo_version
from holdfast.vocabulary.records import ExposureRow
from tests.unit.operations.following import DATABASE, World, client, inn, told

PAYEE = inn(500100732259)
OWN = "bank.recipients"


def feed(world: World) -> dict[str, Any]:
    """Describe the Bank of Russia's feed."""
    row: Any = feed_row(world.shard, DATABASE)
    return dict(row)


def test_a_feed_is_late_by_the_minutes_past_its_deadline_until_one_comes_in_time() -> None:
    """The deadline is the law's: one hour from publication; the next snapshot in time clears the alarm."""

    async def story(world: World) -> None:
        assert (feed(world)["state"], feed(world)["loaded_at"], feed(world)["deadline_hours"]) == ("never", None, 1)
        await world.load(inn(1), published="2026-05-08T11:00:00")
        assert (feed(world)["state"], feed(world)["minutes_late"]) == ("fresh", 0)
        world.at("2026-05-08T14:12:00")
        await world.load(inn(1), inn(2), published="2026-05-08T12:00:00")
        row = feed(world)
        assert (row["state"], row["minutes_late"]) == ("late", 72)
        assert (row["published_at"][11:16], row["loaded_at"][11:16]) == ("12:00", "14:12")
        assert any(f"`{DATABASE}`" in line and "72 min" in line for line in readiness(world.shard).degraded)
        await world.edit(inn(3))
        world.restart()
        assert feed(world) == row
        world.at("2026-05-08T15:59:00")
        await world.load(inn(1), published="2026-05-08T15:00:00")
        assert feed(world)["state"] == "fresh"
        assert not any(DATABASE in line for line in readiness(world.shard).degraded)

    told(story)


def test_a_silence_of_more_than_a_day_is_stale() -> None:
    """Nothing loaded for longer than a day is an alarm, whatever was late before; the metrics tell the age."""

    async def story(world: World) -> None:
        await world.load(inn(1), published="2026-05-08T11:30:00")
        world.at("2026-05-09T12:00:00")
        assert feed(world)["state"] == "fresh"
        world.clock.instant_ms += 1
        assert feed(world)["state"] == "stale"
        assert any("more than a day" in line for line in readiness(world.shard).degraded)
        text = exposition(world.shard).decode()
        assert f'holdfast_feed_age_seconds{{list="{DATABASE}"}} 86400.001' in text
        assert f'holdfast_feed_minutes_late{{list="{DATABASE}"}} 0.0' in text

    told(story)


def test_a_list_without_a_deadline_has_no_feed() -> None:
    """The bank's own list is never late."""

    async def story(world: World) -> None:
        await world.load(inn(1), published="2026-05-01T11:30:00", name=OWN)
        assert freshness(world.shard, OWN) is None
        rows = {row["list"]: row["feed"] for row in list_summaries(world.shard)}
        assert rows[OWN] is None
        assert rows[DATABASE] == feed(world)

    told(story)


def exposed(world: World) -> list[ExposureRow]:
    """Give what was counted, the oldest first."""
    return list(world.store.exposures(100, kind="late_feed").items)[::-1]


async def between(world: World, published: str, loaded: str) -> None:
    """Let one transfer pass in time and one after the deadline of a snapshot that names the payee, and load it."""
    world.at(f"{published[:11]}12:30:00")
    await world.pay("t-before", occurred_at=f"{published[:11]}12:30:00+03:00")
    world.at(f"{published[:11]}13:30:00")
    await world.pay("t-late", occurred_at=f"{published[:11]}13:30:00+03:00")
    await world.pay("t-other", occurred_at=f"{published[:11]}13:30:00+03:00", payee={"inn": f"{9:012d}"})
    world.at(loaded)
    await world.load(PAYEE, published=published)
    await world.follow()


def test_money_that_went_to_a_payee_after_the_deadline_is_counted() -> None:
    """A snapshot loaded 72 minutes late finds the transfer to its payee, and no other; the reason says all."""

    async def story(world: World) -> None:
        await between(world, "2026-05-08T12:00:00", "2026-05-08T14:12:00")
        (row,) = exposed(world)
        decision = world.store.by_event("t-late")
        assert decision is not None
        assert (row.decision_id, row.amount_minor, row.currency) == (decision.decision_id, 25_000_000, "RUB")
        assert row.at_ms == decision.received_ms
        assert DATABASE in row.reason
        assert "72 min" in row.reason
        assert world.store.thread(decision.decision_id)[-1].exposures == (row,)

    told(story)


def test_a_snapshot_in_time_counts_nothing() -> None:
    """Up to the deadline itself the bank did what the law asks."""

    async def story(world: World) -> None:
        await between(world, "2026-05-08T12:59:00", "2026-05-08T13:59:00")
        assert exposed(world) == []

    told(story)


@pytest.mark.parametrize("word", ["rejected", "executed"])
def test_an_operation_that_failed_cost_nobody_anything(word: str) -> None:
    """What the bank reported as not executed is left out."""

    async def story(world: World) -> None:
        world.at("2026-05-08T13:30:00")
        await world.pay("t-1", occurred_at="2026-05-08T13:30:00+03:00")
        await world.result("t-1", word)
        world.at("2026-05-08T14:12:00")
        await world.load(PAYEE, published="2026-05-08T12:00:00")
        await world.follow()
        assert len(exposed(world)) == (word == "executed")

    told(story)


def test_an_operation_is_counted_once_however_many_late_versions_name_it() -> None:
    """Two late snapshots that bring the same payee are one sum of money."""

    async def story(world: World) -> None:
        await between(world, "2026-05-08T12:00:00", "2026-05-08T14:12:00")
        await world.load(inn(1), published="2026-05-08T12:01:00")
        await world.load(PAYEE, published="2026-05-08T12:02:00")
        world.restart()
        assert await world.follow() == 2
        assert len(exposed(world)) == 1

    told(story)


def test_what_was_held_for_another_reason_is_no_exposure() -> None:
    """The bank's own list held it, so that the late feed let nothing through."""

    async def story(world: World) -> None:
        await world.edit(PAYEE, name=OWN)
        await between(world, "2026-05-08T12:00:00", "2026-05-08T14:12:00")
        assert exposed(world) == []

    told(story)


def test_a_wrong_version_s_correction_is_never_late() -> None:
    """A version that takes another one back bears the date of the last good one, and blames nobody for it."""

    async def story(world: World) -> None:
        await world.load(PAYEE, inn(1), published="2026-05-08T11:30:00")
        bad = await world.load(inn(1), published="2026-05-08T11:40:00")
        world.at("2026-05-08T16:00:00")
        await world.pay("t-1", payer=client(3))
        await undo_version(
            world.shard,
            Wrong(list=DATABASE, version=bad.version, reason="cut off", kind="letter", reference="1"),
            people=("anna", "boris"),
        )
        assert exposed(world) == []
        assert feed(world)["state"] == "fresh"

    told(story)


def test_an_entry_that_would_have_stopped_nothing_counts_nothing() -> None:
    """The late snapshot names the payee, but by an entry that had expired when the transfer was made."""

    async def story(world: World) -> None:
        world.at("2026-05-08T13:30:00")
        await world.pay("t-1", occurred_at="2026-05-08T13:30:00+03:00")
        ended = world.clock.now_ms()
        world.at("2026-05-08T14:12:00")
        await world.load(inn(500100732259, expires_ms=ended), published="2026-05-08T12:00:00")
        await world.follow()
        assert exposed(world) == []

    told(story)
