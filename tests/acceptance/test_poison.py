"""Poison harms only itself: among honest callers somebody sends what no server likes, and nobody else notices."""

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.acceptance.conftest import StartServer, transfer

DEEP = b"[" * 10_000
WIDE = b'{"id":"' + b"x" * (10 << 20) + b'"}'
TYPED = b'{"id":"p-1","type":"transfer","occurred_at":"2026-05-08T12:00:00+03:00",'
POISON: dict[str, bytes] = {
    "depth of 10,000": DEEP,
    "deep inside a field": TYPED + b'"payer":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}",
    "ten megabytes": WIDE,
    "fifty megabytes": b" " * (50 << 20),
    "nothing": b"",
    "NaN": TYPED + b'"amount_minor":NaN}',
    "infinity": TYPED + b'"amount_minor":Infinity}',
    "beyond any float": TYPED + b'"amount_minor":1e400}',
    "beyond 64 bits": TYPED + b'"amount_minor":9223372036854775808}',
    "beyond 1,000 digits": TYPED + b'"amount_minor":' + b"9" * 5_000 + b"}",
    "less than nothing": TYPED + b'"amount_minor":-1}',
    "half a character": b'{"id":"\\ud800","type":"transfer"}',
    "no UTF-8": b'{"id":"\xff\xfe"}',
    "NUL in an id": json.dumps(transfer("p\x00")).encode(),
    "look-alike letters in an id": json.dumps(transfer("р-1")).encode(),
    "a name twice": TYPED + b'"amount_minor":1,"amount_minor":2}',
    "a bomb": gzip.compress(b"0" * (8 << 20)),
    "the year 0": json.dumps(transfer("p", occurred_at="0000-01-01T00:00:00Z")).encode(),
    "the year 9999": json.dumps(transfer("p", occurred_at="9999-12-31T23:59:59+00:00")).encode(),
    "a leap second": json.dumps(transfer("p", occurred_at="2016-12-31T23:59:60+00:00")).encode(),
    "an instant without an offset": json.dumps(transfer("p", occurred_at="2026-05-08T12:00:00")).encode(),
    "milliseconds for an instant": json.dumps(transfer("p", occurred_at=1_778_230_800_000)).encode(),
    "a day ahead": json.dumps(transfer("p", occurred_at="2026-05-09T12:00:00+03:00")).encode(),
}
HONEST = 120


def test_poison_harms_only_itself(start: StartServer) -> None:
    """Each bad body is a problem that says what to do; every honest neighbour gets the answer that it gets alone."""
    server = start()
    kinds = {"content-type": "application/json"}

    def call(body: bytes) -> httpx.Response:
        return server.client.post("/v1/decisions", content=body, headers=kinds)

    honest = [json.dumps(transfer(f"h-{n}", payer=payer(n))).encode() for n in range(HONEST)]
    with ThreadPoolExecutor(16) as pool:
        bad = {name: pool.submit(call, body) for name, body in POISON.items()}
        good = [pool.submit(call, body) for body in honest]
        again = [pool.submit(call, body) for body in POISON.values()]
    for name, future in bad.items():
        check(name, future.result())
    for one, body in zip(again, POISON, strict=True):
        check(body, one.result())
    assert {one.result().status_code for one in good} == {httpx.codes.OK}
    alone = start()
    for n, one in enumerate(good):
        expected = alone.post("/v1/decisions", honest[n]).json()
        assert plain(one.result().json()) == plain(expected)
    assert server.client.get("/readyz").status_code == httpx.codes.OK


def payer(n: int) -> dict[str, str]:
    """Give a client of his own to each call, so that order plays no part."""
    return {"customer_id": f"c-{n}", "kind": "individual"}


def check(name: str, answer: httpx.Response) -> None:
    """A poison's answer is a problem with a code and a hint, never a fault of ours."""
    assert 400 <= answer.status_code < 500, f"{name}: {answer.status_code} {answer.text}"
    problem = answer.json()
    assert problem["code"], name
    assert problem["hint"], name
    assert len(answer.content) < 2_000, name


def plain(decision: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is a decision's own: its id, its timings, and the hash of facts of which neighbours are a part."""
    own = {"id", "timings_us", "facts_hash"}
    return {name: value for name, value in decision.items() if name not in own}


@pytest.mark.parametrize("path", ["/v1/decisions:batch", "/v1/events"])
def test_poison_in_other_doors(start: StartServer, path: str) -> None:
    """The batch answers poison in its line, the route of events as a problem; both go on."""
    server = start()
    small = {name: body for name, body in POISON.items() if 0 < len(body) < 1 << 16 and b"\n" not in body}
    if path.endswith("batch"):
        lines = [*small.values(), json.dumps(transfer("h-1")).encode()]
        answer = server.post(path, b"\n".join(lines))
        rows = [json.loads(line) for line in answer.text.splitlines()]
        assert ["error" in row for row in rows] == [True] * len(small) + [False]
    else:
        for name, body in small.items():
            check(name, server.post(path, body))
    assert server.decide(transfer("h-2"))["outcome"]
