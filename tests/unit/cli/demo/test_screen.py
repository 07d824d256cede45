"""The live view: everything on one screen of any usual size, the link always in sight."""

from datetime import UTC, datetime

import pytest
from rich.console import Console

from holdfast.cli.demo.course import Course, both_streams, event_ms, is_decided, lane_of
from holdfast.cli.demo.drive import Drive
from holdfast.cli.demo.screen import live_screen, outcome_bar, plain_line, plain_stop
from holdfast.cli.demo.tally import Stop, Tally
from holdfast.simulation.market.market import Market
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
    return Drive("http://127.0.0.1:1", course(), Tally())


def course() -> Course:
    """Give two days of a small bank and a small marketplace."""
    start = datetime(2026, 5, 4, tzinfo=UTC)
    market = Market(seed=7, listings_a_day=5, start=start)
    return Course(world=World(seed=7, clients=20, start=start), market=market, warm_days=1, days=2, rate=0)


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


def test_all_events_of_one_seller_or_client_go_down_one_lane() -> None:
    """A seller is known on either side of a message and as whoever signs in; a client as payer, client or payee."""
    of_seller = ({"seller": {"seller_id": "s"}}, {"from": {"customer_id": "b"}, "to": {"seller_id": "s"}})
    assert len({lane_of(event, 16) for event in (*of_seller, {"client": {"seller_id": "s"}})}) == 1
    of_client = ({"payer": {"customer_id": "c"}, "payee": {"customer_id": "d"}}, {"client": {"customer_id": "c"}})
    assert len({lane_of(event, 16) for event in (*of_client, {"payee": {"customer_id": "c"}})}) == 1
    assert lane_of({"of": "t"}, 16) == lane_of({}, 16)


def test_bank_and_marketplace_come_as_one_stream_in_order_of_time() -> None:
    """Both are in it, nothing goes back in time, and reports are told from what is decided."""
    events = [one.event for one in both_streams(course(), 2)]
    assert [event_ms(event) for event in events] == sorted(event_ms(event) for event in events)
    decided = {event["type"] for event in events if is_decided(event)}
    assert {"transfer", "listing_published", "message_sent"} <= decided
    assert not decided & {"transfer_result", "listing_closed", "complaint", "mention", "identity_check"}
    assert is_decided({"type": "login", "where": "marketplace"})
    assert not is_decided({"type": "login", "where": "bank"})
