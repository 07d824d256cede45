"""A decision made readable: the signs in the reader's language beside their evidence, and the law they come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from holdfast.operations.shard import Shard
from holdfast.vocabulary.instants import from_ms
from holdfast.vocabulary.packs import Citation, Dated, Pack

Row = Mapping[str, Any]
_INSTANTS_FROM = 10**12
_ORDER = ("fired", "unknown", "clear")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignView:
    """One sign as a page shows it."""

    id: str
    number: str
    state: str
    title: str
    cite: Citation
    evidence: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    from_day: datetime
    to_day: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """One decision as a page shows it."""

    id: str
    outcome: str
    ground: str | None
    until: datetime | None
    confirm_by: datetime | None
    signs: tuple[SignView, ...]
    rules: tuple[str, ...]
    notices: tuple[str, ...]

    def of(self, state: str) -> tuple[SignView, ...]:
        """Give the signs in one state."""
        return tuple(sign for sign in self.signs if sign.state == state)


class LawBook:
    """The loaded packs by the ids of what stands in them, with titles in every language."""

    def __init__(self, shard: Shard) -> None:
        self._packs: tuple[Pack, ...] = tuple(shard.law.packs)
        self._zone = shard.tenant.zone
        self._rules = {rule.id: rule.title for pack in self._packs for rule in pack.rules}
        self._signs = {(sign.id, sign.dated.from_ms): (sign, pack) for pack in self._packs for sign in pack.signs}

    def sign(self, row: Row, language: str, at_ms: int) -> SignView:
        """Show one sign of a decision."""
        sign, pack = next(
            (sign, pack)
            for (name, _), (sign, pack) in self._signs.items()
            if name == row["id"] and sign.dated.holds_at(at_ms)
        )
        begin, end = self._days(sign.dated)
        return SignView(
            id=sign.id,
            number=sign.id.removeprefix(f"{pack.id}."),
            state=row["state"],
            title=_titled(sign.title, language),
            cite=sign.cite,
            evidence=tuple((name, self._plain(value)) for name, value in row["evidence"].items() if value is not None),
            missing=tuple(row["missing"]),
            from_day=begin,
            to_day=end,
        )

    def _plain(self, value: object) -> str:
        """Write a value of evidence; a whole number of that size is an instant."""
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, int) and value > _INSTANTS_FROM:
            return f"{from_ms(value, self._zone):%Y-%m-%d %H:%M:%S}"
        return str(value)

    def _days(self, dated: Dated) -> tuple[datetime, datetime | None]:
        end = None if dated.to_ms is None else from_ms(dated.to_ms - 1, self._zone)
        return from_ms(dated.from_ms, self._zone), end

    def acts(self, signs: tuple[SignView, ...], language: str) -> tuple[tuple[str, Citation], ...]:
        """Give the instruments that signs come from, each with its title and citation."""
        ids = {sign.id for sign in signs}
        packs = [pack for pack in self._packs if any(sign.id in ids for sign in pack.signs)]
        return tuple((_titled(pack.title, language), pack.cite or pack.signs[0].cite) for pack in packs)

    def decision(self, reply: Mapping[str, Any], language: str, at_ms: int) -> DecisionView:
        """Show a whole decision about an event that occurred at `at_ms`."""
        hold = reply["hold"] or {}
        signs = [self.sign(row, language, at_ms) for row in reply["signs"]]
        return DecisionView(
            id=reply["id"],
            outcome=reply["outcome"],
            ground=reply["ground"],
            until=_instant(hold.get("until")),
            confirm_by=_instant(hold.get("confirm_by")),
            signs=tuple(sorted(signs, key=lambda sign: _ORDER.index(sign.state))),
            rules=tuple(_titled(self._rules[row["id"]], language) for row in reply["rules"]),
            notices=tuple(row["kind"] for row in reply["measures"] if row.get("value", "yes") == "yes"),
        )


def _titled(titles: Mapping[str, str], language: str) -> str:
    """Give a title in a language, in English where it has none."""
    return titles.get(language) or titles["en"]


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
