"""Messages as signed calls: what the receiver can check, and what counts as taken."""

import asyncio
import json
import socket
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from holdfast.app.clocks import SystemClock
from holdfast.gateways.webhook import WebhookGateway, check_address, read_secret
from holdfast.vocabulary.deliveries import Outgoing, Receipt
from holdfast.vocabulary.errors import DeliveryError, SettingError
from tests.unit.gateways.receiving import SECRET, Endpoint, endpoint
from tests.unit.operations.mailing import House, notice
from tests.unit.operations.shards import NOON_MS, StillClock

Result = TypeVar("Result")
MESSAGE = Outgoing(id="msg_1", topic="notify_client", body='{"text":"Приостановлено"}'.encode())


class StandingWall:
    """A wall clock at a known second."""

    def now_ms(self) -> int:
        """Give the instant of the published example."""
        return 1_614_265_330_000


def sent(url: str, use: Callable[[WebhookGateway], Awaitable[Result]], *, timeout_seconds: float = 10) -> Result:
    """Use a gateway that calls an address, and close it."""

    async def whole() -> Result:
        gateway = WebhookGateway(
            url, read_secret(SECRET), clock=StillClock(), wall=SystemClock(), timeout_seconds=timeout_seconds
        )
        try:
            return await use(gateway)
        finally:
            await gateway.close()

    return asyncio.run(whole())


def send(url: str, **more: float) -> Receipt:
    """Send the message once."""
    return sent(url, lambda gateway: gateway.send(MESSAGE), **more)


def test_a_receiver_can_check_who_sent_and_that_nothing_was_changed() -> None:
    """The signature holds over id, time and body as a foreign implementation checks it; another key's does not."""
    with endpoint() as bank:
        receipt = send(bank.url)
        assert bank.taken == [("msg_1", MESSAGE.body)]
        assert receipt == Receipt(gateway="webhook", sent_ms=NOON_MS)
        forger = read_secret("whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0NTY3ODg=")

        async def forge() -> None:
            gateway = WebhookGateway(bank.url, forger, clock=StillClock(), wall=SystemClock())
            with pytest.raises(DeliveryError, match="401"):
                await gateway.send(MESSAGE)
            await gateway.close()

        asyncio.run(forge())
        assert bank.forged == 1


def test_the_signature_is_the_one_of_the_specification() -> None:
    """The example that the specification's libraries test themselves with comes out the same."""
    secret = read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    gateway = WebhookGateway("http://localhost", secret, clock=StillClock(), wall=StandingWall())
    example = Outgoing(id="msg_p5jXN8AQM9LWM0D4loKWxJek", topic="t", body=b'{"test": 2432232314}')
    headers = gateway._headers(example)
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    asyncio.run(gateway.close())


def test_what_the_receiver_says_is_kept() -> None:
    """Channel, language, reference and the age of the channel come from its answer; what else it says is not read."""
    said = {
        "channel": "push",
        "language": "kk",
        "reference": "p-7",
        "channel_since": "2026-05-08T12:00:00+03:00",
        "more": [1],
    }
    with endpoint() as bank:
        bank.answer = lambda _: (200, json.dumps(said).encode())
        receipt = send(bank.url)
    assert receipt == Receipt(
        gateway="webhook", sent_ms=NOON_MS, channel="push", language="kk", reference="p-7", channel_since_ms=NOON_MS
    )


@pytest.mark.parametrize(
    "answer", [b"", b"  ", b"OK", b"[]", b'{"language": "de"}', b'{"channel": 7}', b"\xff\xfe", b"[" * 100_000]
)
def test_an_answer_that_says_nothing_readable_still_takes_the_message(answer: bytes) -> None:
    """A message that was taken is not sent again for ever because of how its receipt is written."""
    with endpoint() as bank:
        bank.answer = lambda _: (202, answer)
        assert send(bank.url) == Receipt(gateway="webhook", sent_ms=NOON_MS)


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 410, 429, 500, 503])
def test_only_2xx_takes_a_message(status: int) -> None:
    """Anything else fails and is tried again; a redirect is not followed, for the body must not go elsewhere."""
    with endpoint() as bank:
        bank.answer = lambda _: (status, b"")
        with pytest.raises(DeliveryError, match=str(status)):
            send(bank.url)
        assert bank.calls == 1


def test_an_address_at_which_nobody_listens_is_a_failed_delivery() -> None:
    """The error names what went wrong."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(DeliveryError, match="ConnectError"):
        send(f"http://127.0.0.1:{port}")


def test_a_receiver_that_never_ends_its_answer_is_left() -> None:
    """The whole call has one limit, however slowly the answer drips."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
                while not stop.wait(0.02):
                    try:
                        connection.sendall(b" ")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            with pytest.raises(DeliveryError, match="no answer within"):
                send(f"http://127.0.0.1:{server.getsockname()[1]}", timeout_seconds=0.3)
        finally:
            stop.set()
            thread.join()


def test_notices_arrive_though_the_endpoint_fails_at_times() -> None:
    """Over an endpoint that refuses two calls of three, each message arrives, in order, under one id."""

    async def story(bank: Endpoint) -> None:
        house = House(notice("$bank", "hold"))
        house.post = WebhookGateway(  # type: ignore[assignment]  # the house takes any gateway
            bank.url, read_secret(SECRET), clock=house.clock, wall=SystemClock()
        )
        for n in range(4):
            await house.decide(f"t-{n}", amount_minor=25_000_000 + n)
        for _ in range(40):
            await house.deliver()
            house.clock.instant_ms += 600_000
        await house.post.close()
        assert len(house.told()) == 4
        assert house.store.pending(10) == ()

    with endpoint() as bank:
        bank.answer = lambda count: (503 if count % 3 else 200, b'{"channel": "app"}')
        asyncio.run(story(bank))
        events = [json.loads(body)["data"]["event_id"] for _, body in bank.taken]
        assert events == ["t-0", "t-1", "t-2", "t-3"]
        assert len({name for name, _ in bank.taken}) == 4
        assert bank.forged == 0


@pytest.mark.parametrize(
    "text", ["", "whsec_", "whsec_QUJD", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0NTY3ODk=", "whsec_not base64!" * 4]
)
def test_a_secret_that_is_none_is_refused_without_being_shown(text: str) -> None:
    """The error says what a secret looks like and never repeats it."""
    with pytest.raises(SettingError) as caught:
        read_secret(text)
    assert "base64" in caught.value.advice
    assert not text or text not in caught.value.message


@pytest.mark.parametrize(
    "url", ["https://bank.example/h", "http://127.0.0.1:9/h", "http://[::1]:9/h", "http://localhost/"]
)
def test_https_and_this_machine_are_taken(url: str) -> None:
    """Nobody else reads along there."""
    check_address(url)


@pytest.mark.parametrize(
    "url", ["http://bank.example/h", "http://10.0.0.1/", "ftp://bank.example", "bank.example", "https://"]
)
def test_an_open_line_is_refused_unless_it_is_asked_for(url: str) -> None:
    """Personal data leave over http only where the operator says so; what is no address never does."""
    with pytest.raises(SettingError):
        check_address(url)
    if url.startswith("http:"):
        check_address(url, plain=True)
