"""The worker fires what is due, follows new versions of lists, and delivers what waits."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from holdfast.operations.deliver import deliver_due
from holdfast.operations.expire_sessions import expire_sessions
from holdfast.operations.fire_due import fire_due
from holdfast.operations.follow_versions import follow_versions
from holdfast.operations.ports import Gateway
from holdfast.operations.shard import Shard
from holdfast.vocabulary.instants import SECOND_MS

LONGEST_SECONDS: Final = 1.0
_MOST_PASSES: Final = 10_000
_log: Final = structlog.get_logger("holdfast.worker")


async def keep_working(shard: Shard, gateway: Gateway | None, *, longest_seconds: float = LONGEST_SECONDS) -> None:
    """Fire, follow and deliver until cancelled; neither a slow receiver nor a large list holds up a timer.

    No sleep is longer than `longest_seconds` of the monotonic clock and each round reads the wall time anew, so that
    a clock that was set forward or back, or a machine that slept, is noticed within one round. What fails is logged
    and tried again.
    """
    shard.courier.gateway = gateway.name if gateway else None
    await asyncio.gather(
        _keep(lambda: _fire(shard), lambda: _until_due(shard, longest_seconds), longest_seconds),
        _keep(lambda: _follow(shard), lambda: asyncio.sleep(longest_seconds), longest_seconds),
        _keep(lambda: _deliver(shard, gateway), lambda: _until_mail(shard, longest_seconds), longest_seconds),
    )


async def run_pass(shard: Shard, gateway: Gateway | None) -> None:
    """Fire, follow and deliver until nothing is due any more: what a test clock does before it answers."""
    for _ in range(_MOST_PASSES):
        if not (await _fire(shard) or await _follow(shard) or await _deliver(shard, gateway)):
            return
    _log.error("something is due again and again", passes=_MOST_PASSES)


async def _keep(work: Callable[[], Awaitable[int]], rest: Callable[[], Awaitable[None]], pause_seconds: float) -> None:
    """Work and rest in turn; a fault is logged and ends neither."""
    while True:
        try:
            await work()
            await rest()
        except Exception as error:  # noqa: BLE001 - the worker outlives every fault of one round
            _log.error("a round of the worker failed", error=f"{type(error).__name__}: {error}")
            await asyncio.sleep(pause_seconds)


async def _fire(shard: Shard) -> int:
    """Fire what is due, unless the log cannot be written at the moment."""
    if shard.failed is not None:
        return 0
    fired = await fire_due(shard) + await expire_sessions(shard)
    shard.courier.fired += fired
    shard.courier.passed_ns = shard.ports.tick()
    return fired


async def _follow(shard: Shard) -> int:
    """Do what new versions of lists ask for, unless the log cannot be written at the moment."""
    return 0 if shard.failed is not None else await follow_versions(shard)


async def _deliver(shard: Shard, gateway: Gateway | None) -> int:
    """Deliver what waits, unless nothing carries it or the log cannot be written at the moment."""
    if gateway is None or shard.failed is not None:
        return 0
    return await deliver_due(shard, gateway)


async def _until_due(shard: Shard, longest_seconds: float) -> None:
    """Sleep until the next timer, but never long; what is due after a pass cannot be fired, and waits the longest."""
    store = shard.ports.store
    dues = [due_ms for due_ms in (store.next_hold_due(), store.next_verification_due()) if due_ms is not None]
    left_ms = min(dues) + 1 - shard.ports.clock.now_ms() if dues else 0
    await asyncio.sleep(min(longest_seconds, left_ms / SECOND_MS) if left_ms > 0 else longest_seconds)


async def _until_mail(shard: Shard, longest_seconds: float) -> None:
    """Sleep until a record brings a message, but never long: retries fall due by themselves."""
    mail = shard.courier.mail
    try:
        async with asyncio.timeout(longest_seconds):
            await mail.wait()
    except TimeoutError:
        return
    mail.clear()
