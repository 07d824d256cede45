"""The bench of identity measures what it says: sessions that really go through, and operators that really trouble."""

import hashlib
import hmac
import json
from base64 import b64decode
from pathlib import Path

from tests.bench.identity import TINY, decisions, sessions
from tests.bench.verifying.centre import CALLBACK_KEY, IIN, Centre, signed
from tests.bench.verifying.operators import MANNERS, QUESTIONS, TROUBLED, number_of, operator, transfers
from tests.bench.verifying.walk import STEPS


def test_the_centre_tells_the_operation_back() -> None:
    """Whoever comes is the owner and passes, for the operation that the session was opened for."""
    centre = Centre()
    made = centre.answer(b"POST /sessions HTTP/1.1", json.dumps({"hash": "ab" * 32}).encode())
    told = centre.answer(f"GET /sessions/{made['id']} HTTP/1.1".encode(), b"")
    assert made["page"].endswith(made["id"])
    assert (told["id"], told["hash"], told["iin"], told["status"]) == (made["id"], "ab" * 32, IIN, "done")


def test_a_callback_is_signed_over_its_bytes() -> None:
    """The signature is that of Standard Webhooks."""
    headers, body = signed("c-1")
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    own = hmac.new(b64decode(CALLBACK_KEY.removeprefix("whsec_")), said, hashlib.sha256).digest()
    assert b64decode(headers["webhook-signature"].removeprefix("v1,")) == own


def test_every_question_goes_to_an_operator_with_troubles_of_its_own() -> None:
    """The three operators are slow, silent and broken, and serve the numbers of all transfers."""
    assert set(TROUBLED) == set(QUESTIONS)
    assert sorted(TROUBLED.values()) == ["broken", "hanging", "slow"]
    assert MANNERS["slow"].slow_s == 10
    assert set(operator("good").subscribers) == {number_of(place) for place in range(1_000)}
    assert len({sent.body for sent in transfers(20, "x")}) == 20


def test_sessions_go_through(tmp_path: Path) -> None:
    """Every session that is due is created, started, called back and consumed, and every step is told."""
    figures = sessions(tmp_path, TINY)
    assert figures["identity.sessions"] == TINY.rate * TINY.seconds
    assert figures["identity.faults"] == figures["identity.saturated_faults"] == 0
    assert {f"identity.{step}_ms.p99_9" for step in (*STEPS, "session")} <= set(figures)


def test_operators_trouble_every_decision(tmp_path: Path) -> None:
    """Every transfer is answered although none of the three operators says anything, and the answers name all three."""
    name = "operators_waited_for"
    figures = decisions(tmp_path, name, TINY)
    count = TINY.decisions * TINY.seconds
    assert figures[f"identity.{name}_decisions"] == count
    missing = sum(value for key, value in figures.items() if key.startswith(f"identity.{name}_skipped."))
    assert missing >= count
