"""Deaths of the server under load: how many rounds, and what was lost, decided twice or counted wrongly in them."""

import tempfile
from pathlib import Path

from tests.chaos.rounds import run

ROUNDS = 60
QUICK_ROUNDS = 10


def measure(*, quick: bool = False, rounds: int | None = None) -> dict[str, float]:
    """Give the rounds, the acknowledged answers that were checked, and each kind of contradiction."""
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(Path(folder), rounds or (QUICK_ROUNDS if quick else ROUNDS))
    for fault in outcome.faults:
        print(fault)
    return {
        "crash.rounds": outcome.rounds,
        "crash.acknowledged": outcome.acknowledged,
        "crash.lost": len(outcome.lost) + len(outcome.undelivered),
        "crash.twice": len(outcome.twice),
        "crash.windows_different": len(outcome.windows),
        "crash.holds_different": len(outcome.holds),
        "crash.chains_broken": len(outcome.chain),
        **{f"crash.deaths.{name.replace(' ', '_')}": count for name, count in sorted(outcome.points.items())},
    }
