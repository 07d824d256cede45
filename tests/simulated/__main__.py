"""`python -m tests.simulated SEED ...`: live through seeds, and print what became of each."""

import sys

from tests.simulated.judge import judge
from tests.simulated.world import digest, live

for _seed in map(int, sys.argv[1:]):
    _world = live(_seed)
    print(_seed, digest(_world), *judge(_world), flush=True)  # noqa: T201 - whoever runs it reads it
