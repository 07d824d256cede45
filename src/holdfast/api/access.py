"""Who may call what: keys that are stored hashed and carry scopes; a development server is open."""

from collections.abc import Iterable
from hashlib import sha256

from holdfast.operations.shard import Shard
from holdfast.vocabulary.errors import ForbiddenError, UnauthorisedError

SCOPES = ("decide", "events", "lists", "holds", "claims", "read", "admin")
_BEARER = "bearer "


class Access:
    """The keys of one tenant; `open_to_all` is for a development server on loopback."""

    def __init__(self, shard: Shard, *, open_to_all: bool) -> None:
        self._shard = shard
        self._open = open_to_all

    @property
    def is_open(self) -> bool:
        """Tell whether no keys are asked for."""
        return self._open

    def check(self, authorization: str | None, scope: str) -> str:
        """Give the id of the key that allows `scope`; raises UnauthorisedError or ForbiddenError."""
        if self._open:
            return "dev"
        if authorization is None or not authorization.lower().startswith(_BEARER):
            raise UnauthorisedError("no key was sent")
        digest = sha256(authorization[len(_BEARER) :].strip().encode()).digest()
        known = self._known(digest)
        if known is None:
            raise UnauthorisedError("the key is not known, or has ended")
        key_id, scopes = known
        if scope not in scopes and "admin" not in scopes:
            raise ForbiddenError(f"the key lacks the scope `{scope}`")
        return key_id

    def _known(self, digest: bytes) -> tuple[str, Iterable[str]] | None:
        """Look a key up by its hash; keys made or ended meanwhile count at once."""
        now_ms = self._shard.ports.clock.now_ms()
        rows = self._shard.ports.store.keys()
        live = (row for row in rows if row.revoked_ms is None and (row.expires_ms is None or now_ms < row.expires_ms))
        return next(((row.id, row.scopes) for row in live if row.hash == digest), None)
