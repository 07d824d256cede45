"""Training the model of scam wordings: from a checked file, split by template, the same again."""

import csv
from pathlib import Path

import pytest

from holdfast.matching.wordings import SIGNS, from_bytes, shipped, to_bytes
from holdfast.training.messages import COLUMNS, labelled, train
from holdfast.vocabulary.errors import InvalidError

FILE = Path(__file__).parents[3] / "examples" / "messages" / "messages.tsv"
TEXT = FILE.read_text(encoding="utf-8")


def test_the_shipped_set_is_what_its_page_says() -> None:
    """At least 600 messages in both languages, half or more of them honest, no group with two labels."""
    rows = labelled(TEXT)
    assert len(rows) >= 600
    assert {row.language for row in rows} == {"ru", "kk"}
    assert sum(not row.scam for row in rows) * 2 >= len(rows)
    labels: dict[str, bool] = {}
    assert all(labels.setdefault(row.group, row.scam) is row.scam for row in rows)
    assert f"{len(rows):,}".replace(",", "") in (FILE.parent / "README.md").read_text(encoding="utf-8")


def test_a_model_learnt_from_the_set_is_the_shipped_one_and_tells_groups_it_never_saw() -> None:
    """Training again gives the model of the package, and its report is on groups that were kept apart."""
    model, report = train(labelled(TEXT))
    probe = "чтобы получить деньги перейдите по ссылке urlurl"
    assert model.score(probe, {"link_for_money"}) == pytest.approx(shipped().score(probe, {"link_for_money"}), abs=0.02)
    assert 0 < report.tested < report.rows
    assert report.average_precision > 0.9
    assert report.calibration_error < 0.15
    assert {one.language for one in report.reached} == {"", "ru", "kk"}


def test_a_model_is_the_same_after_it_was_written() -> None:
    """Bytes and back: every score is equal, and the file is small."""
    model = shipped()
    again = from_bytes(to_bytes(model))
    for text in ("", "код из смс", "қайырлы күн", "x" * 5_000):
        assert again.score(text, set(SIGNS)) == model.score(text, set(SIGNS))
    assert len(to_bytes(model)) < 200_000


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "columns"),
        ("a\tb\n1\t2\n", "columns"),
        ("\t".join(COLUMNS) + "\ng\tru\n", "line 2"),
        ("\t".join(COLUMNS) + "\ng\tru\tusual\tbuyer\tmaybe\tkind\ttext\n", "line 2"),
        ("\t".join(COLUMNS) + "\ng\tru\tusual\tbuyer\t1\tkind\ttext\n", "too few"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(text: str, word: str) -> None:
    """Missing columns, short lines, strange labels and too little to learn from each say what is wrong."""
    with pytest.raises(InvalidError, match=word):
        labelled(text)


def test_the_file_reads_as_plain_rows() -> None:
    """No line break or tab hides inside a message."""
    rows = list(csv.reader(TEXT.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    assert {len(row) for row in rows} == {len(COLUMNS)}
