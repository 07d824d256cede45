"""Who is behind an identifier: a person is joined over identifiers that were seen together in one party."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from holdfast.vocabulary.keys import Key

_HALF = 64
_MASK = (1 << _HALF) - 1


def _number(key: Key) -> int:
    """Fold a key into one 128-bit number, which costs less to keep than a tuple."""
    return key.high << _HALF | key.low


def _key(number: int) -> Key:
    """Unfold a number into a key."""
    return Key(number >> _HALF, number & _MASK)


class People:
    """A union-find over identifiers, in which two different clients of the bank are never joined.

    The root of a joined person is the root that had more identifiers, so that less history moves.
    """

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}
        self._size: dict[int, int] = {}
        self._client: dict[int, int] = {}

    def find(self, identifier: Key) -> Key:
        """Give the person behind an identifier; an identifier never seen stands for itself."""
        return _key(self._root(_number(identifier)))

    def _root(self, number: int) -> int:
        parent = self._parent
        root = number
        while (above := parent.get(root, root)) != root:
            root = above
        while (above := parent.get(number, number)) != root:
            parent[number] = root
            number = above
        return root

    def join(self, identifiers: Sequence[Key], client: Key | None) -> Iterable[tuple[Key, Key]]:
        """Record that the identifiers were seen together; give each (source, into) pair of persons that became one.

        `client` is the bank's own client among them: identifiers that belong to another client stay apart.
        """
        moved: list[tuple[Key, Key]] = []
        if not identifiers:
            return moved
        root = self._enter(_number(identifiers[0]), client)
        for identifier in identifiers[1:]:
            other = self._enter(_number(identifier), None)
            if other == root or not self._may_join(root, other):
                continue
            source, root = self._link(other, root)
            moved.append((_key(source), _key(root)))
        return moved

    def _enter(self, number: int, client: Key | None) -> int:
        root = self._root(number)
        if root not in self._size:
            self._parent[root] = root
            self._size[root] = 1
        if client is not None:
            self._client.setdefault(root, _number(client))
        return root

    def _may_join(self, one: int, other: int) -> bool:
        mine, theirs = self._client.get(one), self._client.get(other)
        return mine is None or theirs is None or mine == theirs

    def _link(self, one: int, other: int) -> tuple[int, int]:
        source, into = (one, other) if self._size[one] <= self._size[other] else (other, one)
        self._parent[source] = into
        self._size[into] += self._size.pop(source)
        client = self._client.pop(source, None)
        if client is not None:
            self._client.setdefault(into, client)
        return source, into

    def snapshot(self) -> Mapping[str, NDArray[np.uint64]]:
        """Give the state as arrays of 64-bit halves."""
        return {
            "parent": _pack(self._parent),
            "client": _pack(self._client),
            "size": _pack(self._size),
        }

    def load(self, arrays: Mapping[str, NDArray[np.uint64]]) -> None:
        """Take over the state of a snapshot."""
        self._parent = _unpack(arrays["parent"])
        self._client = _unpack(arrays["client"])
        self._size = _unpack(arrays["size"])


def _pack(table: Mapping[int, int]) -> NDArray[np.uint64]:
    """Write a table of 128-bit numbers as rows of four 64-bit halves."""
    rows = [(key >> _HALF, key & _MASK, value >> _HALF, value & _MASK) for key, value in table.items()]
    return np.array(rows, dtype=np.uint64).reshape(-1, 4)


def _unpack(rows: NDArray[np.uint64]) -> dict[int, int]:
    """Read a table back."""
    return {high << _HALF | low: above << _HALF | below for high, low, above, below in rows.tolist()}
