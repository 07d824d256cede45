"""Whoever changes the past in the database itself is found, whatever way it was done."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from holdfast.store.sqlite.packing import Dictionary, Packer, frame
from holdfast.vocabulary.records import HoldRow, Record, RecordKind
from holdfast.vocabulary.stored import ChainFault, Verified
from tests.unit.store.making import accept, record, sqlite_store

LAST = 12
TRIGGERS = ("log_is_never_updated", "log_is_never_deleted", "log_grows_at_its_end")
HOLD = HoldRow(id="hold_7", decision_id="dec_7", policy="p", placed_ms=1, until_ms=2, confirm_by_ms=None)


def written(seq: int) -> Record:
    """Give a record of the log under attack; 7 places a hold, 8 is an act on it."""
    if seq == 7:
        return record(7, hold=HOLD, threads=("dec_7",), subject=b"subject-0")
    if seq == 8:
        return record(8, kind=RecordKind.HOLD, decision_id="", event_id="", key=b"", act=b'{"act":"confirm"}')
    return record(seq, subject=b"subject-0")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Give the directory of a closed store with twelve records."""
    store = sqlite_store(tmp_path / "data")
    accept(store, *map(written, range(1, LAST + 1)))
    store.close()
    return tmp_path / "data"


def change(directory: Path, *statements: str, values: tuple[bytes | int, ...] = ()) -> None:
    """Change the database as somebody would who has the file and a shell."""
    with closing(sqlite3.connect(directory / "holdfast.db")) as connection:
        for name in TRIGGERS:
            connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        for statement in statements:
            connection.execute(statement, values)
        connection.commit()


def verified(directory: Path, *, head: bytes | None = None, seq: int | None = None) -> Verified:
    """Open the store again and walk along its chain."""
    store = sqlite_store(directory, seed=9)
    try:
        return store.verify_chain(head=head, seq=seq)
    finally:
        store.close()


def head_of(directory: Path) -> bytes:
    """Give the head that an operator would have kept."""
    found = verified(directory)
    assert (found.fault, found.seq) == (None, LAST)
    return found.head


def rewrite_public(directory: Path, seq: int, edit: Callable[[list[bytes]], list[bytes]]) -> None:
    """Edit the public parts of one record, packed as the store itself packs them."""
    store = sqlite_store(directory, seed=8)
    (one,) = store.replay(seq - 1, seq)
    store.close()
    with closing(sqlite3.connect(directory / "holdfast.db")) as connection:
        sql = "SELECT id, dictionaries.sealed, dictionaries.public FROM log JOIN dictionaries ON id = dictionary"
        number, sealed, public = connection.execute(f"{sql} WHERE seq = ?", (seq,)).fetchone()
    packer = Packer(Dictionary(number, sealed=sealed, public=public))
    (packed,) = packer.public([frame(edit([one.judgement, one.envelope, one.reply]))])
    change(directory, "UPDATE log SET public = ? WHERE seq = ?", values=(packed, seq))


SHIFT = (  # all records after 5 move down by one, as if 5 had never been
    "DELETE FROM log WHERE seq = 5",
    "UPDATE log SET seq = -seq WHERE seq > 5",
    "UPDATE log SET seq = -seq - 1 WHERE seq < 0",
)
MAKE_ROOM = ("UPDATE log SET seq = -seq WHERE seq > 5", "UPDATE log SET seq = -seq + 1 WHERE seq < 0")
COPY = ("DROP INDEX log_by_decision", "CREATE TEMP TABLE copy AS SELECT * FROM log WHERE seq = 5")
PASTE = "INSERT INTO log SELECT * FROM copy"

ATTACKS: dict[str, tuple[tuple[str, ...], int, str]] = {
    "kind": (("UPDATE log SET kind = 'event' WHERE seq = 5",), 5, "header"),
    "unknown kind": (("UPDATE log SET kind = 'gift' WHERE seq = 5",), 5, "header"),
    "instant": (("UPDATE log SET received_ms = received_ms - 1 WHERE seq = 5",), 5, "header"),
    "occurred": (("UPDATE log SET occurred_ms = 0 WHERE seq = 1",), 1, "header"),
    "event id": (("UPDATE log SET event_id = 'tr-99' WHERE seq = 12",), 12, "header"),
    "decision id": (("UPDATE log SET decision_id = 'dec_x' WHERE seq = 5",), 5, "header"),
    "key": (("UPDATE log SET key = x'00' WHERE seq = 5",), 5, "header"),
    "body": (("UPDATE log SET body_hash = x'' WHERE seq = 5",), 5, "header"),
    "subject": (("UPDATE subjects SET subject = x'00' WHERE id = 1",), 1, "header"),
    "no subject": (("DELETE FROM subjects",), 1, "header"),
    "sealed bit": (
        ("UPDATE log SET sealed = CAST(substr(sealed, 1, 20) || x'00' || substr(sealed, 22) AS BLOB) WHERE seq = 5",),
        5,
        "unreadable",
    ),
    "sealed gone": (("UPDATE log SET sealed = NULL WHERE seq = 5",), 5, "event"),
    "other sealed": (
        ("UPDATE log SET sealed = (SELECT sealed FROM log WHERE seq = 4) WHERE seq = 5",),
        5,
        "unreadable",
    ),
    "other public": (("UPDATE log SET public = (SELECT public FROM log WHERE seq = 4) WHERE seq = 5",), 5, "reply"),
    "rubbish": (("UPDATE log SET public = x'ffff' WHERE seq = 5",), 5, "unreadable"),
    "no dictionary": (("DELETE FROM dictionaries",), 1, "unreadable"),
    "hold": (
        ("UPDATE log SET extras = CAST(replace(CAST(extras AS TEXT), '_ms\":2', '_ms\":3') AS BLOB) WHERE seq = 7",),
        7,
        "hold",
    ),
    "threads": (
        ("UPDATE log SET extras = CAST(replace(CAST(extras AS TEXT), 'dec_7\"]', 'dec_8\"]') AS BLOB) WHERE seq = 7",),
        7,
        "threads",
    ),
    "no extras": (("UPDATE log SET extras = NULL WHERE seq = 8",), 8, "act"),
    "more extras": (('UPDATE log SET extras = CAST(\'{"threads":["x"]}\' AS BLOB) WHERE seq = 5',), 5, "threads"),
    "strange extras": (("UPDATE log SET extras = CAST('{\"gift\":1}' AS BLOB) WHERE seq = 5",), 5, "gift"),
    "broken extras": (("UPDATE log SET extras = x'7b' WHERE seq = 7",), 7, "unreadable"),
    "deleted": (("DELETE FROM log WHERE seq = 5",), 5, "missing"),
    "first deleted": (("DELETE FROM log WHERE seq = 1",), 1, "missing"),
    "deleted and closed up": (SHIFT, 5, "header"),
    "swapped": (
        (
            "UPDATE log SET seq = -6 WHERE seq = 5",
            "UPDATE log SET seq = 5 WHERE seq = 6",
            "UPDATE log SET seq = 6 WHERE seq = -6",
        ),
        5,
        "header",
    ),
    "inserted copy": ((*COPY, *MAKE_ROOM, "UPDATE copy SET seq = 6", PASTE), 6, "header"),
    "appended copy": ((*COPY, "UPDATE copy SET seq = 13", PASTE), 13, "header"),
    "appended without a link": ((*COPY, "UPDATE copy SET seq = 13, link = NULL", PASTE), 13, "link"),
    "link": (("UPDATE log SET link = x'00' WHERE seq = 5",), 5, "link"),
    "no link": (("UPDATE log SET link = NULL WHERE seq = 5",), 5, "link"),
    "first links gone": (("UPDATE log SET link = NULL WHERE seq < 5",), 5, "link"),
    "marks": (
        ("UPDATE log SET hashes = CAST(substr(hashes, 1, 70) || x'0000' || substr(hashes, 73) AS BLOB) WHERE seq = 5",),
        5,
        "link",
    ),
    "no marks": (("UPDATE log SET hashes = NULL WHERE seq = 5",), 5, "link"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_change_is_found_at_its_record(directory: Path, name: str) -> None:
    """Each way of editing, deleting, inserting or moving a record is found: the first such record, and what differs."""
    statements, seq, differs = ATTACKS[name]
    assert verified(directory).fault is None
    change(directory, *statements)
    found = verified(directory)
    assert found.fault == ChainFault(seq=seq, differs=differs)
    assert found.seq == seq - 1


@pytest.mark.parametrize(("place", "differs"), [(0, "judgement"), (1, "envelope"), (2, "reply")])
def test_a_changed_part_is_named(directory: Path, place: int, differs: str) -> None:
    """A public part that was edited and packed again as the store does it is found by its name."""

    def edit(parts: list[bytes]) -> list[bytes]:
        parts[place] = parts[place][:-1] + b" }"
        return parts

    rewrite_public(directory, 5, lambda parts: parts)
    assert verified(directory).fault is None
    rewrite_public(directory, 5, edit)
    assert verified(directory).fault == ChainFault(seq=5, differs=differs)


def test_a_tail_that_was_cut_off_is_found_by_the_head(directory: Path) -> None:
    """Without its last records a log looks whole; the head that was kept elsewhere says that it is not."""
    head = head_of(directory)
    change(directory, "DELETE FROM log WHERE seq > 9")
    assert verified(directory).fault is None
    assert verified(directory, head=head, seq=LAST).fault == ChainFault(seq=10, differs="missing")
    assert verified(directory, head=head).fault == ChainFault(seq=10, differs="head")


def test_a_log_written_anew_is_found_by_the_head(tmp_path: Path, directory: Path) -> None:
    """A forged log with a chain of its own is whole in itself, and has another head."""
    head = head_of(directory)
    store = sqlite_store(tmp_path / "forged", seed=3)
    accept(store, *(written(seq) if seq != 5 else record(5, reply=b"{}") for seq in range(1, LAST + 1)))
    assert store.verify_chain().fault is None
    assert store.verify_chain(head=head, seq=LAST).fault == ChainFault(seq=LAST, differs="head")
    store.close()


def test_the_chain_goes_on_after_a_restart(directory: Path) -> None:
    """The first record of a new run follows the last of the run before."""
    head = head_of(directory)
    store = sqlite_store(directory, seed=5)
    accept(store, record(LAST + 1))
    found = store.chain_link(LAST + 1)
    assert found is not None
    assert found.before == head
    assert store.verify_chain().records == LAST + 1
    store.close()


def test_a_forgotten_records_proof_cannot_be_changed(directory: Path) -> None:
    """After the key is destroyed the hashes of the personal parts are still held by the chain."""
    store = sqlite_store(directory, seed=5)
    store.forget(b"subject-0")
    store.close()
    found = verified(directory)
    assert (found.fault, found.forgotten) == (None, LAST - 1)
    with closing(sqlite3.connect(directory / "holdfast.db")) as connection:
        ((marks,),) = connection.execute("SELECT hashes FROM log WHERE seq = 5")
    flipped = bytes([*marks[:20], marks[20] ^ 1, *marks[21:]])
    change(directory, "UPDATE log SET hashes = ? WHERE seq = 5", values=(flipped,))
    assert verified(directory).fault == ChainFault(seq=5, differs="link")


def test_no_plain_hash_of_a_personal_part_is_on_disk(directory: Path) -> None:
    """A person's values cannot be guessed from what stays after erasure: the hashes on disk are salted."""
    raw = (directory / "holdfast.db").read_bytes()
    assert not any(
        sha256(part).digest() in raw for one in map(written, range(1, LAST + 1)) for part in (one.event, one.facts)
    )


def test_a_torn_page_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    """Where the database itself cannot be read any more, the walk names the record before which it ended."""
    store = sqlite_store(tmp_path / "data")
    accept(store, *(record(seq, reply=bytes(range(256)) * 4) for seq in range(1, 400)))
    store.close()
    with closing(sqlite3.connect(tmp_path / "data" / "holdfast.db")) as connection:
        ((page,),) = connection.execute(
            "SELECT pageno FROM dbstat WHERE name = 'log' AND pagetype = 'leaf' ORDER BY path LIMIT 1 OFFSET 20"
        )
        ((size,),) = connection.execute("PRAGMA page_size")
    path = tmp_path / "data" / "holdfast.db"
    data = bytearray(path.read_bytes())
    data[(page - 1) * size : (page - 1) * size + 8] = bytes(8)
    store = sqlite_store(tmp_path / "data", seed=2)
    path.write_bytes(data)
    found = store.verify_chain()
    store.close()
    assert found.fault is not None
    assert 1 < found.fault.seq < 400
    assert found.fault.seq == found.seq + 1


def test_a_log_that_grows_is_verified_up_to_where_it_was(tmp_path: Path) -> None:
    """Records that come during a walk do not make it longer, and harm it in no way."""
    store = sqlite_store(tmp_path / "data")
    accept(store, *(record(seq) for seq in range(1, 301)))

    def grow(_seq: int) -> None:
        accept(store, record(store.last_seq() + 1))

    found = store.verify_chain(grow)
    assert (found.fault, found.seq, store.last_seq()) == (None, 300, 301)
    store.close()
