"""Methods, limits, batches and pages of the HTTP door."""

import asyncio
import json

import httpx
import pytest

from tests.unit.api.calling import Api, told
from tests.unit.operations.shards import transfer

EVENT_BYTES = 65_536
BATCH_BYTES = 4 * 1024 * 1024
PATHS = {
    "/v1/decisions": "GET, HEAD, POST",
    "/v1/decisions:batch": "POST",
    "/v1/events": "POST",
    "/v1/decisions/x": "GET, HEAD",
    "/v1/decisions/x/replay": "POST",
    "/v1/lists": "GET, HEAD",
    "/v1/lists/bank.recipients": "GET, HEAD, PUT",
    "/v1/lists/bank.recipients/entries": "DELETE, POST",
    "/v1/packs": "GET, HEAD",
    "/v1/sources": "GET, HEAD",
    "/v1/sources/transfer": "PUT",
    "/healthz": "GET, HEAD",
    "/readyz": "GET, HEAD",
    "/metrics": "GET, HEAD",
    "/openapi.json": "GET, HEAD",
}


def is_problem(answer: httpx.Response, status: int, code: str) -> bool:
    """Tell whether an answer is the problem that is expected."""
    content = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert content["hint"]
    return bool((answer.status_code, content["status"], content["code"]) == (status, status, code))


def test_a_method_that_is_not_taken_is_405_and_names_those_that_are() -> None:
    """Every path says which methods it takes, all of them."""

    async def story(api: Api) -> None:
        for path, allowed in PATHS.items():
            for method in ("PATCH", "OPTIONS"):
                answer = await api.call(method, path)
                assert is_problem(answer, 405, "method_not_allowed"), path
                assert answer.headers["allow"] == allowed, path

    told(story)


def test_head_is_get_without_a_fault() -> None:
    """HEAD gives the status and the length of GET."""

    async def story(api: Api) -> None:
        for path in (path for path, methods in PATHS.items() if "HEAD" in methods and "x" not in path):
            get, head = await api.call("GET", path), await api.call("HEAD", path)
            assert head.status_code == get.status_code, path

    told(story)


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/decision", "/v2/decisions", "/v1/decisions/no/such", "/%00", "/v1/lists/x/y"]
)
def test_what_is_not_there_is_404(path: str) -> None:
    """An unknown path is a problem, too."""

    async def story(api: Api) -> None:
        assert is_problem(await api.call("GET", path), 404, "not_found")

    told(story)


@pytest.mark.parametrize("path", ["/v1/decisions", "/v1/events"])
def test_an_event_of_64_kilobytes_is_taken_and_one_byte_more_is_413(path: str) -> None:
    """The limit is on bytes, and the limit itself passes."""

    async def story(api: Api) -> None:
        data = transfer("a")
        assert is_problem(await api.call("POST", path, data.ljust(EVENT_BYTES + 1)), 413, "too_large")
        assert (await api.call("POST", path, data.ljust(EVENT_BYTES))).status_code in (200, 202)

    told(story)


def test_a_batch_has_limits_on_bytes_on_lines_and_on_each_line() -> None:
    """Above 4 MB or 1,000 lines nothing is decided; one long line is a problem in its own place."""

    async def story(api: Api) -> None:
        wide = await api.call("POST", "/v1/decisions:batch", b" " * (BATCH_BYTES + 1))
        tall = await api.call("POST", "/v1/decisions:batch", b"{}\n" * 1_001)
        assert is_problem(wide, 413, "too_large")
        assert is_problem(tall, 413, "too_large")
        full = await api.call("POST", "/v1/decisions:batch", b"{}\n" * 1_000)
        assert len(full.content.splitlines()) == 1_000
        long = b'{"id": "' + b"x" * EVENT_BYTES + b'"}'
        rows = (await api.call("POST", "/v1/decisions:batch", long + b"\n" + transfer("a"))).content.splitlines()
        assert json.loads(rows[0])["error"]["code"] == "too_large"
        assert json.loads(rows[1])["event_id"] == "a"
        assert api.shard.seq == 1

    told(story)


def test_the_lines_of_a_batch_are_apart_and_in_order() -> None:
    """Each line has its answer in its place, whatever happened to the others; blank lines have none."""

    async def story(api: Api) -> None:
        lines = [transfer("a"), b"", b"{", transfer("a", amount_minor=1), b"  ", b"[]", transfer("b"), transfer("a")]
        answer = await api.call("POST", "/v1/decisions:batch", b"\r\n".join(lines))
        rows = [json.loads(line) for line in answer.content.splitlines()]
        got = [row.get("event_id") or row["error"]["code"] for row in rows]
        assert got == ["a", "undecodable", "conflict", "invalid", "b", "a"]
        assert rows[0] == rows[-1]
        assert (await api.call("POST", "/v1/decisions:batch", b"")).content == b""

    told(story)


def test_who_leaves_a_batch_does_not_end_the_call_of_a_twin() -> None:
    """A batch that is broken off leaves its lines on their way; a twin of one of them gets its answer."""

    async def story(api: Api) -> None:
        api.store.held = True
        batch = asyncio.ensure_future(api.call("POST", "/v1/decisions:batch", transfer("a")))
        while not api.store.waiting_now:
            await asyncio.sleep(0)
        twin = asyncio.ensure_future(api.call("POST", "/v1/decisions", transfer("a")))
        for _ in range(20):
            await asyncio.sleep(0)
        batch.cancel()
        await asyncio.gather(batch, return_exceptions=True)
        api.store.land()
        assert (await twin).status_code == 200

    told(story)


def test_lists_are_read_page_by_page() -> None:
    """Following `next` gives every entry once; a limit or cursor that is none is 422."""

    async def story(api: Api) -> None:
        entries = [{"kind": "device", "value": f"d-{number}"} for number in range(7)]
        body = json.dumps({"entries": entries}).encode()
        assert (await api.call("POST", "/v1/lists/own.devices/entries", body)).status_code == 200
        seen, cursor = [], None
        for _ in range(4):
            params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
            page = (await api.call("GET", "/v1/lists/own.devices", params=params)).json()
            seen += [row["value"] for row in page["items"]]
            cursor = page["next"]
        assert cursor is None
        assert sorted(seen) == [f"d-{number}" for number in range(7)]
        for limit in ("0", "501", "-1", "x", "1.5", "", "٣", "9" * 5_000):
            answer = await api.call("GET", "/v1/lists/own.devices", params={"limit": limit})
            assert is_problem(answer, 422, "invalid"), limit
        for cursor in ("x", "%%%", "AAAA", "é", "1" * 400):
            answer = await api.call("GET", "/v1/lists/own.devices", params={"cursor": cursor})
            assert answer.status_code < 500, cursor

    told(story)


def test_an_entry_that_ends_with_the_calendar_can_be_read_back() -> None:
    """The usual way to write "never" does not break the page in a zone where that is already the next year."""

    async def story(api: Api) -> None:
        entry = {"kind": "device", "value": "d", "expires_at": "9999-12-31T23:59:59Z"}
        body = json.dumps({"entries": [entry]}).encode()
        assert (await api.call("POST", "/v1/lists/own.devices/entries", body)).status_code == 200
        page = await api.call("GET", "/v1/lists/own.devices")
        assert page.json()["items"][0]["expires_at"].startswith("9999-12-31")

    told(story)


def test_a_failed_store_is_503_with_retry_after_on_every_writing_route() -> None:
    """A caller is told to come again, in the batch in each line's place."""

    async def story(api: Api) -> None:
        api.store.break_with(OSError("full"))
        for path in ("/v1/decisions", "/v1/events"):
            answer = await api.call("POST", path, transfer("a"))
            assert is_problem(answer, 503, "unavailable")
            assert answer.headers["retry-after"] == "1"
        row = json.loads((await api.call("POST", "/v1/decisions:batch", transfer("a"))).content)
        assert row["error"]["code"] == "unavailable"
        ready = await api.call("GET", "/readyz")
        assert (ready.status_code, ready.json()["ready"]) == (503, False)
        assert (await api.call("GET", "/healthz")).status_code == 200

    told(story)


def test_the_deadline_header_is_read_strictly() -> None:
    """A caller's deadline is whole milliseconds from 1 to 60,000, on every route that takes events."""

    async def story(api: Api) -> None:
        for path in ("/v1/decisions", "/v1/decisions:batch", "/v1/events"):
            for wrong in ("0", "60001", "1.5", "-3", "soon", "", "1" * 30):
                answer = await api.call("POST", path, transfer("a"), headers={"holdfast-deadline-ms": wrong})
                assert is_problem(answer, 422, "invalid"), (path, wrong)
                assert "Holdfast-Deadline-Ms" in answer.json()["detail"]
            answer = await api.call("POST", path, transfer(f"t-{path}"), headers={"Holdfast-Deadline-Ms": "60000"})
            assert answer.status_code in {200, 202}, answer.text

    told(story)
