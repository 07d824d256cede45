"""Providers over HTTP: one question is one POST of JSON, one answer one JSON object."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from holdfast.gateways.lines import Lines
from holdfast.gateways.trust import trust
from holdfast.vocabulary.errors import ProviderError
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.outside import ProviderSpec
from holdfast.wire.outside import LONGEST_ANSWER, question_bytes, read_answer

_OK: Final = 200


class HttpProvider:
    """Asks one address over kept connections, and never twice: a caller's deadline has no room for a second try.

    Certificates are checked against the machine's own store, or against the file that the declaration names; neither
    redirects nor the environment's proxies are followed. Errors never hold what was sent or answered.
    """

    def __init__(self, spec: ProviderSpec, secret: str = "") -> None:
        self._spec = spec
        self._head = _head(spec.url, secret)
        self._lines = Lines(spec.url, connections=spec.connections, trust=trust(spec), most=LONGEST_ANSWER)

    async def read(self, asked: Mapping[str, Value]) -> Mapping[str, Value]:
        """Ask; ProviderError when the call failed, GarbageError when the answer cannot be believed."""
        body = question_bytes(asked)
        status, answer = await self._lines.ask(b"%bcontent-length: %d\r\n\r\n%b" % (self._head, len(body), body))
        if status != _OK:
            raise ProviderError(f"the provider answered {status}")
        return read_answer(self._spec, answer)

    async def close(self) -> None:
        """Close what connections are open."""
        self._lines.close()


def _head(url: str, secret: str) -> bytes:
    """Write what stands before every question."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [
        f"POST {target} HTTP/1.1",
        f"host: {parts.netloc}",
        "content-type: application/json",
        "accept: application/json",
        "user-agent: holdfast",
        *([f"authorization: Bearer {secret}"] if secret else []),
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")
