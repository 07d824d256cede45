"""Between a record and its row: public parts packed, personal parts packed and sealed."""

import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from holdfast.store.chain import Chain, chained, write_marks
from holdfast.store.extras import extra_parts, read_extras, write_extras
from holdfast.store.sqlite.packing import EMPTY, Codec, Dictionary, Packer, Sampler, frame, unframe
from holdfast.store.sqlite.queries import insert_many, query
from holdfast.store.sqlite.sealing import NONCE_BYTES, KeyCache, RandomBytes, Vault, record_salt, seal, unseal
from holdfast.vocabulary.errors import StoreError
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.vocabulary.stored import Found

Row = tuple[Any, ...]
Query = Callable[..., list[Row]]
_WRITER_KEYS: Final = 16_384  # of 2.5 KB each
_PLACES: Final = (4, 16, 64)


class RowMaker:
    """Maker of log rows inside the writer's transaction; used by the writer's thread alone."""

    def __init__(self, connection: sqlite3.Connection, vault: Vault, random_bytes: RandomBytes) -> None:
        self._connection = connection
        self._vault = vault
        self._random_bytes = random_bytes
        self._keys: OrderedDict[bytes, tuple[int, AESGCM]] = OrderedDict()
        self._last_key = int(connection.execute(query("last_subject")).fetchone()[0])
        found = connection.execute(query("last_dictionary")).fetchone()
        self._dictionary = EMPTY if found is None else _dictionary(found)
        self._packer = Packer(self._dictionary)
        last = connection.execute(query("last_link")).fetchone()
        self._chain = Chain(last and last[0])
        self._sampler = Sampler(fresh=self._dictionary.codec is not Codec.ZSTANDARD)

    def rows(self, records: Sequence[Record]) -> list[Row]:
        """Give the rows of `insert_record` for a run of records."""
        self._renew_dictionary(records)
        keys = self._fetch_keys(records)
        public = self._packer.public([frame((one.judgement, one.envelope, one.reply)) for one in records])
        sealed = self._sealed(records, keys)
        return [
            self._row(record, keys[record.subject], sealed=one, public=other)
            for record, one, other in zip(records, sealed, public, strict=True)
        ]

    def _sealed(self, records: Sequence[Record], keys: Mapping[bytes, tuple[int, AESGCM]]) -> list[bytes | None]:
        """Pack and seal the personal parts of a run; a record that has none gets nothing."""
        nonces = self._random_bytes(NONCE_BYTES * len(records))
        personal = [frame((one.event, one.facts)) for one in records if one.event or one.facts]
        packed = iter(self._packer.sealed(personal))
        return [
            seal(keys[one.subject][1], next(packed), nonce=nonces[place : place + NONCE_BYTES], seq=one.seq)
            if one.event or one.facts
            else None
            for one, place in zip(records, range(0, len(nonces), NONCE_BYTES), strict=True)
        ]

    def forget(self, subject: bytes) -> None:
        """Give up the key at hand of a subject that is being forgotten."""
        self._keys.pop(subject, None)

    def _row(self, record: Record, key_of_subject: tuple[int, AESGCM], *, sealed: bytes | None, public: bytes) -> Row:
        key_id, key = key_of_subject
        extras = extra_parts(record)
        one = chained(record, extras, salt=b"" if sealed is None else record_salt(key, sealed))
        return (
            record.seq,
            record.kind.value,
            record.occurred_ms,
            record.received_ms,
            record.key,
            record.body_hash,
            record.event_id,
            record.decision_id,
            key_id,
            self._dictionary.id,
            sealed,
            public,
            write_extras(extras),
            write_marks(one),
            self._chain.add(one),
        )

    def _fetch_keys(self, records: Sequence[Record]) -> dict[bytes, tuple[int, AESGCM]]:
        """Give the live keys of a run's subjects; those of new and of forgotten subjects are made now.

        One statement reads them all, for the reason given at `insert_many`.
        """
        keys = self._keys
        while len(keys) > _WRITER_KEYS:
            keys.popitem(last=False)
        missing = sorted({record.subject for record in records if record.subject not in keys})
        for start in range(0, len(missing), _PLACES[-1]):
            keys |= self._read_keys(missing[start : start + _PLACES[-1]])
        rows = []
        for subject in missing:
            if subject not in keys:
                self._last_key += 1
                wrapped, key = self._vault.new_key(subject)
                rows.append((self._last_key, subject, wrapped))
                keys[subject] = (self._last_key, key)
        insert_many(self._connection, query("insert_subject"), rows)
        return keys

    def _read_keys(self, subjects: Sequence[bytes]) -> dict[bytes, tuple[int, AESGCM]]:
        places = next(count for count in _PLACES if count >= len(subjects))
        sql = query("live_subjects").replace("{subjects}", ", ".join("?" * places))
        values = [*subjects, *[None] * (places - len(subjects))]
        rows = self._connection.execute(sql, values).fetchall()
        return {subject: (key_id, self._vault.unwrap(wrapped, subject)) for key_id, subject, wrapped in rows}

    def _renew_dictionary(self, records: Sequence[Record]) -> None:
        """Make a new dictionary when one is due, from records of this run."""
        if not self._sampler.due(records):
            return
        one = self._sampler.make(self._dictionary.id + 1)
        self._dictionary, self._packer = one, Packer(one)
        row = (one.id, one.sealed, one.public, one.codec.value)
        self._connection.execute(query("insert_dictionary"), row)


def _dictionary(row: Row) -> Dictionary:
    """Read a row of `dictionary`."""
    number, sealed, public, codec = row
    return Dictionary(number, sealed=sealed, public=public, codec=Codec(codec))


class RowReader:
    """Reader of log rows, for any thread."""

    def __init__(self, ask: Query, vault: Vault) -> None:
        self._ask = ask
        self._vault = vault
        self._keys = KeyCache()
        self._dictionaries: dict[int, Dictionary] = {EMPTY.id: EMPTY}

    def record(self, row: Row) -> Record:
        """Turn a row of the log, with its subject's key, into the record that was written."""
        seq, kind, occurred_ms, received_ms, key, body_hash, event_id, decision_id, *rest = row
        key_id, subject, wrapped, dictionary_id, sealed, public, extras = rest
        dictionary = self._dictionary(dictionary_id)
        judgement, envelope, reply = unframe(dictionary.unpack_public(public), 3)
        event, facts = b"", b""
        if sealed is not None and wrapped is not None:
            packed = unseal(self._key(key_id, subject, wrapped=wrapped), sealed, seq=seq)
            event, facts = unframe(dictionary.unpack_sealed(packed), 2)
        more = read_extras(extras)
        return Record(
            seq=seq,
            kind=RecordKind(kind),
            occurred_ms=occurred_ms,
            received_ms=received_ms,
            key=key,
            body_hash=body_hash,
            event_id=event_id,
            decision_id=decision_id,
            subject=subject,
            event=event,
            facts=facts,
            judgement=judgement,
            envelope=envelope,
            reply=reply,
            act=more.act,
            hold=more.hold,
            threads=more.threads,
            claim=more.claim,
            exposures=more.exposures,
            source=more.source,
            list_version=more.list_version,
            verification=more.verification,
            forgotten=wrapped is None,
        )

    def salt(self, row: Row) -> bytes:
        """Give the salt of a record's personal parts, empty where there are none or their key was destroyed."""
        key_id, subject, wrapped, _, sealed = row[8:13]
        if sealed is None or wrapped is None:
            return b""
        return record_salt(self._key(key_id, subject, wrapped=wrapped), sealed)

    def found(self, row: Row) -> Found:
        """Turn a row of `answer` into what a retry needs."""
        seq, kind, occurred_ms, received_ms, body_hash, event_id, dictionary_id, public = row
        judgement, envelope, reply = unframe(self._dictionary(dictionary_id).unpack_public(public), 3)
        return Found(
            seq=seq,
            kind=RecordKind(kind),
            occurred_ms=occurred_ms,
            received_ms=received_ms,
            body_hash=body_hash,
            event_id=event_id,
            judgement=judgement,
            envelope=envelope,
            reply=reply,
        )

    def forget(self, key_id: int) -> None:
        """Give up the key at hand of a subject that was forgotten."""
        self._keys.drop(key_id)

    def _key(self, key_id: int, subject: bytes, *, wrapped: bytes) -> AESGCM:
        key = self._keys.get(key_id)
        if key is None:
            key = self._vault.unwrap(wrapped, subject)
            self._keys.put(key_id, key)
        return key

    def _dictionary(self, dictionary_id: int) -> Dictionary:
        found = self._dictionaries.get(dictionary_id)
        if found is None:
            rows = self._ask("dictionary", dictionary_id)
            if not rows:
                raise StoreError(f"the compression dictionary {dictionary_id} is missing")
            found = _dictionary(rows[0])
            self._dictionaries[dictionary_id] = found
        return found
