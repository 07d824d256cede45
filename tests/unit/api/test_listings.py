"""Who may read a notice, hear an objection and take addresses, where keys stand for people."""

import json

from tests.unit.api.calling import Api, told
from tests.unit.operations.shards import NOON

WISH = {"reason": "r", "document": {"number": "1", "date": "2026-05-07", "authority": "police"}}


def listing() -> bytes:
    """Write a listing from abroad, seen from Russia."""
    event = {
        "id": "l-1",
        "type": "listing_published",
        "occurred_at": NOON,
        "seller": {"seller_id": "s-1"},
        "session": {"ip": "198.51.100.1", "port": 4000, "ip_country": "DE"},
        "listing": {"listing_id": "ad-1"},
    }
    return json.dumps(event).encode()


def test_two_keys_are_two_people() -> None:
    """One key alone never gets an address, whatever name it gives itself; the second key's word opens them."""

    async def story(api: Api) -> None:
        await api.call("POST", "/v1/decisions", listing(), headers=api.add_key("site", ["decide"]))
        ann, boris = api.add_key("ann", ["addresses"]), api.add_key("boris", ["addresses"])
        start = "/v1/listings/ad-1/addresses"
        named = await api.call("POST", start, json.dumps(WISH | {"by": "ann"}).encode(), headers=ann)
        assert (named.status_code, named.json()["pointer"]) == (422, "/by")
        asked = await api.call("POST", start, json.dumps(WISH).encode(), headers=ann)
        assert asked.status_code == 202
        path = f"{start}/{asked.json()['id']}"
        assert (await api.call("POST", f"{path}/approve", headers=ann)).status_code == 403
        as_boris = await api.call("POST", f"{path}/approve", b'{"by": "boris"}', headers=ann)
        assert as_boris.status_code == 422
        assert (await api.call("POST", f"{path}/take", headers=ann)).status_code == 409
        assert (await api.call("POST", f"{path}/approve", headers=boris)).status_code == 200
        taken = await api.call("POST", f"{path}/take", headers=ann)
        assert taken.json()["addresses"][0]["ip"] == "198.51.100.1"
        assert [step["by"] for step in taken.json()["history"]] == ["ann", "boris", "ann"]

    told(story, open_to_all=False)


def test_each_call_needs_its_scope() -> None:
    """Reading the notice, objections and addresses are three different rights."""

    async def story(api: Api) -> None:
        await api.call("POST", "/v1/decisions", listing(), headers=api.add_key("site", ["decide"]))
        reader, people, few = (api.add_key(name, [name]) for name in ("read", "sellers", "addresses"))
        body = json.dumps({"seller_id": "s-1", "text": "roaming"}).encode()
        calls = (
            ("GET", "/v1/listings/ad-1/notice", b"", reader, 200),
            ("POST", "/v1/listings/ad-1/notice/appeal", body, people, 201),
            ("GET", "/v1/listings/appeals", b"", people, 200),
            ("POST", "/v1/listings/ad-1/addresses", json.dumps(WISH).encode(), few, 202),
        )
        for method, path, content, allowed, status in calls:
            for headers in (reader, people, few):
                answer = await api.call(method, path, content, headers=headers)
                assert answer.status_code == (status if headers is allowed else 403), (path, answer.text)

    told(story, open_to_all=False)
