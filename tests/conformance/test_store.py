"""One suite over every store: what holds in memory holds on disk."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from holdfast.store import MemoryStore
from holdfast.vocabulary.errors import Bug, ConflictError, InvalidError, NotFoundError, StoreError
from holdfast.vocabulary.lists import Document, ListEntry, ListKind, ListVersion
from holdfast.vocabulary.records import HoldRow, OutboxRow, Record, RecordKind, SourceRow
from holdfast.vocabulary.stored import ApiKeyRow
from tests.unit.store.making import DAY_MS, NOW_MS, StillClock, Store, key_of, record, sqlite_store, submit_all


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Give one store of each kind."""
    made: Store = MemoryStore(clock=StillClock()) if request.param == "memory" else sqlite_store(tmp_path / "data")
    yield made
    made.close()


def accept(store: Store, *records: Record) -> None:
    """Submit records of which every one must be taken."""
    assert submit_all(store, records) == [None] * len(records)


def hold(number: int, until_ms: int = NOW_MS) -> HoldRow:
    """Give a hold's row."""
    return HoldRow(
        id=f"hold_{number}",
        decision_id=f"dec_{number:032x}",
        policy="ru.161-fz.8.3.4",
        placed_ms=NOW_MS,
        until_ms=until_ms,
        confirm_by_ms=None,
    )


def account(number: int, **more: object) -> ListEntry:
    """Give an account as a list's entry."""
    entry = ListEntry(kind=ListKind.ACCOUNT, value=f"{number:020d}", bic="044525225", reason="reported", added_ms=7)
    return replace(entry, **more)  # type: ignore[arg-type]  # the fields of one dataclass have many types


def publish(store: Store, version: str, **change: list[ListEntry]) -> None:
    """Stage a change to the list `ru.test` and publish it."""
    store.stage_list_change("ru.test", version, added=change.get("added", []), removed=change.get("removed", []))
    accept(store, list_record(store.last_seq() + 1, version))


def list_record(seq: int, version: str) -> Record:
    """Give the record that publishes a version."""
    one = ListVersion(
        list="ru.test",
        version=version,
        loaded_ms=NOW_MS,
        published_ms=5,
        entries=1,
        added=1,
        removed=0,
        source="upload",
        by="anna",
    )
    return Record(seq=seq, kind=RecordKind.LIST, occurred_ms=NOW_MS, received_ms=NOW_MS, list_version=one)


def entries(store: Store, version: str | None = None) -> list[ListEntry]:
    """Read all pages of `ru.test`, two entries at a time."""
    page = store.list_entries("ru.test", limit=2, version=version)
    items = list(page.items)
    while page.next:
        page = store.list_entries("ru.test", limit=2, cursor=page.next)
        items += page.items
    return items


def test_what_was_taken_is_replayed_as_it_was(store: Store) -> None:
    """Records come back equal and in order, and the log knows its end."""
    records = [record(seq) for seq in range(1, 701)]
    accept(store, *records)
    assert list(store.replay()) == records
    assert list(store.replay(690)) == records[690:]
    assert list(store.replay(5, 9)) == records[5:9]
    assert list(store.replay(700)) == []
    assert store.last_seq() == 700


def test_bytes_of_every_kind_come_back(store: Store) -> None:
    """Payloads are bytes, not text: empty, binary and large ones come back equal, of any record kind."""
    odd = bytes(range(256)) * 40
    records = [
        record(1, event=b"", facts=b"", judgement=b"", envelope=b"", reply=b""),
        record(2, event=odd, facts=odd[::-1], judgement=odd, envelope=b"\x00", reply=odd, subject=b""),
        Record(seq=3, kind=RecordKind.CLOCK, occurred_ms=0, received_ms=-1),
        record(4, kind=RecordKind.EVENT, decision_id="", event_id="событие", key=b""),
    ]
    accept(store, *records)
    assert list(store.replay()) == records


def test_an_empty_store_has_nothing(store: Store) -> None:
    """Every question to an empty store has an empty answer."""
    assert (store.last_seq(), list(store.replay()), store.find(key_of("x"))) == (0, [], None)
    assert (store.decision("dec_1"), store.by_event("tr-1"), store.hold("hold_1")) == (None, None, None)
    assert (store.decision(""), store.by_event(""), store.content("00" * 32)) == (None, None, None)
    assert (store.pending(10), store.keys(), store.sources(), store.lists()) == ((), (), {}, ())
    assert (store.decisions(5).items, store.open_holds(5).items, store.latest_snapshot()) == ((), (), None)
    assert store.waiting() == 0
    assert store.failure is None


def test_a_key_finds_the_first_answer(store: Store) -> None:
    """A retry finds number, kind, body hash and reply; another key finds nothing."""
    accept(store, *(record(seq) for seq in range(1, 40)))
    found = store.find(key_of("tr-17"))
    assert found is not None
    assert (found.seq, found.kind, found.body_hash, found.reply) == (
        17,
        RecordKind.DECISION,
        key_of("body 17"),
        b'{"id":"dec_17"}',
    )
    assert store.find(key_of("tr-40")) is None
    assert store.find(b"short") is None


def test_keys_expire_by_whole_days(store: Store) -> None:
    """A key answers for 30 days and is gone after them; the record stays."""
    accept(store, record(1), record(2, received_ms=NOW_MS + DAY_MS))
    assert store.expire_keys(NOW_MS + 30 * DAY_MS) == 0
    assert store.find(key_of("tr-1")) is not None
    assert store.expire_keys(NOW_MS + 31 * DAY_MS) == 1
    assert store.find(key_of("tr-1")) is None
    assert store.find(key_of("tr-2")) is not None
    assert store.by_event("tr-1") == record(1)


def test_records_are_found_by_decision_and_event(store: Store) -> None:
    """A decision's id and an event's id name one record each; of two records of one event the first."""
    accept(store, record(1), record(2, event_id="tr-1"))
    assert store.decision(record(2).decision_id) == record(2, event_id="tr-1")
    assert store.by_event("tr-1") == record(1)
    assert store.by_event("tr-9") is None


def test_decisions_are_listed_newest_first(store: Store) -> None:
    """Pages of decisions follow each other without gap or repetition, and pass over other records."""
    accept(
        store, *(record(seq, kind=RecordKind.EVENT if seq % 4 == 0 else RecordKind.DECISION) for seq in range(1, 12))
    )
    seen: list[int] = []
    page = store.decisions(3)
    while True:
        seen += [one.seq for one in page.items]
        if page.next is None:
            break
        page = store.decisions(3, page.next)
    assert seen == [11, 10, 9, 7, 6, 5, 3, 2, 1]
    with pytest.raises(InvalidError, match="cursor"):
        store.decisions(3, "nonsense!")


@pytest.mark.parametrize(
    "wrong",
    [
        record(3, key=key_of("tr-1")),
        record(4),
        record(2),
        record(3, decision_id=record(1).decision_id),
        record(3, key=b"short"),
        record(3, closed_holds=("hold_9",)),
    ],
    ids=["key", "gap", "number", "decision", "length", "hold"],
)
def test_a_broken_invariant_is_a_bug_and_stops_the_store(store: Store, wrong: Record) -> None:
    """Nothing impossible is swallowed: it fails with `Bug`, and the store takes nothing more."""
    accept(store, record(1), record(2))
    (error,) = submit_all(store, [wrong])
    assert isinstance(error, Bug)
    (later,) = submit_all(store, [record(3, key=key_of("fresh"))])
    assert isinstance(later, StoreError)
    assert isinstance(store.failure, Bug)
    assert [one.seq for one in store.replay()] == [1, 2]


def test_a_callback_that_raises_harms_nobody(store: Store) -> None:
    """A neighbour's broken callback leaves its own record and all others in place."""

    def broken(_error: BaseException | None) -> None:
        raise ValueError("not my day")

    store.submit(record(1), broken)
    accept(store, record(2))
    assert [one.seq for one in store.replay()] == [1, 2]


def test_contents_are_kept_by_hash(store: Store) -> None:
    """The same bytes have the same hash, and come back under it."""
    first = store.put_content("pack", b"signs: []")
    assert store.put_content("pack", b"signs: []") == first
    assert store.put_content("ruleset", b"other") != first
    assert store.content(first) == b"signs: []"
    assert store.content("ab" * 32) is None


def test_a_hold_is_open_until_a_record_ends_it(store: Store) -> None:
    """Placing, new terms and ending go through records; the timers see open holds only."""
    accept(
        store,
        record(1, hold=hold(1, NOW_MS + 10)),
        record(2, hold=hold(2, NOW_MS + 5)),
        record(3, hold=hold(3, NOW_MS + 20)),
        record(4, kind=RecordKind.HOLD, decision_id="", closed_holds=("hold_2",)),
    )
    assert [one.id for one in store.holds_due(NOW_MS + 20, 9)] == ["hold_1"]
    assert [one.id for one in store.holds_due(NOW_MS + 21, 9)] == ["hold_1", "hold_3"]
    assert [one.id for one in store.holds_due(NOW_MS + 21, 1)] == ["hold_1"]
    accept(store, record(5, kind=RecordKind.HOLD, decision_id="", hold=hold(1, NOW_MS + 99)))
    assert store.hold("hold_1") == hold(1, NOW_MS + 99)
    assert store.hold("hold_2") == hold(2, NOW_MS + 5)
    assert [one.seq for one in store.hold_records("hold_1")] == [1, 5]
    assert [one.seq for one in store.hold_records("hold_2")] == [2, 4]
    page = store.open_holds(1)
    assert ([one.id for one in page.items], page.next) == (["hold_1"], "hold_1")
    assert [one.id for one in store.open_holds(5, page.next).items] == ["hold_3"]
    assert [one.hold for one in store.replay()] == [
        hold(1, NOW_MS + 10),
        hold(2, NOW_MS + 5),
        hold(3, NOW_MS + 20),
        None,
        hold(1, NOW_MS + 99),
    ]


def test_the_outbox_keeps_each_subjects_order(store: Store) -> None:
    """A message waits behind its subject's failed one, other subjects go on, and delivered ones are gone."""
    messages = tuple(OutboxRow(topic="hook", subject=subject, payload=subject.encode()) for subject in "aab")
    accept(store, record(1, outbox=messages), record(2, outbox=messages[:1]))
    ids = [row.id for row in store.pending(10)]
    assert [row.subject for row in store.pending(10)] == ["a", "a", "b", "a"]
    assert ids == sorted(ids)
    store.failed(ids[0], "503", retry_at_ms=NOW_MS + 60)
    assert [row.id for row in store.pending(10, now_ms=NOW_MS)] == [ids[2]]
    assert [row.id for row in store.pending(10)] == [ids[2]]
    again = store.pending(10, now_ms=NOW_MS + 60)
    assert [row.id for row in again] == ids
    assert (again[0].attempts, again[0].error, again[0].retry_at_ms) == (1, "503", NOW_MS + 60)
    store.delivered([ids[0], ids[1], 999])
    assert [row.id for row in store.pending(10)] == ids[2:]
    assert [row.id for row in store.pending(1)] == ids[2:3]
    assert [row.id for row in store.pending(10, after=ids[2])] == ids[3:]
    assert next(store.replay()).outbox == ()


def test_a_staged_version_is_unseen_until_its_record(store: Store) -> None:
    """Staged values show nowhere; the record makes all of them the current version at once."""
    store.stage_list_change("ru.test", "v1", added=[account(1)])
    store.stage_list_change("ru.test", "v1", added=[account(2), account(3)])
    assert (entries(store), store.list_versions("ru.test"), store.lists()) == ([], (), ())
    accept(store, list_record(1, "v1"))
    assert entries(store) == [account(1), account(2), account(3)]
    assert store.list_versions("ru.test") == (list_record(1, "v1").list_version,)
    assert store.lists() == ("ru.test",)
    assert next(store.replay()).list_version == list_record(1, "v1").list_version


def test_every_version_of_a_list_can_be_read_for_ever(store: Store) -> None:
    """Versions are differences: each still shows the list as it was, and what it changed."""
    paper = Document(number="12-345", date="2026-01-02", title="order")
    publish(store, "v1", added=[account(1), account(2), account(3)])
    publish(store, "v2", added=[account(4)], removed=[account(2)])
    publish(store, "v3", added=[account(2, police=True, document=paper), account(1, reason="again")])
    publish(store, "v4")
    assert entries(store, "v1") == [account(1), account(2), account(3)]
    assert entries(store, "v2") == [account(1), account(3), account(4)]
    newest = [account(1, reason="again"), account(2, police=True, document=paper), account(3), account(4)]
    assert entries(store, "v3") == entries(store, "v4") == entries(store) == newest
    change = store.list_change("ru.test", "v2", limit=1)
    assert change.items == ((replace(account(2), reason=None, added_ms=0), False),)
    assert store.list_change("ru.test", "v2", cursor=change.next).items == ((account(4), True),)
    assert store.list_change("ru.test", "v4").items == ()
    assert [one.version for one in store.list_versions("ru.test")] == ["v1", "v2", "v3", "v4"]
    for ask in (store.list_entries, store.list_change):
        with pytest.raises(NotFoundError, match="v9"):
            ask("ru.test", version="v9")


def test_pages_of_a_list_keep_their_version(store: Store) -> None:
    """A listing that began before a version was published goes on without it."""
    publish(store, "v1", added=[account(number) for number in (1, 2, 3)])
    page = store.list_entries("ru.test", limit=2)
    publish(store, "v2", added=[account(4)], removed=[account(3)])
    assert store.list_entries("ru.test", cursor=page.next).items == (account(3),)


def test_one_version_of_a_list_is_staged_at_a_time(store: Store) -> None:
    """A second import of a list waits for the first, and an aborted one leaves nothing behind."""
    store.stage_list_change("ru.test", "v1", added=[account(1)])
    with pytest.raises(ConflictError, match="v1"):
        store.stage_list_change("ru.test", "v2", added=[account(2)])
    store.drop_staged("ru.test", "v1")
    store.drop_staged("ru.test", "v7")
    publish(store, "v2", added=[account(2)])
    assert entries(store) == [account(2)]
    with pytest.raises(ConflictError, match="published already"):
        store.stage_list_change("ru.test", "v2", added=[account(3)])
    store.stage_list_change("ru.test", "v3", added=[account(3)])
    store.drop_all_staged()
    assert entries(store) == [account(2)]
    (error,) = submit_all(store, [list_record(2, "v2")])
    assert isinstance(error, Bug)


def test_sources_are_declared_by_records(store: Store) -> None:
    """The latest declaration of a source counts."""
    row = SourceRow(source="telecom", complete_since_ms=5)
    accept(store, record(1, source=row), record(2, source=replace(row, complete_since_ms=9)))
    assert store.sources() == {"telecom": 9}
    assert next(store.replay()).source == row


def test_api_keys_are_kept_and_revoked(store: Store) -> None:
    """A key's hash, scopes and dates come back; it is revoked once, and an id is never given twice."""
    row = ApiKeyRow(id="key_1", hash=b"h" * 32, scopes=("decide", "lists:write"), created_ms=5, expires_ms=9)
    store.put_key(row)
    store.put_key(replace(row, id="key_0", created_ms=6, scopes=(), expires_ms=None))
    store.revoke_key("key_1", 7)
    store.revoke_key("key_1", 8)
    assert [one.id for one in store.keys()] == ["key_1", "key_0"]  # noqa: SIM118 - a store is no mapping
    assert store.keys()[0] == replace(row, revoked_ms=7)
    assert store.keys()[1].scopes == ()
    with pytest.raises(ConflictError, match="key_1"):
        store.put_key(row)
    with pytest.raises(NotFoundError, match="key_9"):
        store.revoke_key("key_9", 8)


def test_small_strings_are_kept(store: Store) -> None:
    """A name has its last string."""
    store.set_meta("home", "KZ")
    store.set_meta("home", "RU")
    assert (store.get_meta("home"), store.get_meta("zone")) == ("RU", None)


def test_a_forgotten_subject_leaves_its_records_without_personal_data(store: Store) -> None:
    """Event and facts are gone, the rest and every other subject are intact, and a later record reads again."""
    accept(store, *(record(seq) for seq in range(1, 7)))
    assert store.forget(b"subject-1")
    assert not store.forget(b"subject-1")
    assert not store.forget(b"nobody")
    accept(store, record(7))
    expected = [
        replace(record(seq), event=b"", facts=b"", forgotten=True) if seq in {1, 4} else record(seq)
        for seq in range(1, 8)
    ]
    assert list(store.replay()) == expected
    assert store.by_event("tr-4") == expected[3]
    assert store.find(key_of("tr-4")) is not None
    with pytest.raises(InvalidError, match="tenant"):
        store.forget(b"")


def test_the_newest_snapshot_is_given_back(store: Store) -> None:
    """The state comes back as it was; one that is ahead of the log does not count."""
    accept(store, *(record(seq) for seq in range(1, 5)))
    store.write_snapshot(2, {"windows": b"abc", "empty": b""})
    store.write_snapshot(4, {"windows": bytes(1_000)})
    found = store.latest_snapshot()
    assert found is not None
    assert (found.seq, found.arrays) == (4, {"windows": bytes(1_000)})
    store.write_snapshot(9, {"windows": b"from the future"})
    found = store.latest_snapshot()
    assert found is not None
    assert found.seq == 4


def test_derived_secrets_differ_by_purpose(store: Store) -> None:
    """Each purpose has its own 32 bytes, the same at every question."""
    assert store.derive("windows") == store.derive("windows") != store.derive("keys")
    assert len(store.derive("windows")) == 32


def test_a_closed_store_takes_nothing(store: Store) -> None:
    """After `close` a submit is answered with an error, and closing again does nothing."""
    store.close()
    store.close()
    (error,) = submit_all(store, [record(1)])
    assert isinstance(error, StoreError)


def test_a_reader_of_a_list_reads_one_version_by_kinds(store: Store) -> None:
    """A reader keeps to the version that was newest when it was asked for, and gives the kinds that are wanted."""
    card = ListEntry(kind=ListKind.CARD, value="4111111111111111")
    publish(store, "1.x", added=[account(1), account(2), card])
    publish(store, "2.x", added=[account(2, reason="new")], removed=[account(1)])
    reader = store.list_reader("ru.test")
    publish(store, "3.x", added=[account(3)])
    assert list(reader((ListKind.ACCOUNT,))) == [account(2, reason="new")]
    assert list(reader((ListKind.CARD,))) == [card]
    assert list(store.list_reader("ru.unknown")(tuple(ListKind))) == []
