"""The figures of the running demonstration, read from the file that it leaves in the data directory."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from holdfast.wire.canonical import read_canonical

Figures = Mapping[str, Any]


def read_figures(path: Path) -> Figures | None:
    """Give the figures, or nothing where no demonstration ever ran on this store."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    figures: Figures = read_canonical(data, dict)
    return figures


def totals(figures: Figures, *, honest: bool) -> tuple[int, int]:
    """Give how many tellings there were, and how many were stopped."""
    rows = [row for row in figures["scenes"] if row["honest"] is honest]
    return sum(row["told"] for row in rows), sum(row["stopped"] for row in rows)


def widest(rows: list[Mapping[str, Any]], name: str) -> float:
    """Give the largest value of a column, at least one, to scale bars by."""
    return max([1.0, *(float(row[name]) for row in rows)])
