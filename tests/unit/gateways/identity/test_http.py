"""A provider with requests of its own: asked as declared, believed as declared, and no fault of it is ever a pass."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from holdfast.gateways.identity.http import HttpIdentityProvider
from holdfast.gateways.identity.signatures import read_key
from holdfast.operations.breaker import BreakerState
from holdfast.operations.guarded import Guarded
from holdfast.operations.read_identity import read_identity
from holdfast.vocabulary.errors import CallbackError, GarbageError, ProviderError, SettingError
from holdfast.vocabulary.identity import Check, Verdict
from holdfast.vocabulary.identity_specs import UNCONFIRMED, HttpIdentity
from holdfast.wire.owners import owner_hash
from tests.unit.gateways.identity.centre import (
    FIRST,
    IIN,
    PUBLIC,
    SECOND,
    TOKEN,
    Centre,
    declaration,
    listening,
    passed,
    sealed,
    signed,
)
from tests.unit.gateways.identity.openid import ASKED
from tests.unit.operations.shards import NOON_MS, StillClock

KEY = b"k" * 32
NOON_S = NOON_MS // 1_000
BODY = b'{"data": {"session": "side/1"}, "status": "passed"}'
BAD = ("hang", "drip", "cut", "no_http", "garbage", "list", "empty", "deep", "huge", "fail", "refuse", "moved")


class Beside:
    """A centre, and the provider that asks it."""

    def __init__(self, centre: Centre, *, keys: tuple[str, ...] = (FIRST, SECOND), row: str = "", **more: Any) -> None:
        self.centre, self.clock, self.tick = centre, StillClock(), 0
        (spec,) = read_identity(f"providers:\n{row or declaration(centre.url, **more)}".encode()).providers
        assert isinstance(spec, HttpIdentity)
        self.spec = spec
        live = tuple(read_key(key, name="centre") for key in keys)
        owner_of = partial(owner_hash, KEY)
        self.provider = HttpIdentityProvider(spec, clock=self.clock, owner_of=owner_of, secret=TOKEN, keys=live)
        self.guarded = Guarded(self.provider, spec.reach, lambda: self.tick)


def told(story: Callable[[Beside], Awaitable[None]], **more: Any) -> None:
    """Run a story beside a new centre."""

    async def whole(centre: Centre) -> None:
        beside = Beside(centre, **more)
        try:
            await story(beside)
        finally:
            await beside.guarded.close()

    with listening() as centre:
        asyncio.run(whole(centre))


def test_a_session_is_opened_fetched_and_redacted_as_declared() -> None:
    """Every request is the declared one, filled; what the centre says is read by the declared places and words."""

    async def story(beside: Beside) -> None:
        centre, provider = beside.centre, beside.guarded
        started = await provider.start(replace(ASKED, subject=replace(ASKED.subject, ref='s-1 "quoted"')))
        assert (started.reference, started.redirect_url) == ("side/1", "https://centre.example/side/1")
        method, path, headers, body = centre.calls[0]
        assert (method, path) == ("POST", "/v1/sessions")
        assert (headers["authorization"], headers["idempotency-key"]) == (f"Bearer {TOKEN}", "ver_1")
        sent = json.loads(body)
        assert sent["for"] == {"what": "withdraw", "minor": 100, "hash": "5f" * 32}
        assert (sent["checks"], sent["person"]) == (["face_match", "data_match"], 's-1 "quoted"')
        assert sent["note"] == 'withdraw of s-1 "quoted" within 300 s'
        assert not (await provider.fetch("side/1")).done
        assert centre.calls[1][:2] == ("GET", "/v1/sessions/side%2F1?full=1")
        centre.finish("side/1", passed(NOON_S))
        result = await provider.fetch("side/1")
        assert {check: one.verdict for check, one in result.checks.items()} == dict.fromkeys(
            (Check.FACE_MATCH, Check.PAD, Check.IAD), Verdict.PASS
        )
        assert (result.checks[Check.FACE_MATCH].score, result.checks[Check.FACE_MATCH].model) == (0.31, "m-7")
        assert (result.acr, result.auth_ms, result.owner) == ("high", NOON_MS, owner_hash(KEY, IIN))
        assert (result.operation_hash, result.transaction_id) == ("5f" * 32, "r-1")
        assert (result.reference_source, result.capture, result.error) == ("state_db", {"camera": "front"}, "")
        await provider.redact("side/1")
        await provider.redact("side/1")
        assert [call[:2] for call in centre.calls[-2:]] == [("DELETE", "/v1/sessions/side%2F1")] * 2
        assert (await provider.fetch("side/1")).error == "gone"

    told(story)


@pytest.mark.parametrize("manner", BAD)
def test_whatever_a_provider_does_it_passes_nobody(manner: str) -> None:
    """Silence, drops, no HTTP, other content, faults and redirects: each call fails in its time, and nothing passes."""

    async def story(beside: Beside) -> None:
        beside.centre.manner = manner
        for call in (beside.guarded.start(ASKED), beside.guarded.fetch("side/1")):
            with pytest.raises(ProviderError):
                await asyncio.wait_for(call, 5)
        assert {path for _, path, _, _ in beside.centre.calls} <= {"/v1/sessions", "/v1/sessions/side%2F1?full=1"}

    told(story, timeout_ms=250)


def test_a_provider_that_failed_in_a_row_is_left_alone_and_then_tried() -> None:
    """After three failures nobody calls for a second; then one call decides. A session that is gone is no failure."""

    async def story(beside: Beside) -> None:
        centre, provider = beside.centre, beside.guarded
        for _ in range(5):
            assert not (await provider.fetch("nobody's")).done
        centre.manner = "fail"
        for _ in range(3):
            with pytest.raises(ProviderError, match="500"):
                await provider.fetch("side/1")
        assert provider.state() is BreakerState.OPEN
        calls, centre.manner = len(centre.calls), "good"
        with pytest.raises(ProviderError, match="left alone"):
            await provider.start(ASKED)
        assert len(centre.calls) == calls
        beside.tick += 1_100_000_000
        assert (await provider.start(ASKED)).reference == "side/1"
        assert provider.state() is BreakerState.CLOSED

    told(story)


@pytest.mark.parametrize(
    ("changes", "check", "verdict"),
    [
        ({"live": None}, Check.PAD, Verdict.NOT_PERFORMED),
        ({"live": "true"}, Check.PAD, Verdict.PASS),
        ({"live": "TRUE"}, Check.PAD, Verdict.INCONCLUSIVE),
        ({"live": 1}, Check.PAD, Verdict.INCONCLUSIVE),
        ({"stream": 2}, Check.IAD, Verdict.INCONCLUSIVE),
        ({"stream": True}, Check.IAD, Verdict.INCONCLUSIVE),
        ({"stream": 0}, Check.IAD, Verdict.FAIL),
        ({"face": {}}, Check.FACE_MATCH, Verdict.NOT_PERFORMED),
        ({"face": None}, Check.FACE_MATCH, Verdict.NOT_PERFORMED),
        ({"face": {"verdict": "maybe"}}, Check.FACE_MATCH, Verdict.INCONCLUSIVE),
        ({"face": {"verdict": "other"}}, Check.FACE_MATCH, Verdict.FAIL),
    ],
)
def test_a_word_that_nobody_declared_passes_nobody(changes: dict[str, Any], check: Check, verdict: Verdict) -> None:
    """Silence is not performed, another word decides nothing, and only the declared word is a pass."""

    async def story(beside: Beside) -> None:
        await beside.guarded.start(ASKED)
        beside.centre.finish("side/1", passed(NOON_S, **changes))
        assert (await beside.guarded.fetch("side/1")).checks[check].verdict is verdict

    told(story)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "side/2"},
        {"id": None},
        {"status": None},
        {"status": {}},
        {"live": [True]},
        {"face": {"verdict": "match", "score": "0.3"}},
        {"finished": NOON_S + 301},
        {"finished": str(NOON_S)},
        {"finished": -1},
        {"finished": True},
        {"level": ["3"]},
        {"person": {"iin": "1" * 300}},
    ],
)
def test_a_result_that_is_wrong_in_one_place_is_not_believed_in_another(changes: dict[str, Any]) -> None:
    """Another session's result, an instant ahead, a value of another type: the whole answer is garbage."""

    async def story(beside: Beside) -> None:
        await beside.provider.start(ASKED)
        beside.centre.finish("side/1", passed(NOON_S, **changes))
        with pytest.raises(GarbageError) as caught:
            await beside.provider.fetch("side/1")
        assert IIN not in str(caught.value)

    told(story)


def test_a_state_that_is_not_the_last_one_ends_nothing() -> None:
    """Verdicts beside a state that nobody declared as done are not looked at."""

    async def story(beside: Beside) -> None:
        await beside.guarded.start(ASKED)
        beside.centre.finish("side/1", passed(NOON_S, status="review"))
        result = await beside.guarded.fetch("side/1")
        assert (result.done, result.checks) == (False, {})

    told(story)


def test_silence_about_the_operation_is_an_error_where_it_was_declared() -> None:
    """A centre that is declared to say what was confirmed and does not, has confirmed nothing."""

    async def story(beside: Beside) -> None:
        await beside.guarded.start(ASKED)
        beside.centre.finish("side/1", passed(NOON_S, hash=None))
        result = await beside.guarded.fetch("side/1")
        assert (result.operation_hash, result.error) == ("", UNCONFIRMED)
        beside.centre.finish("side/1", passed(NOON_S, problem="abandoned"))
        assert (await beside.guarded.fetch("side/1")).error == "abandoned"

    told(story)


@pytest.mark.parametrize("page", ["http://centre.example/x", "javascript:alert(1)", "//x", "https://a@b.example/"])
def test_a_person_is_sent_to_no_page_in_the_open(page: str) -> None:
    """The address for the person is https, without a name and a password in it."""

    async def story(beside: Beside) -> None:
        beside.centre.page = page
        with pytest.raises(GarbageError, match="not safe"):
            await beside.provider.start(ASKED)

    told(story)


def test_no_value_leaves_its_place_in_an_address() -> None:
    """A reference of dots and slashes is quoted, so that a redaction cannot climb to another resource."""

    async def story(beside: Beside) -> None:
        for reference, path in (("..", "%2E%2E"), ("a/../b", "a%2F..%2Fb"), ("x?y#z", "x%3Fy%23z"), ("a b\r\n", None)):
            await beside.provider.redact(reference)
            assert beside.centre.calls[-1][1] == f"/v1/sessions/{path or 'a%20b%0D%0A'}"

    told(story)


def proof(headers: dict[str, str], body: bytes = BODY, *, keys: tuple[str, ...] = (FIRST, SECOND)) -> str:
    """Read a callback, and give the session that it names."""
    beside = Beside(Centre(url="http://127.0.0.1:9"), keys=keys)
    callback = beside.provider.told(headers, body)
    assert (callback.id, callback.sent_ms) == (headers["webhook-id"], int(headers["webhook-timestamp"]) * 1_000)
    return callback.reference


def test_both_live_keys_prove_a_callback() -> None:
    """While keys change, the new one, the old one, and both at once prove; Ed25519 does beside HMAC."""
    for keys in ((FIRST,), (SECOND,), (FIRST, SECOND), (f"whsec_{'AAAA' * 10}AA==", SECOND)):
        assert proof(signed(BODY, NOON_S, *keys)) == "side/1"
    assert proof(sealed(BODY, NOON_S), keys=(PUBLIC,)) == "side/1"
    assert proof(sealed(BODY, NOON_S), keys=(FIRST, PUBLIC)) == "side/1"
    loud = {name.title(): value for name, value in signed(BODY, NOON_S, FIRST).items()}
    assert Beside(Centre(url="http://127.0.0.1:9")).provider.told(loud, BODY).reference == "side/1"


@pytest.mark.parametrize("late_s", [-300, 300])
def test_a_callback_counts_for_five_minutes_either_way(late_s: int) -> None:
    """At 300 s it counts, a second later not; the instant is signed, so it cannot be moved."""
    assert proof(signed(BODY, NOON_S + late_s, FIRST)) == "side/1"
    later = late_s + (1 if late_s > 0 else -1)
    with pytest.raises(CallbackError, match="within 300 s"):
        proof(signed(BODY, NOON_S + later, FIRST))
    with pytest.raises(CallbackError, match="no live key"):
        proof(signed(BODY, NOON_S + later, FIRST) | {"webhook-timestamp": str(NOON_S)})


def _forged() -> list[tuple[dict[str, str], bytes]]:
    good, whole = signed(BODY, NOON_S, FIRST), signed(BODY, NOON_S, FIRST)["webhook-signature"]
    other = sealed(BODY, NOON_S, signer=Ed25519PrivateKey.from_private_bytes(b"\x08" * 32))
    return [
        (good, BODY + b" "),
        (good, BODY.replace(b"side/1", b"side/2")),
        (good, json.dumps(json.loads(BODY), separators=(",", ":")).encode()),
        (good | {"webhook-id": "msg-2"}, BODY),
        (good | {"webhook-signature": whole.removeprefix("v1,")}, BODY),
        (good | {"webhook-signature": whole.replace("v1,", "v1a,")}, BODY),
        (good | {"webhook-signature": whole[:-1]}, BODY),
        (good | {"webhook-signature": ""}, BODY),
        (good | {"webhook-signature": "v1,é"}, BODY),
        (good | {"webhook-signature": " ".join(["v1,AAAA"] * 16 + [whole])}, BODY),
        (signed(BODY, NOON_S, f"whsec_{'AAAA' * 10}AA=="), BODY),
        (other, BODY),
        (sealed(BODY, NOON_S) | {"webhook-signature": "v1a,no base64"}, BODY),
    ]


@pytest.mark.parametrize(("headers", "body"), _forged())
def test_what_no_live_key_signed_as_it_came_is_refused(headers: dict[str, str], body: bytes) -> None:
    """The bytes count, not their meaning: one blank more, another id, another key, half a signature are refused."""
    with pytest.raises(CallbackError, match="no live key"):
        proof(headers, body, keys=(FIRST, PUBLIC))


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-id": ""},
        {"webhook-id": "x" * 257},
        {"webhook-id": "é"},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "1e9"},
        {"webhook-timestamp": "-1"},
        {"webhook-timestamp": "٣"},
    ],
)
def test_a_callback_without_its_headers_is_not_signed(changes: dict[str, str]) -> None:
    """Id and instant are there and plain."""
    with pytest.raises(CallbackError, match="not signed"):
        proof(signed(BODY, NOON_S, FIRST) | changes)


@pytest.mark.parametrize("body", [b"{}", b"[]", b"no json", b'{"data": {"session": ""}}', b'{"data": {"session": []}}'])
def test_a_callback_that_names_no_session_is_refused(body: bytes) -> None:
    """A good signature over nothing of use is still nothing."""
    with pytest.raises(CallbackError):
        proof(signed(body, NOON_S, FIRST), body)


def test_a_provider_without_declared_callbacks_has_none() -> None:
    """Without `callback` nothing that comes is believed."""
    row = declaration("http://127.0.0.1:9").partition("    callback:")[0]
    with pytest.raises(CallbackError, match="no callbacks"):
        Beside(Centre(), row=row).provider.told(signed(BODY, NOON_S, FIRST), BODY)


@pytest.mark.parametrize(
    "text",
    ["", "whsec_", "whsec_!!!!", "whsec_QUJD", "whpk_QUJD", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=", "whsk_" + "A" * 44],
)
def test_a_key_that_is_none_is_refused_without_being_repeated(text: str) -> None:
    """A key too short, of another kind or without its prefix stops the start; the error does not show it."""
    with pytest.raises(SettingError) as caught:
        read_key(text, name="centre")
    assert not text or text not in caught.value.message
    assert "base64" in caught.value.hint
