"""The auditor: what a data directory says, against what the client's ledger says; its own rebuild is the evidence."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from holdfast.app import assemble, fresh_memory
from holdfast.engine.prepare import Memory
from holdfast.engine.tenant import Tenant
from holdfast.operations.decide_event import reply_of
from holdfast.operations.law import Law
from holdfast.operations.read_hold import read_hold
from holdfast.operations.rebuild import refold, start_from_snapshot
from holdfast.operations.replay_log import ReplayRun, fold_again, judge_again
from holdfast.operations.shard import Shard, beginning
from holdfast.operations.snapshot import freeze
from holdfast.settings import Settings
from holdfast.vocabulary.records import Record, RecordKind

Json = dict[str, Any]
_DONE: Final = {"confirm": {"confirm"}, "cancel": {"cancel"}}


@dataclass(slots=True)
class Findings:
    """What was looked at, and every contradiction in words."""

    acknowledged: int = 0
    records: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    windows: list[str] = field(default_factory=list)
    holds: list[str] = field(default_factory=list)
    chain: list[str] = field(default_factory=list)


async def audit(settings: Settings, ledger: Json) -> dict[str, Any]:
    """Compare a directory that no server has open with a ledger."""
    shard = assemble(settings).shard
    try:
        found = await audit_shard(shard, settings, ledger["calls"])
        return {name: getattr(found, name) for name in Findings.__dataclass_fields__}
    finally:
        shard.ports.store.close()


async def audit_shard(shard: Shard, settings: Settings, calls: Iterable[Json]) -> Findings:
    """Compare a shard's store with calls, each with its id, kind, status and answer."""
    found, made = Findings(), list(calls)
    _answers(shard, made, found)
    _windows(shard, settings, found)
    _chain(shard, found)
    await _holds(shard, made, found)
    return found


def _answers(shard: Shard, calls: Iterable[Json], found: Findings) -> None:
    """Each acknowledged answer stands in the log to the byte, each id stands there once, and nobody invented one."""
    events = [record for record in shard.ports.store.replay() if record.kind in {RecordKind.DECISION, RecordKind.EVENT}]
    found.records = len(events)
    times = Counter(record.event_id for record in events)
    found.twice += [f"{name} stands {count} times" for name, count in times.items() if count > 1]
    stored = {record.event_id: record for record in events}
    sent = {call["id"] for call in calls}
    found.twice += [f"{name} was never sent" for name in stored if name not in sent]
    for call in calls:
        if call["status"] in {200, 202} and call["kind"] != "act":
            found.acknowledged += 1
            _stands(shard, call, stored.get(call["id"]), found)


def _stands(shard: Shard, call: Json, record: Record | None, found: Findings) -> None:
    if record is None:
        found.lost.append(f"{call['id']} was acknowledged and is not in the log")
    elif call["kind"] == "decision" and reply_of(shard, record).decode() != call["answer"]:
        found.lost.append(f"{call['id']} was answered with other bytes than are stored")


def _windows(shard: Shard, settings: Settings, found: Findings) -> None:
    """The facts of every decision come out of the log again, and a snapshot is what the log folds to."""

    def empty(tenant: Tenant, law: Law) -> Memory:
        return fresh_memory(replace(settings, home=tenant.home), law, shard.ports.keys)

    run = ReplayRun()
    for work in (judge_again(shard, run), fold_again(shard, run, empty)):
        for _ in work:
            pass
    found.windows += run.different
    quick, whole = _folded(shard, snapshot=True), _folded(shard, snapshot=False)
    found.windows += [f"array `{name}` of snapshot and log" for name in whole if quick.get(name) != whole[name]]


def _folded(shard: Shard, *, snapshot: bool) -> dict[str, bytes]:
    """Give the memory after the last record, from the newest snapshot or from nothing."""
    again = beginning(shard)
    again.memory = again.fresh_memory()
    if snapshot:
        start_from_snapshot(again)
    refold(again, again.ports.store.last_seq())
    return {name: bytes(data) for name, data in freeze(again).items()}


def _chain(shard: Shard, found: Findings) -> None:
    walked = shard.ports.store.verify_chain()
    if walked.fault is not None or walked.unlinked:
        found.chain.append(f"{walked}")


async def _holds(shard: Shard, calls: Iterable[Json], found: Findings) -> None:
    """Every acknowledged act stands in its hold's history, and an acknowledged cancellation is the end."""
    for call in calls:
        if call["kind"] == "act" and call["status"] == 200:
            hold, word = call["id"].split()
            told, row = json.loads(call["answer"]), await read_hold(shard, hold)
            missing = [act for act in _acts(told) if act not in list(_acts(row))]
            if missing or (word == "cancel" and row["state"] != "cancelled"):
                found.holds.append(f"{call['id']}: {missing} missing, {row['state']} now")


def _acts(row: Any) -> Iterator[Json]:
    """Give what was done to a hold, apart from what the worker noted of notices."""
    for act in json.loads(json.dumps(row))["history"]:
        if act["act"] != "notify":
            yield act
