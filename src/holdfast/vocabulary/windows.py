"""What a rule asks of the past: one statistic over one sliding window, as plain data.

`language` emits these, `features` maps them to `windows`.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from typing import Final

_DIGEST_BYTES: Final = 5


class Statistic(StrEnum):
    """Statistics over the events of a window."""

    COUNT = "count"
    SUM = "sum"
    MEAN = "mean"
    STD = "std"  # population standard deviation
    MIN = "min"
    MAX = "max"
    DISTINCT = "distinct"
    FIRST = "first"  # instant of the first event
    LAST = "last"  # instant of the last event
    EARLIEST = "earliest"  # value of the first event
    LATEST = "latest"  # value of the last event


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPart:
    """How the key is read: from `now` in the event being decided, from `then` in the events of the past.

    Both are schema paths; a path of type PARTY stands for the person behind all its identifiers.
    """

    now: str
    then: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSpec:
    """One statistic over the past events of type `of` that share the key `by`.

    `value` and `where` are canonical expressions over the past event alone. The window is `(t - over_ms, t]`
    on event time, closed at the old end when `inclusive`; `over_ms` of `None` means all that is kept.
    `attempts` counts every event, otherwise only transfers that were executed. `current` counts the event
    being decided too. `money` says that `value` is money: only events in the current event's currency count.
    `sources` name the streams whose completeness makes absence mean something. `name` stands in the facts.
    """

    statistic: Statistic
    of: str
    by: tuple[KeyPart, ...]
    value: str | None = None
    where: str | None = None
    over_ms: int | None = None
    inclusive: bool = False
    attempts: bool = False
    current: bool = False
    money: bool = False
    sources: tuple[str, ...] = ()

    name: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self._name())

    def _name(self) -> str:
        """Make the name under which the value stands in the facts: readable, and unique by its digest."""
        parts = [f"by={'+'.join(f'{part.now}<{part.then}' for part in self.by)}"]
        parts += [f"{key}={text}" for key, text in (("value", self.value), ("where", self.where)) if text is not None]
        parts += [f"over={self.over_ms}"] if self.over_ms is not None else []
        parts += [key for key in ("inclusive", "attempts", "current", "money") if getattr(self, key)]
        digest = blake2b("; ".join(parts).encode(), digest_size=_DIGEST_BYTES).hexdigest()
        return f"{self.statistic}({self.of} by {' and '.join(part.now for part in self.by)}) #{digest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListProbe:
    """One question to one list about one subject.

    It asks whether any identifier of `subject` (a PARTY prefix or a plain path) is on the list; with `every`, whether
    each of the several texts of `subject` is.
    With `documented`, only entries that carry a document count; with `marked`, only those with the police mark.
    """

    subject: str
    list: str
    documented: bool = False
    marked: bool = False
    every: bool = False

    name: str = field(init=False, compare=False)
    """The canonical name under which the answer stands in the facts."""

    def __post_init__(self) -> None:
        marks = ", documented" * self.documented + ", marked" * self.marked + ", every" * self.every
        object.__setattr__(self, "name", f"matches({self.subject}, {self.list}{marks})")


def completeness_name(source: str) -> str:
    """Give the name under which the instant since which `source` is complete stands in the facts."""
    return f"complete_since({source})"
