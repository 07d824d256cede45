"""A regime: all law and all rules in force at one instant, compiled for one event type."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from holdfast.language import Expression, Program, Scope, compile_program
from holdfast.lists.questions import Questions
from holdfast.rules.checks import DutyCheck, RepeatLaw, RuleCheck, SignCheck
from holdfast.rules.condition import Condition, condition
from holdfast.rules.outside import OutsideReads, outside_reads
from holdfast.rules.usual import Usual
from holdfast.rules.voice import Voice, cite
from holdfast.scoring.names import with_score
from holdfast.scoring.scorer import Scorer
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.judgement import SignResult, Versions
from holdfast.vocabulary.lists import ListMatch
from holdfast.vocabulary.models import SCORE
from holdfast.vocabulary.packs import BusinessCalendar, Duty, HoldPolicy, Pack, RailClass, Rule, Sign
from holdfast.vocabulary.trilean import Trilean
from holdfast.vocabulary.windows import ListProbe, WindowSpec, completeness_name

_APART = -1
Conditions = dict[tuple[int, str, tuple[str, ...], bool], tuple[Scope, Condition]]
"""Compiled conditions by their scope's identity, text, shown names and whether they read the score, with the scope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """Everything that can speak about one event type at one instant.

    `usual` is the first look at every event, `program` evaluates all conditions of one that needs it.
    `repeats` is by rail, `questions` are the `probes` as they are put to the lists, `sources` are those that must be
    complete, each with the name of that fact. `scorer` is the model for this event type, if there is one;
    `scored` are the ids of the rules that want to know its answer. `outside` is what reads the answers of providers.
    `made` are the versions that judgements named, by the identity of the answers of lists, which are kept beside so
    that it stays theirs.
    """

    event_type: str
    packs: Mapping[str, str]
    signs: tuple[SignCheck, ...]
    rules: tuple[RuleCheck, ...]
    duties: tuple[DutyCheck, ...]
    rails: Mapping[tuple[str, str], RailClass]
    policies: Mapping[str, HoldPolicy]
    calendars: Mapping[str, BusinessCalendar]
    program: Callable[[Mapping[str, Value]], tuple[Trilean, ...]]
    windows: tuple[WindowSpec, ...]
    probes: tuple[ListProbe, ...]
    questions: Questions
    sources: tuple[tuple[str, str], ...]
    repeats: Mapping[str, RepeatLaw]
    usual: Usual
    scorer: Scorer | None = None
    scored: frozenset[str] = frozenset()
    outside: OutsideReads = field(default_factory=OutsideReads)
    made: dict[tuple[int, str, str], tuple[Mapping[str, ListMatch], Versions]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )


class _Compiler:
    """Collects the conditions of one regime, each text once."""

    def __init__(
        self, packs: Sequence[Pack], scopes: Callable[[Pack], Scope], voice: Voice, *, known: Conditions
    ) -> None:
        self._packs = packs
        self._known = known
        self._voice = voice
        self._scopes = scopes
        self._places: dict[tuple[str, str], Condition] = {}
        self.conditions: list[Condition] = []

    def add(self, text: str, pack: Pack, shown: tuple[str, ...] = (), *, scored: bool = False) -> Condition:
        """Compile a text under a pack's scope; a `scored` one may read the score too."""
        scope, place = self._scopes(pack), len(self.conditions)
        key = (id(scope), text, shown, scored)
        kept = self._known.get(key)
        if kept is None:
            compiled = condition(text, with_score(scope) if scored else scope, place=place, shown=shown)
            kept = self._known[key] = (scope, compiled)
        found = replace(kept[1], place=place)
        self.conditions.append(found)
        return found

    def applies(self, pack: Pack, event_type: str) -> int | None:
        """Give the place of a pack's own condition for an event type."""
        text = pack.applies.get(event_type)
        return None if text is None else self.once(text, pack).place

    def quiet(self, lists: Sequence[str], pack: Pack, event_type: str) -> tuple[int, ...]:
        """Give the places of the questions whether the payee is on one of the allow lists."""
        if "payee" not in self._scopes(pack).schema.fields[event_type]:
            return ()
        return tuple(self.once(f'matches(payee, "{name}")', pack).place for name in lists)

    def once(self, text: str, pack: Pack) -> Condition:
        """Compile a text that several checks share, only once for each pack."""
        key = (pack.id, text)
        if key not in self._places:
            self._places[key] = self.add(text, pack)
        return self._places[key]

    def signs(self, event_type: str) -> tuple[SignCheck, ...]:
        """Compile the signs in force for an event type."""
        return tuple(
            self.sign(sign, pack, event_type) for pack in self._packs for sign in pack.signs if event_type in sign.on
        )

    def sign(self, sign: Sign, pack: Pack, event_type: str) -> SignCheck:
        """Compile one sign."""
        mode = self._voice.mode((pack.id, pack.mode), (sign.id, sign.mode))
        return SignCheck(
            sign=sign,
            pack=pack,
            condition=self.add(sign.when, pack, sign.evidence),
            applies=self.applies(pack, event_type),
            quiet=self.quiet(sign.quiet_by, pack, event_type),
            mode=mode,
            clear=SignResult(
                id=sign.id,
                state="clear",
                title=self._voice.title(sign.title),
                cite=cite(sign.cite),
                mode=mode.value,
            ),
        )

    def rules(self, event_type: str) -> tuple[RuleCheck, ...]:
        """Compile the rules for an event type."""
        return tuple(
            self.rule(rule, pack, event_type) for pack in self._packs for rule in pack.rules if event_type in rule.on
        )

    def rule(self, rule: Rule, pack: Pack, event_type: str) -> RuleCheck:
        """Compile one rule."""
        compiled = self.add(rule.when, pack, rule.evidence, scored=True)
        return RuleCheck(
            rule=rule,
            pack=pack,
            condition=compiled,
            quiet=self.quiet(rule.quiet_by, pack, event_type),
            mode=self._voice.mode((pack.id, pack.mode), (rule.id, rule.mode)),
            title=self._voice.title(rule.title),
            scored=SCORE in compiled.plan.fields,
        )

    def repeats(self, event_type: str) -> dict[str, RepeatLaw]:
        """Compile by rail how refused operations may be repeated; the first pack that says so speaks for a rail."""
        found: dict[str, RepeatLaw] = {}
        fields = self._scopes(self._packs[0]).schema.fields[event_type] if self._packs else {}
        for pack in self._packs:
            policies = {policy.id: policy for policy in pack.policies}
            for rail in pack.rails:
                if rail.repeat is None or not _speaks_of(rail.rail, event_type, fields):
                    continue
                policy = policies[rail.repeat]
                asked = [self.once(f'matches(payee, "{name}")', pack).place for name in policy.again_lists]
                law = RepeatLaw(jurisdiction=pack.jurisdiction, policy=policy, listed=tuple(asked))
                found.setdefault(rail.rail, law)
        return found

    def limit(self, duty: Duty, pack: Pack) -> Condition | None:
        """Compile when an amount is beyond a duty's limit.

        The sum of an incomplete past is bounded from below, and the limit less the amount is not: in this form a sum
        that is too great already decides, whatever else there was.
        """
        if duty.limit_amount is None:
            return None
        if duty.used_amount is None:
            return self.add(f"amount > ({duty.limit_amount})", pack)
        return self.add(f"({duty.used_amount}) > ({duty.limit_amount}) - amount", pack)

    def amount(self, text: str | None, pack: Pack) -> Condition | None:
        """Compile an amount that is no part of the program."""
        return None if text is None else condition(text, self._scopes(pack), place=_APART, shown=())

    def duties(self, event_type: str) -> tuple[DutyCheck, ...]:
        """Compile the duties in force for an event type."""
        return tuple(
            DutyCheck(
                duty=duty,
                pack=pack,
                condition=self.add(duty.when, pack) if duty.when else None,
                limit=self.limit(duty, pack),
                applies=self.applies(pack, event_type),
                cap=self.amount(duty.limit_amount, pack),
                used=self.amount(duty.used_amount, pack),
            )
            for pack in self._packs
            for duty in pack.duties
            if event_type in duty.on
        )


class _Whole:
    """The program of all conditions, which only the unusual event needs: it is compiled at the first."""

    def __init__(self, expressions: Sequence[Expression]) -> None:
        self._expressions = expressions

    @cached_property
    def _program(self) -> Program:
        return compile_program(self._expressions)

    def __call__(self, values: Mapping[str, Value]) -> tuple[Trilean, ...]:
        """Give the values of all conditions by their places."""
        return self._program(values)


def _speaks_of(rail: str, event_type: str, fields: Mapping[str, object]) -> bool:
    """Tell whether a rail's class can concern an event type, and its payee can be asked for."""
    return "payee" in fields and ("rail" in fields or rail == event_type)


def compile_regime(
    packs: Sequence[Pack],
    scopes: Callable[[Pack], Scope],
    event_type: str,
    *,
    voice: Voice,
    scorer: Scorer | None = None,
    known: Conditions | None = None,
) -> Regime:
    """Compile what the packs, cut down to one instant, and a model say about one event type.

    `scopes` gives the names and parameters that each pack's expressions may use. `known` are conditions that were
    compiled for other instants: most of a law stays as it is from one day to the next.
    """
    compiler = _Compiler(packs, scopes, voice, known={} if known is None else known)
    signs, rules, duties = compiler.signs(event_type), compiler.rules(event_type), compiler.duties(event_type)
    repeats = compiler.repeats(event_type)
    plans = [*(one.plan for one in compiler.conditions), *(scorer.inputs.plans if scorer else ())]
    expressions = [one.expression for one in compiler.conditions]
    probes = dict.fromkeys(probe for one in plans for probe in one.probes)
    return Regime(
        event_type=event_type,
        packs={pack.id: pack.version for pack in packs},
        signs=signs,
        rules=rules,
        duties=duties,
        rails={(pack.jurisdiction, rail.rail): rail for pack in packs for rail in pack.rails},
        policies={policy.id: policy for pack in packs for policy in pack.policies},
        calendars={pack.jurisdiction: pack.calendar for pack in packs if pack.calendar},
        program=_Whole(expressions),
        windows=tuple(dict.fromkeys(window for one in plans for window in one.windows)),
        probes=tuple(probes),
        questions=Questions(tuple(probes)),
        sources=tuple(dict.fromkeys((source, completeness_name(source)) for one in plans for source in one.sources)),
        repeats=repeats,
        usual=Usual(signs, rules, duties, conditions=compiler.conditions),
        scorer=scorer,
        scored=frozenset(check.rule.id for check in rules if check.scored),
        outside=outside_reads((*signs, *rules, *duties), scorer, compiler.conditions),
    )
