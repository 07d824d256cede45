"""A model in service: scores that equal LightGBM's own, two models one after the other, and the past as it was."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import polars as pl
import pytest
import yaml

from tests import cradle
from tests.acceptance.conftest import Json, Server, StartServer, transfer
from tests.unit.engine.packs import CITE, TITLE, rule
from tests.unit.scoring.invented import AMOUNT, FEATURES, PAST, SBP, read, trees, write

SINCE = "2025-01-01T00:00:00+03:00"
AMOUNTS = (50_000, 1_700_000, 90_000_000, 400_000_000)


def run(*words: object, code: int = 0) -> str:
    """Run one command to its end, and hold it to its exit code."""
    done = cradle.run(*words)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def decided(server: Server, prefix: str) -> dict[str, Json]:
    """Decide transfers of several amounts over two rails; give the decisions by event."""
    events = [
        transfer(f"{prefix}-{amount}-{rail}", amount_minor=amount, rail=rail, payee={"kind": "individual"})
        for amount, rail in product(AMOUNTS, ("sbp", "order"))
    ]
    return {event["id"]: server.decide(event) for event in events}


def matrix(folder: Path, data: Path, out: Path) -> pl.DataFrame:
    """Write the training matrix of a model out of a directory, also while its server runs, and read it."""
    run("models", "matrix", folder, "--data", data, "--dev", "-o", out)
    return pl.read_parquet(out)


def scores(decisions: dict[str, Json]) -> dict[str, float]:
    """Give the score of each decision by its event."""
    return {event: decision["score"]["value"] for event, decision in decisions.items()}


def predicted(folder: Path, table: pl.DataFrame) -> dict[str, float]:
    """Give what LightGBM itself says of each row of a matrix."""
    names = [feature.name for feature in read(folder).features]
    found = lightgbm.Booster(model_file=str(folder / "model.txt")).predict(table.select(names).to_numpy())
    return dict(zip(table["event_id"], np.asarray(found).tolist(), strict=True))


def test_scores_equal_lightgbm_on_the_matrix_of_the_log(start: StartServer, tmp_path: Path) -> None:
    """What was scored online is, to the bit, what `Booster.predict` says of the matrix that the log gives later."""
    folder = write(tmp_path / "a", reasons_from=0.4)
    server = start("--model", str(folder))
    server.complete("transfer", SINCE)
    decisions = decided(server, "t")
    table = matrix(folder, server.data, tmp_path / "m.parquet")
    assert scores(decisions) == predicted(folder, table)
    assert table["past"].to_list() == [float(count) for count in range(len(decisions))]
    assert len(set(scores(decisions).values())) > 5
    for decision in decisions.values():
        value, reasons = decision["score"]["value"], decision["score"]["reasons"]
        assert decision["score"]["model"] == decision["versions"]["model"] == read(folder).version
        assert bool(reasons) == (value >= 0.4)
        assert set(reasons) <= {"сумма", "СБП", "a month's transfers"}
        assert decision["outcome"] == "allow"  # no rule asks for the score, and by itself it does nothing


def test_two_models_in_a_row_and_the_past_as_it_was(start: StartServer, tmp_path: Path) -> None:
    """A new model goes live with its windows filled from the log; what was decided before replays to the byte."""
    first = write(tmp_path / "a")
    longer = PAST | {"value": "count(by=payer.customer_id, over=days(60))"}
    second = write(tmp_path / "b", trees(8), features=[AMOUNT, SBP, longer])
    server = start("--model", str(first))
    server.complete("transfer", SINCE)
    before = decided(server, "t")
    server.stop()
    server = start("--model", str(second), data=server.data)
    after = server.decide(transfer("u-1", amount_minor=90_000_000, rail="sbp"))
    booster = lightgbm.Booster(model_file=str(second / "model.txt"))
    filled, empty = (booster.predict([[90_000_000, 1.0, count]])[0] for count in (float(len(before)), 0.0))
    assert after["score"]["value"] == filled != empty
    assert after["versions"]["model"] == read(second).version
    assert after["versions"]["ruleset"] != next(iter(before.values()))["versions"]["ruleset"]
    for decision in (*before.values(), after):
        again = server.post(f"/v1/decisions/{decision['id']}/replay", b"").json()
        assert again["equal"]
        assert again["judgement"]["score"] == decision["score"]
    server.stop()
    server = start(data=server.data)
    bare = server.decide(transfer("v-1"))
    assert bare["score"] is None
    assert bare["versions"]["model"] is None
    assert server.post(f"/v1/decisions/{after['id']}/replay", b"").json()["equal"]
    server.stop()
    told = json.loads(run("replay", "--data", server.data, "--dev", "--json"))
    assert told["all_equal"]
    assert told["judged_equal"] == told["refolded_equal"] == len(before) + 2


@pytest.mark.parametrize(("realises", "outcome"), [([], "challenge"), (["ru.od-2506.1.6"], "hold")])
def test_a_score_holds_only_with_a_sign(start: StartServer, tmp_path: Path, realises: list[str], outcome: str) -> None:
    """A rule that reads the score ends at a further check, and at a hold where it names a sign that is in force."""
    own = {
        "id": "policy.bank",
        "jurisdiction": "policy",
        "status": "policy",
        "zone": "UTC",
        "title": TITLE,
        "cite": CITE,
        "applies": {},
        "rules": [rule("score >= 0.5", id="bank.score", realises=realises)],
    }
    (tmp_path / "bank.yaml").write_text(yaml.safe_dump(own, allow_unicode=True))
    server = start("--model", str(write(tmp_path / "a")), "--rules", str(tmp_path / "bank.yaml"))
    made = server.decide(transfer("t-1", amount_minor=90_000_000))
    assert made["outcome"] == outcome
    (found,) = made["rules"]
    assert found["evidence"]["score"] == made["score"]["value"] >= 0.5
    assert found["evidence"]["score_reasons"] == "; ".join(made["score"]["reasons"])
    small = server.decide(transfer("t-2", amount_minor=100))
    assert (small["outcome"], small["rules"]) == ("allow", [])
    assert server.post(f"/v1/decisions/{made['id']}/replay", b"").json()["equal"]


def test_the_model_in_service_is_described_and_counted(start: StartServer, tmp_path: Path) -> None:
    """`/v1/models` says what scores and how it does, and Prometheus hears of scores and of drift."""
    spread = {"edges": [100.0, 1_000.0], "shares": [0.0, 0.5, 0.4, 0.1]}
    folder = write(tmp_path / "a", features=[AMOUNT | {"training": spread}, SBP, PAST])
    server = start("--model", str(folder))
    lines = [transfer(f"t-{number}", amount_minor=90_000_000) for number in range(420)]
    assert server.post("/v1/decisions:batch", "\n".join(map(json.dumps, lines))).text.count('"score":{') == len(lines)
    (row,) = server.client.get("/v1/models").json()["items"]
    version = read(folder).version
    assert (row["version"], row["now"]["scored"]) == (version, len(lines))
    assert [feature["title"] for feature in row["features"]] == ["сумма", "СБП", "a month's transfers"]
    metrics = server.client.get("/metrics").text
    assert f'holdfast_scores_total{{model="{version}",state="scored"}} 420.0' in metrics
    (index,) = [line for line in metrics.splitlines() if line.startswith("holdfast_model_drift{")]
    assert float(index.rpartition(" ")[2]) == pytest.approx(row["now"]["drift"]["amount"], abs=1e-3)
    assert float(index.rpartition(" ")[2]) > 0.25
    degraded = server.client.get("/readyz").json()["degraded"]
    assert any("`amount` is not what it was trained on" in one for one in degraded)


def test_what_a_model_needs_and_does_not_get_leaves_no_score(start: StartServer, tmp_path: Path) -> None:
    """Without a required value there is a decision and no score; who runs the server hears of it."""
    needs = {"name": "past", "value": "scheme.apdu_ms", "required": True}
    server = start("--model", str(write(tmp_path / "a", features=[AMOUNT, SBP, needs])))
    made = [server.decide(transfer(f"t-{number}")) for number in range(25)]
    assert all(one["score"] is None and one["versions"]["model"] for one in made)
    assert any("decisions had no score" in one for one in server.client.get("/readyz").json()["degraded"])
    scored = server.decide(transfer("t-25", scheme={"apdu_ms": 3}))
    assert scored["score"]["value"] > 0
    assert not any("no score" in one for one in server.client.get("/readyz").json()["degraded"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"features": [AMOUNT, SBP]}, "reads 3 features"),
        ({"features": [*FEATURES[:2], PAST | {"value": "payer.citizenship"}]}, "has no field"),
        ({"on": ["payment"]}, "there is no event type `payment`"),
    ],
)
def test_a_wrong_model_does_not_start(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    """A server with a model that cannot score does not start, and says what is wrong where."""
    folder = write(tmp_path / "a", **change)
    said = run("serve", "--dev", "--port", 0, "--data", tmp_path / "data", "--model", folder, code=2)
    assert "holdfast: model" in said
    assert words in said
    assert "Traceback" not in said
