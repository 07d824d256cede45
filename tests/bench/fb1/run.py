"""FB-1 from the gate to the last figure, in one order: whatever follows the gate is measured only if it opens."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from holdfast.app import Assembled
from tests.bench.fb1 import engine, machine, served, sweep
from tests.bench.fb1.bank import bank_on_disk
from tests.bench.fb1.gate import gate
from tests.bench.fb1.model import train
from tests.bench.fb1.start import again, cold
from tests.bench.fb1.told import Told
from tests.bench.fb1.workload import START_MS, events
from tests.bench.fb1.world import World

VARIANTS: Final = ("b", "h", "d", "m")
_SERVED_ONLY: Final = ("b", "d")
VARIANT_HELP: Final = "of FB-1: b batches alone, h hot key, d a provider that takes 200 ms, m logins between"


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
    accounts: int
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
    accounts=1_000_000,
    served=served.FULL,
)
QUICK: Final = Scale(
    gate_events=5_000,
    list_rows=10_000,
    past=15_000,
    decided=8_000,
    history_accounts=10,
    history_asked=1_000,
    hot=6_000,
    memory_accounts=400,
    accounts=20_000,
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
    accounts=100,
    served=served.TINY,
)


Step = Callable[[str], Told]
"""Says that a step begins, and gives what it tells its progress to."""


def measure(scale: Scale, *, step: Step, variant: str = "") -> dict[str, float]:
    """Run FB-1, or the parts of it that one of its variants changes."""
    found: dict[str, float] = {}
    start = machine.mark()
    with TemporaryDirectory(prefix="fb1-") as folder:
        model, data = Path(folder) / "model", Path(folder) / "data"
        figures, rows = gate(count=scale.gate_events, told=step("comparing with the oracle"))
        found |= figures
        step("training the model")(0, 1)
        train(rows, model)
        found |= in_process(scale, data, model=model, step=step, variant=variant)
        found |= served.measure(scale.served, data, step, model=model, variant=variant)
        if not variant:
            found |= again(data, step("the past judged again"))
            found |= cold(scale.accounts, model, step(f"cold start, {scale.accounts:,} accounts"))
    found |= machine.neighbours(start)
    return found


def in_process(scale: Scale, data: Path, *, model: Path, step: Step, variant: str = "") -> dict[str, float]:
    """Measure the engine alone by stage, after a month of events, with the whole list, then what its past costs.

    The directory stays, with the list in it.
    """
    world = World(listed=scale.list_rows)
    step("importing the list")(0, 1)
    with bank_on_disk(data, world, now_ms=START_MS, model=model) as bank:
        if variant in _SERVED_ONLY:
            return {}
        told = step("engine alone")
        alone = engine.Engine(bank=bank)
        for sent in sweep.month(world, scale.past, variant=variant):
            alone.learn(sent)
        warm = scale.decided // 5
        stream = events(8, scale.decided + warm, world=world, variant=variant, first=scale.past + 1)
        engine.run(alone, engine.decided_once(stream), told)
        return engine.figures(alone.spent[warm:]) | ({} if variant else _swept(bank, scale, step))


def _swept(bank: Assembled, scale: Scale, step: Step) -> dict[str, float]:
    """Measure what history, one hot key and memory cost."""
    told = step("cost by history")
    found = sweep.by_history(bank, accounts=scale.history_accounts, asked=scale.history_asked, told=told)
    found |= sweep.hot_key(bank, count=scale.hot, told=step("hot key"))
    return found | sweep.memory(bank, accounts=scale.memory_accounts, told=step("memory"))
