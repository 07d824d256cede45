"""The newest good answers of one provider, kept in memory and bounded in number."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from holdfast.vocabulary.event import Value


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer and the tick at which it came."""

    values: Mapping[str, Value]
    at_ns: int


class LastAnswers:
    """Answers by the hash of their question; when there are too many, the oldest goes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()

    def __len__(self) -> int:
        """Give how many are kept."""
        return len(self._kept)

    def keep(self, question: bytes, values: Mapping[str, Value], at_ns: int) -> None:
        """Keep the newest answer to a question."""
        self._kept.pop(question, None)
        self._kept[question] = Kept(values, at_ns)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def find(self, question: bytes) -> Kept | None:
        """Give the newest answer to a question."""
        return self._kept.get(question)
