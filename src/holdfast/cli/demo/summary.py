"""What a demonstration leaves behind: a summary by scene, where the store lies, and how to look at it again."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from holdfast.cli.demo.screen import number
from holdfast.cli.demo.tally import Tally, scene_row
from holdfast.simulation.market.report import story_rows


def scenes_table(tally: Tally, *, honest: bool) -> Table:
    """Show how many tellings of each scene were stopped, and how many only met a further check."""
    title = "honest twins: stopped by the letter of the law" if honest else "fraud: caught by scene"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2), header_style="dim")
    table.add_column("scene")
    table.add_column("told", justify="right")
    table.add_column("stopped" if honest else "caught", justify="right")
    table.add_column("checked", justify="right")
    table.add_column("money delayed" if honest else "saved", justify="right")
    table.add_column("money passed" if honest else "lost", justify="right")
    rows = [scene_row(name, count) for name, count in sorted(tally.scenes.items()) if count.honest is honest]
    for row in rows:
        saved, lost = number(row["saved_minor"] // 100), number(row["lost_minor"] // 100)
        table.add_row(row["scene"], str(row["told"]), str(row["stopped"]), str(row["checked"]), saved, lost)
    return table


def stories_table(tally: Tally, *, honest: bool) -> Table:
    """Show how many tellings of each of the marketplace's stories were stopped, and how many only met a warning."""
    title = "marketplace, honest twins" if honest else "marketplace, fraud: stopped by story"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2), header_style="dim")
    table.add_column("story")
    for name in ("told", "stopped", "warned"):
        table.add_column(name, justify="right")
    for row in story_rows(tally.market.stories):
        if row["honest"] is honest:
            table.add_row(*(str(row[name]) for name in ("scene", "told", "stopped", "warned")))
    return table


def print_summary(console: Console, tally: Tally, *, again: str, data: Path) -> None:
    """Print the summary."""
    honest = tally.all.friction("all")
    per_fraud = honest.stopped_per_fraud
    told, caught = tally.told(honest=False)
    latency = tally.latency_ms()
    console.print()
    console.print("[bold]Summary[/bold]")
    for count in (False, True):
        if any(one.honest is count for one in tally.scenes.values()):
            console.print(scenes_table(tally, honest=count))
    console.print(f"fraud stories caught: {caught} of {told}")
    console.print(
        f"honest transfers stopped: {honest.honest_stopped} of {honest.honest_transfers}"
        f" ({honest.stopped_per_10k:.1f} in 10,000"
        + (f"; {per_fraud:.1f} for each fraudulent transfer caught)" if per_fraud is not None else ")")
    )
    _print_market(console, tally)
    timing = f"; p50 {latency[0]:.1f} ms, p99 {latency[1]:.1f} ms" if latency else ""
    console.print(
        f"decided: {tally.decisions} (after {tally.warm_events} events of warm-up);"
        f" best rate {tally.best_rate:.0f} events/s{timing}"
    )
    if tally.failures:
        console.print(f"calls refused: {tally.failures}; the last: {tally.last_failure}", markup=False)
    console.print(f"the store is in {data}; look at it again with:", soft_wrap=True, highlight=False)
    console.print(f"  {again}", soft_wrap=True, highlight=False, markup=False)


def _print_market(console: Console, tally: Tally) -> None:
    """Print what became of the marketplace."""
    if not tally.market.all.decided:
        return
    for honest in (False, True):
        console.print(stories_table(tally, honest=honest))
    told, caught = tally.market.told(honest=False)
    bore = tally.market.all
    console.print(
        f"marketplace: fraud stories stopped: {caught} of {told}; honest events stopped: {bore.stopped} of"
        f" {bore.decided} ({bore.stopped_per_10k:.1f} in 10,000), asked for a check: {bore.challenged}"
    )
