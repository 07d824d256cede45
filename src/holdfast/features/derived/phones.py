"""What the phone numbers of a marketplace's events say by themselves, and a bank client's new number.

Those of a bank's other events are not read.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Final

from holdfast.matching.phone_facts import PhonePattern, PhoneType, read_phone
from holdfast.vocabulary.errors import InvalidError
from holdfast.vocabulary.event import SITE_EVENTS, Value
from holdfast.vocabulary.schema import Field, FieldType

E164: Final = "_e164"
_LOGIN: Final = "login"
_TELECOM: Final = "telecom_activity"
_OF_NUMBERS: Final = ("number_since", "number_recycled", "sim_swapped_at")
_CHANGE: Final = "profile_change"
_READ: Final = SITE_EVENTS | {_LOGIN, _TELECOM, _CHANGE}
_PHONE: Final = ".phone"
_REMEMBERED: Final = 65_536


class Phones:
    """Region, type, validity, pattern and E.164 form of every number, and whether it is foreign to the tenant.

    A number that cannot be read is not valid, and nothing else is known of it.
    """

    def __init__(self, home: str) -> None:
        self._home = home

    def fields(self, event_type: str, known: Mapping[str, Field]) -> Sequence[Field]:
        """Declare the names that stand beside each phone of a marketplace's event."""
        if event_type not in _READ:
            return ()
        return [field for path in known if path.endswith(_PHONE) for field in _fields(path)]

    def derive(self, event_type: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """Give what each number says, in the events that a marketplace has a use for."""
        return dict(self._told(values)) if _is_read(event_type, values) else {}

    def _told(self, values: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
        for path in [name for name in values if name.endswith(_PHONE)]:
            for ending, value in _read(str(values[path]), self._home):
                yield path + ending, value


def _is_read(event_type: str, values: Mapping[str, Value]) -> bool:
    """Pass over logins elsewhere, changes of other things, and what operators report of calls rather than of owners."""
    if event_type == _LOGIN:
        return values.get("where") == "marketplace"
    if event_type == _CHANGE:
        return values.get("field") == "phone"
    return event_type != _TELECOM or any(name in values for name in _OF_NUMBERS)


@lru_cache(maxsize=_REMEMBERED)
def _read(value: str, home: str) -> tuple[tuple[str, Value], ...]:
    """Read one number: what is known of it, by the endings of names; numbers come again and again."""
    try:
        facts = read_phone(value, home=home)
    except InvalidError:
        return (("_valid", False),)
    told = {
        E164: facts.e164,
        "_region": facts.region,
        "_type": facts.type.value,
        "_valid": facts.valid,
        "_foreign": facts.foreign,
        "_pattern": facts.pattern and facts.pattern.value,
    }
    return tuple((ending, value) for ending, value in told.items() if value is not None)


@cache
def _fields(path: str) -> tuple[Field, ...]:
    """Declare the names beside one phone."""
    return (
        Field(path=path + E164, type=FieldType.TEXT, personal=True, title="the number in E.164"),
        Field(path=f"{path}_region", type=FieldType.TEXT, title="the country or territory of the number"),
        Field(
            path=f"{path}_type",
            type=FieldType.TEXT,
            words=tuple(one.value for one in PhoneType),
            title="the kind of line",
        ),
        Field(path=f"{path}_valid", type=FieldType.BOOL, title="whether a numbering plan gives out such numbers"),
        Field(path=f"{path}_foreign", type=FieldType.BOOL, title="whether the number is from abroad"),
        Field(
            path=f"{path}_pattern",
            type=FieldType.TEXT,
            words=tuple(one.value for one in PhonePattern),
            title="how the number looks made up",
        ),
    )
