"""Facts: everything a judgement may look at, frozen before it looks."""

from collections.abc import Mapping

from msgspec import Struct

from holdfast.vocabulary.event import Value
from holdfast.vocabulary.lists import ListMatch


class Facts(Struct, frozen=True, kw_only=True):
    """One event with all that was known of it at one instant.

    `values` holds, by name, the event's fields, the windows' values, the answers of lists (trileans) and the
    instants of completeness; an absent name is unknown. `matches` holds the evidence behind the lists' answers.
    `decided_ms` is when the judgement is made, from which legal clocks run.
    """

    type: str
    occurred_ms: int
    decided_ms: int
    values: Mapping[str, Value]
    matches: Mapping[str, ListMatch] = {}
