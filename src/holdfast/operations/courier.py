"""What is known of deliveries and of the worker since the start of the process."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Courier:
    """The state of everything that leaves the house.

    `gateway` names what carries the messages, `None` where nothing does. `lock` lets one pass deliver at a time;
    `mail` wakes the worker when a record with messages is on disk. `seen_ms` is the wall time of the last pass of the
    deliveries: one before it means that the clock was set back. `delivered` is by topic; `unwritten` notices went out
    without a text. `passed_ns` is the tick at which the worker last had fired all that was due.
    """

    gateway: str | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    mail: asyncio.Event = field(default_factory=asyncio.Event)
    seen_ms: int | None = None
    delivered: Counter[str] = field(default_factory=Counter)
    failures: int = 0
    unwritten: int = 0
    fired: int = 0
    passed_ns: int | None = None
