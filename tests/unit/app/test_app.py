"""Wiring: names in settings lead somewhere, clocks do not mix, a store that failed is opened again."""

from pathlib import Path
from typing import Any

import pytest

from holdfast.app import assemble, load_packs, make_clock, make_law, move_clock, reopen, tenant_of
from holdfast.app.clocks import StandingClock
from holdfast.settings import Settings, read_settings
from holdfast.vocabulary.errors import ConflictError, SettingError

CLOCK = "2026-05-08T12:00:00+03:00"


def settings(data: Path | None = None, **given: Any) -> Settings:
    """Read settings for the smallest set of packs."""
    return read_settings({"data": data or Path("unused"), "packs": "ru/9-fz", **given}, {})


@pytest.mark.parametrize(
    "given", [{"mode": "ru.od-2506.1.66=observe"}, {"set": "ru.9-fz:nothing=1"}, {"trust": "kz.x"}]
)
def test_a_name_that_nothing_bears_is_refused(given: Any) -> None:
    """A misspelt sign, parameter or pack would silently do nothing, so the server does not start."""
    asked = settings(**given)
    with pytest.raises(SettingError, match="nothing is called"):
        make_law(asked, load_packs(asked.packs), tenant_of(asked))


@pytest.mark.parametrize("name", ["sbp", "cash_withdrawal", "ru.9-fz", "policy.default"])
def test_rails_packs_and_types_without_rails_have_modes(name: str) -> None:
    """What can have a mode can be named."""
    asked = settings(mode=f"{name}=observe")
    make_law(asked, load_packs(asked.packs), tenant_of(asked))


@pytest.mark.parametrize("clock", ["noon", "2026-05-08T12:00:00", "2026-13-01T00:00:00Z"])
def test_a_test_clock_is_an_instant_with_offset(clock: str) -> None:
    """What is no instant, or has no offset, is refused."""
    with pytest.raises(SettingError, match="clock"):
        make_clock(settings(clock=clock, dev=True))


def test_a_standing_clock_moves_forward_only() -> None:
    """The same instant does nothing, an earlier one is a conflict."""
    clock = StandingClock(10)
    clock.move(10)
    clock.move(11)
    with pytest.raises(ConflictError):
        clock.move(10)
    assert clock.now_ms() == 11


def test_a_directory_keeps_its_kind_of_clock_and_its_time(tmp_path: Path) -> None:
    """A test clock goes on from where it was left; its directory never opens without one."""
    first = assemble(settings(tmp_path, clock=CLOCK, dev=True))
    move_clock(first, first.clock.now_ms() + 5)
    first.store.close()
    again = assemble(settings(tmp_path, clock=CLOCK, dev=True))
    assert again.clock.now_ms() == first.clock.now_ms()
    again.store.close()
    with pytest.raises(SettingError, match="test clock"):
        assemble(settings(tmp_path))


def test_a_store_is_opened_again_under_its_own_lock(tmp_path: Path) -> None:
    """The directory is let go and taken anew in one step, with the same secrets."""
    assembled = assemble(settings(tmp_path))
    secret = assembled.store.derive("windows")
    again = reopen(assembled)
    assert again.derive("windows") == secret
    again.set_meta("name", "text")
    again.close()
