"""Erasing over HTTP: two keys for two people, and nothing on the word of one."""

from tests.unit.api.calling import Api, told
from tests.unit.operations.shards import transfer

PATH = "/v1/clients/c-1/erase"
BODY = b'{"reason": "demand", "document": "D-17"}'


def test_two_keys_erase_and_one_does_not() -> None:
    """The same key twice is answered 202 and erases nothing; another key's same words erase."""

    async def story(api: Api) -> None:
        first, second = (api.add_key(name, ["admin"]) for name in ("a", "b"))
        read = api.add_key("r", ["read"])
        await api.call("POST", "/v1/decisions", transfer("a"), headers=first)
        assert (await api.call("POST", PATH, BODY)).status_code == 401
        assert (await api.call("POST", PATH, BODY, headers=read)).status_code == 403
        for _ in range(2):
            alone = await api.call("POST", PATH, BODY, headers=first)
            assert (alone.status_code, alone.json()["state"], alone.json()["by"]) == (202, "asked", ["a"])
        assert not any(record.forgotten for record in api.store.replay())
        done = await api.call("POST", PATH, BODY, headers=second)
        assert (done.status_code, done.json()["state"]) == (200, "done")
        assert any(record.forgotten for record in api.store.replay())

    told(story, open_to_all=False)
