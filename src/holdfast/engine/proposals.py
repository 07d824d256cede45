"""From fired signs, true rules and exceeded limits to proposals, each with the ground it stands on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from holdfast.engine.gaps import Gap
from holdfast.engine.tenant import Tenant
from holdfast.features.standing import LASTS
from holdfast.rules.checks import DutyCheck, RuleCheck, SignCheck, in_force
from holdfast.rules.regime import Regime
from holdfast.rules.voice import strongest, weakest
from holdfast.vocabulary.event import SITE_EVENTS
from holdfast.vocabulary.facts import Facts
from holdfast.vocabulary.outcome import OUTCOME_BY_WORD, MeasureKind, Mode, Outcome
from holdfast.vocabulary.outside import OnMissing
from holdfast.vocabulary.packs import Pack, RailClass
from holdfast.vocabulary.trilean import Trilean

BY_RAIL = "by_rail"
MEASURES_ONLY = "measures"
UNJUDGED = ":on_missing"
Grounded = tuple[Outcome, str | None, str | None, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What one sign, rule or limit proposes: an outcome, its ground, the hold's policy, and measures by name.

    `under` is the jurisdiction whose law on rails turned a sign into the outcome; a limit has none, nor has a sign
    with terms of its own, so that what the law attaches to a rail does not come with it. `repeatable` says that the
    law on repeats takes this proposal's force.
    """

    source: str
    outcome: Outcome
    ground: str | None
    mode: Mode
    pack: Pack
    policy: str | None = None
    measures: tuple[str, ...] = ()
    under: str | None = None
    repeatable: bool = True


def _quiet(places: Sequence[int], answers: Sequence[Trilean]) -> bool:
    return any(answers[place] is True for place in places)


class Proposer:
    """Makes the proposals for one event under one regime, of whose rules `rules` are true."""

    def __init__(
        self, regime: Regime, tenant: Tenant, *, facts: Facts, answers: Sequence[Trilean], rules: Sequence[RuleCheck]
    ) -> None:
        self._regime = regime
        self._rules = rules
        self._tenant = tenant
        self._facts = facts
        self._answers = answers

    def all(self, gaps: Sequence[Gap] = ()) -> list[Proposal]:
        """Give all proposals: of signs, then of rules and of what is done where one lacks an input, then of duties."""
        made = [*self._of_signs(), *self._of_rules(), *self._of_gaps(gaps)]
        return [*made, *self._of_duties(made)]

    def _of_signs(self) -> Iterator[Proposal]:
        for check in self._regime.signs:
            fired = self._answers[check.condition.place] is True and in_force(check, self._answers)
            if fired and not _quiet(check.quiet, self._answers):
                yield self._for_sign(check)

    def _for_sign(self, check: SignCheck) -> Proposal:
        sign, pack = check.sign, check.pack
        outcome, policy = self._by_law(sign.proposes, pack.jurisdiction)
        if outcome is Outcome.HOLD and sign.policy in self._regime.policies:
            policy = sign.policy
        mode = self._mode(check)
        return Proposal(
            source=sign.id,
            outcome=self._capped(outcome, pack),
            ground=sign.id,
            mode=mode,
            pack=pack,
            policy=policy,
            measures=sign.measures,
            under=None if sign.policy else pack.jurisdiction,
            repeatable=sign.policy is None,
        )

    def _mode(self, check: SignCheck | RuleCheck) -> Mode:
        """Give how far a sign or rule acts: as far as it may, and as far as the rail lets it."""
        return weakest([check.mode, self._tenant.voice.mode((self._rail(), Mode.ENFORCE))])

    def _by_law(self, proposes: str, jurisdiction: str) -> tuple[Outcome, str | None]:
        """Turn a sign's word into an outcome: by the class of the rail, or the word itself."""
        if proposes == MEASURES_ONLY:
            return Outcome.ALLOW, None
        if proposes != BY_RAIL:
            return self._with_terms(OUTCOME_BY_WORD[proposes], jurisdiction)
        rail = self.rail_class(jurisdiction)
        if rail is None:
            return Outcome.CHALLENGE, None
        return self._with_terms(Outcome.HOLD if rail.action == "suspend" else Outcome.REFUSE, jurisdiction)

    def _with_terms(self, outcome: Outcome, jurisdiction: str) -> tuple[Outcome, str | None]:
        """Give a hold the policy that says when it ends; where none is in force, its ceiling is a challenge."""
        if outcome is not Outcome.HOLD:
            return outcome, None
        rail = self.rail_class(jurisdiction)
        known = rail is not None and rail.policy in self._regime.policies
        return (Outcome.HOLD, rail.policy) if rail is not None and known else (Outcome.CHALLENGE, None)

    def rail_class(self, jurisdiction: str) -> RailClass | None:
        """Give the class that the law of a jurisdiction puts this event's rail in."""
        return self._regime.rails.get((jurisdiction, self._rail()))

    def _rail(self) -> str:
        """Give the rail; an event without one stands for its own type."""
        return str(self._facts.values.get("rail", self._facts.type))

    def _capped(self, outcome: Outcome, pack: Pack) -> Outcome:
        """Keep what is only a proposal of law below a hold, unless the operator lets it act."""
        if pack.status == "proposal" and pack.id not in self._tenant.trusted_proposals:
            return min(outcome, Outcome.CHALLENGE)
        return outcome

    def _of_rules(self) -> Iterator[Proposal]:
        for check in self._rules:
            if not _quiet(check.quiet, self._answers):
                yield self._for_rule(check)

    def _for_rule(self, check: RuleCheck) -> Proposal:
        rule, pack = check.rule, check.pack
        asked = OUTCOME_BY_WORD[rule.proposes]
        ground, policy, under = None, None, None
        if asked >= Outcome.HOLD:
            asked, ground, policy, under = self._grounded(check, asked)
        mode = self._mode(check)
        return Proposal(
            source=rule.id,
            outcome=self._capped(asked, pack),
            ground=ground,
            mode=mode,
            pack=pack,
            policy=policy,
            measures=rule.measures,
            under=under,
        )

    def _of_gaps(self, gaps: Sequence[Gap]) -> Iterator[Proposal]:
        """Propose what a rule declares for the case that it cannot be judged: a check, or that a person looks."""
        for gap in gaps:
            check = gap.check.check
            if gap.acts and isinstance(check, RuleCheck):
                asks = gap.check.policy is OnMissing.REVIEW
                mode = self._mode(check)
                yield Proposal(
                    source=f"{check.rule.id}{UNJUDGED}",
                    outcome=Outcome.ALLOW if asks else self._capped(Outcome.CHALLENGE, check.pack),
                    ground=None,
                    mode=Mode.ENFORCE if asks and mode is Mode.ADVISE else mode,
                    pack=check.pack,
                    measures=(MeasureKind.OPEN_CASE.value,) if asks else (),
                )

    def _grounded(self, check: RuleCheck, asked: Outcome) -> Grounded:
        """Find the sign that a rule realises and that is in force; without one its ceiling is a challenge.

        So it is where no law speaks, for a rule that reads the score: a score alone never holds and never refuses.
        """
        for sign_check in self._regime.signs:
            if sign_check.sign.id in check.rule.realises and in_force(sign_check, self._answers):
                outcome, policy = self._by_law(BY_RAIL, sign_check.pack.jurisdiction)
                capped = self._capped(outcome, sign_check.pack)
                return capped, sign_check.sign.id, policy, sign_check.pack.jurisdiction
        if self._under_law() or check.scored:
            return Outcome.CHALLENGE, None, None, None
        outcome, policy = self._with_terms(asked, check.pack.jurisdiction)
        return outcome, None, policy, None

    def _under_law(self) -> bool:
        """Tell whether any law speaks about this event's type; of the site's own events its terms speak."""
        if self._facts.type in SITE_EVENTS:
            return False
        return any(in_force(check, self._answers) for check in self._regime.signs)

    def _of_duties(self, made: Sequence[Proposal]) -> Iterator[Proposal]:
        """Propose to refuse what is beyond a limit, and to hold what a duty makes wait."""
        for check in self._regime.duties:
            bound = self._bound(check, made) if in_force(check, self._answers) else None
            if bound is None:
                continue
            if check.limit is not None and self._answers[check.limit.place] is True:
                yield self._for_duty(check, Outcome.REFUSE, bound)
            if check.duty.policy in self._regime.policies:
                yield self._for_duty(check, Outcome.HOLD, bound)

    def _for_duty(self, check: DutyCheck, outcome: Outcome, bound: Mode) -> Proposal:
        duty, pack = check.duty, check.pack
        own = self._tenant.voice.mode((pack.id, pack.mode), (duty.id, Mode.ENFORCE), (self._rail(), Mode.ENFORCE))
        holds = outcome is Outcome.HOLD
        return Proposal(
            source=duty.id,
            outcome=self._capped(outcome, pack),
            ground=duty.id,
            mode=weakest([own, bound]),
            pack=pack,
            policy=duty.policy if holds else None,
            measures=(duty.id,),
            under=pack.jurisdiction if holds else None,
            repeatable=False,
        )

    def _bound(self, check: DutyCheck, made: Sequence[Proposal]) -> Mode | None:
        """Give how far a duty binds: fully by its own condition or while it lasts, else as far as what names it."""
        if check.condition is not None and self._answers[check.condition.place] is True:
            return Mode.ENFORCE
        if f"{LASTS}{check.duty.id}" in self._facts.values:
            return Mode.ENFORCE
        return strongest(proposal.mode for proposal in made if check.duty.id in proposal.measures)
