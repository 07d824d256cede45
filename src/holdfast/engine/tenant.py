"""What a judgement needs to know of the tenant: zone, language, and how far each thing may act."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from holdfast.holds.terms import Calendar
from holdfast.vocabulary.outcome import Mode

_STRENGTH = {Mode.OBSERVE: 0, Mode.ADVISE: 1, Mode.ENFORCE: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """One bank or site. `modes` overrides the mode of a pack, sign, rule or rail by its id.

    `trusted_proposals` are proposal packs that the operator lets act beyond a challenge.
    """

    name: str
    home: str
    zone: tzinfo
    language: str
    engine_version: str
    modes: Mapping[str, Mode] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    trusted_proposals: frozenset[str] = frozenset()

    def mode(self, *levels: tuple[str, Mode]) -> Mode:
        """Give the weakest mode over the levels (id, declared mode), each replaced by the operator's own."""
        return min((self.modes.get(name, declared) for name, declared in levels), key=_STRENGTH.__getitem__)
