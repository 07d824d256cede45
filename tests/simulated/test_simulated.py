"""Days of a bank in one thread: deaths, failing disks, lost answers and wrong clocks, all by a seed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.vocabulary.holds import ActKind
from tests.simulated.judge import hold_acts, judge
from tests.simulated.world import live

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("seed", range(3))
def test_a_simulated_world_keeps_its_word(seed: int) -> None:
    """Every answer stands, nothing is decided twice, windows come out of the log again, holds end once and in time."""
    world = live(seed)
    assert judge(world) == []
    assert world.machine.deaths > 5
    assert ActKind.LAPSE in {act.act for _, act in hold_acts(world)}
    assert world.ledger.acts


def test_the_same_seed_leaves_the_same_log() -> None:
    """Two processes whose hashes are salted differently write the same bytes, record by record."""
    said = [
        subprocess.run(
            [sys.executable, "-m", "tests.simulated", "11"],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": salt, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()[-1]
        for salt in ("1", "2")
    ]
    assert said[0].startswith("11 ")
    assert said[0] == said[1]
