"""What is read outside before a decision, what is done without it, and that nobody is asked twice about one event."""

import asyncio
import json
from typing import Any

import pytest

from holdfast.operations.decide_event import decide_event
from holdfast.operations.enrich import RESERVE_LEAST_MS, RESERVE_MOST_MS, reserve_ms
from holdfast.operations.read_decision import read_decision
from holdfast.operations.readiness import readiness
from holdfast.operations.take_event import take_event
from holdfast.vocabulary.deadline import Deadline
from holdfast.vocabulary.errors import ConflictError, DeadlineExceededError, GarbageError, ProviderError
from tests.unit.operations.enriching import PHONE, World, rows, skipped, told
from tests.unit.operations.shards import Json, event, transfer

CHALLENGED = rows(bank_risk="challenge")
RISK = "outside.telecom.risk"


def paid(event_id: str, **changes: Any) -> bytes:
    """Write a transfer of a client whose phone is known."""
    return transfer(event_id, **{"payer": PHONE, **changes})


async def decided(world: World, event_id: str, **more: Any) -> Json:
    """Decide a transfer and read the answer."""
    answer: Json = json.loads((await decide_event(world.shard, paid(event_id), **more)).body)
    return answer


def test_a_rule_reads_what_a_provider_answers() -> None:
    """The provider gets the declared fields and no other, its answer makes the rule true, and evidence shows little."""

    async def story(world: World) -> None:
        decision = await decided(world, "a")
        assert world.told.asked == [{"msisdn": PHONE["phone"], "client": "c-1"}]
        (rule,) = decision["rules"]
        assert (decision["outcome"], rule["id"]) == ("challenge", "bank_risk")
        assert rule["evidence"] == {"outside.telecom.calls_new": 3}
        assert ("skipped" in decision, "enrich" in decision["timings_us"]) == (False, True)
        world.told.answer["risk"] = 0.1
        assert (await decided(world, "b"))["outcome"] == "allow"

    told(story, CHALLENGED)


@pytest.mark.parametrize(
    ("error", "why"),
    [(ProviderError("no"), "error"), (GarbageError("no"), "garbage"), (RuntimeError("bug"), "error")],
)
def test_a_missing_input_is_named_and_the_declared_policy_is_applied(error: Exception, why: str) -> None:
    """Each rule does what it declares, the decision names input, reason, checks and policy, and nothing else acts."""

    async def story(world: World) -> None:
        world.told.error = error
        decision = await decided(world, "a")
        assert skipped(decision) == [
            (RISK, why, ("bank_none",), "none"),
            (RISK, why, ("bank_check",), "challenge"),
            (RISK, why, ("bank_look",), "review"),
        ]
        assert (decision["outcome"], decision["rules"], decision["ground"]) == ("challenge", [], None)
        assert {"kind": "open_case"} in decision["measures"]
        assert world.shard.figures.skipped[RISK, why, "none"] == 1

    told(story, rows(bank_none="none", bank_check="challenge", bank_look="review"))


def test_without_an_answer_a_rule_that_says_none_proposes_nothing() -> None:
    """What is unknown is named and stops nobody."""

    async def story(world: World) -> None:
        world.told.error = ProviderError("no")
        decision = await decided(world, "a")
        assert (decision["outcome"], decision["measures"]) == ("allow", [])
        assert skipped(decision) == [(RISK, "error", ("bank_risk",), "none")]

    told(story, rows(bank_risk="none"))


def test_a_review_without_an_answer_lets_the_money_go_and_asks_a_person() -> None:
    """The operation passes, and a person is asked to look."""

    async def story(world: World) -> None:
        world.told.error = ProviderError("no")
        decision = await decided(world, "a")
        assert (decision["outcome"], decision["measures"]) == ("allow", [{"kind": "open_case"}])

    told(story, rows(bank_risk="review"))


def test_a_condition_that_is_known_without_the_input_skips_nothing() -> None:
    """A rule whose other half already decides it needs no answer, and so none is missed."""

    async def story(world: World) -> None:
        world.told.error = ProviderError("no")
        decision = await decided(world, "a")
        assert "skipped" not in decision
        assert decision["outcome"] == "allow"

    told(story, rows(bank_risk="challenge").replace("> 0.5", "> 0.5 and amount > rub(900_000)"))


def test_what_the_provider_does_not_know_is_absent_and_what_cannot_be_asked_has_no_input() -> None:
    """A null is an answer without the value; an event without the fields is never asked about."""

    async def story(world: World) -> None:
        world.told.answer["risk"] = None
        assert skipped(await decided(world, "a")) == [(RISK, "absent", ("bank_risk",), "challenge")]
        body = transfer("b", payer={"account": "40817810000000000001"})
        decision = json.loads((await decide_event(world.shard, body)).body)
        assert skipped(decision) == [(RISK, "no_input", ("bank_risk",), "challenge")]
        assert len(world.told.asked) == 1
        world.shard.readers = {"other": world.reader}
        assert skipped(await decided(world, "c")) == [(RISK, "not_configured", ("bank_risk",), "challenge")]

    told(story, CHALLENGED)


def test_a_provider_that_hangs_is_left_in_time_for_the_judgement_and_the_disk() -> None:
    """The answer comes within its deadline, without the input."""

    async def story(world: World) -> None:
        world.told.gate.clear()
        decision = await asyncio.wait_for(decided(world, "a", deadline=Deadline(0, 100)), 5)
        assert skipped(decision) == [(RISK, "deadline", ("bank_risk",), "challenge")]
        late = Deadline(0, RESERVE_LEAST_MS)
        assert skipped(await decided(world, "b", deadline=late)) == [(RISK, "deadline", ("bank_risk",), "challenge")]
        assert len(world.told.asked) == 1  # for the second there was no time to ask at all

    told(story, CHALLENGED)


def test_an_answer_that_comes_too_late_serves_the_next_decision_and_changes_none() -> None:
    """The decision that went without stays as it was answered, also when it is asked for again; the next one knows."""

    async def story(world: World) -> None:
        world.told.gate.clear()
        first = await asyncio.wait_for(decided(world, "a", deadline=Deadline(0, 80)), 5)
        assert skipped(first) == [(RISK, "deadline", ("bank_risk",), "last_good")]
        world.told.gate.set()
        for _ in range(5):
            await asyncio.sleep(0)
        world.told.error = ProviderError("down")
        second = await decided(world, "b")
        assert (second["outcome"], [rule["id"] for rule in second["rules"]]) == ("challenge", ["bank_risk"])
        assert await decided(world, "a") == first
        assert json.loads(read_decision(world.shard, first["id"])) == first

    told(story, rows(bank_risk="last_good"), more="    max_age_s: 60\n")


def test_time_is_kept_for_the_judgement_and_the_disk() -> None:
    """A quarter of the deadline, within limits."""
    assert [reserve_ms(budget) for budget in (10, 300, 60_000)] == [RESERVE_LEAST_MS, 75, RESERVE_MOST_MS]


def test_fifty_twins_ask_once_and_get_one_decision() -> None:
    """While the first is being enriched all others wait for it, also those of another body or route."""

    async def story(world: World) -> None:
        world.told.gate.clear()
        calls = [asyncio.ensure_future(decide_event(world.shard, paid("a"))) for _ in range(50)]
        other = asyncio.ensure_future(decide_event(world.shard, paid("a", amount_minor=1)))
        route = asyncio.ensure_future(take_event(world.shard, paid("a")))
        await asyncio.sleep(0.02)
        assert (len(world.told.asked), len(world.shard.openings), world.shard.seq) == (1, 1, 0)
        world.told.gate.set()
        answers = await asyncio.gather(*calls)
        assert len({answer.body for answer in answers}) == 1
        assert [answer.replayed for answer in answers] == [False, *[True] * 49]
        for refused in (other, route):
            with pytest.raises(ConflictError):
                await refused
        assert (len(world.told.asked), world.shard.openings, world.shard.seq) == (1, {}, 1)

    told(story, CHALLENGED)


def test_when_the_first_of_twins_fails_the_next_one_decides() -> None:
    """A first call that is given up between reading and deciding leaves the way free, for one of the others."""

    async def story(world: World) -> None:
        world.told.gate.clear()
        first = asyncio.ensure_future(decide_event(world.shard, paid("a")))
        await asyncio.sleep(0)
        others = [asyncio.ensure_future(decide_event(world.shard, paid("a"))) for _ in range(20)]
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0.01)
        assert (len(world.told.asked), len(world.shard.openings)) == (2, 1)
        world.told.gate.set()
        assert len({answer.body for answer in await asyncio.gather(*others)}) == 1
        assert (world.shard.seq, world.shard.openings) == (1, {})

    told(story, CHALLENGED)


def test_a_deadline_that_ends_while_reading_decides_nothing() -> None:
    """When the reading itself overran, nothing is decided, and the retry is decided anew."""

    async def story(world: World) -> None:
        ticks = iter([0, 0, 0, *[10_000_000_000] * 100])
        ports = world.shard.ports
        object.__setattr__(world.shard, "ports", type(ports)(**{**_ports(ports), "tick": lambda: next(ticks)}))
        with pytest.raises(DeadlineExceededError):
            await decided(world, "a", deadline=Deadline(0, 1_000))
        assert (world.shard.seq, world.shard.openings) == (0, {})
        world.shard.ports = ports
        assert (await decided(world, "a"))["outcome"] == "challenge"

    told(story, CHALLENGED)


def _ports(ports: Any) -> dict[str, Any]:
    return {name: getattr(ports, name) for name in type(ports).__dataclass_fields__}


def test_a_result_about_an_operation_that_is_still_read_for_waits_for_its_decision() -> None:
    """The bank may be faster than the provider; its report finds the decision all the same."""

    async def story(world: World) -> None:
        world.told.gate.clear()
        first = asyncio.ensure_future(decided(world, "a"))
        await asyncio.sleep(0)
        report = event("r", "transfer_result", of="a", result="failed")
        result = asyncio.ensure_future(take_event(world.shard, report))
        soon = asyncio.ensure_future(
            take_event(world.shard, event("q", "transfer_result", of="a", result="failed"), deadline=Deadline(0, 30))
        )
        await asyncio.sleep(0)
        assert world.shard.seq == 0
        with pytest.raises(DeadlineExceededError):
            await soon
        world.told.gate.set()
        decision = await first
        await result
        kinds = [(record.event_id, record.threads) for record in world.store.replay()]
        assert kinds == [("a", ()), ("r", (decision["id"],))]

    told(story, CHALLENGED)


def test_what_comes_meanwhile_is_known_to_the_decision() -> None:
    """An event that is taken while another is read for stands before it in the log, and its decision knows of it."""

    async def story(world: World) -> None:
        world.told.gate.clear()
        first = asyncio.ensure_future(decided(world, "a"))
        await asyncio.sleep(0)
        world.clock.instant_ms += 150
        await take_event(world.shard, event("l", "login", client={"customer_id": "c-1"}, where="bank"))
        world.clock.instant_ms += 50
        world.told.gate.set()
        await first
        records = list(world.store.replay())
        assert [record.event_id for record in records] == ["l", "a"]
        assert records[0].received_ms < records[1].received_ms

    told(story, CHALLENGED)


def test_without_a_rule_that_reads_outside_nobody_is_asked() -> None:
    """Only what some live rule needs is read."""

    async def story(world: World) -> None:
        decision = await decided(world, "a")
        assert (world.told.asked, "enrich" in decision["timings_us"]) == ([], False)

    told(
        story,
        rows(bank_risk="none")
        .replace("outside.telecom.risk", "amount")
        .replace("> 0.5", "> rub(9)")
        .replace("    on_missing: none\n", ""),
    )


def test_a_provider_that_is_left_alone_is_told_by_readiness() -> None:
    """The tenant stays ready and says which provider does not answer, until it does."""

    async def story(world: World) -> None:
        world.told.error = ProviderError("no")
        for number in range(3):
            await decided(world, f"a{number}")
        assert skipped(await decided(world, "b"))[0][1] == "breaker_open"
        assert len(world.told.asked) == 2
        state = readiness(world.shard)
        assert state.ready
        assert "provider `telecom`: breaker open after `error`" in state.degraded
        world.tick.wait(3)
        world.told.error = None
        assert "skipped" not in await decided(world, "c")
        assert not any("telecom" in word for word in readiness(world.shard).degraded)

    told(story, CHALLENGED, more="    failures: 2\n    pause_s: 3\n")
