"""One decision for one id, however many connections ask at once, with whatever bodies, before and after a death."""

import asyncio
import json
import signal
from collections import Counter

import httpx

from tests.acceptance.conftest import Server, StartServer, transfer
from tests.chaos.load import GoneError, Line

CONNECTIONS = 50
KEYS = 12
_OK, _CONFLICT = httpx.codes.OK, httpx.codes.CONFLICT
Answers = list[tuple[int, str] | None]


async def at_once(port: int, bodies: list[str], go: asyncio.Event) -> Answers:
    """Send each body on a connection of its own, all at the same moment; `None` where no answer came."""
    lines = [Line(port) for _ in bodies]
    for line in lines:
        await line.ask("GET", "/healthz")

    async def ask(line: Line, body: str) -> tuple[int, str] | None:
        await go.wait()
        try:
            return await line.ask("POST", "/v1/decisions", body)
        except GoneError:
            return None
        finally:
            line.close()

    asking = [asyncio.create_task(ask(line, body)) for line, body in zip(lines, bodies, strict=True)]
    go.set()
    return list(await asyncio.gather(*asking))


def race(server: Server, bodies: list[str]) -> Answers:
    """Race on a running server."""
    return asyncio.run(at_once(server.client.base_url.port or 0, bodies, asyncio.Event()))


def bodies_of(event_id: str, different: int) -> list[str]:
    """Give a body for each connection, of which so many are different."""
    return [json.dumps(transfer(event_id, amount_minor=100 + place % different)) for place in range(CONNECTIONS)]


def winner(bodies: list[str], answers: Answers) -> str:
    """Check that all connections with one body got one decision and all others a conflict; give that decision."""
    won = {answer[1] for answer in answers if answer is not None and answer[0] == _OK}
    assert len(won) == 1, Counter(answer and answer[0] for answer in answers)
    taken = {body for body, answer in zip(bodies, answers, strict=True) if answer is not None and answer[0] == _OK}
    assert len(taken) == 1
    for body, answer in zip(bodies, answers, strict=True):
        assert answer is not None
        assert answer[0] == (_OK if body in taken else _CONFLICT), answer
    return won.pop()


def test_fifty_connections_with_one_body_get_one_decision(start: StartServer) -> None:
    """Fifty first sends of one event at the same moment are one decision, and the log holds it once."""
    server = start()
    won = {winner(bodies, race(server, bodies)) for bodies in (bodies_of(f"tr-{key}", 1) for key in range(KEYS))}
    assert len(won) == KEYS
    assert len(server.client.get("/v1/decisions?limit=500").json()["items"]) == KEYS


def test_fifty_connections_with_other_bodies_have_one_winner(start: StartServer) -> None:
    """Of fifty different bodies under one id exactly one is decided; forty-nine are conflicts, and stay so later."""
    server = start()
    for different in (CONNECTIONS, 2, 7):
        bodies = bodies_of(f"tr-{different}", different)
        first = winner(bodies, race(server, bodies))
        server.restart(signal.SIGKILL)
        assert winner(bodies, race(server, bodies)) == first
    assert len(server.client.get("/v1/decisions?limit=500").json()["items"]) == 3


def test_a_race_that_a_death_cuts_off_has_one_winner(start: StartServer) -> None:
    """Where the server dies in the middle of the race, what anybody was answered is what everybody gets afterwards."""
    server = start()
    for key, delay in enumerate((0.001, 0.004, 0.008, 0.015)):
        bodies = bodies_of(f"tr-{key}", 3)
        early = asyncio.run(cut_off(server, bodies, delay))
        server.restart(signal.SIGKILL)
        won = winner(bodies, race(server, bodies))
        assert {answer[1] for answer in early if answer is not None and answer[0] == _OK} <= {won}
    assert len(server.client.get("/v1/decisions?limit=500").json()["items"]) == 4


async def cut_off(server: Server, bodies: list[str], delay: float) -> Answers:
    """Race, and kill the server meanwhile."""
    go = asyncio.Event()
    racing = asyncio.create_task(at_once(server.client.base_url.port or 0, bodies, go))
    await go.wait()
    await asyncio.sleep(delay)
    server.process.send_signal(signal.SIGKILL)
    return await racing
