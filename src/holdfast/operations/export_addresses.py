"""Hand the addresses and ports from which a listing was placed to an authority: two people, a paper, and the log.

One person asks, with a reason and the authority's paper; another agrees; only then may either of the two take the
addresses, for a week. Each step and each handing over is a record of its own. What was erased stays erased.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from holdfast.operations.listing_story import ListingStory, listing_thread
from holdfast.operations.read_notice import Row, read_story
from holdfast.operations.record import subject_named
from holdfast.operations.shard import Shard, commit
from holdfast.vocabulary.errors import ConflictError, ForbiddenError, NotFoundError
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.instants import DAY_MS, rfc3339
from holdfast.vocabulary.listings import ListingAct, ListingActKind
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.canonical import canonical, read_canonical
from holdfast.wire.listings import listing_act_bytes

GOOD_MS: Final = 7 * DAY_MS
EXPORTS: Final = "listing_addresses"
"""The thread of every request for addresses, whatever its listing."""

_SHOWN: Final = ("ip", "port", "provider", "ip_country", "ip_kind", "ip_network", "ip_source")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Why the addresses are asked for, on which paper, and by whom."""

    reason: str
    document: Mapping[str, str]
    by: str


async def ask_addresses(shard: Shard, listing_id: str, asked: Asked) -> Row:
    """Take a request for a listing's addresses as they are now; it waits for a second person."""
    story = await read_story(shard, listing_id)
    act = _act(shard, ListingActKind.ASK, shard.ports.new_id("export"), by=asked.by, upto=story.events[-1][0].seq)
    said = {"listing_id": listing_id, "reason": asked.reason, "document": asked.document}
    return _view(shard, await _written(shard, story, act, said=said), act.id)


async def read_request(shard: Shard, listing_id: str, request_id: str) -> Row:
    """Give a request as it stands, without an address; raises NotFoundError."""
    return _view(shard, await read_story(shard, listing_id), request_id)


async def approve_addresses(shard: Shard, listing_id: str, request_id: str, *, by: str) -> Row:
    """Take the second person's word; the same person again changes nothing.

    Raises ForbiddenError for the person who asked, ConflictError where somebody else agreed already.
    """
    story = await read_story(shard, listing_id)
    asked, approved = _request(story, request_id)
    if _same(asked.by, by):
        raise ForbiddenError("nobody approves their own request", pointer="/by")
    if approved is not None:
        if not _same(approved.by, by):
            raise ConflictError(f"the request `{request_id}` was approved by another person already")
        return _view(shard, story, request_id)
    act = _act(shard, ListingActKind.APPROVE, request_id, by=by)
    return _view(shard, await _written(shard, story, act), request_id)


async def hand_over_addresses(shard: Shard, listing_id: str, request_id: str, *, by: str) -> Row:
    """Give the addresses to one of the two who vouched, and note that they were given.

    Raises ConflictError before a second person agreed and a week after, ForbiddenError for anybody else.
    """
    story = await read_story(shard, listing_id)
    asked, approved = _request(story, request_id)
    if approved is None:
        raise ConflictError(f"the request `{request_id}` waits for a second person")
    if not (_same(asked.by, by) or _same(approved.by, by)):
        raise ForbiddenError("the addresses are given to one of the two who vouched for the request", pointer="/by")
    if shard.ports.clock.now_ms() > approved.at_ms + GOOD_MS:
        raise ConflictError(f"the request `{request_id}` has run out", hint="ask anew")
    story = await _written(shard, story, _act(shard, ListingActKind.HAND_OVER, request_id, by=by))
    rows = [_row(shard, record, event) for record, event in story.events if record.seq <= asked.upto]
    return _view(shard, story, request_id) | {"addresses": rows}


def _request(story: ListingStory, request_id: str) -> tuple[ListingAct, ListingAct | None]:
    """Give a request, and the word of the second person where it is there."""
    about = {act.act: act for act, _ in reversed(story.acts) if act.id == request_id}
    if ListingActKind.ASK not in about:
        raise NotFoundError(f"there is no request `{request_id}` for the addresses of `{story.listing_id}`")
    return about[ListingActKind.ASK], about.get(ListingActKind.APPROVE)


def _same(one: str, other: str) -> bool:
    """Tell whether two names are one person's."""
    return one.strip().casefold() == other.strip().casefold()


def _act(shard: Shard, kind: ListingActKind, request_id: str, *, by: str, upto: int = 0) -> ListingAct:
    return ListingAct(act=kind, id=request_id, at_ms=shard.ports.clock.now_ms(), by=by, upto=upto)


async def _written(
    shard: Shard, story: ListingStory, act: ListingAct, *, said: Mapping[str, object] | None = None
) -> ListingStory:
    """Write an act down, and read the story again.

    The reason and the paper have a key of their own: they stay when the seller is erased.
    """
    record = Record(
        seq=shard.next_seq(),
        kind=RecordKind.LISTING,
        occurred_ms=act.at_ms,
        received_ms=act.at_ms,
        subject=subject_named(shard.ports.store, EXPORTS, act.id),
        event=canonical(said) if said else b"",
        act=listing_act_bytes(act),
        threads=(listing_thread(shard.ports.keys, story.listing_id), EXPORTS),
    )
    await commit(shard, record).landed
    return await read_story(shard, story.listing_id)


def _view(shard: Shard, story: ListingStory, request_id: str) -> Row:
    """Describe a request with every step of it, without an address."""
    asked, approved = _request(story, request_id)
    record = next(one for act, one in story.acts if act is asked)
    said = read_canonical(record.event, dict) if record.event else {}
    return {
        "id": request_id,
        "listing_id": story.listing_id,
        "state": "approved" if approved else "waiting",
        "reason": said.get("reason"),
        "document": said.get("document"),
        "until": rfc3339(approved.at_ms + GOOD_MS, shard.tenant.zone) if approved else None,
        "history": [
            {"at": rfc3339(act.at_ms, shard.tenant.zone), "act": act.act.value, "by": act.by}
            for act, _ in story.acts
            if act.id == request_id
        ],
    }


def _row(shard: Shard, record: Record, event: Event | None) -> Row:
    """Describe the address of one publication or edit; of what was erased only that it was."""
    values = event.values if event is not None else {}
    return {
        "event_id": record.event_id,
        "type": event.type if event is not None else None,
        "occurred_at": rfc3339(record.occurred_ms, shard.tenant.zone),
        **{name: values.get(f"session.{name}") for name in _SHOWN},
        "erased": event is None,
    }
