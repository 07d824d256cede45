"""How much of the server each API key has had lately, and whether that is more than its share."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from typing import Final

_NS_PER_S: Final = 1_000_000_000
_FORGOTTEN_NS: Final = 2 * _NS_PER_S
_FRESH_NS: Final = _NS_PER_S // 20
_MANY: Final = 1_024


@dataclass(slots=True)
class _Use:
    """The calls of one key as a decaying sum: about those of the last second."""

    calls: float
    at_ns: int

    def add(self, calls: int, now_ns: int) -> None:
        """Let the past fade, and count more."""
        self.calls = self.calls * exp((self.at_ns - now_ns) / _NS_PER_S) + calls
        self.at_ns = now_ns


@dataclass(slots=True)
class _Quota:
    """Calls that a key with a declared rate may still make now; what is left after a second is not saved up."""

    left: float
    at_ns: int

    def take(self, per_second: float, now_ns: int) -> bool:
        """Take one call, if there is one."""
        self.left = min(per_second, self.left + (now_ns - self.at_ns) * per_second / _NS_PER_S)
        self.at_ns = now_ns
        if self.left < 1:
            return False
        self.left -= 1
        return True


class Shares:
    """Counts by key: `declared` are calls a second that were agreed, and hold at all times.

    A fair share counts only while there are too many calls: what can be answered in a second, divided by the keys that
    call. A key alone has no share to exceed.
    """

    def __init__(self, declared: Mapping[str, float]) -> None:
        self._declared = declared
        self._quotas: dict[str, _Quota] = {}
        self._uses: dict[str, _Use] = {}
        self._active, self._counted_ns = 0, -_FRESH_NS

    def keeps_word(self, key: str, now_ns: int) -> bool:
        """Take a call from what was agreed with a key; false when nothing is left of it."""
        per_second = self._declared.get(key)
        if per_second is None:
            return True
        quota = self._quotas.setdefault(key, _Quota(max(1.0, per_second), now_ns))
        return quota.take(max(1.0, per_second), now_ns)

    def asked(self, key: str, now_ns: int) -> None:
        """Note that a key calls, now and then."""
        use = self._uses.get(key)
        if use is None or now_ns - use.at_ns >= _FRESH_NS:
            self.note(key, now_ns, 0)

    def note(self, key: str, now_ns: int, calls: int = 1) -> None:
        """Count calls that were let in."""
        use = self._uses.get(key)
        if use is None:
            if len(self._uses) >= _MANY:
                self._forget(now_ns)
            use = self._uses[key] = _Use(0.0, now_ns)
            self._counted_ns = now_ns - _FRESH_NS
        use.add(calls, now_ns)

    def of(self, key: str, now_ns: int, per_second: float) -> float | None:
        """Give how much of its fair share a key has had, 1 for all of it; nothing for the only key that calls."""
        if now_ns - self._counted_ns >= _FRESH_NS:
            self._active = sum(now_ns - use.at_ns < _FORGOTTEN_NS for use in self._uses.values())
            self._counted_ns = now_ns
        if self._active < 2:
            return None
        use = self._uses.get(key)
        return 0.0 if use is None else use.calls * self._active / per_second

    def _forget(self, now_ns: int) -> None:
        """Drop the keys that have not called for a while, or all of them when they are too many."""
        self._uses = {key: use for key, use in self._uses.items() if now_ns - use.at_ns < _FORGOTTEN_NS}
        if len(self._uses) >= _MANY:
            self._uses.clear()
