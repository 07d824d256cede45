"""Deliver what waits in the outbox: at least once, in order for each subject, and for as long as it takes."""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from holdfast.operations.compose import compose, message_id
from holdfast.operations.delivered import keep_notice, notice_key
from holdfast.operations.ports import Gateway
from holdfast.operations.shard import Shard
from holdfast.vocabulary.errors import DeliveryError
from holdfast.vocabulary.instants import MINUTE_MS, SECOND_MS
from holdfast.vocabulary.stored import WaitingRow

LONGEST_PAUSE_MS: Final = 10 * MINUTE_MS
_PORTION: Final = 64
_AT_ONCE: Final = 16
_FAR_MS: Final = 2**62
_DOUBLINGS: Final = 20
_log: Final = structlog.get_logger("holdfast.operations")


async def deliver_due(shard: Shard, gateway: Gateway) -> int:
    """Send every message that may go out now, and give how many were delivered.

    A notice counts as delivered when the record of it, with its text as sent, is on disk. A process that dies between
    the two sends again; the message's id tells the receiver. Only one pass runs at a time. What fails waits for its
    next try, and with it what its subject must hear later; a portion of which nothing goes through ends the pass.
    """
    async with shard.courier.lock:
        _release_stranded(shard)
        count = 0
        while rows := shard.ports.store.pending(_PORTION, now_ms=shard.ports.clock.now_ms()):
            went = await _portion(shard, gateway, rows)
            count += went
            if not went:
                break
        return count


def pause_ms(attempts: int) -> int:
    """Give the pause after so many failures: 1 s, 2 s, 4 s and so on up to ten minutes."""
    return min(SECOND_MS << min(attempts - 1, _DOUBLINGS), LONGEST_PAUSE_MS)


def _release_stranded(shard: Shard) -> None:
    """Let messages go whose next try was set by a clock that ran ahead: no pause is that long.

    This looks through the whole outbox, so it is done at the start and whenever the clock was set back.
    """
    courier, now_ms = shard.courier, shard.ports.clock.now_ms()
    set_back = courier.seen_ms is None or now_ms < courier.seen_ms
    courier.seen_ms = now_ms
    after = 0
    while set_back and (rows := shard.ports.store.pending(_PORTION, after=after, now_ms=_FAR_MS)):
        for row in rows:
            if row.retry_at_ms > now_ms + LONGEST_PAUSE_MS:
                shard.ports.store.failed(row.id, row.error, retry_at_ms=now_ms)
        after = rows[-1].id


async def _portion(shard: Shard, gateway: Gateway, rows: Sequence[WaitingRow]) -> int:
    """Deliver some messages: those of one subject one after the other, those of several beside each other."""
    lines: dict[str, list[WaitingRow]] = {}
    for row in rows:
        lines.setdefault(row.subject, []).append(row)
    free = asyncio.Semaphore(_AT_ONCE)

    async def follow(line: Sequence[WaitingRow]) -> int:
        async with free:
            for place, row in enumerate(line):
                if not await _deliver(shard, gateway, row):
                    return place
        return len(line)

    went = await asyncio.gather(*map(follow, lines.values()), return_exceptions=True)
    for one in went:
        if isinstance(one, BaseException):
            raise one
    return sum(one for one in went if isinstance(one, int))


async def _deliver(shard: Shard, gateway: Gateway, row: WaitingRow) -> bool:
    """Deliver one message and tell whether it went; a fault of any kind is noted at it, and it waits."""
    try:
        if shard.ports.store.find(notice_key(row)) is None:
            await _send(shard, gateway, row)
    except Exception as error:  # noqa: BLE001 - whatever it is, the message stays and is tried again
        await _note(shard, row, error)
        return False
    await asyncio.to_thread(shard.ports.store.delivered, [row.id])
    shard.courier.delivered[row.topic] += 1
    return True


async def _send(shard: Shard, gateway: Gateway, row: WaitingRow) -> None:
    """Send a message, and keep what became of it if it was a notice."""
    letter = await compose(shard, row)
    receipt = await gateway.send(letter.message)
    if letter.matter is not None:
        await keep_notice(shard, letter, receipt)


async def _note(shard: Shard, row: WaitingRow, error: Exception) -> None:
    """Note a failure and when the message is tried again."""
    text = error.message if isinstance(error, DeliveryError) else f"{type(error).__name__}: {error}"
    shard.courier.failures += 1
    _log.warning("a message was not delivered", message_id=message_id(row), attempts=row.attempts + 1, error=text)
    retry_at_ms = shard.ports.clock.now_ms() + pause_ms(row.attempts + 1)
    await asyncio.to_thread(shard.ports.store.failed, row.id, text, retry_at_ms=retry_at_ms)
