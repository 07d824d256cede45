"""The past is never asked again: replays, revisions and rebuilds take what a provider answered from the record."""

import asyncio
import json

import pytest

from holdfast.operations.compact import compact
from holdfast.operations.decide_event import decide_event
from holdfast.operations.declare_source import declare_own_sources
from holdfast.operations.enrich import Enriched, enrich
from holdfast.operations.publish_rules import law_of
from holdfast.operations.read_decision import read_decision, replay_decision
from holdfast.operations.rebuild import rebuild
from holdfast.operations.replay_log import ReplayRun, fold_again, judge_again
from holdfast.operations.shard import Shard, beginning
from holdfast.operations.take_event import take_event
from holdfast.rules.condition import condition
from holdfast.rules.outside import outside_reads
from holdfast.vocabulary.errors import PackError, ProviderError
from holdfast.vocabulary.instants import DAY_MS
from holdfast.wire.codec import decode
from tests.unit.operations.enriching import PHONE, World, rows, skipped, told
from tests.unit.operations.shards import NOON_MS, Json, event, transfer

CHALLENGED = rows(bank_risk="challenge")
RISK = "outside.telecom.risk"
REPORT = {
    "client": {"customer_id": "c-1", "kind": "individual"},
    "provider": "op",
    "atypical": True,
    "window_start": "2026-05-08T04:00:00+03:00",
    "window_end": "2026-05-08T11:00:00+03:00",
}


async def decided(world: World, event_id: str) -> Json:
    """Decide a transfer of a client whose phone is known."""
    answer: Json = json.loads((await decide_event(world.shard, transfer(event_id, payer=PHONE))).body)
    return answer


def test_a_replay_judges_by_the_recorded_answer() -> None:
    """With and without an answer the decision comes out again to the byte, and nobody is asked."""

    async def story(world: World) -> None:
        good = await decided(world, "a")
        world.told.error = ProviderError("down")
        bad = await decided(world, "b")
        assert skipped(bad)
        world.told.error, world.told.answer["risk"] = None, 0.0
        for decision in (good, bad):
            assert replay_decision(world.shard, decision["id"]).equal
            assert json.loads(read_decision(world.shard, decision["id"])) == decision
        run, shard = ReplayRun(), world.shard
        for work in (judge_again(shard, run), fold_again(shard, run, lambda *_: shard.fresh_memory())):
            list(work)
        assert (run.judged_equal, run.refolded_equal, run.all_equal) == (2, 2, True)
        assert len(world.told.asked) == 2

    told(story, CHALLENGED)


@pytest.mark.parametrize("start", ["as it is", "log", "snapshot"])
def test_a_revision_takes_the_recorded_answer(start: str) -> None:
    """What is decided again later, also after a restart, asks nobody: its facts hold the first answer."""

    async def story(world: World) -> None:
        await declare_own_sources(world.shard, NOON_MS - 365 * DAY_MS)
        first = await decided(world, "a")
        assert first["outcome"] == "challenge"
        if start != "as it is":
            if start == "snapshot":
                assert compact(_fresh(world)).seq == world.shard.seq
            rebuild(world.shard)
        world.told.answer["risk"] = 0.0
        await take_event(world.shard, event("t-1", "telecom_activity", **REPORT))
        now = json.loads(read_decision(world.shard, first["id"]))
        assert (now["outcome"], now["revision"]) == ("hold", 2)
        assert [rule["id"] for rule in now["rules"]] == ["bank_risk"]
        assert len(world.told.asked) == 1

    told(story, CHALLENGED)


def _fresh(world: World) -> Shard:
    shard = beginning(world.shard)
    rebuild(shard)
    return shard


def test_the_law_of_the_past_knows_the_names_of_its_providers() -> None:
    """The file of providers is kept with the ruleset, so that old rules compile when the provider is long gone."""

    async def story(world: World) -> None:
        _, law = law_of(world.store, world.shard.ruleset)
        assert law.regime("transfer", NOON_MS).outside.providers == ("telecom",)
        other = World(CHALLENGED, more="    cache_s: 1\n")
        assert other.shard.ruleset != world.shard.ruleset

    told(story, CHALLENGED)


def test_an_event_that_nobody_is_asked_about_costs_no_switch() -> None:
    """Without providers the enrich step is not even called; without readers of an event type it gives back at once."""

    async def story(world: World) -> None:
        body = event("l", "login", client={"customer_id": "c-1"}, where="bank")
        decoded = decode(body, NOON_MS)
        call = enrich(world.shard, decoded, b"k", deadline=None)
        with pytest.raises(StopIteration) as done:
            call.send(None)
        assert done.value.value == Enriched(decoded=decoded)

    told(story, CHALLENGED)


FAULTS = {
    "no policy": (CHALLENGED.replace("    on_missing: challenge\n", ""), "needs `on_missing`", "/rules/0/on_missing"),
    "unknown policy": (rows(bank_risk="ignore"), "one of", "/rules/0/on_missing"),
    "policy without a reason": (
        CHALLENGED.replace(RISK, "amount").replace("> 0.5", "> rub(5)"),
        "belongs to a rule that reads",
        "/rules/0/on_missing",
    ),
    "disagreement": (rows(one="last_good", two="none"), "`one` takes a last good answer of `telecom` and `two`", ""),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_rule_that_reads_outside_says_what_is_done_without_it(fault: str) -> None:
    """No rule goes live that would pass what it cannot judge without having said so."""
    text, said, pointer = FAULTS[fault]
    with pytest.raises(PackError) as caught:
        World(text).law.regime("transfer", NOON_MS)
    assert (said in caught.value.message, caught.value.pointer) == (True, pointer), caught.value.message


def test_whom_a_pack_binds_does_not_depend_on_a_provider() -> None:
    """Only the condition of a sign, a rule or a duty may read from outside: a pack's own and a limit may not."""
    law = World(CHALLENGED).law
    bound = condition("outside.telecom.ok", law.scope(law.packs[0], "transfer"), place=0, shown=())
    with pytest.raises(PackError, match="reads from outside"):
        outside_reads((), None, [bound])


def test_a_name_that_no_provider_declares_gets_the_nearest() -> None:
    """A slip of the pen is told before anything goes live."""
    with pytest.raises(Exception, match=r"no field `outside\.telecom\.rick`") as caught:
        World(CHALLENGED.replace("telecom.risk >", "telecom.rick >")).law.regime("transfer", NOON_MS)
    assert "outside.telecom.risk" in str(getattr(caught.value, "advice", ""))


def test_a_last_good_answer_decides_where_all_readers_allow_it() -> None:
    """With a last good answer the rule is judged; when that is too old the decision says so and nothing is proposed."""

    async def story(world: World) -> None:
        await decided(world, "a")
        world.told.error = ProviderError("down")
        world.tick.wait(50)
        assert [rule["id"] for rule in (await decided(world, "b"))["rules"]] == ["bank_risk"]
        world.tick.wait(60)
        decision = await decided(world, "c")
        assert skipped(decision) == [(RISK, "too_old", ("bank_risk",), "last_good")]
        assert decision["outcome"] == "allow"

    told(story, rows(bank_risk="last_good"), more="    max_age_s: 100\n")


def test_in_observe_mode_a_missing_input_is_named_and_acts_on_nobody() -> None:
    """A rule that is only watched challenges nobody, with or without its input."""

    async def story(world: World) -> None:
        world.told.error = ProviderError("down")
        decision = await decided(world, "a")
        assert (decision["outcome"], decision["would_be"]) == ("allow", "challenge")
        assert skipped(decision) == [(RISK, "error", ("bank_risk",), "challenge")]

    told(story, CHALLENGED + "    mode: observe\n")


def test_twenty_at_once_are_each_asked_about_once() -> None:
    """Different operations are enriched side by side, and stand in the log in the order in which they were decided."""

    async def story(world: World) -> None:
        world.told.gate.clear()
        calls = [asyncio.ensure_future(decided(world, f"t-{number}")) for number in range(20)]
        await asyncio.sleep(0.01)
        assert len(world.told.asked) == 20
        world.told.gate.set()
        await asyncio.gather(*calls)
        assert [record.seq for record in world.store.replay()] == list(range(1, 21))

    told(story, CHALLENGED)
