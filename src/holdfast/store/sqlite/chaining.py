"""The hash chain of the SQLite store, read back: single links as evidence, and the walk along all of it."""

import sqlite3
import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import msgspec

from holdfast.store.chain import Chained, Kept, chain_link, chained, forgotten_hashes, write_header
from holdfast.store.extras import read_extra_parts
from holdfast.store.sqlite.directory import DAMAGED
from holdfast.store.sqlite.parts import Part
from holdfast.store.sqlite.rows import RowReader
from holdfast.store.walk import Progress, silent, walk
from holdfast.vocabulary.errors import StoreError
from holdfast.vocabulary.records import Record
from holdfast.vocabulary.stored import ChainLink, Verified

BATCH: Final = 256
_DAMAGED: Final = (StoreError, msgspec.MsgspecError, struct.error, ValueError, TypeError, AttributeError)
Row = tuple[Any, ...]


class ChainReader(Part):
    """Reader of the hash chain."""

    _rows: RowReader

    def chain_link(self, seq: int) -> ChainLink | None:
        """Give the link of the hash chain at a record, `None` where there is no record or it is older than the chain.

        A record that cannot be read is a `StoreError`.
        """
        rows = {row[0]: row for row in self._ask("chained_after", max(0, seq - 2), seq, 2)}
        if seq not in rows:
            return None
        row = _kept(rows[seq], self._rows)
        if row.unreadable:
            raise StoreError(f"record {seq} is damaged", hint=DAMAGED)
        return chain_link(row, rows[seq - 1][-1] if seq - 1 in rows else None)

    def verify_chain(
        self, progress: Progress = silent, *, head: bytes | None = None, seq: int | None = None
    ) -> Verified:
        """Compute the hash chain again from what is on disk, and name the first record that is not as it was written.

        `progress` hears the number of a record now and then. A log that was cut off at its end, or written anew as a
        whole, is found by a `head` that was kept elsewhere, with `seq`, the number of its record. Records that are
        older than the chain cannot be checked, and are counted; those that come meanwhile are left for the next time.
        """
        return walk(self._kept_rows(int(self._ask("last_seq")[0][0])), progress, head=head, seq=seq)

    def _kept_rows(self, last: int) -> Iterator[Kept]:
        seq, limit = 0, BATCH
        while True:
            try:
                rows = self._ask("chained_after", seq, last, limit)
            except StoreError as error:
                if not isinstance(error.__cause__, (sqlite3.DatabaseError, UnicodeDecodeError)):
                    raise
                if limit == 1:
                    yield Kept(seq=seq + 1, now=_NOTHING, marks=None, link=b"", unreadable=True)
                    return
                limit = 1
                continue
            if not rows:
                return
            for row in rows:
                yield _kept(row, self._rows)
            seq = rows[-1][0]


_NOTHING: Final = Chained(header=b"", hashes={})


def _kept(row: Row, reader: RowReader) -> Kept:
    """Turn a row of `chained_after` into what the walk needs of it; one that cannot be read says so."""
    *of_log, marks, link = row
    if link is None:
        return Kept(seq=row[0], now=_NOTHING, marks=None, link=None)
    wrapped, sealed, extras = row[10], row[12], row[14]
    forgotten = wrapped is None and sealed is not None
    try:
        salt = reader.salt(row)
        now = chained(reader.record(tuple(of_log)), read_extra_parts(extras), salt=salt)
    except _DAMAGED:
        return Kept(seq=row[0], now=_header_alone(row), marks=marks, link=link, unreadable=True)
    if forgotten:
        now = replace(now, hashes={**now.hashes, **forgotten_hashes(marks)})
    return Kept(seq=row[0], now=now, marks=marks, link=link, salt=salt, forgotten=forgotten)


def _header_alone(row: Row) -> Chained:
    """Give what the columns of a record say whose parts cannot be read, so that a moved one is told from a damaged."""
    seq, kind, occurred_ms, received_ms, key, body_hash, event_id, decision_id, _, subject = row[:10]
    bare = Record(
        seq=seq,
        kind=kind,
        occurred_ms=occurred_ms,
        received_ms=received_ms,
        key=key,
        body_hash=body_hash,
        event_id=event_id,
        decision_id=decision_id,
        subject=subject,
    )
    try:
        return Chained(header=write_header(bare), hashes={})
    except _DAMAGED:
        return _NOTHING
