"""Who may call what: scopes, and keys that are unknown, over, or revoked."""

import pytest

from holdfast.api.routes import route
from holdfast.operations.api_keys import SCOPES
from holdfast.vocabulary.errors import Bug
from tests.unit.api.calling import Api, told
from tests.unit.operations.shards import NOON, NOON_MS, transfer

CALLS: dict[str, tuple[str, str, bytes]] = {
    "decide": ("POST", "/v1/decisions", transfer("a")),
    "decide a batch": ("POST", "/v1/decisions:batch", transfer("b")),
    "events": ("POST", "/v1/events", transfer("c")),
    "lists": ("POST", "/v1/lists/bank.recipients/entries", b'{"entries": [{"kind": "inn", "value": "500100732259"}]}'),
    "read": ("GET", "/v1/lists", b""),
    "read packs": ("GET", "/v1/packs", b""),
    "read figures": ("GET", "/metrics", b""),
    "claims": ("GET", "/v1/claims", b""),
    "claims and exposure": ("GET", "/v1/exposure", b""),
    "claims and rows": ("GET", "/v1/exposure/rows", b""),
    "admin and keys": ("GET", "/v1/keys", b""),
    "admin": ("PUT", "/v1/sources/transfer", f'{{"complete_since": "{NOON}"}}'.encode()),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_needs_its_own_scope_or_admin(name: str) -> None:
    """Without a key 401, with every other scope 403, with its own and with admin it is done."""
    method, path, content = CALLS[name]
    needed = name.split(maxsplit=1)[0]

    async def story(api: Api) -> None:
        bare = await api.call(method, path, content)
        assert (bare.status_code, bare.json()["code"]) == (401, "unauthorised")
        for scope in SCOPES:
            answer = await api.call(method, path, content, headers=api.add_key(f"key-{scope}", [scope]))
            wanted = scope in (needed, "admin")
            assert (answer.status_code < 300) is wanted, scope
            if not wanted:
                assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
                assert f"`{needed}`" in answer.json()["detail"]

    told(story, open_to_all=False)


def test_no_route_asks_for_a_scope_that_no_key_can_have() -> None:
    """A route is not made with a scope that `holdfast keys create` refuses."""
    with pytest.raises(Bug, match="identities"):
        route("identities")


def test_a_key_that_is_over_or_revoked_is_no_key() -> None:
    """A key counts before its end and not from that instant on; a revoked one never."""

    async def story(api: Api) -> None:
        ending = api.add_key("ending", ["read"], expires_ms=NOON_MS + 1)
        revoked = api.add_key("revoked", ["read"])
        assert (await api.call("GET", "/v1/lists", headers=ending)).status_code == 200
        assert (await api.call("GET", "/v1/lists", headers=revoked)).status_code == 200
        api.clock.instant_ms += 1
        api.store.revoke_key("revoked", NOON_MS + 1)
        for headers in (ending, revoked):
            assert (await api.call("GET", "/v1/lists", headers=headers)).status_code == 401

    told(story, open_to_all=False)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic good", "good", "Bearer goo", "Bearer good x", "Bearer é"]
)
def test_a_header_that_is_no_known_key_is_401(header: str) -> None:
    """Whatever else stands in the header is refused on the hot route and on the others alike."""

    async def story(api: Api) -> None:
        api.add_key("good", ["admin"])
        for method, path in (("POST", "/v1/decisions"), ("GET", "/v1/lists")):
            answer = await api.call(method, path, transfer("a"), headers={"authorization": header.encode()})
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), path

    told(story, open_to_all=False)


@pytest.mark.parametrize("path", ["/healthz", "/openapi.json"])
def test_what_tells_nothing_of_the_tenant_is_open(path: str) -> None:
    """Liveness and the description need no key."""

    async def story(api: Api) -> None:
        assert (await api.call("GET", path)).status_code == 200

    told(story, open_to_all=False)


def test_a_key_is_ended_while_the_server_runs() -> None:
    """From the answer on the key opens nothing; its row keeps the first end; neither a key nor its hash is shown."""

    async def story(api: Api) -> None:
        admin, leaked = api.add_key("boss", ["admin"]), api.add_key("leaked", ["read"])
        assert (await api.call("GET", "/v1/lists", headers=leaked)).status_code == 200
        assert (await api.call("POST", "/v1/keys/leaked/revoke", headers=leaked)).status_code == 403
        ended = await api.call("POST", "/v1/keys/leaked/revoke", headers=admin)
        assert (ended.status_code, ended.json()["id"]) == (200, "leaked")
        assert (await api.call("GET", "/v1/lists", headers=leaked)).status_code == 401
        api.clock.instant_ms += 1
        again = await api.call("POST", "/v1/keys/leaked/revoke", headers=admin)
        assert again.json() == ended.json()
        rows = (await api.call("GET", "/v1/keys", headers=admin)).json()["items"]
        assert {row["id"]: row["revoked_at"] for row in rows} == {"boss": None, "leaked": ended.json()["revoked_at"]}
        assert set(rows[0]) == {"id", "scopes", "created_at", "expires_at", "revoked_at"}
        nobody = await api.call("POST", "/v1/keys/nobody/revoke", headers=admin)
        assert (nobody.status_code, "GET /v1/keys" in nobody.json()["hint"]) == (404, True)

    told(story, open_to_all=False)
