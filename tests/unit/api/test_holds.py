"""Holds over HTTP: bodies, statuses, scopes, and two people behind two keys."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from holdfast.api.hold_routes import HOLD_ROUTES
from holdfast.vocabulary.holds import HoldState, Instruction
from tests.unit.api.calling import Api, told
from tests.unit.operations.shards import transfer

CLIENT = {"by": "client", "customer_id": "c-1"}
WITHDRAWAL = {
    "corrections": {"device.malware": False},
    "reason": "the scanner was wrong",
    "evidence": {"kind": "vendor_letter", "reference": "17/2026"},
}
NOTICE = {"document": {"number": "7", "date": "2026-05-08"}, "effect": "keep", "provision": "УПК, ст. 115.2"}


async def place(api: Api, **headers: Any) -> str:
    """Place a hold on a transfer from a device with malware, and give its path."""
    answer = await api.call("POST", "/v1/decisions", transfer("t-1", device={"id": "d", "malware": True}), **headers)
    return f"/v1/holds/{answer.json()['hold']['id']}"


async def post(api: Api, path: str, body: object, **more: Any) -> httpx.Response:
    """Post a body as JSON."""
    return await api.call("POST", path, json.dumps(body).encode(), **more)


def proven(reference: str = "r-1", method: str = "branch") -> dict[str, Any]:
    """Give an act of the client with a proof that counts whatever sign fired."""
    return CLIENT | {"proof": {"method": method, "reference": reference}}


def test_a_hold_is_read_and_acted_on() -> None:
    """Read, listed, confirmed; the answer of an act is the hold as it is read after it."""

    async def story(api: Api) -> None:
        path = await place(api)
        row = (await api.call("GET", path)).json()
        assert (row["state"], row["payee"]["inn"], row["proof"]["careful"]) == ("placed", "********2259", True)
        assert row["next"] == ["confirm", "cancel", "withdraw"]
        assert (await api.call("GET", "/v1/holds?customer_id=c-1")).json() == {"items": [row], "next": None}
        assert (await api.call("GET", "/v1/holds?state=confirmed,cancelled")).json()["items"] == []
        confirmed = await post(api, f"{path}/confirm", proven())
        assert (confirmed.status_code, confirmed.json()["state"]) == (200, "confirmed")
        assert (await api.call("GET", path)).json() == confirmed.json()
        again = await post(api, f"{path}/confirm", proven())
        assert (again.status_code, again.json()) == (200, confirmed.json())

    told(story)


@pytest.mark.parametrize(
    ("act", "body", "status", "code"),
    [
        ("confirm", CLIENT | {"customer_id": "c-2"}, 403, "other_client"),
        ("confirm", CLIENT, 422, "proof"),
        ("confirm", CLIENT | {"proof": {"method": "sms", "reference": "1"}}, 422, "proof"),
        ("confirm", CLIENT | {"by": "bank"}, 409, "forbidden_by_law"),
        ("confirm", {"by": "analyst"}, 409, "forbidden_by_law"),
        ("confirm", {"by": "client"}, 422, "invalid"),
        ("confirm", proven() | {"more": 1}, 422, "invalid"),
        ("confirm", proven() | {"by": "trusted_person"}, 409, "forbidden_by_law"),
        ("cancel", CLIENT | {"customer_id": "c-2"}, 403, "other_client"),
        ("release", {}, 409, "forbidden_by_law"),
        ("restrain", NOTICE | {"effect": "seize"}, 422, "invalid"),
        ("restrain", NOTICE | {"until": "2026-05-01T00:00:00+03:00"}, 422, "invalid"),
        ("withdraw", WITHDRAWAL, 422, "invalid"),
        ("withdraw", WITHDRAWAL | {"by": "anna", "approved_by": "anna"}, 422, "invalid"),
        ("withdraw", WITHDRAWAL | {"corrections": {}, "by": "anna", "approved_by": "boris"}, 422, "invalid"),
    ],
)
def test_what_is_refused_says_why(act: str, body: object, status: int, code: str) -> None:
    """Each refusal has its own code, and changes nothing."""

    async def story(api: Api) -> None:
        path = await place(api)
        before = (await api.call("GET", path)).json()
        answer = await post(api, f"{path}/{act}", body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert (await api.call("GET", path)).json() == before

    told(story)


def test_an_unknown_hold_and_a_strange_state() -> None:
    """404 for a hold that is none, 422 for a state that is none."""

    async def story(api: Api) -> None:
        assert (await api.call("GET", "/v1/holds/hold_x")).status_code == 404
        assert (await post(api, "/v1/holds/hold_x/confirm", proven())).status_code == 404
        strange = await api.call("GET", "/v1/holds?state=asleep")
        assert (strange.status_code, strange.json()["pointer"]) == (422, "/state")
        assert (await api.call("GET", "/v1/holds?limit=501")).status_code == 422
        cursor = (await api.call("GET", "/v1/holds?cursor=x")).json()
        assert (cursor["pointer"], "`next`" in cursor["hint"]) == ("/cursor", True)

    told(story)


@pytest.mark.parametrize(
    "path", ["holds?custmer_id=c-1", "claims?custmer_id=c-1", "decisions?cursr=x", "exposure?form=2026"]
)
def test_a_misspelt_parameter_is_refused(path: str) -> None:
    """A filter that filters nothing would show everybody's rows as one client's."""

    async def story(api: Api) -> None:
        answer = await api.call("GET", f"/v1/{path}")
        name = path.split("?")[1].split("=", maxsplit=1)[0]
        assert (answer.status_code, answer.json()["pointer"]) == (422, f"/{name}")
        assert answer.json()["hint"].startswith("did you mean `")
        state = await api.call("GET", "/v1/claims?state=opened")
        assert (state.status_code, state.json()["pointer"]) == (422, "/state")

    told(story)


@pytest.mark.parametrize("act", ["confirm", "cancel", "restrain", "withdraw", "release"])
def test_an_act_needs_the_scope_of_holds(act: str) -> None:
    """`read` reads and does not act; `holds` acts."""

    async def story(api: Api) -> None:
        decide, read, holds = (api.add_key(name, [name]) for name in ("decide", "read", "holds"))
        path = await place(api, headers=decide)
        body: object = {"confirm": proven(), "cancel": CLIENT, "restrain": NOTICE, "withdraw": WITHDRAWAL}.get(act, {})
        assert (await post(api, f"{path}/{act}", body)).status_code == 401
        assert (await post(api, f"{path}/{act}", body, headers=read)).status_code == 403
        assert (await api.call("GET", path, headers=read)).status_code == 200
        done = await post(api, f"{path}/{act}", body, headers=holds)
        assert done.status_code == {"withdraw": 202, "release": 409}.get(act, 200), done.text

    told(story, open_to_all=False)


def test_two_keys_withdraw_a_hold() -> None:
    """The first key proposes, the second completes; nobody names persons beside the keys."""

    async def story(api: Api) -> None:
        decide, first, second = api.add_key("d", ["decide"]), api.add_key("a", ["holds"]), api.add_key("b", ["holds"])
        path = await place(api, headers=decide)
        named = await post(api, f"{path}/withdraw", WITHDRAWAL | {"by": "a", "approved_by": "b"}, headers=first)
        assert named.status_code == 422
        for _ in range(2):
            answer = await post(api, f"{path}/withdraw", WITHDRAWAL, headers=first)
            assert (answer.status_code, answer.json()["state"]) == (202, "placed")
        answer = await post(api, f"{path}/withdraw", WITHDRAWAL, headers=second)
        assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn")
        details = answer.json()["history"][1]["details"]
        assert details["person"] == "a"

    told(story, open_to_all=False)


def test_a_development_server_takes_two_names() -> None:
    """Where no keys stand for persons, two different names do it at once."""

    async def story(api: Api) -> None:
        path = await place(api)
        answer = await post(api, f"{path}/withdraw", WITHDRAWAL | {"by": "anna", "approved_by": "boris"})
        assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn")

    told(story)


def test_a_notice_is_taken() -> None:
    """A notice keeps the money for its own term; `release` stays forbidden."""

    async def story(api: Api) -> None:
        path = await place(api)
        answer = await post(api, f"{path}/restrain", NOTICE | {"until": "2026-05-18T09:00:00Z"})
        row = answer.json()
        assert (answer.status_code, row["instruction"]) == (200, "wait")
        assert (row["until"], row["provision"]) == ("2026-05-18T12:00:00.000+03:00", "УПК, ст. 115.2")

    told(story)


def test_the_page_for_developers_names_everything_a_hold_shows() -> None:
    """Each field of the answer, each state, instruction and call stands in `docs/holds.md`."""
    page = (Path(__file__).parents[3] / "docs" / "holds.md").read_text()

    async def story(api: Api) -> None:
        row = (await api.call("GET", await place(api))).json()
        fields = {*row, *row["proof"], *row["history"][0]}
        assert not [name for name in fields if f'"{name}"' not in page]
        words = [*HoldState, *Instruction]
        assert not [word.value for word in words if f"`{word.value}`" not in page]
        assert not [path for method, path, _ in HOLD_ROUTES if f"{method} {path}" not in page]

    told(story)
