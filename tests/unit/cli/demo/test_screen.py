"""The live view: everything on one screen of any usual size, the link always in sight."""

from datetime import UTC, datetime

import pytest
from rich.console import Console

from holdfast.cli.demo.drive import Course, Drive, client_of
from holdfast.cli.demo.screen import live_screen, outcome_bar, plain_line, plain_stop
from holdfast.cli.demo.tally import Stop, Tally
from holdfast.simulation.world import World

LINK = "http://127.0.0.1:8000/demo"
STOP = Stop(
    at="2026-05-08 12:00",
    outcome="hold",
    amount_minor=30_000_000,
    currency="RUB",
    rail="order",
    reason="Atypical calls or messages were seen before the operation",
    sign="ru.od-2506.1.9",
    until="2026-05-09 23:59",
    fraud=True,
)


def drive() -> Drive:
    """Make a drive that stands at its start."""
    world = World(seed=7, clients=20, start=datetime(2026, 5, 4, tzinfo=UTC))
    return Drive("http://127.0.0.1:1", Course(world=world, warm_days=1, days=2, rate=0), Tally())


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize("phase", ["starting", "lists", "kernels", "warm-up", "live", "over"])
def test_the_screen_fits_and_shows_the_link(width: int, height: int, phase: str) -> None:
    """In every phase and on every usual terminal the link and the newest stop are in sight."""
    shown = drive()
    shown.phase = phase
    shown.tally.stops.extend([STOP] * 12)
    console = Console(width=width, height=height, record=True, force_terminal=False)
    with console.capture() as capture:
        console.print(live_screen(shown, LINK, width=width, height=height))
    lines = capture.get().splitlines()
    assert LINK in "\n".join(lines)
    assert "ru.od-2506.1.9" in "\n".join(lines)
    assert len(lines) <= height


def test_what_happened_once_is_seen_in_the_bar() -> None:
    """One refusal among ten thousand transfers still has a cell of its own."""
    tally = Tally()
    tally.outcomes.update(allow=10_000, refuse=1)
    assert "refuse 1" in outcome_bar(tally).plain


def test_plain_lines_say_the_same() -> None:
    """Without a terminal the figures and the stops are lines."""
    shown = drive()
    shown.phase = "live"
    shown.tally.outcomes.update(allow=3)
    assert "allow=3" in plain_line(shown)
    assert "[ru.od-2506.1.9]" in plain_stop(STOP)
    assert "(fraud)" in plain_stop(STOP)


def test_an_event_belongs_to_the_client_it_speaks_about() -> None:
    """The payer of ours comes first, then who is reported about, then the payee of ours."""
    assert client_of({"payer": {"customer_id": "a"}, "payee": {"customer_id": "b"}}) == "a"
    assert client_of({"client": {"customer_id": "c"}}) == "c"
    assert client_of({"payer": {"card": "1"}, "payee": {"customer_id": "b"}}) == "b"
    assert client_of({"of": "t"}) == ""
