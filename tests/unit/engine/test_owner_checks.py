"""With the owner checks beside the marketplace's starter rules a seller is asked once and told once."""

from typing import Any

import pytest

from tests.unit.engine.test_site_rules import at, judged_by, payout, registered

Json = dict[str, Any]
ACCOUNT = {"account": "KZ86125KZT5004100100"}
BOTH = "kz,policy/owner-checks"
WRITTEN: list[Json] = [
    {
        "type": "message_sent",
        "occurred_at": at(minutes=50 - place),
        "conversation_id": f"v-{place}",
        "from": {"seller_id": "s-1", "role": "seller"},
        "to": {"customer_id": f"b-{place}", "role": "buyer"},
        "text": "Здравствуйте",
    }
    for place in range(20)
]
TAKEN: list[Json] = [
    {**registered("s-1", at(hours=2), "seller_changed"), "field": "password"},
    {**registered("s-1", at(hours=1), "seller_changed", payee=ACCOUNT), "field": "payout_account"},
]
FAILED: Json = {
    "type": "identity_check",
    "occurred_at": at(hours=1),
    "client": {"seller_id": "s-1"},
    "purpose": "withdraw",
    "result": "failed",
}
STORIES = (
    ("taken over", [*TAKEN, *WRITTEN, payout()], "owner.pays-out", "owner.told"),
    ("not the seller's account", [TAKEN[1], payout(payee=ACCOUNT | {"own": False})], "market.verify", "owner.told"),
    ("a check failed before", [FAILED, payout(payee=ACCOUNT | {"own": False})], "market.verify", "owner.told-failed"),
)


@pytest.mark.parametrize(("events", "asked", "told"), [row[1:] for row in STORIES], ids=[row[0] for row in STORIES])
def test_a_held_payout_asks_once_and_tells_once(events: list[Json], asked: str, told: str) -> None:
    """Rules of both packs hold it; one check and one notice come of them."""
    found = judged_by(BOTH, events, {})
    assert found.outcome == "hold"
    assert {rule.id.split(".")[1] for rule in found.rules} == {"market", "owner"}
    duties = {
        kind: [m["duty"] for m in found.measures if m["kind"] == kind] for kind in ("verify_identity", "notify_client")
    }
    assert duties == {"verify_identity": [f"policy.{asked}"], "notify_client": [f"policy.{told}"]}
