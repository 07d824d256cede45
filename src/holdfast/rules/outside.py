"""What under one regime reads the answers of providers, and what is done where one is missing."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from holdfast.language import Plan, settled
from holdfast.rules.checks import DutyCheck, RuleCheck, SignCheck
from holdfast.rules.condition import Condition
from holdfast.scoring.scorer import Scorer
from holdfast.vocabulary.errors import PackError
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.facts import Facts
from holdfast.vocabulary.outside import OUTSIDE, OnMissing, provider_of
from holdfast.vocabulary.trilean import UNKNOWN

Check = SignCheck | RuleCheck | DutyCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideCheck:
    """One sign, rule, duty or model that reads names from outside; `check` is `None` for the model."""

    id: str
    reads: tuple[str, ...]
    policy: OnMissing
    check: Check | None = None
    condition: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideReads:
    """All that reads from outside, the `names` read, the providers to ask, and those whose last good answer will do."""

    checks: tuple[OutsideCheck, ...] = ()
    names: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    last_good: frozenset[str] = frozenset()

    def lacks(self, facts: Facts) -> bool:
        """Tell whether some name is missing from facts."""
        values = facts.values
        return any(name not in values for name in self.names) if self.names else False


def wanted(
    reads: OutsideReads, values: Mapping[str, Value], *, known: Collection[str], heard: Collection[str]
) -> frozenset[str]:
    """Name the providers whose answers can still matter to an event.

    `known` are the names whose values stand already, `heard` the providers that were asked. What a condition reads
    otherwise, the past, lists and all that is derived, counts as open.
    """

    def is_final(name: str) -> bool:
        return provider_of(name) in heard if name.startswith(OUTSIDE) else name in known

    return frozenset(
        provider
        for one in reads.checks
        if one.condition is None or settled(one.condition.expression, values, is_final) is UNKNOWN
        for provider in map(provider_of, one.reads)
    )


def names_outside(plan: Plan) -> tuple[str, ...]:
    """Give the names from outside that a plan reads."""
    return tuple(name for name in plan.fields if name.startswith(OUTSIDE))


def outside_reads(checks: Sequence[Check], scorer: Scorer | None, conditions: Iterable[Condition]) -> OutsideReads:
    """Collect what reads from outside; `conditions` are all of the regime.

    Raises PackError where a rule does not say what happens without the answer, where an answer decides whom a pack
    binds or what a limit is, and where rules disagree whether a last good answer will do.
    """
    found = [*_of_checks(checks), *_of_model(scorer)]
    known = {one.condition.place for one in found if one.condition is not None}
    for one in conditions:
        if names_outside(one.plan) and one.place not in known:
            raise PackError(
                f"`{one.expression.text[:80]}` reads from outside", hint="only the `when` of a sign, rule or duty may"
            )
    names = tuple(dict.fromkeys(name for one in found for name in one.reads))
    providers = dict.fromkeys(map(provider_of, names))
    last_good = frozenset(name for name in providers if _takes_last_good(name, found))
    return OutsideReads(checks=tuple(found), names=names, providers=tuple(providers), last_good=last_good)


def _of_checks(checks: Sequence[Check]) -> Iterator[OutsideCheck]:
    for check in checks:
        reads = names_outside(check.condition.plan) if check.condition is not None else ()
        if reads:
            policy = _policy(check)
            yield OutsideCheck(id=_id(check), reads=reads, policy=policy, check=check, condition=check.condition)


def _of_model(scorer: Scorer | None) -> Iterator[OutsideCheck]:
    """A model whose feature is missing has its own way with that; it is named all the same."""
    plans = scorer.inputs.plans if scorer is not None else ()
    reads = tuple(dict.fromkeys(name for plan in plans for name in names_outside(plan)))
    if scorer is not None and reads:
        yield OutsideCheck(id=scorer.model.id, reads=reads, policy=OnMissing.NONE)


def _id(check: Check) -> str:
    match check:
        case SignCheck():
            return check.sign.id
        case RuleCheck():
            return check.rule.id
        case DutyCheck():
            return check.duty.id


def _policy(check: Check) -> OnMissing:
    """Give what a rule declares; without an input a regulator's sign and a duty of law propose nothing."""
    if not isinstance(check, RuleCheck):
        return OnMissing.NONE
    if check.rule.on_missing is None:
        raise PackError(
            f"the rule `{check.rule.id}` reads from outside and does not say what is done without it",
            hint=f"add `on_missing`, one of {', '.join(f'`{word}`' for word in OnMissing)}",
        )
    return check.rule.on_missing


def _takes_last_good(provider: str, found: Sequence[OutsideCheck]) -> bool:
    """Tell whether the last good answer of a provider may stand for a missing one, on which its readers must agree."""
    readers = [one for one in found if provider in map(provider_of, one.reads)]
    willing = [one for one in readers if one.policy is OnMissing.LAST_GOOD]
    if willing and len(willing) < len(readers):
        other = next(one for one in readers if one.policy is not OnMissing.LAST_GOOD)
        raise PackError(
            f"`{willing[0].id}` takes a last good answer of `{provider}` and `{other.id}` does not",
            hint="let all that read it say `last_good`, or declare the provider a second time under another id",
        )
    return bool(willing)
