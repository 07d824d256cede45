"""FB-1's fifty rules of three clauses as the bank's own pack, which stands in the place of the starter rules.

Each rule asks a band of amounts and two features, the last five one feature and the model's score. The bands are
narrow, so that some rule is true for about a tenth of all decisions; ten of the rules ask for a further check, the
others are only observed. Rules and model together read all 64 features.
"""

from collections.abc import Iterator
from itertools import cycle, islice
from typing import Final

import yaml

from tests.bench.fb1.features import FEATURES

PLACE: Final = "policy/default"
RULES: Final = 50
_ACTING: Final = 10
_SCORED: Final = 5
_BAND: Final = 1.036  # the width of a band of amounts, as a factor
_FIRST_ROUBLES: Final = 1_800.0
_APART: Final = 1.05
_CITE: Final = {
    "act": "FB-1",
    "article": "50 rules",
    "url": "https://example.org/fb-1",
    "confidence": "U",
    "checked_on": "2026-11-23",
}
OUTSIDE: Final = "outside.telecom.risk >= 0.2"
_LEAST: Final = {"count": "1", "sum": "rub(100)", "distinct": "1", "max": "rub(100)", "min": "rub(1)"}


def clause(name: str) -> str:
    """Write what a rule asks of one feature."""
    if name.endswith("_since"):
        return f"{FEATURES[name]} < 43_200"
    if name in {"amount_to_mean", "amount_to_max"}:
        return f"{FEATURES[name]} > 0.05"
    if name == "hour_to_month":
        return f"{FEATURES[name]} >= 0"
    return f"{FEATURES[name]} >= {_LEAST[name.split('_')[1]]}"


def conditions(*, outside: bool = False) -> Iterator[str]:
    """Write the fifty conditions; the last ones ask the model, or with `outside` a provider."""
    names = list(FEATURES)
    asked = cycle(names[place * 5 % len(names)] for place in range(len(names)))
    for number, (first, second) in enumerate(islice(zip(asked, asked, strict=False), RULES)):
        low = _FIRST_ROUBLES * _APART**number
        last = clause(second) if number < RULES - _SCORED else OUTSIDE if outside else "score >= 0.02"
        yield f"rub({low:.2f}) <= amount < rub({low * _BAND:.2f}) and {clause(first)} and {last}"


def pack(*, outside: bool = False) -> bytes:
    """Write the pack file."""
    rules = [
        {
            "id": f"policy.fb1-{number:02}",
            "on": ["transfer"],
            "when": when,
            "proposes": "challenge",
            "mode": "enforce" if number < _ACTING else "observe",
            "title": dict.fromkeys(("ru", "kk", "en"), f"FB-1: {number}"),
            **({"on_missing": "none"} if OUTSIDE in when else {}),
        }
        for number, when in enumerate(conditions(outside=outside))
    ]
    head = {
        "id": "policy.default",
        "jurisdiction": "policy",
        "status": "policy",
        "zone": "UTC",
        "title": dict.fromkeys(("ru", "kk", "en"), "FB-1"),
        "cite": _CITE,
        "applies": {},
    }
    return yaml.safe_dump({**head, "rules": rules}, allow_unicode=True, sort_keys=False, width=10_000).encode()
