"""A shard whose rules read what a provider answers, and providers that a test commands."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from holdfast.app import fresh_memory, load_packs, make_law, tenant_of
from holdfast.operations.law import Law
from holdfast.operations.publish_rules import publish_ruleset
from holdfast.operations.read_providers import read_providers
from holdfast.operations.reader import Reader
from holdfast.settings import read_settings
from holdfast.vocabulary.event import Value
from tests.bench.provider import declaration
from tests.unit.operations.shards import SlowStore, StillClock, make_shard

RULE = """\
id: policy.bank
jurisdiction: policy
status: policy
zone: UTC
title: {{ru: Правила банка, kk: Банк ережелері, en: The bank's rules}}
cite: {{act: bank, article: "1", url: "https://bank.example", confidence: U, checked_on: 2026-01-01}}
applies: {{}}
rules:
{rules}
"""
ROW = """\
  - id: {name}
    on: [transfer]
    when: {when}
    proposes: challenge
    title: {{ru: Р, kk: Р, en: R}}
    evidence: [outside.telecom.calls_new, outside.telecom.note]
    on_missing: {policy}
"""
PHONE = {"customer_id": "c-1", "kind": "individual", "phone": "+79161234567"}
Story = Callable[["World"], Awaitable[None]]


def rows(**policies: str) -> str:
    """Write one rule a policy, each on the same condition."""
    return "".join(ROW.format(name=name, when="outside.telecom.risk > 0.5", policy=p) for name, p in policies.items())


def pack(text: str) -> bytes:
    """Write the bank's own pack around its rules."""
    return RULE.format(rules=text).encode()


class Tick:
    """A monotonic counter that a test moves."""

    def __init__(self) -> None:
        self.now_ns = 0

    def __call__(self) -> int:
        """Give the nanoseconds."""
        return self.now_ns

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now_ns += int(seconds * 1_000_000_000)


class Told:
    """A provider that answers, fails or waits as a test says."""

    def __init__(self) -> None:
        self.answer: dict[str, Value] = {"risk": 0.9, "calls_new": 3, "ported_at": None, "note": "seen", "ok": True}
        self.error: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked: list[dict[str, Value]] = []
        self.closed = False

    async def read(self, asked: Mapping[str, Value]) -> Mapping[str, Value]:
        """Answer as told."""
        self.asked.append(dict(asked))
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return dict(self.answer)

    async def close(self) -> None:
        """Take note of it."""
        self.closed = True


class World:
    """A shard under the Russian law and the bank's own rules, one provider, and how to call both."""

    def __init__(self, rules: str, *, more: str = "", held: bool = False, own: bytes | None = None) -> None:
        self.clock = StillClock()
        self.store = SlowStore(self.clock, held=held)
        self.shard = make_shard(self.store, self.clock)
        self.content = declaration("http://127.0.0.1:9/", more=more)
        self.specs = read_providers(self.content)
        settings = read_settings({"packs": "ru", "dev": True}, {})
        packs = load_packs(("ru", "policy/bank"), {"policy/bank": own or pack(rules)})
        tenant = tenant_of(settings)
        shard = self.shard
        shard.law = make_law(settings, packs, tenant, providers=self.specs)
        sources = {place: data for place, (data, _) in packs.items()}
        shard.ruleset = publish_ruleset(self.store, sources, tenant=tenant, parameters={}, providers=self.content)
        shard.fresh_memory = lambda: fresh_memory(settings, shard.law, shard.ports.keys)
        shard.memory = shard.fresh_memory()
        self.tick = Tick()
        self.told = Told()
        self.reader = Reader(self.specs[0], self.told, self.tick)
        shard.readers = {"telecom": self.reader}

    @property
    def law(self) -> Law:
        """Give the law with the bank's own rules."""
        return self.shard.law


def told(story: Story, rules: str, *, more: str = "", held: bool = False) -> None:
    """Run a story."""

    async def whole() -> None:
        await story(World(rules, more=more, held=held))

    asyncio.run(whole())


def skipped(decision: Mapping[str, Any]) -> list[tuple[str, str, tuple[str, ...], str]]:
    """Give what a decision says that it skipped."""
    return [(row["input"], row["why"], tuple(row["checks"]), row["policy"]) for row in decision.get("skipped", ())]
