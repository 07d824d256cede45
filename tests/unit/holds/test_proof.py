"""The thief must not confirm: which proof counts, when a channel must be old, and what a signature binds."""

import hashlib
import hmac
from typing import Any

import pytest

from holdfast.holds.proof import Demand, Proof, binding, check_proof, check_signature, signature
from holdfast.vocabulary.errors import ProofError
from holdfast.vocabulary.packs import Citation, Dated, HoldPolicy

HOUR_MS = 3_600_000
NOW_MS = 1_778_230_800_000
CITE = Citation(act="Act", article="1", url="https://example.org", confidence="C", checked_on="2026-01-01")
KEY = b"k" * 32
BOUND = binding("hold_1", amount_minor=25_000_000, currency="RUB", payee={"inn": "500100732259"})


def demand(*, careful: bool = False, key: bytes | None = None, **changes: Any) -> Demand:
    """Give what a policy demands."""
    policy = HoldPolicy(
        id="xx",
        clock="hours",
        term=1,
        count_first=True,
        confirm_days=1,
        title={},
        cite=CITE,
        dated=Dated(from_ms=0),
        careful_proof=("branch",),
        careful_hours=48,
        **changes,
    )
    return Demand(policy=policy, careful=careful, binding=BOUND, key=key)


def proof(method: str = "push", since_hours: float | None = None, signed: str | None = None) -> Proof:
    """Give a proof over a channel that is so many hours old."""
    since = None if since_hours is None else NOW_MS - int(since_hours * HOUR_MS)
    return Proof(method=method, reference="r-1", channel_since_ms=since, signature=signed)


@pytest.mark.parametrize(
    ("asked", "given", "counts"),
    [
        (demand(), None, False),
        (demand(), proof(), True),
        (demand(proof=("push",)), None, False),
        (demand(proof=("push",)), proof(), True),
        (demand(proof=("push",)), proof("sms"), False),
        (demand(proof=("push",)), proof("branch"), True),
        (demand(careful=True), None, False),
        (demand(careful=True), proof(), False),
        (demand(careful=True), proof(since_hours=47.9), False),
        (demand(careful=True), proof(since_hours=48), True),
        (demand(careful=True), proof(since_hours=-100), False),
        (demand(careful=True), proof("branch"), True),
        (demand(careful=True, proof=("push",)), proof("sms", since_hours=1000), False),
    ],
)
def test_which_proofs_count(asked: Demand, given: Proof | None, counts: bool) -> None:
    """By the policy's methods; in careful mode only its careful ones, or an old enough channel."""
    if counts:
        assert check_proof(asked, given, "confirm", now_ms=NOW_MS) is False
        return
    with pytest.raises(ProofError) as raised:
        check_proof(asked, given, "confirm", now_ms=NOW_MS)
    assert raised.value.pointer.startswith("/proof")


def test_a_signature_binds_hold_amount_payee_act_method_and_reference() -> None:
    """With a key every proof is signed, for exactly this; anything else is a forgery."""
    asked = demand(key=KEY)
    good = signature(KEY, BOUND, act="confirm", proof=proof())
    assert check_proof(asked, proof(signed=good), "confirm", now_ms=NOW_MS) is True
    assert check_proof(asked, proof(signed=good.upper()), "confirm", now_ms=NOW_MS) is True
    other = binding("hold_1", amount_minor=25_000_001, currency="RUB", payee={"inn": "500100732259"})
    forged = [
        None,
        "0" * 64,
        signature(b"x" * 32, BOUND, act="confirm", proof=proof()),
        signature(KEY, other, act="confirm", proof=proof()),
        signature(KEY, BOUND, act="cancel", proof=proof()),
        signature(KEY, BOUND, act="confirm", proof=proof("sms")),
    ]
    for signed in forged:
        with pytest.raises(ProofError):
            check_proof(asked, proof(signed=signed), "confirm", now_ms=NOW_MS)
    with pytest.raises(ProofError):
        check_proof(asked, None, "confirm", now_ms=NOW_MS)


def test_a_signature_is_the_documented_one() -> None:
    """HMAC-SHA256 over binding, act, method and reference, one a line: what the bank's authenticator computes."""
    text = f"{BOUND}\nconfirm\npush\nr-1".encode()
    assert signature(KEY, BOUND, act="confirm", proof=proof()) == hmac.new(KEY, text, hashlib.sha256).hexdigest()


def test_without_a_key_nothing_is_verified() -> None:
    """A signature that nobody can check is no verification."""
    assert check_signature(demand(), proof(signed="0" * 64), "cancel") is False


@pytest.mark.parametrize("changed", ["hold_id", "amount_minor", "currency", "payee"])
def test_the_binding_changes_with_everything_it_binds(changed: str) -> None:
    """Another hold, amount, currency or payee is another binding."""
    named: dict[str, Any] = {"amount_minor": 1, "currency": "RUB", "payee": {"inn": "1"}}
    other: dict[str, Any] = {"amount_minor": 2, "currency": "KZT", "payee": {"inn": "2"}}
    first = binding("hold_1", **named)
    if changed == "hold_id":
        assert binding("hold_2", **named) != first
    else:
        assert binding("hold_1", **(named | {changed: other[changed]})) != first
