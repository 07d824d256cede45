"""Exact statistics over sliding windows of events, at a cost that does not grow with history."""

from holdfast.windows.lanes import ColumnKind, Lane, SeriesSpec
from holdfast.windows.patches import patch
from holdfast.windows.store import Added, Arrival, Question, WindowStore, warm_up
from holdfast.windows.visit import Ask, Leave, Places, Reading, lay_out

__all__ = [
    "Added",
    "Arrival",
    "Ask",
    "ColumnKind",
    "Lane",
    "Leave",
    "Places",
    "Question",
    "Reading",
    "SeriesSpec",
    "WindowStore",
    "lay_out",
    "patch",
    "warm_up",
]
