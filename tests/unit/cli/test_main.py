"""What ends a command is told in two lines; a fault of ours keeps its trace in a file."""

import sys
from pathlib import Path

import pytest

from holdfast.cli import main


def test_a_fault_of_ours_is_two_lines_and_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """No trace reaches the reader, the exit code is 1, and the trace lies in a file that only its owner reads."""

    def fail() -> None:
        raise KeyError("lost")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(sys.modules["holdfast.cli.main"], "app", fail)
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err.splitlines()
    (kept,) = tmp_path.iterdir()
    assert (ended.value.code, said[0]) == (1, "holdfast: bug: KeyError: 'lost'")
    assert said[1:] == [f"  report it with the trace in `{kept}`"]
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "raise KeyError" in kept.read_text()
