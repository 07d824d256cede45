"""An event loop whose time jumps to the next thing that is due: hours pass in milliseconds, the same way each time."""

import asyncio
import selectors
from collections.abc import Callable
from typing import Any


class _Jumps(selectors.SelectSelector):
    """Waits for nothing: moves the loop's time forward instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        """Let the time pass that the loop would have slept."""
        if timeout is None:
            raise RuntimeError("everybody waits and nothing is due: the simulated world stands still")
        self.now += max(0.0, timeout)
        return []


class SimulatedLoop(asyncio.SelectorEventLoop):
    """A loop in simulated time; what would go to another thread is done at once."""

    def __init__(self) -> None:
        self._jumps = _Jumps()
        super().__init__(self._jumps)

    def time(self) -> float:
        """Give the simulated seconds since the start."""
        return self._jumps.now

    def _write_to_self(self) -> None:
        """Wake nobody: the loop never sleeps."""

    def run_in_executor(  # type: ignore[override] # there is no executor
        self, _executor: object, func: Callable[..., Any], *args: Any
    ) -> "asyncio.Future[Any]":
        """Do it here and now."""
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - handed to whoever waits, as an executor does
            done.set_exception(error)
        return done
