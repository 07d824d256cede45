"""Read holds: what is held and why, until when, what was done, and what may be done now."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from holdfast.holds.cancel import CANCELLABLE
from holdfast.holds.confirm import may_confirm
from holdfast.holds.proof import Demand, binding
from holdfast.holds.release import check_release
from holdfast.holds.standing import stand
from holdfast.holds.step import UNDECIDED
from holdfast.operations.hold_story import HoldStory, due_acts, event_id_of, hold_story
from holdfast.operations.other_word import check_others
from holdfast.operations.record import subject_named
from holdfast.operations.shard import Shard
from holdfast.vocabulary.errors import ForbiddenByLawError
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.holds import ActKind, Actor, HoldAct
from holdfast.vocabulary.instants import rfc3339
from holdfast.vocabulary.judgement import Scalar
from holdfast.wire.holds import read_fired

Row = dict[str, object]
REQUISITES: Final = (
    "customer_id",
    "seller_id",
    "account",
    "card",
    "phone",
    "inn",
    "iin",
    "bin",
    "passport_hash",
    "snils_hash",
    "ewallet",
    "bic",
    "swift",
)
_PLAIN: Final = frozenset({"bic", "swift"})
_SHOWN: Final = 4
_TOLD: Final = frozenset({ActKind.NOTIFY, ActKind.SHOW})


async def read_hold(shard: Shard, hold_id: str) -> Row:
    """Give one hold as it stands now."""
    return hold_row_view(shard, await hold_story(shard, hold_id))


async def hold_page(
    shard: Shard, *, limit: int, cursor: str | None, states: Sequence[str], whose: tuple[str, str] | None
) -> Row:
    """Give holds, newest first, a page at a time; `states` are those that the holds stand in on disk.

    `whose` names the client by a kind of id and the id, such as `seller_id` and `s-1`.
    """
    client = None if whose is None else subject_named(shard.ports.store, *whose)
    page = shard.ports.store.holds(limit, cursor, states=states, client=client)
    items = []
    for row in page.items:
        await asyncio.sleep(0)  # decisions go on between two holds
        items.append(await read_hold(shard, row.id))
    return {"items": items, "next": page.next}


def hold_row_view(shard: Shard, story: HoldStory) -> Row:
    """Describe a hold as it stands now; a term that has ended shows, whether its timer has fired or not."""
    now_ms, zone = shard.ports.clock.now_ms(), shard.tenant.zone
    story = story.after(due_acts(story, now_ms))
    last, policy, event = story.last, story.policy_now, story.event
    values = event.values if event else {}
    return {
        "id": story.row.id,
        "decision_id": story.row.decision_id,
        "event_id": event_id_of(story),
        "state": last.to_state.value,
        "instruction": last.instruction.value,
        "policy": policy.id,
        "provision": last.provision,
        "title": shard.tenant.voice.title(policy.title),
        "placed_at": rfc3339(story.row.placed_ms, zone),
        "until": last.until,
        "confirm_by": last.confirm_by,
        "amount_minor": values.get("amount"),
        "currency": values.get("currency"),
        "payee": {name: _masked(name, value) for name, value in requisites(event).items()} if event else None,
        "executed": last.executed,
        "proof": _proof(shard, story),
        "next": list(_next(shard, story, now_ms)),
        "history": [_history(act, shard) for act in story.acts if act.act not in _TOLD],
        "as_of": rfc3339(now_ms, zone),
    }


async def read_told(shard: Shard, hold_id: str) -> Row:
    """Give what the client was told and shown about a hold, oldest first."""
    return {"items": told_rows(shard, await hold_story(shard, hold_id)), "next": None}


def told_rows(shard: Shard, story: HoldStory) -> list[Row]:
    """Describe the notices and the pages of a hold; they change nothing about it and so are no part of its history."""
    return [_history(act, shard) for act in story.acts if act.act in _TOLD]


def requisites(event: Event) -> Mapping[str, str]:
    """Give the payee's requisites that the event names."""
    named = {name: event.values.get(f"payee.{name}") for name in REQUISITES}
    return {name: str(value) for name, value in named.items() if value is not None}


def _masked(name: str, value: str) -> str:
    """Show the last four signs of a requisite, and no more than half of it."""
    shown = min(_SHOWN, len(value) // 2)
    return value if name in _PLAIN else "*" * (len(value) - shown) + value[len(value) - shown :]


def is_careful(story: HoldStory) -> bool:
    """Tell whether a sign fired that speaks for a stolen device or number."""
    return not set(story.policy.careful_signs).isdisjoint(read_fired(story.decision.judgement))


def demand_of(shard: Shard, story: HoldStory) -> Demand:
    """Give what a proof for this hold must be."""
    event = story.event
    values = event.values if event else {}
    payee = requisites(event) if event else {}
    bound = binding(story.row.id, amount_minor=values.get("amount"), currency=values.get("currency"), payee=payee)
    return Demand(policy=story.policy, careful=is_careful(story), binding=bound, key=shard.ports.proof_key)


def _proof(shard: Shard, story: HoldStory) -> Row:
    demand = demand_of(shard, story)
    return {
        "methods": list(demand.methods),
        "careful": demand.careful,
        "channel_unchanged_hours": story.policy.careful_hours if demand.careful else None,
        "signed": demand.key is not None,
        "binding": demand.binding,
    }


def _history(act: HoldAct, shard: Shard) -> Row:
    return {
        "at": rfc3339(act.at_ms, shard.tenant.zone),
        "act": act.act.value,
        "by": act.by.value,
        "from_state": act.from_state.value if act.from_state else None,
        "to_state": act.to_state.value,
        "provision": act.provision,
        "details": dict(_details(act, shard)),
    }


def _details(act: HoldAct, shard: Shard) -> Iterator[tuple[str, Scalar]]:
    """Write instants among the details in the tenant's zone: `occurred_ms` becomes `occurred_at`."""
    for name, value in act.details.items():
        if name.endswith("_ms") and isinstance(value, int):
            yield f"{name.removesuffix('_ms')}_at", rfc3339(value, shard.tenant.zone)
        else:
            yield name, value


def _next(shard: Shard, story: HoldStory, now_ms: int) -> Iterator[str]:
    """Name the acts that may come now."""
    standing, policy = stand(story.acts), story.policy_now
    last = standing.last
    if last.executed:
        return
    if _allows_confirmation(shard, story, now_ms):
        yield ActKind.CONFIRM.value
    if last.to_state in CANCELLABLE:
        yield ActKind.CANCEL.value
    if last.to_state in UNDECIDED and standing.restraint is None:
        yield ActKind.WITHDRAW.value
    try:
        check_release(standing, policy, by=Actor.BANK)
    except ForbiddenByLawError:
        return
    yield ActKind.RELEASE.value


def _allows_confirmation(shard: Shard, story: HoldStory, now_ms: int) -> bool:
    """Tell whether whoever may confirm this hold could do so now."""
    by = next((Actor(word) for word in story.policy_now.confirmed_by), Actor.CLIENT)
    try:
        check_others(shard, story, by)
        return may_confirm(stand(story.acts), story.policy_now, by=by, now_ms=now_ms)
    except ForbiddenByLawError:
        return False
