"""One suite over every store: what holds in memory holds on disk."""

import threading
from dataclasses import replace

import pytest
from msgspec import structs

from holdfast.vocabulary.errors import Bug, ConflictError, InvalidError, NotFoundError, StoreError
from holdfast.vocabulary.lists import ListKind
from holdfast.vocabulary.records import OutboxRow, Record, RecordKind, SourceRow
from holdfast.vocabulary.stored import ApiKeyRow, Found
from tests.unit.store.making import DAY_MS, NOW_MS, Store, accept, key_of, record, submit_all


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
    assert (store.decisions(5).items, store.holds(5).items, store.latest_snapshot()) == ((), (), None)
    assert (store.claim("claim_1"), store.claims(5).items, store.exposures(5).items) == (None, (), ())
    assert (store.thread("hold_1"), store.thread(""), store.seq_at(NOW_MS)) == ((), (), 0)
    assert (store.holds_due(NOW_MS, 5), store.next_hold_due(), store.exposure_totals(0, NOW_MS)) == ((), None, ())
    assert store.list_steps("ru.test", ListKind.ACCOUNT, "1") == ()
    assert store.waiting() == 0
    assert store.failure is None


def test_a_key_finds_the_first_answer(store: Store) -> None:
    """A retry finds of its record all that an answer is made of; another key finds nothing."""
    accept(store, *(record(seq) for seq in range(1, 40)))
    found = store.find(key_of("tr-17"))
    assert found is not None
    assert structs.asdict(found) == {name: getattr(record(17), name) for name in Found.__struct_fields__}
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
    ],
    ids=["key", "gap", "number", "decision", "length"],
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


def test_the_outbox_keeps_each_subjects_order(store: Store) -> None:
    """A message waits behind its subject's failed one, other subjects go on, and delivered ones are gone."""
    messages = tuple(OutboxRow(topic="hook", subject=subject, payload=subject.encode()) for subject in "aab")
    assert store.undelivered() == (0, None)
    accept(store, record(1, outbox=messages), record(2, outbox=messages[:1]))
    assert store.undelivered() == (4, store.pending(1)[0])
    ids = [row.id for row in store.pending(10)]
    assert [row.subject for row in store.pending(10)] == ["a", "a", "b", "a"]
    assert ids == sorted(ids)
    store.failed(ids[0], "503", retry_at_ms=NOW_MS + 60)
    assert [row.id for row in store.pending(10, now_ms=NOW_MS)] == [ids[2]]
    assert [row.id for row in store.pending(10)] == [ids[2]]
    again = store.pending(10, now_ms=NOW_MS + 60)
    assert store.undelivered() == (4, again[0])
    assert [row.id for row in again] == ids
    assert (again[0].attempts, again[0].error, again[0].retry_at_ms) == (1, "503", NOW_MS + 60)
    store.delivered([ids[0], ids[1], 999])
    assert store.undelivered()[0] == 2
    assert [row.id for row in store.pending(10)] == ids[2:]
    assert [row.id for row in store.pending(1)] == ids[2:3]
    assert [row.id for row in store.pending(10, after=ids[2])] == ids[3:]
    assert next(store.replay()).outbox == ()


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
    assert store.keys() == (row,)
    store.put_key(replace(row, id="key_0", created_ms=6, scopes=(), expires_ms=None))
    assert [one.id for one in store.keys()] == ["key_1", "key_0"]  # noqa: SIM118 - a store, not a mapping
    store.revoke_key("key_1", 7)
    assert store.keys()[0].revoked_ms == 7
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
        structs.replace(record(seq), event=b"", facts=b"", forgotten=True) if seq in {1, 4} else record(seq)
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


def test_many_threads_may_take_messages_off_the_queue_at_once(store: Store) -> None:
    """Callers that come back from the writer never touch what it is doing for others: the store goes on."""
    faults: list[BaseException] = []

    def deliver() -> None:
        try:
            for _ in range(150):
                store.delivered(range(300))
        except StoreError as error:
            faults.append(error)

    threads = [threading.Thread(target=deliver) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    accept(store, record(1))
