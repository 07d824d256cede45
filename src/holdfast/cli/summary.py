"""The summary of a run over a file, as tables for a person or as JSON for a script."""

from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from holdfast.cli.screen import one_line_table, screen
from holdfast.operations.file_run import STATES, Caught, FileRun
from holdfast.vocabulary.instants import from_ms
from holdfast.vocabulary.outcome import Outcome
from holdfast.wire.canonical import canonical

_MB = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a run ended: seconds by the clock and of the processor, the most memory held, whether it was interrupted."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    interrupted: bool = False


def summary(run: FileRun, pace: Pace) -> dict[str, Any]:
    """Give the summary as plain data."""
    return {
        "rows": run.rows,
        "events": run.events,
        "rejected": run.rejected,
        "duplicates": run.duplicates,
        "known": run.known,
        "unordered": run.unordered,
        "late": run.late,
        "first": _instant(run.first_ms),
        "last": _instant(run.last_ms),
        "longest_step": {"hours": run.longest_step_ms // 3_600_000, "line": run.longest_step_line},
        "outcomes": {outcome.word: run.outcomes[outcome.word] for outcome in Outcome},
        "would_be": dict(run.would_be),
        "signs": [_sign(run, name, states) for name, states in run.signs().items()],
        "rules": [{"id": name, "true": count, **_truth(run, name)} for name, count in run.rules.most_common()],
        "labels": [_caught(one) for one in run.caught()],
        "seconds": round(pace.seconds, 3),
        "cpu_seconds": round(pace.cpu_seconds, 3),
        "events_per_second": round(run.events / pace.seconds) if pace.seconds else None,
        "stage_us": {name: round(spent / 1000 / max(1, run.events), 2) for name, spent in run.stage_ns.items()},
        "peak_mb": round(pace.peak_bytes / _MB),
        "interrupted": pace.interrupted,
    }


def _instant(at_ms: int | None) -> str | None:
    return None if at_ms is None else from_ms(at_ms).isoformat()


def _sign(run: FileRun, name: str, states: dict[str, int]) -> dict[str, Any]:
    title = run.titles.get(name, "")
    return {"id": name, "title": title, **states, "missing": run.missing(name)[:3], **_truth(run, name)}


def _truth(run: FileRun, name: str) -> dict[str, int]:
    if not run.truth:
        return {}
    return {"bad": run.fired_truth[name, True], "honest": run.fired_truth[name, False]}


def _caught(one: Caught) -> dict[str, Any]:
    return {**asdict(one), "recall": one.recall, "precision": one.precision, "honest_per_caught": one.honest_per_caught}


def print_json(run: FileRun, pace: Pace) -> None:
    """Print the summary as one JSON object."""
    print(canonical(summary(run, pace)).decode())


def print_loaded(run: FileRun, pace: Pace, *, as_json: bool) -> None:
    """Print what a load of history did."""
    told = summary(run, pace)
    kept = ("rows", "events", "rejected", "duplicates", "known", "first", "last", "seconds", "peak_mb", "interrupted")
    if as_json:
        print(canonical({name: told[name] for name in kept}).decode())
        return
    console = screen()
    console.print(
        f"{run.rows:,} rows, {run.events:,} loaded, {run.rejected:,} rejected, {run.duplicates:,} repeated, "
        f"{run.known:,} known already"
    )
    console.print(
        f"{told['first']} to {told['last']}; {pace.seconds:.1f} s, {told['events_per_second'] or 0:,} events/s"
    )


def print_summary(run: FileRun, pace: Pace) -> None:
    """Print the summary for a person."""
    console = screen()
    told = summary(run, pace)
    console.print(
        f"{run.rows:,} rows, {run.events:,} decided, {run.rejected:,} rejected, {run.duplicates:,} repeated, "
        f"{run.known:,} known already, {run.unordered:,} out of order ({run.late:,} by more than 24 h)"
    )
    console.print(
        f"{told['first']} to {told['last']}; {pace.seconds:.1f} s ({pace.cpu_seconds:.1f} s of processor), "
        f"{told['events_per_second'] or 0:,} events/s, "
        f"peak memory {told['peak_mb']:,} MB" + (", interrupted" if pace.interrupted else "")
    )
    console.print("  ".join(f"{name} {spent} us" for name, spent in told["stage_us"].items()))
    console.print(_outcomes(run))
    for table in (_signs(told), _rules(told), _labels(told)):
        if table.row_count:
            console.print(table)


def _outcomes(run: FileRun) -> Table:
    table = one_line_table("outcome", "events", "share", title="Outcomes")
    for outcome in Outcome:
        count = run.outcomes[outcome.word]
        table.add_row(outcome.word, f"{count:,}", f"{100 * count / max(1, run.events):.3f} %")
    return table


def _signs(told: dict[str, Any]) -> Table:
    columns = ("sign", "title", *STATES, *(("bad", "honest") if told["labels"] else ()), "unknown without")
    table = one_line_table(*columns, title="Signs")
    for row in told["signs"]:
        counts = [f"{row[state]:,}" for state in STATES]
        counts += [f"{row[name]:,}" for name in ("bad", "honest") if name in row]
        table.add_row(row["id"], row["title"], *counts, ", ".join(name[:40] for name in row["missing"]))
    return table


def _rules(told: dict[str, Any]) -> Table:
    columns = ("rule", "true", *(("bad", "honest") if told["labels"] else ()))
    table = one_line_table(*columns, title="Rules")
    for row in told["rules"]:
        table.add_row(row["id"], *(f"{row[name]:,}" for name in ("true", "bad", "honest") if name in row))
    return table


def _labels(told: dict[str, Any]) -> Table:
    columns = ("stopped at", "caught", "missed", "honest stopped", "recall", "precision", "honest per caught")
    table = one_line_table(*columns, title="Against the labels")
    for row in told["labels"]:
        shares = ["-" if row[name] is None else f"{100 * row[name]:.2f} %" for name in ("recall", "precision")]
        cost = "-" if row["honest_per_caught"] is None else f"{row['honest_per_caught']:.2f}"
        counts = [f"{row[name]:,}" for name in ("caught", "missed", "honest_stopped")]
        table.add_row(f"{row['level']} and above", *counts, *shares, cost)
    return table
