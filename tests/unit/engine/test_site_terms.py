"""On a marketplace's own events its terms reach a hold or a refusal by themselves; a proposal only if let."""

import json
from typing import Any

import pytest

from holdfast.app import assemble_in_memory
from holdfast.app.clocks import StandingClock
from holdfast.lists.versions import Stamp
from holdfast.operations.change_list import normalised
from holdfast.operations.decide_file import Decided, FileDecider
from holdfast.settings import read_settings
from holdfast.vocabulary.judgement import Judgement
from holdfast.vocabulary.lists import ListEntry, ListKind
from holdfast.wire.files import event_lines

AT = "2026-10-05T12:00:00+03:00"
AT_MS = 1_791_190_800_000
LISTING = {"id": "x-1", "type": "listing_published", "occurred_at": AT, "listing": {"listing_id": "ad-1"}}
PAYOUT = {"id": "x-1", "type": "payout", "occurred_at": AT, "amount_minor": 1000, "currency": "KZT"}


def decided(event: dict[str, Any], *, blocked: bool = False, **settings: str) -> Judgement:
    """Decide one event under settings, with an empty past."""
    shard = assemble_in_memory(read_settings({"dev": True, **settings}, {}), StandingClock(AT_MS), None).shard
    if blocked:
        entry = ListEntry(kind=ListKind.SELLER, value="s-1")
        lists = shard.memory.lists
        lists.apply(lists.edit(Stamp(list="marketplace.sellers.blocked", loaded_ms=0), add=normalised(shard, [entry])))
    lines = event_lines(
        iter([json.dumps(event | {"seller": {"seller_id": "s-1", **event.get("seller", {})}}).encode()])
    )
    (made,) = FileDecider(shard=shard, results=True, start_ms=AT_MS).decide(lines)
    assert isinstance(made, Decided), made
    return made.judgement


def test_a_law_beside_it_does_not_weaken_the_sites_terms() -> None:
    """Where 289-FZ speaks of the same listing, the site's own rule still refuses and holds."""
    bound = {"packs": "ru", "set": "ru.289-fz:ru.289-fz.in_register=true"}
    found = decided(LISTING | {"proofs": {"register": "egrul"}}, blocked=True, **bound)
    assert (found.outcome, found.ground) == ("refuse", None)
    assert {sign.id for sign in found.signs} >= {"ru.289-fz.register"}


@pytest.mark.parametrize(
    ("seller", "proofs", "outcome", "fired"),
    [
        ({}, {"register": "none"}, "refuse", {"ru.289-fz.register"}),
        ({"kind": "organisation"}, {"register": "egrip"}, "challenge", {"ru.289-fz.other-register"}),
        ({"kind": "organisation"}, {"register": "egrul", "identity": True, "tax_id": True}, "allow", set()),
        ({}, {"identity": False}, "challenge", {"ru.289-fz.identity"}),
        ({}, {"tax_id": False}, "challenge", {"ru.289-fz.tax-id"}),
        ({"kind": "organisation"}, {}, "allow", set()),
    ],
)
def test_what_289_fz_asks_of_a_platform_in_the_register(
    seller: dict[str, str], proofs: dict[str, object], outcome: str, fired: set[str]
) -> None:
    """A register that did not know the seller stops the listing; what was not reported is unknown and stops nothing."""
    event = LISTING | {"seller": seller, "proofs": proofs}
    found = decided(event, packs="ru", set="ru.289-fz:ru.289-fz.in_register=true")
    states = {sign.id: sign.state for sign in found.signs if sign.id.startswith("ru.289-fz")}
    assert {name for name, state in states.items() if state == "fired"} == fired
    assert found.outcome == outcome
    assert proofs or set(states.values()) == {"unknown"}


@pytest.mark.parametrize(("trust", "outcome"), [("", "challenge"), ("kz.marketplace-proposals", "hold")])
def test_a_proposal_holds_only_where_the_operator_lets_it(trust: str, outcome: str) -> None:
    """KZ-P1 asks for biometrics; with the operator's word the payout waits for them, and the seller is told."""
    found = decided(PAYOUT, packs="kz/marketplace-proposals", trust=trust)
    assert found.outcome == outcome
    kinds = {measure["kind"] for measure in found.measures}
    assert "verify_identity" in kinds
    assert ("notify_client" in kinds) is (outcome == "hold")
    assert (found.hold.policy if found.hold else None) == ("kz.proposal.wait" if outcome == "hold" else None)
