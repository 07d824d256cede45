"""Which ids a file has had already, in a few bytes each."""

from array import array

_MASK = (1 << 64) - 1
_FULL = 0.6
_LEAST = 1 << 12


class SeenIds:
    """An open-addressing table from an id to its content, both as 64-bit hashes: 16 bytes a slot, no objects."""

    def __init__(self) -> None:
        self._keys = array("Q", bytes(8 * _LEAST))
        self._contents = array("Q", bytes(8 * _LEAST))
        self._used = 0

    def __len__(self) -> int:
        return self._used

    def meet(self, name: str, content: int) -> bool | None:
        """Note an id: `None` when it is new, else whether it came with the same content before."""
        key = hash(name) & _MASK or 1
        content &= _MASK
        slot = self._slot(key)
        if self._keys[slot]:
            return self._contents[slot] == content
        self._keys[slot], self._contents[slot] = key, content
        self._used += 1
        if self._used > len(self._keys) * _FULL:
            self._grow()
        return None

    def _slot(self, key: int) -> int:
        keys, mask = self._keys, len(self._keys) - 1
        slot = key & mask
        while keys[slot] not in (0, key):
            slot = (slot + 1) & mask
        return slot

    def _grow(self) -> None:
        keys, contents = self._keys, self._contents
        self._keys = array("Q", bytes(16 * len(keys)))
        self._contents = array("Q", bytes(16 * len(keys)))
        for key, content in zip(keys, contents, strict=True):
            if key:
                slot = self._slot(key)
                self._keys[slot], self._contents[slot] = key, content
