"""Providers over HTTP: one question is one POST of JSON, one answer one JSON object."""

import ssl
from collections.abc import Mapping
from typing import Final

import httpx

from holdfast.vocabulary.errors import GarbageError, ProviderError, SettingError
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.outside import ProviderSpec
from holdfast.wire.outside import LONGEST_ANSWER, question_bytes, read_answer

_MS_PER_S: Final = 1_000


class HttpProvider:
    """Asks one address over kept connections, and never twice: a caller's deadline has no room for a second try.

    Certificates are checked against the machine's own store, or against the file that the declaration names; neither
    redirects nor the environment's proxies are followed. Errors never hold what was sent or answered.
    """

    def __init__(self, spec: ProviderSpec, secret: str = "") -> None:
        self._spec = spec
        self._headers = {"content-type": "application/json", "accept": "application/json", "user-agent": "holdfast"}
        if secret:
            self._headers["authorization"] = f"Bearer {secret}"
        self._client = httpx.AsyncClient(
            verify=_trust(spec),
            timeout=spec.timeout_ms / _MS_PER_S,
            limits=httpx.Limits(max_connections=spec.connections, max_keepalive_connections=spec.connections),
            follow_redirects=False,
            trust_env=False,
        )

    async def read(self, asked: Mapping[str, Value]) -> Mapping[str, Value]:
        """Ask; ProviderError when the call failed, GarbageError when the answer cannot be believed."""
        try:
            return read_answer(self._spec, await self._post(question_bytes(asked)))
        except httpx.HTTPError as error:
            raise ProviderError(f"the call failed: {type(error).__name__}") from None

    async def _post(self, body: bytes) -> bytes:
        """Send the question and read what is answered, up to a limit."""
        request = self._client.stream("POST", self._spec.url, content=body, headers=self._headers)
        async with request as response:
            if response.status_code != httpx.codes.OK:
                raise ProviderError(f"the provider answered {response.status_code}")
            answer = bytearray()
            async for chunk in response.aiter_bytes():
                answer += chunk
                if len(answer) > LONGEST_ANSWER:
                    raise GarbageError(f"the answer has more than {LONGEST_ANSWER} bytes")
            return bytes(answer)

    async def close(self) -> None:
        """Close what connections are open."""
        await self._client.aclose()


def _trust(spec: ProviderSpec) -> ssl.SSLContext:
    """Give what a certificate is checked against."""
    try:
        return ssl.create_default_context(cafile=spec.ca_file or None)
    except (OSError, ssl.SSLError):
        raise SettingError(f"`{spec.id}`: the certificates in `{spec.ca_file}` cannot be read") from None
