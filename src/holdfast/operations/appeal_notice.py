"""A seller objects to the notice on a listing, and a person hears the objection; both stand in the log."""

from collections.abc import Mapping
from dataclasses import dataclass

from holdfast.operations.listing_story import ListingStory, listing_thread
from holdfast.operations.read_notice import APPEALS, Row, is_shown, notice_view, read_story
from holdfast.operations.shard import Shard, commit
from holdfast.vocabulary.errors import ConflictError, NotFoundError, OtherClientError
from holdfast.vocabulary.listings import ListingAct, ListingActKind
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.canonical import canonical, read_canonical
from holdfast.wire.listings import listing_act_bytes

SELLER = "seller"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """How an objection ended: `upheld` or `rejected`, why, by whom, and what the notice says once it is upheld."""

    result: str
    reason: str
    by: str
    value: str


async def appeal_notice(shard: Shard, listing_id: str, *, seller_id: str, text: str) -> tuple[Row, bool]:
    """Take a seller's objection; gives the notice, and whether the objection is new.

    The same words again while they wait change nothing. Raises OtherClientError for a seller whose listing it is not,
    ConflictError where readers see no notice or other words wait already.
    """
    story = await read_story(shard, listing_id)
    # from here to the hand-over to the writer there is no await
    if _seller(story) not in {None, seller_id}:
        raise OtherClientError("the listing is another seller's", pointer="/seller_id")
    waiting = story.open_appeal
    if waiting is not None:
        if _text(story, waiting) != text:
            raise ConflictError(f"the objection `{waiting.id}` has not been heard yet", pointer="/text")
        return notice_view(shard, story), False
    if not is_shown(story):
        raise ConflictError("readers see no notice on this listing", hint="object once `state` is `shown`")
    act = ListingAct(
        act=ListingActKind.APPEAL, id=shard.ports.new_id("appeal"), at_ms=shard.ports.clock.now_ms(), by=SELLER
    )
    said = {"listing_id": listing_id, "seller_id": seller_id, "text": text, "country": story.now.country}
    return await _written(shard, story, act, said=said), True


async def settle_notice(shard: Shard, listing_id: str, appeal_id: str, *, hearing: Hearing) -> Row:
    """Take what a person found; gives the notice as it then stands, corrected where the objection was upheld.

    The same finding again changes nothing. Raises NotFoundError for an objection that was never made, ConflictError
    for one that ended otherwise.
    """
    story = await read_story(shard, listing_id)
    # from here to the hand-over to the writer there is no await
    value = hearing.value if hearing.result == "upheld" else ""
    made = [act for act, _ in story.acts if act.id == appeal_id and act.act is ListingActKind.APPEAL]
    if not made:
        raise NotFoundError(f"there is no objection `{appeal_id}` to the notice on `{listing_id}`")
    done = next((act for act, _ in story.acts if act.id == appeal_id and act.act is ListingActKind.SETTLE), None)
    if done is not None:
        if (done.result, done.value) != (hearing.result, value):
            raise ConflictError(f"the objection `{appeal_id}` was {done.result} already", pointer="/result")
        return notice_view(shard, story)
    act = ListingAct(
        act=ListingActKind.SETTLE,
        id=appeal_id,
        at_ms=shard.ports.clock.now_ms(),
        by=hearing.by,
        result=hearing.result,
        value=value,
    )
    return await _written(shard, story, act, said={"reason": hearing.reason})


def _seller(story: ListingStory) -> str | None:
    """Name the seller of the newest event that can still be read."""
    readable = [event.values for _, event in reversed(story.events) if event is not None]
    known = (values.get(f"seller.{name}") for values in readable for name in ("seller_id", "customer_id"))
    return next((str(name) for name in known if name is not None), None)


def _text(story: ListingStory, waiting: ListingAct) -> str | None:
    """Give the words of an objection."""
    record = next(one for act, one in story.acts if act is waiting)
    said = read_canonical(record.event, dict[str, str]) if record.event else {}
    return said.get("text")


async def _written(shard: Shard, story: ListingStory, act: ListingAct, *, said: Mapping[str, str | None]) -> Row:
    """Write an act down under the seller's key, and give the notice as it then stands."""
    record = Record(
        seq=shard.next_seq(),
        kind=RecordKind.LISTING,
        occurred_ms=act.at_ms,
        received_ms=act.at_ms,
        subject=story.events[-1][0].subject,
        event=canonical(said),
        act=listing_act_bytes(act),
        threads=(listing_thread(shard.ports.keys, story.listing_id), APPEALS),
    )
    await commit(shard, record).landed
    return notice_view(shard, await read_story(shard, story.listing_id))
