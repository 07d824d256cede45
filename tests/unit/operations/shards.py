"""A shard over a store that a test can delay, break and open again."""

from collections import deque
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from holdfast.app import fresh_memory, load_packs, make_law, tenant_of
from holdfast.app.clocks import IdSource
from holdfast.operations.import_folder import ImportFolder
from holdfast.operations.law import Law
from holdfast.operations.publish_rules import publish_ruleset
from holdfast.operations.shard import Ports, Shard
from holdfast.settings import Settings, read_settings
from holdfast.store import MemoryStore
from holdfast.vocabulary.clock import Clock
from holdfast.vocabulary.errors import StoreError
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.records import Record

NOON_MS = 1_778_230_800_000
NOON = "2026-05-08T12:00:00+03:00"
Done = Callable[[BaseException | None], None]
Json = dict[str, Any]


class StillClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.instant_ms = NOON_MS

    def now_ms(self) -> int:
        """Give the instant."""
        return self.instant_ms


class SlowStore(MemoryStore):
    """A store whose records stay on their way until a test lets them land or fail."""

    def __init__(self, clock: StillClock, *, held: bool = False) -> None:
        super().__init__(clock=clock)
        self.held = held
        self.waiting_now: deque[tuple[Record, Done]] = deque()
        self.full = False

    def submit(self, record: Record, done: Done) -> None:
        """Keep a record waiting while held, else take it at once."""
        self.waiting_now.append((record, done))
        if not self.held:
            self.land()

    def land(self, count: int | None = None) -> None:
        """Write what waits, the oldest first."""
        for _ in range(len(self.waiting_now) if count is None else count):
            super().submit(*self.waiting_now.popleft())

    def fail(self) -> None:
        """Fail the group that waits and, as a real store does, everything after it."""
        self.break_with(OSError("no space left"))
        self.land()

    def open_again(self) -> None:
        """Reject what waits, and take records again, as a directory does that is opened anew."""
        if self.failure is None:
            self.break_with(OSError("closed"))
        self.land()
        self.held, self._failure = False, None

    def set_meta(self, name: str, value: str) -> None:
        """Keep a small text, unless the disk is full."""
        if self.full:
            raise StoreError("no space left")
        super().set_meta(name, value)


_LAWS: dict[tuple[str, ...], Law] = {}
_packs = cache(load_packs)


def _law(settings: Settings) -> Law:
    """Compile packs once for all tests; a law never changes."""
    if settings.packs not in _LAWS:
        _LAWS[settings.packs] = make_law(settings, _packs(settings.packs), tenant_of(settings))
    return _LAWS[settings.packs]


def make_shard(store: MemoryStore, clock: Clock, packs: str = "ru") -> Shard:
    """Put a shard together around a store, as `app` does."""
    settings = read_settings({"packs": packs, "dev": True, "data": Path("unused")}, {})
    chosen, tenant = _packs(settings.packs), tenant_of(settings)
    law = _law(settings)
    keys = KeyMaker(secret=bytes(32))
    return Shard(
        tenant=tenant,
        law=law,
        ruleset=publish_ruleset(
            store, {place: data for place, (data, _) in chosen.items()}, tenant=tenant, parameters={}
        ),
        ports=Ports(
            store=store,
            clock=clock,
            tick=lambda: 0,
            new_id=IdSource(),
            keys=keys,
            imports=ImportFolder(Path("unused"), limit_bytes=1),
        ),
        memory=fresh_memory(settings, law, keys),
        fresh_memory=lambda: fresh_memory(settings, law, keys),
    )


def transfer(event_id: str, **changes: Any) -> bytes:
    """Write a transfer of 250,000 roubles by order; `None` drops a field."""
    event: Json = {
        "id": event_id,
        "type": "transfer",
        "occurred_at": NOON,
        "rail": "order",
        "amount_minor": 25_000_000,
        "currency": "RUB",
        "payer": {"customer_id": "c-1", "kind": "individual"},
        "payee": {"kind": "individual", "inn": "500100732259"},
    }
    return msgspec.json.encode({name: value for name, value in (event | changes).items() if value is not None})


def event(event_id: str, kind: str, **fields: Any) -> bytes:
    """Write an event of another type."""
    return msgspec.json.encode({"id": event_id, "type": kind, "occurred_at": NOON, **fields})
