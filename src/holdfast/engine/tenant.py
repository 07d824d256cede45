"""What a judgement needs to know of the tenant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from holdfast.holds.terms import Calendar
from holdfast.rules.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """One bank or site.

    `trusted_proposals` are proposal packs that the operator lets act beyond a challenge.
    """

    name: str
    home: str
    zone: tzinfo
    engine_version: str
    voice: Voice = field(default_factory=Voice)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    trusted_proposals: frozenset[str] = frozenset()
