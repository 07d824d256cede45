"""A provider over HTTP against one that is slow, wrong, dead or not who it says it is."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from holdfast.gateways.provider import HttpProvider
from holdfast.operations.read_providers import read_providers
from holdfast.operations.reader import Question, Reader
from holdfast.vocabulary.errors import GarbageError, ProviderError, SettingError
from holdfast.vocabulary.outside import ProviderSpec, Why, why_missing
from tests.bench.provider import ANSWER, Emulator, declaration
from tests.unit.operations.enriching import Tick
from tests.unit.operations.test_reader import asked_by

ASKED = {"msisdn": "+79161234567"}


def asking(url: str, **changes: Any) -> ProviderSpec:
    """Declare a provider."""
    return replace(read_providers(declaration(url))[0], **changes)


def against(story: Callable[[Emulator], Awaitable[None]], **manners: Any) -> None:
    """Run a story against a provider of some manners."""

    async def whole() -> None:
        async with Emulator(**manners) as emulator:
            await story(emulator)

    uvloop.run(whole())


def test_a_question_is_one_post_and_the_answer_is_read() -> None:
    """The body is the question, the key goes as a bearer, connections are kept, and the values come back typed."""

    async def story(emulator: Emulator) -> None:
        provider = HttpProvider(asking(emulator.url), "s3cret")
        for _ in range(3):
            values = await provider.read(ASKED)
        assert values == {
            "risk": 0.25,
            "calls_new": 3,
            "ported_at": 1_777_618_800_000,
            "note": ANSWER["note"],
            "ok": True,
        }
        assert emulator.asked == [ASKED] * 3
        assert b"authorization: Bearer s3cret" in emulator.headers[0]
        assert len(emulator._lines) == 1
        await provider.close()

    against(story)


@pytest.mark.parametrize(
    ("mode", "error"),
    [
        ("fail", ProviderError),
        ("redirect", ProviderError),
        ("cut", ProviderError),
        ("babble", ProviderError),
        ("garbage", GarbageError),
        ("huge", GarbageError),
    ],
)
def test_a_wrong_answer_is_told_apart_and_repeats_nothing(mode: str, error: type[ProviderError]) -> None:
    """A failure is an error, an answer that cannot be believed is garbage; neither message holds what was said."""

    async def story(emulator: Emulator) -> None:
        provider = HttpProvider(asking(emulator.url))
        with pytest.raises(ProviderError) as caught:
            await provider.read(ASKED)
        assert type(caught.value) is error
        assert not any(word in caught.value.message for word in ("CANARY", "+7916", emulator.url))
        assert len(emulator.asked) == 1
        await provider.close()

    against(story, mode=mode)


@pytest.mark.parametrize("mode", ["hang", "drip"])
def test_a_provider_that_never_ends_is_left_at_its_time(mode: str) -> None:
    """Neither silence nor a byte now and then keeps a call beyond its time, and the next one is answered."""

    async def story(emulator: Emulator) -> None:
        provider = HttpProvider(asking(emulator.url, timeout_ms=150))
        reader = Reader(asking(emulator.url, timeout_ms=150), provider, Tick())
        known = reader.at_once(asked_by("c-1"), last_good=False)
        assert isinstance(known, Question)
        facts = await asyncio.wait_for(reader.ask(known, None), 5)
        assert why_missing("outside.telecom.risk", facts) is Why.DEADLINE
        emulator.mode = "good"
        assert (await provider.read(ASKED))["risk"] == ANSWER["risk"]
        await provider.close()

    against(story, mode=mode)


def test_nobody_at_the_address_is_an_error() -> None:
    """A port on which nobody listens is told at once."""

    async def whole() -> None:
        async with Emulator() as gone:
            url = gone.url
        provider = HttpProvider(asking(url))
        with pytest.raises(ProviderError):
            await provider.read(ASKED)
        await provider.close()

    uvloop.run(whole())


def certificate(folder: Path, host: str) -> tuple[Path, ssl.SSLContext]:
    """Make a certificate that signs itself; gives its file, and the context of a server that shows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    shown, private = folder / f"{host}.pem", folder / f"{host}.key"
    shown.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown, private)
    return shown, context


@pytest.mark.parametrize(
    ("host", "trusted", "good"),
    [("localhost", True, True), ("localhost", False, False), ("other.example", True, False)],
)
def test_a_certificate_is_checked_against_the_declared_ones(
    tmp_path: Path, host: str, *, trusted: bool, good: bool
) -> None:
    """A certificate that nobody vouches for, or of another name, is an error; a declared one is believed."""
    file, context = certificate(tmp_path, host)

    async def whole() -> None:
        emulator = Emulator()
        await emulator.start(tls=context)
        url = f"https://localhost:{emulator.port}/"
        provider = HttpProvider(asking(url, ca_file=str(file) if trusted else "", timeout_ms=5_000))
        if good:
            assert (await provider.read(ASKED))["risk"] == ANSWER["risk"]
        else:
            with pytest.raises(ProviderError):
                await provider.read(ASKED)
            assert emulator.asked == []
        await provider.close()
        await emulator.stop()

    uvloop.run(whole())


def test_certificates_that_cannot_be_read_are_told_at_the_start(tmp_path: Path) -> None:
    """A missing file, and one that holds none, are settings to correct."""
    (tmp_path / "empty.pem").write_text("nothing")
    for name in ("empty.pem", "gone.pem"):
        with pytest.raises(SettingError, match=name):
            HttpProvider(asking("https://a.example", ca_file=str(tmp_path / name)))
