"""Train the model of scam wordings that comes with the package, from labelled chat messages."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from holdfast.cli.writing import write_whole
from holdfast.matching.wordings import to_bytes
from holdfast.vocabulary.errors import InvalidError

if TYPE_CHECKING:
    from holdfast.training.messages import Report


def messages(
    file: Annotated[Path, typer.Argument(help="Labelled messages, tab-separated: see examples/messages/README.md.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to write the model.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Train the model of scam wordings; the report is on groups of messages that it never saw."""
    from holdfast.training.messages import labelled, train

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidError(f"`{file}` cannot be read: {error}", hint="give a UTF-8 file") from None
    model, report = train(labelled(text))
    if output is not None:
        write_whole(output, to_bytes(model))
    console = Console(highlight=False, soft_wrap=True)
    if as_json:
        console.print_json(data=asdict(report))
    else:
        _show(console, report)


def _show(console: Console, report: "Report") -> None:
    """Print the figures as plain lines."""
    console.print(
        f"{report.rows} messages, {report.tested} of them in groups kept for the test; average precision "
        f"{report.average_precision}, Brier score {report.brier}, calibration error {report.calibration_error}"
    )
    for one in report.reached:
        console.print(
            f"  score >= {one.threshold}, {one.language or 'all'}: recall {one.recall} of {one.scams}, "
            f"precision {one.precision}, honest messages reached {one.honest_hit} of {one.honest}"
        )
