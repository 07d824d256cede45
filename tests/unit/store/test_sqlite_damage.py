"""Damage to the files is found and its place named; only the end of a commit that nobody heard of is cut."""

import shutil
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from holdfast.store import SqliteStore
from holdfast.vocabulary.errors import StoreError
from holdfast.vocabulary.records import Record
from tests.unit.store.making import accept, record, sqlite_store

LAST = 24
FRAME_BYTES = 24 + 4_096
HEADER_BYTES = 32
FLIPS = 250
DATABASE, LOG = "holdfast.db", "holdfast.db-wal"
SECRET = b"d" * 32


def records() -> list[Record]:
    """Give what is written."""
    return [record(seq, facts=b'{"count":%d,"text":"%s"}' % (seq, b"x" * 300)) for seq in range(1, LAST + 1)]


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a directory as a crash leaves it: every record acknowledged, each in a group of its own, all in the log."""
    home, kept = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("kept") / "data"
    store = sqlite_store(home / "data", secret=SECRET)
    for one in records():
        accept(store, one)
    shutil.copytree(home / "data", kept, ignore=shutil.ignore_patterns("*-shm", "lock"))
    store.close()
    return kept


@pytest.fixture(scope="module")
def closed(crashed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the same directory closed well: everything in the database, no log."""
    kept = tmp_path_factory.mktemp("closed") / "data"
    shutil.copytree(crashed, kept)
    reopened(kept).close()
    assert not (kept / LOG).exists()
    return kept


@pytest.fixture
def copy(crashed: Path, tmp_path: Path) -> Path:
    """Give a copy of the crashed directory, to be damaged."""
    shutil.copytree(crashed, tmp_path / "data")
    return tmp_path / "data"


def reopened(directory: Path) -> SqliteStore:
    """Open a directory again."""
    return sqlite_store(directory, seed=2, secret=SECRET)


def commits(log: Path) -> list[int]:
    """Give the bytes of a log at which its commits end."""
    data = log.read_bytes()
    return [
        place + FRAME_BYTES
        for place in range(HEADER_BYTES, len(data) - FRAME_BYTES + 1, FRAME_BYTES)
        if data[place + 8 : place + 16] == data[16:24] and struct.unpack_from(">I", data, place + 4)[0]
    ]


def flip(path: Path, place: int, bit: int = 0) -> None:
    """Turn one bit of a file over."""
    data = bytearray(path.read_bytes())
    data[place] ^= 1 << bit
    path.write_bytes(data)


def found(directory: Path) -> Iterator[str]:
    """Say what is noticed of a directory's damage: by who opens it, by the walk along the chain, by who reads."""
    try:
        store = reopened(directory)
    except StoreError as error:
        yield str(error)
        return
    try:
        fault = store.verify_chain().fault
        if fault is not None:
            yield f"record {fault.seq}: {fault.differs}"
        elif list(store.replay()) != records():
            yield ""
    except StoreError as error:
        yield str(error)
    finally:
        store.close()


def test_everything_acknowledged_survives_a_crash(copy: Path) -> None:
    """Without damage all records are there."""
    store = reopened(copy)
    assert list(store.replay()) == records()
    store.close()


def test_a_torn_end_is_cut(copy: Path) -> None:
    """Part of one more commit, cut off anywhere or not right, is gone; everything acknowledged is there."""
    whole = (copy / LOG).read_bytes()[: commits(copy / LOG)[-1]]
    group = whole[commits(copy / LOG)[-2] :]
    wrong = bytes([group[0], *(byte ^ 1 for byte in group[1:4]), *group[4:16], 0, *group[17:]])
    for torn in (group[:size] for size in (1, 24, 25, FRAME_BYTES, len(group) - 1)):
        (copy / LOG).write_bytes(whole + torn)
        assert list(found(copy)) == []
        (copy / LOG).write_bytes(whole)
    (copy / LOG).write_bytes(whole + wrong)
    assert list(found(copy)) == []


def test_a_cut_log_is_a_shorter_log_that_a_kept_head_finds(crashed: Path, tmp_path: Path) -> None:
    """Cut at any place the log holds whole groups, verifies by itself, and lacks what a kept head names."""
    ends, size = commits(crashed / LOG), (crashed / LOG).stat().st_size
    store = reopened(Path(shutil.copytree(crashed, tmp_path / "whole")))
    head = store.verify_chain().head
    store.close()
    chance = Random(5)
    for number, place in enumerate([*(end - 1 for end in ends[-3:]), *(chance.randrange(size) for _ in range(25))]):
        one = Path(shutil.copytree(crashed, tmp_path / f"cut {number}"))
        with (one / LOG).open("r+b") as file:
            file.truncate(place)
        try:
            store = reopened(one)
        except StoreError:
            continue
        last = store.last_seq()
        assert list(store.replay()) == records()[:last]
        assert store.verify_chain().fault is None
        fault = store.verify_chain(head=head, seq=LAST).fault
        assert (fault is None) == (last == LAST)
        assert fault is None or (fault.seq, fault.differs) == (last + 1, "missing")
        store.close()


def test_a_flipped_bit_of_the_log_is_never_taken_for_its_end(crashed: Path, tmp_path: Path) -> None:
    """Acknowledged groups behind a wrong frame are noticed at the opening, and the byte from which on is named."""
    ends = commits(crashed / LOG)
    chance = Random(6)
    places = [chance.randrange(HEADER_BYTES, ends[-2]) for _ in range(40)]
    for number, place in enumerate(places):
        one = Path(shutil.copytree(crashed, tmp_path / f"flip {number}"))
        flip(one / LOG, place, chance.randrange(8))
        (seen,) = found(one)
        at = (place - HEADER_BYTES) // FRAME_BYTES * FRAME_BYTES + HEADER_BYTES
        begins = max([HEADER_BYTES, *(end for end in ends if end <= at)])
        assert f"`{LOG}` is damaged at byte {begins}" in seen
        assert f"`{LOG}` is damaged" in "".join(found(one)), "it is noticed again"


@pytest.mark.parametrize("place", [0, 8, 16, 23, 24, 31])
def test_a_damaged_heading_of_the_log_is_noticed(copy: Path, place: int) -> None:
    """A log whose heading is wrong would be passed over as a whole."""
    flip(copy / LOG, place)
    (seen,) = found(copy)
    assert f"`{LOG}` is damaged at byte 0" in seen


def test_an_older_log_behind_a_new_one_is_no_damage(copy: Path) -> None:
    """After the log began anew, what stands behind its end is of the round before."""
    end = commits(copy / LOG)[5]
    data = bytearray((copy / LOG).read_bytes())
    for place in range(end, len(data) - FRAME_BYTES + 1, FRAME_BYTES):
        data[place + 11] ^= 0xFF  # each new round has another salt, in both words
        data[place + 15] ^= 0xFF
    (copy / LOG).write_bytes(data)
    store = reopened(copy)
    assert store.verify_chain().fault is None
    store.close()


def test_a_flipped_bit_of_the_database_is_never_read_as_a_record(closed: Path, tmp_path: Path) -> None:
    """Anywhere in the file: it is noticed, with a place where it is in a record, or every record is as it was."""
    size = (closed / DATABASE).stat().st_size
    chance = Random(7)
    noticed = 0
    one = Path(shutil.copytree(closed, tmp_path / "data"))
    for _ in range(FLIPS):
        flip(one / DATABASE, chance.randrange(size), chance.randrange(8))
        seen = list(found(one))
        assert "" not in seen, "a record differs and nobody says so"
        noticed += bool(seen)
        for name in (DATABASE, LOG, f"{DATABASE}-shm"):
            (one / name).unlink(missing_ok=True)
        shutil.copy(closed / DATABASE, one / DATABASE)
    assert noticed > FLIPS // 20


@pytest.mark.parametrize("place", range(0, 64, 7))
def test_a_schema_that_is_no_text_is_damage(closed: Path, tmp_path: Path, place: int) -> None:
    """Words of the schema that cannot even be printed are told as damage, like all else."""
    one = Path(shutil.copytree(closed, tmp_path / "data"))
    flip(one / DATABASE, (one / DATABASE).read_bytes().index(b"CREATE TABLE") + place, 7)
    assert any(found(one))


def test_every_stored_part_is_watched(closed: Path, tmp_path: Path) -> None:
    """A bit anywhere in what a record stores is found, and the record named."""
    chance = Random(8)
    with closing(sqlite3.connect(closed / DATABASE)) as connection:
        cells = connection.execute("SELECT seq, sealed, public, hashes, link FROM log").fetchall()
    data = (closed / DATABASE).read_bytes()
    one = Path(shutil.copytree(closed, tmp_path / "data"))
    for seq, *parts in chance.sample(cells, 12):
        for part in parts:
            flip(one / DATABASE, data.index(part) + chance.randrange(len(part)), chance.randrange(8))
            (seen,) = found(one)
            assert seen.startswith(f"record {seq}:"), seen
            (one / DATABASE).write_bytes(data)


def test_a_truncated_database_is_noticed(closed: Path, tmp_path: Path) -> None:
    """A database that lost its last pages is not taken for a shorter one."""
    one = Path(shutil.copytree(closed, tmp_path / "data"))
    size = (closed / DATABASE).stat().st_size
    for left in (size - 1, size - 4_096, size // 2):
        with (one / DATABASE).open("r+b") as file:
            file.truncate(left)
        assert list(found(one)) not in ([], [""])
        shutil.copy(closed / DATABASE, one / DATABASE)


@pytest.mark.parametrize("missing", [False, True])
def test_a_lost_database_is_not_begun_anew(closed: Path, tmp_path: Path, *, missing: bool) -> None:
    """Where snapshots lie beside an empty or missing database nothing is opened, made or written."""
    home = tmp_path / "data"
    shutil.copytree(closed, home)
    (home / "snapshots" / f"{LAST:020d}.snapshot").write_bytes(b"x")
    (home / DATABASE).write_bytes(b"")
    if missing:
        (home / DATABASE).unlink()
    with pytest.raises(StoreError, match="missing" if missing else "empty") as refused:
        reopened(home)
    assert "restore a backup" in refused.value.advice
    assert (home / DATABASE).exists() is not missing
