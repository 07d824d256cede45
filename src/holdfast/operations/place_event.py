"""Fill in what is known of an event's network address before the event is stored.

What the caller said stays. The event is stored as it is judged, so that a rebuild and a replay read what the tables
said on that day; the hash by which a retry is recognised stays that of what was sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from holdfast.operations.ports import Places
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.models import Model
from holdfast.vocabulary.packs import Pack
from holdfast.wire.codec import Decoded, with_session

ALWAYS: Final = frozenset(
    {
        "login",
        "seller_registered",
        "seller_changed",
        "listing_published",
        "listing_edited",
        "message_sent",
        "complaint",
        "payout",
    }
)
"""Types of event whose address is looked up in any case: a login, and what happens on a marketplace."""

_ADDRESS: Final = "session.ip"
_ABOUT: Final = "session.ip_"
_COUNTRY, _SOURCE = "ip_country", "ip_source"


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


def placed(decoded: Decoded, places: Places, types: frozenset[str]) -> Decoded:
    """Give an event with what the tables know of its address, or as it is where that is not wanted."""
    event = decoded.event
    ip = event.values.get(_ADDRESS) if event.type in types else None
    if not isinstance(ip, str):
        return decoded
    missing = _missing(event.values, places.find(ip).values())
    return with_session(decoded, missing) if missing else decoded


def _missing(values: Mapping[str, Value], found: Mapping[str, Value]) -> dict[str, Value]:
    """Give what the caller did not say; a country of the caller's own has no source among the tables."""
    missing = {name: value for name, value in found.items() if f"session.{name}" not in values}
    if f"session.{_COUNTRY}" in values:
        missing.pop(_SOURCE, None)
    return missing
