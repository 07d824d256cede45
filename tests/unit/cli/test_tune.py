"""`holdfast tune` on a small invented bank."""

import json

import pytest
from typer.testing import CliRunner

from holdfast.cli.main import app
from holdfast.vocabulary.errors import SettingError

SMALL = ["tune", "--clients", "30", "--days", "32", "--budget", "100"]


def test_tuning_is_repeatable_and_keeps_its_budget() -> None:
    """The same seed gives the same document: sign, threshold, how to set it, and honest stops within the budget."""
    first, second = (CliRunner().invoke(app, [*SMALL, "--json"]) for _ in range(2))
    assert first.exit_code == 0, first.output
    assert first.stdout == second.stdout
    transfers, cash = json.loads(first.stdout)
    assert transfers["sign"] == "ru.od-2506.1.6"
    assert cash["sign"] == "ru.od-1765.1"
    assert transfers["set"] == f"ru.od-2506:deviation_threshold={transfers['threshold']}"
    assert transfers["all"]["stopped_per_10k"] <= 200
    assert {row["group"] for row in transfers["rails"]} >= {"card", "sbp"}


def test_tuning_prints_how_to_set_it() -> None:
    """A reader sees the threshold, the setting and the tables."""
    result = CliRunner().invoke(app, [*SMALL, "--curve"])
    assert result.exit_code == 0, result.output
    assert "--set ru.od-2506:deviation_threshold=" in result.stdout
    assert "story of fraud" in result.stdout
    assert "curve:" in result.stdout


def test_too_few_days_are_refused() -> None:
    """Without days beyond the warm-up nothing could be counted."""
    with pytest.raises(SettingError, match="profiles are filled"):
        CliRunner().invoke(app, ["tune", "--days", "20"], catch_exceptions=False)
