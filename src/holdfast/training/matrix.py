"""The training matrix: one row for each operation with its features as they were then, and what is known of it now.

A label event says what an operation was, the last one counts; without one, a client's report says that it was fraud,
unless the claim that it made was withdrawn. An operation that was stopped can no longer be reported, so without a
label event nothing is known of it: it stays in the matrix and out of the training.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.vocabulary.errors import ModelError

if TYPE_CHECKING:
    import polars as pl

CLIENT: Final = "client"  # whose word a report's own label is
COLUMNS: Final = ("event_id", "occurred_ms", "outcome", "fraud", "label_source")
_CHUNK: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is known of an operation: whether it was fraud, and who says so."""

    fraud: bool
    source: str


@dataclass(slots=True, kw_only=True)
class Matrix:
    """Rows as they are collected; `features` are the names of the columns that a model reads, in its order.

    `unscored` counts the operations that have no row, because a required feature was unknown.
    """

    features: Sequence[str]
    unscored: int = 0
    _ids: list[str] = field(default_factory=list)
    _instants: list[int] = field(default_factory=list)
    _outcomes: list[str | None] = field(default_factory=list)
    _executed: list[bool] = field(default_factory=list)
    _chunks: list[NDArray[np.float64]] = field(default_factory=list)
    _open: list[tuple[float, ...]] = field(default_factory=list)
    _places: dict[str, int] = field(default_factory=dict)
    _reported: dict[str, str] = field(default_factory=dict)
    _labelled: dict[str, Truth] = field(default_factory=dict)

    def __post_init__(self) -> None:
        taken = sorted(set(COLUMNS) & set(self.features))
        if taken:
            raise ModelError(f"`{taken[0]}` is a column of the matrix itself", hint="give the feature another name")

    def add(self, event_id: str, row: tuple[float, ...], *, at_ms: int, outcome: str | None) -> None:
        """Take in an operation; `outcome` is that of its decision, none where it was only reported."""
        self._places[event_id] = len(self._ids)
        self._ids.append(event_id)
        self._instants.append(at_ms)
        self._outcomes.append(outcome)
        self._executed.append(outcome in {None, "allow"})
        self._open.append(row)
        if len(self._open) == _CHUNK:
            self._close()

    def resulted(self, event_id: str, *, executed: bool) -> None:
        """Take in what became of an operation."""
        place = self._places.get(event_id)
        if place is not None:
            self._executed[place] = executed

    def reported(self, event_id: str, source: str) -> None:
        """Take in that an operation was reported as fraud."""
        self._reported[event_id] = source

    def withdrawn(self, event_id: str) -> None:
        """Take in that a client took a report back, and with it the label that the report gave."""
        self._reported.pop(event_id, None)
        said = self._labelled.get(event_id)
        if said is not None and said.fraud and said.source == CLIENT:
            del self._labelled[event_id]

    def labelled(self, event_id: str, truth: Truth) -> None:
        """Take in a label; a later one counts more."""
        self._labelled[event_id] = truth

    def frame(self) -> "pl.DataFrame":
        """Give the whole matrix as a table, in the order of the log."""
        import polars as pl

        self._close()
        width = len(self.features)
        numbers = np.concatenate(self._chunks) if self._chunks else np.zeros((0, width))
        truths = [self._truth(event_id, executed) for event_id, executed in zip(self._ids, self._executed, strict=True)]
        own = {
            "event_id": pl.Series(self._ids, dtype=pl.String),
            "occurred_ms": pl.Series(self._instants, dtype=pl.Int64),
            "outcome": pl.Series(self._outcomes, dtype=pl.String),
            "fraud": pl.Series([truth.fraud if truth else None for truth in truths], dtype=pl.Boolean),
            "label_source": pl.Series([truth.source if truth else None for truth in truths], dtype=pl.String),
        }
        return pl.DataFrame(own | {name: numbers[:, place] for place, name in enumerate(self.features)})

    def _truth(self, event_id: str, executed: bool) -> Truth | None:  # noqa: FBT001 - it goes with the id
        """Say what is known of an operation; one that went through and that nobody reported is taken for honest."""
        if event_id in self._labelled:
            return self._labelled[event_id]
        if event_id in self._reported:
            return Truth(fraud=True, source=self._reported[event_id])
        return Truth(fraud=False, source="not_reported") if executed else None

    def _close(self) -> None:
        if self._open:
            self._chunks.append(np.array(self._open, dtype=np.float64))
            self._open.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What a model is fitted to: labelled rows in the order of time."""

    features: NDArray[np.float64]
    fraud: NDArray[np.bool_]
    instants: NDArray[np.int64]

    def part(self, start: float, end: float) -> "Sample":
        """Give the rows between two shares of the whole."""
        rows = slice(int(len(self.fraud) * start), int(len(self.fraud) * end))
        return Sample(features=self.features[rows], fraud=self.fraud[rows], instants=self.instants[rows])


def sample_of(frame: "pl.DataFrame", features: Sequence[str], *, delay_ms: int = 0) -> Sample:
    """Take the labelled rows of a matrix, oldest first, without those of the last `delay_ms`.

    Fraud is reported days after it happened; the newest rows look honest only because nobody has noticed yet.
    """
    import polars as pl

    missing = [name for name in (*COLUMNS, *features) if name not in frame.columns]
    if missing:
        hint = "write it again with `holdfast models matrix` for this very `model.yaml`"
        raise ModelError(f"the matrix has no column `{missing[0]}`", hint=hint)
    last = frame["occurred_ms"].max()
    newest = last if isinstance(last, int) else 0
    rows = frame.filter(pl.col("fraud").is_not_null() & (pl.col("occurred_ms") <= newest - delay_ms))
    rows = rows.sort("occurred_ms", maintain_order=True)
    return Sample(
        features=np.ascontiguousarray(rows.select(features).to_numpy(), dtype=np.float64),
        fraud=rows["fraud"].to_numpy().astype(np.bool_),
        instants=rows["occurred_ms"].to_numpy(),
    )
