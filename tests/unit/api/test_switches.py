"""The emergency switch over HTTP: scopes, two people behind two keys, and pages."""

import json
from typing import Any

import httpx

from tests.unit.api.calling import Api, told

SIGN = "ru.od-2506.1.7"
WANTED = {"sign": SIGN, "mode": "observe", "until": "2026-05-08T16:00:00+03:00", "reason": "half the city"}
TWO = {"by": "Anna", "approved_by": "Boris"}


async def post(api: Api, body: object, path: str = "/v1/switches", **more: Any) -> httpx.Response:
    """Post a body."""
    return await api.call("POST", path, json.dumps(body).encode(), **more)


def test_two_keys_switch_and_switch_back() -> None:
    """The first key's word waits and is listed, the same key again adds nothing, the second key's does it."""

    async def story(api: Api) -> None:
        first, second, third = (api.add_key(name, ["admin"]) for name in ("a", "b", "c"))
        read = api.add_key("r", ["read"])
        for _ in range(2):
            alone = await post(api, WANTED, headers=first)
            assert (alone.status_code, alone.json()["state"], alone.json()["by"]) == (202, "asked", ["a"])
        (waiting,) = (await api.call("GET", "/v1/switches", headers=read)).json()["items"]
        assert waiting == alone.json()
        done = await post(api, WANTED, headers=second)
        assert (done.status_code, done.json()["state"], done.json()["by"]) == (200, "running", ["a", "b"])
        for headers in (first, second, third):
            again = await post(api, WANTED, headers=headers)
            assert (again.status_code, again.content) == (200, done.content)
        path = f"/v1/switches/{SIGN}/back"
        assert (await post(api, {"reason": "mended"}, path, headers=third)).status_code == 202
        ended = await post(api, {"reason": "mended"}, path, headers=first)
        assert (ended.status_code, ended.json()["ended"]["by"]) == (200, ["c", "a"])

    told(story, open_to_all=False)


def test_only_admin_switches() -> None:
    """Without `admin` nobody switches; names beside a key are refused; `read` may look."""

    async def story(api: Api) -> None:
        admin, read, decide = (api.add_key(name, [name]) for name in ("admin", "read", "decide"))
        assert (await post(api, WANTED)).status_code == 401
        assert (await post(api, WANTED, headers=read)).status_code == 403
        assert (await post(api, {"reason": "r"}, f"/v1/switches/{SIGN}/back", headers=read)).status_code == 403
        assert (await post(api, WANTED | TWO, headers=admin)).status_code == 422
        assert (await api.call("GET", "/v1/switches", headers=decide)).status_code == 403
        assert (await api.call("GET", "/v1/switches", headers=read)).json() == {"items": [], "next": None}

    told(story, open_to_all=False)


def test_switches_are_listed_by_page() -> None:
    """The newest come first, `next` leads on to the end, and a strange cursor is refused."""

    async def story(api: Api) -> None:
        for number in range(3):
            assert (await post(api, WANTED | TWO | {"reason": f"r {number}"})).status_code == 200
            await post(api, TWO | {"reason": "mended"}, f"/v1/switches/{SIGN}/back")
        seen, cursor = [], ""
        while cursor is not None:
            page = (await api.call("GET", f"/v1/switches?limit=2{cursor and '&cursor='}{cursor}")).json()
            seen += [row["reason"] for row in page["items"]]
            cursor = page["next"]
        assert seen == ["r 2", "r 1", "r 0"]
        assert (await api.call("GET", "/v1/switches?cursor=x")).json()["pointer"] == "/cursor"

    told(story)


def test_packs_show_the_mode_in_which_a_sign_acts_now() -> None:
    """While it is switched `GET /v1/packs` says so, and no longer when the time is over."""

    async def story(api: Api) -> None:
        async def mode() -> str:
            packs = (await api.call("GET", "/v1/packs")).json()["items"]
            return next(str(sign["mode"]) for pack in packs for sign in pack["signs"] if sign["id"] == SIGN)

        assert await mode() == "enforce"
        await post(api, WANTED | TWO | {"mode": "advise"})
        assert await mode() == "advise"
        api.clock.instant_ms += 4 * 3_600_000
        assert await mode() == "enforce"

    told(story)
