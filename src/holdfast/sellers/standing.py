"""A seller's standing is the fold of the acts: which strikes live, which appeals wait, until when it stays so."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from holdfast.vocabulary.sellers import AppealResult, SellerAct, SellerActKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """One strike; `lifted_ms` is when it was taken back."""

    id: str
    ground: str
    of: str
    by: str
    at_ms: int
    expires_ms: int
    lifted_ms: int | None = None

    def is_live(self, now_ms: int) -> bool:
        """Tell whether it counts at an instant."""
        return self.lifted_ms is None and now_ms < self.expires_ms

    def state(self, now_ms: int) -> str:
        """Say where it stands: `live`, `expired` or `lifted`."""
        if self.lifted_ms is not None:
            return "lifted"
        return "live" if now_ms < self.expires_ms else "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """One objection; `result` is empty while nobody has heard it."""

    id: str
    strike: str
    at_ms: int
    result: str = ""
    settled_ms: int | None = None
    settled_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerStanding:
    """All strikes and appeals of one seller by their ids, oldest first."""

    strikes: Mapping[str, Strike] = field(default_factory=dict)
    appeals: Mapping[str, Appeal] = field(default_factory=dict)

    def live(self, now_ms: int) -> tuple[Strike, ...]:
        """Give the strikes that count at an instant."""
        return tuple(one for one in self.strikes.values() if one.is_live(now_ms))

    def until_ms(self, count: int, now_ms: int) -> int | None:
        """Give the instant until which at least `count` strikes live; nothing where fewer do."""
        ends = sorted(one.expires_ms for one in self.live(now_ms))
        return ends[len(ends) - count] if len(ends) >= count else None


def stand(acts: Iterable[SellerAct]) -> SellerStanding:
    """Fold the acts, oldest first."""
    strikes: dict[str, Strike] = {}
    appeals: dict[str, Appeal] = {}
    for act in acts:
        if act.act is SellerActKind.STRIKE:
            strikes[act.id] = _struck(act)
        elif act.act is SellerActKind.APPEAL:
            appeals[act.id] = Appeal(id=act.id, strike=act.strike, at_ms=act.at_ms)
        elif act.act is SellerActKind.SETTLE:
            heard = replace(appeals[act.id], result=act.result, settled_ms=act.at_ms, settled_by=act.by)
            appeals[act.id] = heard
        if act.act is SellerActKind.LIFT or act.result == AppealResult.UPHELD:
            strikes[act.strike] = _lifted(strikes[act.strike], act.at_ms)
    return SellerStanding(strikes=strikes, appeals=appeals)


def _struck(act: SellerAct) -> Strike:
    return Strike(
        id=act.id,
        ground=act.ground,
        of=act.of,
        by=act.by,
        at_ms=act.at_ms,
        expires_ms=act.expires_ms if act.expires_ms is not None else act.at_ms,
    )


def _lifted(strike: Strike, at_ms: int) -> Strike:
    """Take a strike back; once is enough."""
    return strike if strike.lifted_ms is not None else replace(strike, lifted_ms=at_ms)
