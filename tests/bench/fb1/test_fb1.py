"""FB-1 measures what it says: its stream, its oracle, its gate, and every declared figure in a tiny run."""

import json
from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from holdfast.vocabulary.errors import HoldfastError
from holdfast.wire.codec import decode
from tests.bench.fb1 import page, run
from tests.bench.fb1.features import FEATURES
from tests.bench.fb1.gate import GateError, gate, same
from tests.bench.fb1.names import FIGURES, Figure
from tests.bench.fb1.oracle import ENDLESS, Oracle
from tests.bench.fb1.plots import PICTURES
from tests.bench.fb1.rules import conditions
from tests.bench.fb1.told import Told, silent
from tests.bench.fb1.workload import HOT_ACCOUNT, START_MS, Sent, events, every_account
from tests.bench.fb1.world import World, account_number

SMALL = World(accounts=1_000, merchants=50, devices=300, addresses=200, listed=100)


def kinds(stream: list[Sent]) -> Counter[str]:
    """Count the kinds of a stream."""
    return Counter(sent.kind for sent in stream)


def test_the_stream_is_the_same_for_the_same_seed() -> None:
    """Equal arguments give equal bytes; another seed gives others."""
    assert list(events(5, 300, world=SMALL)) == list(events(5, 300, world=SMALL))
    assert [sent.body for sent in events(6, 50, world=SMALL)] != [sent.body for sent in events(5, 50, world=SMALL)]


def test_the_stream_has_the_shares_that_it_declares() -> None:
    """One in twenty repeats an earlier request, one in a hundred is late, one in a hundred pays a listed account."""
    stream = list(events(7, 40_000, world=SMALL))
    found = kinds(stream)
    assert found["duplicate"] == pytest.approx(2_000, rel=0.1)
    assert found["late"] == pytest.approx(380, rel=0.2)
    assert found["very_late"] == pytest.approx(38, rel=0.6)
    assert found["listed"] == pytest.approx(380, rel=0.2)
    assert 0 < found["malformed"] < 15
    first = {sent.key: sent.body for sent in reversed(stream)}
    assert all(first[sent.key] == sent.body for sent in stream if sent.kind == "duplicate")


def test_the_rate_is_kept_and_a_minute_begins_with_a_burst() -> None:
    """A thousand a second come in the mean, nearly nine times as many in the first second of a minute."""
    at_ms = np.array([sent.at_ms for sent in events(8, 130_000, world=SMALL)]) - START_MS
    assert (np.diff(at_ms) >= 0).all()
    seconds = np.bincount(at_ms // 1_000)
    assert seconds[:120].sum() == pytest.approx(120_000, rel=0.02)
    assert seconds[60] == pytest.approx(10_000 * 60 / 69, rel=0.1)


def test_every_event_but_the_malformed_is_one_of_the_wire() -> None:
    """What is not meant to be refused decodes; what is malformed does not."""
    for sent in islice(events(9, 30_000, world=SMALL, variant="m"), 20_000, None):
        if sent.kind == "malformed":
            with pytest.raises(HoldfastError):
                decode(sent.body, sent.at_ms)
        else:
            assert decode(sent.body, sent.at_ms).event.id == sent.key


def test_the_variants_change_what_they_name() -> None:
    """With `h` one payee takes a fifth, a tenth of it late; with `m` half are logins; every account can be met once."""
    hot = [sent for sent in events(10, 5_000, world=SMALL, variant="h") if sent.kind in {"fresh", "late"}]
    mine = [sent for sent in hot if account_number(HOT_ACCOUNT).encode() in sent.body]
    assert len(mine) == pytest.approx(len(hot) / 5, rel=0.15)
    assert kinds(mine)["late"] == pytest.approx(len(mine) / 10, rel=0.4)
    assert kinds(list(events(10, 5_000, world=SMALL, variant="m")))["login"] == pytest.approx(2_375, rel=0.1)
    payers = [json.loads(sent.body)["payer"]["customer_id"] for sent in every_account(3, SMALL, rate=1)]
    assert len(set(payers)) == SMALL.accounts


def test_there_are_64_features_and_rules_and_model_read_them_all() -> None:
    """Every feature stands in some rule, so that its window is kept even without a model; there are fifty rules."""
    rules = list(conditions())
    assert (len(FEATURES), len(rules)) == (64, 50)
    unread = [name for name, text in FEATURES.items() if not any(text in rule for rule in rules)]
    assert len(unread) <= 5


def transfer(at: str, amount: int, payee: str = "a") -> dict[str, object]:
    """Make what the oracle reads of a transfer."""
    return {
        "occurred_at": f"2026-05-04T{at}+03:00",
        "amount_minor": amount,
        "payer": {"customer_id": "c"},
        "payee": {"account": payee},
        "device": {"id": "d"},
        "session": {"ip": "i"},
    }


def test_the_oracle_counts_by_hand() -> None:
    """Windows are open at the old end and closed at the event; late events count where they happened."""
    oracle, far = Oracle(), START_MS + 10**8
    assert oracle.expect(transfer("12:00:00", 5))["pair_minutes_since"] == ENDLESS
    for at, amount, executed in (("12:00:00", 100, True), ("12:00:30", 40, True), ("12:00:40", 999, False)):
        oracle.happened(transfer(at, amount), START_MS, executed=executed)
    oracle.happened(transfer("11:55:00", 1), START_MS, executed=True)
    oracle.happened(transfer("12:00:50", 1), far + 10**9, executed=True)
    found = oracle.expect(transfer("12:01:00", 70))
    assert (found["payer_count_1m"], found["payer_sum_1m"]) == (1, 40)
    assert (found["payer_count_10m"], found["payer_sum_10m"]) == (3, 141)
    assert (found["payer_max_30d"], found["payer_min_30d"], found["payer_minutes_since"]) == (100, 1, 0.5)
    assert found["amount_to_mean"] == pytest.approx(70 / 47)
    assert found["payer_distinct_payee_1d"] == 1
    assert oracle.expect(transfer("12:01:00", 70, payee="b"))["payee_count_30d"] == 0


def test_a_day_and_an_hour_behind_the_newest_nothing_can_be_asked() -> None:
    """An event from so long ago has no features at all."""
    oracle = Oracle()
    oracle.happened(transfer("12:00:00", 100), START_MS, executed=True)
    assert oracle.expect(transfer("10:00:00", 1) | {"occurred_at": "2026-05-03T10:59:59+03:00"}) == {}


def test_unknown_is_told_apart_from_nothing() -> None:
    """A feature that is 0 where it must be unknown is a difference, and so is the other way round."""
    assert same(None, None)
    assert not same(0, None)
    assert not same(None, 0)
    assert not same(3, 2)
    assert same(0.1 + 0.2, 0.3)


def test_the_gate_opens_for_right_answers_and_gives_rows_to_train_on() -> None:
    """Every feature of every decision is compared."""
    figures, rows = gate(count=300)
    assert figures["gate.features_compared"] == 64 * len(rows)
    assert figures["gate.mismatches"] == 0


def test_the_gate_shuts_at_the_first_wrong_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """When one window differs by one, the run ends and shows the event with what was found and wanted."""
    rightly = Oracle.expect

    def wrongly(oracle: Oracle, event: dict[str, object]) -> dict[str, float | None]:
        found = rightly(oracle, event)
        return found | {"ip_sum_7d": (found.get("ip_sum_7d") or 0) + 1}

    monkeypatch.setattr(Oracle, "expect", wrongly)
    with pytest.raises(GateError, match=r"(?s)event tr-0000000001, sent at.*ip_sum_7d: found 0, must be 1"):
        gate(count=20)


def test_a_verdict_says_which_goal_is_met() -> None:
    """Less is better unless it is said otherwise."""
    cost = Figure(name="x", unit="", meaning="", floor=10, target=5)
    rate = Figure(name="y", unit="", meaning="", floor=5, target=10, more=True)
    assert [cost.verdict(value) for value in (4, 7, 11)] == ["target", "floor", "short"]
    assert [rate.verdict(value) for value in (11, 7, 4)] == ["target", "floor", "short"]


def test_a_tiny_run_gives_every_declared_figure_and_a_page(tmp_path: Path) -> None:
    """From the gate to the cold start everything runs, gives exactly the figures that are declared, and is written."""
    seen: list[str] = []

    def step(name: str) -> Told:
        seen.append(name)
        return silent

    found = run.measure(run.TINY, step=step)
    assert sorted(set(found) - {"gate.outcomes.challenge", "gate.outcomes.refuse"}) == sorted(
        figure.name for figure in FIGURES
    )
    assert len(seen) == len(set(seen)) > 10
    page.write(found, {"processor": "one"}, tmp_path, quick=True)
    text = (tmp_path / "performance.md").read_text()
    assert all(f"`{figure.name}`" in text for figure in FIGURES)
    for picture in PICTURES:
        assert "</svg>" in (tmp_path / "images" / f"bench-{picture}.svg").read_text()
