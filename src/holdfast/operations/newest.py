"""A bounded memory of what was said last."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Final, Generic, TypeVar

MOST: Final = 65_536
Name = TypeVar("Name")
Word = TypeVar("Word")


class Newest(Generic[Name, Word]):
    """Words by name, the `most` that were noted last; one more, and the one noted first goes."""

    __slots__ = ("_words", "most")

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self._words: OrderedDict[Name, Word] = OrderedDict()

    def __len__(self) -> int:
        """Count the words."""
        return len(self._words)

    def __iter__(self) -> Iterator[tuple[Name, Word]]:
        """Give names and words, in the order in which they were noted last."""
        return iter(self._words.items())

    def get(self, name: Name) -> Word | None:
        """Give what was noted of a name, if it is still there."""
        return self._words.get(name)

    def note(self, name: Name, word: Word) -> Name | None:
        """Keep a word as the newest; gives the name that had to go for it."""
        self._words[name] = word
        self._words.move_to_end(name)
        return self._words.popitem(last=False)[0] if len(self._words) > self.most else None

    def load(self, words: Iterable[tuple[Name, Word]]) -> None:
        """Take over what `__iter__` gave."""
        self._words = OrderedDict(words)

    def clear(self) -> None:
        """Forget everything."""
        self._words.clear()
