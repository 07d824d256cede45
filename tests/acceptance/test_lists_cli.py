"""`holdfast lists` as a person at a terminal or a nightly script uses it."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.conftest import Server, StartServer
from tests.cradle import run

LIST = "ru.cbr.recipients"


def holdfast(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of `holdfast lists`."""
    return run("lists", *words)


def feed(folder: Path, rows: int) -> str:
    """Write a feed of taxpayer numbers."""
    file = folder / f"inn-{rows}.csv"
    file.write_text("".join(f"{number:012d};06.05.2026 13:14:15;1;RUS\n" for number in range(rows)))
    return str(file)


def way(server: Server) -> tuple[str, str]:
    """Give the words that lead to a server."""
    return "--url", str(server.client.base_url)


def load(file: str, day: int, *words: str) -> subprocess.CompletedProcess[str]:
    """Load a feed published on a day of May."""
    published = ("--published-at", f"2026-05-{day:02d}T08:00:00+03:00")
    return holdfast("import", file, "--list", LIST, "--type", "inn", *published, *words)


def test_a_data_directory_that_no_server_has_open(start: StartServer, tmp_path: Path) -> None:
    """A snapshot is loaded, a shrunken one ends with 4 and waits, and a second person releases it."""
    server = start(clock=None)
    to = ("--data", str(server.data))
    assert "unauthorised" in load(feed(tmp_path, 200), 6, *way(server)).stderr
    busy = load(feed(tmp_path, 200), 6, *to)
    assert (busy.returncode, "in_use" in busy.stderr) == (2, True)
    server.stop()
    first = load(feed(tmp_path, 200), 6, "--json", *to)
    assert first.returncode == 0, first.stderr
    assert (json.loads(first.stdout)["added"], json.loads(first.stdout)["entries"]) == (200, 200)
    second = load(feed(tmp_path, 20), 7, "--by", "anna", *to)
    assert second.returncode == 4, second.stderr
    assert "180 of 200 entries would go" in second.stdout
    shown = json.loads(holdfast("show", LIST, "--json", *to).stdout)
    held = shown["quarantine"][0]["id"]
    assert "shrinks" in holdfast("diff", LIST, held, *to).stdout
    same = holdfast("import", "--list", LIST, "--approve", held, "--by", "anna", *to)
    assert (same.returncode, "another person" in same.stderr) == (2, True)
    approved = holdfast("import", "--list", LIST, "--approve", held, "--by", "boris", *to)
    assert (approved.returncode, "180 gone" in approved.stdout) == (0, True), approved.stderr
    assert json.loads(holdfast("versions", LIST, "--json", *to).stdout)["items"][0]["by"] == "anna, boris"
    assert len(json.loads(holdfast("diff", LIST, "--json", "--limit", "500", *to).stdout)["items"]) == 180


def test_a_running_server_takes_a_snapshot_from_the_command_line(start: StartServer, tmp_path: Path) -> None:
    """Over HTTP the same words load a list into a running server."""
    server = start()
    loaded = load(feed(tmp_path, 3), 6, "--by", "anna", *way(server))
    assert (loaded.returncode, "3 new" in loaded.stdout) == (0, True), loaded.stderr
    assert server.client.get(f"/v1/lists/{LIST}").json()["entries"] == 3


WRONG = {
    "no such file": ("import", "no.csv", "--list", LIST),
    "nothing to do": ("import", "--list", LIST),
    "two ways": ("show", LIST, "--url", "http://127.0.0.1:9", "--data", "x"),
    "no server": ("show", LIST, "--url", "http://127.0.0.1:9"),
    "no directory": ("show", LIST, "--data", "nowhere"),
}


@pytest.mark.parametrize("why", WRONG)
def test_a_wrong_call_ends_with_two_and_says_why(why: str) -> None:
    """What the caller got wrong is said in two lines, and the exit code is 2."""
    done = holdfast(*WRONG[why])
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 2
