"""The gate before every run: answers are compared with the oracle, and a run that differs measures nothing.

The whole pipeline decides, from the bytes of the wire to the stored facts; a retry must give the first answer byte
for byte, a malformed event a refusal, a payee of the list a hold. Out of the facts the 64 features are worked out and
compared with the oracle's.
"""

import asyncio
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from holdfast.language import Expression, Scope, compile_expression, evaluate
from holdfast.operations.decide_event import decide_event
from holdfast.operations.shard import Shard
from holdfast.vocabulary.errors import HoldfastError
from holdfast.wire.fields import event_schema
from holdfast.wire.replies import read_facts, read_outcome
from tests.bench.fb1.bank import LIST, bank_in_memory, follow
from tests.bench.fb1.features import FEATURES
from tests.bench.fb1.model import Row
from tests.bench.fb1.oracle import ENDLESS, Oracle
from tests.bench.fb1.told import Told, silent
from tests.bench.fb1.workload import START_MS, Sent, events
from tests.bench.fb1.world import World

COUNT: Final = 100_000
QUICK_COUNT: Final = 5_000
LISTED: Final = 2_000
_DAYS: Final = 40
_DAY_S: Final = 86_400
_BEGIN_MS: Final = START_MS - _DAYS * _DAY_S * 1_000


class GateError(Exception):
    """The answers differ from what must hold; the message shows the first event where they do."""


def gate(*, count: int, told: Told = silent) -> tuple[dict[str, float], list[Row]]:
    """Decide `count` events and compare; raises GateError at the first difference.

    The first half is spread over forty days, so that every window slides; the second half is dense. Gives the figures,
    and the features of every decision, out of which a model can be trained.
    """
    with TemporaryDirectory() as folder:
        return asyncio.run(_gate(count, told, Path(folder)))


def stream(count: int, world: World) -> Iterator[Sent]:
    """Give the events of the gate: sparse ones, then dense ones."""
    sparse = count // 2
    first = list(
        events(101, sparse, world=world, rate=sparse / _DAYS / _DAY_S, start_ms=START_MS - _DAYS * _DAY_S * 1_000)
    )
    then = events(102, count - sparse, world=world, rate=20, start_ms=first[-1].at_ms, first=sparse + 1)
    return chain(first, then)


async def _gate(count: int, told: Told, folder: Path) -> tuple[dict[str, float], list[Row]]:
    world = World(listed=LISTED)
    bank = await bank_in_memory(world, now_ms=_BEGIN_MS, folder=folder)
    checks = Checks(bank.shard)
    for number, sent in enumerate(stream(count, world), start=1):
        follow(bank, sent.at_ms)
        await checks.check(sent)
        if number % 200 == 0:
            told(number, count)
    figures = {
        "gate.events": count,
        "gate.features_compared": checks.compared,
        **{f"gate.outcomes.{word}": number for word, number in sorted(checks.outcomes.items())},
        "gate.rule_hits_percent": round(100 * checks.hits / max(1, checks.outcomes.total()), 1),
        "gate.mismatches": 0,
    }
    return figures, checks.rows


class Checks:
    """What was compared so far, and the oracle beside the shard."""

    def __init__(self, shard: Shard) -> None:
        self._shard = shard
        self._oracle = Oracle()
        self._answers: dict[str, bytes] = {}
        self._features = compiled_features(str(shard.tenant.zone))
        self.rows: list[Row] = []
        self.compared = self.hits = 0
        self.outcomes: Counter[str] = Counter()

    async def check(self, sent: Sent) -> None:
        """Decide one event and compare everything that must hold of the answer."""
        if sent.kind == "malformed":
            await self._refused(sent)
            return
        answer = await decide_event(self._shard, sent.body)
        if answer.replayed != (sent.kind == "duplicate"):
            raise GateError(_shown(sent, "a retry was decided anew, or a new event taken for a retry", {}))
        if answer.replayed:
            if answer.body != self._answers[sent.key]:
                raise GateError(_shown(sent, "a retry got another answer", {}))
            return
        self._answers[sent.key] = answer.body
        self._compare(sent)

    async def _refused(self, sent: Sent) -> None:
        try:
            await decide_event(self._shard, sent.body)
        except HoldfastError:
            return
        raise GateError(_shown(sent, "a malformed event was decided", {}))

    def _compare(self, sent: Sent) -> None:
        """Compare the stored facts with the oracle, then let the oracle see the event."""
        event = json.loads(sent.body)
        (record,) = self._shard.ports.store.replay(self._shard.seq - 1, self._shard.seq)
        values = read_facts(record.facts).values
        expected = self._oracle.expect(event)
        found = {name: evaluate(feature, values) for name, feature in self._features.items()}
        wrong = {name: (found[name], want) for name, want in _wanted(expected) if not same(found[name], want)}
        if wrong:
            raise GateError(_shown(sent, "features differ from the oracle's", wrong))
        self.compared += len(found)
        self.rows.append(expected)
        outcome = read_outcome(record.judgement)
        self._judged(sent, outcome, json.loads(record.judgement))
        self._oracle.happened(event, sent.at_ms, executed=outcome == "allow")

    def _judged(self, sent: Sent, outcome: str, judgement: Mapping[str, Any]) -> None:
        """Compare the sign of the list, and count outcomes and hits."""
        (listed,) = [sign["state"] for sign in judgement["signs"] if sign["id"] == "ru.od-2506.1.1"]
        if (listed == "fired") != (sent.kind == "listed") or (listed == "fired" and outcome != "hold"):
            raise GateError(
                _shown(sent, f"a payee and `{LIST}`", {"sign": (listed, sent.kind), "outcome": (outcome, "")})
            )
        self.outcomes[outcome] += 1
        self.hits += bool(judgement["rules"])


def _wanted(expected: Mapping[str, float | None]) -> Iterator[tuple[str, float | None]]:
    """Give what every feature must be; without a past that can be asked, all are unknown."""
    return ((name, expected.get(name)) for name in FEATURES)


def same(found: object, want: float | None) -> bool:
    """Compare a feature: whole numbers exactly, others to the last few bits; endless and unknown are one here."""
    if want is None or want == ENDLESS:
        return found is None or found == ENDLESS
    if isinstance(want, int):
        return found == want
    return isinstance(found, int | float) and math.isclose(found, want, rel_tol=1e-12, abs_tol=1e-12)


def compiled_features(zone: str) -> dict[str, Expression]:
    """Compile the 64 features as the rules are compiled."""
    scope = Scope(schema=event_schema(), event_type="transfer", computed={}, parameters={}, zone=zone)
    return {name: compile_expression(text, scope) for name, text in FEATURES.items()}


def _shown(sent: Sent, what: str, wrong: Mapping[str, tuple[object, object]]) -> str:
    """Write the first event that differs, with what was found and what was wanted."""
    lines = [f"{what}: {sent.kind} event {sent.key}, sent at {sent.at_ms}", sent.body.decode(errors="replace")]
    lines += [f"  {name}: found {found!r}, must be {want!r}" for name, (found, want) in wrong.items()]
    return "\n".join(lines)
