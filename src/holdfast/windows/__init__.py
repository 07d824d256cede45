"""Exact statistics over sliding windows of events, at a cost that does not grow with history."""

from holdfast.windows.lanes import ColumnKind, Lane, SeriesSpec
from holdfast.windows.store import Added, Arrival, Question, WindowStore, warm_up

__all__ = ["Added", "Arrival", "ColumnKind", "Lane", "Question", "SeriesSpec", "WindowStore", "warm_up"]
