"""Who may call what: keys that are stored hashed and carry scopes; a development server is open."""

from collections.abc import Iterable
from hashlib import sha256

from holdfast.operations.shard import Shard
from holdfast.vocabulary.errors import ForbiddenError, UnauthorisedError

OPEN = "dev"
_SEEN = 1_024
_BEARER = "bearer "


class Access:
    """The keys of one tenant; `open_to_all` is for a development server on loopback."""

    def __init__(self, shard: Shard, *, open_to_all: bool) -> None:
        self._shard = shard
        self._open = open_to_all
        self._seen: dict[bytes, str] = {}

    @property
    def is_open(self) -> bool:
        """Tell whether no keys are asked for."""
        return self._open

    def check(self, authorization: str | None, scope: str) -> str:
        """Give the id of the key that allows `scope`; raises UnauthorisedError or ForbiddenError."""
        if self._open:
            return OPEN
        if authorization is None or not authorization.lower().startswith(_BEARER):
            raise UnauthorisedError("no key was sent")
        digest = sha256(authorization[len(_BEARER) :].strip().encode()).digest()
        known = self._known(digest)
        if known is None:
            raise UnauthorisedError("the key is not known, or has ended")
        key_id, scopes = known
        if scope not in scopes and "admin" not in scopes:
            raise ForbiddenError(f"the key lacks the scope `{scope}`")
        self._remember(authorization, key_id)
        return key_id

    def key_of(self, authorization: bytes) -> str:
        """Name the key of a header that was good before, for counting; all strangers together have no name."""
        return OPEN if self._open else self._seen.get(authorization.strip(), "")

    def _remember(self, authorization: str, key_id: str) -> None:
        """Remember what a header stands for; a few are enough, for a server has few callers."""
        if len(self._seen) >= _SEEN:
            self._seen.clear()
        self._seen[authorization.strip().encode("latin-1")] = key_id

    def _known(self, digest: bytes) -> tuple[str, Iterable[str]] | None:
        """Look a key up by its hash; keys made or ended meanwhile count at once."""
        now_ms = self._shard.ports.clock.now_ms()
        rows = self._shard.ports.store.keys()
        live = (row for row in rows if row.revoked_ms is None and (row.expires_ms is None or now_ms < row.expires_ms))
        return next(((row.id, row.scopes) for row in live if row.hash == digest), None)
