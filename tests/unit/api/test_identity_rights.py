"""The routes of a person's rights: who may call which, how people are named, and what an answer never holds."""

import json
from typing import Any

import httpx
import pytest

from tests.unit.api.calling import Api, told
from tests.unit.operations.shards import NOON
from tests.unit.verification.scripted import OWNER, FakeIdentityProvider, passing

SESSIONS = "/v1/identity/sessions"
IBAN = "KZ86125KZT5004100100"
CONSENT = {"text_version": "2026-01", "locale": "kk", "given_at": NOON, "evidence_ref": "proof-1", "of_age": True}
BODY: dict[str, Any] = {
    "subject": {"ref": "s-1", "kind": "seller_id", "iin_hash": OWNER},
    "purpose": "withdraw",
    "operation": {
        "id": "op-1",
        "type": "payout",
        "amount_minor": 9_000_000,
        "currency": "KZT",
        "payee_ref": IBAN,
        "payee_owner_hash": OWNER,
    },
    "required": {"checks": ["face_match", "pad"], "acr": "high"},
    "consent": CONSENT,
}


class Desk:
    """A server with a provider, and the people who call it, each with a key of their own."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.provider = FakeIdentityProvider()
        api.shard.identity = {"fake": self.provider}
        self.site = api.add_key("site", ["identity", "read"])
        self.anna = api.add_key("anna", ["identity_attest", "identity_evidence"])
        self.boris = api.add_key("boris", ["identity_attest", "identity_evidence"])

    async def post(self, path: str, body: dict[str, Any] | None, who: dict[str, str]) -> httpx.Response:
        """Post as somebody."""
        content = b"" if body is None else json.dumps(body).encode()
        return await self.api.call("POST", path, content, headers={"content-type": "application/json", **who})

    async def open(self, **changes: Any) -> str:
        """Open a session as the site does, and give its path."""
        who = {**self.site, "idempotency-key": f"k-{len(changes)}-{self.api.shard.seq}"}
        answer = await self.post(SESSIONS, BODY | changes, who)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        return f"{SESSIONS}/{answer.json()['id']}"


def test_the_key_that_opens_sessions_cannot_say_what_was_found() -> None:
    """An integration cannot pass its own sessions; two people's keys can, and the same key twice is one person."""

    async def story(api: Api) -> None:
        desk = Desk(api)
        path = await desk.open()
        said = {"verdict": "pass", "evidence_ref": "paper 17", "owner_hash": OWNER}
        assert (await desk.post(f"{path}/alternative", {"way": "branch"}, desk.site)).status_code == 200
        refused = await desk.post(f"{path}/alternative/result", said, desk.site)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        for _ in range(2):
            answer = await desk.post(f"{path}/alternative/result", said, desk.anna)
            assert answer.json()["state"] == "processing"
        named = await desk.post(f"{path}/alternative/result", said | {"by": "Boris"}, desk.anna)
        assert named.status_code == 422
        answer = await desk.post(f"{path}/alternative/result", said, desk.boris)
        assert (answer.json()["state"], answer.json()["way"]) == ("passed", "branch")
        used = await desk.post(f"{path}/consume", {"operation": BODY["operation"]}, desk.site)
        assert used.json()["state"] == "consumed"

    told(story, open_to_all=False)


def test_evidence_is_for_two_keys_and_nobody_reads_it_alone() -> None:
    """The site's key, and one person alone, get nothing; what the two get stands in no cache."""

    async def story(api: Api) -> None:
        desk = Desk(api)
        path = await desk.open()
        assert (await desk.post(f"{path}/evidence", {"reason": "court"}, desk.site)).status_code == 403
        asked = await desk.post(f"{path}/evidence", {"reason": "court"}, desk.anna)
        assert asked.status_code == 202
        request = f"{path}/evidence/{asked.json()['id']}"
        assert (await desk.post(f"{request}/take", None, desk.anna)).status_code == 409
        assert (await desk.post(f"{request}/approve", None, desk.anna)).status_code == 403
        assert (await desk.post(f"{request}/approve", None, desk.boris)).json()["state"] == "approved"
        vera = api.add_key("vera", ["identity_evidence"])
        assert (await desk.post(f"{request}/take", None, vera)).status_code == 403
        given = await desk.post(f"{request}/take", None, desk.anna)
        assert given.headers["cache-control"] == "no-store"
        assert IBAN in given.text
        read = await api.call("GET", request, headers=desk.boris)
        assert IBAN not in read.text
        assert [one["by"] for one in read.json()["history"]] == ["anna", "boris", "anna"]

    told(story, open_to_all=False)


def test_an_analyst_sees_verdicts_and_neither_faces_nor_numbers() -> None:
    """What a provider sends beside its verdicts comes through no answer, nor does what the session is bound to."""

    async def story(api: Api) -> None:
        desk = Desk(api)
        path = await desk.open()
        assert (await desk.post(f"{path}/start", {}, desk.site)).status_code == 200
        face = {"frame": "/9j/4AAQSkZJRg" * 20, "camera": "front", "who": "880315373169"}
        desk.provider.results["fake-1"] = passing(api.clock.instant_ms, capture=face, transaction_id="t-1")
        read = await api.call("GET", path, headers=api.add_key("analyst", ["read"]))
        assert read.json()["state"] == "passed"
        assert read.json()["result"]["capture"] == {"camera": "front", "frame": "withheld", "who": "withheld"}
        assert not [one for one in ("/9j/", "880315373169", IBAN, OWNER, "s-1") if one in read.text]

    told(story, open_to_all=False)


def test_withdrawing_and_redacting_need_nothing_but_the_session() -> None:
    """Each is one call, which may be made again; an unknown session is not found."""

    async def story(api: Api) -> None:
        desk = Desk(api)
        path = await desk.open()
        early = await desk.post(f"{path}/redact", None, desk.site)
        assert (early.status_code, early.json()["code"]) == (409, "session_state")
        for word in ("withdraw", "withdraw", "redact"):
            answer = await desk.post(f"{path}/{word}", None, desk.site)
            assert (answer.status_code, answer.json()["state"]) == (200, "redacted")
        assert (await desk.post(f"{SESSIONS}/ver_404/withdraw", None, desk.site)).status_code == 404

    told(story, open_to_all=False)


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"consent": CONSENT | {"evidence_ref": None}}, "consent", "/consent/evidence_ref"),
        ({"consent": CONSENT | {"given_at": "2030-01-01T00:00:00Z"}}, "consent", "/consent/given_at"),
        ({"consent": CONSENT | {"locale": "de"}}, "invalid", "/consent/locale"),
        ({"subject": BODY["subject"] | {"born": "12.03.1990"}}, "invalid", "/subject/born"),
    ],
)
def test_a_bad_consent_is_named_when_the_session_is_opened(changes: dict[str, Any], code: str, pointer: str) -> None:
    """The answer points at the field that is wrong."""

    async def story(api: Api) -> None:
        desk = Desk(api)
        answer = await desk.post(SESSIONS, BODY | changes, {**desk.site, "idempotency-key": "k-1"})
        assert (answer.status_code, answer.json()["code"], answer.json()["pointer"]) == (422, code, pointer)

    told(story, open_to_all=False)


def test_a_face_is_not_asked_of_a_child_over_http() -> None:
    """The answer says why, and names the other ways."""

    async def story(api: Api) -> None:
        desk = Desk(api)
        path = await desk.open(subject=BODY["subject"] | {"born": "2010-01-01"})
        answer = await desk.post(f"{path}/start", {}, desk.site)
        assert (answer.status_code, answer.json()["code"]) == (409, "face_not_asked")
        read = (await api.call("GET", path, headers=desk.site)).json()
        assert read["ways"] == ["branch", "e_signature"]

    told(story, open_to_all=False)


def test_templates_are_destroyed_by_a_named_person() -> None:
    """Where none was ever kept the proof is empty, and the site's key may not ask."""

    async def story(api: Api) -> None:
        desk = Desk(api)
        body = {"ref": "s-1", "kind": "seller_id", "reason": "demand D-17"}
        assert (await desk.post("/v1/identity/templates/delete", body, desk.site)).status_code == 403
        answer = await desk.post("/v1/identity/templates/delete", body, desk.anna)
        assert answer.json() == {"kept": False, "destroyed": []}

    told(story, open_to_all=False)
