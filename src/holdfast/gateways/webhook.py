"""Messages as signed calls to an address of the bank, by the Standard Webhooks specification (standardwebhooks.com)."""

import asyncio
import ssl
from base64 import b64decode
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import httpx
import structlog
from standardwebhooks import Webhook

from holdfast.vocabulary.clock import Clock
from holdfast.vocabulary.deliveries import Outgoing, Receipt
from holdfast.vocabulary.errors import DeliveryError, InvalidError, SettingError
from holdfast.vocabulary.instants import from_ms, to_ms
from holdfast.wire.deliveries import ReceiptBody, read_receipt

NAME: Final = "webhook"
TIMEOUT_SECONDS: Final = 10.0
_PREFIX: Final = "whsec_"
_KEY_BYTES: Final = range(24, 65)  # by the specification
_LONGEST_ANSWER: Final = 65_536
_SECRET_HINT: Final = "`whsec_` followed by 24 to 64 random bytes in base64"  # noqa: S105 - advice, not a secret
_log: Final = structlog.get_logger("holdfast.gateways")


def read_secret(text: str) -> Webhook:
    """Read a signing key; SettingError when it is none."""
    try:
        key = b64decode(text.removeprefix(_PREFIX), validate=True)
    except ValueError:
        key = b""
    if not text.startswith(_PREFIX) or len(key) not in _KEY_BYTES:
        raise SettingError("the webhook's secret cannot be read", hint=_SECRET_HINT)
    return Webhook(key)


def check_address(url: str, *, plain: bool = False) -> None:
    """Refuse an address that is not https, unless it is this machine's own or `plain` allows it."""
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise SettingError("`webhook` is no address", hint="for example `https://notices.bank.example/holdfast`")
    if parts.scheme == "http" and not plain and not _is_loopback(parts.hostname):
        hint = "use https, or set `webhook_plain` where the network itself is private"
        raise SettingError("`webhook` would carry personal data in the open", hint=hint)


def _is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class WebhookGateway:
    """Posts each message to one address; who answers 2xx has taken it.

    Certificates are checked against the machine's own store; neither redirects nor the environment's proxies are
    followed. A call takes at most `timeout_seconds` in all. `clock` is the tenant's, which a test moves; `wall` is the
    time that the receiver compares with its own.
    """

    def __init__(
        self, url: str, secret: Webhook, *, clock: Clock, wall: Clock, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        self._url = url
        self._secret = secret
        self._clock = clock
        self._wall = wall
        self._timeout_seconds = timeout_seconds
        self._client = httpx.AsyncClient(
            verify=ssl.create_default_context(), timeout=timeout_seconds, follow_redirects=False, trust_env=False
        )

    @property
    def name(self) -> str:
        """Name the webhook."""
        return NAME

    async def send(self, message: Outgoing) -> Receipt:
        """Post one message; DeliveryError when it was not taken."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                answer = await self._post(message)
        except TimeoutError:
            raise DeliveryError(f"no answer within {self._timeout_seconds:g} s") from None
        except httpx.HTTPError as error:
            raise DeliveryError(f"the call failed: {type(error).__name__}: {error}") from None
        said = _said(message, answer)
        return Receipt(
            gateway=NAME,
            sent_ms=self._clock.now_ms(),
            channel=said.channel,
            language=said.language,
            reference=said.reference,
            channel_since_ms=to_ms(said.channel_since) if said.channel_since else None,
        )

    async def close(self) -> None:
        """Close what connections are open."""
        await self._client.aclose()

    async def _post(self, message: Outgoing) -> bytes:
        """Send the call and read what is answered, up to a limit."""
        async with self._client.stream(
            "POST", self._url, content=message.body, headers=self._headers(message)
        ) as response:
            if not response.is_success:
                raise DeliveryError(f"the endpoint answered {response.status_code}")
            answer = bytearray()
            async for chunk in response.aiter_bytes():
                answer += chunk
                if len(answer) > _LONGEST_ANSWER:
                    break
            return bytes(answer[:_LONGEST_ANSWER])

    def _headers(self, message: Outgoing) -> dict[str, str]:
        """Sign the message: its id, the second of sending and its body."""
        now = from_ms(self._wall.now_ms())
        return {
            "content-type": "application/json",
            "user-agent": "holdfast",
            "webhook-id": message.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._secret.sign(message.id, now, message.body.decode()),
        }


def _said(message: Outgoing, answer: bytes) -> ReceiptBody:
    """Read a receipt; one that cannot be read says nothing, for the message was taken all the same."""
    try:
        return read_receipt(answer)
    except InvalidError as error:
        _log.warning("the endpoint's receipt was not read", message_id=message.id, error=error.message)
        return ReceiptBody()
