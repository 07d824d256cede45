"""How far a thing may act: observed, advised or enforced, at every level at which a mode can be set."""

import pytest

from holdfast.vocabulary.outcome import Mode
from tests.unit.engine.packs import BIG, CAP_AMOUNT, HUGE, Row, act, duty, house, judge, kinds, rule, sign, transfer

TELL = duty("xx.act.tell")
LEVELS = ["xx.act", "xx.act.1", "order"]


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_observed_is_decided_and_shown_but_not_acted_on(level: str) -> None:
    """Observing a pack, a sign or a rail lets the transfer pass, says what would be, and brings no duty."""
    law = act(signs=[sign(measures=["xx.act.tell"])], duties=[TELL])
    judged = judge([law], modes={level: Mode.OBSERVE})
    assert (judged.outcome, judged.would_be, judged.ground, judged.hold) == ("allow", "hold", None, None)
    assert (judged.signs[0].state, judged.signs[0].mode) == ("fired", "observe")
    assert judged.measures == ()


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_advised_is_not_acted_on_but_asks_a_person(level: str) -> None:
    """Advice lets the transfer pass and opens a case that names the advised outcome and where it comes from."""
    law = act(signs=[sign(measures=["xx.act.tell"])], duties=[TELL])
    judged = judge([law], modes={level: Mode.ADVISE})
    assert (judged.outcome, judged.would_be, judged.signs[0].mode) == ("allow", "hold", "advise")
    assert judged.measures == ({"kind": "open_case", "advised": "hold", "source": "xx.act.1"},)


def test_advice_opens_one_case_about_the_strongest() -> None:
    """Several advised signs ask a person once; what is observed beside them asks nobody."""
    law = act(signs=[sign(1, proposes="challenge"), sign(2, proposes="refuse"), sign(3, proposes="refuse")])
    modes = {"xx.act.1": Mode.ADVISE, "xx.act.2": Mode.ADVISE, "xx.act.3": Mode.OBSERVE}
    judged = judge([law], modes=modes)
    assert judged.measures == ({"kind": "open_case", "advised": "refuse", "source": "xx.act.2"},)
    assert kinds(judge([law], modes={f"xx.act.{number}": Mode.OBSERVE for number in (1, 2, 3)})) == []


def test_advice_about_nothing_opens_no_case() -> None:
    """A sign that is not fired, or that only brings measures, advises nothing."""
    assert judge([act(mode="advise", signs=[sign(when=HUGE)])]).measures == ()
    assert judge([act(mode="advise", signs=[sign(proposes="measures")])]).measures == ()


@pytest.mark.parametrize("mode", ["observe", "advise"])
def test_a_mode_may_be_declared_in_the_pack_or_at_the_sign(mode: str) -> None:
    """What the pack's file says counts where the operator says nothing."""
    assert judge([act(mode=mode)]).outcome == "allow"
    assert judge([act(signs=[sign(mode=mode)])]).outcome == "allow"


def test_the_operator_replaces_a_declared_mode_and_the_weakest_level_counts() -> None:
    """An operator's word replaces the declared one at its level; another level may still be weaker."""
    observed = act(mode="observe", signs=[sign(mode="advise")])
    assert judge([observed], modes={"xx.act": Mode.ENFORCE}).signs[0].mode == "advise"
    assert judge([observed], modes={"xx.act": Mode.ENFORCE, "xx.act.1": Mode.ENFORCE}).outcome == "hold"
    assert judge([observed], modes={"xx.act.1": Mode.ENFORCE}).signs[0].mode == "observe"


@pytest.mark.parametrize("level", ["policy.own", "own.rule", "order"])
@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.ADVISE])
def test_a_rule_is_not_acted_on_below_enforce(level: str, mode: Mode) -> None:
    """Pack, rule and rail all hold a rule back, and its result says so."""
    judged = judge([house(rule(proposes="challenge"))], modes={level: mode})
    assert (judged.outcome, judged.would_be, judged.rules[0].mode) == ("allow", "challenge", mode.value)
    assert kinds(judged) == (["open_case"] if mode is Mode.ADVISE else [])


CAP = duty("xx.act.cap", "cap_transfers", limit_amount=CAP_AMOUNT)
CAPPED = act(signs=[sign(when="cross_border", proposes="measures", measures=["xx.act.cap"])], duties=[CAP])


@pytest.mark.parametrize("level", ["xx.act", "xx.act.1", "xx.act.cap", "order"])
def test_a_limit_is_held_back_with_what_names_it(level: str) -> None:
    """An observed pack, sign, duty or rail keeps a limit from refusing; the refusal shows as would-be."""
    judged = judge([CAPPED], transfer(cross_border=True), modes={level: Mode.OBSERVE})
    assert (judged.outcome, judged.would_be, kinds(judged)) == ("allow", "refuse", [])


def test_a_limit_named_twice_acts_as_far_as_the_stronger_says() -> None:
    """An observed sign takes nothing away from an enforced one that names the same limit."""
    both = act(
        signs=[sign(number, when="cross_border", proposes="measures", measures=["xx.act.cap"]) for number in (1, 2)],
        duties=[CAP],
    )
    assert judge([both], transfer(cross_border=True), modes={"xx.act.1": Mode.OBSERVE}).outcome == "refuse"


@pytest.mark.parametrize("when", [{"when": BIG}, {"after": ["allow", "challenge", "hold", "refuse"]}])
def test_an_observed_pack_brings_no_duty_by_itself(when: Row) -> None:
    """A duty with a condition of its own does not come while its pack, or the duty itself, is only observed."""
    law = act(duties=[duty("xx.act.tell", **when)])
    assert kinds(judge([law])) == ["notify_client"]
    assert kinds(judge([law], modes={"xx.act": Mode.OBSERVE})) == []
    assert kinds(judge([law], modes={"xx.act.tell": Mode.OBSERVE})) == []


def test_would_be_is_silent_when_nothing_would_change() -> None:
    """An observed sign that asks no more than an enforced one adds nothing."""
    law = act(signs=[sign(1), sign(2)])
    assert judge([law], modes={"xx.act.2": Mode.OBSERVE}).would_be is None
