"""A bank's own rules and a model, over HTTP: what the score may lead to, and what the log teaches the next model."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import httpx
import polars as pl
import pytest
import yaml

from holdfast.api.server import build
from holdfast.app import assemble_in_memory
from holdfast.app.clocks import StandingClock
from holdfast.operations.collect_matrix import collect_matrix
from holdfast.operations.publish_rules import copy_ruleset, law_of
from holdfast.operations.rebuild import rebuild
from holdfast.operations.shard import beginning
from holdfast.settings import read_settings
from holdfast.store import MemoryStore
from holdfast.training.matrix import Matrix
from tests.unit.engine.packs import CITE, TITLE
from tests.unit.operations.shards import NOON_MS, Json, event, transfer
from tests.unit.scoring.invented import read, write

PLACE = "policy/own"
Result = TypeVar("Result")


def rules(*more: Json) -> dict[str, bytes]:
    """Write a bank's own pack as it would stand in a file."""
    content: Json = {
        "id": "policy.own",
        "jurisdiction": "policy",
        "status": "policy",
        "zone": "UTC",
        "title": TITLE,
        "cite": CITE,
        "applies": {},
        "rules": [
            {"on": ["transfer"], "proposes": "hold", "title": TITLE, "when": "score >= 0.5"} | one for one in more
        ],
    }
    return {PLACE: yaml.safe_dump(content, allow_unicode=True).encode()}


class Bank:
    """A server in memory with a model and the bank's own rules."""

    def __init__(self, folder: Path, *own: Json) -> None:
        given = {"model": str(folder), "dev": True, "data": folder / "data", "packs": f"ru,{PLACE}" if own else "ru"}
        settings = read_settings(given, {})
        self.shard = assemble_in_memory(settings, StandingClock(NOON_MS), rules(*own) if own else None).shard
        rebuild(self.shard)
        self.app = build(self.shard, open_to_all=True, move_clock=None)

    async def post(self, path: str, body: bytes) -> Json:
        """Post a body and give the answer, which must be a success."""
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://holdfast") as client:
            answer = await client.post(path, content=body)
        assert answer.is_success, answer.text
        found: Json = answer.json()
        return found

    async def decide(self, event_id: str, **changes: Any) -> Json:
        """Decide a large transfer."""
        return await self.post("/v1/decisions", transfer(event_id, **({"amount_minor": 90_000_000} | changes)))


def told(story: Callable[[], Awaitable[Result]]) -> Result:
    """Run a story."""

    async def run() -> Result:
        return await story()

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("realises", "outcome"), [([], "challenge"), (["ru.od-2506.1.6"], "hold"), (["ru.od-9999.1"], "challenge")]
)
def test_a_rule_on_the_score_holds_only_with_a_sign_in_force(tmp_path: Path, realises: list[str], outcome: str) -> None:
    """By itself a score ends at a further check; with a sign of the law in force the rule holds on that ground."""
    bank = Bank(write(tmp_path / "m"), {"id": "own.score", "realises": realises})

    async def story() -> None:
        made = await bank.decide("t-1")
        assert made["score"]["value"] >= 0.5
        assert made["outcome"] == outcome
        (rule,) = made["rules"]
        assert rule["evidence"]["score"] == made["score"]["value"]
        assert rule["evidence"]["score_reasons"] == "; ".join(made["score"]["reasons"])
        assert made["score"]["reasons"]
        again = await bank.post(f"/v1/decisions/{made['id']}/replay", b"")
        assert again["equal"]

    told(story)


def test_an_unknown_score_is_never_taken_for_a_low_one(tmp_path: Path) -> None:
    """A rule that relaxes on a low score does not come true when there is none."""
    needs = [
        {"name": "amount", "value": "amount"},
        {"name": "sbp", "value": 'rail == "sbp"'},
        {"name": "past", "value": "scheme.apdu_ms", "required": True},
    ]
    low = {"id": "own.low", "when": "score < 0.99", "proposes": "challenge"}
    bank = Bank(write(tmp_path / "m", features=needs), low)

    async def story() -> None:
        blind = await bank.decide("t-1")
        assert (blind["score"], blind["rules"], blind["outcome"]) == (None, [], "allow")
        assert blind["versions"]["model"] == read(tmp_path / "m").version
        seen = await bank.decide("t-2", amount_minor=100, scheme={"apdu_ms": 3})
        assert [rule["id"] for rule in seen["rules"]] == ["own.low"]

    told(story)


def test_a_ruleset_carries_its_model_to_another_store(tmp_path: Path) -> None:
    """What judges the past is the content in the store: a copy of the ruleset scores with the same model."""
    bank, other = Bank(write(tmp_path / "m")), MemoryStore(clock=StandingClock(NOON_MS))
    copy_ruleset(bank.shard.ports.store, other, bank.shard.ruleset)
    _, law = law_of(other, bank.shard.ruleset)
    assert law.model == bank.shard.law.model
    (tmp_path / "m" / "model.txt").write_bytes(b"another")
    assert law_of(bank.shard.ports.store, bank.shard.ruleset)[1].model == law.model


def matrix_of(bank: Bank) -> pl.DataFrame:
    """Fold the bank's log anew into a training matrix."""
    shard = replace(beginning(bank.shard), memory=bank.shard.fresh_memory())
    assert bank.shard.law.model is not None
    made = Matrix(features=[feature.name for feature in bank.shard.law.model.features])
    for _ in collect_matrix(shard, made):
        pass
    return made.frame()


def test_the_matrix_says_what_is_known_of_each_operation(tmp_path: Path) -> None:
    """A label counts before a report, a report before silence; what was stopped is unknown; results correct that."""
    bank = Bank(write(tmp_path / "m"), {"id": "own.score", "realises": ["ru.od-2506.1.6"]})
    small = {"amount_minor": 100}

    async def story() -> None:
        held = await bank.decide("held")
        assert held["outcome"] == "hold"
        await bank.decide("held-but-sent")
        for name in ("quiet", "reported", "taken-back", "cleared", "mule", "failed"):
            await bank.decide(name, **small)
        client = {"customer_id": "c-1"}
        made = [
            await bank.post("/v1/events", event(f"r-{name}", "fraud_report", client=client, of=name))
            for name in ("reported", "cleared", "taken-back")
        ]
        await bank.post(f"/v1/claims/{made[2]['id']}/settle", b'{"result": "withdrawn", "by": "p-1", "reason": "r"}')
        await bank.post("/v1/events", event("l-1", "label", of="cleared", label="genuine", source="analyst"))
        await bank.post("/v1/events", event("l-2", "label", of="mule", label="fraud"))
        await bank.post("/v1/events", event("l-3", "label", of="mule", label="mule", source="police"))
        await bank.post("/v1/events", event("x-1", "transfer_result", of="failed", result="failed"))
        await bank.post("/v1/events", event("x-2", "transfer_result", of="held-but-sent", result="executed"))

    told(story)
    rows = {row["event_id"]: row for row in matrix_of(bank).to_dicts()}
    assert {name: (row["fraud"], row["label_source"]) for name, row in rows.items()} == {
        "held": (None, None),
        "held-but-sent": (False, "not_reported"),
        "quiet": (False, "not_reported"),
        "reported": (True, "client"),
        "taken-back": (False, "not_reported"),
        "cleared": (False, "analyst"),
        "mule": (True, "police"),
        "failed": (None, None),
    }
    assert rows["held"]["outcome"] == "hold"
    assert rows["quiet"]["amount"] == 100.0
    assert rows["quiet"]["occurred_ms"] == NOON_MS
