"""An alarm at an instant, finer than the whole milliseconds of an event loop's own timers."""

import asyncio
import ctypes
import os
import sys
import time
from collections.abc import Callable
from typing import Final

_MONOTONIC: Final = 1
_NONBLOCK_CLOEXEC: Final = os.O_NONBLOCK | os.O_CLOEXEC
_ABSOLUTE: Final = 1
_SECOND_NS: Final = 1_000_000_000


class _Times(ctypes.Structure):
    """The kernel's `itimerspec`: the interval (none), then the instant."""

    _fields_ = [(name, ctypes.c_long) for name in ("every_s", "every_ns", "at_s", "at_ns")]


class Alarm:
    """Calls `ring` at or after the instant that was set last; one at a time.

    Linux has a file that becomes readable at an instant; elsewhere the loop's timer must do, and the send lag shows it.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> None:
        self._loop = loop
        self._ring = ring
        self._file: int | None = None
        self._timer: asyncio.TimerHandle | None = None
        if sys.platform == "linux":
            self._libc = ctypes.CDLL(None, use_errno=True)
            self._file = self._libc.timerfd_create(_MONOTONIC, _NONBLOCK_CLOEXEC)
            self._times = _Times(0, 0, 0, 0)
            loop.add_reader(self._file, self._rung)

    def set(self, at_ns: int) -> None:
        """Ring at an instant of the monotonic clock."""
        if self._file is None:
            self._timer = self._loop.call_later(max(0, at_ns - time.monotonic_ns()) / _SECOND_NS, self._ring)
            return
        self._times.at_s, self._times.at_ns = divmod(at_ns, _SECOND_NS)
        self._libc.timerfd_settime(self._file, _ABSOLUTE, ctypes.byref(self._times), None)

    def _rung(self) -> None:
        assert self._file is not None
        try:
            os.read(self._file, 8)
        except BlockingIOError:
            return
        self._ring()

    def close(self) -> None:
        """Never ring again."""
        if self._timer is not None:
            self._timer.cancel()
        if self._file is not None:
            self._loop.remove_reader(self._file)
            os.close(self._file)
