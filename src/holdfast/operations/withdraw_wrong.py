"""End the holds that a wrong version of a list placed, after the version was taken back: one evidence for all of them.

Each is decided again with the lists as they are now. Where another ground still fires, the hold stays with its dates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.engine.identify import identifiers
from holdfast.holds.standing import stand
from holdfast.holds.withdraw import check_withdraw, withdraw
from holdfast.lists.versions import undone_by
from holdfast.operations.changed_values import Values
from holdfast.operations.follow_holds import not_in_the_way, touched_holds
from holdfast.operations.hold_acts import Behind, landed, write_acts
from holdfast.operations.hold_story import HoldStory, due_acts, hold_story
from holdfast.operations.shard import Flight, Shard
from holdfast.operations.withdraw_hold import judge_again, write_withdrawal
from holdfast.vocabulary.errors import ForbiddenByLawError
from holdfast.vocabulary.holds import HoldState
from holdfast.vocabulary.judgement import Judgement
from holdfast.vocabulary.lists import ListVersion
from holdfast.vocabulary.outcome import OUTCOME_BY_WORD, Outcome
from holdfast.wire.canonical import read_canonical

_UNDO: Final = "undo:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """Why a version is taken back: the people who say so, their reason, and what stands behind it."""

    people: tuple[str, ...]
    reason: str
    kind: str
    reference: str


@dataclass(slots=True, kw_only=True)
class Corrected:
    """How many holds were withdrawn, and how many stay because another ground still fires."""

    withdrawn: int = 0
    kept: int = 0


def undo_name(version: ListVersion) -> str:
    """Name the place where the reason of an undoing version is kept."""
    return f"{_UNDO}{version.list}:{version.version}"


async def withdraw_wrong(shard: Shard, version: ListVersion, removed: Values) -> Corrected:
    """Withdraw the holds that stood on what an undoing version took off its list; another version withdraws none."""
    found = Corrected()
    text = shard.ports.store.get_meta(undo_name(version)) if undone_by(version) is not None else None
    if text is None:
        return found
    undo = read_canonical(text.encode(), Undo)
    for hold_id in await touched_holds(shard, removed):
        with not_in_the_way(hold_id):
            story = await hold_story(shard, hold_id)
            if stands_on(story, version.list) and may_withdraw(shard, story):
                flights = _withdraw(shard, story, undo, list_id=version.list)
                await landed(flights)
                found.withdrawn += bool(flights)
                found.kept += not flights
    return found


def may_withdraw(shard: Shard, story: HoldStory) -> bool:
    """Tell whether a hold can still be withdrawn: it is open, and no authority keeps the money."""
    try:
        check_withdraw(stand(story.after(due_acts(story, shard.ports.clock.now_ms())).acts))
    except ForbiddenByLawError:
        return False
    return story.event is not None


def stands_on(story: HoldStory, list_id: str) -> bool:
    """Tell whether a list's answer placed a hold, or paused it again."""
    judgement = read_canonical(story.decision.judgement, Judgement)
    fired = any(sign.state == "fired" and sign.evidence.get("list") == list_id for sign in judgement.signs)
    return fired or any(act.details.get("list") == list_id for act in story.acts)


def _withdraw(shard: Shard, story: HoldStory, undo: Undo, *, list_id: str) -> Sequence[Flight]:
    """Decide one operation again; gives the records on their way, none where the hold stays."""
    now_ms = shard.ports.clock.now_ms()
    if story.event is None:
        return ()
    judged = judge_again(shard, story, story.event, now_ms=now_ms)
    personal = {
        "people": undo.people,
        "reason": undo.reason,
        "evidence": {"kind": undo.kind, "reference": undo.reference},
        "list": list_id,
    }
    if OUTCOME_BY_WORD[judged[0].outcome] < Outcome.HOLD:
        return write_withdrawal(shard, story, judged, event=story.event, personal=personal)[1]
    if story.last.to_state is HoldState.PAUSED_AGAIN and not _pauses(shard, story, now_ms):
        # the first hold was right and the client has confirmed it: only the second pause was wrong
        act = withdraw(story.last, at_ms=now_ms, outcome=Outcome.ALLOW.word, revision=story.row.decision_id)
        return write_acts(shard, story, [act], behind=Behind(personal=personal))[1]
    return ()


def _pauses(shard: Shard, story: HoldStory, now_ms: int) -> bool:
    """Tell whether a list still pauses a confirmed operation a second time."""
    memory, event = shard.memory, story.event
    if event is None:
        return True
    asked = identifiers(event, "payee", schema=memory.schema, book=memory.lists, home=memory.home)
    return any(memory.lists.probe(name, asked, at_ms=now_ms).state is True for name in story.policy.again_lists)
