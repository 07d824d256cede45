"""Calls to the hosts of one identity provider, over kept connections and without a second try."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from holdfast.gateways.lines import Answer, Lines
from holdfast.vocabulary.errors import ProviderError, SettingError
from holdfast.vocabulary.identity_specs import Reach

LONGEST_ANSWER: Final = 262_144
HOSTS_MAX: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request as it is sent; a `body` of `None` has no length either."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


class Calls:
    """Calls the hosts of one provider; certificates are checked against the machine's own store or `ca_file`.

    Neither redirects nor the environment's proxies are followed. Errors never hold what was sent or answered.
    """

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._trust = _trust(reach)
        self._lines: dict[tuple[str, str], Lines] = {}

    async def call(self, call: Call) -> Answer:
        """Call, and give status and body; raises ProviderError and GarbageError."""
        return await self._to(call.url).ask(_written(call))

    def _to(self, url: str) -> Lines:
        """Give the lines to the host of an address."""
        parts = urlsplit(url)
        origin = (parts.scheme, parts.netloc)
        if origin not in self._lines:
            if len(self._lines) >= HOSTS_MAX:
                raise ProviderError(f"the provider names more than {HOSTS_MAX} hosts")
            lines = Lines(url, connections=self._reach.connections, trust=self._trust, most=LONGEST_ANSWER)
            self._lines[origin] = lines
        return self._lines[origin]

    def close(self) -> None:
        """Close what connections are open."""
        for lines in self._lines.values():
            lines.close()


def _written(call: Call) -> bytes:
    """Write a request as it goes over the wire; no value may end its line."""
    parts = urlsplit(call.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    length = {} if call.body is None else {"content-length": str(len(call.body))}
    known = {"host": parts.netloc, "accept": "application/json", "user-agent": "holdfast", **call.headers, **length}
    lines = [f"{call.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in known.items())]
    if not all(line.isascii() and line.isprintable() for line in lines):
        raise ProviderError("the request cannot be written")
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode("ascii") + (call.body or b"")


def _trust(reach: Reach) -> ssl.SSLContext:
    """Give what a certificate is checked against."""
    try:
        return ssl.create_default_context(cafile=reach.ca_file or None)
    except (OSError, ssl.SSLError):
        raise SettingError(f"`{reach.id}`: the certificates in `{reach.ca_file}` cannot be read") from None
