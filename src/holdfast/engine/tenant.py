"""What a judgement needs to know of the tenant."""

from dataclasses import dataclass, field
from datetime import tzinfo

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
    trusted_proposals: frozenset[str] = frozenset()
