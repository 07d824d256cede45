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
  - rail: card
    action: refuse
    repeat: xx.act.repeat
    cite: *act
    effective_from: 2025-01-01
policies:
  - id: xx.act.hold
    clock: calendar_days
    term: 2
    count_first: true
    confirm_days: 2
    at_expiry: not_accepted
    confirmed_by: [client, trusted_person]
    careful_signs: [xx.act.1]
    careful_proof: [branch]
    careful_hours: 48
    again: xx.act.again
    again_lists: [xx.list]
    while_on: [xx.list]
    texts: {place: xx.act.told, again: xx.act.again}
    forbids: {release: "Act 1, 4", third: "Act 1, 5"}
    title: {ru: "Пауза", kk: "Кідіріс", en: "Pause"}
    cite: *act
    effective_from: 2025-01-01
  - id: xx.act.again
    clock: hours
    term: 12
    confirm_hours: 6
    count_from: contract_at
    at_expiry: consent
    title: {ru: "Ещё пауза", kk: "Тағы кідіріс", en: "Another pause"}
    cite: *act
    effective_from: 2025-01-01
  - id: xx.act.repeat
    clock: calendar_days
    term: 2
    at_expiry: execute
    again_lists: [xx.list]
    title: {ru: "Повтор", kk: "Қайталау", en: "Repeat"}
    cite: *act
    effective_from: 2025-01-01
duties:
  - id: xx.act.notice
    kind: notify_client
    on: [transfer]
    when: amount > param("limit")
    details: {template: xx.act.told}
    lasts_hours: 48
    policy: xx.act.hold
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
notices:
  - id: xx.act.told
    subject: {ru: "Пауза до $until", kk: "$until дейін кідіріс", en: "A pause until $until"}
    body: {ru: "Сумма $amount, $$ 5", kk: "Сомасы $amount", en: "The sum is $amount"}
    cite: *act
    effective_from: 2025-01-01
  - id: xx.act.again
    case: hold
    subject: {ru: "Ещё", kk: "Тағы", en: "Again"}
    body: {ru: "Ещё раз", kk: "Тағы да", en: "Once more"}
    cite: *act
    effective_from: 2025-01-01
refunds:
  - id: xx.act.refund
    breach: procedure
    when: amount > param("limit")
    known_on: [xx.list]
    days: 30
    days_cross_border: 60
    title: {ru: "Возврат", kk: "Қайтару", en: "Refund"}
    cite: *act
    effective_from: 2025-01-01
feeds:
  - list: xx.list
    deadline_hours: 3
    cite: *act
    effective_from: 2025-01-01
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
