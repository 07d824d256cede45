"""The counts of a demonstration: truth beside decisions, rates, and what the pages read."""

from typing import Any

from holdfast.cli.demo.tally import Tally, judged_of
from holdfast.simulation.stream import SimulatedEvent


def simulated(*, fraud: bool = False, scene: str | None = None, **changes: Any) -> SimulatedEvent:
    """Make a transfer of 1,000 roubles over SBP by an employee."""
    event: dict[str, Any] = {"id": "t", "type": "transfer", "occurred_at": "2026-05-08T12:00:00+03:00", "rail": "sbp"}
    event |= {"amount_minor": 100_000, "currency": "RUB", **changes}
    scene_id = f"{scene}-1" if scene else None
    return SimulatedEvent(
        event=event, fraud=fraud, scene=scene, scene_id=scene_id, expected_signs=(), segment="salaried"
    )


def reply(outcome: str) -> dict[str, Any]:
    """Make a decision; what stops rests on sign 1.9."""
    sign = {"id": "ru.od-2506.1.9", "state": "fired", "title": "Calls"}
    stopped = outcome in {"hold", "refuse"}
    hold = {"until": "2026-05-09T23:59:59.999999+03:00"} if outcome == "hold" else None
    ground = sign["id"] if stopped else None
    return {"outcome": outcome, "ground": ground, "signs": [sign] if stopped else [], "rules": [], "hold": hold}


def counted(*items: tuple[SimulatedEvent, str]) -> Tally:
    """Count events with their outcomes."""
    tally = Tally()
    for event, outcome in items:
        tally.add(judged_of(event, reply(outcome)), reply(outcome))
    return tally


def test_a_fraud_that_was_stopped_counts_as_caught_with_its_money() -> None:
    """Caught and missed frauds, saved and lost money stand apart."""
    tally = counted(
        (simulated(fraud=True, scene="victim_phone"), "hold"),
        (simulated(fraud=True, scene="takeover"), "allow"),
        (simulated(fraud=True, scene="takeover"), "challenge"),
    )
    assert tally.told(honest=False) == (2, 1)
    assert tally.money() == (100_000, 200_000)
    assert [(row["stopped"], row["checked"]) for row in tally.document()["scenes"]] == [(1, 0), (0, 1)]
    assert tally.all.friction("all").frauds_caught == 1


def test_an_honest_client_is_counted_by_rail_and_way_of_life() -> None:
    """Honest transfers that were stopped show in the whole, by rail and by segment; a challenge stops nobody."""
    tally = counted((simulated(), "refuse"), (simulated(), "challenge"), (simulated(rail="order"), "allow"))
    document = tally.document()
    assert document["overall"]["stopped"] == 1
    assert document["overall"]["challenged"] == 1
    assert document["overall"]["stopped_per_10k"] == 3333.33
    assert {row["group"]: row["stopped"] for row in document["rails"]} == {"order": 0, "sbp": 1}
    assert [row["group"] for row in document["segments"]] == ["salaried"]


def test_a_stop_keeps_its_reason_and_its_legal_end() -> None:
    """The list of the last stops says why, until when, and whether it was right."""
    tally = counted((simulated(fraud=True, scene="victim_phone"), "hold"), (simulated(), "refuse"))
    held, refused = tally.stops
    assert (held.reason, held.sign, held.until, held.fraud) == ("Calls", "ru.od-2506.1.9", "2026-05-09 23:59", True)
    assert (refused.until, refused.fraud) == ("", False)


def test_an_honest_twin_is_a_scene_of_its_own() -> None:
    """A twin that was stopped counts among the honest, and its scene says so."""
    tally = counted((simulated(scene="house_purchase"), "hold"))
    assert tally.told(honest=True) == (1, 1)
    assert tally.told(honest=False) == (0, 0)
    assert tally.document()["scenes"][0] == {
        "scene": "house_purchase",
        "honest": True,
        "told": 1,
        "stopped": 1,
        "checked": 0,
        "saved_minor": 100_000,
        "lost_minor": 0,
    }


def test_nothing_counted_is_no_division_by_nothing() -> None:
    """An empty tally can be shown."""
    document = Tally().document()
    assert document["latency_ms_p50"] is None
    assert document["overall"]["stopped_per_fraud"] is None
    assert Tally().rates() == (0.0, 0.0)


def test_the_marketplace_is_counted_apart_from_the_bank() -> None:
    """Its stories and its honest people stand in a part of their own, and no listing is counted as a transfer."""
    listing: dict[str, Any] = {"type": "listing_published", "listing": {"price_minor": 5_000, "currency": "KZT"}}
    tally = counted(
        (simulated(fraud=True, scene="three_cities", **listing, amount_minor=0), "hold"),
        (simulated(fraud=True, scene="takeover", type="payout"), "challenge"),
        (simulated(scene="mover", **listing), "refuse"),
        (simulated(**listing), "allow"),
    )
    market = tally.document()["market"]
    assert tally.market.told(honest=False) == (2, 1)
    assert [(row["scene"], row["stopped"], row["warned"]) for row in market["scenes"]] == [
        ("three_cities", 1, 0),
        ("takeover", 0, 1),
        ("mover", 1, 0),
    ]
    assert (market["overall"]["decided"], market["overall"]["stopped_per_10k"]) == (2, 5000.0)
    assert tally.all.honest == 0
    assert not tally.scenes
    assert tally.stops[0].amount_minor == 5_000
