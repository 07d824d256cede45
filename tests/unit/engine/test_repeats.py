"""A refused operation that comes again: it passes, unless the payee is listed, and then only for the law's term."""

import pytest
from msgspec import structs

from holdfast.engine.decide import decide
from holdfast.features.standing import ALLOWED_FROM, REPEAT_OF, Standing
from holdfast.operations.law import Law
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.instants import DAY_MS, read_rfc3339
from holdfast.vocabulary.judgement import Judgement, RepeatTerms
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.packs import Pack
from holdfast.wire.fields import event_schema
from tests.unit.engine.packs import (
    BIG,
    NOON_MS,
    RAILS,
    act,
    duty,
    facts,
    house,
    pack,
    policy,
    rail,
    rule,
    sign,
    tenant,
    transfer,
)

LISTED = 'matches(payee, "xx.persons")'
PROBE = "list xx.persons payee"
AGAIN = policy("xx.act.again", again_lists=["xx.persons"])
SBP = [RAILS[0], rail("sbp", "refuse") | {"repeat": "xx.act.again"}]
TENTH_OF_MAY = "2026-05-10T00:00:00+03:00"


def law(**more: object) -> Pack:
    """Give the invented act whose refused rail can be repeated."""
    signs = [sign(), sign(2, LISTED)]
    return act(**({"signs": signs, "rails": SBP, "policies": [policy(), AGAIN]} | more))


def judge(packs: list[Pack], *, listed: bool | None = False, at_ms: int = NOON_MS, **standing: Value) -> Judgement:
    """Judge a transfer over the refused rail, with what stands from before."""
    bank = tenant()
    loaded = Law(packs, event_schema(), tenant=bank, parameters={})
    regime = loaded.regime("transfer", NOON_MS)
    answers = {} if listed is None else {probe.name: listed for probe in regime.probes if probe.list == "xx.persons"}
    named = {name.replace("__", "."): value for name, value in standing.items()}
    known = structs.replace(facts(transfer(rail="sbp") | answers | named), decided_ms=at_ms)
    return decide(known, regime, bank, ruleset="r", facts_hash="")


def test_a_refusal_by_a_sign_may_be_repeated_at_once() -> None:
    """The first refusal says that it is open to a repeat; a rail of another class, or an allowed one, does not."""
    assert judge([law()]).repeat == RepeatTerms(policy="xx.act.again", state="open")
    assert judge([law(signs=[sign(2, LISTED)])]).repeat is None


@pytest.mark.parametrize("listed", [False, None])
def test_a_repeat_passes_whatever_signs_fire(*, listed: bool | None) -> None:
    """With a refusal standing, sign and challenge lose their force; they are still reported as fired."""
    judged = judge([law(), house(rule(proposes="challenge"))], listed=listed, standing__repeat__of="dec_1")
    assert (judged.outcome, judged.ground) == ("allow", None)
    assert judged.repeat == RepeatTerms(policy="xx.act.again", state="used", of="dec_1")
    assert judged.signs[0].state == "fired"


def test_a_repeat_to_a_listed_payee_is_refused_until_the_term_has_ended() -> None:
    """Two calendar days counting the first; from the third day a repeat passes although the payee is still listed."""
    judged = judge([law()], listed=True, standing__repeat__of="dec_1")
    assert judged.outcome == "refuse"
    assert judged.repeat == RepeatTerms(policy="xx.act.again", state="closed", of="dec_1", allowed_from=TENTH_OF_MAY)
    from_ms = read_rfc3339(TENTH_OF_MAY)
    standing: dict[str, Value] = {"standing__repeat__of": "dec_1", "standing__repeat__allowed_from": from_ms}
    assert judge([law()], listed=True, at_ms=from_ms - 1, **standing).outcome == "refuse"
    assert judge([law()], listed=True, at_ms=from_ms, **standing).outcome == "allow"


def test_a_further_refused_repeat_does_not_move_the_day() -> None:
    """A repeat on the second day is refused until the same midnight."""
    standing: dict[str, Value] = {
        "standing__repeat__of": "dec_1",
        "standing__repeat__allowed_from": read_rfc3339(TENTH_OF_MAY),
    }
    judged = judge([law()], listed=True, at_ms=NOON_MS + DAY_MS, **standing)
    assert judged.repeat is not None
    assert judged.repeat.allowed_from == TENTH_OF_MAY


def test_a_payee_that_left_the_list_takes_the_repeat_at_once() -> None:
    """The list is asked at the moment of the repeat, not remembered."""
    standing: dict[str, Value] = {
        "standing__repeat__of": "dec_1",
        "standing__repeat__allowed_from": read_rfc3339(TENTH_OF_MAY),
    }
    assert judge([law()], listed=False, at_ms=NOON_MS + DAY_MS, **standing).outcome == "allow"


def test_a_limit_stands_against_a_repeat() -> None:
    """What a limit refuses stays refused, and the repeat is not used up by it."""
    capped = law(duties=[duty("xx.act.cap", "cap_transfers", when=BIG, limit_amount="rub(1_000)")])
    judged = judge([capped], standing__repeat__of="dec_1")
    assert (judged.outcome, judged.ground, judged.repeat) == ("refuse", "xx.act.cap", None)


def test_another_jurisdiction_is_not_bound_by_this_ones_repeats() -> None:
    """A sign of another country's law refuses the repeat as it refused the first."""
    other = pack("yy/act", signs=[sign(act="yy.act")], rails=[rail("sbp", "refuse")])
    judged = judge([law(), other], standing__repeat__of="dec_1")
    assert (judged.outcome, judged.ground) == ("refuse", "yy.act.1")


def event(seq: int, **changes: Value) -> Event:
    """Give a transfer as an event."""
    values = transfer(rail="sbp", payee__phone="+79160000001") | {
        name.replace("__", "."): v for name, v in changes.items()
    }
    return Event(id=EventId(f"t-{seq}"), type="transfer", occurred_ms=NOON_MS, received_ms=NOON_MS, values=values)


def standing_after_refusal() -> Standing:
    """Give what stands after one refusal."""
    standing = Standing(keys=KeyMaker(secret=bytes(32)))
    standing.decided(event(1), 1, decision_id="dec_1", repeat=RepeatTerms(policy="p", state="open"))
    return standing


def read(standing: Standing, one: Event, seq: int = 9) -> dict[str, Value]:
    """Read what stands for an event."""
    return standing.read(one, "payer", seq=seq, repeatable=True)


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 500_001},
        {"payee__phone": "+79160000002"},
        {"payee__bic": "044525225"},
        {"rail": "card"},
        {"payer__customer_id": "c-2"},
    ],
)
def test_another_amount_payee_rail_or_payer_is_a_new_operation(change: dict[str, Value]) -> None:
    """A repeat has the same payer, the same requisites of the payee, the same amount and rail."""
    standing = standing_after_refusal()
    assert read(standing, event(2)) == {REPEAT_OF: "dec_1"}
    assert read(standing, event(2, **change)) == {}


def test_a_repeat_is_used_up_by_one_execution() -> None:
    """While it is on its way, and once it was executed, the next is a new operation; a failure opens it again."""
    standing = standing_after_refusal()
    standing.decided(event(2), 2, decision_id="dec_2", repeat=RepeatTerms(policy="p", state="used", of="dec_1"))
    assert read(standing, event(3), 3) == {}
    standing.resulted(event(2), 2, executed=False)
    assert read(standing, event(3), 3) == {REPEAT_OF: "dec_1"}
    standing.decided(event(3), 3, decision_id="dec_3", repeat=RepeatTerms(policy="p", state="used", of="dec_1"))
    standing.resulted(event(3), 3, executed=True)
    assert read(standing, event(4), 4) == {}


def test_what_stands_survives_a_snapshot() -> None:
    """Rows written and read back answer the same."""
    standing = standing_after_refusal()
    closed = RepeatTerms(policy="p", state="closed", of="dec_1", allowed_from=TENTH_OF_MAY)
    standing.decided(event(2), 2, decision_id="dec_2", repeat=closed)
    standing.limited(event(2), "payer", [{"kind": "cap_cash", "duty": "xx.cap", "until": TENTH_OF_MAY}])
    again = Standing(keys=KeyMaker(secret=bytes(32)))
    again.load(standing.rows())
    assert read(again, event(3)) == read(standing, event(3))
    assert read(again, event(3))[ALLOWED_FROM] == read_rfc3339(TENTH_OF_MAY)
    assert again.lasting("c-1", NOON_MS) == {"xx.cap": read_rfc3339(TENTH_OF_MAY)}
    assert again.lasting("c-1", read_rfc3339(TENTH_OF_MAY)) == {}
