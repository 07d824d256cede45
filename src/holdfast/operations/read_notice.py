"""Read the notice on a listing: what the site shows now, since when, by which source, and how it came to that."""

from collections.abc import Iterator
from typing import Final

from holdfast.engine.abroad import PLACED_FROM_ABROAD, YES
from holdfast.operations.listing_story import ListingStory, Standing, listing_story, listing_thread
from holdfast.operations.notice_texts import country_names, notice_texts
from holdfast.operations.shard import Shard, settled
from holdfast.vocabulary.errors import NotFoundError
from holdfast.vocabulary.instants import rfc3339
from holdfast.vocabulary.listings import ListingAct, ListingActKind
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.canonical import read_canonical
from holdfast.wire.listings import read_listing_act

Row = dict[str, object]
APPEALS: Final = "listing_appeals"
"""The thread of every objection to a notice, whatever its listing."""


async def read_story(shard: Shard, listing_id: str) -> ListingStory:
    """Read a listing's story, whole up to now; raises NotFoundError for one that was never published."""
    await settled(shard, listing_thread(shard.ports.keys, listing_id))
    story = listing_story(shard, listing_id)
    if story is None:
        raise NotFoundError(f"no listing `{listing_id}` was published")
    return story


async def read_notice(shard: Shard, listing_id: str) -> Row:
    """Give the notice on a listing as it stands now."""
    return notice_view(shard, await read_story(shard, listing_id))


def notice_view(shard: Shard, story: ListingStory) -> Row:
    """Describe the notice for the site: its texts are for everybody, and nothing in it is an address."""
    now, zone = story.now, shard.tenant.zone
    texts = notice_texts(now.value, now.country, now.as_of)
    return {
        "listing_id": story.listing_id,
        "notice": PLACED_FROM_ABROAD,
        "value": now.value,
        "state": now.state,
        "by": now.by,
        "country": now.country,
        "country_names": dict(country_names(now.country)) if now.country else None,
        "texts": dict(texts) if texts else None,
        "since": rfc3339(now.since_ms, zone),
        "as_of": now.as_of,
        "source": now.source,
        "appeal": _last_appeal(shard, story),
        "history": [_step(shard, step) for step in story.steps],
    }


def _step(shard: Shard, step: Standing) -> Row:
    return {
        "at": rfc3339(step.since_ms, shard.tenant.zone),
        "by": step.by,
        "value": step.value,
        "state": step.state,
        "country": step.country,
        "as_of": step.as_of,
    }


def _last_appeal(shard: Shard, story: ListingStory) -> Row | None:
    """Describe the newest objection, without its words, which are not for everybody."""
    made = [act for act, _ in story.acts if act.act is ListingActKind.APPEAL]
    if not made:
        return None
    settled_by = {act.id: act for act, _ in story.acts if act.act is ListingActKind.SETTLE}
    return _appeal_row(shard, made[-1], settled_by.get(made[-1].id))


def _appeal_row(shard: Shard, made: ListingAct, settled_by: ListingAct | None) -> Row:
    zone = shard.tenant.zone
    return {
        "id": made.id,
        "state": settled_by.result if settled_by else "open",
        "at": rfc3339(made.at_ms, zone),
        "settled_at": rfc3339(settled_by.at_ms, zone) if settled_by else None,
    }


async def read_appeals(shard: Shard, *, state: str | None, limit: int) -> Row:
    """Give objections to notices, the newest first, with their words and those of who heard them."""
    await settled(shard, APPEALS)
    rows = [row for row in _appeals(shard) if state in {None, row["state"]}]
    return {"items": rows[:limit], "next": None}


def _appeals(shard: Shard) -> Iterator[Row]:
    """Describe every objection for the operator."""
    told = [(read_listing_act(one.act), one) for one in shard.ports.store.thread(APPEALS) if _is_act(one)]
    heard = {act.id: (act, one) for act, one in told if act.act is ListingActKind.SETTLE}
    for act, record in reversed(told):
        if act.act is ListingActKind.APPEAL:
            settled_by, answer = heard.get(act.id, (None, None))
            yield {
                **_appeal_row(shard, act, settled_by),
                "settled_by": settled_by.by if settled_by else None,
                **_words(record, ("listing_id", "seller_id", "text", "country")),
                "reason": _words(answer, ("reason",))["reason"] if answer else None,
            }


def _is_act(record: Record) -> bool:
    return record.kind is RecordKind.LISTING


def _words(record: Record, names: tuple[str, ...]) -> Row:
    """Give what was said in an act; nothing of it where the seller was erased."""
    said = read_canonical(record.event, dict) if record.event else {}
    return {name: said.get(name) for name in names}


def is_shown(story: ListingStory) -> bool:
    """Tell whether readers see the notice."""
    return story.now.value == YES
