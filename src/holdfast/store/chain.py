"""The hash chain as both stores keep it: what of a record is hashed, and what is kept beside its link.

Beside its link a record keeps marks: the whole hashes of its personal parts, which cannot be computed any more once
their key is destroyed, and four bytes of every other hash, so that a walk can say what of a changed record differs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from holdfast.store.extras import NAMES
from holdfast.vocabulary.chain import SALTED, START_LINK, next_link, part_hash, record_digest
from holdfast.vocabulary.records import Record
from holdfast.vocabulary.stored import ChainLink

HASH_BYTES: Final = 32
SHORT_BYTES: Final = 4
MARKED: Final = ("header", *SALTED, "judgement", "envelope", "reply", "act", *NAMES)  # on disk by place: only append
_PLACES: Final = {name: bytes([place]) for place, name in enumerate(MARKED)}
_SIZES: Final = {name: HASH_BYTES if name in SALTED else SHORT_BYTES for name in MARKED}
_encode: Final = msgspec.json.Encoder().encode


class _Header(msgspec.Struct, frozen=True, kw_only=True):
    """What a record's own columns say, sorted by name; bytes are in hex."""

    body_hash: str
    decision_id: str
    event_id: str
    key: str
    kind: str
    occurred_ms: int
    received_ms: int
    seq: int
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chained:
    """A record as the chain sees it: its header, and the hashes of its parts by name."""

    header: bytes
    hashes: Mapping[str, bytes]

    def digest(self) -> bytes:
        """Hash the record."""
        return record_digest(self.header, self.hashes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A stored record beside what the chain keeps of it.

    `now` is what is stored today; the hashes of personal parts whose key was destroyed (`forgotten`) are the marks'.
    `marks` and `link` are what was written with the record, `None` where it is older than the chain. Of an
    `unreadable` record `now` has the header alone.
    """

    seq: int
    now: Chained
    marks: bytes | None
    link: bytes | None
    salt: bytes = b""
    forgotten: bool = False
    unreadable: bool = False


def write_header(record: Record) -> bytes:
    """Give a record's header as canonical JSON."""
    return _encode(
        _Header(
            body_hash=record.body_hash.hex(),
            decision_id=record.decision_id,
            event_id=record.event_id,
            key=record.key.hex(),
            kind=record.kind,
            occurred_ms=record.occurred_ms,
            received_ms=record.received_ms,
            seq=record.seq,
            subject=record.subject.hex(),
        )
    )


def chained(record: Record, extras: Mapping[str, bytes], *, salt: bytes) -> Chained:
    """Hash a record, of its public parts those that it has; without a salt it has no personal parts to be hashed."""
    hashes = {"event": part_hash(record.event, salt), "facts": part_hash(record.facts, salt)} if salt else {}
    public = (("judgement", record.judgement), ("envelope", record.envelope), ("reply", record.reply))
    for name, part in (*public, *extras.items()):
        if part:
            hashes[name] = part_hash(part)
    return Chained(header=write_header(record), hashes=hashes)


def write_marks(one: Chained) -> bytes:
    """Give the marks of a record: for the header and each part the place of its name, and its hash or its start."""
    hashes = {"header": part_hash(one.header), **one.hashes}
    return b"".join([_PLACES[name] + found[: _SIZES[name]] for name, found in hashes.items()])


def read_marks(data: bytes | None) -> dict[str, bytes]:
    """Read marks back, as far as they can be read."""
    found: dict[str, bytes] = {}
    place = 0
    while data and place < len(data) and data[place] < len(MARKED):
        name = MARKED[data[place]]
        end = place + 1 + _SIZES[name]
        found[name] = data[place + 1 : end]
        place = end
    return found


def forgotten_hashes(marks: bytes | None) -> dict[str, bytes]:
    """Give the hashes of personal parts that nobody can read any more."""
    found = read_marks(marks)
    return {name: found[name] for name in SALTED if name in found}


def chain_link(row: Kept, before: bytes | None) -> ChainLink | None:
    """Give the link of a stored record; a record that is older than the chain has none."""
    if row.link is None:
        return None
    return ChainLink(
        seq=row.seq,
        before=before or START_LINK,
        header=row.now.header,
        parts=dict(row.now.hashes),
        digest=row.now.digest(),
        link=row.link,
        salt=row.salt,
    )


class Chain:
    """The end of a chain, to which records are added."""

    def __init__(self, head: bytes | None) -> None:
        self._head = head or START_LINK

    def add(self, one: Chained) -> bytes:
        """Add a record and give its link."""
        self._head = next_link(self._head, one.digest())
        return self._head
