"""The commands run as a person runs them: in their own process, on small files, with exit codes that scripts trust."""

import gzip
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import cradle
from tests.cradle import ROOT

MAPPING = """
event: transfer
columns:
  id: {column: n, prefix: "t-"}
  occurred_at: {column: at, zone: Europe/Moscow}
  amount_minor: {column: amount, decimals: 2}
  payer.customer_id: {column: payer, prefix: "c-"}
  payee.account: payee
constants: {rail: sbp, currency: RUB, payer.kind: individual, payee.kind: individual}
label: {column: bad, bad: [1]}
"""


def run(*words: object, code: int = 0, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run one command and hold it to its exit code."""
    done = cradle.run(*words, cwd=cwd)
    assert done.returncode == code, done.stdout + done.stderr
    return done


def told(*words: object, code: int = 0) -> Any:
    """Run one command with `--json` and give what it said."""
    return json.loads(run(*words, "--json", code=code).stdout)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a mapping and a file of twenty good transfers, one repeated row, one id used twice and two bad rows."""
    (tmp_path / "map.yaml").write_text(MAPPING)
    rows = [
        f"{n},2026-05-08 12:{n:02}:00,{n + 1}.50,{n % 3},4081781000000000{n % 4:04},{int(n == 7)}" for n in range(20)
    ]
    wrong = [rows[3], rows[4].replace("5.50", "6.50"), "98,2026-05-08 13:00:00,1.005,1,4,0", "99,2026-05-08 13:00:00"]
    (tmp_path / "rows.csv").write_text("\n".join(["n,at,amount,payer,payee,bad", *rows, *wrong]) + "\n")
    return tmp_path


def test_decide_counts_everything_and_drops_nothing(folder: Path) -> None:
    """Good rows are decided, repeated ones counted, bad ones told with their line, and the exit code is 3."""
    words = ("decide", folder / "rows.csv", "--mapping", folder / "map.yaml", "--assume-complete", "start")
    outs = ("--out", folder / "out.jsonl", "--rejects", folder / "bad.jsonl")
    summary = told(*words, *outs, code=3)
    counts = {name: summary[name] for name in ("rows", "events", "duplicates", "rejected")}
    assert counts == {"rows": 24, "events": 20, "duplicates": 1, "rejected": 3}
    assert summary["labels"][0]["caught"] + summary["labels"][0]["missed"] == 1
    faults = [json.loads(line) for line in (folder / "bad.jsonl").read_text().splitlines()]
    assert [(fault["line"], fault["pointer"]) for fault in faults] == [(23, "/id"), (24, "/amount_minor"), (25, "")]
    decided = [json.loads(line) for line in (folder / "out.jsonl").read_text().splitlines()]
    assert [line["event_id"] for line in decided] == [f"t-{n}" for n in range(20)]
    assert decided[0]["decided_at"] == "2026-05-08T12:00:00.000+03:00"


def test_the_label_is_no_input(folder: Path) -> None:
    """Turning every label round changes no decision."""
    words = ("decide", folder / "rows.csv", "--mapping", folder / "map.yaml", "--out")
    run(*words, folder / "one.jsonl", code=3)
    (folder / "map.yaml").write_text(MAPPING.replace("bad: [1]", "bad: [0]"))
    run(*words, folder / "two.jsonl", code=3)
    assert (folder / "one.jsonl").read_bytes() == (folder / "two.jsonl").read_bytes()


def test_a_decided_directory_replays_equal(folder: Path) -> None:
    """Judgements and facts of every stored decision come out again; a second run adds nothing."""
    words = ("decide", folder / "rows.csv", "--mapping", folder / "map.yaml", "--data", folder / "data")
    told(*words, "--assume-complete", "start", code=3)
    assert told(*words, code=3)["known"] == 20
    replayed = told("replay", "--data", folder / "data")
    assert (replayed["judged_equal"], replayed["refolded_equal"], replayed["all_equal"]) == (20, 20, True)


def test_backfill_twice_adds_nothing_and_declares_its_source(folder: Path) -> None:
    """History goes in once, whatever its age; without bad rows its source is complete from the first event."""
    words = ("backfill", folder / "rows.csv", "--mapping", folder / "map.yaml", "--data", folder / "data")
    first = run(*words, "--json", code=3)
    assert json.loads(first.stdout)["events"] == 20
    assert "nothing was declared complete" in first.stderr
    lines = (folder / "rows.csv").read_text().splitlines(keepends=True)
    (folder / "rows.csv").write_text("".join(lines[:21]))
    told(*words, "--limit", 20)
    none = told("doctor", "--data", folder / "none")["findings"]
    assert {"state": "look", "what": "data directory", "found": f"{folder / 'none'} holds no data yet"} in none
    file = folder / "map.yaml"
    wrong = told("doctor", "--data", file, code=2)["findings"]
    assert {"state": "bad", "what": "data directory", "found": f"{file} is a file; name a folder"} in wrong
    asked = ("doctor", "--data", folder / "data")
    key = folder / "data" / "secret.key"
    good = key.read_bytes()
    key.write_bytes(good[::-1])
    wrong = told(*asked, code=2)["findings"]
    assert [one["state"] for one in wrong if "is not the key" in one["found"]] == ["bad"]
    key.write_bytes(good)
    assert "source transfer" not in [one["what"] for one in told(*asked)["findings"]]
    again = told(*words)
    assert (again["events"], again["known"]) == (0, 20)
    found = told(*asked)["findings"]
    assert ["source transfer", "complete since 2026-05-08 09:00 UTC"] in [[one["what"], one["found"]] for one in found]


def test_doctor_tells_which_signs_can_never_fire(folder: Path) -> None:
    """A sign whose field, list or event type the data never have is named with what is missing."""
    words = ("doctor", "--data", folder / "none", "--coverage", folder / "rows.csv", "--mapping", folder / "map.yaml")
    covered = {(one["id"], one["on"]): one for one in told(*words)["coverage"]}
    assert covered["ru.od-2506.1.3", "transfer"]["missing"] == ["`scheme.apdu_ms`", "parameter `apdu_limit_ms`"]
    assert covered["ru.od-2506.1.1", "transfer"]["missing"] == ["list `ru.cbr.recipients`"]
    assert not covered["ru.od-2506.1.9", "transfer"]["can_fire"]


def test_a_file_without_a_mapping_is_told_what_it_needs(folder: Path) -> None:
    """A CSV needs a mapping, and the error says how to give it."""
    done = run("decide", folder / "rows.csv", code=2)
    assert "`--mapping FILE`" in done.stderr


def test_keys_are_shown_once_and_stored_hashed(folder: Path) -> None:
    """The text of a key is printed when it is made; the list never shows it; a revoked one has an end."""
    made = told("keys", "create", "--scopes", "decide,identity", "--data", folder / "data")
    assert made["key"].startswith("hf_")
    assert made["key"] not in run("keys", "list", "--data", folder / "data").stdout
    run("keys", "revoke", made["id"], "--data", folder / "data")
    assert told("keys", "list", "--data", folder / "data")[0]["revoked_at"]
    run("keys", "create", "--scopes", "fly", "--data", folder / "data", code=2)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--scopes", "eventz"), "did you mean `events`?"),
        (("--scopes", ","), "no scope was named"),
        (("--scopes", "read", "--expires", "tomorrow"), "an RFC 3339 instant"),
    ],
)
def test_a_key_that_is_not_made_makes_no_directory(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    """A wrong word is told before a data directory is made."""
    assert said in run("keys", "create", *words, "--data", tmp_path / "data", code=2).stderr
    assert not (tmp_path / "data").exists()


def test_a_key_has_each_scope_once_and_an_unknown_one_cannot_end(folder: Path) -> None:
    """A scope that is named twice is kept once; `revoke` says where ids stand."""
    made = told("keys", "create", "--scopes", "read,decide,read", "--data", folder / "data")
    assert made["scopes"] == "read decide"
    assert "keys list" in run("keys", "revoke", "key_x", "--data", folder / "data", code=2).stderr


def test_rules_are_checked_with_their_place_and_said_in_words() -> None:
    """A fault is shown with carets and the nearest name; a good expression is a sentence."""
    fault = run("rules", "check", "amoun > rub(5)", code=2)
    assert fault.stderr.splitlines()[1:3] == [" 1 | amoun > rub(5)", "   | ^^^^^"]
    assert "did you mean `amount`?" in fault.stderr
    words = run("rules", "words", "amount > rub(200_000)", "--language", "en").stdout
    assert "200,000" in words or "200 000" in words


def test_packs_are_listed_shown_and_told_for_a_day() -> None:
    """The six signs were the law until the end of 2025, the twelve are since."""
    assert "ru/od-2506" in {row["place"] for row in told("packs", "list")}
    assert told("packs", "show", "ru.od-2506")[0]["from"] == "2026-01-01"
    before = {row["id"] for row in told("packs", "as-of", "2025-12-31")}
    after = {row["id"] for row in told("packs", "as-of", "2026-01-01")}
    assert "ru.od-1027.1" in before - after
    assert "ru.od-2506.1.1" in after - before


def test_a_pack_that_counts_from_what_no_event_has_is_refused(tmp_path: Path) -> None:
    """`packs check` compiles where a policy's hours begin, and when a refund is owed."""
    broken = tmp_path / "9-fz.yaml"
    shipped = ROOT / "src/holdfast/regulation/packs/ru/9-fz.yaml"
    broken.write_text(shipped.read_text().replace("count_from: contract_at", "count_from: contracted_at", 1))
    failures = told("packs", "check", broken, code=2)["failures"]
    assert any("ru.9-fz.wait-4" in failure and "contract_at" in failure for failure in failures)


def test_a_pack_whose_example_fails_is_refused(tmp_path: Path) -> None:
    """`packs check` runs the worked cases of a file from anywhere."""
    shipped = ROOT / "src/holdfast/regulation/packs/ru/161-fz.yaml"
    assert told("packs", "check", shipped)["failures"] == []
    broken = tmp_path / "161-fz.yaml"
    broken.write_text(shipped.read_text().replace("outcome: hold", "outcome: refuse", 1))
    failures = told("packs", "check", broken, code=2)["failures"]
    assert len(failures) == 1
    assert "outcome is hold, expected refuse" in failures[0]


def test_no_file_that_a_command_reads_is_written_over(folder: Path) -> None:
    """The file of events, the mapping and the other output stay as they are, and the message names the file."""
    words = ("decide", folder / "rows.csv", "--mapping", folder / "map.yaml")
    before = (folder / "rows.csv").read_bytes()
    (folder / "out.jsonl").write_text("older\n")
    for outs in (
        ("--out", folder / "rows.csv"),
        ("--rejects", folder / "map.yaml"),
        ("--out", folder / "out.jsonl", "--rejects", folder / "." / "out.jsonl"),
    ):
        done = run(*words, *outs, code=2)
        assert f"`{outs[-1]}` is named twice" in done.stderr
    backfill = ("backfill", folder / "rows.csv", "--mapping", folder / "map.yaml", "--data", folder / "data")
    assert "is named twice" in run(*backfill, "--rejects", folder / "map.yaml", code=2).stderr
    assert ((folder / "rows.csv").read_bytes(), (folder / "map.yaml").read_text()) == (before, MAPPING)
    assert not (folder / "data").exists()


@pytest.mark.parametrize("option", ["--out", "--rejects"])
def test_a_file_that_cannot_be_written_is_named_before_the_work(folder: Path, option: str) -> None:
    """A folder that is not there ends the run with two lines, not with a trace."""
    words = ("decide", folder / "rows.csv", "--mapping", folder / "map.yaml")
    done = run(*words, option, folder / "none" / "x.jsonl", code=2)
    assert done.stderr.startswith("holdfast: setting: `")
    assert "cannot be written: No such file or directory" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("noise.parquet", b"\x00noise" * 100, "cannot be read as Parquet"),
        ("short.parquet", b"PAR1xxxxPAR1", "cannot be read as Parquet"),
        ("plain.csv.gz", b"n,at,amount,payer,payee,bad\n", "is no whole gzip file"),
    ],
)
def test_a_damaged_file_is_named(folder: Path, name: str, content: bytes, told: str) -> None:
    """What is not what its name says ends the run with a message that names the file."""
    (folder / name).write_bytes(content)
    done = run("decide", folder / name, "--mapping", folder / "map.yaml", code=2)
    assert done.stderr.startswith(f"holdfast: invalid: `{name}` {told}")


def test_a_gzip_file_that_was_cut_off_is_named(folder: Path) -> None:
    """A download that broke is not taken for the whole file."""
    whole = gzip.compress((folder / "rows.csv").read_bytes() * 50)
    (folder / "cut.csv.gz").write_bytes(whole[: len(whole) // 2])
    done = run("decide", folder / "cut.csv.gz", "--mapping", folder / "map.yaml", code=2)
    assert "holdfast: invalid: `cut.csv.gz` is no whole gzip file" in done.stderr
    assert "Aborted" not in done.stderr


@pytest.mark.parametrize("words", [("packs", "list"), ("models", "show", ROOT / "examples" / "model")])
def test_titles_in_an_unknown_language_are_refused(words: tuple[object, ...]) -> None:
    """A language in which nothing is written is the caller's mistake, not another language's titles."""
    done = run(*words, "--language", "xx", code=2)
    assert "there is no language `xx`" in done.stderr
    assert not done.stdout


def test_one_fault_of_a_rule_file_is_counted_as_one(tmp_path: Path) -> None:
    """The last line counts the faults in words that fit the number."""
    page = (ROOT / "docs" / "rule-language.md").read_text()
    good = page.split("```yaml\n")[1].split("```")[0]
    file = tmp_path / "bank.yaml"
    file.write_text(good)
    assert run("rules", "check", file).stdout.endswith("policy.bank: 0 faults\n")
    file.write_text(good.replace("when: amount", "when: amuont"))
    assert run("rules", "check", file, code=2).stdout.endswith("policy.bank: 1 fault\n")
