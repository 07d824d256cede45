"""How long a ruleset takes in its generated function, by `./dev bench language`."""

import random
import timeit

from holdfast.language import Expression, compile_glance, compile_program, plan
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.windows import completeness_name
from tests.unit.language.world import DAY, NOW, build

RULES = 50
CLAUSES = 3
ROUNDS = 10_000
SEEN: dict[str, Value] = {"count": 5, "distinct": 4, "mean": 1e6, "last": NOW - 4 * DAY}
FACTS: dict[str, Value] = {
    "occurred_at": NOW,
    "amount": 25_000_000,
    "currency": "RUB",
    "rail": "sbp",
    "cross_border": False,
    "payer.customer_id": "c-1",
    "payee.kind": "individual",
    "place.city": "x",
    "scheme.risk_level": 3,
    "device.remote_control": False,
}


def _plain(draw: random.Random) -> list[str]:
    """Give clauses over the event's own fields."""
    return [
        f"amount > rub({draw.randrange(1_000, 900_000)})",
        f'rail == "{draw.choice(["sbp", "card", "order"])}"',
        f"scheme.risk_level >= {draw.randrange(9)}",
        "not cross_border",
        "device.remote_control",
        'payee.kind == "individual"',
    ]


def _mixed(draw: random.Random) -> list[str]:
    """Give clauses over the past and lists, too."""
    field = draw.choice(["phone", "device"])
    changed = f'last("profile_change", by=payer.customer_id, where=field == "{field}" and where == "bank")'
    return [
        *_plain(draw),
        f"count(by=payer.customer_id, over=days({draw.choice([1, 7, 30, 90])})) >= {draw.randrange(1, 30)}",
        f"amount > mean(amount, by=payer.customer_id, over=days({draw.choice([30, 90])})) * {draw.randrange(2, 9)}",
        f"hours_since({changed}) <= {draw.choice([24, 48])}",
        f"distinct(payee.account, by=payer.customer_id, over=days(1)) > {draw.randrange(3, 20)}",
        'matches(payee, "ru.cbr.recipients")',
        f"hour_of_day(occurred_at) < {draw.randrange(2, 6)}",
    ]


def facts_for(rules: list[Expression]) -> dict[str, Value]:
    """Give facts in which everything is known and all of the past is complete."""
    facts = dict(FACTS)
    for needed in map(plan, rules):
        facts |= {spec.name: SEEN[spec.statistic] for spec in needed.windows}
        facts |= {completeness_name(source): NOW - 400 * DAY for source in needed.sources}
        facts |= {probe.name: False for probe in needed.probes}
    return facts


def measure(*, quick: bool = False) -> dict[str, float]:
    """Measure microseconds for one event through all rules, the best of several runs."""
    figures: dict[str, float] = {}
    for name, clauses in (("plain_fields", _plain), ("windows_and_lists", _mixed)):
        draw = random.Random(1)
        joined = [" and " if number % 3 else " or " for number in range(RULES)]
        rules = [build(word.join(draw.sample(clauses(draw), CLAUSES))) for word in joined]
        facts = facts_for(rules)
        for kind, program in (("", compile_program(rules)), (".first_look", compile_glance([], rules))):
            timer = timeit.Timer("program(facts)", globals={"program": program, "facts": facts})
            best_us = min(timer.repeat(number=ROUNDS, repeat=3 if quick else 7)) / ROUNDS * 1e6
            figures[f"rules_us.{RULES}_of_{CLAUSES}.{name}{kind}"] = round(best_us, 2)
    return figures
