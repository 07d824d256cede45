"""What a score may do: a rule may read it and shows it, alone it never holds, and unknown it is no ground."""

from collections.abc import Sequence
from typing import Any

import pytest

from holdfast.engine.decide import decide
from holdfast.engine.decide import score as score_of
from holdfast.operations.law import Law
from holdfast.vocabulary.errors import ExpressionError
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.judgement import Judgement
from holdfast.vocabulary.models import Model
from holdfast.vocabulary.packs import Pack
from holdfast.wire.fields import event_schema
from holdfast.wire.replies import judgement_bytes
from tests.unit.engine.packs import NOON_MS, act, duty, facts, house, rule, sign, tenant, transfer
from tests.unit.scoring.invented import AMOUNT, FEATURES, PAST, SBP, booster, model

HIGH: dict[str, Value] = transfer(amount=90_000_000, rail="sbp")
LOW: dict[str, Value] = transfer(amount=1_000)
NEVER = sign(when="amount > rub(1_000_000_000)")


def judge(packs: Sequence[Pack], values: dict[str, Value], found: Model | None = None, **more: Any) -> Judgement:
    """Judge a transfer under packs and a model."""
    bank = tenant()
    law = Law(packs, event_schema(), tenant=bank, parameters={}, model=found)
    known = facts(values)
    regime = law.regime("transfer", NOON_MS)
    if more.pop("asked_before", False):
        more["scored"] = score_of(known, regime)
    return decide(known, regime, bank, ruleset="r", facts_hash="h", **more)


def test_the_score_stands_in_the_judgement_with_its_version() -> None:
    """Value and model are shown on every event that the model is for; the value is the trees' own."""
    judgement = judge([act()], HIGH, model())
    assert judgement.score is not None
    assert judgement.score.value == booster(model()).predict([[90_000_000, 1.0, float("nan")]])[0]
    assert judgement.score.model == judgement.versions.model == model().version


def test_without_a_model_nothing_changes() -> None:
    """No model, no score and no version; a rule that reads the score does not come true."""
    judgement = judge([act(signs=[NEVER]), house(rule("score >= 0.0"))], HIGH)
    assert judgement.score is None
    assert judgement.versions.model is None
    assert judgement.rules == ()
    assert judgement.outcome == "allow"


def test_a_rule_may_read_the_score_and_shows_it() -> None:
    """The evidence of the rule holds the value and its reasons."""
    judgement = judge([act(signs=[NEVER]), house(rule("score > 0.5"))], HIGH, model(reasons_from=1.0))
    (result,) = judgement.rules
    assert judgement.score is not None
    assert judgement.score.reasons
    assert result.evidence["score"] == judgement.score.value
    assert result.evidence["score_reasons"] == "; ".join(judgement.score.reasons)
    assert set(judgement.score.reasons) <= {"amount", "SBP", "a month's transfers"}


@pytest.mark.parametrize("proposes", ["hold", "refuse"])
def test_a_score_alone_never_holds(proposes: str) -> None:
    """Without a sign that it realises, a rule on the score ends at a further check, whatever it proposes."""
    judgement = judge([act(signs=[NEVER]), house(rule("score > 0.5", proposes=proposes))], HIGH, model())
    assert judgement.outcome == "challenge"
    assert judgement.ground is None


@pytest.mark.parametrize("proposes", ["hold", "refuse"])
def test_a_score_alone_stops_nothing_where_no_law_speaks(proposes: str) -> None:
    """Where a bank's other rules may refuse, for no law is loaded, one on the score still ends at a check."""
    own = house(rule("score > 0.5", proposes=proposes))
    assert judge([own], HIGH, model()).outcome == "challenge"
    assert judge([house(rule("amount > rub(1)", proposes="refuse"))], HIGH, model()).outcome == "refuse"


def test_with_the_sign_that_it_realises_a_score_reaches_a_hold() -> None:
    """A bank's rule that names the sign in force reaches what the law does on the rail, with that sign as ground."""
    own = house(rule("score > 0.5", realises=["xx.act.1"]))
    judgement = judge([act(signs=[NEVER]), own], transfer(amount=90_000_000), model())
    assert (judgement.outcome, judgement.ground) == ("hold", "xx.act.1")


def test_an_unavailable_score_is_unknown_to_rules() -> None:
    """A rule comes true neither above nor below when there is no answer; the judgement says which model was asked."""
    needs = model(features=[AMOUNT, SBP, PAST | {"required": True}])
    judgement = judge([act(signs=[NEVER]), house(rule("score > 0.0 or score <= 0.0"))], HIGH, needs)
    assert judgement.score is None
    assert judgement.versions.model == needs.version
    assert judgement.outcome == "allow"


def test_a_sign_of_law_cannot_read_the_score() -> None:
    """What a regulator asks and what a duty is never hangs on a model; the pack does not compile."""
    for pack in (act(signs=[sign(when="score > 0.5")]), act(duties=[duty("xx.act.d", when="score > 0.5")])):
        with pytest.raises(ExpressionError, match="no field `score`"):
            judge([pack], HIGH, model())


def test_reasons_come_where_the_score_matters() -> None:
    """A high score has reasons, a low one only where a rule that reads it was true."""
    scores = [judge([act(signs=[NEVER])], values, model()).score for values in (HIGH, LOW)]
    assert [bool(score and score.reasons) for score in scores] == [True, False]
    low = house(rule("score < 0.5", proposes="challenge"))
    judgement = judge([act(signs=[NEVER]), low], LOW, model(reasons_from=0.9))
    assert judgement.score is not None
    assert judgement.rules[0].evidence["score"] == judgement.score.value


def test_equal_facts_give_equal_bytes() -> None:
    """A judgement with score and reasons is the same to the byte, whether the score was asked for before or inside."""
    packs = [act(signs=[NEVER]), house(rule("score > 0.5"))]
    made = {judgement_bytes(judge(packs, HIGH, model(), asked_before=before)) for before in (True, False, True)}
    assert len(made) == 1


def test_a_model_speaks_only_of_its_own_events() -> None:
    """Another type of event has neither score nor version."""
    bank = tenant()
    law = Law([act()], event_schema(), tenant=bank, parameters={}, model=model())
    regime = law.regime("cash_withdrawal", NOON_MS)
    judgement = decide(
        facts({"occurred_at": NOON_MS}, kind="cash_withdrawal"), regime, bank, ruleset="r", facts_hash=""
    )
    assert judgement.score is None
    assert judgement.versions.model is None


def test_the_features_ask_for_their_windows_lists_and_sources() -> None:
    """What a model reads of the past is filled like what a rule reads."""
    asked = model(features=[*FEATURES[:2], PAST | {"value": 'matches(payee, "bank.watch")'}])
    law = Law([act()], event_schema(), tenant=tenant(), parameters={}, model=model())
    assert [window.over_ms for window in law.windows()["transfer"]] == [30 * 86_400_000]
    assert ("transfer", "complete_since(transfer)") in law.regime("transfer", NOON_MS).sources
    assert "bank.watch" in Law([act()], event_schema(), tenant=tenant(), parameters={}, model=asked).lists()
