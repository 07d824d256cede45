"""Links to the capture page: sealed, for one session, until the session ends; they open it in one browser only."""

from dataclasses import dataclass
from typing import Final

from holdfast.operations.sealed_link import Sealed, open_link, seal
from holdfast.operations.shard import Shard

CAPTURES: Final = "/v"
_KEY: Final = "capture_links"
_PURPOSE: Final = "capture_page"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureLink:
    """What a link says: the session, and until when it opens. `name` tells links apart and opens nothing."""

    session_id: str
    expires_ms: int
    name: str


def make_capture_link(shard: Shard, session_id: str, *, expires_ms: int) -> str:
    """Make the path of a session's capture page."""
    sealed = Sealed(purpose=_PURPOSE, of=session_id, client="", at_ms=expires_ms)
    return f"{CAPTURES}/{seal(shard, _KEY, sealed)}"


def read_capture_link(shard: Shard, token: str) -> CaptureLink:
    """Read a link's token; raises LinkError where it is none of ours and LinkExpiredError where its time is over."""
    sealed, name = open_link(shard, _KEY, token, purpose=_PURPOSE)
    return CaptureLink(session_id=sealed.of, expires_ms=sealed.at_ms, name=name)
