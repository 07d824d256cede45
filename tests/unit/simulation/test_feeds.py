"""The lists of a world: known at its start, growing week by week, in the form that the doors take."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from holdfast.simulation.feeds import feed_loads, list_entries, lists_of
from holdfast.simulation.world import World
from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.lists import ListKind

RU = World(seed=1, start=datetime(2026, 5, 4, tzinfo=ZoneInfo("Europe/Moscow")))
KZ = World(seed=1, start=datetime(2026, 5, 4, tzinfo=ZoneInfo("Asia/Almaty")), jurisdiction="kz")
FIELDS = {"kind", "value", "bic", "police", "reason", "document"}


@pytest.mark.parametrize("world", [RU, KZ])
def test_every_list_has_entries_of_known_kinds(world: World) -> None:
    """Each list of the country is given once, with entries that the wire knows."""
    given = list_entries(world)
    assert [item["list"] for item in given] == list(lists_of(world))
    for item in given:
        assert item["entries"]
        for entry in item["entries"]:
            assert ListKind(entry["kind"])
            assert set(entry) <= FIELDS


def test_a_criminal_case_has_its_document() -> None:
    """Entries of the courts' list name the paper behind them."""
    (courts,) = [item["entries"] for item in list_entries(RU) if item["list"] == "ru.courts.criminal_cases"]
    assert all(entry["document"]["number"] and entry["document"]["date"] for entry in courts)


def test_kazakh_lists_hold_tax_numbers() -> None:
    """The Center's list knows people by their IIN."""
    (persons,) = list_entries(KZ)
    assert any(entry["kind"] == "iin" and len(entry["value"]) == 12 for entry in persons["entries"])


def test_loads_come_in_order_and_bring_something_new() -> None:
    """A timetable of four weeks lies after the start, in order, and repeats no entry."""
    loads = list(feed_loads(RU, 28))
    instants = [datetime.fromisoformat(load["at"]) for load in loads]
    assert instants == sorted(instants)
    assert instants[0] > RU.start
    assert instants[-1] <= RU.start + timedelta(days=28)
    known = {(item["list"], entry["kind"], entry["value"]) for item in list_entries(RU) for entry in item["entries"]}
    for load in loads:
        new = {(load["list"], entry["kind"], entry["value"]) for entry in load["entries"]}
        assert new
        assert not new & known
        known |= new
    assert {load["list"] for load in loads} == set(lists_of(RU))


def test_a_later_start_knows_what_was_loaded_before() -> None:
    """A world that starts two weeks later holds at its start what the earlier one learns meanwhile."""
    later = World(seed=1, start=RU.start + timedelta(days=14))
    held = {(item["list"], entry["value"]) for item in list_entries(later) for entry in item["entries"]}
    learnt = {(load["list"], entry["value"]) for load in feed_loads(RU, 14) for entry in load["entries"]}
    assert learnt <= held


def test_a_negative_timetable_is_refused() -> None:
    """The number of days is not negative."""
    with pytest.raises(SettingError):
        list(feed_loads(RU, -1))
