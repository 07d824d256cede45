"""Read how a seller stands: strikes with their ends, appeals, the lists that limit the seller, payouts that wait."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from holdfast.operations.record import subject_named
from holdfast.operations.shard import Shard
from holdfast.sellers.standing import Appeal, SellerStanding, Strike, stand
from holdfast.vocabulary.holds import HoldState
from holdfast.vocabulary.instants import rfc3339
from holdfast.vocabulary.lists import ListKind
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.vocabulary.sellers import SellerAct
from holdfast.wire.canonical import read_canonical
from holdfast.wire.sellers import read_seller_act

Row = dict[str, object]
LIMITED: Final = "marketplace.sellers.limited"
BLOCKED: Final = "marketplace.sellers.blocked"
_WAITING: Final = (HoldState.PLACED.value, HoldState.PAUSED_AGAIN.value)
_HOLDS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerStory:
    """A seller's acts, oldest first, each with its record, and what they add up to."""

    seller_id: str
    acts: tuple[tuple[SellerAct, Record], ...]
    standing: SellerStanding


def seller_thread(shard: Shard, seller_id: str) -> str:
    """Name the story of a seller's standing."""
    return f"seller_{subject_named(shard.ports.store, 'seller_id', seller_id).hex()}"


def seller_story(shard: Shard, seller_id: str) -> SellerStory:
    """Read what was done about a seller; a seller whom nobody ever struck has no acts."""
    records = [
        one for one in shard.ports.store.thread(seller_thread(shard, seller_id)) if one.kind is RecordKind.SELLER
    ]
    acts = tuple((read_seller_act(record.act), record) for record in records)
    return SellerStory(seller_id=seller_id, acts=acts, standing=stand(act for act, _ in acts))


def seller_view(shard: Shard, story: SellerStory) -> Row:
    """Describe how a seller stands now.

    `standing` is what the lists say, which rules ask: `blocked` before `limited` before `struck`, else `clear`.
    """
    now_ms = shard.ports.clock.now_ms()
    limits = [name for name in (BLOCKED, LIMITED) if _is_on(shard, name, story.seller_id, now_ms=now_ms)]
    live = story.standing.live(now_ms)
    subject = subject_named(shard.ports.store, "seller_id", story.seller_id)
    holds = shard.ports.store.holds(_HOLDS, states=_WAITING, client=subject)
    return {
        "seller_id": story.seller_id,
        "standing": limits[0].rpartition(".")[2] if limits else ("struck" if live else "clear"),
        "live_strikes": len(live),
        "strikes": [_strike_row(shard, one, now_ms) for one in story.standing.strikes.values()],
        "appeals": [_appeal_row(shard, one) for one in story.standing.appeals.values()],
        "limits": limits,
        "holds": [row.id for row in holds.items],
        "history": list(_history(shard, story)),
        "as_of": rfc3339(now_ms, shard.tenant.zone),
    }


def _is_on(shard: Shard, list_id: str, seller_id: str, *, now_ms: int) -> bool:
    """Ask a list about a seller as rules do."""
    asked = (shard.memory.lists.identifier(ListKind.SELLER.value, seller_id),)
    return shard.memory.lists.probe(list_id, asked, at_ms=now_ms).state is True


def _strike_row(shard: Shard, one: Strike, now_ms: int) -> Row:
    zone = shard.tenant.zone
    return {
        "id": one.id,
        "ground": one.ground,
        "of": one.of or None,
        "state": one.state(now_ms),
        "at": rfc3339(one.at_ms, zone),
        "expires_at": rfc3339(one.expires_ms, zone),
        "lifted_at": rfc3339(one.lifted_ms, zone) if one.lifted_ms is not None else None,
        "by": one.by,
    }


def _appeal_row(shard: Shard, one: Appeal) -> Row:
    zone = shard.tenant.zone
    return {
        "id": one.id,
        "strike": one.strike,
        "state": one.result or "open",
        "at": rfc3339(one.at_ms, zone),
        "settled_at": rfc3339(one.settled_ms, zone) if one.settled_ms is not None else None,
        "settled_by": one.settled_by or None,
    }


def _history(shard: Shard, story: SellerStory) -> Iterator[Row]:
    """Tell every act with its reason in words; the words of an erased seller are gone."""
    for act, record in story.acts:
        said = read_canonical(record.event, dict) if record.event else {}
        yield {
            "at": rfc3339(act.at_ms, shard.tenant.zone),
            "act": act.act.value,
            "id": act.id,
            "by": act.by,
            "result": act.result or None,
            "reason": said.get("reason"),
        }
