"""One suite over the hash chain of every store."""

import dataclasses
import json
from base64 import b64encode
from hashlib import sha256

from holdfast.vocabulary.chain import START_LINK
from holdfast.vocabulary.records import HoldRow, OutboxRow, Record, RecordKind, SourceRow
from holdfast.vocabulary.stored import ChainFault, ChainLink, Verified
from tests.unit.store.making import NOW_MS, Store, accept, key_of, record

HOLD = HoldRow(
    id="hold_1", decision_id="dec_1", policy="p", placed_ms=1, until_ms=2, confirm_by_ms=None, client=b"anna"
)


def some_records() -> list[Record]:
    """Give records of several kinds, a large one and one without any part among them."""
    return [
        record(1),
        record(2, hold=HOLD, threads=("dec_9",), facts=bytes(5_000), judgement=b"j" * 9_000),
        Record(seq=3, kind=RecordKind.CLOCK, occurred_ms=0, received_ms=-1),
        record(4, kind=RecordKind.HOLD, key=b"", decision_id="", event_id="", act=b'{"act":"confirm"}', facts=b""),
        record(5, event_id="событие", source=SourceRow(source="telecom", complete_since_ms=5), subject=b""),
    ]


def link(store: Store, seq: int) -> ChainLink:
    """Give a link that must be there."""
    found = store.chain_link(seq)
    assert found is not None
    return found


def test_anybody_can_compute_a_link_again(store: Store) -> None:
    """Header, hashes of parts, digest and link of each record are what common tools give of the record itself."""
    records = some_records()
    accept(store, *records)
    before = START_LINK
    for one in records:
        found = link(store, one.seq)
        bare = {name: getattr(one, name) for name in ("judgement", "envelope", "reply", "act") if getattr(one, name)}
        parts = {name: sha256(part).digest() for name, part in bare.items()}
        if one.event or one.facts:
            parts |= {name: sha256(found.salt + getattr(one, name)).digest() for name in ("event", "facts")}
        assert parts.items() <= found.parts.items()
        lines = "".join(f"{name} {found.parts[name].hex()}\n" for name in sorted(found.parts))
        assert found.digest == sha256(found.header + b"\n" + lines.encode()).digest()
        assert (found.before, found.link) == (before, sha256(before + found.digest).digest())
        before = found.link
    assert set(link(store, 2).parts) == {"event", "facts", "judgement", "envelope", "reply", "hold", "threads"}
    hold = dataclasses.asdict(HOLD) | {"client": b64encode(HOLD.client).decode()}
    canonical = json.dumps(hold, sort_keys=True, separators=(",", ":"))
    assert link(store, 2).parts["hold"] == sha256(canonical.encode()).digest()
    assert (dict(link(store, 3).parts), link(store, 3).salt) == ({}, b"")
    assert link(store, 2).parts["threads"] == sha256(b'["dec_9"]').digest()
    assert (store.chain_link(0), store.chain_link(6), store.chain_link(-1)) == (None, None, None)


def test_a_header_says_what_the_columns_say(store: Store) -> None:
    """The header is JSON with sorted names and no spaces; bytes stand in hex."""
    accept(store, record(1, event_id="событие"))
    header = link(store, 1).header
    assert json.loads(header) == {
        "body_hash": key_of("body 1").hex(),
        "decision_id": record(1).decision_id,
        "event_id": "событие",
        "key": key_of("tr-1").hex(),
        "kind": "decision",
        "occurred_ms": NOW_MS - 5,
        "received_ms": NOW_MS,
        "seq": 1,
        "subject": record(1).subject.hex(),
    }
    plain = json.dumps(json.loads(header), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert header == plain.encode()


def test_personal_parts_of_two_records_have_different_salts(store: Store) -> None:
    """Equal personal parts have unlike hashes, so that nobody can tell that they are equal."""
    accept(store, record(1, event=b"same", subject=b"a"), record(2, event=b"same", subject=b"a"))
    assert len({link(store, seq).salt for seq in (1, 2)}) == 2
    assert link(store, 1).parts["event"] != link(store, 2).parts["event"]
    assert all(len(link(store, seq).salt) == 16 for seq in (1, 2))


def test_an_untouched_log_is_verified(store: Store) -> None:
    """A walk finds every record right and gives the head; an empty log has nothing to find."""
    assert store.verify_chain() == Verified(records=0, forgotten=0, unlinked=0, seq=0, head=START_LINK)
    accept(store, *some_records(), *(record(seq) for seq in range(6, 601)))
    heard: list[int] = []
    found = store.verify_chain(heard.append)
    assert found == Verified(records=600, forgotten=0, unlinked=0, seq=600, head=link(store, 600).link)
    assert heard == [256, 512]


def test_forgetting_leaves_the_chain_whole(store: Store) -> None:
    """After a subject's key is destroyed the log is still verified, the links are the same, and the salt is gone."""
    accept(store, *(record(seq) for seq in range(1, 7)))
    before = [link(store, seq) for seq in range(1, 7)]
    store.forget(b"subject-1")
    after = [link(store, seq) for seq in range(1, 7)]
    assert [(one.link, one.digest, one.parts) for one in after] == [(one.link, one.digest, one.parts) for one in before]
    assert [one.salt == b"" for one in after] == [seq in {1, 4} for seq in range(1, 7)]
    found = store.verify_chain()
    assert (found.fault, found.records, found.forgotten) == (None, 6, 2)
    accept(store, record(7))
    assert store.verify_chain().fault is None


def test_what_is_taken_off_a_queue_is_no_part_of_the_chain(store: Store) -> None:
    """A delivered message leaves the chain whole."""
    accept(store, record(1, outbox=(OutboxRow(topic="hook", subject="a", payload=b"x"),)))
    store.delivered([row.id for row in store.pending(9)])
    assert store.verify_chain().fault is None


def test_a_head_that_was_kept_is_compared(store: Store) -> None:
    """The right head at its record, or at any, is found; another one, or a log that ends before it, is a fault."""
    accept(store, *(record(seq) for seq in range(1, 6)))
    kept = link(store, 3).link
    for asked in ({"head": kept, "seq": 3}, {"head": kept}, {"seq": 3}, {"seq": 5}):
        assert store.verify_chain(**asked).fault is None
    assert store.verify_chain(head=kept, seq=2).fault == ChainFault(seq=2, differs="head")
    assert store.verify_chain(head=bytes(32)).fault == ChainFault(seq=6, differs="head")
    assert store.verify_chain(head=kept, seq=9).fault == ChainFault(seq=6, differs="missing")
    assert store.verify_chain(seq=6).fault == ChainFault(seq=6, differs="missing")
