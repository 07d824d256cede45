"""The end of the write-ahead log: what a crash tore is cut, what was acknowledged is never cut unseen.

SQLite reads its log up to the first frame that is not right, and takes the rest for the torn end of a commit. That
is true of the last commit alone: each group is on disk before the next one begins, so that frames of a later commit
behind the wrong one are proof that it was acknowledged. Damage within the very last commit looks like a torn one; that
is found by a head of the hash chain that was kept elsewhere.

The checksums are computed here, before SQLite opens the file, because it deletes a log when it is closed. They are
sums and sums of sums modulo 2^32, so that those of all frames are one product with a matrix of weights.
Source: https://www.sqlite.org/fileformat2.html#the_write_ahead_log.
"""

from collections.abc import Iterator
from pathlib import Path
from struct import Struct
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from holdfast.vocabulary.errors import StoreError

_HEADER: Final = Struct(">8I")  # magic, format, page size, checkpoint number, two of salt, two of checksum
_FRAME_HEAD_BYTES: Final = 24  # page, size of the database after a commit, two of salt, two of checksum
_SUMMED_BYTES: Final = 8
_ORDERS: Final = {0x377F0682: "<u4", 0x377F0683: ">u4"}
_USUAL_PAGE_BYTES: Final = 4_096
_MASK: Final = 0xFFFFFFFF
Pair = tuple[int, int]


class _Frames(NamedTuple):
    """The headings of a log's frames as numbers, one row a frame, and the sums of their content."""

    heads: NDArray[np.uint32]
    sums: NDArray[np.uint32]
    step: tuple[Pair, Pair]


def refuse_damaged_log(wal: Path) -> None:
    """Raise StoreError where acknowledged records stand in the log behind a frame that is not right.

    To be called by the directory's owner before it opens the database; the place named is a byte of the file.
    """
    data = wal.read_bytes() if wal.exists() else b""
    place = _damaged_at(data) if len(data) >= _HEADER.size else None
    if place is not None:
        hint = "keep this directory as it is, and restore the newest backup into another one"
        raise StoreError(
            f"`{wal.name}` is damaged at byte {place}, and acknowledged records stand behind it", hint=hint
        )


def _damaged_at(data: bytes) -> int | None:
    """Give the byte at which the last good commit ends, if a whole commit and part of a later one stand behind it."""
    magic, _, page_bytes, _, *salt, first, second = _HEADER.unpack_from(data)
    order = _ORDERS.get(magic)
    whole = order is not None and _summed(data[:_FRAME_HEAD_BYTES], order) == (first, second)
    if not whole or order is None:
        heads = _heads(data, _USUAL_PAGE_BYTES)
        return 0 if len(heads) and _goes_on(heads, (int(heads[0, 2]), int(heads[0, 3]))) else None
    frames = _read(data, page_bytes, order)
    good = _good(frames, (salt[0], salt[1]), (first, second))
    behind = _goes_on(frames.heads[good:], (salt[0], salt[1]))
    return _HEADER.size + good * (_FRAME_HEAD_BYTES + page_bytes) if behind else None


def _goes_on(heads: NDArray[np.uint32], salt: Pair) -> bool:
    """Tell whether frames of this log's round end a commit and begin another.

    Frames of the round before have another salt in both words; one word may be wrong where the heading is damaged.
    """
    ours = heads[(heads[:, 2] == salt[0]) | (heads[:, 3] == salt[1])]
    return bool((ours[:-1, 1] > 0).any())


def _good(frames: _Frames, salt: Pair, summed: Pair) -> int:
    """Count the frames up to and with the last commit that SQLite will read."""
    (one_one, one_two), (two_one, two_two) = frames.step
    one, two = summed
    good = 0
    rows = zip(frames.heads.tolist(), frames.sums.tolist(), strict=True)
    for place, ((page, commits, *rest), (add_one, add_two)) in enumerate(rows, start=1):
        one, two = one_one * one + one_two * two + add_one & _MASK, two_one * one + two_two * two + add_two & _MASK
        if not page or (rest[0], rest[1], rest[2], rest[3]) != (*salt, one, two):
            break
        if commits:
            good = place
    return good


def _read(data: bytes, page_bytes: int, order: str) -> _Frames:
    rows = _rows(data, page_bytes)
    content = np.concatenate([rows[:, :_SUMMED_BYTES], rows[:, _FRAME_HEAD_BYTES:]], axis=1).view(order)
    weights, step = _weights(content.shape[1] // 2)
    return _Frames(_heads(data, page_bytes), content.astype(np.uint32) @ weights, step)


def _heads(data: bytes, page_bytes: int) -> NDArray[np.uint32]:
    return np.ascontiguousarray(_rows(data, page_bytes)[:, :_FRAME_HEAD_BYTES]).view(">u4").astype(np.uint32)


def _rows(data: bytes, page_bytes: int) -> NDArray[np.uint8]:
    """Give the whole frames of a log, one row each."""
    size = _FRAME_HEAD_BYTES + page_bytes
    count = (len(data) - _HEADER.size) // size
    return np.frombuffer(data, dtype=np.uint8, count=count * size, offset=_HEADER.size).reshape(count, size)


def _weights(pairs: int) -> tuple[NDArray[np.uint32], tuple[Pair, Pair]]:
    """Give what each word of a frame adds to both sums at its end, and how the sums before it are carried over."""
    found = np.zeros((2 * pairs, 2), dtype=np.uint32)
    for place, ((a, b), (c, d)) in zip(range(2 * pairs - 2, -1, -2), _powers(), strict=False):
        found[place] = (a + b & _MASK, c + d & _MASK)
        found[place + 1] = (b, d)
    powers = _powers()
    for _ in range(pairs):
        next(powers)
    return found, next(powers)


def _powers() -> Iterator[tuple[Pair, Pair]]:
    """Give the powers of ((1, 1), (1, 2)), which carries the sums over one pair of words."""
    a, b, c, d = 1, 0, 0, 1
    while True:
        yield (a, b), (c, d)
        a, b, c, d = a + c & _MASK, b + d & _MASK, a + 2 * c & _MASK, b + 2 * d & _MASK


def _summed(data: bytes, order: str) -> Pair:
    """Compute both sums of a few bytes."""
    one = two = 0
    words = np.frombuffer(data, dtype=order).tolist()
    for left, right in zip(words[::2], words[1::2], strict=True):
        one = one + left + two & _MASK
        two = two + right + one & _MASK
    return one, two
