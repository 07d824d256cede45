"""The truth of scenes: behind every expected sign stand the facts that the law asks for, and twins resemble frauds."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from holdfast.simulation.feeds import list_entries
from holdfast.simulation.scenes import SCENES
from holdfast.simulation.signs import signs_in_force
from holdfast.simulation.stream import SimulatedEvent, stream
from holdfast.simulation.world import Jurisdiction, World
from holdfast.vocabulary.instants import HOUR_MS, to_ms

START = datetime(2026, 5, 4, tzinfo=ZoneInfo("Europe/Moscow"))


def world(jurisdiction: Jurisdiction) -> World:
    """Give a world in which scenes are a hundred times too frequent."""
    return World(
        seed=5, clients=400, start=START, jurisdiction=jurisdiction, frauds_per_100k=6000, twins_per_100k=12_000
    )


@cache
def told(jurisdiction: Jurisdiction) -> tuple[SimulatedEvent, ...]:
    """Tell ten days of it."""
    return tuple(stream(world(jurisdiction), days=10))


def at(event: dict[str, Any]) -> int:
    """Read an event's instant as epoch milliseconds."""
    return to_ms(datetime.fromisoformat(event["occurred_at"]))


def expecting(sign: str, jurisdiction: Jurisdiction = "ru") -> list[dict[str, Any]]:
    """List the events on which a sign ought to fire."""
    found = [s.event for s in told(jurisdiction) if sign in s.expected_signs]
    assert found
    return found


def before(event: dict[str, Any], customer_id: str, hours: float) -> list[dict[str, Any]]:
    """List what happened to a client in the hours before an event."""
    end = at(event)
    return [
        s.event
        for s in told("ru")
        if end - hours * HOUR_MS <= at(s.event) < end
        and customer_id in {s.event.get(role, {}).get("customer_id") for role in ("client", "payer", "payee")}
    ]


def listed_values(name: str, jurisdiction: Jurisdiction = "ru") -> set[tuple[str, str | None]]:
    """Give the values of a list at the world's start, accounts with their bank."""
    (entries,) = [item["entries"] for item in list_entries(world(jurisdiction)) if item["list"] == name]
    return {(entry["value"], entry.get("bic")) for entry in entries}


def values_of(party: dict[str, Any]) -> set[tuple[str, str | None]]:
    """Give the identifiers of a party as lists hold them."""
    plain = {(party[kind], None) for kind in ("phone", "inn", "iin", "card", "ewallet", "id") if kind in party}
    return plain | ({(party["account"], party["bic"])} if "bic" in party and "account" in party else set())


@pytest.mark.parametrize(
    ("sign", "name", "role"),
    [
        ("ru.od-2506.1.1", "ru.cbr.recipients", "payee"),
        ("ru.od-2506.1.2", "ru.gis.recipients", "payee"),
        ("ru.od-2506.1.7", "bank.recipients", "payee"),
        ("ru.od-2506.1.8", "ru.courts.criminal_cases", "payee"),
        ("ru.od-2506.2.2", "ru.cbr.digital_rouble", "payee"),
        ("ru.od-2506.1.5", "ru.cbr.devices", "device"),
    ],
)
def test_a_sign_of_a_list_expects_somebody_on_it(sign: str, name: str, role: str) -> None:
    """Who is expected to be found stands on the list at the world's start, and nobody else is paid."""
    listed = listed_values(name)
    for event in expecting(sign):
        assert values_of(event[role]) & listed
    for simulated in told("ru"):
        if simulated.event["type"] == "transfer" and values_of(simulated.event.get(role, {})) & listed:
            assert sign in simulated.expected_signs


def test_the_center_knows_whom_its_sign_expects() -> None:
    """In Kazakhstan the listed are paid by fraud, or they get a wage."""
    listed = listed_values("kz.afc.persons", "kz")
    for simulated in told("kz"):
        if values_of(simulated.event.get("payee", {})) & listed:
            wage = simulated.event.get("purpose_code") == "salary"
            assert ("kz.afc.1" in simulated.expected_signs) != wage


def test_1_12_has_its_inflow() -> None:
    """Own money of more than 200,000 roubles came over SBP less than 24 hours before, and a person is paid."""
    for event in expecting("ru.od-2506.1.12"):
        assert event["payee"]["kind"] == "individual"
        inflows = [
            past
            for past in before(event, event["payer"]["customer_id"], 23.99)
            if past["type"] == "transfer" and past["payer"].get("own") and past["amount_minor"] > 20_000_000
        ]
        assert any(past["rail"] == "sbp" for past in inflows)


def test_1_10c_has_its_change_of_number() -> None:
    """A number was changed at most 48 hours before."""
    for event in expecting("ru.od-2506.1.10c"):
        past = before(event, event["payer"]["customer_id"], 48)
        assert [change for change in past if change["type"] == "profile_change" and change["field"] == "phone"]


def test_1_9_has_its_report() -> None:
    """A report of an operator over six hours or more came within the day before."""
    for event in expecting("ru.od-2506.1.9"):
        reports = [
            past
            for past in before(event, event["payer"]["customer_id"], 24)
            if past["type"] == "telecom_activity" and "window_start" in past
        ]
        assert reports
        spans = [datetime.fromisoformat(r["window_end"]) - datetime.fromisoformat(r["window_start"]) for r in reports]
        assert max(spans).total_seconds() >= 6 * 3600


def test_1_11_has_its_transfer_abroad() -> None:
    """A card on a phone pays cash in within 24 hours of more than 100,000 roubles to a person abroad."""
    for event in expecting("ru.od-2506.1.11"):
        assert event["token_card"]
        abroad = [
            past
            for past in before(event, event["client"]["customer_id"], 24)
            if past["type"] == "transfer" and past.get("cross_border") and past["amount_minor"] > 10_000_000
        ]
        assert any(past["payee"]["kind"] == "individual" for past in abroad)


@pytest.mark.parametrize("jurisdiction", ["ru", "kz"])
def test_a_scene_shows_only_the_signs_of_its_table(jurisdiction: Jurisdiction) -> None:
    """The table of scenes names what a telling expects; a call or a hidden network while paying happens to anybody."""
    for simulated in told(jurisdiction):
        if simulated.scene:
            words = (*SCENES[simulated.scene].expected_signs, "call", "1.10b")
            assert set(simulated.expected_signs) <= set(signs_in_force(words, at(simulated.event), jurisdiction))


def marks(events: Iterable[SimulatedEvent]) -> set[str]:
    """Name what is seen of one telling, as a suspicious eye would."""
    found, credits_seen, payments = set(), 0, 0
    for simulated in events:
        event = simulated.event
        device, session = event.get("device", {}), event.get("session", {})
        found |= {event["type"]} - {"transfer", "transfer_result"}
        found |= {"elsewhere"} if session.get("ip", "").startswith("203.0.113.") else set()
        found |= {"sim"} if "sim_changed_at" in device else set()
        found |= {"call"} if device.get("call_active") else set()
        found |= {"refusals"} if event.get("declined_today", 0) >= 2 else set()
        if event["type"] != "transfer":
            continue
        payee, payer = event["payee"], event["payer"]
        credits_seen += "customer_id" in payee and not payer.get("own")
        payments += "customer_id" in payer
        found |= {"own_drawn"} if payer.get("own") else set()
        found |= {"abroad"} if event.get("cross_border") else set()
        found |= {"stranger"} if payee["kind"] == "individual" and not payee.get("own") else set()
        found |= {"large"} if event["amount_minor"] >= 10_000_000 else set()
        found |= {"order"} if event["rail"] == "order" else set()
    found |= {"strangers_credits"} if credits_seen else set()
    found |= {"in_and_out"} if credits_seen and payments else set()
    return found | ({"several"} if payments >= 2 else set())


@pytest.mark.parametrize("twin", [scene.name for scene in SCENES.values() if scene.honest])
def test_an_honest_twin_resembles_its_frauds(twin: str) -> None:
    """A twin shares at least two marks with each fraud that it is the twin of."""
    scene = SCENES[twin]
    tellings: dict[str, list[SimulatedEvent]] = defaultdict(list)
    for jurisdiction in scene.jurisdictions:
        for simulated in told(jurisdiction):
            if simulated.scene_id:
                tellings[f"{jurisdiction}-{simulated.scene_id}"].append(simulated)
    by_name: dict[str, list[set[str]]] = defaultdict(list)
    for events in tellings.values():
        by_name[str(events[0].scene)].append(marks(events))
    assert scene.twin_of
    for fraud in scene.twin_of:
        best = max(len(mine & theirs) for mine in by_name[twin] for theirs in by_name.get(fraud, [set()]))
        assert best >= 2, (twin, fraud)


def test_no_single_field_is_the_label() -> None:
    """Every scalar value that marks many frauds is met on honest events too; sums and ids aside."""
    fraud: dict[tuple[str, str], int] = defaultdict(int)
    honest: set[tuple[str, str]] = set()
    skipped = {"id", "occurred_at", "amount_minor", "account", "phone", "card", "inn", "customer_id", "port", "ip"}
    for simulated in told("ru"):
        event = simulated.event
        parts = {"": event} | {name: part for name, part in event.items() if isinstance(part, dict)}
        for name, part in parts.items():
            for key, value in part.items():
                if key in skipped or key.endswith("_at") or isinstance(value, dict):
                    continue
                mark = (f"{event['type']}.{name}.{key}", str(value))
                if simulated.fraud:
                    fraud[mark] += 1
                else:
                    honest.add(mark)
    outside = {"scheme", "malware", "digital_rouble", "crypto", "apdu", "ewallet", "declined_today", "token_card"}
    labels = {
        mark
        for mark, count in fraud.items()
        if count > 20 and mark not in honest and not any(word in f"{mark}" for word in outside)
    }
    assert labels == set()
