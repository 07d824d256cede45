"""What the bank's systems and the client hear when a limit on a client begins or ends."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.operations.notices import NOTIFY, notice_row
from holdfast.operations.shard import Shard
from holdfast.regulation import as_of
from holdfast.rules.checks import DutyCheck
from holdfast.rules.voice import cite
from holdfast.vocabulary.lists import ListVersion
from holdfast.vocabulary.records import OutboxRow
from holdfast.wire.canonical import canonical

RESTRICTED: Final = "client_restricted"
RESTORED: Final = "client_restored"
_TEMPLATE: Final = "template"
_RESTORED_TEMPLATE: Final = "restored_template"
_SAID: Final = ("limit_minor", "currency", "hours")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A version that changed the limits of one client; `free` says that the list limits the client no more."""

    version: ListVersion
    event_id: str
    subject: bytes
    free: bool


def told_rows(
    shard: Shard, step: Step, *, began: Sequence[DutyCheck], ended: Sequence[DutyCheck]
) -> tuple[OutboxRow, ...]:
    """Queue word to the bank of every limit that ended or began, and the notices that the law asks for.

    Of the end the client hears only when the list limits nothing any more: what remains is told by its own notice.
    """
    rows = [
        _word(shard, step, check, topic=topic)
        for topic, checks in ((RESTORED, ended), (RESTRICTED, began))
        for check in checks
        if check.duty.kind != NOTIFY
    ]
    freed = ended if step.free else ()
    return (*rows, *_notices(shard, step, freed, which=_RESTORED_TEMPLATE), *_notices(shard, step, began))


def _word(shard: Shard, step: Step, check: DutyCheck, *, topic: str) -> OutboxRow:
    content = {
        "event_id": step.event_id,
        "duty": check.duty.id,
        "kind": check.duty.kind,
        "provision": cite(check.duty.cite),
        "list": step.version.list,
        "list_version": step.version.version,
        "at_ms": shard.ports.clock.now_ms(),
    }
    return OutboxRow(topic=topic, subject=step.subject.hex(), payload=canonical(content))


def _notices(shard: Shard, step: Step, checks: Sequence[DutyCheck], *, which: str = _TEMPLATE) -> Iterator[OutboxRow]:
    """Queue each notice once; a limit whose own text no pack has is told by the duty that asks for a notice."""
    asked: dict[str, dict[str, str | int | bool]] = {}
    for check in checks:
        details = check.duty.details
        template = details.get(which)
        if isinstance(template, str) and (check.duty.kind == NOTIFY or _is_written(shard, template)):
            values = asked.setdefault(template, {"list": step.version.list})
            values |= {name: details[name] for name in _SAID if name in details and name not in values}
    for template, values in asked.items():
        yield notice_row(
            shard,
            template=template,
            case="",
            decision_id="",
            event_id=step.event_id,
            subject=step.subject,
            values=values,
        )


def _is_written(shard: Shard, template: str) -> bool:
    """Tell whether a pack in force has a text of this id."""
    packs = as_of(shard.law.packs, shard.ports.clock.now_ms()).packs
    return any(notice.id == template for pack in packs for notice in pack.notices)
