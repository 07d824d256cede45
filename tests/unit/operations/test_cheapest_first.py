"""The cheapest provider is asked first, and a dearer one only where its answer can still matter."""

from collections.abc import Awaitable, Callable, Mapping

import pytest

from holdfast.operations.reader import Reader
from holdfast.vocabulary.errors import ProviderError
from holdfast.vocabulary.event import Value
from tests.unit.operations.enriching import ROW, Told, World, skipped, told
from tests.unit.operations.test_enrich import decided

DEAR = """\
    cost: 1
  - id: dear
    url: http://127.0.0.1:9/
    cost: 7
    on: [transfer]
    send: {msisdn: payer.phone}
    answers: {swapped: {type: bool, at: /swapped}}
"""
Story = Callable[[World, Told], Awaitable[None]]


def ruled(when: str, policy: str = "challenge") -> str:
    """Write the bank's one rule."""
    return ROW.format(name="bank_both", when=when, policy=policy)


def with_both(story: Story, when: str) -> None:
    """Run a story with a cheap provider and a dear one."""

    async def whole(world: World) -> None:
        dear = Told()
        dear.answer = {"swapped": True}
        world.shard.readers = {**world.shard.readers, "dear": Reader(world.specs[1], dear, world.tick)}
        await story(world, dear)

    told(whole, ruled(when), more=DEAR)


@pytest.mark.parametrize(
    ("risk", "asked", "outcome"), [(0.1, 0, "allow"), (0.9, 1, "challenge"), (None, 1, "challenge")]
)
def test_the_dear_one_is_asked_where_the_cheap_one_left_it_open(risk: float | None, asked: int, outcome: str) -> None:
    """What the cheap answer makes false is not paid for; a cheap answer that is missing settles nothing."""

    async def story(world: World, dear: Told) -> None:
        world.told.answer["risk"] = risk
        decision = await decided(world, "a")
        assert (len(world.told.asked), len(dear.asked)) == (1, asked)
        assert decision["outcome"] == outcome
        assert [row[0] for row in skipped(decision)] == ([] if risk is not None else ["outside.telecom.risk"])

    with_both(story, "outside.telecom.risk > 0.5 and outside.dear.swapped")


def test_what_the_event_itself_settles_asks_nobody() -> None:
    """A small amount makes the rule false whatever anybody answers, and nothing is named as missing."""

    async def story(world: World, dear: Told) -> None:
        world.told.error = ProviderError("no")
        decision = await decided(world, "a")
        assert (world.told.asked, dear.asked) == ([], [])
        assert (decision["outcome"], "skipped" in decision, "enrich" in decision["timings_us"]) == (
            "allow",
            False,
            False,
        )

    with_both(story, "amount > rub(900_000) and (outside.telecom.risk > 0.5 or outside.dear.swapped)")


def test_a_rule_that_is_true_already_asks_no_more() -> None:
    """One of two reasons is enough."""

    async def story(world: World, dear: Told) -> None:
        decision = await decided(world, "a")
        assert (len(world.told.asked), dear.asked, decision["outcome"]) == (1, [], "challenge")

    with_both(story, "outside.telecom.risk > 0.5 or outside.dear.swapped")


def test_what_the_past_may_decide_is_asked_for() -> None:
    """History and lists are read after the providers, and settle nothing before."""

    async def story(world: World, dear: Told) -> None:
        await decided(world, "a")
        assert (len(world.told.asked), len(dear.asked)) == (1, 1)

    with_both(
        story, "count(by=payer.customer_id, over=days(1)) > 90 and outside.telecom.risk > 0.5 and outside.dear.swapped"
    )


def test_equal_costs_are_asked_at_once() -> None:
    """Providers of one cost wait for each other no longer than for the slowest."""

    async def story(world: World) -> None:
        dear = _Meeting(world.told)
        world.shard.readers = {**world.shard.readers, "dear": Reader(world.specs[1], dear, world.tick)}
        world.told.gate.clear()
        assert (await decided(world, "a"))["outcome"] == "challenge"

    told(story, ruled("outside.telecom.risk > 0.5 and outside.dear.swapped"), more=DEAR.replace("cost: 7", "cost: 1"))


class _Meeting:
    """A provider that lets the other one answer: one after the other, neither would ever end."""

    def __init__(self, other: Told) -> None:
        self._other = other

    async def read(self, asked: Mapping[str, Value]) -> Mapping[str, Value]:
        """Answer, and open the other's gate."""
        del asked
        self._other.gate.set()
        return {"swapped": True}

    async def close(self) -> None:
        """Do nothing."""
