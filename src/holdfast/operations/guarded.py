"""An identity provider with its deadline and its breaker: whoever does not answer is left alone for a while."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeVar

import structlog

from holdfast.operations.breaker import Breaker, BreakerState
from holdfast.operations.ports import IdentityProvider
from holdfast.vocabulary.clock import Tick
from holdfast.vocabulary.errors import GarbageError, ProviderError
from holdfast.vocabulary.identity import Asked, Callback, Check, IdentityResult, Started
from holdfast.vocabulary.identity_specs import Reach
from holdfast.vocabulary.outside import Why

_MS_PER_S: Final = 1_000
_log: Final = structlog.get_logger("holdfast.identity")
Said = TypeVar("Said")


class Guarded:
    """Passes calls on to a provider while it answers in time; every failure is a ProviderError, and none a pass."""

    def __init__(self, provider: IdentityProvider, reach: Reach, tick: Tick) -> None:
        self._provider = provider
        self._reach = reach
        self._tick = tick
        self._breaker = Breaker(reach.failures, reach.pause_s)
        self.last_fault: Why | None = None

    @property
    def name(self) -> str:
        """Give the declared name."""
        return self._provider.name

    @property
    def checks(self) -> frozenset[Check]:
        """Name what the provider can check."""
        return self._provider.checks

    def state(self) -> BreakerState:
        """Tell how the breaker stands."""
        return self._breaker.state(self._tick())

    async def start(self, asked: Asked) -> Started:
        """Open the provider's side of a session; raises ProviderError."""
        return await self._call(lambda: self._provider.start(asked))

    def told(self, headers: Mapping[str, str], body: bytes) -> Callback:
        """Read a callback; no call is made, so neither deadline nor breaker matters."""
        return self._provider.told(headers, body)

    async def fetch(self, reference: str) -> IdentityResult:
        """Fetch where the provider's side stands; raises ProviderError."""
        return await self._call(lambda: self._provider.fetch(reference))

    async def redact(self, reference: str) -> None:
        """Have the provider delete what it keeps; raises ProviderError."""
        await self._call(lambda: self._provider.redact(reference))

    async def close(self) -> None:
        """Close what connections are open."""
        await self._provider.close()

    async def _call(self, call: Callable[[], Awaitable[Said]]) -> Said:
        """Make one call within the provider's time, unless it is left alone."""
        if not self._breaker.lets(self._tick()):
            raise ProviderError(f"`{self.name}` is left alone for a while", hint="it failed several times in a row")
        try:
            async with asyncio.timeout(self._reach.timeout_ms / _MS_PER_S):
                said = await call()
        except TimeoutError:
            late = ProviderError(f"no answer within {self._reach.timeout_ms} ms")
            raise self._failed(late, Why.DEADLINE) from None
        except ProviderError as error:
            raise self._failed(error, Why.GARBAGE if isinstance(error, GarbageError) else Why.ERROR) from None
        except Exception as error:  # noqa: BLE001 - whatever a provider does, the session stands where it stood
            _log.error("a provider's call failed", provider=self.name, error=type(error).__name__)
            raise self._failed(ProviderError(f"the call failed: {type(error).__name__}")) from None
        except BaseException:
            self._breaker.left()
            raise
        if self._breaker.passed():
            _log.info("a provider answers again", provider=self.name)
        return said

    def _failed(self, error: ProviderError, why: Why = Why.ERROR) -> ProviderError:
        """Take note of a failure."""
        self.last_fault = why
        if self._breaker.failed(self._tick()):
            _log.warning("a provider is left alone", provider=self.name, pause_s=self._reach.pause_s)
        return error
