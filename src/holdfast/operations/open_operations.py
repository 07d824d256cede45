"""Operations that were decided while some sign was unknown, and that a later input of their client may change.

They stand in memory with all that they say, so their number is bounded: the newest few of each client, of a day, and of
the clients that were met last. An operation that had to go stays as it was decided. What goes follows from the log
alone, so that a start from the log lets go of the same.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from holdfast.operations.recent import Known
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS

OPEN_MS: Final = DAY_MS
PER_CLIENT: Final = 16
CLIENTS_MAX: Final = 65_536
_AT_ONCE: Final = 2  # more would make one decision wait for the freeing of many


class Undecided(Struct, frozen=True, kw_only=True):
    """An operation that may be decided again: its decision, the outcome so far, and how often it was decided.

    `outside` is what was read outside for it, which is not read again. `let_through` says that it counts as passing
    because of a switch.
    """

    known: Known
    decision_id: str
    outcome: str
    revision: int = 1
    outside: Mapping[str, Value] = {}
    let_through: bool = False

    def is_recent(self, now_ms: int) -> bool:
        """Tell whether an input that comes now may still change it."""
        return self.known.event.occurred_ms > now_ms - OPEN_MS


class OpenOperations:
    """The operations by client, the client first that was not met for longest."""

    __slots__ = ("_by_client", "_clients_max")

    def __init__(self, clients_max: int = CLIENTS_MAX) -> None:
        self._clients_max = clients_max
        self._by_client: OrderedDict[bytes, tuple[Undecided, ...]] = OrderedDict()

    def __len__(self) -> int:
        """Count the clients."""
        return len(self._by_client)

    def __iter__(self) -> Iterator[Undecided]:
        """Give every operation, client by client."""
        return (one for kept in self._by_client.values() for one in kept)

    def of(self, client: bytes) -> Sequence[Undecided]:
        """Give the operations of a client, oldest first."""
        return self._by_client.get(client, ())

    def keep(self, client: bytes, one: Undecided) -> None:
        """Keep one more operation of a client, which was received just now; what is too old for any input goes."""
        by_client, since_ms = self._by_client, one.known.event.received_ms - OPEN_MS
        before = by_client.get(client)
        if before is None:
            self._let_go(since_ms - HOUR_MS)
            by_client[client] = (one,)
        else:
            kept = [other for other in before if other.known.event.occurred_ms > since_ms]
            by_client[client] = (*kept[1 - PER_CLIENT :], one)
            by_client.move_to_end(client)

    def _let_go(self, since_ms: int) -> None:
        """Make room for one more client: whose operations are over go, two at the most, or who is one too many."""
        for _ in range(_AT_ONCE):
            oldest = next(iter(self._by_client.values()), None)
            if oldest is None or (len(self._by_client) < self._clients_max and not _is_over(oldest, since_ms)):
                break
            self._by_client.popitem(last=False)

    def change(self, client: bytes, later: Undecided) -> None:
        """Put an operation in the place of the one of the same decision."""
        changed = tuple(later if one.decision_id == later.decision_id else one for one in self.of(client))
        if changed:
            self._by_client[client] = changed

    def close(self, client: bytes, *, event_id: str = "", decision_id: str = "") -> None:
        """Let go of one operation of a client, named by its event or by its decision."""
        kept = self._by_client.get(client)
        if kept is None:
            return
        left = tuple(one for one in kept if one.known.event.id != event_id and one.decision_id != decision_id)
        if left:
            self._by_client[client] = left
        else:
            del self._by_client[client]

    def load(self, client: bytes, one: Undecided) -> None:
        """Take over an operation as `__iter__` gave it."""
        self._by_client[client] = (*self.of(client), one)

    def forget(self, client: bytes) -> None:
        """Let go of all operations of a client."""
        self._by_client.pop(client, None)

    def clear(self) -> None:
        """Let go of all, before the memory is built again."""
        self._by_client.clear()


def _is_over(kept: Sequence[Undecided], since_ms: int) -> bool:
    """Tell whether no input can change any of a client's operations any more; mostly the last one tells."""
    return kept[-1].known.event.occurred_ms <= since_ms and all(one.known.event.occurred_ms <= since_ms for one in kept)
