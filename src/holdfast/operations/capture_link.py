"""Links to the capture page: sealed, for one session, until the session ends; they open it in one browser only."""

from base64 import urlsafe_b64decode
from dataclasses import dataclass
from typing import Final

from holdfast.operations.sealed_link import Sealed, open_sealed, seal
from holdfast.operations.shard import Shard
from holdfast.vocabulary.errors import LinkError, LinkExpiredError
from holdfast.wire.canonical import content_hash

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
    sealed = open_sealed(shard, _KEY, token)
    if sealed is None or sealed.purpose != _PURPOSE:
        raise LinkError("the link is not valid")
    if sealed.at_ms <= shard.ports.clock.now_ms():
        raise LinkExpiredError("the link's time is over")
    return CaptureLink(
        session_id=sealed.of,
        expires_ms=sealed.at_ms,
        name=content_hash(urlsafe_b64decode(token))[:32],  # of the bytes: one token can be spelt in several ways
    )
