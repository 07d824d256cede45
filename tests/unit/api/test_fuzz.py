"""Whatever is sent, the answer is no fault of ours, and every refusal is a problem."""

import asyncio
import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.api.calling import Api
from tests.unit.wire.messages import Json, messages

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
INSTANTS = st.sampled_from(
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-05-08T12:00:00+03:00", "1900-01-01T00:00:00Z"]
)
PATHS = (
    "/v1/decisions",
    "/v1/decisions:batch",
    "/v1/events",
    "/v1/decisions/{}",
    "/v1/decisions/{}/replay",
    "/v1/lists",
    "/v1/lists/{}",
    "/v1/lists/{}/entries",
    "/v1/sources/{}",
    "/v1/sources",
    "/v1/packs",
    "/{}",
)
METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")


@pytest.fixture(scope="module")
def runner() -> Iterator[tuple[asyncio.Runner, Api]]:
    """One server in one loop for all generated calls."""
    with asyncio.Runner() as loop:

        async def made() -> Api:
            return Api()

        yield loop, loop.run(made())


def check(runner: tuple[asyncio.Runner, Api], method: str, path: str, content: bytes, **params: str) -> None:
    """Make a call and judge its answer."""
    loop, api = runner
    answer = loop.run(api.call(method, path, content, params=params))
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400 and method != "HEAD":
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["status"] == answer.status_code
        assert problem["hint"]
        assert problem["code"]
    assert api.shard.failed is None


@st.composite
def broken(draw: st.DrawFn) -> Json:
    """Give a valid message in which one value, at any depth, was replaced, added or moved in time."""
    message: Json = json.loads(json.dumps(draw(messages())))
    nested = [value for value in message.values() if isinstance(value, dict)]
    inner = draw(st.sampled_from([message, *nested]))
    name = draw(st.sampled_from([*sorted(inner), "odd"]))
    inner[name] = draw(JUNK | INSTANTS)
    return message


@given(message=messages() | broken(), path=st.sampled_from(["/v1/decisions", "/v1/events", "/v1/decisions:batch"]))
@settings(max_examples=150, deadline=None)
def test_no_event_is_a_fault(runner: tuple[asyncio.Runner, Api], message: Json, path: str) -> None:
    """Valid and broken events are decided, taken or refused."""
    check(runner, "POST", path, json.dumps(message).encode())


@given(
    method=st.sampled_from(METHODS),
    path=st.sampled_from(PATHS),
    name=TEXTS.filter(lambda text: text not in (".", "..")),
    content=st.binary(max_size=30) | JUNK.map(lambda junk: json.dumps(junk).encode()),
    params=st.dictionaries(st.sampled_from(["limit", "cursor"]), TEXTS, max_size=2),
)
@settings(max_examples=150, deadline=None)
def test_no_call_is_a_fault(
    runner: tuple[asyncio.Runner, Api], method: str, path: str, name: str, content: bytes, params: dict[str, str]
) -> None:
    """Any method on any path with any body is done or refused."""
    check(runner, method, path.format(quote(name, safe="")), content, **params)


ENTRIES = st.fixed_dictionaries(
    {"kind": st.sampled_from(["account", "card", "phone", "inn", "device", "ip", "domain", "vin"]), "value": TEXTS},
    optional={"bic": TEXTS, "reason": TEXTS, "expires_at": INSTANTS, "police": st.booleans(), "document": JUNK},
)


@given(entries=st.lists(ENTRIES, max_size=3), method=st.sampled_from(["POST", "DELETE"]))
@settings(max_examples=60, deadline=None)
def test_no_list_entry_is_a_fault(runner: tuple[asyncio.Runner, Api], entries: list[Json], method: str) -> None:
    """Entries are added, removed or refused, and the list can be read after each."""
    check(runner, method, "/v1/lists/own.fuzz/entries", json.dumps({"entries": entries}).encode())
    check(runner, "GET", "/v1/lists/own.fuzz", b"")
