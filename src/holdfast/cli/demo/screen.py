"""What a person sees while the demonstration runs: one live screen, or plain lines where there is no terminal."""

from collections.abc import Iterable

from rich.console import Group, JustifyMethod, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from holdfast.cli.demo.drive import Drive
from holdfast.cli.demo.tally import Stop, Tally
from holdfast.vocabulary.instants import from_ms, to_ms

COLOURS = {"allow": "green", "challenge": "yellow", "hold": "dark_orange", "refuse": "red"}
_BAR = 44
_FIXED_LINES = 18
_NARROW = 110
_WIDTHS: dict[str, int | None] = {
    "time": 11,
    "outcome": 7,
    "amount": 13,
    "rail": 8,
    "why": None,
    "sign": 15,
    "held until": 11,
    "truth": 6,
}
_PHASES = {
    "starting": "starting the server",
    "lists": "loading regulators' lists",
    "kernels": "first events",
    "warm-up": "warm-up: giving the bank a past (not counted)",
    "live": "live",
    "over": "the days are over; the server and the page stay until Ctrl-C",
}


def number(value: float) -> str:
    """Write a number with thin groups of thousands."""
    return f"{value:,.0f}".replace(",", "\u202f")


def money(minor: int, currency: str) -> str:
    """Write an amount in whole units of its currency."""
    return f"{number(minor // 100)} {currency}"


def simulated_time(drive: Drive) -> str:
    """Write the simulated instant."""
    return f"{from_ms(drive.now_ms, drive.course.world.tzinfo):%a %d.%m.%Y %H:%M}"


def _warm_share(drive: Drive) -> float:
    begin = to_ms(drive.course.world.start)
    return (drive.now_ms - begin) / max(drive.course.counted_from_ms - begin, 1)


def _head(drive: Drive, link: str) -> RenderableType:
    """Show the link, the simulated time and what is being done."""
    rows = Table.grid(padding=(0, 2))
    rows.add_row(Text("open", style="bold"), Text(link, style=f"bold cyan link {link}"))
    rows.add_row(Text("time", style="bold"), Text(f"{simulated_time(drive)} (simulated)"))
    phase: RenderableType = Text(_PHASES[drive.phase])
    if drive.phase == "warm-up":
        bar = ProgressBar(total=1.0, completed=_warm_share(drive), width=30)
        phase = Table.grid(padding=(0, 2))
        phase.add_row(Text(_PHASES[drive.phase]), bar)
    rows.add_row(Text("now", style="bold"), phase)
    title = "Holdfast: an invented bank and an invented marketplace, decided live"
    return Panel(rows, title=title, title_align="left", border_style="cyan")


def _speed(tally: Tally) -> RenderableType:
    """Show rates, latency as the caller sees it, and totals."""
    events, decisions = tally.rates()
    latency = tally.latency_ms()
    cells = [
        ("events/s", number(events)),
        ("decisions/s", number(decisions)),
        ("p50", f"{latency[0]:.1f} ms" if latency else "-"),
        ("p99", f"{latency[1]:.1f} ms" if latency else "-"),
        ("decided", number(tally.decisions)),
    ]
    if tally.failures:
        cells.append(("refused calls", number(tally.failures)))
    table = Table.grid(padding=(0, 3))
    table.add_row(*(Text.assemble((name + " ", "dim"), (value, "bold")) for name, value in cells))
    return table


def outcome_bar(tally: Tally, width: int = _BAR) -> Text:
    """Draw the outcomes as one bar; whatever happened at all is at least one cell wide."""
    total = max(tally.decisions, 1)
    bar, legend = Text(), Text("  ")
    for word, colour in COLOURS.items():
        count = tally.outcomes[word]
        cells = max(round(width * count / total), 1) if count else 0
        bar.append("█" * cells, style=colour)
        legend.append(f"{word} {number(count)}  ", style=colour)
    return bar + legend


def _truth(tally: Tally) -> RenderableType:
    """Show what the simulation knows: frauds caught and missed, honest people stopped."""
    told, caught = tally.told(honest=False)
    saved, lost = tally.money()
    honest = tally.all.friction("all")
    table = Table.grid(padding=(0, 3))
    table.add_row(
        Text("bank", style="bold"),
        Text.assemble(("caught ", "dim"), (f"{caught} of {told} fraud stories", "bold green")),
        Text.assemble(("missed ", "dim"), (str(told - caught), "bold red" if told > caught else "bold")),
        Text.assemble(("saved / lost ", "dim"), f"{number(saved // 100)} / {number(lost // 100)}"),
        Text.assemble(
            ("honest stopped ", "dim"),
            (f"{honest.honest_stopped} ({honest.stopped_per_10k:.1f} in 10,000)", "bold"),
        ),
    )
    told, caught = tally.market.told(honest=False)
    market = tally.market.all
    table.add_row(
        Text("market", style="bold"),
        Text.assemble(("caught ", "dim"), (f"{caught} of {told} fraud stories", "bold green")),
        Text.assemble(("missed ", "dim"), (str(told - caught), "bold red" if told > caught else "bold")),
        Text.assemble(("honest events ", "dim"), number(market.decided)),
        Text.assemble(
            ("honest stopped ", "dim"), (f"{market.stopped} ({market.stopped_per_10k:.1f} in 10,000)", "bold")
        ),
    )
    return table


def _day_and_time(text: str) -> str:
    """Shorten `2026-05-09 23:59` to `09.05 23:59`."""
    return f"{text[8:10]}.{text[5:7]} {text[11:]}" if text else ""


def _stop_row(stop: Stop) -> dict[str, RenderableType]:
    """Give every cell of one hold or refusal by its column."""
    return {
        "time": _day_and_time(stop.at),
        "outcome": Text(stop.outcome, style=COLOURS[stop.outcome]),
        "amount": money(stop.amount_minor, stop.currency),
        "rail": stop.rail,
        "why": stop.reason,
        "sign": stop.sign,
        "held until": _day_and_time(stop.until),
        "truth": Text("fraud", style="red") if stop.fraud else Text("honest", style="green"),
    }


def _stops(stops: Iterable[Stop], *, narrow: bool) -> RenderableType:
    """Show the last holds and refusals with their reasons; a narrow screen leaves out time and rail."""
    table = Table(expand=True, box=None, padding=(0, 1, 0, 0), header_style="dim")
    names = [name for name in _WIDTHS if not (narrow and name in {"time", "rail"})]
    for name in names:
        justify: JustifyMethod = "right" if name == "amount" else "left"
        width = _WIDTHS[name]
        ratio = None if width else 1
        table.add_column(name, width=width, ratio=ratio, no_wrap=True, overflow="ellipsis", justify=justify)
    for stop in reversed(list(stops)):
        cells = _stop_row(stop)
        table.add_row(*(cells[name] for name in names))
    return table


def live_screen(drive: Drive, link: str, *, width: int, height: int) -> RenderableType:
    """Draw the whole screen for a terminal of so many columns and lines."""
    tally = drive.tally
    room = max(height - _FIXED_LINES, 1)
    last = list(tally.stops)[-room:]
    stops = Panel(
        _stops(last, narrow=width < _NARROW), title="last holds and refusals", title_align="left", border_style="dim"
    )
    truth = Panel(_truth(tally), title="what the simulation knows", title_align="left", border_style="dim")
    foot = Text("Ctrl-C ends the demo with a summary; the store stays on disk", style="dim")
    return Group(_head(drive, link), _speed(tally), outcome_bar(tally), truth, stops, foot)


def plain_line(drive: Drive) -> str:
    """Write the state in one line."""
    tally = drive.tally
    if drive.phase != "live":
        return f"{simulated_time(drive)}  {_PHASES[drive.phase]}  {tally.warm_events} events"
    events, _ = tally.rates()
    latency = tally.latency_ms()
    outcomes = " ".join(f"{word}={tally.outcomes[word]}" for word in COLOURS)
    told, caught = tally.told(honest=False)
    speed = (
        f"{events:.0f} events/s p50={latency[0]:.1f}ms p99={latency[1]:.1f}ms" if latency else f"{events:.0f} events/s"
    )
    honest = tally.all.friction("all")
    on_market, stopped = tally.market.told(honest=False), tally.market.all
    return (
        f"{simulated_time(drive)}  {speed}  {outcomes}  caught={caught}/{told} "
        f"honest_stopped={honest.honest_stopped} ({honest.stopped_per_10k:.1f} in 10,000)  "
        f"market: caught={on_market[1]}/{on_market[0]} "
        f"honest_stopped={stopped.stopped} ({stopped.stopped_per_10k:.1f} in 10,000)"
    )


def plain_stop(stop: Stop) -> str:
    """Write one hold or refusal in one line."""
    until = f" until {stop.until}" if stop.until else ""
    truth = "fraud" if stop.fraud else "honest"
    amount = money(stop.amount_minor, stop.currency)
    return f"  {stop.outcome} {amount} {stop.rail} [{stop.sign}] {stop.reason}{until} ({truth})"
