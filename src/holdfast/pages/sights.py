"""What a decision was made of, as a page tells it: the facts of one event by name, and what was asked of the reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from holdfast.operations.read_decision import read_decision, read_facts_of
from holdfast.operations.shard import Shard
from holdfast.vocabulary.event import Value
from holdfast.wire.canonical import read_canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One decision with the values that it was made of; an absent name is unknown."""

    reply: Mapping[str, Any]
    values: Mapping[str, Value]

    @property
    def event_id(self) -> str:
        """Name the event that was decided about."""
        return str(self.reply["event_id"])

    def true_of(self, names: Sequence[str]) -> tuple[str, ...]:
        """Give those of some names that are true."""
        return tuple(name for name in names if self.values.get(name) is True)

    def many(self, name: str) -> tuple[str, ...]:
        """Give the texts of a name that stands for several."""
        found = self.values.get(name, ())
        return tuple(map(str, found)) if isinstance(found, (tuple, list)) else (str(found),)

    def measure(self, kind: str) -> Mapping[str, Any] | None:
        """Give the duty of a kind that came with the decision, if there is one."""
        return next((dict(row) for row in self.reply["measures"] if row["kind"] == kind), None)


def sight_of(shard: Shard, decision_id: str) -> Sight:
    """Read a decision back with its facts; raises NotFoundError where there is none."""
    facts = read_facts_of(shard, decision_id)
    return Sight(reply=read_canonical(read_decision(shard, decision_id), dict), values=facts.values)
