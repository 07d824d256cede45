"""What the law limits for one client at this moment.

Those are the duties whose condition holds for the client himself, and those that a decision left standing for some
hours. Of the first nothing is stored: the duties in force are asked as if the client gave the next order, with every
identifier that the client was ever seen with. So a value that leaves a list restores the client in the same instant.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from msgspec import structs

from holdfast.engine.prepare import prepare
from holdfast.language import evaluate, missing
from holdfast.operations.clients import Client, client_key
from holdfast.operations.shard import Shard
from holdfast.rules.checks import DutyCheck, in_force
from holdfast.rules.condition import Condition
from holdfast.rules.regime import Regime
from holdfast.rules.voice import cite
from holdfast.vocabulary.event import Event, EventId
from holdfast.vocabulary.facts import Facts
from holdfast.vocabulary.instants import HOUR_MS, rfc3339
from holdfast.vocabulary.lists import ListEntry, ListMatch
from holdfast.vocabulary.outcome import MeasureKind, Mode
from holdfast.vocabulary.trilean import UNKNOWN
from holdfast.vocabulary.windows import ListProbe

Row = dict[str, object]
LIMITS: Final = frozenset({MeasureKind.CAP_TRANSFERS, MeasureKind.CAP_CASH, MeasureKind.SUSPEND_MEANS})
_CURRENCY: Final = "RUB"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """One client at one instant; `gone` are entries about the client, asked as if they still stood on their list."""

    shard: Shard
    client_id: str
    client: Client
    now_ms: int
    lasting: Mapping[str, int]
    gone: Sequence[ListEntry] = ()
    gone_from: str = ""

    def instant(self, at_ms: int | None) -> str | None:
        """Write an instant in the tenant's zone; one before all time is unknown."""
        return rfc3339(at_ms, self.shard.tenant.zone) if at_ms else None


def restrictions(shard: Shard, client_id: str) -> Row:
    """Give the limits on a client now, and what could not be known.

    `restrictions` are duties whose condition is true; `unknown` are those of which it cannot be said, each with the
    names of what is missing. `seen` tells whether any event spoke of the client.
    """
    now_ms, memory = shard.ports.clock.now_ms(), shard.whole_memory()
    client = shard.clients.get(client_key(client_id, memory))
    lasting = memory.standing.lasting(client_id, now_ms)
    inquiry = Inquiry(shard=shard, client_id=client_id, client=client or Client(), now_ms=now_ms, lasting=lasting)
    limits: dict[str, Row] = {}
    unknown: dict[str, Row] = {}
    for check, row in _rows(inquiry):
        (limits if "kind" in row else unknown).setdefault(check.duty.id, row)
    return {
        "client_id": client_id,
        "as_of": inquiry.instant(now_ms),
        "seen": client is not None,
        "restrictions": list(limits.values()),
        "unknown": [row for duty, row in unknown.items() if duty not in limits],
    }


def _rows(inquiry: Inquiry) -> Iterator[tuple[DutyCheck, Row]]:
    """Ask every duty in force that limits a client and has a condition of its own, or stands for the client."""
    shard = inquiry.shard
    for event_type in shard.memory.schema.event_types():
        regime = shard.law.regime(event_type, inquiry.now_ms)
        for check in regime.duties:
            stands = check.condition is not None or check.duty.id in inquiry.lasting
            if check.duty.kind in LIMITS and stands:
                facts = facts_about(inquiry, regime, check)
                row = _row(inquiry, regime, check, facts=facts)
                if row is not None:
                    yield check, row


def facts_about(inquiry: Inquiry, regime: Regime, check: DutyCheck) -> Facts:
    """Freeze the facts of an order that the client would give now, to whom the duty speaks of."""
    shard, memory = inquiry.shard, inquiry.shard.memory
    party = memory.schema.subject[regime.event_type]
    details = check.duty.details
    said = {
        f"{party}.customer_id": inquiry.client_id,
        f"{party}.kind": inquiry.client.kind,
        "occurred_at": inquiry.now_ms,
        "currency": details.get("currency", _CURRENCY),
        "payee.kind": details.get("to") if party == "payer" else None,
    }
    event = Event(
        id=EventId(""),
        type=regime.event_type,
        occurred_ms=inquiry.now_ms,
        received_ms=inquiry.now_ms,
        values={name: value for name, value in said.items() if value is not None},
    )
    facts = prepare(event, regime, memory, seq=shard.seq + 1, decided_ms=inquiry.now_ms)
    matches = {probe.name: _probe(inquiry, probe) for probe in regime.probes if probe.subject == party}
    states = {name: match.state for name, match in matches.items() if match.state is not UNKNOWN}
    return structs.replace(facts, matches={**facts.matches, **matches}, values={**facts.values, **states})


def _probe(inquiry: Inquiry, probe: ListProbe) -> ListMatch:
    match = inquiry.shard.memory.lists.probe(
        probe.list,
        inquiry.client.identifiers,
        at_ms=inquiry.now_ms,
        documented=probe.documented,
        marked=probe.marked,
    )
    stood = probe.list == inquiry.gone_from and any(_answers(entry, probe, inquiry.now_ms) for entry in inquiry.gone)
    return replace(match, state=True) if stood else match


def _answers(entry: ListEntry, probe: ListProbe, now_ms: int) -> bool:
    """Tell whether an entry would have been a hit."""
    live = entry.expires_ms is None or entry.expires_ms > now_ms
    return live and (entry.police or not probe.marked) and (entry.document is not None or not probe.documented)


def _row(inquiry: Inquiry, regime: Regime, check: DutyCheck, *, facts: Facts) -> Row | None:
    """Describe a limit that binds, or say what is missing; nothing for one that does not bind."""
    answers = regime.program(facts.values)
    lasts = check.duty.id in inquiry.lasting
    state = True if lasts or check.condition is None else answers[check.condition.place]
    if not in_force(check, answers) or state is False:
        return None
    if state is UNKNOWN and check.condition is not None:
        return {"duty": check.duty.id, "missing": _missing(check.condition, facts)}
    voice, duty = inquiry.shard.tenant.voice, check.duty
    return {
        "duty": duty.id,
        "kind": duty.kind,
        "title": voice.title(duty.title),
        "cite": cite(duty.cite),
        "mode": voice.mode((check.pack.id, check.pack.mode), (duty.id, Mode.ENFORCE)).value,
        **_amounts(check, facts),
        "currency": duty.details.get("currency", _CURRENCY),
        "period": duty.details.get("period"),
        **(_standing(inquiry, check) if lasts else _behind(inquiry, check, facts)),
    }


def _amounts(check: DutyCheck, facts: Facts) -> Row:
    """Give the limit, what is used up of it and what remains; without a full history that is unknown."""
    cap, used = check.cap, check.used
    limit = evaluate(cap.expression, facts.values) if cap else None
    if used is None:
        return {"limit_minor": limit, "used_minor": None, "remaining_minor": limit, "missing": []}
    spent = evaluate(used.expression, facts.values)
    known = isinstance(limit, int) and isinstance(spent, int)
    return {
        "limit_minor": limit,
        "used_minor": spent,
        "remaining_minor": max(limit - spent, 0) if isinstance(limit, int) and isinstance(spent, int) else None,
        "missing": [] if known else _missing(used, facts),
    }


def _missing(condition: Condition, facts: Facts) -> list[str]:
    """Name what is missing, windows by their short names."""
    return [condition.labels.get(name, name) for name in missing(condition.expression, facts.values)]


def _standing(inquiry: Inquiry, check: DutyCheck) -> Row:
    """Say since when and until when a duty stands that a decision brought."""
    until_ms = inquiry.lasting[check.duty.id]
    since_ms = until_ms - (check.duty.lasts_hours or 0) * HOUR_MS
    none = {"list": None, "list_version": None, "police": False}
    return {"since": inquiry.instant(since_ms), "until": inquiry.instant(until_ms), **none}


def _behind(inquiry: Inquiry, check: DutyCheck, facts: Facts) -> Row:
    """Say which entry of which list stands behind a limit: of several the one with the mark of the police.

    `since` is when the source listed the value, or when the duty came into force if that is later.
    """
    assert check.condition is not None  # noqa: S101 - the caller asked
    in_force_ms = check.duty.dated.from_ms
    matches = [facts.matches[probe.name] for probe in check.condition.plan.probes]
    match = next((match for match in matches if match.state), None)
    hit = None
    if match is not None:
        hit = inquiry.shard.memory.lists.hit(match.list, inquiry.client.identifiers, at_ms=inquiry.now_ms)
    return {
        "since": inquiry.instant(max(hit.added_ms, in_force_ms) if hit else in_force_ms),
        "until": inquiry.instant(hit.expires_ms if hit else None),
        "list": match.list if match else None,
        "list_version": match.version if match else None,
        "police": match.police if match else False,
    }
