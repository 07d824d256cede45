"""Starts the product as a user does, on a free port, and stops it by its own process id."""

import json
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cradle import Born, begin

START_SECONDS = 90
PATIENT = {"Holdfast-Deadline-Ms": "30000"}  # a busy machine is no fault, whatever the type of event
NOON = "2026-05-08T12:00:00+03:00"
Json = dict[str, Any]


class Server:
    """One running server on its own data directory."""

    def __init__(self, data: Path, *words: str) -> None:
        self.data = data
        self.words = words
        self.guests: list[httpx.Client] = []
        self.process = self._start()
        self.client = httpx.Client(base_url=self._wait(), timeout=60, headers=PATIENT)

    def guest(self) -> httpx.Client:
        """Give a client of its own, with cookies of its own, that follows where it is sent."""
        client = httpx.Client(base_url=self.client.base_url, timeout=30, follow_redirects=True)
        self.guests.append(client)
        return client

    def _start(self) -> Born:
        return begin("serve", "--data", self.data, "--port", "0", *self.words)

    def _wait(self) -> str:
        """Read the output until the address stands in it."""
        seen = self.said = list[str]()
        deadline = time.monotonic() + START_SECONDS
        for line in self.process.stdout:
            seen.append(line)
            found = re.search(r"url\W+(http://[^\s\"]+)", line)
            if found:
                return found[1]
            if time.monotonic() > deadline:
                break
        self.process.kill()
        pytest.fail("the server did not start:\n" + "".join(seen))

    def stop(self, how: int = signal.SIGTERM) -> None:
        """Stop the process by its id and wait for its end."""
        self.client.close()
        self.process.send_signal(how)
        self.process.wait(timeout=30)
        self.process.stdout.close()

    def end(self) -> None:
        """Stop the process if it still runs, and close what the guests left open."""
        if self.process.poll() is None:
            self.stop()
        for guest in self.guests:
            guest.close()

    def restart(self, how: int = signal.SIGTERM) -> None:
        """Stop and start again on the same data."""
        self.stop(how)
        self.process = self._start()
        self.client = httpx.Client(base_url=self._wait(), timeout=60, headers=PATIENT)

    def post(self, path: str, body: Json | bytes | str) -> httpx.Response:
        """Post a body as JSON."""
        content = body if isinstance(body, bytes | str) else json.dumps(body)
        return self.client.post(path, content=content, headers={"content-type": "application/json"})

    def decide(self, event: Json) -> Json:
        """Decide an event that must be taken."""
        answer = self.post("/v1/decisions", event)
        assert answer.status_code == httpx.codes.OK, answer.text
        decision: Json = answer.json()
        return decision

    def report(self, event: Json) -> None:
        """Report an event that must be taken."""
        answer = self.post("/v1/events", event)
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text

    def enlist(self, name: str, *entries: Json) -> Json:
        """Add entries to a list."""
        answer = self.post(f"/v1/lists/{name}/entries", {"entries": list(entries)})
        assert answer.status_code == httpx.codes.OK, answer.text
        version: Json = answer.json()
        return version

    def move_clock(self, now: str) -> None:
        """Move the test clock forward."""
        answer = self.post("/v1/dev/clock", {"now": now})
        assert answer.status_code == httpx.codes.OK, answer.text

    def complete(self, source: str, since: str) -> None:
        """Declare a source complete."""
        answer = self.client.put(f"/v1/sources/{source}", content=json.dumps({"complete_since": since}))
        assert answer.status_code == httpx.codes.OK, answer.text


StartServer = Callable[..., Server]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartServer]:
    """Give a function that starts servers, each on its own data unless told otherwise, and stop them all."""
    with ExitStack() as stack:
        count = iter(range(100))

        def begin(*words: str, clock: str | None = NOON, packs: str = "ru", data: Path | None = None) -> Server:
            timed = ("--dev", "--clock", clock) if clock else ()
            calm = (
                "--deadlines",
                "transfer=30000,cash_withdrawal=30000,cash_deposit=30000,payout=30000",
            )  # a busy machine is no fault
            server = Server(data or tmp_path / f"data{next(count)}", "--packs", packs, *timed, *calm, *words)
            stack.callback(server.end)
            return server

        yield begin


def transfer(event_id: str, **changes: Any) -> Json:
    """Make a transfer of 250,000 roubles by order from our client to a stranger; `None` drops a field."""
    event: Json = {
        "id": event_id,
        "type": "transfer",
        "occurred_at": NOON,
        "rail": "order",
        "amount_minor": 25_000_000,
        "currency": "RUB",
        "cross_border": False,
        "payer": {"customer_id": "c-1", "kind": "individual", "account": "40817810000000000001"},
        "payee": {"kind": "individual", "account": "40817810000000000002", "bic": "044525225", "inn": "500100732259"},
    }
    return {name: value for name, value in (event | changes).items() if value is not None}


def state(decision: Json, sign: str) -> str:
    """Give the state of one sign of a decision."""
    states = {row["id"]: row["state"] for row in decision["signs"]}
    assert sign in states, f"{sign} is not among {sorted(states)}"
    return str(states[sign])
