"""What an expression may refer to, as it is handed to the compiler."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from holdfast.vocabulary.event import Value
from holdfast.vocabulary.schema import EventSchema, Field, FieldType


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """The typed value of a parameter at one date; `value` of `None` is not set, and so unknown.

    MONEY is in minor units of `currency`, INSTANT and DURATION in milliseconds.
    """

    type: FieldType
    value: Value
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The names that one expression may use.

    `event_type` is the type of the event being decided; `computed` holds further names in the facts;
    `parameters` the dated constants behind `param`; `lists` the known lists (`None`: any); `zone` the IANA
    zone of the calendar functions.
    """

    schema: EventSchema
    event_type: str
    computed: Mapping[str, Field] = field(default_factory=dict)
    parameters: Mapping[str, Literal] = field(default_factory=dict)
    lists: Collection[str] | None = None
    zone: str = "UTC"
