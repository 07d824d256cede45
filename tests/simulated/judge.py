"""The judge of a simulated world: the log against what its clients were told, and against the law's clocks."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from holdfast.settings import read_settings
from holdfast.vocabulary.holds import ActKind, HoldAct
from holdfast.vocabulary.records import RecordKind
from holdfast.wire.holds import read_act
from tests.chaos.audit import audit_shard
from tests.simulated.world import World


def judge(world: World) -> list[str]:
    """Give every contradiction in words."""
    settings = read_settings({"packs": "ru", "dev": True, "data": Path("unused")}, {})
    found = asyncio.run(audit_shard(world.machine.shard, settings, _calls(world)))
    faults = [*world.ledger.wrong, *found.lost, *found.twice, *found.windows, *found.holds, *found.chain]
    return faults + list(_timers(world))


def _calls(world: World) -> Iterator[dict[str, Any]]:
    """Give what was acknowledged, as the auditor of crashes reads it."""
    for event_id, answer in world.ledger.answers.items():
        yield {
            "id": event_id,
            "kind": "event" if answer == b"{}" else "decision",
            "status": 200,
            "answer": answer.decode(),
        }
    for act, told in world.ledger.acts.items():
        yield {"id": act, "kind": "act", "status": 200, "answer": told}


def hold_acts(world: World) -> Iterator[tuple[int, HoldAct]]:
    """Give every act on a hold with the instant at which it was written."""
    for record in world.machine.disk.replay():
        if record.kind is RecordKind.HOLD:
            yield record.received_ms, read_act(record.act)


def _timers(world: World) -> Iterator[str]:
    """Each hold came to one end, and none of its terms ended early or twice."""
    stories: dict[str, list[tuple[int, HoldAct]]] = {}
    for written, act in hold_acts(world):
        stories.setdefault(act.hold_id, []).append((written, act))
    if world.machine.disk.next_hold_due() is not None:
        yield "a term never ended"
    for hold, story in stories.items():
        lapses = [(written, act) for written, act in story if act.act is ActKind.LAPSE]
        if len({act.at_ms for _, act in lapses}) != len(lapses):
            yield f"{hold}: a term ended twice"
        if any(written < act.at_ms for written, act in lapses):
            yield f"{hold}: a term ended early"
