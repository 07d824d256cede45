"""Plays an invented bank and an invented marketplace into one running server: lists and sources, a warm-up, the days.

Events of one client or seller go down one lane in their order, as a bank's own systems would send them; the test clock
is moved a little ahead of the events; what could not follow a stopped event is left out.
"""

import asyncio
import time
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from msgspec import json

from holdfast.cli.demo.course import RESULT, Course, both_streams, event_ms, is_decided, lane_of
from holdfast.cli.demo.line import Line
from holdfast.cli.demo.stopped import Stopped
from holdfast.cli.demo.tally import Tally, judged_of
from holdfast.simulation.feeds import feed_loads, list_entries
from holdfast.simulation.market.feeds import list_entries as market_lists
from holdfast.simulation.stream import SimulatedEvent
from holdfast.simulation.world import Document
from holdfast.vocabulary.errors import UnavailableError
from holdfast.vocabulary.instants import HOUR_MS, MINUTE_MS, rfc3339, to_ms

_LANES = 16
_QUEUED = 8
_BATCH = 400
_BATCH_MS = 2 * HOUR_MS
_AHEAD_MS = 2 * MINUTE_MS
_TAKEN = 256
_YEAR_DAYS = 366
_KNOWN_YEARS = 3
_TRIES = 20


class Drive:
    """One play of a course into the server at `url`; `now_ms` is the simulated time, `phase` what is being done."""

    def __init__(self, url: str, course: Course, tally: Tally) -> None:
        self.course = course
        self.tally = tally
        self.phase = "starting"
        self.now_ms = to_ms(course.world.start)
        self.first_decision_at: float | None = None
        self._control = Line(url)
        self._lanes = [Line(url) for _ in range(_LANES)]
        self._queues: list[asyncio.Queue[SimulatedEvent]] = [asyncio.Queue(_QUEUED) for _ in range(_LANES)]
        self._clock_ms = self.now_ms
        self._stopped = Stopped()
        days = None if course.days is None else course.warm_days + course.days
        self._events = both_streams(course, days)
        self._loads = feed_loads(course.world, days or _YEAR_DAYS)
        self._next_load: Document | None = next(self._loads, None)

    async def run(self) -> None:
        """Play everything; ends when the days are over."""
        self.phase = "lists"
        await self._prepare()
        self.phase = "kernels"
        rest = await self._warm_up()
        self.phase = "live"
        workers = [asyncio.ensure_future(self._work(n)) for n in range(_LANES)]
        tasks = [asyncio.ensure_future(self._feed(rest)), *workers]
        try:
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        self.phase = "over"

    async def close(self) -> None:
        """Let every connection go."""
        for line in (self._control, *self._lanes):
            await line.close()

    async def _must(self, method: str, path: str, body: object) -> bytes:
        """Call what cannot be refused."""
        status, answer = await self._control.call(method, path, json.encode(body))
        if status >= 300:
            raise UnavailableError(f"the server refused `{method} {path}`: {answer.decode(errors='replace')[:400]}")
        return answer

    async def _prepare(self) -> None:
        """Load the lists known at the start, and declare every source complete: before this world there was nothing."""
        for body in (*list_entries(self.course.world), *market_lists(self.course.market)):
            if body["entries"]:
                await self._must("POST", f"/v1/lists/{body['list']}/entries", {"entries": body["entries"]})
        status, answer = await self._control.call("GET", "/v1/sources")
        since = rfc3339(to_ms(self.course.world.start - timedelta(days=_KNOWN_YEARS * _YEAR_DAYS)))
        for row in json.decode(answer)["items"] if status == 200 else []:
            await self._must("PUT", f"/v1/sources/{row['source']}", {"complete_since": since})

    # --- the warm-up, in batches ---

    async def _warm_up(self) -> list[SimulatedEvent]:
        """Send the first days in batches, and give what was taken from the stream beyond them."""
        held_over: list[SimulatedEvent] = []
        ahead: list[SimulatedEvent] = []
        while True:
            if len(ahead) < _BATCH:
                ahead += await asyncio.to_thread(lambda: list(islice(self._events, _TAKEN * 2)))
            batch = self._cut(ahead)
            if not batch:
                return held_over + ahead
            ahead = ahead[len(batch) :]
            held_over = await self._send_batch(held_over + batch)

    def _cut(self, ahead: list[SimulatedEvent]) -> list[SimulatedEvent]:
        """Give the next events of the warm-up that fit into one batch and into two hours."""
        if not ahead:
            return []
        last_ms = min(event_ms(ahead[0].event) + _BATCH_MS, self.course.counted_from_ms - 1)
        batch = []
        for simulated in ahead[:_BATCH]:
            if event_ms(simulated.event) > last_ms:
                break
            batch.append(simulated)
        return batch

    async def _send_batch(self, batch: list[SimulatedEvent]) -> list[SimulatedEvent]:
        """Send a batch; results of transfers that it decides itself are given back for the next one."""
        self.now_ms = event_ms(batch[-1].event)
        await self._move_clock(self.now_ms)
        own = {item.event["id"] for item in batch}
        later = [item for item in batch if item.event.get("of") in own]
        now = [item for item in batch if item.event.get("of") not in own and not self._stopped.voids(item.event)]
        if now:
            body = b"\n".join(json.encode(item.event) for item in now)
            _, answer = await self._control.call("POST", "/v1/decisions:batch", body)
            for simulated, line in zip(now, answer.splitlines(), strict=True):
                self._take_warm(simulated, json.decode(line))
        return later

    def _take_warm(self, simulated: SimulatedEvent, reply: dict[str, Any]) -> None:
        self.phase = "warm-up"
        self.tally.warm_events += 1
        self.first_decision_at = self.first_decision_at or time.monotonic()
        if "error" in reply:
            self._fail(simulated, json.encode(reply["error"]))
        elif reply["outcome"] in ("hold", "refuse"):
            self._stopped.add(simulated.event)

    # --- the counted days, call by call ---

    async def _feed(self, rest: list[SimulatedEvent]) -> None:
        """Hand the events to the lanes, the clock a little ahead of them, no faster than asked."""
        started, sent = time.monotonic(), 0
        taken = rest or await self._take()
        while taken:
            for simulated in taken:
                await self._advance(event_ms(simulated.event))
                await self._queues[self._lane(simulated.event)].put(simulated)
                sent += 1
                if self.course.rate:
                    await asyncio.sleep(max(0.0, started + sent / self.course.rate - time.monotonic()))
            taken = await self._take()
        await asyncio.gather(*(queue.join() for queue in self._queues))

    async def _take(self) -> list[SimulatedEvent]:
        """Take events from the stream, away from the loop: a day of many clients takes a while to tell."""
        return await asyncio.to_thread(lambda: list(islice(self._events, _TAKEN)))

    async def _advance(self, ms: int) -> None:
        """Let the simulated time pass."""
        self.now_ms = ms
        if ms > self._clock_ms:
            await self._move_clock(ms + _AHEAD_MS)

    async def _move_clock(self, ms: int) -> None:
        """Move the server's clock forward, and load what the lists learnt meanwhile."""
        if ms <= self._clock_ms:
            return
        self._clock_ms = ms
        await self._must("POST", "/v1/dev/clock", {"now": rfc3339(ms, self.course.world.tzinfo)})
        while self._next_load and to_ms(datetime.fromisoformat(self._next_load["at"])) <= ms:
            load, self._next_load = self._next_load, next(self._loads, None)
            await self._must("POST", f"/v1/lists/{load['list']}/entries", {"entries": load["entries"]})

    def _lane(self, event: Document) -> int:
        """Give the lane of an event: that of whose event it is, or of the transfer whose result it is."""
        if event["type"] == RESULT:
            return self._stopped.lanes.pop(event["of"], 0)
        lane = lane_of(event, _LANES)
        if event["type"] == "transfer":
            self._stopped.remember(event["id"], lane)
        return lane

    async def _work(self, n: int) -> None:
        """Send one lane's events, one after another."""
        queue, line = self._queues[n], self._lanes[n]
        while True:
            simulated = await queue.get()
            if not self._stopped.voids(simulated.event):
                await self._send(line, simulated)
            queue.task_done()

    async def _send(self, line: Line, simulated: SimulatedEvent) -> None:
        """Send one event and count its answer; a server that is busy for a moment is asked again."""
        decided = is_decided(simulated.event)
        path, body = "/v1/decisions" if decided else "/v1/events", json.encode(simulated.event)
        for _ in range(_TRIES):
            started = time.perf_counter()
            status, answer = await line.call("POST", path, body)
            if status != 503:
                break
            await asyncio.sleep(0.5)
        self.tally.events += 1
        if status >= 300:
            self._fail(simulated, answer)
        elif decided:
            self.tally.latencies_ms.append((time.perf_counter() - started) * 1000)
            self._judge(simulated, json.decode(answer))

    def _judge(self, simulated: SimulatedEvent, reply: dict[str, Any]) -> None:
        self.first_decision_at = self.first_decision_at or time.monotonic()
        judged = judged_of(simulated, reply)
        if judged.stopped:
            self._stopped.add(simulated.event)
        self.tally.add(judged, reply)

    def _fail(self, simulated: SimulatedEvent, answer: bytes) -> None:
        """Keep the last event that was not taken, with what was said about it."""
        self.tally.failures += 1
        self.tally.last_failure = f"{json.encode(simulated.event).decode()} {answer.decode(errors='replace')[:400]}"
