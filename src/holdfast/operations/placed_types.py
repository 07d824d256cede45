"""Which events have their network address looked up: a marketplace's and logins, and what some rule asks it of."""

from collections.abc import Iterator, Sequence
from typing import Final

from holdfast.vocabulary.event import SITE_EVENTS
from holdfast.vocabulary.models import Model
from holdfast.vocabulary.packs import Pack

ALWAYS: Final = SITE_EVENTS | {"login"}
"""Types of event whose address is looked up in any case: a login, and what happens on a marketplace."""

_ABOUT: Final = "session.ip_"


def placed_types(event_types: Sequence[str], packs: Sequence[Pack], model: Model | None) -> frozenset[str]:
    """Name the types of event whose addresses are looked up: of a bank's those alone of which something is asked.

    A rule asks it of the events that it is about, and of those that it counts.
    """
    asking = [(on, text) for on, text in _expressions(packs, model) if _ABOUT in text]
    named = {name for name in event_types for on, text in asking if name in on or f'"{name}"' in text}
    return ALWAYS | named


def _expressions(packs: Sequence[Pack], model: Model | None) -> Iterator[tuple[Sequence[str], str]]:
    """Give every text that may read a name, with the types of event that it is about."""
    for pack in packs:
        for sign in pack.signs:
            yield sign.on, " ".join((sign.when, *sign.evidence))
        for rule in pack.rules:
            yield rule.on, " ".join((rule.when, *rule.evidence))
        for duty in pack.duties:
            yield duty.on, " ".join(filter(None, (duty.when, duty.limit_amount, duty.used_amount)))
    if model is not None:
        for feature in model.features:
            yield model.on, feature.value
