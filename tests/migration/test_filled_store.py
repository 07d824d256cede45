"""A store that an older program filled is read by this one."""

import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from holdfast.store import SqliteStore
from holdfast.store.backups import check_files, restoring, write_backup
from holdfast.store.chain import Chain, chained, write_marks
from holdfast.store.sqlite.packing import EMPTY, frame
from holdfast.store.sqlite.queries import migrations
from holdfast.store.sqlite.sealing import Vault, record_salt, seal
from holdfast.vocabulary.chain import START_LINK
from holdfast.vocabulary.errors import StoreError
from holdfast.vocabulary.lists import ListKind
from holdfast.vocabulary.records import HoldRow, Record
from tests.unit.store.making import NOW_MS, StillClock, Store, accept, key_of, random_bytes, record, sqlite_store

SECRET = b"k" * 32
HOLD = (
    '{"id":"hold_%d","decision_id":"%s","policy":"ru.161-fz.8.3.4","placed_ms":%d,"until_ms":%d,"confirm_by_ms":null}'
)


def person(seq: int) -> bytes:
    """Name the subject of a record."""
    return b"person %d" % seq


def hold_json(number: int) -> str:
    """Give a hold's row as schema 1 wrote it."""
    return HOLD % (number, record(number).decision_id, NOW_MS + number, NOW_MS + 100 + number)


def hold_now(number: int, state: str, due_ms: int | None) -> HoldRow:
    """Give the same row as it must be read now."""
    return HoldRow(
        id=f"hold_{number}",
        decision_id=record(number).decision_id,
        policy="ru.161-fz.8.3.4",
        placed_ms=NOW_MS + number,
        until_ms=NOW_MS + 100 + number,
        confirm_by_ms=None,
        state=state,
        due_ms=due_ms,
        client=person(number),
    )


EXTRAS = {
    1: f'{{"hold":{hold_json(1)},"closed_holds":[],"source":null,"list_version":null}}',
    2: f'{{"hold":{hold_json(2)},"closed_holds":[],"source":null,"list_version":null}}',
    3: '{"hold":null,"closed_holds":["hold_2"],"source":null,"list_version":null}',
    4: (
        '{"hold":null,"closed_holds":[],"source":{"source":"telecom","complete_since_ms":5},"list_version":{"list":'
        '"ru.test","version":"v1","loaded_ms":7,"published_ms":null,"entries":1,"added":1,"removed":0,"source":null,'
        '"by":null,"kinds":["account","card"]}}'
    ),
}


def deflated(part: bytes, words: bytes = b"") -> bytes:
    """Pack a part as schemas 1 and 2 did, against a dictionary."""
    packer = zlib.compressobj(3, zlib.DEFLATED, -14, 6, zlib.Z_DEFAULT_STRATEGY, words)
    return packer.compress(part) + packer.flush()


def write_record(connection: sqlite3.Connection, vault: Vault, one: Record) -> None:
    """Write a record's row as schema 1 had it, under a key of its own."""
    wrapped, key = vault.new_key(one.subject)
    connection.execute("UPDATE subjects SET wrapped = NULL WHERE subject = ?", (one.subject,))
    connection.execute("INSERT INTO subjects (id, subject, wrapped) VALUES (?, ?, ?)", (one.seq, one.subject, wrapped))
    packed = deflated(frame((one.event, one.facts)))
    sealed = seal(key, packed, nonce=one.seq.to_bytes(12, "big"), seq=one.seq)
    public = deflated(frame((one.judgement, one.envelope, one.reply)))
    extras = EXTRAS.get(one.seq)
    values = (one.seq, one.kind.value, one.occurred_ms, one.received_ms, one.key, one.body_hash, one.event_id)
    rest = (one.decision_id, one.seq, EMPTY.id, sealed, public, extras and extras.encode())
    connection.execute(f"INSERT INTO log VALUES ({', '.join('?' * 13)})", values + rest)  # noqa: S608 - places only


WORDS = b'{"id":"tr-","amount":{"outcome":"allow"}'


def write_chained(connection: sqlite3.Connection, vault: Vault, one: Record, chain: Chain) -> None:
    """Write a record's row as schema 2 had it, packed with dictionary 1, under a key of its own."""
    wrapped, key = vault.new_key(one.subject)
    connection.execute("INSERT INTO subjects (id, subject, wrapped) VALUES (?, ?, ?)", (one.seq, one.subject, wrapped))
    packed = deflated(frame((one.event, one.facts)), WORDS)
    sealed = seal(key, packed, nonce=one.seq.to_bytes(12, "big"), seq=one.seq)
    public = deflated(frame((one.judgement, one.envelope, one.reply)), WORDS)
    seen = chained(one, {}, salt=record_salt(key, sealed))
    values = (one.seq, one.kind.value, one.occurred_ms, one.received_ms, one.key, one.body_hash, one.event_id)
    rest = (one.decision_id, one.seq, 1, sealed, public, None, write_marks(seen), chain.add(seen))
    connection.execute(f"INSERT INTO log VALUES ({', '.join('?' * 15)})", values + rest)  # noqa: S608 - places only


def filled_with_2(directory: Path) -> Path:
    """Make a directory of schema 2 with five chained records."""
    directory.mkdir()
    vault, chain = Vault(SECRET, random_bytes()), Chain(None)
    with closing(sqlite3.connect(directory / "holdfast.db")) as connection:
        connection.executescript(f"{migrations()[0]}\n{migrations()[1]}\nPRAGMA user_version = 2;")
        connection.execute("INSERT INTO meta VALUES ('key_fingerprint', ?)", (vault.fingerprint(),))
        connection.execute("INSERT INTO dictionaries (id, sealed, public) VALUES (1, ?, ?)", (WORDS, WORDS))
        for seq in range(1, 6):
            write_chained(connection, vault, record(seq, subject=person(seq)), chain)
        connection.commit()
    return directory


def test_deflated_records_stand_beside_new_ones(tmp_path: Path) -> None:
    """Records of schema 2 are read as they stand; the chain goes on over new ones, and erasure works on both."""
    store = opened(filled_with_2(tmp_path / "data"))
    accept(store, record(6, subject=person(1)), record(7))
    assert list(store.replay()) == [
        *(record(seq, subject=person(seq)) for seq in range(1, 6)),
        record(6, subject=person(1)),
        record(7),
    ]
    found = store.verify_chain()
    assert (found.unlinked, found.records, found.fault) == (0, 7, None)
    assert store.forget(person(1))
    assert [one.seq for one in store.replay() if one.forgotten] == [1, 6]
    assert (store.verify_chain().forgotten, store.verify_chain().fault) == (2, None)
    store.close()


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """Give a directory of schema 1."""
    return filled_with_1(tmp_path / "data")


def filled_with_1(directory: Path) -> Path:
    """Make a directory of schema 1 with two holds, one of them ended, a list, and five records."""
    directory.mkdir()
    vault = Vault(SECRET, random_bytes())
    with closing(sqlite3.connect(directory / "holdfast.db")) as connection:
        connection.executescript(f"{migrations()[0]}\nPRAGMA user_version = 1;")
        connection.execute("INSERT INTO meta VALUES ('key_fingerprint', ?)", (vault.fingerprint(),))
        for seq in range(1, 6):
            write_record(connection, vault, record(seq, subject=person(seq)))
        for number, is_open in ((1, 1), (2, 0)):
            place = (f"hold_{number}", record(number).decision_id, NOW_MS + number, NOW_MS + 100 + number, is_open)
            connection.execute("INSERT INTO holds VALUES (?, ?, 'ru.161-fz.8.3.4', ?, ?, NULL, ?)", place)
        threads = [("hold_1", 1), ("hold_2", 2), ("hold_2", 3)]
        connection.executemany("INSERT INTO hold_records VALUES (?, ?)", threads)
        connection.execute("INSERT INTO list_versions VALUES (1, 'ru.test', 'v1', 4, 7, NULL, 1, 1, 0, NULL, NULL)")
        connection.execute("INSERT INTO list_versions VALUES (2, 'ru.old', 'v1', 5, 7, NULL, 1, 1, 0, NULL, NULL)")
        connection.commit()
    return directory


def opened(directory: Path) -> Store:
    """Open the directory with this program."""
    return sqlite_store(directory, seed=9, secret=SECRET)


def test_old_records_are_read_as_they_were(filled: Path) -> None:
    """Public and personal parts, holds of old rows and declarations come back; new records follow them."""
    store = opened(filled)
    found = list(store.replay())
    assert [(one.seq, one.event, one.facts, one.judgement, one.reply) for one in found] == [
        (one.seq, one.event, one.facts, one.judgement, one.reply) for one in map(record, range(1, 6))
    ]
    assert [one.subject for one in found] == [person(seq) for seq in range(1, 6)]
    assert (found[0].act, found[0].threads, found[0].claim, found[0].exposures) == (b"", (), None, ())
    assert found[0].hold is not None
    assert (found[0].hold.id, found[0].hold.state, found[0].hold.due_ms) == ("hold_1", "placed", None)
    assert found[3].source is not None
    accept(store, record(6))
    assert store.find(key_of("tr-1")) is not None
    assert store.by_event("tr-6") == record(6)
    store.close()


def test_old_holds_have_a_state_and_a_timer(filled: Path) -> None:
    """An open hold is placed and due at its end; an ended one is released and has no timer; both have their client."""
    store = opened(filled)
    placed, ended = hold_now(1, "placed", NOW_MS + 101), hold_now(2, "released", None)
    assert store.holds(9).items == (ended, placed)
    assert store.holds(9, client=person(1)).items == (placed,)
    assert store.holds_due(NOW_MS + 102, 9) == (placed,)
    store.close()


def test_old_stories_are_threads(filled: Path) -> None:
    """The records that touched a hold are its story still."""
    store = opened(filled)
    assert [[one.seq for one in store.thread(name)] for name in ("hold_1", "hold_2")] == [[1], [2, 3]]
    store.close()


def test_the_chain_begins_after_old_records(filled: Path) -> None:
    """Records of the older program have no link and are counted; the first new one follows the label of the start."""
    store = opened(filled)
    accept(store, record(6), record(7))
    assert store.chain_link(5) is None
    first = store.chain_link(6)
    assert first is not None
    assert first.before == START_LINK
    found = store.verify_chain()
    assert (found.unlinked, found.records, found.seq, found.fault) == (5, 2, 7, None)
    store.close()


def test_old_versions_have_their_kinds(filled: Path) -> None:
    """The kinds that a full snapshot covered are taken over from its record; where they are unknown there are none."""
    store = opened(filled)
    assert store.list_versions("ru.test")[0].kinds == (ListKind.ACCOUNT, ListKind.CARD)
    assert store.list_versions("ru.old")[0].kinds == ()
    store.close()


def test_a_backup_of_an_old_schema_is_restored_and_brought_forward(filled: Path, tmp_path: Path) -> None:
    """A backup taken before an upgrade opens with this program; the backup itself stays as it was."""
    manifest = write_backup(filled, tmp_path / "backup", version="old", made_at="then")
    assert (manifest.db_schema, manifest.last_seq, manifest.head) == (1, 5, "")
    with restoring(tmp_path / "backup", tmp_path / "again", secret=SECRET):
        pass
    store = opened(tmp_path / "again")
    assert [one.seq for one in store.replay()] == [1, 2, 3, 4, 5]
    accept(store, record(6))
    assert (store.verify_chain().unlinked, store.verify_chain().fault) == (5, None)
    store.close()
    check_files(tmp_path / "backup", manifest)


def test_a_newer_schema_is_refused_by_every_door(filled: Path, tmp_path: Path) -> None:
    """What a newer program brought forward is neither opened, read beside nor backed up, and not a byte changes."""
    with closing(sqlite3.connect(filled / "holdfast.db")) as connection:
        connection.execute(f"PRAGMA user_version = {len(migrations()) + 1}")
    before = (filled / "holdfast.db").read_bytes()
    with pytest.raises(StoreError, match="this program knows"):
        opened(filled)
    with pytest.raises(StoreError, match="this program reads"):
        SqliteStore.open_beside(filled, clock=StillClock(), random_bytes=random_bytes(), secret=SECRET)
    with pytest.raises(StoreError, match="newer than this program"):
        write_backup(filled, tmp_path / "backup", version="new", made_at="now")
    assert (filled / "holdfast.db").read_bytes()[100:] == before[100:]
