"""`holdfast models`: checks a model, shows it, writes the matrix to train one, and trains it."""

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import json as msgspec_json

from holdfast.app import reading_for, tenant_of
from holdfast.cli.options import Data, Json, Language, Zone
from holdfast.cli.progress import walk
from holdfast.cli.screen import one_line_table, screen
from holdfast.cli.writing import unwritable
from holdfast.engine.schema import full_schema
from holdfast.operations.check_model import check_features, check_model
from holdfast.operations.collect_matrix import collect_matrix
from holdfast.operations.law import Law
from holdfast.operations.model_folder import read_folder, write_folder
from holdfast.operations.read_models import described
from holdfast.scoring.manifest import read_model
from holdfast.settings import read_settings
from holdfast.training.fit import Report, fit
from holdfast.training.matrix import Matrix, sample_of
from holdfast.vocabulary.errors import ModelError
from holdfast.vocabulary.instants import DAY_MS
from holdfast.vocabulary.models import Model

if TYPE_CHECKING:
    import polars as pl

models = typer.Typer(help="The model that scores: check, show, train.", no_args_is_help=True)
Folder = Annotated[Path, typer.Argument(help="The model's folder, with `model.yaml` and `model.txt`.")]
Untrained = Annotated[bool, typer.Option("--untrained", help="Look at `model.yaml` alone, before there are trees.")]


@models.command()
def check(folder: Folder, *, untrained: Untrained = False, zone: Zone = None) -> None:
    """Check that a model can go live: its files, each feature, its trees, and that it gives a score."""
    model = _read(folder, trained=not untrained)
    law = _law(model, zone)
    if untrained:
        check_features(model, law, full_schema())
    else:
        check_model(law, full_schema())
    plans = [scorer.inputs.plans for kind in model.on if (scorer := law.scorer(kind)) is not None]
    windows = {window.name for plans_of in plans for plan in plans_of for window in plan.windows}
    sources = sorted({source for plans_of in plans for plan in plans_of for source in plan.sources})
    told = screen()
    told.print(f"good: {model.version} on {', '.join(model.on)}, {len(model.features)} features", markup=False)
    told.print(f"asks the past: {len(windows)} statistics", markup=False)
    told.print(f"needs complete: {', '.join(sources) or 'nothing'}", markup=False)


@models.command()
def show(folder: Folder, *, language: Language = None, json: Json = False) -> None:
    """Show what a model reads and what is known of its training."""
    model = _read(folder, trained=False)
    row = described(model, lambda titles: titles.get(language or "ru") or titles["en"])
    if json:
        print(msgspec_json.encode(row).decode())
        return
    told = screen()
    told.print(f"{model.version}  on {', '.join(model.on)}", markup=False)
    for name, values in (("trained on", model.trained_on), ("metrics", model.metrics)):
        if values:
            told.print(f"{name}: {', '.join(f'{key} {_short(value)}' for key, value in values.items())}", markup=False)
    table = one_line_table("feature", "value", "title")
    for one in model.features:
        title = one.title.get(language or "ru") or one.title["en"]
        table.add_row(one.name + " *" * one.required, one.value[:120], title)
    told.print(table)


@models.command()
def matrix(
    folder: Folder,
    *,
    out: Annotated[Path, typer.Option("-o", "--out", help="The Parquet file to write.")],
    data: Data = None,
    dev: Annotated[
        bool, typer.Option("--dev", help="The directory was filled under --dev: lists start empty.")
    ] = False,
    json: Json = False,
) -> None:
    """Write the training matrix: every operation of the log with its features as they were, and its label."""
    model = _read(folder, trained=False)
    settings = read_settings({"data": data}, os.environ)
    with reading_for(model, settings.data, dev=dev) as shard:
        check_features(model, shard.law, full_schema())
        made = Matrix(features=[feature.name for feature in model.features])
        walk(collect_matrix(shard, made), total=shard.ports.store.last_seq(), quiet=json)
    frame = made.frame()
    try:
        frame.write_parquet(out)
    except OSError as error:
        raise unwritable(out, error) from None
    told = _counted(frame) | {"without_score": made.unscored}
    sys.stdout.write(
        msgspec_json.encode(told).decode() + "\n"
        if json
        else "".join(f"{name.replace('_', ' ')}: {number:,}\n" for name, number in told.items())
    )


@models.command()
def train(
    folder: Folder,
    *,
    matrix_file: Annotated[Path, typer.Option("--matrix", help="What `holdfast models matrix` wrote.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="A new folder for the trained model.")],
    label_delay_days: Annotated[
        int, typer.Option(help="Leave out so many of the newest days: their fraud is not reported yet.", min=0)
    ] = 0,
    json: Json = False,
) -> None:
    """Train a model on a matrix: the first 60 % of the time to learn, 20 % to calibrate, the last 20 % to judge."""
    model = _read(folder, trained=False)
    names = [feature.name for feature in model.features]
    sample = sample_of(_frame(matrix_file), names, delay_ms=label_delay_days * DAY_MS)
    trained = fit(model, sample)
    write_folder(out, trained.model)
    _law_checked(out)
    if json:
        sys.stdout.write(msgspec_json.encode(asdict(trained.report)).decode() + "\n")
    else:
        _print(trained.report, out)


def _short(value: str | float) -> str:
    """Write a figure without digits that say nothing."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _read(folder: Path, *, trained: bool) -> Model:
    return read_model(read_folder(folder, trained=trained))


def _law(model: Model, zone: str | None = None) -> Law:
    """Give a law of this model alone, which is enough to compile its features."""
    tenant = tenant_of(read_settings({"zone": zone}, os.environ))
    return Law((), full_schema(), tenant=tenant, parameters={}, model=model)


def _law_checked(folder: Path) -> None:
    """Read a written model back as a server would."""
    check_model(_law(_read(folder, trained=True)), full_schema())


def _frame(path: Path) -> "pl.DataFrame":
    import polars as pl

    try:
        return pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ModelError(f"`{path}` cannot be read: {error}", hint="write it with `holdfast models matrix`") from None


def _counted(frame: "pl.DataFrame") -> dict[str, int]:
    fraud = frame["fraud"]
    return {
        "rows": frame.height,
        "frauds": int(fraud.sum()),
        "honest": int((~fraud).sum()),
        "unlabelled": int(fraud.null_count()),
    }


def _print(report: Report, out: Path) -> None:
    """Print how the model did on the time that it never saw."""
    told = screen()
    told.print(
        f"judged on the last {report.rows:,} operations, {report.frauds:,} of them fraud; {report.trees} trees",
        markup=False,
    )
    told.print(
        f"average precision {report.average_precision:.4f}, guessing would reach {report.baseline:.4f}; "
        f"mean score {report.mean_score:.4f}",
        markup=False,
    )
    table = one_line_table("alerts in 10,000", "threshold", "looked at", "fraud found", "recall (95 %)", "precision")
    for one in report.alerts:
        span = f"{one.recall:.1%} ({one.recall_low:.1%} to {one.recall_high:.1%})"
        table.add_row(
            *(str(one.per_10k), f"{one.threshold:.4f}", f"{one.looked_at:,}", f"{one.found:,}", span),
            f"{one.precision:.1%}",
        )
    told.print(table)
    told.print(f"wrote {out}", markup=False)
