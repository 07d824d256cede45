"""A hold is released: by the bank where the law lets it, or because no party is on the lists that carried it."""

from collections.abc import Iterator, Sequence

from holdfast.engine.identify import identifiers
from holdfast.holds.release import check_release, release
from holdfast.holds.standing import stand
from holdfast.operations.hold_acts import Behind, landed, write_acts
from holdfast.operations.hold_story import HoldStory, due_acts, hold_story
from holdfast.operations.read_hold import Row, hold_row_view
from holdfast.operations.shard import Flight, Shard
from holdfast.vocabulary.errors import ForbiddenByLawError
from holdfast.vocabulary.holds import Actor
from holdfast.vocabulary.judgement import Scalar
from holdfast.vocabulary.lists import ListMatch
from holdfast.vocabulary.schema import FieldType


async def release_hold(shard: Shard, hold_id: str, *, reason: str | None) -> Row:
    """Release a hold for the bank; raises ForbiddenByLawError where the law leaves the choice to others."""
    story = await hold_story(shard, hold_id)
    behind = Behind(personal={"reason": reason} if reason else None)
    story, flights = _release(shard, story, Actor.BANK, details={}, behind=behind)
    await landed(flights)
    return hold_row_view(shard, story)


async def release_by_feed(shard: Shard, hold_id: str) -> Row | None:
    """Release a hold when none of its parties is on the lists of its policy any more; nothing when it must stay."""
    story = await hold_story(shard, hold_id)
    matches = list(_matches(shard, story))
    if not matches or any(match.state is not False for match in matches):
        return None
    details: dict[str, Scalar] = {"list": matches[0].list, "list_version": matches[0].version}
    try:
        story, flights = _release(shard, story, Actor.FEED, details=details)
    except ForbiddenByLawError:
        return None
    await landed(flights)
    return hold_row_view(shard, story)


def _release(
    shard: Shard, story: HoldStory, by: Actor, *, details: dict[str, Scalar], behind: Behind | None = None
) -> tuple[HoldStory, Sequence[Flight]]:
    now_ms = shard.ports.clock.now_ms()
    due = due_acts(story, now_ms)
    told = story.after(due)
    standing, policy = stand(told.acts), told.policy_now
    check_release(standing, policy, by=by)
    act = release(standing.last, policy, by=by, at_ms=now_ms, details=details)
    return write_acts(shard, story, [*due, act], behind=behind)


def _matches(shard: Shard, story: HoldStory) -> Iterator[ListMatch]:
    """Ask every list that carries the hold about every party that the operation names."""
    memory, event = shard.memory, story.event
    if event is None:
        return
    fields = memory.schema.fields[event.type]
    for party in (path for path, field in fields.items() if field.type is FieldType.PARTY):
        asked = identifiers(event, party, schema=memory.schema, book=memory.lists, home=memory.home)
        for name in story.policy_now.while_on if asked else ():
            yield memory.lists.probe(name, asked, at_ms=shard.ports.clock.now_ms())
