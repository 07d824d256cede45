"""An authority's notice is taken: the money stays where it is, or goes back."""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.holds.restrain import Restraint, check_restrain, restrain
from holdfast.holds.standing import stand
from holdfast.holds.terms import instant_ms
from holdfast.operations.hold_acts import Behind, landed, write_acts
from holdfast.operations.hold_story import HoldStory, due_acts, hold_story
from holdfast.operations.read_hold import Row, hold_row_view
from holdfast.operations.shard import Flight, Shard
from holdfast.vocabulary.errors import InvalidError


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """An authority's paper: `effect` is `keep` or `return`, `until` (RFC 3339) is the end of keeping, if it has one."""

    number: str
    date: str
    effect: str
    provision: str
    until: str | None = None
    reason: str | None = None


async def restrain_hold(shard: Shard, hold_id: str, notice: Notice) -> Row:
    """Take a notice, and give the hold as it stands then; raises ForbiddenByLawError when nothing is left to keep."""
    story = await hold_story(shard, hold_id)
    story, flights = _restrain(shard, story, notice)
    await landed(flights)
    return hold_row_view(shard, story)


def _restrain(shard: Shard, story: HoldStory, notice: Notice) -> tuple[HoldStory, Sequence[Flight]]:
    now_ms = shard.ports.clock.now_ms()
    due = due_acts(story, now_ms)
    standing = stand(story.after(due).acts)
    check_restrain(standing)
    if notice.until is not None and instant_ms(notice.until) <= now_ms:
        raise InvalidError("the notice has ended already", pointer="/until", hint="an instant that is still to come")
    restraint = Restraint(effect=notice.effect, provision=notice.provision, until=notice.until)
    act = restrain(standing, restraint, at_ms=now_ms)
    personal = {"number": notice.number, "date": notice.date, "reason": notice.reason}
    return write_acts(shard, story, [*due, act], behind=Behind(personal=personal))
