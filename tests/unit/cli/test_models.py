"""`holdfast models`: a person's way from a file of events to a model that is ready to go live."""

import json
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import polars as pl
import pytest

from holdfast.operations.model_folder import read_folder
from holdfast.scoring.manifest import read_model
from holdfast.simulation.stream import stream
from holdfast.simulation.world import World
from tests.cradle import ROOT
from tests.unit.cli.test_commands import run, told
from tests.unit.scoring.invented import PAST, SBP, read, write

EXAMPLE = ROOT / "examples" / "model"
START = datetime(2026, 3, 1, tzinfo=UTC)
COUNT = 6_000


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Decide some days of an invented bank with much fraud, each labelled a day later."""
    folder = tmp_path_factory.mktemp("models")
    world = World(seed=5, clients=120, start=START, frauds_per_100k=9_000)
    lines, labels = [], []
    for one in islice(stream(world, count=COUNT), COUNT):
        lines.append(one.event)
        if one.fraud and one.event["type"] == "transfer":
            at = datetime.fromisoformat(str(one.event["occurred_at"])) + timedelta(days=1)
            said = {"of": one.event["id"], "label": "fraud", "source": "client"}
            labels.append({"id": f"l-{one.event['id']}", "type": "label", "occurred_at": at.isoformat(), **said})
    every = sorted((*lines, *labels), key=lambda event: datetime.fromisoformat(str(event["occurred_at"])))
    (folder / "events.jsonl").write_text("\n".join(map(json.dumps, every)))
    words = ("--data", folder / "data", "--assume-complete", "2025-01-01T00:00:00Z", "--lists-empty")
    run("decide", folder / "events.jsonl", *words, code=0)
    return folder


def test_a_model_is_trained_checked_and_shown(data: Path) -> None:
    """From the log to a matrix, from the matrix to a folder, which passes the check that a server makes."""
    counts = told("models", "matrix", EXAMPLE, "--data", data / "data", "--dev", "-o", data / "m.parquet")
    table = pl.read_parquet(data / "m.parquet")
    assert counts["rows"] == table.height == counts["frauds"] + counts["honest"] + counts["unlabelled"]
    assert counts["frauds"] > 100
    report = told("models", "train", EXAMPLE, "--matrix", data / "m.parquet", "-o", data / "trained")
    assert report["average_precision"] > 2 * report["baseline"]
    said = run("models", "check", data / "trained").stdout
    trained = read(data / "trained")
    assert f"good: {trained.version} on transfer, {len(trained.features)} features" in said
    assert [one.name for one in trained.features] == [
        one.name for one in read_model(read_folder(EXAMPLE, trained=False)).features
    ]
    assert all(one.training is not None for one in trained.features)
    shown = told("models", "show", data / "trained", "--language", "kk")
    assert shown["calibrated"] == "platt"
    assert shown["features"][0]["title"] == "аударым сомасы"
    assert "сумма перевода" in run("models", "show", data / "trained").stdout
    again = run("models", "train", EXAMPLE, "--matrix", data / "m.parquet", "-o", data / "trained", code=2)
    assert "holds a trained model already" in again.stderr


def test_the_shipped_example_compiles() -> None:
    """The file that people start from passes the check of what needs no trees, and fails the other clearly."""
    assert "20 features" in run("models", "check", EXAMPLE, "--untrained").stdout
    assert "has no `model.txt`" in run("models", "check", EXAMPLE, code=2).stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("models", "check", "nowhere"), "is no folder"),
        (("models", "train", EXAMPLE, "--matrix", "nowhere.parquet", "-o", "out"), "cannot be read"),
        (("models", "matrix", EXAMPLE, "--data", "nowhere", "-o", "m.parquet"), "nowhere"),
    ],
)
def test_what_is_not_there_is_named(tmp_path: Path, words: tuple[object, ...], said: str) -> None:
    """A wrong path is two lines of advice and exit code 2, never a traceback."""
    done = run(*words, code=2, cwd=tmp_path)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_decide_scores_a_file(tmp_path: Path) -> None:
    """`decide FILE --model` shows what a model would say of past events; a broken one stops before the first."""
    event = {
        "id": "t-1",
        "type": "transfer",
        "occurred_at": "2026-05-08T12:00:00+03:00",
        "rail": "sbp",
        "amount_minor": 90_000_000,
        "currency": "RUB",
        "payer": {"customer_id": "c-1", "kind": "individual"},
        "payee": {"kind": "individual"},
    }
    (tmp_path / "one.jsonl").write_text(json.dumps(event))
    words = ("decide", tmp_path / "one.jsonl", "--out", tmp_path / "out.jsonl", "--model")
    run(*words, write(tmp_path / "good"))
    (line,) = (tmp_path / "out.jsonl").read_text().splitlines()
    assert json.loads(line)["score"]["model"] == read(tmp_path / "good").version
    broken = run(*words, write(tmp_path / "bad", features=[SBP, PAST]), code=2)
    assert "reads 3 features" in broken.stderr
