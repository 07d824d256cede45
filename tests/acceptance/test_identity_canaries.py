"""Faces, templates and numbers of people, told by providers and operators, stand in nothing that is written."""

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest
import yaml

from tests.acceptance.centre import Centre, centre, iin_hash
from tests.acceptance.conftest import NOON, Json, Server, StartServer
from tests.acceptance.test_backup import holdfast
from tests.acceptance.test_canaries import ended
from tests.acceptance.test_identity import WITHDRAW, Site
from tests.acceptance.test_restart import compact, finish
from tests.acceptance.test_telecom import operating
from tests.acceptance.test_traces import Collector
from tests.unit.gateways.telecom.operating import CLIENT, SECRET, subscriber

PACKS = "kz,policy/owner-checks,policy/telecom"
IIN, STRANGER = "910427300775", "880912400998"
PHONE = "+77017731942"
PICTURE = b"\xff\xd8\xff\xe0canary-picture-7731" * 4
TEMPLATE = "0.773100194288"
CANARIES: dict[str, tuple[bytes, ...]] = {
    "IIN": (IIN.encode(),),
    "stranger's IIN": (STRANGER.encode(),),
    "phone": (PHONE[1:].encode(), PHONE[-10:].encode()),
    "picture": (b"canary-picture-7731", b64encode(PICTURE)[:48], PICTURE.hex()[:48].encode()),
    "template": (TEMPLATE.encode(),),
    "device": (b"canary-device-31",),
    "proof of the consent": (b"canary-paper-31",),
}
TOLD: Json = {"photo": b64encode(PICTURE).decode(), "template": [float(TEMPLATE)], "phone": PHONE}
MINE: Json = {
    "subject": WITHDRAW["subject"] | {"ref": "canary-seller-31", "iin_hash": iin_hash(IIN)},
    "operation": WITHDRAW["operation"] | {"payee_owner_hash": iin_hash(IIN)},
    "consent": WITHDRAW["consent"] | {"evidence_ref": "canary-paper-31"},
    "device_id": "canary-device-31",
}


def found_in(data: bytes) -> set[str]:
    """Name the canaries that bytes hold."""
    return {name for name, texts in CANARIES.items() if any(text in data for text in texts)}


def files_of(folder: Path) -> dict[str, set[str]]:
    """Name the canaries in every file of a folder, as its raw bytes are."""
    found = {path.name: found_in(path.read_bytes()) for path in folder.rglob("*") if path.is_file()}
    return {name: names for name, names in found.items() if names}


def declared(folder: Path, root: str) -> tuple[str, ...]:
    """Declare what the operator is asked before a payout, and give the words of `serve`."""
    path, key = folder / "providers.yaml", folder / "operator.key"
    key.write_text(SECRET.replace(" ", ""))
    usual: Json = {"kind": "camara", "url": root, "token_url": f"{root}/oauth2/token", "client_id": CLIENT}
    usual |= {"auth_file": str(key), "on": ["payout"], "timeout_ms": 3_000}
    asked = usual | {"id": "sim_swap", "api": "sim-swap/check", "send": {"phoneNumber": "seller.phone"}}
    path.write_text(yaml.safe_dump({"providers": [asked]}))
    return "--providers", str(path)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Centre]:
    """Run a centre that answers with more than it is asked for."""
    with centre(tmp_path) as running:
        yield running


@pytest.fixture
def collector() -> Iterator[Collector]:
    """Run a collector of traces."""
    running = Collector()
    yield running
    running.server.shutdown()
    running.server.server_close()


def live_through(site: Site) -> list[str]:
    """Pass, fail, be somebody else, be told nonsense, go without a camera, withdraw; gives the sessions."""
    sessions = [site.open(**MINE) for _ in range(4)]
    site.end(site.start(sessions[0], device_id="canary-device-31"), iin=IIN, **TOLD)
    assert site.state(sessions[0]) == ("passed", [])
    site.end(site.start(sessions[1]), iin=STRANGER, **TOLD)
    assert site.state(sessions[1]) == ("failed", ["owner_mismatch"])
    reference = site.start(sessions[2])
    site.centre.end(reference, f"at {PHONE}", iin=IIN, face=IIN, level=f"{TOLD['photo']} {IIN}", **TOLD)
    assert site.call_back(reference).status_code == httpx.codes.BAD_GATEWAY
    site.centre.end(reference, NOON, iin=IIN, face=IIN, live=PHONE, level="low", **TOLD)
    assert site.call_back(reference).status_code == httpx.codes.ACCEPTED
    assert site.post(f"sessions/{sessions[3]}/alternative", {"way": "branch", "reason": PHONE}).status_code < 300
    found: Json = {"verdict": "pass", "evidence_ref": "canary-paper-31", "by": "Anna", "owner_hash": iin_hash(IIN)}
    assert site.post(f"sessions/{sessions[3]}/alternative/result", found).status_code < 300
    withdrawn = site.open(**MINE)
    assert site.post(f"sessions/{withdrawn}/withdraw").status_code < 300
    return sessions


def go_wrong(site: Site) -> None:
    """Put canaries where they do not belong, so that errors are made of them."""
    assert site.post(f"sessions/{IIN}/start").status_code == httpx.codes.NOT_FOUND
    assert site.post(f"callbacks/{PHONE}", TOLD).status_code == httpx.codes.NOT_FOUND
    assert site.post("callbacks/centre", TOLD).status_code == httpx.codes.UNAUTHORIZED
    assert site.call_back(IIN).status_code == httpx.codes.ACCEPTED
    for wrong in ({"subject": {"ref": "s-1", "iin": IIN}}, {"required": {"checks": [TOLD["photo"]]}}, {IIN: PHONE}):
        answer = site.post("sessions", MINE | wrong, **{"Idempotency-Key": "wrong"})
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY


def ask_for_money(server: Server) -> Json:
    """Ask for a payout: the operator is asked about the phone, and the owner must show who it is."""
    seller = {"seller_id": "canary-seller-31", "iin": IIN, "phone": PHONE, "registered_at": "2025-01-10T10:00:00+05:00"}
    event: Json = {"id": "po-1", "type": "payout", "occurred_at": NOON, "seller": seller, "currency": "KZT"}
    event |= {"payee": {"account": "KZ86125KZT5004100100", "iin": IIN}, "amount_minor": 9_000_000}
    made = server.decide(event | {"device": {"id": "canary-device-31"}})
    assert made["outcome"] == "hold", made
    assert [one["session"] for one in made["measures"] if "session" in one], made["measures"]
    return made


def test_no_face_template_or_number_is_written_anywhere(
    start: StartServer, made: Centre, collector: Collector, tmp_path: Path
) -> None:
    """Data directory, write-ahead log, server's log, traces, figures, backup and answers: none holds any of them."""
    with operating() as running:
        running.operator.door.secrets = {CLIENT: SECRET.replace(" ", "")}
        swapped = datetime.fromisoformat("2026-05-08T10:00:00+03:00")
        running.operator.knows(subscriber(PHONE, sim_changed_at=swapped))
        asked = declared(tmp_path, running.root)
        traced = ("--traces", collector.address, "--traces-share", "1")
        site = Site(lambda *words, **more: start(*words, *asked, *traced, **more | {"packs": PACKS}), made)
        sessions = live_through(site)
        go_wrong(site)
        ask_for_money(site.server)
        assert any(PHONE.encode() in json.dumps(body).encode() for _, body in running.operator.questions)
    assert {"IIN", "stranger's IIN", "phone", "picture", "template"} <= found_in(json.dumps(made.results).encode())
    for path in ("/metrics", "/readyz", "/healthz", *(f"/v1/identity/sessions/{one}" for one in sessions)):
        assert found_in(site.server.client.get(path).content) == set(), path
    assert files_of(site.server.data) == {}
    finish(compact(site.server.data))
    holdfast("backup", tmp_path / "backup", "--data", site.server.data)
    assert files_of(tmp_path / "backup") == {}
    assert found_in(ended(site.server).encode()) == set()
    assert files_of(site.server.data) == {}
    assert collector.bodies
    assert set().union(*map(found_in, collector.bodies)) == set()
