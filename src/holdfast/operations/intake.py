"""Take in whatever comes by the routes of events: a report of fraud makes a claim, also there."""

from holdfast.operations.decide_event import Answer, decide_event
from holdfast.operations.make_claim import Made, is_report, make_claim
from holdfast.operations.shard import Shard
from holdfast.operations.take_event import Taken, take_event
from holdfast.wire.canonical import canonical

CREATED = 201


async def decide(shard: Shard, body: bytes) -> Answer:
    """Decide an event, or make a claim of a report of fraud."""
    if is_report(body):
        made = await make_claim(shard, body)
        return Answer(body=canonical(made.row), replayed=made.replayed, status=200 if made.replayed else CREATED)
    return await decide_event(shard, body)


async def take(shard: Shard, body: bytes) -> Taken | Made:
    """Take an event in, or make a claim of a report of fraud."""
    return await make_claim(shard, body) if is_report(body) else await take_event(shard, body)
