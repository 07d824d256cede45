"""What must hold of every judgement, over generated facts and the shipped law."""

from dataclasses import replace
from functools import cache
from random import Random
from typing import TYPE_CHECKING, cast

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from holdfast.app import load_packs
from holdfast.engine.decide import decide
from holdfast.features.standing import LASTS
from holdfast.language import evaluate
from holdfast.operations.law import Law
from holdfast.rules.regime import Regime
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.facts import Facts
from holdfast.vocabulary.judgement import Judgement, SignResult
from holdfast.vocabulary.lists import ListMatch
from holdfast.vocabulary.outcome import OUTCOME_BY_WORD, Outcome
from holdfast.vocabulary.schema import Field, FieldType
from holdfast.vocabulary.windows import Statistic, WindowSpec
from holdfast.wire.fields import event_schema
from holdfast.wire.replies import judgement_bytes, seal_facts
from tests.unit.engine.packs import NOON_MS, tenant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from holdfast.rules.checks import SignCheck
    from holdfast.rules.usual import Seen, State, Usual
    from holdfast.vocabulary.trilean import Trilean

DAY_MS = 86_400_000
TYPES = ("transfer", "cash_withdrawal", "cash_deposit", "loan_payout")
ALLOW = ("bank.allow", "marketplace.links.allow")
BANK = tenant()
SHOWN = {
    *("trusted_confirmed", "product", "channel", "secured", "co_borrower", "paid_to_seller", "debt_grows"),
    *("contract_at", "consent_at"),
}
"""What lifts a duty that the law has laid on the operation already: it counts only where it was reported."""
SHOWN_OF = {"loan_payout": {"client.kind"}}
"""The same of one event type: a borrower is a person until the lender shows that it is a firm."""
USUAL = tuple(f"usual.{name}" for name in ("deviation", "time", "place", "device", "amount", "frequency", "payee"))


@cache
def regime(event_type: str) -> Regime:
    """Compile the shipped law of both countries for one event type."""
    packs = [pack for _, pack in load_packs(("ru", "kz", "kz/marketplace-proposals")).values()]
    return Law(packs, event_schema(), tenant=BANK, parameters={"ru.od-2506:apdu_limit_ms": 900}).regime(
        event_type, NOON_MS
    )


def judged(facts: Facts) -> Judgement:
    """Judge facts under the shipped law."""
    return decide(facts, regime(facts.type), BANK, ruleset="r", facts_hash=seal_facts(facts)[1])


def strength(facts: Facts) -> Outcome:
    """Give how strict the outcome is."""
    return OUTCOME_BY_WORD[judged(facts).outcome]


def _of_field(field: Field) -> st.SearchStrategy[Value]:
    """Give values for a field, near what rules compare with."""
    kinds: Mapping[FieldType, st.SearchStrategy[Value]] = {
        FieldType.BOOL: st.booleans(),
        FieldType.INTEGER: st.sampled_from([0, 1, 3, 6, 100]),
        FieldType.NUMBER: st.floats(-90, 90),
        FieldType.MONEY: st.sampled_from([1, 100_000, 5_000_001, 10_000_001, 25_000_000]),
        FieldType.INSTANT: st.sampled_from([NOON_MS, NOON_MS - 3_600_000, NOON_MS - 40 * DAY_MS]),
    }
    texts = ("RUB", "KZT") if field.path == "currency" else field.words or ("RU", "KZ", "word")
    return kinds.get(field.type, st.sampled_from(texts))


def _of_window(window: WindowSpec) -> st.SearchStrategy[Value]:
    """Give values for a statistic of the past."""
    if window.statistic in (Statistic.FIRST, Statistic.LAST):
        return st.sampled_from([NOON_MS - 3_600_000, NOON_MS - 300 * DAY_MS])
    if window.statistic in (Statistic.MEAN, Statistic.STD):
        return st.floats(1, 1e8)
    return st.sampled_from([0, 1, 2, 12, 60, 10_000_001])


@cache
def _strategies(event_type: str) -> tuple[dict[str, st.SearchStrategy[Value]], ...]:
    """Give strategies for the fields, lists and sources of an event type, and for its windows."""
    law, fields = regime(event_type), event_schema().fields[event_type]
    plain = {path: _of_field(field) for path, field in fields.items() if field.type is not FieldType.PARTY}
    plain |= {probe.name: st.booleans() for probe in law.probes}
    plain |= {name: st.just(NOON_MS - 400 * DAY_MS) for _, name in law.sources}
    plain |= dict.fromkeys(USUAL, st.floats(0, 20))
    return plain, {window.name: _of_window(window) for window in law.windows}


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Give facts of an operation: about half of everything is known."""
    event_type = draw(st.sampled_from(TYPES))
    plain, windows = _strategies(event_type)
    every = plain | windows
    names = sorted(every)
    chance = draw(st.randoms(use_true_random=False))
    values = {name: draw(every[name]) for name in names if chance.random() < 0.5}
    fixed: dict[str, Value] = {"occurred_at": NOON_MS}
    if "rail" in plain:
        fixed["rail"] = draw(plain["rail"])
    for party in ("payer.customer_id", "client.customer_id"):
        if party in plain:
            fixed[party] = "c-1"
    matches = {
        probe.name: ListMatch(state=bool(values[probe.name]), list=probe.list, version="v", kind="inn")
        for probe in regime(event_type).probes
        if probe.name in values
    }
    return Facts(type=event_type, occurred_ms=NOON_MS, decided_ms=NOON_MS, values=values | fixed, matches=matches)


def _inputs(one: Facts) -> list[str]:
    """Give the facts that can be taken away: what was told, not what was counted, no exemption and no allow list."""
    kept = {"rail", "occurred_at", "payer.customer_id", "client.customer_id"} | SHOWN | SHOWN_OF.get(one.type, set())
    return sorted(
        name
        for name in one.values
        if name in _strategies(one.type)[0] and name not in kept and not any(allow in name for allow in ALLOW)
    )


@given(one=facts(), data=st.data())
@settings(max_examples=150, deadline=None)
def test_knowing_less_is_never_stricter(one: Facts, data: st.DataObject) -> None:
    """Taking any told facts away, in any number, never makes the outcome stricter: unknown is never a ground."""
    names = _inputs(one)
    if not names:
        return
    gone = set(data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True)))
    fewer = structs.replace(one, values={name: value for name, value in one.values.items() if name not in gone})
    assert strength(fewer) <= strength(one), sorted(gone)


@given(one=facts(), data=st.data())
@settings(max_examples=150, deadline=None)
def test_more_hits_are_never_weaker(one: Facts, data: st.DataObject) -> None:
    """A further hit on any list but an allow list never makes the outcome weaker."""
    probes = [probe for probe in regime(one.type).probes if probe.list not in ALLOW]
    if not probes:
        return
    hits = data.draw(st.lists(st.sampled_from(probes), min_size=1, unique=True))
    more = structs.replace(one, values={**one.values, **{probe.name: True for probe in hits}})
    assert strength(more) >= strength(one), hits


@given(one=facts())
@settings(max_examples=80, deadline=None)
def test_no_outcome_comes_from_what_is_not_fired(one: Facts) -> None:
    """Whatever is stricter than allow stands on a fired sign, a true rule or a limit; the ground is one of them."""
    judgement = judged(one)
    fired = {sign.id for sign in judgement.signs if sign.state == "fired"}
    rules = {rule.id for rule in judgement.rules}
    limits = {str(measure.get("duty")) for measure in judgement.measures}
    if judgement.outcome != "allow":
        assert fired | rules | limits
    if judgement.outcome in ("hold", "refuse") and judgement.ground is not None:
        realised = {rule.ground for rule in judgement.rules}
        assert judgement.ground in fired | realised | limits
    assert (judgement.hold is not None) is (judgement.outcome == "hold")
    for sign in judgement.signs:
        assert (sign.state == "unknown") is bool(sign.missing)
        assert not (sign.evidence and sign.state != "fired")


@given(one=facts(), order=st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_equal_facts_give_equal_bytes_in_any_order(one: Facts, order: Random) -> None:
    """The judgement's bytes follow from the facts alone: not from their order, nor from what was judged between."""
    first = judgement_bytes(judged(one))
    names, probes = list(one.values), list(one.matches)
    order.shuffle(names)
    order.shuffle(probes)
    again = structs.replace(
        one,
        values={name: one.values[name] for name in names},
        matches={name: one.matches[name] for name in probes},
    )
    judged(structs.replace(one, values={}))
    assert judgement_bytes(judged(again)) == first


@given(one=facts())
@settings(max_examples=80, deadline=None)
def test_no_personal_value_stands_in_a_judgement(one: Facts) -> None:
    """A canary in every personal field is nowhere in the judgement's bytes."""
    fields = event_schema().fields[one.type]
    canaries = {path: f"CANARY-{path}" for path, field in fields.items() if field.personal}
    assert canaries
    assert b"CANARY" not in judgement_bytes(judged(structs.replace(one, values={**one.values, **canaries})))


class _Unusual:
    """Stands in for the usual case of a regime: it recognises nothing, and has all answered and reported anew."""

    def __init__(self, law: Regime) -> None:
        self._usual = law.usual
        self._program = law.program
        acting = [*(one.condition for one in law.rules), *(one.condition for one in law.duties)]
        self._places = [condition.place for condition in acting if condition is not None]

    def look(self, facts: Facts) -> "Seen":
        """Say that something may act, and number what does."""
        answers = self._program(facts.values)
        acts = tuple(number for number, place in enumerate(self._places) if answers[place] is True)
        return self._usual.look(facts)._replace(quiet=False, signs=None, acts=acts)

    def answers(self, facts: Facts, _seen: "Seen") -> "Sequence[Trilean]":
        """Answer all conditions in three values."""
        return self._program(facts.values)

    def reported(self, facts: Facts, state: "State") -> list[tuple["SignCheck", SignResult]]:
        """Report with what the oracle names as missing."""
        return [(check, _anew(check, result, facts)) for check, result in self._usual.reported(facts, state)]


def _anew(check: "SignCheck", result: SignResult, facts: Facts) -> SignResult:
    """Evaluate a sign by the oracle, and name what is missing without what is remembered."""
    state = evaluate(check.condition.expression, facts.values)
    assert result.state == {True: "fired", False: "clear", None: "unknown"}[cast("bool | None", state)]
    return replace(result, missing=check.condition.lacks(facts.values)) if state is None else result


def _without(one: Facts, gone: str) -> Facts:
    """Take one fact away."""
    return structs.replace(one, values={name: value for name, value in one.values.items() if name != gone})


def _quieter(one: Facts) -> Facts:
    """Take away what makes most signs fire, so that the usual case comes often."""
    return structs.replace(one, values={name: value for name, value in one.values.items() if value is not True})


@given(one=facts(), standing=st.booleans())
@settings(max_examples=60, deadline=None)
def test_the_usual_case_is_judged_as_if_it_were_not_recognised(one: Facts, standing: bool) -> None:
    """Recognising that nothing acts, and remembering reports, never changes a byte of a judgement."""
    law = regime(one.type)
    lasting = {f"{LASTS}{check.duty.id}": NOON_MS + DAY_MS for check in law.duties[:1]} if standing else {}
    quieter = _quieter(one)
    fewer = [_without(quieter, name) for name in sorted(quieter.values)[::5]]
    for given_facts in (one, quieter, *fewer):
        asked = structs.replace(given_facts, values={**given_facts.values, **lasting})
        unusual = replace(law, usual=cast("Usual", _Unusual(law)))
        fresh = decide(asked, unusual, BANK, ruleset="r", facts_hash=seal_facts(asked)[1])
        assert judgement_bytes(judged(asked)) == judgement_bytes(fresh)
