"""Exposure: sums over a span, the share that came back, and the rows behind them."""

import asyncio

import pytest

from holdfast.operations import exposure
from holdfast.operations.exposure import exposure_page, exposure_rows, exposure_view
from holdfast.operations.settle_claim import Settlement, settle_claim
from holdfast.vocabulary.claims import ClaimState
from holdfast.vocabulary.errors import InvalidError, TooLargeError
from tests.unit.operations.test_claims import World, ms, paid_late, run


async def refunded(world: World) -> None:
    """Let a late feed cost the bank a refund of a part."""
    await paid_late(world)
    claim = await world.claim()
    world.at("12T12:00")
    await settle_claim(world.shard, claim["id"], Settlement(result=ClaimState.PAID, by="o", amount_minor=2_100_000))


def test_the_share_of_stolen_money_that_came_back_is_a_live_figure() -> None:
    """2.1 of 25 million is 8.4 %; a span without theft has no share."""

    async def story(world: World) -> None:
        await refunded(world)
        view = exposure_view(world.shard, ms("01T00:00"), ms("31T00:00"))
        (sums,) = view["currencies"]
        assert sums["stolen"] == {"amount_minor": 25_000_000, "count": 1}
        assert sums["late_feed"] == {"amount_minor": 25_000_000, "count": 1}
        assert sums["executed_in_breach"] == {"amount_minor": 0, "count": 0}
        assert sums["returned_share"] == 0.084
        (later,) = exposure_view(world.shard, ms("12T00:00"), ms("31T00:00"))["currencies"]
        assert later["returned"] == {"amount_minor": 2_100_000, "count": 1}
        assert later["returned_share"] is None
        assert exposure_view(world.shard, ms("20T00:00"), ms("31T00:00"))["currencies"] == []

    run(story)


def test_what_was_decided_with_an_unknown_input_is_shown_by_sign() -> None:
    """Money that passed while a sign was unknown stands there with the sign."""

    async def story(world: World) -> None:
        await world.decide()
        rows = exposure_view(world.shard, ms("01T00:00"), ms("31T00:00"))["decided_unknown"]
        assert {"sign": "ru.od-2506.1.9", "currency": "RUB", "amount_minor": 25_000_000} in rows

    run(story)


def test_rows_come_by_page_kind_and_span() -> None:
    """The rows of a span are those that lie in it, the newest first, and a kind narrows a page."""

    async def story(world: World) -> None:
        await refunded(world)
        page = exposure_page(world.shard, limit=1, cursor=None)
        assert [row["kind"] for row in page["items"]] == ["returned"]
        rest = exposure_page(world.shard, limit=10, cursor=str(page["next"]))
        assert {row["kind"] for row in rest["items"]} == {"late_feed", "stolen"}
        only = exposure_page(world.shard, limit=10, cursor=None, kind="stolen")
        assert len(only["items"]) == 1
        assert [row["kind"] for row in await exposure_rows(world.shard, ms("12T00:00"), ms("13T00:00"))] == ["returned"]
        assert len(await exposure_rows(world.shard, ms("01T00:00"), ms("12T12:00"))) == 2
        with pytest.raises(InvalidError):
            exposure_page(world.shard, limit=1, cursor=None, kind="lost")
        with pytest.raises(InvalidError):
            exposure_view(world.shard, ms("12T00:00"), ms("12T00:00"))

    run(story)


def test_an_export_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound an export says so instead of filling the memory."""
    monkeypatch.setattr(exposure, "MOST_ROWS", 2)

    async def story() -> None:
        world = World()
        await refunded(world)
        with pytest.raises(TooLargeError):
            await exposure_rows(world.shard, ms("01T00:00"), ms("31T00:00"))

    asyncio.run(story())
