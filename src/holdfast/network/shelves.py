"""Several things in one place: a map from a key to the things put there, in the order in which they came."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

_ENTRY_BYTES: Final = 210


class Shelves:
    """Things by place; most places hold one, which then stands there by itself and takes no room for more."""

    def __init__(self) -> None:
        self._there: dict[bytes, bytes | dict[bytes, None]] = {}

    def put(self, place: bytes, thing: bytes) -> None:
        """Put a thing in a place, as its newest."""
        there = self._there.get(place)
        if there is None or there == thing:
            self._there[place] = thing
        elif isinstance(there, dict):
            there.pop(thing, None)
            there[thing] = None
        else:
            self._there[place] = {there: None, thing: None}

    def take(self, place: bytes, thing: bytes) -> None:
        """Take a thing out of a place, where it stands there."""
        there = self._there.get(place)
        if isinstance(there, dict):
            there.pop(thing, None)
            if not there:
                del self._there[place]
        elif there == thing:
            del self._there[place]

    def newest(self, place: bytes, most: int | None = None) -> Iterator[bytes]:
        """Give the things of a place, at most so many, newest first."""
        there = self._there.get(place)
        if there is None:
            return iter(())
        return islice(reversed(there), most) if isinstance(there, dict) else iter((there,))

    def oldest(self, place: bytes) -> bytes | None:
        """Give the thing that came to a place first."""
        there = self._there.get(place)
        return next(iter(there)) if isinstance(there, dict) else there

    def count(self, place: bytes) -> int:
        """Count the things of a place."""
        there = self._there.get(place)
        return 0 if there is None else len(there) if isinstance(there, dict) else 1

    def memory(self) -> int:
        """Estimate the bytes in use."""
        return len(self._there) * _ENTRY_BYTES
