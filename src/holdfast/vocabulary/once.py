"""Work that is done once for a part that comes again and again as the same object."""

from collections.abc import Callable
from typing import Final, Generic, TypeVar

Part = TypeVar("Part")
Made = TypeVar("Made")
_REMEMBERED: Final = 4_096


class Once(Generic[Part, Made]):
    """A function of parts that nobody changes, whose answers are remembered by which object asked; a bounded number."""

    def __init__(self, make: Callable[[Part], Made]) -> None:
        self._make = make
        self._made: dict[int, tuple[Part, Made]] = {}

    def __call__(self, part: Part) -> Made:
        """Give the answer. The part is kept beside it: while it lives, its number stands for no other."""
        found = self._made.get(id(part))
        if found is None:
            if len(self._made) >= _REMEMBERED:
                self._made.clear()
            found = self._made[id(part)] = part, self._make(part)
        return found[1]
