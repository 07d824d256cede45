"""Operations of which a result or a revision said later whether they count as executed.

The newest of these words stand in memory. One that had to go stands in the log all the same, in the story of its
operation: as long as no word about an operation in a later place of the log has gone, memory alone tells.
"""

from collections.abc import Iterable, Iterator

from holdfast.operations.newest import MOST, Newest


class Overturned:
    """Words by the place of an operation in the log; `gone_upto` is the last place of which a word had to go."""

    __slots__ = ("_newest", "gone_upto")

    def __init__(self, most: int = MOST) -> None:
        self._newest = Newest[int, bool](most)
        self.gone_upto = 0

    def __len__(self) -> int:
        """Count the words in memory."""
        return len(self._newest)

    def __iter__(self) -> Iterator[tuple[int, bool]]:
        """Give places and words, in the order in which they were noted."""
        return iter(self._newest)

    def get(self, seq: int) -> bool | None:
        """Give what was said of an operation, if that is in memory."""
        return self._newest.get(seq)

    def note(self, seq: int, *, executed: bool) -> None:
        """Take note of what was said of an operation."""
        gone = self._newest.note(seq, executed)
        if gone is not None and gone > self.gone_upto:
            self.gone_upto = gone

    def load(self, words: Iterable[tuple[int, bool]], gone_upto: int) -> None:
        """Take over what `__iter__` gave, and up to which place words had gone."""
        self._newest.load(words)
        self.gone_upto = gone_upto

    def clear(self) -> None:
        """Forget everything, before the memory is built again."""
        self._newest.clear()
        self.gone_upto = 0
