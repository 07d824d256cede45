"""Who a client is, read from the record that named the client: in memory and in the outbox stand hashes only."""

from dataclasses import dataclass
from typing import Final

from holdfast.operations.clients import Client, client_key
from holdfast.operations.record import subject_named
from holdfast.operations.shard import Shard
from holdfast.vocabulary.keys import Key
from holdfast.vocabulary.records import Record
from holdfast.wire.codec import restore

_NAMES: Final = ("customer_id", "seller_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A client by the bank's own id, and the event that named the client."""

    customer_id: str
    event_id: str


def name_of_client(shard: Shard, client: Client, key: Key) -> Named | None:
    """Read who a client is; nothing when the data of that record were erased."""
    record = next(shard.ports.store.replay(client.seq - 1, client.seq), None)
    found = (one for one in _ids(record) if client_key(one, shard.memory) == key)
    customer_id = next(found, None)
    return None if record is None or customer_id is None else Named(customer_id=customer_id, event_id=record.event_id)


def customer_of(shard: Shard, event_id: str, subject: str) -> str | None:
    """Read who a message of the outbox is for, by the event that it names; `subject` is the row's own, in hex.

    A seller without a customer's number is named by the site's own.
    """
    record = shard.ports.store.by_event(event_id) if event_id else None
    named = ((name, one) for name in _NAMES for one in _ids(record, name))
    return next((one for name, one in named if subject_named(shard.ports.store, name, one).hex() == subject), None)


def _ids(record: Record | None, name: str = "customer_id") -> list[str]:
    """Give the clients that an event names, by the identifier `name`."""
    if record is None or not record.event:
        return []
    values = restore(record.event, record.received_ms).values
    return [str(value) for path, value in values.items() if path.endswith(f".{name}")]
