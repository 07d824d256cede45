"""Whether an event came from abroad, as its network address tells it."""

from collections.abc import Mapping, Sequence
from typing import Final

from holdfast.matching.places import is_abroad
from holdfast.vocabulary.event import SITE_EVENTS, Value
from holdfast.vocabulary.schema import Field, FieldType

_FOREIGN: Final = "session.ip_foreign"
_COUNTRY, _KIND = "session.ip_country", "session.ip_kind"
_TYPES: Final = SITE_EVENTS | {"login"}


class Places:
    """Says of a marketplace's events and of logins whether their address is abroad; behind a VPN that is unknown."""

    def __init__(self, home: str) -> None:
        self._home = home

    def fields(self, event_type: str, known: Mapping[str, Field]) -> Sequence[Field]:
        """Declare `session.ip_foreign` where an event has a session."""
        told = event_type in _TYPES and _COUNTRY in known
        return (Field(path=_FOREIGN, type=FieldType.BOOL),) if told else ()

    def derive(self, event_type: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """Compare the address's country with the tenant's own."""
        del event_type
        abroad = is_abroad(values.get(_COUNTRY), values.get(_KIND), home=self._home)
        return {} if abroad is None else {_FOREIGN: abroad}
