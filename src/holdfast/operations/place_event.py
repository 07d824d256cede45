"""Fill in what is known of an event's network address before the event is stored.

What the caller said stays. The event is stored as it is judged, so that a rebuild and a replay read what the tables
said on that day; the hash by which a retry is recognised stays that of what was sent.
"""

from collections.abc import Mapping
from typing import Final

from holdfast.operations.shard import Shard
from holdfast.vocabulary.event import Event, Value
from holdfast.wire.codec import Decoded, with_known, with_session
from holdfast.wire.mapping import Row

_ADDRESS: Final = "session.ip"
_COUNTRY, _SOURCE = "ip_country", "ip_source"


def placed(shard: Shard, decoded: Decoded) -> Decoded:
    """Give an event with what the tables know of its address, or as it is where that is not wanted."""
    known = _known(shard, decoded.event)
    return with_session(decoded, known) if known else decoded


def placed_row(shard: Shard, row: Row) -> Row:
    """Give a row of a file with what the tables know of its address; it keeps the message as it was sent."""
    known = _known(shard, row.event)
    if not known:
        return row
    message, event = with_known(row.message, known, row.event)
    return row._replace(message=message, event=event, sent=row.message)


def _known(shard: Shard, event: Event) -> Mapping[str, Value]:
    """Give what the tables know and the caller did not say; a country of the caller's own has no source among them."""
    places = shard.ports.places
    if places is None or event.type not in shard.law.placed:
        return {}
    ip = event.values.get(_ADDRESS)
    if not isinstance(ip, str):
        return {}
    missing = {name: one for name, one in places.find(ip).values().items() if f"session.{name}" not in event.values}
    if f"session.{_COUNTRY}" in event.values:
        missing.pop(_SOURCE, None)
    return missing
