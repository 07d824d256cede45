"""The report: counts by scene, friction in groups, on a handful of judged events."""

from typing import Any

from holdfast.simulation.report import Judged, by_rail, by_scene, by_segment, overall
from holdfast.simulation.stream import SimulatedEvent
from holdfast.vocabulary.outcome import Outcome


def judged(outcome: Outcome, *fired: str, **fields: Any) -> Judged:
    """Judge one simulated transfer of 100 roubles."""
    event = {"id": "tr-1", "type": "transfer", "rail": fields.pop("rail", "sbp"), "amount_minor": 10_000}
    known: dict[str, Any] = {
        "fraud": False,
        "scene": None,
        "scene_id": None,
        "expected_signs": (),
        "segment": "student",
    }
    return Judged(simulated=SimulatedEvent(event=event, **(known | fields)), outcome=outcome, signs=fired)


FRAUD = {"fraud": True, "scene": "victim_phone", "expected_signs": ("ru.od-2506.1.9",)}
TWIN = {"scene": "house_purchase", "scene_id": "house_purchase-1", "segment": "salaried"}
DAY = [
    judged(Outcome.ALLOW),
    judged(Outcome.CHALLENGE),
    judged(Outcome.REFUSE, segment="pensioner"),
    judged(Outcome.HOLD, "ru.od-2506.1.9", rail="order", scene_id="victim_phone-1", **FRAUD),
    judged(Outcome.ALLOW, rail="order", scene_id="victim_phone-1", **FRAUD),
    judged(Outcome.ALLOW, rail="order", scene_id="victim_phone-2", **FRAUD),
    judged(Outcome.HOLD, rail="order", **TWIN),
]


def test_scenes_count_tellings_money_and_signs() -> None:
    """A telling is caught when one of its transfers was; money is counted by transfer; missed signs are named."""
    victim, house = by_scene(DAY)
    assert (victim.scene, victim.tellings, victim.stopped) == ("victim_phone", 2, 1)
    assert (victim.saved_minor, victim.lost_minor) == (10_000, 20_000)
    assert victim.signs_seen["ru.od-2506.1.9"] == 1
    assert victim.signs_missed["ru.od-2506.1.9"] == 2
    assert (house.honest, house.tellings, house.stopped) == (True, 1, 1)


def test_friction_is_counted_on_honest_transfers() -> None:
    """Of four honest transfers two were stopped and one challenged; one fraud was caught."""
    friction = overall(DAY)
    assert (friction.honest_transfers, friction.honest_stopped, friction.honest_challenged) == (4, 2, 1)
    assert friction.frauds_caught == 1
    assert friction.stopped_per_10k == 5_000
    assert friction.stopped_per_fraud == 2


def test_groups_add_up_to_all() -> None:
    """Rails and segments split the same transfers; a group without a caught fraud has no ratio."""
    for groups in (by_rail(DAY), by_segment(DAY)):
        assert sum(group.honest_transfers for group in groups) == 4
        assert sum(group.honest_stopped for group in groups) == 2
    sbp = next(group for group in by_rail(DAY) if group.group == "sbp")
    assert sbp.stopped_per_fraud is None


def test_nothing_judged_is_reported_as_nothing() -> None:
    """Without events there are zeros, no division by zero."""
    assert by_scene([]) == ()
    assert overall([]).stopped_per_10k == 0
