"""The stream: repeatable, ordered, of a steady memory, with the share of fraud that was asked for."""

import json
import tracemalloc
from collections import Counter
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.simulation.scenes import SCENES, scenes_of
from holdfast.simulation.story import MONEY_EVENTS
from holdfast.simulation.stream import SimulatedEvent, stream
from holdfast.simulation.world import Jurisdiction, World
from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.instants import to_ms
from holdfast.wire.codec import decode

MOSCOW = ZoneInfo("Europe/Moscow")
FAR_MS = to_ms(datetime(2030, 1, 1, tzinfo=MOSCOW))


def world(seed: int = 7, **changes: Any) -> World:
    """Give a small world in May 2026."""
    fields: dict[str, Any] = {"clients": 400, "start": datetime(2026, 5, 4, tzinfo=MOSCOW), **changes}
    return World(seed=seed, **fields)


@cache
def busy(jurisdiction: Jurisdiction) -> tuple[SimulatedEvent, ...]:
    """Tell twelve days of a world in which fraud is a hundred times too frequent, so that every scene occurs."""
    return tuple(
        stream(world(3, clients=400, jurisdiction=jurisdiction, frauds_per_100k=6000, twins_per_100k=12_000), days=8)
    )


def body(simulated: SimulatedEvent) -> bytes:
    """Write an event as the contract's JSON."""
    return json.dumps(simulated.event, ensure_ascii=False).encode()


def instant(simulated: SimulatedEvent) -> datetime:
    """Read when an event happened."""
    return datetime.fromisoformat(simulated.event["occurred_at"])


@pytest.mark.parametrize("jurisdiction", ["ru", "kz"])
def test_the_same_world_gives_the_same_bytes(jurisdiction: Jurisdiction) -> None:
    """Two tellings of equal worlds are equal to the byte, truth included."""
    first, second = (
        [(body(e), e.fraud, e.scene_id, e.expected_signs) for e in stream(world(jurisdiction=jurisdiction), count=1500)]
        for _ in range(2)
    )
    assert first == second


def test_another_seed_gives_another_world() -> None:
    """Streams of two seeds share no event."""
    first = {body(simulated) for simulated in stream(world(1), count=500)}
    assert first.isdisjoint(body(simulated) for simulated in stream(world(2), count=500))


def test_a_longer_stream_begins_with_the_shorter_one() -> None:
    """Asking for days or for a count only cuts the same stream."""
    short = [body(simulated) for simulated in stream(world(), days=1)]
    assert short == [body(simulated) for simulated in stream(world(), count=len(short))]
    assert short == [body(simulated) for simulated in islice(stream(world()), len(short))]


@pytest.mark.parametrize("jurisdiction", ["ru", "kz"])
def test_every_event_is_valid_on_the_wire(jurisdiction: Jurisdiction) -> None:
    """The wire's own decoder takes every event, and no id comes twice."""
    events = busy(jurisdiction)
    decoded = [decode(body(simulated), FAR_MS).event for simulated in events]
    assert len({event.id for event in decoded}) == len(events)
    assert {event.type for event in decoded} >= {
        "transfer",
        "transfer_result",
        "cash_withdrawal",
        "cash_deposit",
        "loan_application",
        "loan_payout",
        "login",
        "profile_change",
        "device_report",
        "telecom_activity",
    }


@pytest.mark.parametrize("jurisdiction", ["ru", "kz"])
def test_events_come_in_order_of_time(jurisdiction: Jurisdiction) -> None:
    """No event lies before its predecessor, and a result never before its operation."""
    events = busy(jurisdiction)
    instants = [to_ms(instant(simulated)) for simulated in events]
    assert instants == sorted(instants)
    seen: set[str] = set()
    for simulated in events:
        assert simulated.event.get("of", simulated.event["id"]) in seen | {simulated.event["id"]}
        seen.add(simulated.event["id"])


def test_a_stream_starts_at_its_instant() -> None:
    """A world that starts at noon tells nothing of the morning."""
    noon = datetime(2026, 5, 4, 12, tzinfo=MOSCOW)
    first = next(iter(stream(world(start=noon))))
    assert noon <= instant(first) < noon + timedelta(hours=1)


def test_memory_stays_steady() -> None:
    """Many days later a stream holds no more than after a few; nothing told is kept."""
    events = stream(world(clients=100, frauds_per_100k=3000))
    for _ in islice(events, 3_000):
        pass
    tracemalloc.start()
    try:
        for _ in islice(events, 1_000):
            pass
        early, _ = tracemalloc.get_traced_memory()
        for _ in islice(events, 8_000):
            pass
        late, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert late < early + 500_000


@pytest.mark.parametrize("share", [0.0, 1000.0])
def test_fraud_keeps_to_the_share_asked_for(share: float) -> None:
    """Frauds in 100,000 transfers lie near the knob, within what one or two scenes make up."""
    transfers = frauds = 0
    for simulated in stream(world(clients=800, frauds_per_100k=share), count=40_000):
        if simulated.event["type"] == "transfer":
            transfers += 1
            frauds += simulated.fraud
    wanted = transfers * share / 100_000
    assert abs(frauds - wanted) <= max(0.12 * wanted, 20 if share else 0)


def test_a_rare_fraud_stays_near_the_reference() -> None:
    """At the default of 10 in 100,000, a long stream lies within what one story of many transfers can add."""
    transfers = frauds = 0
    for simulated in stream(world(11, clients=2000), count=100_000):
        transfers += simulated.event["type"] == "transfer"
        frauds += simulated.fraud and simulated.event["type"] == "transfer"
    assert 0 < frauds <= transfers * 10 / 100_000 + 20


@pytest.mark.parametrize("jurisdiction", ["ru", "kz"])
def test_every_scene_occurs(jurisdiction: Jurisdiction) -> None:
    """A long stream tells every scene that its country and day have, and no other."""
    told = {simulated.scene for simulated in busy(jurisdiction) if simulated.scene}
    ms = to_ms(datetime(2026, 5, 4, tzinfo=MOSCOW))
    expected = {scene.name for honest in (True, False) for scene in scenes_of(jurisdiction, ms, honest=honest)}
    assert told == expected


@pytest.mark.parametrize("jurisdiction", ["ru", "kz"])
def test_the_truth_is_consistent(jurisdiction: Jurisdiction) -> None:
    """Fraud moves money in a scene of fraud; an honest scene has none; every scene of fraud has some."""
    marked: Counter[str] = Counter()
    for simulated in busy(jurisdiction):
        assert (simulated.scene is None) == (simulated.scene_id is None)
        if simulated.fraud:
            assert simulated.scene is not None
            assert not SCENES[simulated.scene].honest
            assert simulated.event["type"] in MONEY_EVENTS
            marked[simulated.scene] += 1
        if simulated.scene is None:
            assert simulated.expected_signs == ()
    assert set(marked) == {s.scene for s in busy(jurisdiction) if s.scene and not SCENES[s.scene].honest}


def test_the_law_of_the_day_decides_what_is_expected() -> None:
    """In December 2025 nobody expects a sign of the order that starts in January."""
    start = datetime(2025, 12, 28, tzinfo=MOSCOW)
    years: dict[int, set[str]] = {2025: set(), 2026: set()}
    for simulated in stream(world(start=start, clients=150, frauds_per_100k=20_000), days=8):
        years[instant(simulated).year].update(simulated.expected_signs)
    assert not [sign for sign in years[2025] if sign.startswith("ru.od-2506")]
    assert not [sign for sign in years[2026] if sign.startswith("ru.od-1027")]
    assert "ru.od-1027.1" in years[2025]
    assert "ru.od-2506.1.12" in years[2026]
    assert "ru.od-2506.1.2" not in years[2026]


def test_shares_are_plausible() -> None:
    """Cards lead, instant transfers follow, nights are quiet, and large sums are rare but present."""
    rails: Counter[str] = Counter()
    hours: Counter[int] = Counter()
    amounts = []
    for simulated in stream(world(clients=600), days=14):
        if simulated.event["type"] == "transfer" and simulated.event["payer"].get("kind") == "individual":
            rails[simulated.event["rail"]] += 1
            hours[instant(simulated).hour] += 1
            amounts.append(simulated.event["amount_minor"])
    total = sum(rails.values())
    assert 0.4 < rails["card"] / total < 0.7
    assert 0.2 < rails["sbp"] / total < 0.45
    assert 0.02 < rails["order"] / total < 0.2
    assert 0.02 < rails["internal"] / total < 0.1
    assert 0.02 < sum(hours[hour] for hour in range(6)) / total < 0.15
    amounts.sort()
    assert 30_000 < amounts[total // 2] < 300_000
    assert amounts[-total // 100] > 8 * amounts[total // 2]


def test_honest_life_has_what_naive_rules_stop() -> None:
    """Without any scene there are strangers paid, nights, foreign shops, new phones and calls while paying."""
    seen: Counter[str] = Counter()
    for simulated in stream(world(clients=700, frauds_per_100k=0, twins_per_100k=0), days=21):
        event = simulated.event
        seen["abroad"] += bool(event.get("cross_border"))
        seen["calls"] += bool(event.get("device", {}).get("call_active"))
        seen["new_phone"] += event["type"] == "profile_change" and event["field"] == "device"
        seen["night"] += event["type"] == "transfer" and instant(simulated).hour in {1, 2, 3, 4}
        seen["hidden"] += bool(event.get("session", {}).get("hiding_tools"))
        seen["remote"] += bool(event.get("device", {}).get("remote_control"))
        seen["large"] += event["type"] == "transfer" and event["amount_minor"] > 10_000_000
    assert min(seen[name] for name in ("abroad", "calls", "new_phone", "night", "hidden", "remote", "large")) > 0


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**40), clients=st.integers(20, 60), share=st.sampled_from([0.0, 10.0, 5000.0]))
def test_any_world_can_be_told(seed: int, clients: int, share: float) -> None:
    """Small worlds of any seed give valid events."""
    for simulated in stream(world(seed, clients=clients, frauds_per_100k=share), count=120):
        decode(body(simulated), FAR_MS)


def test_a_negative_length_is_refused() -> None:
    """Neither days nor a count can be negative."""
    with pytest.raises(SettingError):
        stream(world(), days=-1)
    with pytest.raises(SettingError):
        stream(world(), count=-1)
