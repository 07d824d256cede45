"""A backup of a running server, restored, verified, and served again; as an operator does it."""

import hashlib
import json
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import httpx

from tests.acceptance.conftest import NOON, Json, StartServer, transfer
from tests.cradle import run

LISTED: Json = {"kind": "inn", "value": "500100732259"}


def holdfast(*words: str | Path, code: int = 0) -> str:
    """Run a command that must end with a code, and give what it said."""
    done = run(*words)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_backup_under_load_serves_every_answer_given_before_it(start: StartServer, tmp_path: Path) -> None:
    """Each decision that was answered before the backup began is in the restored server, to the byte, holds too."""
    server = start()
    server.enlist("ru.cbr.recipients", LISTED)
    hold = server.decide(transfer("held"))["hold"]["id"]
    answers: dict[str, bytes] = {}
    ended = threading.Event()

    def load() -> None:
        with httpx.Client(base_url=server.client.base_url, timeout=30) as client:
            for number in range(100_000):
                if ended.is_set():
                    return
                name = f"tr-{number}"
                other = {"kind": "individual", "account": f"4081781000000{number:07d}"}
                body = json.dumps(transfer(name, payee=other))
                answers[name] = client.post("/v1/decisions", content=body).content

    loader = threading.Thread(target=load)
    loader.start()
    try:
        while len(answers) < 50:
            ended.wait(0.05)
        before = dict(answers)
        said = holdfast("backup", tmp_path / "backup", "--data", server.data)
    finally:
        ended.set()
        loader.join()
    assert len(answers) > len(before)
    assert "without the key" in said
    manifest = json.loads((tmp_path / "backup" / "manifest.json").read_text())
    key, again = server.data / "secret.key", tmp_path / "again"
    assert "holds no key" in holdfast("restore", tmp_path / "backup", "--data", again, code=2)
    said = holdfast("restore", tmp_path / "backup", "--data", again, "--key", key, "--head", manifest["head"])
    assert f"{manifest['last_seq']} records are as they were written" in said
    assert "decisions judged again come out the same" in said
    assert f"head {manifest['head']}" in holdfast("verify", "--data", again)
    server.stop()
    second = start(data=again)
    for name, answer in before.items():
        decision = json.loads(answer)
        assert second.client.get(f"/v1/decisions/{decision['id']}").content == answer, name
    assert second.client.get(f"/v1/holds/{hold}").json()["state"] == "placed"
    assert second.decide(transfer("later"))["outcome"] == "hold"


def test_an_edited_backup_is_refused_even_with_its_manifest_made_anew(start: StartServer, tmp_path: Path) -> None:
    """Who edits a record in the backup and writes its hash into the manifest is found by the chain, or by the head."""
    server = start()
    for number in range(30):
        server.decide(transfer(f"tr-{number}"))
    backup, again, key = tmp_path / "backup", tmp_path / "again", server.data / "secret.key"
    head = json.loads(holdfast("backup", backup, "--data", server.data) and (backup / "manifest.json").read_text())
    with closing(sqlite3.connect(backup / "holdfast.db")) as connection:
        connection.execute("DROP TRIGGER log_is_never_updated")
        seq = connection.execute("SELECT max(seq) - 3 FROM log").fetchone()[0]
        connection.execute("UPDATE log SET received_ms = received_ms + 1 WHERE seq = ?", (seq,))
        connection.commit()
    assert "was changed" in holdfast("restore", backup, "--data", again, "--key", key, code=2)
    seal(backup)
    said = holdfast("restore", backup, "--data", again, "--key", key, code=2)
    assert f"record {seq} is not as it was written" in said
    assert "head is not" in holdfast("restore", backup, "--data", again, "--key", key, "--head", "00" * 32, code=2)
    assert not again.exists()
    assert head["last_seq"] > seq


def seal(backup: Path) -> None:
    """Write the hash of the edited database into the manifest."""
    manifest = json.loads((backup / "manifest.json").read_text())
    data = (backup / "holdfast.db").read_bytes()
    found = {"name": "holdfast.db", "size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    manifest["files"] = [found if file["name"] == "holdfast.db" else file for file in manifest["files"]]
    (backup / "manifest.json").write_text(json.dumps(manifest))


def test_a_used_folder_is_never_overwritten(start: StartServer, tmp_path: Path) -> None:
    """Neither a backup nor a restore writes into a folder that holds anything."""
    server = start()
    server.decide(transfer("tr-1", occurred_at=NOON))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").write_text("mine")
    assert "not empty" in holdfast("backup", tmp_path / "full", "--data", server.data, code=2)
    holdfast("backup", tmp_path / "backup", "--data", server.data, "--with-key")
    assert "not empty" in holdfast("restore", tmp_path / "backup", "--data", tmp_path / "full", code=2)
    assert "restored into" in holdfast("restore", tmp_path / "backup", "--data", tmp_path / "again")
    assert (tmp_path / "full" / "a").read_text() == "mine"
