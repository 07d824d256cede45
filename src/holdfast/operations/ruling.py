"""By what events are judged at an instant: the tenant's own settings, or those under the switches that run then."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from holdfast.engine.tenant import Tenant
from holdfast.operations.law import Law
from holdfast.vocabulary.switches import Switch


class Ruling(NamedTuple):
    """The settings, the law and the version of both."""

    tenant: Tenant
    law: Law
    ruleset: str


class Span(NamedTuple):
    """What events are judged by before an instant (epoch milliseconds), and the switches that run until then."""

    until_ms: int
    ruling: Ruling
    running: tuple[Switch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """Every switch there was, oldest first, and the `spans` of those that run: as they expire, one after the other.

    Nothing runs where there are no spans, and after the last of them.
    """

    every: Sequence[Switch] = ()
    spans: tuple[Span, ...] = ()

    def span(self, at_ms: int) -> Span | None:
        """Give the span in which an instant lies; nothing where no switch runs."""
        for span in self.spans:
            if at_ms < span.until_ms:
                return span
        return None

    def ruling(self, ruleset: str) -> Ruling | None:
        """Find what was published under a version, if a running switch brought it."""
        return next((span.ruling for span in self.spans if span.ruling.ruleset == ruleset), None)

    def newest(self, sign: str) -> Switch | None:
        """Give the newest switch of a sign or a rule."""
        return next((one for one in reversed(self.every) if one.sign == sign), None)
