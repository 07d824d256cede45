"""Which law was in force when: one view of the packs for each span of time between two changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from holdfast.vocabulary.packs import (
    Dated,
    Duty,
    Feed,
    HoldPolicy,
    Notice,
    Pack,
    Parameter,
    RailClass,
    Refund,
    Rule,
    Sign,
    SignId,
)

_DATED_SECTIONS: Final = ("signs", "rails", "policies", "duties", "parameters", "notices", "refunds", "feeds")


@dataclass(frozen=True, slots=True, kw_only=True)
class PacksInForce:
    """What was in force at one instant: each pack cut down to it, packs that had nothing in force left out.

    The view is the same for every instant of `[from_ms, to_ms)`; `None` is open on that side. The sections are
    in the packs' order. Rules and calendars bear no such dates, so a pack with either is always here.
    """

    packs: tuple[Pack, ...]
    from_ms: int | None
    to_ms: int | None

    @property
    def signs(self) -> Mapping[SignId, Sign]:
        """Give the signs by id."""
        return {sign.id: sign for pack in self.packs for sign in pack.signs}

    @property
    def rails(self) -> Mapping[tuple[str, str], RailClass]:
        """Give the rail classes by (pack id, rail)."""
        return {(pack.id, rail.rail): rail for pack in self.packs for rail in pack.rails}

    @property
    def policies(self) -> Mapping[str, HoldPolicy]:
        """Give the hold policies by id."""
        return {policy.id: policy for pack in self.packs for policy in pack.policies}

    @property
    def duties(self) -> Mapping[str, Duty]:
        """Give the duties by id."""
        return {duty.id: duty for pack in self.packs for duty in pack.duties}

    @property
    def parameters(self) -> Mapping[tuple[str, str], Parameter]:
        """Give the parameters by (pack id, name)."""
        return {(pack.id, value.name): value for pack in self.packs for value in pack.parameters}

    @property
    def rules(self) -> Mapping[str, Rule]:
        """Give the rules by id."""
        return {rule.id: rule for pack in self.packs for rule in pack.rules}

    @property
    def notices(self) -> Mapping[tuple[str, str], Notice]:
        """Give the notices by (id, case)."""
        return {(notice.id, notice.case): notice for pack in self.packs for notice in pack.notices}

    @property
    def refunds(self) -> Mapping[str, Refund]:
        """Give the grounds of a refund by id."""
        return {refund.id: refund for pack in self.packs for refund in pack.refunds}

    @property
    def feeds(self) -> Mapping[tuple[str, str], Feed]:
        """Give the deadlines of feeds by (pack id, list)."""
        return {(pack.id, feed.list): feed for pack in self.packs for feed in pack.feeds}

    @property
    def versions(self) -> Mapping[str, str]:
        """Give the version of every pack by its id."""
        return {pack.id: pack.version for pack in self.packs}


def _dates(packs: Iterable[Pack]) -> Iterable[Dated]:
    """Give every span of time that the packs name."""
    for pack in packs:
        for section in _DATED_SECTIONS:
            yield from (thing.dated for thing in getattr(pack, section))


def boundaries(packs: Iterable[Pack]) -> tuple[int, ...]:
    """Give the instants at which anything changes, in order, in epoch milliseconds."""
    spans = tuple(_dates(packs))
    starts = {span.from_ms for span in spans}
    return tuple(sorted(starts | {span.to_ms for span in spans if span.to_ms is not None}))


def _cut(pack: Pack, instant_ms: int) -> Pack:
    """Leave in the pack only what is in force at the instant."""
    return replace(
        pack,
        signs=tuple(sign for sign in pack.signs if sign.dated.holds_at(instant_ms)),
        rails=tuple(rail for rail in pack.rails if rail.dated.holds_at(instant_ms)),
        policies=tuple(policy for policy in pack.policies if policy.dated.holds_at(instant_ms)),
        duties=tuple(duty for duty in pack.duties if duty.dated.holds_at(instant_ms)),
        parameters=tuple(value for value in pack.parameters if value.dated.holds_at(instant_ms)),
        notices=tuple(notice for notice in pack.notices if notice.dated.holds_at(instant_ms)),
        refunds=tuple(refund for refund in pack.refunds if refund.dated.holds_at(instant_ms)),
        feeds=tuple(feed for feed in pack.feeds if feed.dated.holds_at(instant_ms)),
    )


def _has_content(pack: Pack) -> bool:
    """Tell whether anything of a cut pack is in force."""
    return bool(pack.rules) or pack.calendar is not None or any(getattr(pack, section) for section in _DATED_SECTIONS)


def as_of(packs: Sequence[Pack], instant_ms: int) -> PacksInForce:
    """Give what was in force at one instant, in epoch milliseconds."""
    cuts = tuple(cut for cut in (_cut(pack, instant_ms) for pack in packs) if _has_content(cut))
    edges = boundaries(packs)
    before = [edge for edge in edges if edge <= instant_ms]
    after = [edge for edge in edges if edge > instant_ms]
    return PacksInForce(packs=cuts, from_ms=before[-1] if before else None, to_ms=after[0] if after else None)
