"""The running product verifies people at providers that its file declares, and believes nothing that is not proven."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from holdfast.operations.read_identity import read_identity
from holdfast.wire.owners import owner_hash
from tests.acceptance.conftest import NOON, Json, Server, StartServer
from tests.acceptance.test_notices import eventually
from tests.cradle import ROOT, run
from tests.unit.gateways.identity import centre as centres
from tests.unit.gateways.identity import openid
from tests.unit.gateways.identity.centre import FIRST, IIN, SECOND, TOKEN, Centre, passed, signed
from tests.unit.gateways.identity.issuing import HIGH, SECRET, Issuer, issuing
from tests.unit.operations.shards import NOON_MS

OWNER_KEY = bytes(range(32))
OWNER = owner_hash(OWNER_KEY, IIN)
NOON_S = NOON_MS // 1_000
OPERATION: Json = {
    "id": "op-1",
    "type": "payout",
    "amount_minor": 9_000_000,
    "currency": "KZT",
    "payee_ref": "KZ86125KZT5004100100",
    "payee_owner_hash": OWNER,
}
CALLBACKS, SESSIONS = "/v1/identity/callbacks/centre", "/v1/identity/sessions"


class Site:
    """A marketplace that uses the server."""

    def __init__(self, server: Server) -> None:
        self.server, self.count = server, 0

    def open(self, provider: str, *checks: str, acr: str | None = None) -> httpx.Response:
        """Open a session to pay a seller out."""
        self.count += 1
        body: Json = {
            "subject": {"ref": f"s-{self.count}", "kind": "seller_id", "iin_hash": OWNER, "born": "1990-01-01"},
            "purpose": "withdraw",
            "operation": OPERATION,
            "required": {"checks": checks, "acr": acr} if acr else {"checks": checks},
            "provider": provider,
            "consent": {"text_version": "2026-01", "locale": "kk", "given_at": NOON, "evidence_ref": "e-1"},
            "return_url": "https://site.example/back",
        }
        return self.server.client.post(SESSIONS, json=body, headers={"Idempotency-Key": f"key-{self.count}"})

    def begin(self, provider: str, *checks: str, acr: str) -> tuple[str, str]:
        """Open and start; gives the session's id and the page for the person."""
        opened = self.open(provider, *checks, acr=acr)
        assert opened.status_code == httpx.codes.CREATED, opened.text
        session = opened.json()["id"]
        started = self.server.post(f"{SESSIONS}/{session}/start", {})
        assert started.status_code == httpx.codes.OK, started.text
        return session, started.json()["redirect_url"]

    def read(self, session: str) -> Json:
        """Read a session."""
        view: Json = self.server.client.get(f"{SESSIONS}/{session}").json()
        return view

    def consume(self, session: str) -> int:
        """Use a session for its operation."""
        return self.server.post(f"{SESSIONS}/{session}/consume", {"operation": OPERATION}).status_code

    def call_back(self, headers: Json, body: bytes) -> httpx.Response:
        """Call back as the centre does."""
        return self.server.client.post(CALLBACKS, content=body, headers=headers)


def declared(folder: Path, *rows: str) -> tuple[str, str]:
    """Write the file and its keys, and give the words of `serve` that name it."""
    for name, key in {"new": FIRST, "old": SECOND, "owner": OWNER_KEY.hex(), "client": SECRET}.items():
        (folder / f"{name}.key").write_text(f"{key}\n")
    file = folder / "identity.yaml"
    text = f"owner_key_file: owner.key\nproviders:\n{''.join(rows)}"
    for name in ("owner", "client", "new", "old"):
        text = text.replace(f"{name}.key", str(folder / f"{name}.key"))
    file.write_text(text)
    return "--identity", str(file)


@contextmanager
def bank(words: list[str], folder: Path) -> Iterator[Issuer]:
    """Run an OpenID provider, and add the words that declare it."""
    with issuing(Issuer(now_s=lambda: NOON_S)) as issuer:
        issuer.redirects = ("https://bank.example/v1/identity/return/bank_id",)
        words += declared(folder, openid.declaration(issuer.url))
        yield issuer


def test_a_payout_goes_on_when_its_owner_has_logged_in_at_the_bank(start: StartServer, tmp_path: Path) -> None:
    """Code flow with PKCE from the file to the use: passed by what the bank signed, used once, by nobody else."""
    words: list[str] = []
    with bank(words, tmp_path) as issuer:
        site = Site(start(*words))
        session, page = site.begin("bank_id", "face_match", "data_match", acr=HIGH)
        back = urlsplit(issuer.log_in(page))
        assert back.path == "/v1/identity/return/bank_id"
        answer = site.server.client.get(f"{back.path}?{back.query}")
        assert (answer.status_code, answer.headers["location"]) == (303, f"https://site.example/back?session={session}")
        assert answer.headers["referrer-policy"] == "no-referrer"
        view = site.read(session)
        assert (view["state"], view["result"]["acr"], view["provider"]) == ("passed", HIGH, "bank_id")
        assert [site.consume(session), site.consume(session)] == [200, 409]
        again = site.server.client.get(f"{back.path}?{back.query}")
        assert (again.status_code, site.read(session)["state"]) == (303, "consumed")
        forged = site.server.client.get(f"{back.path}?state=ver_1.1.x&code=c")
        assert (forged.status_code, forged.json()["code"]) == (401, "callback")
        assert site.server.client.get("/v1/identity/return/nobody?state=x").status_code == httpx.codes.NOT_FOUND


def test_another_person_at_the_same_bank_lets_nothing_go(start: StartServer, tmp_path: Path) -> None:
    """A good login of somebody else is no login of the owner."""
    words: list[str] = []
    with bank(words, tmp_path) as issuer:
        issuer.person.iin = "900101300456"
        site = Site(start(*words))
        session, page = site.begin("bank_id", "face_match", acr=HIGH)
        back = urlsplit(issuer.log_in(page))
        site.server.client.get(f"{back.path}?{back.query}")
        view = site.read(session)
        assert (view["state"], view["reasons"]) == ("failed", ["owner_mismatch"])
        assert site.consume(session) == httpx.codes.CONFLICT
        said = site.server.client.get("/metrics").text + json.dumps(view)
    assert issuer.person.iin not in said


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Centre, tuple[str, str]]]:
    """Run a centre whose key is in the environment, with the words that declare it."""
    monkeypatch.setenv("CENTRE_TOKEN", TOKEN)
    with centres.listening() as running:
        row = centres.declaration(running.url, auth="env:CENTRE_TOKEN", timeout_ms=3_000)
        yield running, declared(tmp_path, row)


def callback(session: str = "side/1") -> bytes:
    """Write a callback; what it says of the result is a lie that nobody reads."""
    return json.dumps({"data": {"session": session, "status": "passed"}}).encode()


def test_a_centre_calls_back_and_the_result_is_fetched_from_it(
    start: StartServer, centre: tuple[Centre, tuple[str, str]]
) -> None:
    """The signature proves a callback over its bytes, once and for five minutes; the verdict comes from the centre."""
    running, words = centre
    site = Site(start(*words))
    session, page = site.begin("centre", "face_match", "pad", acr="high")
    assert page == "https://centre.example/side/1"
    assert running.calls[0][2]["authorization"] == f"Bearer {TOKEN}"
    body = callback()
    good = signed(body, NOON_S, SECOND)
    for headers, content in (
        ({}, body),
        (good, body + b" "),
        (good | {"webhook-timestamp": str(NOON_S + 1)}, body),
        (signed(body, NOON_S - 301, FIRST), body),
        (signed(body, NOON_S + 301, FIRST), body),
    ):
        assert site.call_back(headers, content).status_code == httpx.codes.UNAUTHORIZED
    assert site.read(session)["state"] == "started"
    unknown = callback("side/9")
    assert site.call_back(signed(unknown, NOON_S, FIRST), unknown).status_code == httpx.codes.ACCEPTED
    assert site.call_back(good, body).status_code == httpx.codes.ACCEPTED
    assert site.read(session)["state"] == "processing"
    running.finish("side/1", passed(NOON_S))
    fetched = len(running.calls)
    assert site.call_back(good, body).status_code == httpx.codes.ACCEPTED
    assert len(running.calls) == fetched
    assert site.call_back(signed(body, NOON_S, FIRST, name="msg-2"), body).status_code == httpx.codes.ACCEPTED
    assert site.read(session)["state"] == "passed"
    assert [site.consume(session), site.consume(session)] == [200, 409]
    assert site.server.post(f"{SESSIONS}/{session}/redact", {}).status_code == httpx.codes.OK


def test_a_centre_that_fails_passes_nobody(start: StartServer, centre: tuple[Centre, tuple[str, str]]) -> None:
    """While it fails its callback is asked for again, the session stays open, and nothing can be used."""
    running, words = centre
    site = Site(start(*words))
    for number, manner in enumerate(("hang", "fail", "garbage", "cut", "moved"), start=1):
        session, _ = site.begin("centre", "face_match", "pad", acr="high")
        side = f"side/{number}"
        running.finish(side, passed(NOON_S))
        running.manner, body = manner, callback(side)
        headers = signed(body, NOON_S, FIRST, name=f"msg-{number}")
        assert site.call_back(headers, body).status_code == httpx.codes.BAD_GATEWAY
        assert site.consume(session) == httpx.codes.CONFLICT
        assert site.read(session)["state"] == "processing"
        running.manner = "good"
        assert site.call_back(headers, body).status_code == httpx.codes.ACCEPTED
        assert site.read(session)["state"] == "passed"


CALM: tuple[list[str], str] = ([], 'holdfast_identity_breaker{provider="centre",state="closed"} 1.0')


def test_a_centre_that_is_left_alone_is_named(start: StartServer, centre: tuple[Centre, tuple[str, str]]) -> None:
    """Readiness stays, says which centre and why, and the metrics show its breaker, until the centre answers again."""
    running, words = centre
    site = Site(start(*words))

    def seen() -> tuple[list[str], str]:
        ready = site.server.client.get("/readyz")
        assert ready.status_code == httpx.codes.OK
        figures = site.server.client.get("/metrics").text.splitlines()
        (standing,) = (
            line for line in figures if line.startswith("holdfast_identity_breaker{") and line.endswith(" 1.0")
        )
        return [word for word in ready.json()["degraded"] if "centre" in word], standing

    assert seen() == CALM
    for number, (manner, why) in enumerate((("fail", "error"), ("hang", "deadline")), start=1):
        site.begin("centre", "face_match", "pad", acr="high")
        running.finish(f"side/{number}", passed(NOON_S))
        body = callback(f"side/{number}")
        headers, running.manner = signed(body, NOON_S, FIRST, name=f"msg-{number}"), manner
        for _ in range(3):
            assert site.call_back(headers, body).status_code == httpx.codes.BAD_GATEWAY
        ((named,), standing) = seen()
        assert re.fullmatch(f"identity provider `centre`: breaker (open|trying) after `{why}`", named)
        assert 'state="closed"' not in standing
        running.manner = "good"
        eventually(partial(_is_taken, site, headers, body))
        assert seen() == CALM


def _is_taken(site: Site, headers: dict[str, str], body: bytes) -> bool:
    return site.call_back(headers, body).status_code == httpx.codes.ACCEPTED


def test_a_machine_without_face_models_declares_itself_and_starts(start: StartServer, tmp_path: Path) -> None:
    """Decisions do not depend on the models: the server runs, and a session of faces leads to the capture page."""
    row = f"  - id: own\n    kind: face\n    models: {tmp_path}\n    references: {{folder: {tmp_path}}}\n"
    site = Site(start(*declared(tmp_path, row)))
    opened = site.open("own", "face_match")
    assert opened.status_code == httpx.codes.CREATED, opened.text
    assert site.open("own", "document").status_code in {httpx.codes.CONFLICT, httpx.codes.UNPROCESSABLE_ENTITY}
    started = site.server.post(f"{SESSIONS}/{opened.json()['id']}/start", {})
    assert started.status_code == httpx.codes.OK, started.text
    assert started.json()["redirect_url"].startswith("/v/")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            "kind: http",
            "kind: htpp",
            "identity_file at /providers/0/kind: identity.yaml, line 4: one of `http`, `oidc`",
        ),
        ("new.key", "owner.key", "`centre`: a key of its callbacks cannot be read"),
    ],
)
def test_a_wrong_file_stops_the_start_and_names_the_place(
    centre: tuple[Centre, tuple[str, str]], tmp_path: Path, before: str, after: str, told: str
) -> None:
    """What is wrong is told with its line, its place and what was expected; nothing of a key is shown."""
    _, words = centre
    file = tmp_path / "identity.yaml"
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))
    ran = run("serve", "--data", tmp_path / "data", "--port", "0", *words)
    said = " ".join((ran.stdout + ran.stderr).split())
    assert ran.returncode == 2, said
    assert told in said, said
    assert not [key for key in (FIRST, SECOND, TOKEN, SECRET, OWNER_KEY.hex()) if key in said]


def test_the_example_that_is_shipped_is_good() -> None:
    """The file in `examples` declares one provider of each kind."""
    declared_there = read_identity((ROOT / "examples" / "identity" / "identity.yaml").read_bytes())
    assert [spec.reach.id for spec in declared_there.providers] == ["centre", "bank_id", "own_faces"]
