"""The golden file of refusals: what it is made from, and how it is written again.

Run `python -m tests.unit.wire.problems` to write it after a wanted change, then read the difference.
"""

import json
from pathlib import Path
from typing import Any

from holdfast.vocabulary.errors import HoldfastError
from holdfast.wire.codec import decode
from tests.unit.wire.messages import NOW, NOW_MS, full

GOLDEN = Path(__file__).parents[2] / "golden/wire/problems.txt"
_ROOT: dict[str, Any] = {
    "id": "tr-1",
    "type": "transfer",
    "occurred_at": NOW.isoformat(),
    "rail": "order",
    "amount_minor": 1,
    "currency": "RUB",
    "payer": {},
    "payee": {},
}
CHANGES: tuple[dict[str, Any], ...] = (
    {"amount": 5},
    {"payeer": {}},
    {"colour": "red"},
    {"payee": {"acount": "1"}},
    {"payee": {"colour": "red"}},
    {"device": {"malwar": True}},
    {"rail": "spb"},
    {"payer": {"kind": "person"}},
    {"channel": "fax"},
    {"type": "transfr"},
    {"type": None},
    {"id": ""},
    {"id": "x" * 129},
    {"id": "ы"},
    {"occurred_at": "yesterday"},
    {"occurred_at": "2026-05-08T12:00:00"},
    {"occurred_at": 1_778_230_800},
    {"occurred_at": "2026-05-08T12:05:00.001Z"},
    {"occurred_at": "1816-05-08T12:05:00Z"},
    {"amount_minor": 0},
    {"amount_minor": 10**15 + 1},
    {"amount_minor": 2**64},
    {"amount_minor": 1.5},
    {"amount_minor": "5"},
    {"amount_minor": True},
    {"amount_minor": None},
    {"currency": "rub"},
    {"currency": "RU"},
    {"cross_border": "no"},
    {"payer": None},
    {"payer": []},
    {"payer": {"cards_open": -1}},
    {"payer": {"phone": ""}},
    {"payer": {"phone": "1" * 65}},
    {"payee": {"bic": "0" * 12}},
    {"payee": {"passport_hash": "xyz"}},
    {"session": {"port": 65_536}},
    {"place": {"country": "RUS"}},
    {"place": {"latitude": 90.5}},
    {"scheme": {"apdu_ms": 10**9 + 1}},
)
TEXTS = ("", "{", "[]", "null", '"transfer"', '{"id": NaN}', '{"id": "\\ud800"}', '{"id": "a", "id": "b"}')


def _refused(title: str, text: str) -> str:
    """Describe one refusal."""
    try:
        decode(text.encode(), NOW_MS)
    except HoldfastError as error:
        lines = (title, f"  {error.http_status} {error.code} at {error.pointer or 'the whole'}", f"  {error.message}")
        return "\n".join((*lines, f"  {error.advice}"))
    return f"{title}\n  taken"


def _without(name: str) -> str:
    return json.dumps({key: value for key, value in _ROOT.items() if key != name})


def rendered() -> str:
    """Give every refusal, one after the other."""
    parts = [_refused(json.dumps(change, ensure_ascii=False), json.dumps(_ROOT | change)) for change in CHANGES]
    parts += [_refused(f"without {name}", _without(name)) for name in _ROOT]
    parts += [_refused(f"text {text!r}", text) for text in TEXTS]
    parts.append(_refused("a result without `of`", json.dumps({**full("transfer_result"), "of": None})))
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    GOLDEN.write_text(rendered())
