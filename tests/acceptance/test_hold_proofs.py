"""The thief must not confirm: which proof counts, once, for which hold; and how a wrong fact is put right."""

import hmac
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from tests.acceptance.conftest import Json, Server, StartServer, transfer
from tests.acceptance.stories import (
    Scenario,
    Step,
    Verb,
    World,
    at,
    cancel,
    confirm,
    delist,
    enlist,
    held,
    look,
    pay,
    post,
    scenario,
    tell,
    tell_bank,
)

NOON = "2026-05-08 12:00"
LATER = "2026-05-08 13:00"
KEY = bytes(range(32))
ISSUE = "issue 3: the thief must not confirm; regulation 8.7"
TWO_PEOPLE = {"by": "anna", "approved_by": "boris", "evidence": {"kind": "document", "reference": "act 17"}}


def app(**words: str) -> Json:
    """The proof comes from the bank's app."""
    return {"method": "app"} | words


def careful() -> tuple[Step, ...]:
    """Where a phone or a SIM is in doubt, only what does not pass through it counts."""
    return (
        at(LATER, confirm(), status=422, code="proof"),
        at(LATER, confirm(proof=app(channel_since="at 2026-05-06 13:00:00.001")), status=422),
        at(LATER, look(), state="placed", proof__careful=True, acts=["place"]),
        at(LATER, confirm(proof={"method": "branch"}), state="confirmed"),
    )


def withdraw(**corrections: object) -> Verb:
    """Two people say which fact was wrong and what is right."""
    return post("/v1/holds/{hold}/withdraw", corrections=corrections, reason="read wrongly", **TWO_PEOPLE)


CASES = (
    scenario(
        "Malware on the device: the app does not confirm, the branch does",
        ISSUE,
        at(NOON, pay(device={"malware": True}), outcome="hold", fired={"1.10a"}),
        *careful(),
    ),
    scenario(
        "The SIM card was changed: the app does not confirm, the branch does",
        ISSUE,
        at(NOON, pay(device={"sim_changed_at": "at 2026-05-08 10:00"}), outcome="hold", fired={"1.10d"}),
        *careful(),
    ),
    scenario(
        "The phone number was changed the day before: the app does not confirm, the branch does",
        ISSUE,
        at("2026-05-07 12:00", tell_bank("profile_change", field="phone", where="bank")),
        at(NOON, pay(), outcome="hold", fired={"1.10c"}),
        *careful(),
    ),
    scenario(
        "A device of the database: the app does not confirm, the branch does",
        ISSUE,
        at(NOON, enlist("ru.cbr.devices", "device")),
        at(NOON, pay(device={"id": "device-4"}), outcome="hold", fired={"1.5"}),
        *careful(),
    ),
    scenario(
        "An unusual session puts neither phone nor SIM in doubt: the app confirms",
        ISSUE,
        at(NOON, pay(session={"hiding_tools": True}), outcome="hold", fired={"1.10b"}),
        at(LATER, look(), proof__careful=False),
        at(LATER, confirm(), state="confirmed"),
    ),
    scenario(
        "A call back from the bank counts where the phone is in doubt",
        ISSUE,
        at(NOON, pay(device={"malware": True}), outcome="hold"),
        at(LATER, confirm(proof={"method": "call_back"}), state="confirmed"),
    ),
    scenario(
        "A channel that has been the client's for exactly 48 hours counts",
        ISSUE,
        at(NOON, pay(device={"malware": True}), outcome="hold"),
        at(LATER, confirm(proof=app(channel_since="at 2026-05-06 13:00")), state="confirmed"),
    ),
    scenario(
        "A channel changed in the future is no old channel",
        ISSUE,
        at(NOON, pay(device={"malware": True}), outcome="hold"),
        at(LATER, confirm(proof=app(channel_since="at 2026-05-10 13:00")), status=422),
    ),
    scenario(
        "Dropping the money's way out needs no such care",
        "issue 3: cancel large, and always possible",
        at(NOON, pay(device={"malware": True}), outcome="hold"),
        at(LATER, cancel(), state="cancelled"),
    ),
    scenario(
        "A proof counts once: not for another hold, not for another act",
        "issue 3: a proof is single-use",
        *held(NOON),
        at(NOON, pay("u", amount_minor=100), outcome="hold"),
        at(LATER, confirm(proof=app(reference="once")), state="confirmed"),
        at(LATER, confirm("u", proof=app(reference="once")), status=422, code="proof"),
        at(LATER, cancel("u", proof=app(reference="once")), status=422, code="proof"),
        at(LATER, look("u"), state="placed", acts=["place"]),
        at(LATER, confirm("u", proof=app(reference="twice")), state="confirmed"),
    ),
    scenario(
        "A proof that was turned away is not used up",
        "issue 3: a proof is single-use",
        *held(NOON),
        at(LATER, confirm(customer_id="c-9999", proof=app(reference="mine")), status=403),
        at(LATER, confirm(proof=app(reference="mine")), state="confirmed"),
    ),
    scenario(
        "The same proof sent again for the same act gets the same answer",
        "contract section 7: the same act again answers 200",
        *held(NOON),
        at(LATER, confirm(proof=app(reference="again")), state="confirmed"),
        at(LATER, confirm(proof=app(reference="again")), state="confirmed", acts=["place", "confirm"]),
    ),
    scenario(
        "Without a proof there is no confirmation",
        "issue 3: a proof is verified; contract section 7",
        *held(NOON),
        at(LATER, post("/v1/holds/{hold}/confirm", by="client", customer_id="{client}"), status=422, code="proof"),
        at(LATER, look(), state="placed", acts=["place"]),
    ),
    scenario(
        "A wrong fact, its correction, evidence and two people: decided again, and the money goes",
        "issue 3: withdraw",
        at(NOON, pay(device={"malware": True}), outcome="hold"),
        at(LATER, withdraw(**{"device.malware": False}), state="withdrawn", instruction="execute"),
        at(LATER, confirm(), status=409),
    ),
    scenario(
        "A tax number of another person was read in: with the right one nothing fires, and the money goes",
        "issue 3: withdraw",
        *held(NOON),
        at(LATER, withdraw(**{"payee.inn": "500199999999"}), state="withdrawn", instruction="execute"),
    ),
    scenario(
        "A correction after which a sign still fires withdraws nothing",
        "issue 3: still fired is 409",
        *held(NOON),
        at(LATER, withdraw(**{"device.malware": False}), status=409),
        at(LATER, look(), state="placed", instruction="wait"),
    ),
    scenario(
        "A withdrawal that corrects nothing is not taken, also when the list was mended: its version is taken back",
        "issue 3: withdraw",
        *held(NOON),
        at(LATER, delist("bank.recipients")),
        at(LATER, withdraw(), status=422),
        at(LATER, look(), state="placed", instruction="wait"),
    ),
    scenario(
        "One person alone withdraws nothing",
        "issue 3: a second person",
        at(NOON, pay(device={"malware": True}), outcome="hold"),
        at(
            LATER,
            post(
                "/v1/holds/{hold}/withdraw",
                corrections={"device.malware": False},
                reason="read wrongly",
                **(TWO_PEOPLE | {"approved_by": "anna"}),
            ),
            status=422,
        ),
        at(LATER, look(), state="placed", instruction="wait"),
    ),
    scenario(
        "A withdrawal without evidence, reason or correction is not taken",
        "issue 3: names the wrong fact and its correction, with evidence",
        at(NOON, pay(device={"malware": True}), outcome="hold"),
        at(LATER, post("/v1/holds/{hold}/withdraw", reason="x", **TWO_PEOPLE), status=422),
        at(LATER, withdraw(nonsense=1), status=422),
        at(LATER, withdraw(amount_minor="much"), status=422),
        at(LATER, look(), state="placed"),
    ),
    scenario(
        "Who pays, how much and to whom is no wrong fact: that is another operation",
        "161-FZ 8 p. 3.6: a changed amount is a new operation",
        *held(NOON),
        at(LATER, withdraw(**{"payee.account": "40817810000000099999", "payee.inn": None}), status=422),
        at(LATER, withdraw(amount_minor=1), status=422),
        at(LATER, withdraw(rail="sbp"), status=422),
        at(LATER, withdraw(**{"payer.customer_id": "c-9"}), status=422),
        at(LATER, look(), state="placed"),
    ),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Tell all of them in one world."""
    yield from tell(tmp_path_factory.mktemp("proofs"), CASES)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_proof(world: World, case: Scenario) -> None:
    """Every scenario goes as the law says."""
    world.check(case)


def signed(hold: Json, reference: str, act: str = "confirm") -> Json:
    """Sign a proof as the bank's authenticator does."""
    text = f"{hold['proof']['binding']}\n{act}\napp\n{reference}".encode()
    mark = hmac.new(KEY, text, sha256).hexdigest()
    return {"method": "app", "reference": reference, "signature": mark}


def say(server: Server, hold: Json, proof: Json, act: str = "confirm") -> httpx.Response:
    """Act on a hold as the client."""
    return server.post(f"/v1/holds/{hold['id']}/{act}", {"by": "client", "customer_id": "c-1", "proof": proof})


def test_a_signature_binds_a_proof_to_hold_amount_payee_and_act(start: StartServer, tmp_path: Path) -> None:
    """With a key a proof that is unsigned, forged, of another hold or of another act confirms nothing."""
    key = tmp_path / "key"
    key.write_text(KEY.hex())
    server = start("--proof-key-file", str(key))
    server.enlist("bank.recipients", {"kind": "inn", "value": "500100732259"})
    holds = []
    for name, amount in (("a", 100), ("b", 200)):
        decision = server.decide(transfer(name, amount_minor=amount))
        holds.append(server.client.get(f"/v1/holds/{decision['hold']['id']}").json())
    one, other = holds
    assert one["proof"]["binding"] != other["proof"]["binding"]
    right = signed(one, "r-1")
    wrong = (
        {"method": "app", "reference": "r-1"},
        right | {"signature": "0" * 64},
        right | {"reference": "r-2"},
        right | {"method": "sms"},
        signed(other, "r-1"),
        signed(one, "r-1", "cancel"),
    )
    for proof in wrong:
        answer = say(server, one, proof)
        assert (answer.status_code, answer.json()["code"]) == (422, "proof"), proof
    assert say(server, one, right).json()["state"] == "confirmed"
    history = server.client.get(f"/v1/holds/{one['id']}").json()["history"]
    assert [row["details"]["verified"] for row in history if row["act"] == "confirm"] == [True]
    assert say(server, other, right).status_code == 422
