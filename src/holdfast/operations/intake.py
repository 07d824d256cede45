"""Take in whatever comes by the routes of events: a report of fraud makes a claim, also there."""

from holdfast.operations.answer import in_time_of
from holdfast.operations.decide_event import Answer, decide_event
from holdfast.operations.look_at_pictures import Arrived, look_at_pictures
from holdfast.operations.make_claim import REPORT, Made, is_report, make_claim
from holdfast.operations.shard import Shard
from holdfast.operations.take_event import Taken, take_event
from holdfast.vocabulary.deadline import Deadline
from holdfast.vocabulary.errors import DeadlineExceededError
from holdfast.wire.canonical import canonical
from holdfast.wire.photos import carries_pictures

CREATED = 201


async def decide(shard: Shard, body: bytes, *, deadline: Deadline | None = None) -> Answer:
    """Decide an event, or make a claim of a report of fraud; without a `deadline` in the time of the event's type."""
    try:
        if is_report(body):
            made = await _claimed(shard, body, deadline)
            return Answer(body=canonical(made.row), replayed=made.replayed, status=200 if made.replayed else CREATED)
        arrived = await look_at_pictures(shard, body) if carries_pictures(body) else Arrived(body=body)
        return await decide_event(shard, arrived.body, deadline=deadline, came=arrived.came)
    except DeadlineExceededError:
        shard.figures.late += 1
        raise


async def take(shard: Shard, body: bytes, *, deadline: Deadline | None = None) -> Taken | Made:
    """Take an event in, or make a claim of a report of fraud; without a `deadline` in the time of the event's type."""
    try:
        if is_report(body):
            return await _claimed(shard, body, deadline)
        arrived = await look_at_pictures(shard, body)
        return await take_event(shard, arrived.body, deadline=deadline, came=arrived.came)
    except DeadlineExceededError:
        shard.figures.late += 1
        raise


async def _claimed(shard: Shard, body: bytes, deadline: Deadline | None) -> Made:
    """Make a claim; what it starts goes on when its answer comes too late."""
    tick = shard.ports.tick
    deadline = deadline or in_time_of(shard, REPORT, tick())
    return await shard.watch.in_time(make_claim(shard, body), deadline, tick)
