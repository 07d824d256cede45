"""Tokens: our own is kept until shortly before its end and got once for all who wait, a subscriber's is used once."""

import asyncio
import re
from collections.abc import Callable
from typing import Final

import structlog

from holdfast.gateways.lines import Lines
from holdfast.gateways.telecom.request import request
from holdfast.vocabulary.errors import GarbageError, ProviderError
from holdfast.wire.outside import read_json

TOKEN_S: Final = 10.0
"""The longest that getting a token may take: no decision waits so long, but the next ones find it."""
_OK: Final = 200
_SHORT_S: Final = 60
_RENEWED_AT: Final = 0.8
_USED_UNTIL: Final = 0.95
_AGAIN_S: Final = 5.0
_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,16384}")
_log: Final = structlog.get_logger("holdfast.providers")


class Tokens:
    """Gets tokens from one address; `own` writes the request for one that stands for us."""

    def __init__(self, url: str, lines: Lines, *, headers: tuple[str, ...], own: Callable[[], bytes]) -> None:
        self._url = url
        self._lines = lines
        self._headers = headers
        self._own = own
        self._token = ""
        self._until_s = 0.0
        self._renew_s = 0.0
        self._making: asyncio.Task[str] | None = None

    async def ours(self) -> str:
        """Give our own token; one that is about to end is renewed beside, while it still serves.

        Who gives up waiting does not take the token from the others.
        """
        now_s = asyncio.get_running_loop().time()
        if not self._token or now_s >= self._until_s:
            return await asyncio.shield(self._begun())
        if now_s >= self._renew_s:
            self._begun()
        return self._token

    def spoil(self, token: str) -> None:
        """Forget a token that was not taken; another one that came meanwhile stays."""
        if token == self._token:
            self._token = ""

    async def once(self, form: bytes) -> str:
        """Get a token for one question."""
        return (await self._got(form))[0]

    def close(self) -> None:
        """Give up what is under way, and hang up."""
        if self._making is not None:
            self._making.cancel()
        self._lines.close()

    def _begun(self) -> asyncio.Task[str]:
        """Begin to get a token, or join whoever has begun."""
        if self._making is None or self._making.done():
            self._making = asyncio.get_running_loop().create_task(self._made())
            self._making.add_done_callback(self._ended)
        return self._making

    async def _made(self) -> str:
        """Get a token of our own, and keep it."""
        loop = asyncio.get_running_loop()
        started_s = loop.time()
        self._renew_s = started_s + _AGAIN_S
        try:
            async with asyncio.timeout(TOKEN_S):
                token, life_s = await self._got(self._own())
        except TimeoutError:
            raise ProviderError("no token came in time") from None
        self._token = token
        self._until_s, self._renew_s = started_s + life_s * _USED_UNTIL, started_s + life_s * _RENEWED_AT
        return token

    def _ended(self, made: "asyncio.Task[str]") -> None:
        """Take note of a failure that nobody may be waiting for any more."""
        error = None if made.cancelled() else made.exception()
        if error is not None:
            _log.warning("an operator gave no token", host=self._lines.host, error=str(error))

    async def _got(self, form: bytes) -> tuple[str, float]:
        """Get a token and the seconds that it lives."""
        kind = "content-type: application/x-www-form-urlencoded"
        status, answer = await self._lines.ask(request(self._url, form, (kind, *self._headers)))
        if status != _OK:
            raise ProviderError(f"no token: the operator answered {status}")
        root = read_json(answer)
        token = root.get("access_token") if isinstance(root, dict) else None
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise GarbageError("the operator's token is none")
        life = root.get("expires_in")
        return token, float(life) if isinstance(life, int) and life > 0 else float(_SHORT_S)
