"""People are named in a directory's files by hashes that nobody can try out, and are found by them like before.

Every story runs in a new directory and in one that a program before schema 5 made, which keeps its names.
"""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec import structs

from holdfast.app import open_store
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.canonical import short_hash
from tests.acceptance.conftest import NOON, Json, Server, StartServer, transfer
from tests.acceptance.test_backup import holdfast
from tests.unit.store.making import made_before_keys

CLIENT, SELLER, PHONE = "client-7f31", "seller-7f31", "+79161237731"
ACCOUNT, CARD = "40817810555500007731", "4000001234567899"
PROOF = {"method": "branch", "reference": f"call to {PHONE}"}
PLANTED = {"customer_id": CLIENT, "seller_id": SELLER, "account": ACCOUNT, "card": CARD, "phone": PHONE}
LISTED = {"kind": "account", "value": "40817810555500008842", "bic": "044525225"}
PAYEE = {"kind": "individual", "account": LISTED["value"], "bic": LISTED["bic"]}
LOGIN = {"id": "lg-1", "type": "login", "occurred_at": NOON, "where": "bank", "client": {"customer_id": CLIENT}}
TELECOM = {
    "id": "tc-1",
    "type": "telecom_activity",
    "occurred_at": "2026-05-08T11:59:00+03:00",
    "window_start": "2026-05-08T04:00:00+03:00",
    "window_end": "2026-05-08T11:59:00+03:00",
    "atypical": True,
    "client": {"customer_id": CLIENT},
}
BODIES = {RecordKind.DECISION, RecordKind.EVENT, RecordKind.CLAIM}
BEFORE_KEYS = "before keys"


@pytest.fixture(params=["new", BEFORE_KEYS])
def data(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Give the place of a new directory, and one that an older program made."""
    place = tmp_path / str(request.param)
    return made_before_keys(place) if request.param == BEFORE_KEYS else place


def pay(event_id: str, **payer: str) -> Json:
    """Make a transfer to the listed payee."""
    return transfer(event_id, payer={"kind": "individual", **payer}, payee=PAYEE)


def said(**more: Any) -> Json:
    """Say as the client, with the proof, what is to become of a hold."""
    return {"by": "client", "customer_id": CLIENT, "proof": PROOF, **more}


def fill(server: Server) -> str:
    """Take in events of people who are named in every way there is, two of them held; give the client's hold."""
    server.decide(transfer("open", payer={"customer_id": CLIENT, "kind": "individual"}))
    server.enlist("ru.cbr.recipients", LISTED)
    hold = str(server.decide(pay("tr-1", customer_id=CLIENT, phone=PHONE))["hold"]["id"])
    server.decide(pay("tr-2", customer_id=CLIENT))
    for number, name in enumerate(("account", "card", "phone")):
        server.decide(pay(f"by-{name}-{number}", **{name: PLANTED[name]}))
    server.report(LOGIN)
    body = {"id": "st-1", "ground": "copied_listing", "reason": "the same photos", "by": "Aigerim"}
    assert server.post(f"/v1/sellers/{SELLER}/strikes", body).status_code == httpx.codes.CREATED
    return hold


def holds_of(server: Server, client: str = CLIENT) -> list[str]:
    """Name the operations of a client that are held."""
    found = server.client.get("/v1/holds", params={"customer_id": client}).json()["items"]
    return sorted(row["event_id"] for row in found)


def check_found(server: Server) -> None:
    """Everything of a person is found by the person, and what came again is known."""
    assert holds_of(server) == ["tr-1", "tr-2"]
    assert holds_of(server, "client-8") == []
    assert server.client.get(f"/v1/sellers/{SELLER}").json()["standing"] == "struck"
    assert server.client.get("/v1/sellers/seller-8").json()["standing"] == "clear"
    assert server.post("/v1/events", LOGIN).headers["holdfast-replayed"] == "true"
    assert server.post("/v1/events", LOGIN | {"where": "marketplace"}).status_code == httpx.codes.CONFLICT


def cancel_all(server: Server) -> None:
    """Have the client drop every operation that still waits."""
    for row in server.client.get("/v1/holds", params={"customer_id": CLIENT}).json()["items"]:
        if "cancel" in row["next"]:
            own = {**PROOF, "reference": f"of {row['id']}"}
            assert server.post(f"/v1/holds/{row['id']}/cancel", said(proof=own)).is_success


def check_used_once(server: Server, hold: str) -> None:
    """A proof lets go of one hold, for its client alone, and of no second one."""
    other = server.client.get("/v1/holds", params={"customer_id": CLIENT}).json()["items"]
    second = next(row["id"] for row in other if row["id"] != hold)
    stranger = server.post(f"/v1/holds/{hold}/confirm", said(customer_id="client-8"))
    assert stranger.status_code == httpx.codes.FORBIDDEN
    assert server.post(f"/v1/holds/{hold}/confirm", said()).status_code == httpx.codes.OK
    server.restart()
    again = server.post(f"/v1/holds/{second}/confirm", said())
    assert (again.is_success, "used before" in again.text) == (False, True), again.text
    assert server.post(f"/v1/holds/{second}/cancel", said(proof={**PROOF, "reference": "2"})).is_success


def claimed(server: Server) -> str:
    """Claim the client's transfer, and give the claim, found by the client alone."""
    report: Json = {"id": "f-1", "type": "fraud_report", "occurred_at": NOON, "of": "tr-1", "without_consent": False}
    stranger = server.post("/v1/claims", report | {"id": "f-2", "client": {"customer_id": "client-8"}})
    assert stranger.status_code == httpx.codes.FORBIDDEN
    assert server.post("/v1/claims", report | {"client": {"customer_id": CLIENT}}).is_success
    (claim,) = server.client.get("/v1/claims", params={"customer_id": CLIENT}).json()["items"]
    assert server.client.get("/v1/claims", params={"customer_id": "client-8"}).json()["items"] == []
    return str(claim["id"])


def erase(server: Server, *, code: int = 0) -> str:
    """Have two people erase the client."""
    people = ("--by", "Anna", "--approved-by", "Boris", "--yes", "--url", str(server.client.base_url))
    return holdfast("erase", CLIENT, "--reason", "demand D-17", *people, code=code)


def test_a_person_is_found_held_and_erased_by_name(start: StartServer, data: Path, tmp_path: Path) -> None:
    """Look-ups, proofs, claims, later inputs and erasure find their records, over restarts and in a restored copy."""
    server = start(data=data)
    hold = fill(server)
    check_found(server)
    server.restart()
    check_found(server)
    check_used_once(server, hold)
    server.report(TELECOM)
    assert holds_of(server) == ["open", "tr-1", "tr-2"]
    assert "still waits" in erase(server, code=2)
    claim = claimed(server)
    assert "still waits" in erase(server, code=2)
    cancel_all(server)
    assert claim in erase(server, code=2)
    settled = {"result": "refused", "by": "Vera", "reason": "not owed"}
    assert server.post(f"/v1/claims/{claim}/settle", settled).is_success
    holdfast("backup", tmp_path / "backup", "--data", data)
    assert "erased at" in erase(server)
    assert "nothing lies under the key" in erase(server, code=2)
    server.stop()
    gone = {record.event_id for record in records(data) if record.forgotten}
    assert {"open", "tr-1", "tr-2", "lg-1", "tc-1"} <= gone
    assert gone.isdisjoint({"by-account-0", "by-card-1", "by-phone-2"})
    holdfast("restore", tmp_path / "backup", "--data", tmp_path / "again", "--key", data / "secret.key")
    second = start(data=tmp_path / "again")
    assert holds_of(second) == ["open", "tr-1", "tr-2"]
    assert "erased at" in erase(second)


def records(data: Path) -> list[Record]:
    """Read the whole log of a directory that no server uses."""
    with closing(open_store(data)) as store:
        return list(store.replay())


def guesses(log: list[Record]) -> dict[str, bytes]:
    """Hash without a key what somebody could guess: who it is, a proof's reference, the body of an event."""
    people = {name: f"{name}\x1f{value}" for name, value in PLANTED.items()}
    proof = {"proof": "\x1f".join(("proof", *PROOF.values()))}
    hashes = {name: short_hash(text.encode()) for name, text in (people | proof).items()}
    bodies = [one for one in log if one.kind in BODIES and one.event]
    return hashes | {f"body of {one.event_id or one.kind}": short_hash(one.event) for one in bodies}


def texts(value: Any) -> Iterator[bytes]:
    """Give every text and every bytes in a record, whatever it stands in."""
    if isinstance(value, bytes | str):
        yield value if isinstance(value, bytes) else value.encode()
    elif isinstance(value, tuple):
        for one in value:
            yield from texts(one)
    elif hasattr(value, "__struct_fields__"):
        yield from texts(structs.astuple(value))
    elif hasattr(value, "__dataclass_fields__"):
        yield from texts(tuple(getattr(value, one.name) for one in fields(value)))


def test_no_file_holds_a_hash_that_can_be_tried_out(start: StartServer, data: Path, tmp_path: Path) -> None:
    """Neither a file, nor a backup, nor a record read back has the unkeyed hash of a planted person or of a body.

    In a directory made before schema 5 the same search finds every one of them.
    """
    server = start(data=data)
    hold = fill(server)
    check_used_once(server, hold)
    claimed(server)
    holdfast("backup", tmp_path / "backup", "--data", data)
    while_running = raw(data)
    server.stop()
    log = records(data)
    tried = guesses(log)
    assert {"customer_id", "phone", "body of lg-1", "body of claim", "body of tr-1"} <= set(tried)
    stands = b"\n".join(part for record in log for part in texts(record))
    places = {"running": while_running, "stopped": raw(data), "backup": raw(tmp_path / "backup"), "log": stands}
    expected = set(tried) if data.name == BEFORE_KEYS else set()
    for place, held in places.items():
        found = {what for what, one in tried.items() if one in held or one.hex().encode() in held}
        assert found == expected, place
    told = json.loads(holdfast("doctor", "--data", data, "--packs", "ru", "--json"))["findings"]
    kind = next(one["found"] for one in told if one["what"] == "names of people")
    assert ("without a key" in kind) == (data.name == BEFORE_KEYS)


def raw(folder: Path) -> bytes:
    """Give the bytes of every file of a folder."""
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
