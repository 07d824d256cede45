"""A decision's answer in one run of bytes is the answer that uvicorn would have sent."""

import asyncio
import re

import pytest

from holdfast.api.exchange import Exchange
from holdfast.operations.decide_event import Answer
from tests.unit.api.test_connection import LONG, Place, request, serving
from tests.unit.operations.shards import transfer

_OWN = re.compile(rb"date: [^\r]*|dec_[0-9a-f]{32}")
_BODY = transfer("t-1")
_CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(_BODY), _BODY)
_HEAD = b"POST /v1/decisions HTTP/1.1\r\nHost: a\r\n"

CALLS = {
    "a decision": request(_BODY),
    "a retry": request(_BODY) + request(_BODY),
    "three at once, in their order": request(_BODY) + request(transfer("t-2")) + request(transfer("t-3")),
    "the last of its connection": request(_BODY, connection="close"),
    "in chunks": _HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + _CHUNKS,
    "with a question first": request(_BODY, expect="100-continue"),
    "in the old way": request(_BODY).replace(b"HTTP/1.1", b"HTTP/1.0"),
    "a refusal": request(b"{"),
    "another body under the same id": request(_BODY) + request(transfer("t-1", amount_minor=7)),
    "too long": request(b" " * 70_000),
    "a word about the deadline that is none": request(_BODY, holdfast_deadline_ms="soon"),
    "another method": b"GET /v1/decisions HTTP/1.1\r\nHost: a\r\n\r\n" + request(_BODY),
    "an upgrade that is not taken": request(_BODY, connection="upgrade", upgrade="h2c"),
}


async def said(place: Place, call: bytes) -> bytes:
    """Send a call, and give all that comes until nothing more does."""
    reader, writer = await place.connect()
    writer.write(call)
    found = b""
    try:
        while part := await asyncio.wait_for(reader.read(65_536), 0.3):
            found += part
    except TimeoutError:
        pass
    return _OWN.sub(b"", found)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_both_ways_give_the_same_bytes(call: bytes) -> None:
    """With and without the detour, but for the date and the decision's own name."""

    async def whole() -> None:
        answers = []
        for detour in (False, True):
            async with asyncio.timeout(20), serving(LONG, detour=detour) as place:
                answers.append(await said(place, call))
        assert answers[0] == answers[1]
        assert answers[0].startswith((b"HTTP/1.1 ", b"HTTP/1.0 "))

    asyncio.run(whole())


def test_the_usual_answer_takes_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decision and its retry go out in one write each; the last answer of a connection takes the usual way."""
    sent: list[bool] = []
    say = Exchange.say

    def noted(exchange: Exchange, answer: Answer) -> bool:
        sent.append(say(exchange, answer))
        return sent[-1]

    monkeypatch.setattr(Exchange, "say", noted)

    async def whole() -> None:
        async with asyncio.timeout(20), serving(LONG) as place:
            await said(place, request(_BODY) + request(_BODY) + request(_BODY, connection="close"))

    asyncio.run(whole())
    assert sent == [True, True, False]


def test_a_client_that_went_away_before_its_answer_harms_nobody() -> None:
    """The record lands after the client has hung up; the next client gets the decision as a retry."""

    async def whole() -> None:
        async with asyncio.timeout(20), serving(LONG) as place:
            place.store.held = True
            _, writer = await place.connect()
            writer.write(request(_BODY))
            while not place.store.waiting_now:
                await asyncio.sleep(0.01)
            writer.transport.abort()
            await asyncio.sleep(0.05)
            place.store.held = False
            place.store.land()
            again = await said(place, request(_BODY))
            assert again.startswith(b"HTTP/1.1 200 OK")
            assert b"holdfast-replayed: true" in again

    asyncio.run(whole())
