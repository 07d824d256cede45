"""A model that cannot be used is refused before it is in service, with the place and what helps."""

from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pytest

from holdfast.operations.check_model import check_model
from holdfast.operations.law import Law
from holdfast.operations.model_folder import read_folder, write_folder
from holdfast.scoring import library
from holdfast.vocabulary.errors import ModelError
from holdfast.wire.fields import event_schema
from tests.unit.engine.packs import tenant
from tests.unit.scoring.invented import AMOUNT, FEATURES, PAST, SBP, frauds, model, read, rows, trees, write

ALIEN = ("citizenship", "nationality", "language", "sex", "gender", "religion", "ethnic", "native", "surname", "birth")


def faulty(text: bytes | None = None, **changes: Any) -> ModelError:
    """Check a model that must be refused, and give the refusal."""
    bank = tenant()
    with pytest.raises(ModelError) as caught:
        check_model(Law((), event_schema(), tenant=bank, parameters={}, model=model(text, **changes)), event_schema())
    return caught.value


def trained(label: np.ndarray[Any, Any] | None = None, **more: Any) -> bytes:
    """Train trees of another kind."""
    made = rows()
    settings = {"num_threads": 1, "verbose": -1, "num_leaves": 7, **more}
    data = lightgbm.Dataset(made, frauds(made) if label is None else label)
    if more.get("max_cat_threshold"):
        data.set_categorical_feature([1])
    return lightgbm.train(settings, data, 3).model_to_string().encode()


def test_a_good_model_passes() -> None:
    """What the other tests break is whole."""
    bank = tenant()
    check_model(Law((), event_schema(), tenant=bank, parameters={}, model=model()), event_schema())


@pytest.mark.parametrize(
    ("changes", "pointer", "words"),
    [
        ({"id": "Two words"}, "/id", "model.yaml"),
        ({"on": []}, "/on", "model.yaml"),
        ({"on": ["transfers"]}, "/on/0", "there is no event type `transfers`"),
        ({"features": []}, "/features", "model.yaml"),
        ({"colour": 1}, "", "unknown field `colour`"),
        ({"features": [AMOUNT, AMOUNT, PAST]}, "/features/1/name", "stands twice"),
        ({"features": [AMOUNT, SBP]}, "/features", "reads 3 features, `model.yaml` has 2"),
        ({"features": [SBP, AMOUNT, PAST]}, "/features/0/name", "was trained with `amount`"),
        ({"features": [AMOUNT, SBP, PAST | {"value": "amountt"}]}, "/features/2/value", "`past` on `transfer`"),
        ({"features": [AMOUNT, SBP | {"value": "rail"}, PAST]}, "/features/1/value", "gives no number but text"),
        ({"features": [AMOUNT, SBP | {"value": "occurred_at"}, PAST]}, "/features/1/value", "but instant"),
        ({"features": [AMOUNT, SBP | {"value": "score"}, PAST]}, "/features/1/value", "no field `score`"),
        ({"features": [AMOUNT, SBP | {"title": {"de": "x"}}, PAST]}, "/features/1/title", "no language `de`"),
        ({"reasons_from": 2}, "/reasons_from", "model.yaml"),
        ({"calibration": {}}, "/calibration", "`isotonic` or `platt`"),
        ({"calibration": {"platt": {"slope": -1, "intercept": 0}}}, "/calibration/platt/slope", "above 0"),
        (
            {"calibration": {"isotonic": {"raw": [0.1, 0.2], "score": [0.5, 0.4]}}},
            "/calibration/isotonic",
            "never fall",
        ),
        ({"calibration": {"isotonic": {"raw": [0.1], "score": []}}}, "/calibration/isotonic", "as many points"),
        ({"scores": {"edges": [1.0], "shares": [0.5]}}, "/scores", "1 edges need 3 shares"),
        ({"scores": {"edges": [1.0, 1.0], "shares": [0, 0, 0, 1]}}, "/scores/edges", "must grow"),
    ],
)
def test_a_wrong_manifest_is_refused_at_its_place(changes: dict[str, Any], pointer: str, words: str) -> None:
    """Each fault names its place in the file, and says what was wrong."""
    error = faulty(**changes)
    assert error.pointer == pointer
    assert words in error.message


def test_an_unknown_name_in_a_feature_brings_the_nearest() -> None:
    """The reader of a typing error is told what was probably meant."""
    assert "amount" in faulty(features=[AMOUNT, SBP, PAST | {"value": "amountt * 2"}]).hint


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "is no LightGBM model"),
        (b"\x80pickle", "not UTF-8"),
        (b"<xml/>", "is no LightGBM model"),
        (trees()[:900], "breaks off"),
        (trained(objective="regression"), "trained for `regression`"),
        (trained(objective="poisson"), "for `poisson`"),
        (trained(np.arange(3_000) % 3, objective="multiclass", num_class=3), "has 3 classes"),
        (trained(objective="binary", max_cat_threshold=8, min_data_per_group=1, cat_smooth=1), "by categories"),
        (trained(objective="binary", linear_tree=True), "linear leaves"),
    ],
)
def test_trees_of_another_kind_are_refused(text: bytes, words: str) -> None:
    """Text that is no model, other objectives, classes, categories and linear leaves do not go live."""
    with pytest.raises(ModelError, match=words) as caught:
        raise faulty(text)
    assert caught.value.advice


def test_no_name_of_the_language_is_a_person_s_origin() -> None:
    """Citizenship, language, sex, religion, the origin of a name and age are no names that a feature could read."""
    names = {name.lower() for fields in event_schema().fields.values() for name in fields}
    assert not [name for name in names if any(word in name for word in ALIEN)]
    assert "has no field" in faulty(features=[AMOUNT, SBP, PAST | {"value": 'payer.citizenship == "UZ"'}]).message


def test_a_folder_without_its_files_is_refused(tmp_path: Path) -> None:
    """The missing file is named, and so is what makes it."""
    with pytest.raises(ModelError, match="is no folder"):
        read_folder(tmp_path / "none")
    folder = write(tmp_path / "m")
    (folder / "model.txt").unlink()
    with pytest.raises(ModelError, match=r"has no `model\.txt`") as caught:
        read_folder(folder)
    assert "models train" in caught.value.hint
    assert read_folder(folder, trained=False)


def test_a_written_model_reads_back_as_it_was(tmp_path: Path) -> None:
    """What training writes is what the server reads, to the last field."""
    whole = model(
        calibration={"platt": {"slope": 0.9, "intercept": -0.00001}},
        scores={"edges": [0.00002, 0.5], "shares": [0.0, 0.5, 0.3, 0.2]},
        trained_on={"rows": 10, "from": "2026-01-01"},
        metrics={"average_precision": 0.5},
        features=[one | {"training": {"edges": [1.5], "shares": [0.1, 0.4, 0.5]}} for one in FEATURES],
    )
    write_folder(tmp_path / "out", whole)
    again = read(tmp_path / "out")
    assert {name: getattr(again, name) for name in again.__slots__ if name != "content_hash"} == {
        name: getattr(whole, name) for name in whole.__slots__ if name != "content_hash"
    }
    with pytest.raises(ModelError, match="trained model already"):
        write_folder(tmp_path / "out", whole)


@pytest.mark.parametrize(
    ("said", "words", "hint"),
    [
        ("libgomp.so.1: cannot open shared object file", "libgomp.so.1", "apt install libgomp1"),
        ("lib_lightgbm.so: invalid ELF header", "cannot be loaded", "install the package `lightgbm` again"),
    ],
)
def test_a_library_that_cannot_be_loaded_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, said: str, words: str, hint: str
) -> None:
    """A machine without OpenMP gets the command that helps, not a linker's message alone."""

    def broken(_: str) -> None:
        raise OSError(said)

    monkeypatch.setattr("holdfast.scoring.library.ctypes.PyDLL", broken)
    library.library.cache_clear()
    with pytest.raises(ModelError, match=words) as caught:
        library.library()
    assert hint in caught.value.hint


def test_without_the_package_the_server_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing package is named; without a model nothing asks for it."""
    monkeypatch.setattr("holdfast.scoring.library.find_spec", lambda _: None)
    library.library.cache_clear()
    with pytest.raises(ModelError, match="not installed"):
        library.library()
