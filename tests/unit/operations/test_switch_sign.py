"""A sign is switched to act less by two people, for some hours: what is decided, counted, kept and refused then."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from holdfast.operations.decide_event import decide_event
from holdfast.operations.exposure import exposure_view
from holdfast.operations.publish_rules import publish_modes
from holdfast.operations.read_decision import replay_decision
from holdfast.operations.read_packs import pack_summaries
from holdfast.operations.read_switches import switch_page
from holdfast.operations.readiness import readiness
from holdfast.operations.rebuild import rebuild
from holdfast.operations.recover import recover
from holdfast.operations.snapshot import freeze
from holdfast.operations.switch_sign import HOURS_MAX, RUNNING_MAX, Asked, Back, Wanted, switch_back, switch_sign
from holdfast.operations.take_event import take_event
from holdfast.vocabulary.errors import ConflictError, HoldfastError, InvalidError, NotFoundError, UnavailableError
from holdfast.vocabulary.instants import HOUR_MS, MINUTE_MS
from holdfast.vocabulary.outcome import Mode
from holdfast.vocabulary.records import RecordKind
from holdfast.vocabulary.switches import Switch
from tests.unit.operations.holding import DATABASE, OWN, World, refused, told
from tests.unit.operations.shards import NOON_MS, Json, event, transfer

SIGN = "ru.od-2506.1.7"  # the bank's own list
OTHER = "ru.od-2506.1.1"  # the regulator's list
TWO = ("Anna", "Boris")
UNTIL = NOON_MS + 4 * HOUR_MS
WANTED = Wanted(sign=SIGN, mode=Mode.OBSERVE, until_ms=UNTIL, reason="the list has half the city")
BACK = Back(sign=SIGN, reason="the list is mended")


async def switch(world: World, **changes: Any) -> Switch:
    """Switch as two people."""
    made = await switch_sign(world.shard, replace(WANTED, **changes), people=TWO)
    assert isinstance(made, Switch)
    return made


async def back(world: World, **changes: Any) -> Switch:
    """Switch back as two people."""
    ended = await switch_back(world.shard, replace(BACK, **changes), people=TWO)
    assert isinstance(ended, Switch)
    return ended


async def decide(world: World, event_id: str, **changes: Any) -> Json:
    """Decide a transfer; its judgement must come out again."""
    answer: Json = json.loads((await decide_event(world.shard, transfer(event_id, **changes))).body)
    assert replay_decision(world.shard, answer["id"]).equal
    return answer


async def outcome(world: World, event_id: str, **changes: Any) -> tuple[str, str | None]:
    """Decide a transfer, and give what came out and what would have been."""
    answer = await decide(world, event_id, **changes)
    return answer["outcome"], answer["would_be"]


def mode(answer: Json, sign: str = SIGN) -> tuple[str, str]:
    """Give how a sign stands in a decision, and how far it acted."""
    return next((row["state"], row["mode"]) for row in answer["signs"] if row["id"] == sign)


def under(world: World, modes: dict[str, Mode]) -> None:
    """Start anew with other modes in the settings."""
    tenant = replace(world.shard.tenant, voice=replace(world.shard.tenant.voice, modes=modes))
    world.shard.ruleset = publish_modes(world.store, world.shard.ruleset, modes)
    world.shard.tenant, world.shard.law = tenant, world.shard.law.heard_by(tenant)
    rebuild(world.shard)


def passed(world: World) -> list[tuple[str, int, int]]:
    """Give what all switches let through, by currency."""
    rows = exposure_view(world.shard, 0, UNTIL * 2)["currencies"]
    return [(row["currency"], row["let_through"]["amount_minor"], row["let_through"]["count"]) for row in rows]


def shown(world: World) -> list[Json]:
    """Give every switch as it is listed."""
    page: Any = switch_page(world.shard, limit=100, cursor=None)
    rows: list[Json] = page["items"]
    return rows


def test_a_switched_sign_only_watches_until_it_expires() -> None:
    """From the act on the sign fires and stops nothing, to the last millisecond; at the expiry it acts by itself."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        assert await outcome(world, "t-1") == ("hold", None)
        made = await switch(world)
        assert (made.was, made.mode, made.by, made.pack) == (Mode.ENFORCE, Mode.OBSERVE, TWO, "ru.od-2506")
        answer = await decide(world, "t-2")
        assert (answer["outcome"], answer["would_be"], answer["hold"]) == ("allow", "hold", None)
        assert mode(answer) == ("fired", "observe")
        assert mode(await decide(world, "t-3", payee={"kind": "individual", "inn": "7707083893"})) == (
            "clear",
            "observe",
        )
        world.clock.instant_ms = UNTIL - 1
        assert await outcome(world, "t-4") == ("allow", "hold")
        world.clock.instant_ms = UNTIL
        answer = await decide(world, "t-5")
        assert (answer["outcome"], mode(answer)) == ("hold", ("fired", "enforce"))

    told(story)


def test_an_advised_sign_asks_a_person() -> None:
    """Switched to `advise` the transfer passes, and one measure asks a person to look."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        await switch(world, mode=Mode.ADVISE)
        answer = await decide(world, "t-1")
        assert (answer["outcome"], answer["would_be"]) == ("allow", "hold")
        assert {"kind": "open_case", "advised": "hold", "source": SIGN} in answer["measures"]

    told(story)


def test_only_the_switched_sign_acts_less() -> None:
    """Another sign that fires holds as before, and nothing counts as let through."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        await world.enlist(DATABASE)
        await switch(world)
        answer = await decide(world, "t-1")
        assert (answer["outcome"], mode(answer, OTHER)) == ("hold", ("fired", "enforce"))
        assert passed(world) == []

    told(story)


def test_a_rule_is_switched_like_a_sign() -> None:
    """A bank's rule, which bears no dates, is switched by its own id and shows it."""

    async def story(world: World) -> None:
        rule = next(rule.id for pack in world.shard.law.packs for rule in pack.rules)
        made = await switch(world, sign=rule)
        assert made.sign == rule
        rows: Any = [row for pack in pack_summaries(world.shard) for row in (*pack["rules"], *pack["signs"])]  # type: ignore[misc]  # rows of rows
        assert [row["id"] for row in rows if row["mode"] == "observe"] == [rule]

    told(story)


def test_a_restart_changes_nothing() -> None:
    """A new process reads the switch from the log and decides as before, also where its settings let it act less."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        made = await switch(world, mode=Mode.ADVISE)
        before = await decide(world, "t-1")
        world.restart()
        after = await decide(world, "t-2")
        assert world.shard.switches.every == (made,)
        assert mode(after) == mode(before) == ("fired", "advise")
        assert after["versions"] == before["versions"]
        under(world, {SIGN: Mode.OBSERVE})
        assert mode(await decide(world, "t-3")) == ("fired", "observe")

    told(story)


def test_switches_expire_one_after_the_other() -> None:
    """While two run both signs only watch; when the first has expired the second goes on."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        await world.enlist(DATABASE)
        await switch(world, until_ms=UNTIL)
        await switch(world, sign=OTHER, until_ms=UNTIL + HOUR_MS)
        answer = await decide(world, "t-1")
        assert (answer["outcome"], mode(answer), mode(answer, OTHER)) == (
            "allow",
            ("fired", "observe"),
            ("fired", "observe"),
        )
        world.clock.instant_ms = UNTIL
        answer = await decide(world, "t-2")
        assert (answer["ground"], mode(answer, OTHER)) == (SIGN, ("fired", "observe"))
        world.restart()
        assert mode(await decide(world, "t-3"), OTHER) == ("fired", "observe")
        world.clock.instant_ms = UNTIL + HOUR_MS
        assert mode(await decide(world, "t-4"), OTHER) == ("fired", "enforce")

    told(story)


def test_two_people_switch_back_before_the_expiry() -> None:
    """From the act on the sign acts; the same again gives the same, and a word for what is over is refused."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        await refused(switch_back(world.shard, BACK, people=TWO), NotFoundError)
        await switch(world)
        assert await outcome(world, "t-1") == ("allow", "hold")
        alone = await switch_back(world.shard, BACK, people=("Anna",))
        assert isinstance(alone, Asked)
        assert await outcome(world, "t-2") == ("allow", "hold")
        ended = await back(world)
        assert (ended.ended_ms, ended.ended_by, ended.ended_reason) == (NOON_MS, TWO, BACK.reason)
        assert await outcome(world, "t-3") == ("hold", None)
        assert await back(world) == ended
        error = await refused(switch_back(world.shard, replace(BACK, reason="again"), people=TWO), ConflictError)
        assert "acts as before since 2026-05-08T12:00:00" in error.message
        world.restart()
        assert await outcome(world, "t-4") == ("hold", None)
        assert [row["state"] for row in shown(world)] == ["ended"]
        assert (await switch(world)).id != ended.id
        assert await outcome(world, "t-5") == ("allow", "hold")

    told(story)


def test_what_a_switch_let_through_is_counted() -> None:
    """Count and money by currency, of just the operations that the sign would have stopped, for each switch apart."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        await switch(world)
        await decide(world, "t-1")
        await decide(world, "t-2", amount_minor=1_000)
        await decide(world, "t-3", currency="KZT", amount_minor=7)
        await decide(world, "t-4", payee={"kind": "individual", "inn": "7707083893"})
        assert passed(world) == [("KZT", 7, 1), ("RUB", 25_001_000, 2)]
        await back(world)
        await switch(world, reason="again")
        await decide(world, "t-5", amount_minor=3)
        newest, first = shown(world)
        assert newest["let_through"] == [{"currency": "RUB", "amount_minor": 3, "count": 1}]
        assert [row["count"] for row in first["let_through"]] == [1, 2]
        assert world.shard.figures.let_through == {SIGN: 4}
        rows = [row for record in world.store.replay() for row in record.exposures]
        assert rows[0].reason == f"{SIGN} switched by {first['id']}"

    told(story)


REPORT: Json = {
    "client": {"customer_id": "c-1"},
    "provider": "op-1",
    "window_start": "2026-05-08T05:00:00+03:00",
    "window_end": "2026-05-08T11:00:00+03:00",
    "calls": {"count": 40, "minutes": 240, "new_numbers": 30, "usual_minutes": 3},
    "messages": {"count": 90, "usual_count": 2, "new_senders": 40},
    "atypical": True,
}


@pytest.mark.parametrize("between", ["nothing", "restart", "snapshot"])
def test_what_comes_later_counts_once(between: str) -> None:
    """A report that would have stopped a transfer counts it as let through, once, whatever happens in between."""

    async def story(world: World) -> None:
        sign = "ru.od-2506.1.9"
        assert (await decide(world, "before"))["outcome"] == "allow"
        await switch(world, sign=sign)
        answer = await decide(world, "t-1", amount_minor=500)
        assert mode(answer, sign) == ("unknown", "observe")
        world.clock.instant_ms += MINUTE_MS
        await take_event(world.shard, event("tel-1", "telecom_activity", **REPORT))
        assert passed(world) == [("RUB", 25_000_500, 2)]
        if between == "snapshot":
            world.store.write_snapshot(world.shard.seq, freeze(world.shard))
        if between != "nothing":
            world.restart()
            assert (world.shard.snapshot_seq > 0) is (between == "snapshot")
        await take_event(world.shard, event("tel-2", "telecom_activity", **REPORT))
        assert passed(world) == [("RUB", 25_000_500, 2)]
        kinds = [record.kind for record in world.store.replay()]
        assert (kinds.count(RecordKind.EXPOSURE), RecordKind.REVISION in kinds) == (2, False)

    told(story)


@pytest.mark.parametrize("restarted", [False, True])
def test_what_passed_at_once_does_not_count_again(restarted: bool) -> None:
    """A transfer that a switch let through at its decision counts no second time when a report comes for it."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        await switch(world)
        await switch(world, sign="ru.od-2506.1.9")
        await decide(world, "t-1", amount_minor=500)
        if restarted:
            world.restart()
        await take_event(world.shard, event("tel-1", "telecom_activity", **REPORT))
        assert passed(world) == [("RUB", 500, 1)]

    told(story)


def test_what_would_have_passed_anyway_does_not_count() -> None:
    """Where the settings let the whole rail only watch, a switch on top of that lets nothing through."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        under(world, {"order": Mode.OBSERVE})
        await switch(world)
        assert await outcome(world, "t-1") == ("allow", "hold")
        assert passed(world) == []

    told(story)


def test_one_person_alone_changes_nothing() -> None:
    """One person's word waits and is listed; the same person again adds nothing, and other words are no second word."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        for name in ("Anna", " anna "):
            alone = await switch_sign(world.shard, WANTED, people=(name,))
            assert isinstance(alone, Asked)
        assert await outcome(world, "t-1") == ("hold", None)
        other = await switch_sign(world.shard, replace(WANTED, reason="another"), people=("Boris",))
        assert isinstance(other, Asked)
        assert [(row["state"], row["by"], row["reason"]) for row in shown(world)] == [("asked", ("Boris",), "another")]
        world.restart()
        made = await switch_sign(world.shard, replace(WANTED, reason="another"), people=("Anna",))
        assert isinstance(made, Switch)
        assert (made.by, [row["state"] for row in shown(world)]) == (("Boris", "Anna"), ["running"])
        assert await outcome(world, "t-2") == ("allow", "hold")

    told(story)


def test_the_same_again_gives_the_same_switch() -> None:
    """A retry writes nothing and gives what the first call gave, also after the expiry and after a restart."""

    async def story(world: World) -> None:
        made = await switch(world)
        seq = world.shard.seq
        assert await switch(world) == made
        world.clock.instant_ms = UNTIL
        world.restart()
        assert await switch(world) == made
        assert world.shard.seq == seq

    told(story)


@pytest.mark.parametrize(
    ("changes", "kind", "pointer", "words"),
    [
        ({"sign": "ru.od-2506.1.70"}, InvalidError, "/sign", "no sign and no rule is called"),
        ({"sign": "ru.od-1027.1"}, InvalidError, "/sign", "is not in force at 2026-05-08"),
        ({"sign": "ru.od-2506"}, InvalidError, "/sign", "no sign and no rule is called"),
        ({"until_ms": NOON_MS}, InvalidError, "/until", "not in the future"),
        ({"until_ms": NOON_MS + HOURS_MAX * HOUR_MS + 1}, InvalidError, "/until", "more than 72 hours"),
        ({"reason": "  "}, InvalidError, "/reason", "empty"),
    ],
)
def test_what_cannot_be_switched_is_said(changes: Json, kind: type[HoldfastError], pointer: str, words: str) -> None:
    """A name that nothing has, one out of force, an expiry past or too far and an empty reason are named."""

    async def story(world: World) -> None:
        error = await refused(switch_sign(world.shard, replace(WANTED, **changes), people=TWO), kind)
        assert (error.pointer, words in error.message) == (pointer, True), error.message
        assert "`" in error.hint or "hours" in error.hint or "log" in error.hint
        assert not world.shard.switches.every

    told(story)


def test_a_wrong_name_gets_the_near_ones() -> None:
    """The hint names what was probably meant."""

    async def story(world: World) -> None:
        wrong = replace(WANTED, sign="ru.od-2506.1.77")
        error = await refused(switch_sign(world.shard, wrong, people=TWO), InvalidError)
        assert f"`{SIGN}`" in error.hint

    told(story)


def test_the_last_instant_allowed_is_allowed() -> None:
    """An expiry of exactly 72 hours is taken."""

    async def story(world: World) -> None:
        assert (await switch(world, until_ms=NOON_MS + HOURS_MAX * HOUR_MS)).at_ms == NOON_MS

    told(story)


def test_what_is_switched_is_not_switched_again() -> None:
    """Another switch of the same sign waits for the end of the first; one that acts no more than that is no switch."""

    async def story(world: World) -> None:
        await switch(world, mode=Mode.ADVISE)
        error = await refused(switch(world), ConflictError)
        assert "is switched to `advise` until 2026-05-08T16:00:00" in error.message
        await back(world)
        await switch(world)
        await back(world, reason="once more")
        error = await refused(switch(world, mode=Mode.ENFORCE), ConflictError)
        assert "acts as `enforce` already" in error.message

    told(story)


def test_the_number_of_running_switches_is_bounded() -> None:
    """One more than the most is refused, and taken when one has been switched back."""

    async def story(world: World) -> None:
        signs = [sign.id for pack in world.shard.law.packs if pack.id == "ru.od-2506" for sign in pack.signs]
        every = tuple(
            Switch(id=f"s-{number}", sign=f"gone.{number}", pack="p", was=Mode.ENFORCE, **_common())
            for number in range(RUNNING_MAX)
        )
        world.shard.switches = replace(world.shard.switches, every=every)
        error = await refused(switch(world, sign=signs[0]), ConflictError)
        assert f"{RUNNING_MAX} switches run" in error.message

    told(story)


def _common() -> Json:
    return {"mode": Mode.OBSERVE, "reason": "r", "by": TWO, "at_ms": NOON_MS, "until_ms": UNTIL}


def test_a_switch_that_was_not_written_is_none() -> None:
    """When the act's record does not reach the disk nobody is told that it did, and the sign acts after recovery."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        world.store.held = True
        call = asyncio.ensure_future(switch(world))
        while not world.store.waiting_now:
            await asyncio.sleep(0.001)
        world.store.fail()
        await refused(call, UnavailableError)

        def reopen() -> Any:
            world.store.open_again()
            return world.store

        await recover(world.shard, reopen)
        assert await outcome(world, "t-1") == ("hold", None)
        assert shown(world) == []

    told(story)


def test_recovery_keeps_a_switch() -> None:
    """A switch that is on disk is in force again after the store failed and was opened anew."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        made = await switch(world)
        world.store.held = True
        call = asyncio.ensure_future(decide_event(world.shard, transfer("lost")))
        await asyncio.sleep(0.01)
        world.store.fail()
        await refused(call, UnavailableError)

        def reopen() -> Any:
            world.store.open_again()
            return world.store

        await recover(world.shard, reopen)
        assert world.shard.switches.every == (made,)
        assert await outcome(world, "t-1") == ("allow", "hold")

    told(story)


def test_readiness_names_what_acts_less() -> None:
    """The server stays ready, and says which sign is switched to what until when, as long as it is."""

    async def story(world: World) -> None:
        await switch(world)
        line = f"`{SIGN}` is switched to `observe` until 2026-05-08T16:00:00.000+03:00"
        assert line in readiness(world.shard).degraded
        world.clock.instant_ms = UNTIL
        assert not any("switched" in word for word in readiness(world.shard).degraded)

    told(story)


def test_nothing_is_asked_where_nothing_is_switched() -> None:
    """Before any switch and after the last one events are judged by the very law that the server started with."""

    async def story(world: World) -> None:
        shard = world.shard
        assert shard.ruling(NOON_MS) == (shard.tenant, shard.law, shard.ruleset)
        await switch(world)
        assert shard.ruling(NOON_MS)[1] is not shard.law
        await back(world)
        assert (shard.switches.spans, shard.ruling(NOON_MS)[1]) == ((), shard.law)

    told(story)
