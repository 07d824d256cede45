"""A server that is killed at any place loses nothing that it acknowledged, and decides nothing twice."""

from pathlib import Path

from tests.chaos.points import IN_COMPACTOR, IN_SERVER
from tests.chaos.rounds import run


def test_thirty_deaths_lose_nothing(tmp_path: Path) -> None:
    """Thirty kills under load, at random and at labelled points: lost 0, twice 0, windows equal to the log."""
    outcome = run(tmp_path, rounds=30)
    assert outcome.faults == []
    assert outcome.rounds == 30
    assert outcome.acknowledged > 300
    reached = {*IN_SERVER, *IN_COMPACTOR} & set(outcome.points)
    assert len(reached) >= 8, outcome.points
