"""Which identifiers each client was seen with, so that lists can be asked about a client without an event.

In memory stand keyed hashes only: for each client a tuple of the identifiers, and the place in the log where the
client can be read. It is a fold of the log like the windows and is rebuilt with them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from holdfast.engine.identify import identifiers
from holdfast.engine.prepare import Memory
from holdfast.lists.membership import Identifier
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.keys import Key
from holdfast.vocabulary.schema import EventSchema, Field

_PARTIES: Final = ("payer", "payee", "client", "seller", "sender", "recipient")
_TELLING: Final = frozenset({"customer_id", "kind", "bic", "swift"})
_OWN: Final = frozenset({"payer", "client", "seller"})
_REMEMBERED: Final = 8_192
Form = tuple[str, str, tuple[str, ...]]
"""A party of an event type: its name, where its client's id stands, and all that tells who it is."""


@dataclass(frozen=True, slots=True)
class Client:
    """What was seen of one client: identifiers as lists are asked for them, and the kind that was last told.

    `seq` is the first record that names the client in the clear; `own` says that it is an event of the client's own,
    which goes before one in which another person named the client.
    """

    identifiers: tuple[Identifier, ...] = ()
    kind: str | None = None
    seq: int = 0
    own: bool = False


@dataclass(slots=True)
class ClientIndex:
    """Clients by their keyed id."""

    _clients: dict[Key, Client] = field(default_factory=dict)
    _lately: set[tuple[object, ...]] = field(default_factory=set)
    _forms: dict[str, tuple[Form, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Count the clients that were seen."""
        return len(self._clients)

    def clear(self) -> None:
        """Forget everything, before the memory is built again."""
        self._clients.clear()
        self._lately.clear()

    def get(self, key: Key) -> Client | None:
        """Give what was seen of a client."""
        return self._clients.get(key)

    def keys(self) -> list[Key]:
        """Name every client, in an instant, so that another thread may go through them while more are seen."""
        return list(self._clients)

    def slice(self, keys: Sequence[Key]) -> list[Client]:
        """Give what was seen of several known clients; may be asked from another thread."""
        return [self._clients.get(key, _NOBODY) for key in keys]

    def rows(self) -> list[list[Any]]:
        """Give the clients as rows for a snapshot: the key's halves, the rest, and each identifier's four parts."""
        return [
            [*key, client.kind, client.seq, client.own, [[one.kind, *one.key, one.bic] for one in client.identifiers]]
            for key, client in self._clients.items()
        ]

    def load(self, rows: Iterable[list[Any]]) -> None:
        """Take over the rows of a snapshot."""
        for high, low, kind, seq, own, found in rows:
            identifiers = tuple(Identifier(name, Key(*halves), bic) for name, *halves, bic in found)
            self._clients[Key(high, low)] = Client(identifiers, kind, seq, own)

    def note(self, event: Event, memory: Memory, *, seq: int) -> None:
        """Take note of the clients of the event of a record, with what stands beside their ids."""
        get, forms = event.values.get, self._forms.get(event.type)
        if forms is None:
            forms = self._lay_out(event.type, memory.schema)
        for party, named, paths in forms:
            client_id = get(named)
            if client_id is not None and self._is_news((party, *map(get, paths))):
                self._note(client_key(str(client_id), memory), event, party, memory=memory, seq=seq)

    def _lay_out(self, event_type: str, schema: EventSchema) -> tuple[Form, ...]:
        """Find the parties of an event type, once."""
        fields = schema.fields[event_type]
        forms = self._forms[event_type] = tuple(
            (party, f"{party}.customer_id", tuple(_telling(fields, f"{party}.")))
            for party in _PARTIES
            if f"{party}.customer_id" in fields
        )
        return forms

    def _is_news(self, form: tuple[object, ...]) -> bool:
        """Tell whether a party was not seen lately in just this form, which spares most events any hashing."""
        if form in self._lately:
            return False
        if len(self._lately) >= _REMEMBERED:
            self._lately.clear()
        self._lately.add(form)
        return True

    def _note(self, key: Key, event: Event, party: str, *, memory: Memory, seq: int) -> None:
        """Add what is new of one client; most events bring nothing new."""
        asked = identifiers(event, party, schema=memory.schema, book=memory.lists, home=memory.home)
        known = self._clients.get(key, _NOBODY)
        kind = event.values.get(f"{party}.kind")
        fresh = tuple(one for one in asked if one not in known.identifiers)
        better = party in _OWN and not known.own
        if fresh or better or key not in self._clients or (kind is not None and kind != known.kind):
            self._clients[key] = Client(
                (*known.identifiers, *fresh),
                known.kind if kind is None else str(kind),
                seq if better or not known.seq else known.seq,
                known.own or better,
            )


_NOBODY: Final = Client()


def _telling(fields: Mapping[str, Field], below: str) -> Iterator[str]:
    """Name the fields of a party that tell who it is."""
    for path, one in fields.items():
        if path.startswith(below) and (one.list_kind or path.removeprefix(below) in _TELLING):
            yield path


def client_key(client_id: str, memory: Memory) -> Key:
    """Give the keyed hash of a client's id."""
    return memory.lists.identifier("customer_id", client_id).key
