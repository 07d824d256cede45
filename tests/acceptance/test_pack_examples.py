"""The worked cases of every shipped pack hold, run through the real kernel."""

import pytest

from holdfast.app import pack_files
from holdfast.cli.examples import ExampleRunner
from holdfast.regulation import parse_pack
from holdfast.vocabulary.packs import Example, Pack

RUNNER = ExampleRunner()
PACKS = [parse_pack(data, name=place) for place, data in pack_files().items()]
CASES = [(pack, example) for pack in PACKS for example in pack.examples]


@pytest.mark.parametrize(("pack", "example"), CASES, ids=[f"{pack.id}: {example.title}" for pack, example in CASES])
def test_the_worked_case_holds(pack: Pack, example: Example) -> None:
    """Outcome, signs, measures and hold come out as the pack says."""
    assert RUNNER.run_one(pack, example) == []
