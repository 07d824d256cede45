"""A decision's call and its answer: uvicorn's, but that the usual answer goes out as one run of bytes."""

from collections.abc import Sequence
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from holdfast.operations.decide_event import Answer
from holdfast.vocabulary.once import Once

_OK: Final = 200
_ANSWER: Final = b"%b%bcontent-length: %d\r\n\r\n%b"
_REPLAYED: Final = b"holdfast-replayed: true\r\n"


def _written(headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Write the head of an answer as far as it is the same for all within a second."""
    lines = [b"%b: %b\r\n" % header for header in (*headers, (b"content-type", b"application/json"))]
    return b"HTTP/1.1 200 OK\r\n" + b"".join(lines)


_head: Final = Once(_written)


def _nothing() -> None:
    """End the circle between a connection and its last call, as uvicorn does."""


class Exchange(RequestResponseCycle):
    """One call on the decision route, which the door serves without the detour of messages."""

    async def run_asgi(self, app: Any) -> None:
        """Serve the call; the door answers faults of ours too."""
        try:
            await app.serve(self.scope["headers"], self.receive, self.send, say=self.say)
        finally:
            self.on_response = _nothing

    def say(self, answer: Answer) -> bool:
        """Send an answer at once; false when it is not a usual one, or its client is slow to read or gone."""
        usual = answer.status == _OK and self.keep_alive and not self.access_log
        if not usual or self.disconnected or self.flow.write_paused:
            return False
        replayed = _REPLAYED if answer.replayed else b""
        self.transport.write(_ANSWER % (_head(self.default_headers), replayed, len(answer.body), answer.body))
        self.waiting_for_100_continue = False
        self.response_started = self.response_complete = True
        self.message_event.set()
        self.on_response()
        return True
