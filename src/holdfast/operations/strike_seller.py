"""What people do about a seller's standing: strike, lift, appeal, hear an appeal; and the lists that follow from it.

A strike is a person's finding, never a rule's. How long it lasts and how many limit or block a seller are parameters
of the marketplace's own pack. The two lists are what rules ask; an entry that a person put there by hand stays.
"""

from dataclasses import dataclass, field
from typing import Final

from holdfast.operations.change_list import Edit, change_list, normalised
from holdfast.operations.read_seller import BLOCKED, LIMITED, Row, SellerStory, seller_story, seller_thread, seller_view
from holdfast.operations.record import subject_named
from holdfast.operations.shard import Shard, commit, settled
from holdfast.sellers.appeal import check_appeal, check_strike, may_settle
from holdfast.vocabulary.errors import ConflictError
from holdfast.vocabulary.instants import DAY_MS
from holdfast.vocabulary.lists import ListEntry, ListKind
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.vocabulary.sellers import AppealResult, SellerAct, SellerActKind
from holdfast.wire.canonical import canonical
from holdfast.wire.sellers import seller_act_bytes

PACK: Final = "policy.marketplace"
STRIKES: Final = "strikes"
_TERM: Final = ("marketplace.strike_days", 90)
_STEPS: Final = ((LIMITED, "marketplace.strikes_to_limit", 2), (BLOCKED, "marketplace.strikes_to_block", 3))


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What somebody says about a seller: which act under which id, who says it, why, and what it is about."""

    act: SellerActKind
    id: str
    by: str
    reason: str
    about: dict[str, str] = field(default_factory=dict)


async def write_word(shard: Shard, seller_id: str, word: Word) -> tuple[Row, bool]:
    """Write a word down, let the lists follow, and give how the seller stands and whether anything was new.

    The same word again changes nothing and repairs what an interrupted call left undone. Raises NotFoundError,
    ConflictError or InvalidError where it cannot be.
    """
    await settled(shard, seller_thread(shard, seller_id))
    # from here to the hand-over to the writer there is no await
    story = seller_story(shard, seller_id)
    is_new = not _said_before(shard, story, word) and _check(shard, story, word)
    if is_new:
        await commit(shard, _record(shard, seller_id, word)).landed
        story = seller_story(shard, seller_id)
    await _enlist(shard, story)
    return seller_view(shard, story), is_new


def _said_before(shard: Shard, story: SellerStory, word: Word) -> bool:
    """Tell whether just this was said; raises ConflictError where the id was used for something else."""
    for act, record in story.acts:
        if act.act is word.act and act.id == word.id:
            if record.body_hash == _hash(shard, word):
                return True
            if word.act in {SellerActKind.STRIKE, SellerActKind.APPEAL}:
                raise ConflictError(f"the id `{word.id}` was used with another body", pointer="/id")
    return False


def _check(shard: Shard, story: SellerStory, word: Word) -> bool:
    """Tell whether a word changes anything."""
    now_ms = shard.ports.clock.now_ms()
    if word.act is SellerActKind.APPEAL:
        check_appeal(story.standing, word.about["strike"], now_ms=now_ms)
    if word.act is SellerActKind.SETTLE:
        return may_settle(story.standing, word.id, AppealResult(word.about["result"]), by=word.by)
    if word.act is SellerActKind.LIFT:
        return check_strike(story.standing, word.id, pointer="").lifted_ms is None
    return True


def _hash(shard: Shard, word: Word) -> bytes:
    """Name the content of a word, whoever says it."""
    said = canonical({"act": word.act, "id": word.id, "reason": word.reason, **word.about})
    return shard.ports.store.keyed_hash(said)


def _record(shard: Shard, seller_id: str, word: Word) -> Record:
    now_ms, about = shard.ports.clock.now_ms(), word.about
    strike = word.id if word.act is SellerActKind.LIFT else _strike_of(shard, seller_id, word)
    act = SellerAct(
        act=word.act,
        id=word.id,
        at_ms=now_ms,
        by=word.by,
        strike=strike,
        ground=about.get("ground", ""),
        of=about.get("of", ""),
        expires_ms=now_ms + _number(shard, *_TERM) * DAY_MS if word.act is SellerActKind.STRIKE else None,
        result=about.get("result", ""),
    )
    return Record(
        seq=shard.next_seq(),
        kind=RecordKind.SELLER,
        occurred_ms=now_ms,
        received_ms=now_ms,
        body_hash=_hash(shard, word),
        subject=subject_named(shard.ports.store, "seller_id", seller_id),
        event=canonical({"reason": word.reason}),
        act=seller_act_bytes(act),
        threads=(seller_thread(shard, seller_id),),
    )


def _strike_of(shard: Shard, seller_id: str, word: Word) -> str:
    """Name the strike that an appeal or its result is about."""
    if word.act is SellerActKind.SETTLE:
        return seller_story(shard, seller_id).standing.appeals[word.id].strike
    return word.about.get("strike", "")


def _number(shard: Shard, name: str, otherwise: int) -> int:
    """Read a whole number of the marketplace's own pack as it is in force now, or as the operator set it."""
    value = shard.law.parameter(PACK, name, shard.ports.clock.now_ms())
    return value if isinstance(value, int) else otherwise


async def _enlist(shard: Shard, story: SellerStory) -> None:
    """Bring the two lists in step with the live strikes: on until enough of them have ended, off when too few live."""
    now_ms = shard.ports.clock.now_ms()
    for list_id, name, usual in _STEPS:
        until_ms = story.standing.until_ms(_number(shard, name, usual), now_ms)
        entry = ListEntry(
            kind=ListKind.SELLER,
            value=story.seller_id,
            reason="live strikes",
            source=STRIKES,
            added_ms=now_ms,
            expires_ms=until_ms,
        )
        (entry,) = normalised(shard, [entry])
        stands = _standing_entry(shard, list_id, entry)
        if stands is not None and stands.source != STRIKES:
            continue
        if until_ms is None and stands is not None:
            await change_list(shard, Edit(list=list_id, remove=[entry], by=STRIKES))
        elif until_ms is not None and (stands is None or stands.expires_ms != until_ms):
            await change_list(shard, Edit(list=list_id, add=[entry], by=STRIKES))


def _standing_entry(shard: Shard, list_id: str, entry: ListEntry) -> ListEntry | None:
    """Give the entry about a seller that stands on a list, as it was put there last."""
    if not shard.memory.lists.holds(list_id, entry):
        return None
    steps = shard.ports.store.list_steps(list_id, entry.kind, entry.value)
    return next((step.entry for step in reversed(steps) if step.added), None)
