"""The shipped packs, and a small pack to break in tests."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from holdfast import regulation
from holdfast.regulation import parse_pack
from holdfast.vocabulary.packs import Pack

FOLDER = Path(regulation.__file__).parent / "packs"
NAMES = sorted(path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob("*.yaml"))

SMALL = """\
id: xx.act
jurisdiction: xx
status: law
zone: Europe/Moscow
title: {ru: "Акт", kk: "Акт", en: "Act"}
cite: &act {act: "Act 1", article: "1", url: "https://example.org/act", confidence: C, checked_on: 2026-11-22}
applies: {transfer: known(payer.customer_id)}
signs:
  - id: xx.act.1
    on: [transfer]
    when: amount > param("limit")
    title: {ru: "Знак", kk: "Белгі", en: "Sign"}
    cite: {<<: *act, article: "2"}
    effective_from: 2025-01-01
    measures: [xx.act.notice]
rails:
  - rail: order
    action: suspend
    policy: xx.act.hold
    cite: *act
    effective_from: 2025-01-01
policies:
  - id: xx.act.hold
    clock: calendar_days
    term: 2
    count_first: true
    confirm_days: 2
    at_expiry: not_accepted
    title: {ru: "Пауза", kk: "Кідіріс", en: "Pause"}
    cite: *act
    effective_from: 2025-01-01
duties:
  - id: xx.act.notice
    kind: notify_client
    on: [transfer]
    title: {ru: "Сообщить", kk: "Хабарлау", en: "Tell"}
    cite: *act
    effective_from: 2025-01-01
parameters:
  - name: limit
    type: money
    currency: RUB
    value: 100
    cite: *act
    effective_from: 2025-01-01
    effective_to: 2026-01-01
  - name: limit
    type: money
    currency: RUB
    value: 200
    cite: *act
    effective_from: 2026-01-01
rules:
  - id: xx.own
    on: [transfer]
    when: amount > rub(5)
    proposes: challenge
    title: {ru: "Правило", kk: "Ереже", en: "Rule"}
    realises: [xx.act.1]
examples:
  - title: "One case"
    at: "2026-05-08T12:00:00+03:00"
    events: [{id: e-1, type: transfer, occurred_at: "2026-05-08T12:00:00+03:00"}]
    expect: {outcome: hold, signs: {xx.act.1: fired}}
"""


def parse_small(old: str = "", new: str = "") -> Pack:
    """Parse the small pack with one text replaced; the text must be there."""
    assert old in SMALL
    return parse_pack(SMALL.replace(old, new, 1).encode(), name="xx/act")


@pytest.fixture(scope="session")
def packs() -> Mapping[str, Pack]:
    """Parse every shipped pack."""
    return {name: parse_pack((FOLDER / f"{name}.yaml").read_bytes(), name=name) for name in NAMES}
