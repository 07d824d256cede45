"""The log of the server: what it says of a fault, and what it never says."""

import json
from collections.abc import Iterator

import pytest
import structlog

from holdfast.cli.observing import write_log

CANARY = "40817810000000000077"


@pytest.fixture(autouse=True)
def _usual_log() -> Iterator[None]:
    """Give the log of the next test back its usual form."""
    yield
    structlog.reset_defaults()


def fail(account: str) -> None:
    """Fail with somebody's account in the message and in the locals."""
    held = {"account": account}
    raise ValueError(f"{held} is wrong")


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_fault_is_told_by_type_and_places_alone(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither the message of an exception nor the locals of its frames reach the log, in either form."""
    write_log(form, "stdout")
    try:
        fail(CANARY)
    except ValueError as error:
        structlog.get_logger("test").error("call failed", exc_info=error)
    said = capsys.readouterr().out
    assert CANARY not in said
    assert "ValueError" in said
    assert "test_observing.py" in said
    assert said.count("\n") == 1
    if form == "json":
        assert json.loads(said).keys() == {"event", "level", "timestamp", "fault", "places"}
