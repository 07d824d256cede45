"""Outcomes stand on grounds: what a sign, a rule and a limit reach, and what they never reach."""

import pytest

from holdfast.vocabulary.judgement import Judgement
from tests.unit.engine.packs import (
    BIG,
    CAP_AMOUNT,
    HUGE,
    RAILS,
    SINCE,
    act,
    duty,
    house,
    judge,
    kinds,
    pack,
    policy,
    rail,
    rule,
    sign,
    transfer,
)


@pytest.mark.parametrize(("on", "outcome"), [("order", "hold"), ("sbp", "refuse"), ("internal", "challenge")])
def test_the_class_of_the_rail_turns_a_sign_into_an_outcome(on: str, outcome: str) -> None:
    """A suspended rail holds, a refused one refuses, one without a class is only challenged."""
    judged = judge([act()], transfer(rail=on))
    assert judged.outcome == outcome
    assert judged.ground == (None if outcome == "challenge" else "xx.act.1")
    assert (judged.hold is not None) is (outcome == "hold")


def test_a_clear_and_an_unknown_sign_propose_nothing() -> None:
    """Below the limit the sign is clear, without an amount unknown; both let the transfer pass."""
    clear, unknown = judge([act()], transfer(amount=100)), judge([act()], transfer(amount=None))
    assert [judged.outcome for judged in (clear, unknown)] == ["allow", "allow"]
    assert [judged.signs[0].state for judged in (clear, unknown)] == ["clear", "unknown"]
    assert unknown.signs[0].missing == ("amount",)


@pytest.mark.parametrize("applies", ["known(payer.iin)", 'payer.iin == "1"'])
def test_a_pack_that_does_not_bind_the_event_is_silent(applies: str) -> None:
    """Where a pack's own condition is false or unknown, its signs, duties and limits do not show."""
    silent = act(
        applies={"transfer": applies}, duties=[duty("xx.act.cap", "cap_transfers", when=BIG, limit_amount=CAP_AMOUNT)]
    )
    judged = judge([silent])
    assert (judged.outcome, judged.signs, judged.measures) == ("allow", (), ())


@pytest.mark.parametrize("word", ["allow", "challenge", "refuse"])
def test_a_sign_may_name_its_outcome(word: str) -> None:
    """A word other than `by_rail` is the outcome itself, whatever the rail."""
    assert judge([act(signs=[sign(proposes=word)])], transfer(rail="sbp")).outcome == word


@pytest.mark.parametrize(("on", "outcome"), [("order", "hold"), ("sbp", "challenge"), ("internal", "challenge")])
def test_a_hold_without_a_policy_in_force_is_a_challenge(on: str, outcome: str) -> None:
    """A sign that says `hold` where no policy says when the hold ends reaches a challenge, never a fault of ours."""
    assert judge([act(signs=[sign(proposes="hold")])], transfer(rail=on)).outcome == outcome


def test_a_suspended_rail_whose_policy_is_not_in_force_is_a_challenge() -> None:
    """A policy that has ended leaves its rail without a clock, and so without a hold."""
    ended = policy(effective_to=SINCE.replace(year=2026))
    assert judge([act(policies=[ended])]).outcome == "challenge"


def test_a_sign_for_measures_brings_them_and_lets_pass() -> None:
    """`measures` proposes no outcome but brings its duties with their citation."""
    judged = judge([act(signs=[sign(proposes="measures", measures=["xx.act.tell"])], duties=[duty("xx.act.tell")])])
    assert judged.outcome == "allow"
    assert judged.measures == ({"kind": "notify_client", "duty": "xx.act.tell", "cite": "Act, 1"},)


def reached(judged: Judgement) -> tuple[str, str | None]:
    """Give what a rule reached, and its ground."""
    return judged.rules[0].reached, judged.rules[0].ground


@pytest.mark.parametrize(("on", "outcome"), [("order", "hold"), ("sbp", "refuse"), ("internal", "challenge")])
@pytest.mark.parametrize("proposes", ["hold", "refuse"])
def test_a_rule_that_realises_a_sign_reaches_what_the_law_gives_the_sign(proposes: str, on: str, outcome: str) -> None:
    """Whether the rule says hold or refuse, the class of the rail decides; the sign itself need not fire."""
    law = act(signs=[sign(when=HUGE)])
    judged = judge([law, house(rule(realises=["xx.act.1"], proposes=proposes))], transfer(rail=on))
    assert judged.signs[0].state == "clear"
    assert (judged.outcome, reached(judged)) == (outcome, (outcome, "xx.act.1"))


@pytest.mark.parametrize("realises", [[], ["xx.act.9"]])
@pytest.mark.parametrize("proposes", ["hold", "refuse"])
def test_a_rule_without_a_sign_in_force_is_a_challenge_under_law(realises: list[str], proposes: str) -> None:
    """Under a law that speaks about the event, a rule that names no sign in force has a challenge as its ceiling."""
    law = act(signs=[sign(when=HUGE), sign(9, when=HUGE, effective_to=SINCE.replace(year=2026))])
    judged = judge([law, house(rule(realises=realises, proposes=proposes))])
    assert (judged.outcome, judged.ground, reached(judged)) == ("challenge", None, ("challenge", None))


def test_a_rule_that_realises_a_sign_of_a_pack_that_does_not_bind_is_not_grounded_by_it() -> None:
    """A sign of a law for others is no ground: another law that binds keeps the ceiling at a challenge."""
    other = pack("yy/act", applies={"transfer": "known(payer.iin)"}, signs=[sign(when=HUGE, act="yy.act")])
    judged = judge([act(signs=[sign(when=HUGE)]), other, house(rule(realises=["yy.act.1"]))])
    assert (judged.outcome, reached(judged)) == ("challenge", ("challenge", None))


def test_without_any_law_a_rule_does_as_it_proposes() -> None:
    """A site that no law binds refuses by its own rule, and holds where its own pack says for how long."""
    own = house(rule(), rails=[rail("order", "suspend", "own.pause")], policies=[policy("own.pause")])
    held = judge([own])
    assert judge([house(rule(proposes="refuse"))]).outcome == "refuse"
    assert (held.outcome, held.ground) == ("hold", None)
    assert held.hold is not None
    assert held.hold.policy == "own.pause"
    assert judge([house(rule())]).outcome == "challenge"


def test_a_proposal_of_law_never_acts_beyond_a_challenge_unless_trusted() -> None:
    """The same sign refuses when the operator trusts the proposal, and challenges when not."""
    proposal = pack("yy/idea", status="proposal", signs=[sign(act="yy.idea", proposes="refuse")])
    assert judge([proposal]).outcome == "challenge"
    assert judge([proposal], trusted=["yy.idea"]).outcome == "refuse"


def test_a_rule_that_realises_a_proposed_sign_is_capped_with_it() -> None:
    """A rule borrows no more strength from a proposal than the proposal has."""
    proposal = pack(
        "yy/idea",
        status="proposal",
        signs=[sign(act="yy.idea", when=HUGE)],
        rails=[rail("order", "suspend", "yy.pause")],
        policies=[policy("yy.pause")],
    )
    packs = [proposal, house(rule(realises=["yy.idea.1"]))]
    assert judge(packs).outcome == "challenge"
    assert judge(packs, trusted=["yy.idea"]).outcome == "hold"


def test_a_limit_of_a_proposal_is_capped_too() -> None:
    """What a proposal limits is challenged, not refused."""
    proposal = pack(
        "yy/idea", status="proposal", duties=[duty("yy.idea.cap", "cap_transfers", when=BIG, limit_amount=CAP_AMOUNT)]
    )
    assert judge([proposal]).outcome == "challenge"
    assert judge([proposal], trusted=["yy.idea"]).outcome == "refuse"


LIMIT = duty(
    "xx.act.cap", "cap_transfers", limit_amount=CAP_AMOUNT, details={"limit_minor": 100_000, "currency": "RUB"}
)


def test_a_limit_refuses_what_goes_beyond_it_while_it_is_named() -> None:
    """A cap that a fired sign names refuses the amount beyond it, on the duty's own ground."""
    law = act(signs=[sign(when="cross_border", proposes="measures", measures=["xx.act.cap"])], duties=[LIMIT])
    beyond, within = judge([law], transfer(cross_border=True)), judge([law], transfer(cross_border=True, amount=100))
    assert (beyond.outcome, beyond.ground) == ("refuse", "xx.act.cap")
    assert (within.outcome, kinds(within)) == ("allow", ["cap_transfers"])
    assert within.measures[0]["limit_minor"] == 100_000


@pytest.mark.parametrize("cross_border", [False, None])
def test_a_limit_that_nothing_names_does_not_bind(*, cross_border: bool | None) -> None:
    """A cap that neither a fired sign nor its own condition brings refuses nothing."""
    law = act(signs=[sign(when="cross_border", proposes="measures", measures=["xx.act.cap"])], duties=[LIMIT])
    assert judge([law], transfer(cross_border=cross_border)).outcome == "allow"


def test_a_limit_binds_by_its_own_condition() -> None:
    """A cap whose own condition is true needs no sign."""
    own = act(signs=[], duties=[LIMIT | {"when": "cross_border"}])
    assert judge([own], transfer(cross_border=True)).outcome == "refuse"
    assert judge([own], transfer(cross_border=False)).outcome == "allow"


def test_the_ground_is_that_of_the_strongest_proposal() -> None:
    """Among several, the ground and the hold's policy are those of the strongest; of equals, the first."""
    other = pack("yy/act", signs=[sign(act="yy.act", proposes="refuse")])
    assert judge([act(), other]).ground == "yy.act.1"
    assert judge([act(signs=[sign(1), sign(2)])]).ground == "xx.act.1"


def test_never_two_laws_in_one_notice() -> None:
    """Two acts that both want the client told give two notices, each with its own duty and citation."""
    told = [duty("xx.act.tell", after=["hold"])]
    first = act(signs=[sign()], duties=told)
    second = pack(
        "yy/act",
        signs=[sign(act="yy.act", measures=["yy.act.tell"])],
        duties=[duty("yy.act.tell")],
        rails=[rail("order", "suspend", "yy.pause")],
        policies=[policy("yy.pause")],
    )
    notices = judge([first, second]).measures
    assert [notice["duty"] for notice in notices] == ["xx.act.tell", "yy.act.tell"]
    assert all(isinstance(notice["cite"], str) for notice in notices)


def test_a_duty_after_an_outcome_comes_only_under_the_law_that_reached_it() -> None:
    """What follows a hold under one law is no duty when another law held."""
    other = pack("yy/act", signs=[sign(act="yy.act", when=HUGE)], duties=[duty("yy.act.tell", after=["hold"])])
    assert kinds(judge([act(), other])) == []
    assert kinds(judge([act(duties=[duty("xx.act.tell", after=["hold"])]), other])) == ["notify_client"]


def test_a_duty_that_is_named_for_an_outcome_does_not_come_with_another() -> None:
    """What tells of a wait is sent of a hold, and not where something stronger refused the event."""
    told = act(duties=[duty("xx.act.tell", after=["hold"])], signs=[sign(measures=["xx.act.tell"])])
    other = pack("yy/act", signs=[sign(act="yy.act", proposes="refuse")])
    assert kinds(judge([told])) == ["notify_client"]
    assert kinds(judge([told, other])) == []


def test_a_challenge_always_asks_for_a_check_once() -> None:
    """A challenge brings the measure that carries it out, unless a duty brings it already."""
    assert kinds(judge([house(rule(proposes="challenge"))])) == ["verify_identity"]
    brought = house(rule(proposes="challenge", measures=["own.check"]), duties=[duty("own.check", "verify_identity")])
    assert kinds(judge([brought])) == ["verify_identity"]


QUIET = "matches(payee, bank.allow)"


def test_an_allow_list_quietens_the_rules_of_the_house() -> None:
    """A rule is silent for a payee on the allow list; a list that is unknown quietens nothing."""
    listening = house(rule(proposes="challenge", quiet_by=["bank.allow"]))
    assert judge([listening], transfer() | {QUIET: True}).outcome == "allow"
    assert judge([listening], transfer() | {QUIET: False}).outcome == "challenge"
    assert judge([listening], transfer()).outcome == "challenge"


def test_an_allow_list_never_quietens_a_sign_that_is_not_about_habit() -> None:
    """A payee on every allow list is still held by a sign of the law."""
    assert judge([act()], transfer() | {QUIET: True}).outcome == "hold"


def test_an_allow_list_quietens_a_sign_about_what_is_usual() -> None:
    """The one sign that may be quietened is silent, though it is still shown as fired."""
    law = act(signs=[sign(when="usual.deviation > 5", quiet_by=["bank.allow"])], rails=RAILS)
    values = transfer() | {"usual.deviation": 9.0}
    assert judge([law], values).outcome == "hold"
    quiet = judge([law], values | {QUIET: True})
    assert (quiet.outcome, quiet.signs[0].state) == ("allow", "fired")


def test_evidence_shows_what_is_named_and_never_what_is_personal() -> None:
    """A pack that names personal fields as evidence shows the others only, for signs and for rules."""
    named = ["amount", "payer.phone", "payer.customer_id", "payee.account"]
    values = transfer(payer__phone="+79161234567", payee__account="40817810000000000002")
    judged = judge([act(signs=[sign(evidence=named)]), house(rule(evidence=named, realises=["xx.act.1"]))], values)
    assert judged.signs[0].evidence == judged.rules[0].evidence == {"amount": 500_000}


def test_a_sign_with_its_own_policy_brings_no_duty_of_the_rail() -> None:
    """Its hold has its own terms and its own duties; what the law attaches to the rail's outcome stays away."""
    own = policy("xx.act.own")
    duties = [duty("xx.act.rail", after=["hold"]), duty("xx.act.mine", kind="report")]
    rail_law = {"policies": [policy(), own], "duties": duties}
    judged = judge([act(signs=[sign(policy="xx.act.own", measures=["xx.act.mine"])], **rail_law)], transfer())
    assert judged.hold is not None
    assert (judged.outcome, judged.hold.policy, kinds(judged)) == ("hold", "xx.act.own", ["report"])
    plain = judge([act(**rail_law)], transfer())
    assert kinds(plain) == ["notify_client"]
