"""A command out of the cradle is what a user's command is: its own process, output, errors and end."""

import os
import signal
from pathlib import Path

import pytest

from tests.cradle import begin, run


def test_a_command_ends_with_its_own_words_and_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What it prints, what it complains of and its code are told apart; settings of whoever tests do not reach it."""
    monkeypatch.setenv("HOLDFAST_DATA", str(tmp_path / "other"))
    good, bad = run("--version"), run("keys", "list", "--data", "none", cwd=tmp_path)
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.startswith("holdfast ")
    assert bad.returncode == 2
    assert "none" in bad.stderr
    assert bad.stdout == ""


def test_a_command_is_a_process_that_a_signal_ends(tmp_path: Path) -> None:
    """It has a process id of its own, and how it ended is known."""
    born = begin("serve", "--data", tmp_path / "data", "--port", "0", "--dev")
    assert born.pid != os.getpid()
    assert born.poll() is None
    next(line for line in born.stdout if "url" in line)
    born.kill()
    assert born.wait(timeout=30) == -signal.SIGKILL
    born.stdout.close()
