"""What a new version of a list does to open holds: one that stood on a list's entry ends when the entry is gone."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import structlog

from holdfast.engine.identify import identifiers
from holdfast.lists.membership import Identifier
from holdfast.operations.changed_values import Values
from holdfast.operations.release_hold import release_by_feed
from holdfast.operations.shard import Shard
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.lists import ListVersion
from holdfast.vocabulary.records import HoldRow
from holdfast.vocabulary.schema import FieldType
from holdfast.wire.codec import restore

OPEN: Final = ("placed", "paused_again")
_PAGE: Final = 200
_log: Final = structlog.get_logger("holdfast.lists")


async def follow_holds(shard: Shard, version: ListVersion, removed: Values) -> int:
    """Release every open hold that a list carries and of whose parties none is on such a list any more.

    Gives how many. Whether a hold may end is asked of all its lists and parties as they are now; here only those are
    found of which the version removed a value.
    """
    carried = {policy.id for pack in shard.law.packs for policy in pack.policies if version.list in policy.while_on}
    released = 0
    if carried and len(removed):
        for hold_id in await touched_holds(shard, removed, carried):
            with not_in_the_way(hold_id):
                released += await release_by_feed(shard, hold_id) is not None
    return released


@contextmanager
def not_in_the_way(hold_id: str) -> Iterator[None]:
    """Log a hold that cannot be read, and let the others go on."""
    try:
        yield
    except Bug as error:
        _log.error("a hold cannot be followed", hold=hold_id, error=error.message)


async def touched_holds(shard: Shard, values: Values, policies: set[str] | None = None) -> list[str]:
    """Name the open holds whose operation names one of some values; `policies` narrow them."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = shard.ports.store.holds(_PAGE, cursor, states=OPEN)
        rows = [row for row in page.items if policies is None or row.policy in policies]
        found += await asyncio.to_thread(_touched, shard, rows, values)
        cursor = page.next
        if cursor is None:
            return found


def _touched(shard: Shard, rows: Sequence[HoldRow], values: Values) -> list[str]:
    """Read the held operations and compare the identifiers of their parties."""
    return [row.id for row in rows if values.touch(_identifiers(shard, row))]


def _identifiers(shard: Shard, row: HoldRow) -> list[Identifier]:
    """Give what may stand on lists of the parties of a held operation; nothing of one that was erased."""
    record = shard.ports.store.decision(row.decision_id)
    return (
        [] if record is None or not record.event else every_identifier(shard, restore(record.event, record.received_ms))
    )


def every_identifier(shard: Shard, event: Event) -> list[Identifier]:
    """Give the identifiers of every party that an event names."""
    memory = shard.memory
    fields = memory.schema.fields[event.type]
    parties = [path for path, field in fields.items() if field.type is FieldType.PARTY]
    return [
        one
        for party in parties
        for one in identifiers(event, party, schema=memory.schema, book=memory.lists, home=memory.home)
    ]
