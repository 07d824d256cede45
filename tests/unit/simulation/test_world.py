"""A world refuses what cannot be told."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from holdfast.simulation.world import World
from holdfast.vocabulary.errors import SettingError

START = datetime(2026, 5, 4, tzinfo=ZoneInfo("Europe/Moscow"))


def test_the_country_gives_zone_and_money() -> None:
    """Kazakhstan has its own zone and tenge; a zone that is named wins."""
    assert World(seed=1, start=START, jurisdiction="kz").country.currency == "KZT"
    assert World(seed=1, start=START, jurisdiction="kz").zone == "Asia/Almaty"
    assert World(seed=1, start=START, zone="Asia/Omsk").zone == "Asia/Omsk"


@pytest.mark.parametrize("wrong", [{"start": START.replace(tzinfo=None)}, {"clients": 3}, {"frauds_per_100k": -1.0}])
def test_impossible_worlds_are_refused(wrong: dict[str, Any]) -> None:
    """A naive start, a handful of clients, and a negative share are errors that name the setting."""
    fields: dict[str, Any] = {"seed": 1, "start": START, **wrong}
    with pytest.raises(SettingError) as caught:
        World(**fields)
    assert caught.value.pointer in wrong
