"""Answers that do not fit one word of the box: exact integers of the kernel, turned into one number each."""

from collections.abc import Callable
from math import sqrt
from struct import pack, unpack
from typing import Any, Final

from holdfast.vocabulary.trilean import UNKNOWN
from holdfast.windows import memory


def patch(answers: list[Any], words: list[int], start: int = 0) -> None:
    """Write the answers that do not fit one word over their places."""
    place = start
    while place < len(words):
        kind = words[place + 1]
        if kind == memory.PATCH_UNKNOWN:
            answers[words[place]] = UNKNOWN
            place += 2
            continue
        read, width = _READERS[kind]
        answers[words[place]] = read(words, place + 2)
        place += width


def _wide(words: list[int], place: int) -> int:
    """Read a count (skipped) and a sum of 128 bits."""
    return (words[place + 1] << 64) | (words[place + 2] & _LOW)


def _mean(words: list[int], place: int) -> float:
    """Divide once: the division of two Python integers is rounded correctly."""
    return _wide(words, place) / words[place]


def _std(words: list[int], place: int) -> float:
    """Take the population deviation from exact integers; only the last division and the root round."""
    count, total = words[place], _wide(words, place)
    squares = (words[place + 3] << 128) | ((words[place + 4] & _LOW) << 64) | (words[place + 5] & _LOW)
    return sqrt((count * squares - total * total) / (count * count))


def _float(words: list[int], place: int) -> float:
    """Read a float from its bits."""
    value: float = unpack("<d", pack("<q", words[place]))[0]
    return value


def _hash(words: list[int], place: int) -> int:
    """Read an unsigned number."""
    return words[place] & _LOW


_LOW: Final = 2**64 - 1
_READERS: Final[dict[int, tuple[Callable[[list[int], int], int | float], int]]] = {
    memory.PATCH_WIDE: (_wide, 5),
    memory.PATCH_MEAN: (_mean, 5),
    memory.PATCH_STD: (_std, 8),
    memory.PATCH_FLOAT: (_float, 3),
    memory.PATCH_HASH: (_hash, 3),
}
