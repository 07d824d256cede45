"""Kept connections: how many, who comes next, and that no question ever gets the answer to another."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvloop

from holdfast.gateways import lines as module
from holdfast.gateways.lines import Lines
from holdfast.vocabulary.errors import ProviderError
from tests.bench.provider import Emulator


def question(number: int) -> bytes:
    """Write one question."""
    body = b'{"n": %d}' % number
    return b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


def against(story: Callable[[Emulator, Lines], Awaitable[None]], *, connections: int = 2, **manners: Any) -> None:
    """Run a story against a provider of some manners."""

    async def whole() -> None:
        async with Emulator(**manners) as emulator:
            lines = Lines(emulator.url, connections=connections, trust=ssl.create_default_context(), most=1_000)
            try:
                await story(emulator, lines)
            finally:
                lines.close()

    uvloop.run(whole())


def test_no_more_lines_are_open_than_may_be_and_all_are_answered() -> None:
    """Fifty questions at once over two connections: each is asked once."""

    async def story(emulator: Emulator, lines: Lines) -> None:
        answers = await asyncio.gather(*(lines.ask(question(number)) for number in range(50)))
        assert {status for status, _ in answers} == {200}
        assert sorted(asked["n"] for asked in emulator.asked) == list(range(50))
        assert len(emulator._lines) == 2

    against(story)


@pytest.mark.parametrize("mode", ["unending", "pieces", "leaving"])
def test_an_answer_may_end_in_every_way_that_http_has(mode: str) -> None:
    """By its length, in chunks, by hanging up: the whole of it is read, and the next question finds a line."""

    async def story(emulator: Emulator, lines: Lines) -> None:
        for number in range(3):
            status, body = await lines.ask(question(number))
            assert (status, body[:8]) == (200, b'{"risk":')
            assert body.endswith(b"}")
        assert len(emulator.asked) == 3

    against(story, mode=mode)


def test_an_answer_that_nobody_asked_for_closes_the_line() -> None:
    """A second answer in the same breath is never taken for that to the next question."""

    async def story(emulator: Emulator, lines: Lines) -> None:
        for number in range(3):
            _, body = await lines.ask(question(number))
            assert b"0.25" in body
            assert len(lines._idle) == 1
            assert not lines._idle[0].is_open
        assert len(emulator.asked) == 3

    against(story, mode="twice")


def test_who_goes_away_takes_the_line_along_and_lets_the_next_one_in() -> None:
    """A call that is given up closes its connection; one that was still waiting gives its turn on."""

    async def story(emulator: Emulator, lines: Lines) -> None:
        first, waiting, last = (asyncio.ensure_future(lines.ask(question(number))) for number in range(3))
        await asyncio.sleep(0.05)
        assert [asked["n"] for asked in emulator.asked] == [0]
        waiting.cancel()
        first.cancel()
        emulator.mode = "good"
        assert (await last)[0] == 200
        assert [asked["n"] for asked in emulator.asked] == [0, 2]
        assert lines._left == 1
        assert [line.is_open for line in lines._open] == [True]
        gone = await asyncio.gather(first, waiting, return_exceptions=True)
        assert [type(one) for one in gone] == [asyncio.CancelledError] * 2

    against(story, connections=1, mode="hang")


def test_a_line_that_was_closed_or_idle_for_long_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other side may hang up while nobody asks; the next question opens a new line and is asked once."""

    async def story(emulator: Emulator, lines: Lines) -> None:
        await lines.ask(question(0))
        port = emulator.port
        await emulator.stop()
        await emulator.start(port)
        assert (await lines.ask(question(1)))[0] == 200
        monkeypatch.setattr(module, "IDLE_S", -1.0)
        assert (await lines.ask(question(2)))[0] == 200
        assert [asked["n"] for asked in emulator.asked] == [0, 1, 2]

    against(story)


def test_a_failure_leaves_all_turns_where_they_were() -> None:
    """After any number of failures as many lines can be opened as before."""

    async def story(emulator: Emulator, lines: Lines) -> None:
        calls = (lines.ask(question(number)) for number in range(10))
        failed = await asyncio.gather(*calls, return_exceptions=True)
        assert all(isinstance(one, ProviderError) for one in failed)
        emulator.mode = "good"
        assert (await lines.ask(question(11)))[0] == 200
        assert lines._left == 2

    against(story, mode="cut")
