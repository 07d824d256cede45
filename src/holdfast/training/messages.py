"""Train the model of scam wordings from labelled chat messages, and say honestly how good it is.

Messages made from one template stand in one group and never on both sides of a split, or the model would be tested on
what it has learnt by heart.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from holdfast.matching.intents import read
from holdfast.matching.stems import KNOWN_MARK, LINK_MARK
from holdfast.matching.wordings import BUCKETS, SIGNS, Wordings, beside, pieces, weighed
from holdfast.training.figures import average_precision, line
from holdfast.vocabulary.errors import InvalidError

COLUMNS: Final = ("group", "language", "spelling", "writer", "scam", "kind", "text")
STRANGE, KNOWN = "{link}", "{own}"
"""What stands in the labelled texts for a link that nobody vouches for, and for one of a known site."""

_LABELS: Final = {"0": False, "1": True}
_LEAST_GROUPS: Final = 20
_TESTED: Final = 0.3
_FOLDS: Final = 5
_STRENGTH = 4.0
_BINS: Final = 10
_REACHED: Final = (0.3, 0.5, 0.8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One message of the set; its links are `STRANGE` and `KNOWN`."""

    group: str
    language: str
    writer: str
    scam: bool
    kind: str
    text: str

    @property
    def plain(self) -> str:
        """The text as the model reads it."""
        return self.text.replace(STRANGE, f" {LINK_MARK} ").replace(KNOWN, f" {KNOWN_MARK} ")

    @property
    def signs(self) -> frozenset[str]:
        """What stands beside its words."""
        intents = {str(intent) for intent in read(self.plain).intents}
        strange, known = STRANGE in self.text, KNOWN in self.text
        return beside(intents, strange=strange, known=known, writer=self.writer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What is found and what is wrongly stopped at one threshold; `language` is empty for all together."""

    threshold: float
    language: str
    precision: float
    recall: float
    scams: int
    honest_hit: int
    honest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How the model did on groups that it never saw; `calibration_error` is the mean gap between score and truth."""

    rows: int
    tested: int
    average_precision: float
    brier: float
    calibration_error: float
    reached: tuple[Reached, ...]


def labelled(text: str) -> list[Labelled]:
    """Read labelled messages, tab-separated under the names of `COLUMNS`; raises InvalidError at the first fault."""
    reader = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise InvalidError("these are not the columns of labelled messages", hint=", ".join(COLUMNS))
    rows = []
    for at, row in enumerate(reader, 2):
        if None in row or None in row.values() or row["scam"] not in _LABELS:
            raise InvalidError(f"line {at} is not whole", hint=f"{len(COLUMNS)} columns; `scam` is 0 or 1")
        kept = {name: row[name] for name in ("group", "language", "writer", "kind", "text")}
        rows.append(Labelled(scam=_LABELS[row["scam"]], **kept))
    groups = {label: {row.group for row in rows if row.scam is label} for label in (False, True)}
    if min(map(len, groups.values())) < _LEAST_GROUPS:
        raise InvalidError("there are too few groups to learn from", hint=f"{_LEAST_GROUPS} of each label, or more")
    return rows


def train(rows: Sequence[Labelled]) -> tuple[Wordings, Report]:
    """Judge a model that learnt from most groups by the others; then give one that learnt from all."""
    tested = np.array([_share(row.group) < _TESTED for row in rows])
    kept = [row for row, out in zip(rows, tested, strict=True) if not out]
    left = [row for row, out in zip(rows, tested, strict=True) if out]
    judged = _fit(kept)
    scores = np.array([judged.score(row.plain, row.signs) for row in left])
    return _fit(rows), _report(rows, left, scores)


def _share(group: str) -> float:
    """Place a group between 0 and 1, always at the same place."""
    return (crc32(f"split {group}".encode()) % 10_007) / 10_007


def _fit(rows: Sequence[Labelled]) -> Wordings:
    """Learn rarity and weights, and the probability from folds that keep groups together."""
    counts = [pieces(row.plain) for row in rows]
    seen = np.zeros(BUCKETS)
    for one in counts:
        seen[list(one)] += 1
    rarity = (np.log((1 + len(rows)) / (1 + seen)) + 1).astype(np.float32)
    matrix = hstack([_texts(counts, rarity), _signs(rows)], format="csr")
    truth = np.array([row.scam for row in rows])
    fold = np.array([int(_share("fold " + row.group) * _FOLDS) for row in rows])
    raw = np.zeros(len(rows))
    for part in range(_FOLDS):
        fitted = _regression().fit(matrix[fold != part], truth[fold != part])
        raw[fold == part] = fitted.predict_proba(matrix[fold == part])[:, 1]
    slope, offset = line(raw, truth)
    fitted = _regression().fit(matrix, truth)
    weights = fitted.coef_[0].astype(np.float32)
    return Wordings(
        rarity=rarity,
        weights=weights[:BUCKETS],
        signs=weights[BUCKETS:],
        bias=float(fitted.intercept_[0]),
        slope=slope,
        offset=offset,
    )


def _regression() -> LogisticRegression:
    return LogisticRegression(C=_STRENGTH, class_weight="balanced", solver="liblinear", random_state=1)


def _texts(counts: Sequence[Any], rarity: NDArray[np.float32]) -> csr_matrix:
    """Weigh the pieces of all messages."""
    columns, values, ends = [], [], [0]
    for one in counts:
        places, weights = weighed(one, rarity)
        columns.append(places)
        values.append(weights)
        ends.append(ends[-1] + len(places))
    return csr_matrix((np.concatenate(values), np.concatenate(columns), ends), shape=(len(counts), BUCKETS))


def _signs(rows: Sequence[Labelled]) -> csr_matrix:
    """Write what stands beside the words as columns."""
    return csr_matrix(np.array([[float(name in signs) for name in SIGNS] for signs in (row.signs for row in rows)]))


def _report(rows: Sequence[Labelled], tested: Sequence[Labelled], scores: NDArray[np.float64]) -> Report:
    """Compare scores with truth."""
    truth = np.array([row.scam for row in tested])
    edges = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    gaps = [abs(scores[edges == bin_].sum() - truth[edges == bin_].sum()) for bin_ in range(_BINS)]
    languages = ["", *sorted({row.language for row in tested})]
    return Report(
        rows=len(rows),
        tested=len(tested),
        average_precision=round(average_precision(scores, truth), 4),
        brier=round(float(np.mean((scores - truth) ** 2)), 4),
        calibration_error=round(float(sum(gaps)) / len(tested), 4),
        reached=tuple(_reached(tested, scores, (at, one)) for at in _REACHED for one in languages),
    )


def _reached(tested: Sequence[Labelled], scores: NDArray[np.float64], asked: tuple[float, str]) -> Reached:
    """Count what a threshold finds in one language."""
    threshold, language = asked
    chosen = [
        (row.scam, bool(score >= threshold))
        for row, score in zip(tested, scores, strict=True)
        if language in {"", row.language}
    ]
    scams = sum(scam for scam, _ in chosen)
    hits = sum(scam and hit for scam, hit in chosen)
    wrong = sum(not scam and hit for scam, hit in chosen)
    return Reached(
        threshold=threshold,
        language=language,
        precision=round(hits / max(1, hits + wrong), 4),
        recall=round(hits / max(1, scams), 4),
        scams=scams,
        honest_hit=wrong,
        honest=len(chosen) - scams,
    )
