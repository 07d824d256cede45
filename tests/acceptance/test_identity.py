"""Identity verification over HTTP: a real server, a real centre, and everybody who would reuse, redirect or outwait."""

import json
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.centre import Centre, centre, iin_hash
from tests.acceptance.conftest import NOON, Json, Server, StartServer

OTHER = "900202400135"
WITHDRAW: Json = {
    "subject": {"ref": "s-1", "kind": "seller_id", "iin_hash": iin_hash()},
    "purpose": "withdraw",
    "operation": {
        "id": "op-1",
        "type": "payout",
        "amount_minor": 9_000_000,
        "currency": "KZT",
        "payee_ref": "KZ86125KZT5004100100",
        "payee_owner_hash": iin_hash(),
    },
    "required": {"checks": ["face_match", "pad"], "acr": "high"},
    "consent": {
        "text_version": "2026-01",
        "locale": "kk",
        "given_at": "2026-05-08T11:59:00+03:00",
        "evidence_ref": "paper-1",
        "of_age": True,
    },
    "return_url": "https://site.example/back",
    "device_id": "phone-1",
    "ip": "192.0.2.7",
}
OPERATION: Json = WITHDRAW["operation"]


def after(**span: float) -> str:
    """Give an instant so long after noon."""
    return (datetime.fromisoformat(NOON) + timedelta(**span)).isoformat()


class Site:
    """A server with a centre, and the calls of a tenant."""

    def __init__(self, start: StartServer, made: Centre) -> None:
        self.centre = made
        self.begin = start
        self.server: Server = start("--home", "KZ", *made.words(), packs="kz")
        self.names = count(1)

    @property
    def base(self) -> str:
        """Give the address."""
        return str(self.server.client.base_url).rstrip("/")

    def post(self, path: str, body: Json | None = None, **headers: str) -> httpx.Response:
        """Post to a route of identity."""
        content = b"" if body is None else json.dumps(body).encode()
        return self.server.client.post(f"/v1/identity/{path}", content=content, headers=headers)

    def open(self, **changes: Any) -> str:
        """Open a session to withdraw, unless told otherwise, and give its id."""
        answer = self.post("sessions", WITHDRAW | changes, **{"Idempotency-Key": f"key-{next(self.names)}"})
        assert answer.status_code == httpx.codes.CREATED, answer.text
        return str(answer.json()["id"])

    def start(self, session: str, **body: Any) -> str:
        """Begin an attempt, and give the centre's name for it."""
        answer = self.post(f"sessions/{session}/start", body)
        assert answer.status_code == httpx.codes.OK, answer.text
        assert answer.headers["cache-control"] == "no-store"
        return str(answer.json()["redirect_url"]).rpartition("/")[2]

    def call_back(self, reference: str, at: str = NOON, **more: Any) -> httpx.Response:
        """Have the centre call back at an instant."""
        at_s = int(datetime.fromisoformat(at).timestamp())
        named = {"name": f"msg-{next(self.names)}"} | more
        return self.centre.call_back(self.base, reference, at_s, **named)

    def end(self, reference: str, at: str = NOON, **changes: Any) -> None:
        """End an attempt at the centre, which calls back."""
        self.centre.end(reference, changes.pop("finished", at), **changes)
        assert self.call_back(reference, at).status_code == httpx.codes.ACCEPTED

    def passed(self, **changes: Any) -> str:
        """Open a session, and let the person pass."""
        session = self.open(**changes)
        self.end(self.start(session))
        assert self.read(session)["state"] == "passed"
        return session

    def read(self, session: str) -> Json:
        """Read a session."""
        row: Json = self.server.client.get(f"/v1/identity/sessions/{session}").json()
        return row

    def state(self, session: str) -> tuple[str, list[str]]:
        """Say where a session stands, and why."""
        row = self.read(session)
        return row["state"], row["reasons"]

    def consume(self, session: str, operation: Json = OPERATION, **more: Any) -> httpx.Response:
        """Use a session."""
        return self.post(f"sessions/{session}/consume", {"operation": operation, **more})


@pytest.fixture
def site(start: StartServer, tmp_path: Path) -> Iterator[Site]:
    """Start a marketplace of Kazakhstan with a centre that identifies its sellers."""
    with centre(tmp_path) as made:
        yield Site(start, made)


def refused(answer: httpx.Response, status: int, code: str) -> Json:
    """Check that a call was refused as a problem with its code and a hint, and give it."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    row: Json = answer.json()
    assert (answer.status_code, row["code"]) == (status, code), answer.text
    assert row["hint"]
    return row


def test_a_payout_is_verified_and_the_answer_is_used_once(site: Site) -> None:
    """From opening to use: the centre hears what it needs, the answer counts once, and all of it survives a crash."""
    headers = {"Idempotency-Key": "mine"}
    opened = site.post("sessions", WITHDRAW, **headers)
    again = site.post("sessions", WITHDRAW, **headers)
    assert (opened.status_code, again.status_code) == (201, 200)
    assert again.headers["holdfast-replayed"] == "true"
    session = opened.json()["id"]
    assert again.json()["id"] == session
    assert opened.json()["state"] == "created"
    assert opened.json()["expires_at"] == "2026-05-08T14:10:00.000+05:00"
    reference = site.start(session)
    heard = site.centre.opened[0]
    assert (heard["for"], heard["hash"], heard["age"]) == (session, opened.json()["operation_hash"], 1)
    site.end(reference)
    row = site.read(session)
    assert (row["state"], row["result"]["checks"]["face_match"]) == (
        "passed",
        {"verdict": "pass", "score": 0.98, "threshold": None, "model": None},
    )
    assert site.consume(session, purpose="withdraw").json()["state"] == "consumed"
    refused(site.consume(session), 409, "consumed")
    before = site.read(session)
    site.server.restart(signal.SIGKILL)
    assert site.read(session) == before
    refused(site.consume(session), 409, "consumed")
    other = refused(site.post("sessions", WITHDRAW | {"ttl_s": 700}, **headers), 409, "conflict")
    assert other["pointer"] == "/Idempotency-Key"


def test_a_replayed_callback_changes_nothing(site: Site) -> None:
    """The same signed bytes again are taken and ignored."""
    session = site.open()
    reference = site.start(session)
    site.centre.end(reference, NOON)
    assert site.call_back(reference, name="one").status_code == httpx.codes.ACCEPTED
    before = site.read(session)
    for _ in range(3):
        assert site.call_back(reference, name="one").status_code == httpx.codes.ACCEPTED
    assert site.read(session) == before


@pytest.mark.parametrize(
    "changed", [{"amount_minor": 9_000_001}, {"payee_ref": "KZ00000000000000000000"}, {"id": "op-2"}], ids=str
)
def test_another_sum_or_payee_is_refused(site: Site, changed: Json) -> None:
    """What passed for one operation does not let another go, and stays good for its own."""
    session = site.passed()
    row = refused(site.consume(session, OPERATION | changed), 422, "operation_changed")
    assert row["pointer"] == "/operation"
    assert refused(site.consume(session, purpose="transfer"), 422, "operation_changed")["pointer"] == "/purpose"
    assert site.consume(session).status_code == httpx.codes.OK


def test_a_callback_for_another_tenant_is_dropped(site: Site) -> None:
    """The centre's word about a session of tenant A does nothing at tenant B, and A's session stays where it was."""
    session = site.open()
    reference = site.start(session)
    site.centre.end(reference, NOON)
    mine, site.server = site.server, site.begin("--home", "KZ", *site.centre.words(), packs="kz")
    assert site.call_back(reference).status_code == httpx.codes.ACCEPTED
    refused(site.consume(session), 404, "not_found")
    site.server = mine
    assert [one["act"] for one in site.read(session)["history"]][:2] == ["create", "start"]


def test_a_pass_after_the_term_revives_nothing(site: Site) -> None:
    """The centre's late word finds the session expired, fired or not, and nobody can use it."""
    session = site.open()
    reference = site.start(session)
    site.server.move_clock(after(seconds=600))
    site.end(reference, after(seconds=600))
    assert site.state(session) == ("expired", ["expired"])
    refused(site.consume(session), 409, "session_state")


def test_of_fifty_uses_in_parallel_one_wins(site: Site) -> None:
    """However many calls come at once, one is answered 200 and every other 409."""
    session = site.passed()
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: site.consume(session), range(50)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 49
    assert {answer.json()["code"] for answer in answers if answer.status_code != httpx.codes.OK} == {"consumed"}


def test_a_forged_callback_is_refused(site: Site) -> None:
    """Other bytes of the same content, another key, another instant, ten minutes off: each is answered 401."""
    session = site.open()
    reference = site.start(session)
    spaced = json.dumps({"session": reference}, indent=1).encode()
    refused(site.call_back(reference, body=spaced), 401, "callback")
    refused(site.call_back(reference, key=bytes(32)), 401, "callback")
    refused(site.call_back(reference, stamp=int(datetime.fromisoformat(NOON).timestamp()) + 1), 401, "callback")
    refused(site.call_back(reference, after(minutes=10)), 401, "callback")
    refused(site.call_back(reference, after(minutes=-10)), 401, "callback")
    refused(site.post("callbacks/centre", {"session": reference}), 401, "callback")
    refused(site.post("callbacks/nobody", {"session": reference}), 404, "not_found")
    assert [one["act"] for one in site.read(session)["history"]] == ["create", "start"]


def test_a_face_without_proof_of_life_does_not_withdraw(site: Site) -> None:
    """A required check that was not performed, or that the centre leaves out, is not enough."""
    for live in ("none", None):
        session = site.open(max_attempts=1)
        site.end(site.start(session), live=live)
        assert site.state(session) == ("inconclusive", ["pad_not_performed"])
        refused(site.consume(session), 409, "session_state")


def test_another_person_than_the_owner_is_refused(site: Site) -> None:
    """Who passes as themselves does not withdraw from another's account, nor to another's."""
    session = site.open()
    site.end(site.start(session), iin=OTHER)
    assert site.state(session) == ("failed", ["owner_mismatch"])
    foreign = OPERATION | {"payee_owner_hash": iin_hash(OTHER)}
    payee = site.open(operation=foreign)
    site.end(site.start(payee))
    assert site.state(payee) == ("failed", ["owner_mismatch"])
    refused(site.consume(payee, foreign), 409, "session_state")


def test_a_fourth_attempt_is_refused_on_a_new_session_and_device(site: Site) -> None:
    """Three failures in a day are all, whatever is opened anew, also after a crash; a day later there are more."""
    session = site.open()
    for _ in range(3):
        site.end(site.start(session), face="other")
    assert site.state(session) == ("failed", ["face_match_fail"])
    site.server.restart(signal.SIGKILL)
    fresh = site.open(device_id="phone-2", ip="192.0.2.8")
    row = refused(site.post(f"sessions/{fresh}/start", {}), 409, "attempts_spent")
    assert "2026-05-09T14:00:00" in row["hint"]
    stranger = site.open(subject=WITHDRAW["subject"] | {"ref": "s-2"}, ip="192.0.2.9")
    refused(site.post(f"sessions/{stranger}/start", {}), 409, "attempts_spent")
    site.server.move_clock(after(days=1, seconds=1))
    site.start(site.open())


@pytest.mark.parametrize("mode", ["fail", "hang"])
def test_a_centre_that_fails_passes_nobody(site: Site, mode: str) -> None:
    """While it fails nothing begins and nothing passes, it is told to call again, and the session ends as an error."""
    session = site.open()
    site.centre.mode = mode
    refused(site.post(f"sessions/{session}/start", {}), 503, "unavailable")
    site.centre.mode = "good"
    reference = site.start(session)
    site.centre.mode = mode
    refused(site.call_back(reference, name="one"), 502, "provider")
    assert site.state(session)[0] == "processing"
    refused(site.consume(session), 409, "session_state")
    site.server.move_clock(after(seconds=600))
    assert site.state(session) == ("provider_error", ["provider_error"])
    refused(site.consume(session), 409, "session_state")


def test_an_old_authentication_in_a_fresh_callback_is_refused(site: Site) -> None:
    """What counts is when the person was seen, and where money moves, that it was in this session."""
    session = site.open()
    site.end(site.start(session), finished=after(minutes=-6))
    assert site.state(session) == ("failed", ["auth_time_not_fresh"])
    session = site.open()
    site.end(site.start(session), finished=after(minutes=-2))
    assert site.state(session) == ("failed", ["auth_time_before_session"])
    late = site.passed()
    site.server.move_clock(after(seconds=301))
    refused(site.consume(late), 409, "stale")


def test_a_forged_return_address_says_nothing(site: Site) -> None:
    """What stands behind `?status=passed` is display only; the session stands where the centre's answer left it."""
    session = site.open(return_url="https://site.example/back?status=passed&session=passed")
    site.start(session)
    answer = site.server.client.get(f"/v1/identity/sessions/{session}?status=passed")
    assert answer.json()["state"] == "started"
    refused(site.consume(session), 409, "session_state")


def test_a_consent_withdrawn_in_the_middle_ends_and_deletes_everything(site: Site) -> None:
    """The session is cancelled and redacted, the centre deletes its side, and what it says later is nothing."""
    session = site.open()
    reference = site.start(session)
    assert site.post(f"sessions/{session}/withdraw").json()["state"] == "redacted"
    assert set(site.centre.deleted) == {reference}  # the timer may ask as well
    site.end(reference)
    row = site.read(session)
    assert (row["state"], row["reasons"], row["operation_hash"]) == ("redacted", ["consent_withdrawn"], None)
    assert [one["act"] for one in row["history"]] == ["create", "start", "withdraw_consent", "redact", "purge"]
    refused(site.consume(session), 409, "session_state")
    refused(site.post(f"sessions/{session}/start", {}), 409, "session_state")


def test_redaction_reaches_the_centre_and_leaves_the_row(site: Site) -> None:
    """What is personal goes here at once, and at the centre once that answers; verdicts and instants stay."""
    session = site.open()
    reference = site.start(session)
    refused(site.post(f"sessions/{session}/redact"), 409, "session_state")
    site.end(reference)
    site.centre.mode = "fail"
    row = site.post(f"sessions/{session}/redact").json()
    assert (row["state"], row["redacted"], row["redacted_at_provider"]) == ("redacted", True, False)
    site.centre.mode = "good"
    assert site.post(f"sessions/{session}/redact").json()["redacted_at_provider"] is True
    assert set(site.centre.deleted) == {reference}
    site.server.restart(signal.SIGKILL)
    row = site.read(session)
    assert (row["operation_hash"], row["result"]["checks"]["pad"]["verdict"]) == (None, "pass")
    refused(site.consume(session), 409, "session_state")


def test_a_lower_class_of_authentication_is_refused(site: Site) -> None:
    """The class that was asked for is compared with the one that was reached."""
    for level in ("low", None):
        session = site.open()
        site.end(site.start(session), level=level)
        assert site.state(session) == ("failed", ["acr_too_low"])


def test_word_of_the_end_may_come_first(site: Site) -> None:
    """Callbacks in the wrong order lead to the same end: each only makes the server fetch."""
    session = site.open()
    reference = site.start(session)
    site.centre.end(reference, NOON)
    assert site.call_back(reference, after(seconds=2)).status_code == httpx.codes.ACCEPTED
    assert site.call_back(reference, after(seconds=1)).status_code == httpx.codes.ACCEPTED
    assert site.state(session) == ("passed", [])


def test_a_crash_in_any_state_loses_nothing(site: Site) -> None:
    """Killed with sessions in every state, the server comes back with each as it was, and each goes on from there."""
    made = {"created": site.open(), "consumed": site.passed(), "passed": site.passed()}
    assert site.consume(made["consumed"]).status_code == httpx.codes.OK
    made["cancelled"] = site.open()
    assert site.post(f"sessions/{made['cancelled']}/cancel").json()["state"] == "cancelled"
    elsewhere = {"subject": WITHDRAW["subject"] | {"ref": "s-2"}, "device_id": "phone-2"}
    made["started"] = site.open(**elsewhere)
    first = site.start(made["started"])
    made["processing"] = site.open(**elsewhere)
    second = site.start(made["processing"])
    assert site.call_back(second).status_code == httpx.codes.ACCEPTED
    before = {name: site.read(session) for name, session in made.items()}
    assert {name: row["state"] for name, row in before.items()} == {name: name for name in made}
    site.server.restart(signal.SIGKILL)
    assert {name: site.read(session) for name, session in made.items()} == before
    site.end(first)
    site.end(second)
    site.end(site.start(made["created"]))
    for name in ("created", "passed", "started", "processing"):
        assert site.consume(made[name]).status_code == httpx.codes.OK, name
    refused(site.post(f"sessions/{made['cancelled']}/start", {}), 409, "session_state")


def test_what_cannot_pass_is_not_opened(site: Site) -> None:
    """Every refusal names the field: no key, no such provider, a check that nobody can do, money without a payee."""
    refused(site.post("sessions", WITHDRAW), 422, "invalid")
    told = {"Idempotency-Key": "k"}
    cases: list[tuple[Json, str]] = [
        ({"provider": "nobody"}, "/provider"),
        ({"required": {"checks": ["document"]}}, "/required/checks"),
        ({"operation": {"id": "op-1", "type": "payout"}}, "/operation/amount_minor"),
        ({"purpose": "onboarding"}, "/purpose"),
        ({"subject": {"ref": "s-1"}, "operation": OPERATION | {"payee_owner_hash": None}}, "/subject/iin_hash"),
        ({"subject": {"ref": "s-1", "iin": "850101300129"}}, "/subject"),
        ({"max_attempts": 4}, "/max_attempts"),
        ({"return_url": "javascript:alert(1)"}, "/return_url"),
    ]
    for changes, pointer in cases:
        row = refused(site.post("sessions", WITHDRAW | changes, **told), 422, "invalid")
        assert row["pointer"].startswith(pointer), row
    session = site.open(consent=None)
    assert refused(site.post(f"sessions/{session}/start", {}), 422, "consent")["pointer"] == "/consent"
    assert site.centre.opened == []
