"""Invented packs, written as a person writes them, and facts to judge under them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from holdfast.engine.decide import decide
from holdfast.engine.tenant import Tenant
from holdfast.operations.law import Law
from holdfast.regulation import parse_pack
from holdfast.rules.voice import Voice
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.facts import Facts
from holdfast.vocabulary.judgement import Judgement
from holdfast.vocabulary.lists import ListMatch
from holdfast.vocabulary.outcome import Mode
from holdfast.vocabulary.packs import Pack
from holdfast.wire.fields import event_schema
from holdfast.wire.replies import seal_facts

Row = dict[str, Any]
NOON_MS = 1_778_230_800_000  # 2026-05-08T12:00:00+03:00
SINCE = date(2025, 1, 1)
TITLE = {"ru": "Название", "kk": "Атауы", "en": "Title"}
CITE = {"act": "Act", "article": "1", "url": "https://example.org/act", "confidence": "C", "checked_on": SINCE}
CAP_AMOUNT = "rub(1_000)"
BIG = f"amount > {CAP_AMOUNT}"
HUGE = "amount > rub(100_000)"


def dated(**row: Any) -> Row:
    """Complete a row of a pack with title, citation and date."""
    return {"on": ["transfer"], "title": TITLE, "cite": CITE, "effective_from": SINCE} | row


def sign(number: int = 1, when: str = BIG, *, act: str = "xx.act", **more: Any) -> Row:
    """Write a sign of an invented act."""
    return dated(id=f"{act}.{number}", when=when, **more)


def rule(when: str = BIG, **more: Any) -> Row:
    """Write a rule of the house."""
    return {"id": "own.rule", "on": ["transfer"], "when": when, "proposes": "hold", "title": TITLE} | more


def rail(name: str, action: str, policy: str | None = None) -> Row:
    """Write what an act does to a rail."""
    row = {"rail": name, "action": action, "cite": CITE, "effective_from": SINCE}
    return row | {"policy": policy} if policy else row


def policy(name: str = "xx.act.pause", **more: Any) -> Row:
    """Write how long a hold lasts."""
    row = dated(id=name, clock="calendar_days", term=2, count_first=True, at_expiry="not_accepted", **more)
    del row["on"]
    return row


def duty(name: str, kind: str = "notify_client", **more: Any) -> Row:
    """Write a duty."""
    return dated(id=name, kind=kind, **more)


RAILS = [rail("order", "suspend", "xx.act.pause"), rail("sbp", "refuse")]


def pack(place: str = "xx/act", **sections: Any) -> Pack:
    """Read an invented pack; without sections it has one sign, rails and a policy."""
    content: Row = {
        "id": place.replace("/", "."),
        "jurisdiction": place.partition("/")[0],
        "status": "law",
        "zone": "Europe/Moscow",
        "title": TITLE,
        "cite": CITE,
        "applies": {},
    }
    text = yaml.safe_dump(content | sections, allow_unicode=True, sort_keys=False)
    return parse_pack(text.encode(), name=place)


def act(**sections: Any) -> Pack:
    """Read the invented act with its rails and its policy."""
    return pack(**({"signs": [sign()], "rails": RAILS, "policies": [policy()]} | sections))


def house(*rules: Row, **more: Any) -> Pack:
    """Read the invented rules of the house."""
    return pack("policy/own", status="policy", rules=list(rules), **more)


def transfer(**changes: Value) -> dict[str, Value]:
    """Give the values of a transfer of 5,000 roubles; `None` drops one."""
    values: dict[str, Value] = {
        "rail": "order",
        "amount": 500_000,
        "currency": "RUB",
        "occurred_at": NOON_MS,
        "payer.customer_id": "c-1",
    }
    named = {name.replace("__", "."): value for name, value in changes.items()}
    return {name: value for name, value in (values | named).items() if value is not None}


def tenant(modes: Mapping[str, Mode] | None = None, trusted: Sequence[str] = ()) -> Tenant:
    """Give an invented bank."""
    return Tenant(
        name="t",
        home="RU",
        zone=ZoneInfo("Europe/Moscow"),
        engine_version="0",
        voice=Voice(language="en", modes=modes or {}),
        trusted_proposals=frozenset(trusted),
    )


def facts(values: Mapping[str, Value], matches: Mapping[str, ListMatch] | None = None, kind: str = "transfer") -> Facts:
    """Freeze facts at noon."""
    return Facts(type=kind, occurred_ms=NOON_MS, decided_ms=NOON_MS, values=values, matches=matches or {})


def judge(
    packs: Sequence[Pack],
    values: Mapping[str, Value] | None = None,
    *,
    modes: Mapping[str, Mode] | None = None,
    trusted: Sequence[str] = (),
) -> Judgement:
    """Judge a transfer under invented packs."""
    bank = tenant(modes, trusted)
    law = Law(packs, event_schema(), tenant=bank, parameters={})
    known = facts(transfer() if values is None else values)
    regime = law.regime("transfer", NOON_MS)
    return decide(known, regime, bank, ruleset="r", facts_hash=seal_facts(known)[1])


def kinds(judgement: Judgement) -> list[str]:
    """Give the kinds of a judgement's measures."""
    return [str(measure["kind"]) for measure in judgement.measures]
