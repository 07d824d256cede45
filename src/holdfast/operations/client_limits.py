"""Which duties limit a client, or tell of a limit, because a list names the client himself."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from holdfast.operations.read_restrictions import LIMITS, Inquiry, facts_about
from holdfast.operations.shard import Shard
from holdfast.rules.checks import DutyCheck, SignCheck, in_force
from holdfast.rules.condition import Condition
from holdfast.rules.regime import Regime
from holdfast.vocabulary.outcome import MeasureKind, Mode
from holdfast.vocabulary.trilean import Trilean

_TOLD: Final = LIMITS | {MeasureKind.NOTIFY_CLIENT}


class Watched(NamedTuple):
    """A duty, and what brings it: its own condition, or that of a sign which names it."""

    regime: Regime
    duty: DutyCheck
    condition: Condition
    sign: SignCheck | None = None


def watched(shard: Shard, list_id: str, now_ms: int) -> list[Watched]:
    """Give the duties in force that one list brings on its own clients."""
    return [
        one
        for event_type, party in shard.memory.schema.subject.items()
        for one in _brought(shard.law.regime(event_type, now_ms))
        if any((probe.list, probe.subject) == (list_id, party) for probe in one.condition.plan.probes)
    ]


def _brought(regime: Regime) -> Iterator[Watched]:
    """Give every duty about a client's limits with each condition that brings it."""
    for check in regime.duties:
        if check.duty.kind in _TOLD:
            if check.condition is not None:
                yield Watched(regime, check, check.condition)
            for sign in regime.signs:
                if check.duty.id in sign.sign.measures and sign.mode is Mode.ENFORCE:
                    yield Watched(regime, check, sign.condition, sign)


def states(inquiry: Inquiry, watch: Sequence[Watched]) -> dict[str, Trilean]:
    """Say of each watched duty whether it binds the client; one that is not enforced binds nobody."""
    found: dict[str, Trilean] = {}
    for one in watch:
        duty, state = one.duty.duty.id, _state(inquiry, one)
        known = found.get(duty, False)
        found[duty] = known if known is True or state is False else state
    return found


def _state(inquiry: Inquiry, one: Watched) -> Trilean:
    duty, pack = one.duty.duty, one.duty.pack
    voice = inquiry.shard.tenant.voice
    if voice.mode((pack.id, pack.mode), (duty.id, Mode.ENFORCE)) is not Mode.ENFORCE:
        return False
    answers = one.regime.program(facts_about(inquiry, one.regime, one.duty).values)
    bound = in_force(one.duty, answers) and (one.sign is None or in_force(one.sign, answers))
    return answers[one.condition.place] if bound else False
