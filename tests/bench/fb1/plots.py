"""The pictures of docs/performance.md, drawn from the figures alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tests.bench.fb1.engine import STAGES
from tests.bench.fb1.names import CPU, CURVE, HISTORIES, OVERLOAD

Figures = Mapping[str, float]
_INK: Final = "#24313f"
_COLOURS: Final = ("#1b6ca8", "#d9822b", "#a82255", "#3d8c5a", "#7a5ea8", "#8a8f98", "#c9a227")
_LOOK: Final[Any] = {
    "svg.hashsalt": "fb-1",
    "font.size": 10,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e3e7eb",
    "axes.axisbelow": True,
    "legend.frameon": False,
}
PICTURES: Final = {
    "latency": "Latency against the offered rate",
    "history": "Cost of a decision against the history of an account",
    "stages": "Where a decision's time goes in the engine",
    "overload": "What is answered in time as more is offered",
}


def draw(figures: Figures, folder: Path) -> None:
    """Write every picture as SVG; the same figures give the same bytes."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(_LOOK):
        for name, title in PICTURES.items():
            figure, axes = plt.subplots(figsize=(7.2, 3.4), layout="constrained")
            _DRAWN[name](axes, figures)
            axes.set_title(title, loc="left")
            figure.savefig(folder / f"bench-{name}.svg", metadata={"Date": None, "Creator": None})
            plt.close(figure)


def _latency(axes: Any, figures: Figures) -> None:
    offered = [figures[f"offered_per_s_at.{percent}_percent"] for percent in CURVE]
    for name, colour in zip(("p50", "p99", "p99_9"), _COLOURS, strict=False):
        took = [figures[f"latency_ms_at.{percent}_percent.{name}"] for percent in CURVE]
        axes.plot(offered, took, marker="o", color=colour, label=name.replace("_", "."))
    axes.set_yscale("log")
    axes.set_xlim(left=0)
    axes.set_xlabel("decisions offered a second")
    axes.set_ylabel("ms from the intended send time")
    axes.legend()


def _history(axes: Any, figures: Figures) -> None:
    costs = [figures[f"cost_by_history_us.{each}"] for each in HISTORIES]
    axes.plot(range(len(HISTORIES)), costs, marker="o", color=_COLOURS[0])
    axes.set_xticks(range(len(HISTORIES)), [f"{each:,}" for each in HISTORIES])
    axes.set_ylim(bottom=0, top=max(costs) * 1.3)
    axes.set_xlabel("events of the account in the last 30 days")
    axes.set_ylabel("µs of CPU in the engine")


def _stages(axes: Any, figures: Figures) -> None:
    left = 0.0
    for stage, colour in zip(STAGES, _COLOURS, strict=True):
        width = figures[f"{CPU}.engine.{stage}"]
        axes.barh(0, width, left=left, color=colour, label=f"{stage} {width:.0f}")
        left += width
    axes.set_yticks([])
    axes.set_ylim(-0.5, 1.1)
    axes.set_xlabel("µs of CPU a decision")
    axes.legend(ncols=4, loc="upper left")


def _overload(axes: Any, figures: Figures) -> None:
    shares: Sequence[int] = (*CURVE, *OVERLOAD)
    good = [100 * figures[f"goodput_at.{percent}_percent"] for percent in shares]
    axes.plot(shares, [min(percent, 100) for percent in shares], color="#c5ccd3", linestyle="--", label="ideal")
    axes.plot(shares, good, marker="o", color=_COLOURS[0], label="answered in time")
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0, top=1.1 * max(100.0, *good))
    axes.set_xlabel("% of the saturation rate offered")
    axes.set_ylabel("% of the saturation rate")
    axes.legend(loc="best")


_DRAWN: Final = {"latency": _latency, "history": _history, "stages": _stages, "overload": _overload}
