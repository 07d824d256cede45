"""The codes that browsers brought, until the provider has said what each is worth; nothing of it is on disk."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from holdfast.vocabulary.errors import GarbageError

GRANTS_MAX: Final = 10_000
KEPT_MS: Final = 600_000


@dataclass(slots=True, kw_only=True)
class Grant:
    """One code. Once exchanged its `tokens` are kept while what else is needed to read them does not answer."""

    code: str
    since_ms: int
    tokens: dict[str, Any] | None = None
    in_use: bool = False
    spent: bool = False

    @contextmanager
    def used(self) -> Iterator[None]:
        """Use the code alone, and once: it comes back only where the provider could not be asked."""
        self.in_use = True
        try:
            yield
        except GarbageError:
            self.spent, self.tokens = True, None
            raise
        else:
            self.spent, self.tokens = True, None  # that this code came is all that is still known
        finally:
            self.in_use = False


class Grants:
    """Codes by the state that they came with, the last one of each state, for ten minutes."""

    def __init__(self) -> None:
        self._grants: OrderedDict[str, Grant] = OrderedDict()

    def bring(self, state: str, code: str, *, now_ms: int) -> None:
        """Keep a code; the same one again changes nothing, so that a page that is loaded twice does no harm."""
        known = self._grants.get(state)
        if known is None or known.code != code:
            self._grants[state] = Grant(code=code, since_ms=now_ms)
            self._grants.move_to_end(state)
        while self._grants and self._is_over(next(iter(self._grants.values())), now_ms):
            self._grants.popitem(last=False)

    def waiting(self, state: str) -> Grant | None:
        """Give what came for a state and was not used."""
        grant = self._grants.get(state)
        return None if grant is None or grant.in_use or grant.spent else grant

    def forget(self, state: str) -> None:
        """Forget what came for a state."""
        self._grants.pop(state, None)

    def _is_over(self, grant: Grant, now_ms: int) -> bool:
        return len(self._grants) > GRANTS_MAX or now_ms - grant.since_ms >= KEPT_MS
