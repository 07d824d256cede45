"""An event: a fact reported once, which never changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NewType

EventId = NewType("EventId", str)
Value = bool | int | float | str | tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One reported fact.

    `values` maps the schema's dotted names to present values only: an absent name is unknown. Instants are
    epoch milliseconds, money is minor units. `occurred_ms` also stands in `values` as `occurred_at`.
    """

    id: EventId
    type: str
    occurred_ms: int
    received_ms: int
    values: Mapping[str, Value]
