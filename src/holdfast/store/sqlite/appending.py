"""A run of records into all the tables that one record touches, inside the writer's transaction."""

import sqlite3
from collections.abc import Sequence
from dataclasses import astuple
from typing import Final

import msgspec

from holdfast.store.sqlite.claims import claim_values, exposure_values
from holdfast.store.sqlite.holds import hold_values
from holdfast.store.sqlite.indexing import RecordIndex
from holdfast.store.sqlite.queries import insert_many, query
from holdfast.store.sqlite.rows import RowMaker
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.records import Record, threads_of

MESSAGES_EACH: Final = 1_024


class LogAppender:
    """Writer of records in log order; a gap or a repeated number is a `Bug`, since a record would be lost."""

    def __init__(self, connection: sqlite3.Connection, rows: RowMaker, index: RecordIndex) -> None:
        self._connection = connection
        self._rows = rows
        self._index = index
        self._next = int(connection.execute(query("last_seq")).fetchone()[0]) + 1

    def append(self, records: Sequence[Record]) -> None:
        """Write the records' rows and everything that hangs on them."""
        for record in records:
            if record.seq != self._next:
                raise Bug(f"record {record.seq} came where record {self._next} was due")
            self._next += 1
        try:
            insert_many(self._connection, query("insert_record"), self._rows.rows(records))
        except sqlite3.IntegrityError as error:
            raise Bug(f"records {records[0].seq} to {records[-1].seq} do not fit the log: {error}") from error
        self._index.append(self._connection, records)
        self._append_beside(records)
        for record in records:
            if record.hold or record.claim or record.source or record.list_version or record.verification:
                self._append_rest(record)

    def committed(self) -> None:
        """Hear that everything written so far is on disk."""
        self._index.committed()

    def _append_beside(self, records: Sequence[Record]) -> None:
        """Write the rows of which a record may bring many, a run at once for the reason given at `insert_many`."""
        threads = [(one, record.seq) for record in records if _in_story(record) for one in threads_of(record)]
        insert_many(self._connection, query("insert_thread"), threads)
        messages = [row for record in records if record.outbox for row in _messages(record)]
        insert_many(self._connection, query("insert_message"), messages)
        exposures = [row for record in records if record.exposures for row in _exposures(record)]
        insert_many(self._connection, query("insert_exposure"), exposures)

    def _append_rest(self, record: Record) -> None:
        """Write what few records have: a hold or a claim as it stands now, a source, a list's version."""
        if record.hold is not None:
            self._connection.execute(query("put_hold"), hold_values(record.hold))
        if record.claim is not None:
            self._connection.execute(query("put_claim"), claim_values(record.claim))
        if record.verification is not None:
            self._connection.execute(query("put_verification"), astuple(record.verification))
        if record.source is not None:
            row = (record.source.source, record.source.complete_since_ms)
            self._connection.execute(query("set_source"), row)
        if record.list_version is not None:
            self._publish(record)

    def _publish(self, record: Record) -> None:
        """Make a staged version visible; a version without a single change needs no staging."""
        one = record.list_version
        assert one is not None  # noqa: S101 - the caller asked
        found = self._connection.execute(query("version_no"), (one.list, one.version)).fetchone()
        if found is not None and found[1] is not None:
            raise Bug(f"record {record.seq} publishes version `{one.version}` of `{one.list}` again")
        if found is None:
            staged = self._connection.execute(query("staged_version"), (one.list,)).fetchone()
            if staged is not None:
                raise Bug(f"record {record.seq} publishes `{one.list}` while version `{staged[1]}` of it is staged")
            found = self._connection.execute(query("insert_version"), (one.list, one.version)).fetchone()
        numbers = (one.loaded_ms, one.published_ms, one.entries, one.added, one.removed)
        kinds = msgspec.json.encode(one.kinds).decode()
        values = (record.seq, *numbers, one.source, one.by, kinds, found[0])
        self._connection.execute(query("publish_version"), values)


def _in_story(record: Record) -> bool:
    return bool(record.threads or record.hold or record.claim)


def _messages(record: Record) -> list[tuple[int, str, str, bytes]]:
    """Give the rows of a record's messages; their ids are in log order."""
    if len(record.outbox) > MESSAGES_EACH:
        raise Bug(f"record {record.seq} has {len(record.outbox)} messages, {MESSAGES_EACH} are possible")
    first = record.seq * MESSAGES_EACH
    return [
        (first + place, message.topic, message.subject, message.payload) for place, message in enumerate(record.outbox)
    ]


def _exposures(record: Record) -> list[tuple[object, ...]]:
    return [(record.seq, place, *exposure_values(row)) for place, row in enumerate(record.exposures)]
