"""FB-1 from the gate to the last figure, in one order: whatever follows the gate is measured only if it opens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from holdfast.app import Assembled
from tests.bench.fb1 import engine, machine, model, served, sweep
from tests.bench.fb1.bank import bank_on_disk
from tests.bench.fb1.gate import gate
from tests.bench.fb1.told import Told
from tests.bench.fb1.workload import START_MS, events
from tests.bench.fb1.world import World

VARIANTS: Final = ("", "h", "m")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much of everything is done."""

    gate_events: int
    list_rows: int
    past: int
    decided: int
    history_accounts: int
    history_asked: int
    hot: int
    memory_accounts: int
    served: served.Sizes


FULL: Final = Scale(
    gate_events=100_000,
    list_rows=1_000_000,
    past=500_000,
    decided=100_000,
    history_accounts=48,
    history_asked=8_000,
    hot=150_000,
    memory_accounts=10_000,
    served=served.FULL,
)
QUICK: Final = Scale(
    gate_events=5_000,
    list_rows=10_000,
    past=15_000,
    decided=8_000,
    history_accounts=10,
    history_asked=1_500,
    hot=8_000,
    memory_accounts=400,
    served=served.QUICK,
)
TINY: Final = Scale(
    gate_events=400,
    list_rows=1_000,
    past=200,
    decided=400,
    history_accounts=1,
    history_asked=50,
    hot=200,
    memory_accounts=5,
    served=served.TINY,
)


@dataclass(slots=True, kw_only=True)
class Found:
    """The figures so far by name, and the curve of rates and latencies."""

    figures: dict[str, float] = field(default_factory=dict)
    curve: list[dict[str, float]] = field(default_factory=list)


Step = Callable[[str], Told]
"""Says that a step begins, and gives what it tells its progress to."""


def measure(scale: Scale, *, step: Step, variant: str = "") -> Found:
    """Run FB-1, or the in-process and served parts of one of its variants."""
    found, start = Found(), machine.mark()
    with TemporaryDirectory(prefix="fb1-") as folder:
        figures, rows = gate(count=scale.gate_events, told=step("comparing with the oracle"))
        found.figures |= figures
        told = step("training the model")
        told(0, 1)
        trained = model.train(rows, Path(folder) / "model")
        found.figures |= in_process(scale, trained, told=step("engine alone"), variant=variant)
        if not variant:
            found.figures |= sweep.by_history(
                accounts=scale.history_accounts,
                asked=scale.history_asked,
                model=trained,
                told=step("cost by history"),
            )
            found.figures |= sweep.hot_key(count=scale.hot, model=trained, told=step("hot key"))
            found.figures |= sweep.memory(accounts=scale.memory_accounts, told=step("memory"))
        figures, found.curve = served.measure(scale.served, step, model=trained, variant=variant)
        found.figures |= figures
    found.figures |= machine.neighbours(start)
    return found


def in_process(scale: Scale, trained: Path, *, told: Told, variant: str = "") -> dict[str, float]:
    """Measure the engine alone by stage, after a month of events, with the whole list."""
    world = World(listed=scale.list_rows)
    with bank(world, trained) as assembled:
        alone = engine.Engine(bank=assembled)
        for sent in sweep.month(world, scale.past, variant=variant):
            alone.learn(sent)
        warm = scale.decided // 5
        stream = engine.decided_once(
            events(8, scale.decided + warm, world=world, variant=variant, first=scale.past + 1)
        )
        engine.run(alone, stream, told)
    return engine.figures(alone.spent[warm:])


@contextmanager
def bank(world: World, trained: Path) -> Iterator[Assembled]:
    """Put the measured bank together on a directory that goes away afterwards."""
    with TemporaryDirectory() as folder, bank_on_disk(Path(folder), world, now_ms=START_MS, model=trained) as made:
        yield made
