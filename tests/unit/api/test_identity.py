"""The routes of identity: whatever is sent is done or refused as a problem, and each needs its scope."""

import asyncio
import json
from collections.abc import Iterator
from copy import deepcopy
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.api.calling import Api, told
from tests.unit.api.test_fuzz import INSTANTS, JUNK, TEXTS
from tests.unit.operations.shards import NOON, NOON_MS, Json
from tests.unit.verification.scripted import OWNER, FakeIdentityProvider, callback, passing

SESSIONS = "/v1/identity/sessions"
OPERATION: Json = {
    "id": "op-1",
    "type": "payout",
    "amount_minor": 9_000_000,
    "currency": "KZT",
    "payee_ref": "KZ86125KZT5004100100",
    "payee_owner_hash": OWNER,
}
BODY: Json = {
    "subject": {"ref": "s-1", "kind": "seller_id", "iin_hash": OWNER, "born": "1990-01-01"},
    "purpose": "withdraw",
    "operation": OPERATION,
    "required": {"checks": ["face_match", "pad"], "acr": "high"},
    "provider": "fake",
    "consent": {"text_version": "2026-01", "locale": "kk", "given_at": NOON, "evidence_ref": "proof-1"},
    "return_url": "https://site.example/back",
    "max_attempts": 3,
    "ttl_s": 600,
    "device_id": "phone-1",
    "ip": "192.0.2.7",
}
KEY = {"Idempotency-Key": "key-1"}


class World(Api):
    """The application with a provider that a test scripts."""

    def __init__(self, *, open_to_all: bool = True) -> None:
        super().__init__(open_to_all=open_to_all)
        self.provider = FakeIdentityProvider()
        self.shard.identity = {"fake": self.provider}

    async def opened(self) -> str:
        """Open a session and give its id."""
        answer = await self.call("POST", SESSIONS, json.dumps(BODY).encode(), headers=KEY)
        return str(answer.json()["id"])


@pytest.fixture(scope="module")
def runner() -> Iterator[tuple[asyncio.Runner, World, str]]:
    """One server with one session in one loop for all generated calls."""
    with asyncio.Runner() as loop:

        async def made() -> tuple[World, str]:
            world = World()
            return world, await world.opened()

        world, session = loop.run(made())
        yield loop, world, session


def check(runner: tuple[asyncio.Runner, World, str], path: str, content: bytes, key: str = "k") -> None:
    """Make a call and judge its answer."""
    loop, world, _ = runner
    answer = loop.run(world.call("POST", path, content, headers={"Idempotency-Key": key}))
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["hint"]
        assert answer.json()["code"]
    assert world.shard.failed is None


@st.composite
def broken(draw: st.DrawFn, whole: Json) -> Json:
    """Give a valid body in which one value, at any depth, was replaced, added or dropped."""
    message = deepcopy(whole)
    inner = draw(st.sampled_from([message, *(one for one in message.values() if isinstance(one, dict))]))
    name = draw(st.sampled_from([*sorted(inner), "odd"]))
    if draw(st.booleans()):
        inner.pop(name, None)
    else:
        inner[name] = draw(JUNK | INSTANTS)
    return message


@given(body=broken(BODY), key=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=130))
@settings(max_examples=150, deadline=None)
def test_no_opening_is_a_fault(runner: tuple[asyncio.Runner, World, str], body: Json, key: str) -> None:
    """Whatever is to be opened is opened or refused."""
    check(runner, SESSIONS, json.dumps(body).encode(), key)


@given(
    act=st.sampled_from(["start", "cancel", "consume"]),
    body=broken({"operation": OPERATION, "purpose": "withdraw", "consent": BODY["consent"], "reason": "said so"})
    | JUNK,
    name=st.none() | TEXTS.filter(lambda text: text not in {"", ".", ".."}),
)
@settings(max_examples=150, deadline=None)
def test_no_act_is_a_fault(runner: tuple[asyncio.Runner, World, str], act: str, body: object, name: str | None) -> None:
    """Whatever is done to a session, known or not, is done or refused."""
    session = runner[2] if name is None else quote(name, safe="")
    check(runner, f"{SESSIONS}/{session}/{act}", json.dumps(body).encode())


@given(name=st.just("fake") | TEXTS.filter(lambda text: text not in {"", ".", ".."}), content=st.binary(max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_callback_is_a_fault(runner: tuple[asyncio.Runner, World, str], name: str, content: bytes) -> None:
    """Bytes that nobody signed are refused, whatever they are."""
    check(runner, f"/v1/identity/callbacks/{quote(name, safe='')}", content)


def test_each_call_needs_its_scope() -> None:
    """A key for other work neither opens nor uses a session; reading needs `read`, a callback its signature alone."""

    async def story(_: Api) -> None:
        world = World(open_to_all=False)
        own, other, reader = (world.add_key(name, [name]) for name in ("identity", "decide", "read"))
        body = json.dumps(BODY).encode()
        assert (await world.call("POST", SESSIONS, body, headers=KEY)).status_code == 401
        assert (await world.call("POST", SESSIONS, body, headers=KEY | other)).status_code == 403
        opened = await world.call("POST", SESSIONS, body, headers=KEY | own)
        assert opened.status_code == 201
        path = f"{SESSIONS}/{opened.json()['id']}"
        for act in ("start", "cancel", "consume"):
            assert (await world.call("POST", f"{path}/{act}", headers=reader)).status_code == 403
        assert (await world.call("GET", path, headers=own)).status_code == 403
        assert (await world.call("GET", path, headers=reader)).status_code == 200
        started = await world.call("POST", f"{path}/start", headers=own)
        reference = started.json()["redirect_url"].rpartition("/")[2]
        world.provider.results[reference] = passing(NOON_MS)
        headers, content = callback(reference, NOON_MS)
        assert (await world.call("POST", "/v1/identity/callbacks/fake", content, headers=headers)).status_code == 202
        assert (await world.call("GET", path, headers=reader)).json()["state"] == "passed"

    told(story)


def test_a_callback_tells_a_stranger_nothing() -> None:
    """The answer about a session that exists is that about one that does not, to the byte."""

    async def story(_: Api) -> None:
        world = World()
        session = await world.opened()
        started = await world.call("POST", f"{SESSIONS}/{session}/start")
        reference = started.json()["redirect_url"].rpartition("/")[2]
        answers = []
        for one in (reference, "nobody"):
            headers, content = callback(one, NOON_MS, name=f"cb {one}")
            answers.append(await world.call("POST", "/v1/identity/callbacks/fake", content, headers=headers))
        assert {(one.status_code, one.content) for one in answers} == {(202, b'{"status":"taken"}')}

    told(story)
