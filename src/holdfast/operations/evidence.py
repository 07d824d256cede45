"""The evidence file of one decision or hold: its whole story as it was written, with what proves that it was.

Each record stands there to the byte, with the hashes by which anybody can compute its link in the chain; beside it
stand parts for a reader, made from the records, each with its own hash. `docs/evidence.md` says how to check it.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from holdfast.operations.dossier import Course, dossier
from holdfast.operations.hold_story import read_story
from holdfast.operations.provisions import provisions
from holdfast.operations.publish_rules import RulesetContent
from holdfast.operations.read_claims import claim_view
from holdfast.operations.read_decision import read_decision
from holdfast.operations.read_hold import hold_row_view, told_rows
from holdfast.operations.shard import Shard
from holdfast.vocabulary.chain import part_hash
from holdfast.vocabulary.errors import NotFoundError
from holdfast.vocabulary.instants import rfc3339
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.vocabulary.stored import ChainLink
from holdfast.wire.canonical import canonical, content_hash, read_canonical
from holdfast.wire.replies import read_ruleset

Row = dict[str, Any]
FORMAT: Final = "holdfast-evidence/1"
LONGEST_PATH: Final = 2_000
LONGEST_SEARCH: Final = 20_000
_PORTION: Final = 500
_SEALED: Final = ("event", "facts")
_TEXTS: Final = (*_SEALED, "judgement", "envelope", "reply", "act")
_ROWS: Final = ("hold", "threads", "claim", "exposures", "source", "list_version")
_TOGETHER: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """An evidence file: its content as the JSON that is written."""

    content: Row

    @property
    def data(self) -> bytes:
        """Give the bytes of the file."""
        return canonical(self.content)

    @property
    def hash(self) -> str:
        """Give the SHA-256 of the file."""
        return content_hash(self.data)


async def evidence_of_hold(shard: Shard, hold_id: str) -> Evidence:
    """Give the evidence file of a hold, which is that of its decision; raises NotFoundError."""
    row = shard.ports.store.hold(hold_id)
    if row is None:
        raise NotFoundError(f"there is no hold `{hold_id}`")
    return await evidence_of_decision(shard, row.decision_id)


async def evidence_of_decision(shard: Shard, decision_id: str) -> Evidence:
    """Give the evidence file of a decision; raises NotFoundError."""
    course = await dossier(shard, decision_id)
    made_of = {record.seq: record for record in course.records}
    known = sorted((made_of | {record.seq: record async for record in _list_records(shard, course)}).items())
    records = [_record_row(shard, record) for _, record in known]
    ruleset = read_ruleset(course.record.judgement)
    sections: Row = {
        "about": _about(shard, course),
        "decision": msgspec.json.decode(read_decision(shard, course.record.decision_id)),
        "event": msgspec.json.decode(course.record.event) if course.record.event else None,
        "holds": [_hold_row(shard, hold_id) for hold_id in _hold_ids(course)],
        "lists": [_list_row(shard, course, number) for number in range(len(course.dossier.lists))],
        "notices": [_notice_row(shard, record) for record in course.records if record.kind is RecordKind.NOTICE],
        "results": [_result_row(shard, course, number) for number in range(len(course.dossier.results))],
        "claims": [claim_view(shard, claim_id) for claim_id in _claim_ids(course)],
        "provisions": provisions(shard, course, ruleset),
        "ruleset": {"sha256": ruleset, "text": _ruleset_text(shard, ruleset)},
        "packs": _packs(shard, ruleset),
    }
    sections = msgspec.json.decode(canonical(sections))
    content = {
        "format": FORMAT,
        **sections,
        "records": records,
        "path": await _path(shard, known[0][0]),
        "head": _head(shard),
        "hashes": {name: content_hash(canonical(section)) for name, section in sections.items()},
    }
    return Evidence(content=content)


def _about(shard: Shard, course: Course) -> Row:
    zone = shard.tenant.zone
    return {
        "decision_id": course.record.decision_id,
        "event_id": course.record.event_id,
        "hold_ids": list(_hold_ids(course)),
        "claim_ids": list(_claim_ids(course)),
        "tenant": shard.tenant.name,
        "zone": str(zone),
        "engine": shard.tenant.engine_version,
        "made_at": rfc3339(shard.ports.clock.now_ms(), zone),
        "erased": course.event is None,
    }


def _hold_row(shard: Shard, hold_id: str) -> Row:
    story = read_story(shard, hold_id)
    return {**hold_row_view(shard, story), "told": told_rows(shard, story)}


def _hold_ids(course: Course) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mark.hold_id for mark in course.dossier.acts))


def _claim_ids(course: Course) -> tuple[str, ...]:
    return tuple(dict.fromkeys(record.claim.id for record in course.records if record.claim is not None))


def _list_row(shard: Shard, course: Course, number: int) -> Row:
    """Give what a list knew of the payee over time."""
    known, zone = course.dossier.lists[number], shard.tenant.zone

    def instant(at_ms: int | None) -> str | None:
        return rfc3339(at_ms, zone) if at_ms is not None else None

    return {
        "list": known.list,
        "deadline_hours": known.deadline_hours,
        "deadline_cite": known.deadline_cite or None,
        "loaded_since": instant(known.loaded_since_ms) if known.loaded_since_ms else None,
        "decision_was_told": {True: "listed", False: "not listed", None: "unknown"}[known.answer],
        "by_version": known.answer_version,
        "records": [
            {
                "key": stay.kind,
                "version": stay.version,
                "published_at": instant(stay.published_ms),
                "loaded_at": instant(stay.loaded_ms),
                "left_version": stay.left_version,
                "left_at": instant(stay.left_ms),
                "expires_at": instant(stay.expires_ms),
            }
            for stay in known.listings
        ],
    }


def _result_row(shard: Shard, course: Course, number: int) -> Row:
    mark = course.dossier.results[number]
    return {"result": mark.result, "at": rfc3339(mark.at_ms, shard.tenant.zone), "event_id": mark.ref}


def _notice_row(shard: Shard, record: Record) -> Row:
    """Give a notice as it was sent: what is public of it, and its text unless erased."""
    said = msgspec.json.decode(record.act) if record.act else {}
    text = msgspec.json.decode(record.event) if record.event else None
    return {"at": rfc3339(record.occurred_ms, shard.tenant.zone), "record": record.seq, "notice": said, "text": text}


def _ruleset_text(shard: Shard, ruleset: str) -> str | None:
    data = shard.ports.store.content(ruleset)
    return None if data is None else data.decode()


def _packs(shard: Shard, ruleset: str) -> list[Row]:
    """Name the packs of a ruleset by the hash of their content."""
    data = shard.ports.store.content(ruleset)
    if data is None:
        return []
    return [{"name": name, "sha256": digest} for name, digest in read_canonical(data, RulesetContent).packs]


async def _list_records(shard: Shard, course: Course) -> AsyncIterator[Record]:
    """Find the records by which the versions that brought or removed the payee came into force."""
    wanted = {
        (course_.list, version): at_ms
        for course_ in course.dossier.lists
        for stay in course_.listings
        for version, at_ms in ((stay.version, stay.loaded_ms), (stay.left_version, stay.left_ms))
        if version is not None and at_ms is not None
    }
    for (name, version), at_ms in wanted.items():
        record = await _published(shard, name, version, at_ms=at_ms)
        if record is not None:
            yield record


async def _published(shard: Shard, name: str, version: str, *, at_ms: int) -> Record | None:
    """Find the record of one version after the place at which its loading began; others may have come in between."""
    store = shard.ports.store
    start = store.seq_at(at_ms)
    last = min(start + LONGEST_SEARCH, store.last_seq())
    for place in range(start, last, _PORTION):
        for record in store.replay(place, min(place + _PORTION, last)):
            one = record.list_version
            if one is not None and (one.list, one.version) == (name, version):
                return record
        await asyncio.sleep(0)
    return None


def _record_row(shard: Shard, record: Record) -> Row:
    """Write a record to the byte, with its link in the chain; one that is older than the chain has none."""
    link = shard.ports.store.chain_link(record.seq)
    if link is None:
        return {"seq": record.seq, "kind": record.kind.value, "chained": False}
    return {
        "seq": record.seq,
        "kind": record.kind.value,
        "chained": True,
        "header": link.header.decode(),
        "parts": {name: _part(record, name, link) for name in sorted(link.parts)},
        "digest": link.digest.hex(),
        "before": link.before.hex(),
        "link": link.link.hex(),
    }


def _part(record: Record, name: str, link: ChainLink) -> Row:
    """Write one part: its text where it can be read, else its hash alone."""
    text, salt = _text(record, name), link.salt if name in _SEALED else b""
    if text is None or part_hash(text, salt) != link.parts[name]:
        return {"sha256": link.parts[name].hex()}
    salted = {"salt": salt.hex()} if salt else {}
    return {"sha256": link.parts[name].hex(), "text": text.decode(), **salted}


def _text(record: Record, name: str) -> bytes | None:
    """Give the bytes of a part as they were hashed; of what was erased there are none."""
    if name in _SEALED and record.forgotten:
        return None
    if name in _TEXTS:
        part: bytes = getattr(record, name)
        return part
    return canonical(getattr(record, name)) if name in _ROWS else None


async def _path(shard: Shard, first: int) -> Row | None:
    """Give the digests of all records from the first of the file to the head, if they are not too many."""
    last = shard.ports.store.last_seq()
    if last - first >= LONGEST_PATH:
        return None
    digests = []
    for seq in range(first, last + 1):
        link = shard.ports.store.chain_link(seq)
        if link is None:
            return None
        digests.append(link.digest.hex())
        if len(digests) % _TOGETHER == 0:
            await asyncio.sleep(0)
    return {"from": first, "digests": digests}


def _head(shard: Shard) -> Row | None:
    """Give the end of the chain at this moment."""
    seq = shard.ports.store.last_seq()
    link = shard.ports.store.chain_link(seq)
    return {"seq": seq, "link": link.link.hex()} if link is not None else None
