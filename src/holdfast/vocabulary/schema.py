"""The event schema: which dotted names an event of each type has, and of what type their values are.

`wire` derives it from the message structs and hands it down, so that the rule language, the packs and
the documentation all read one table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class FieldType(StrEnum):
    """Types of values, as the rule language sees them."""

    BOOL = "bool"
    INTEGER = "integer"
    NUMBER = "number"  # a float
    TEXT = "text"
    INSTANT = "instant"  # int, epoch milliseconds
    DURATION = "duration"  # int, milliseconds
    MONEY = "money"  # int, minor units, beside a currency
    PARTY = "party"  # a prefix such as `payer`, with fields below it
    TEXTS = "texts"  # several texts, such as the hosts of all links; only `matches` asks them, `known` apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One name of the schema.

    `path` is the name in rules (`payer.customer_id`, `amount`); `currency` is the path of the code beside a
    MONEY value; `words` are the allowed values of a closed TEXT; `list_kind` is the kind of list entry that
    the value can match (`account`, `phone`, `device`, ...); `personal` marks personal data. `keyed` says that the
    values are not such identifiers but their keys, each as 32 hex digits.
    """

    path: str
    type: FieldType
    currency: str | None = None
    words: tuple[str, ...] = ()
    list_kind: str | None = None
    personal: bool = False
    title: str = ""
    keyed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSchema:
    """All names of all event types; `subject` is the party whose history an event of the type belongs to.

    `subject` is `payer` for a transfer, `client` for most bank events and `seller` for a listing.
    """

    fields: Mapping[str, Mapping[str, Field]]
    subject: Mapping[str, str] = field(default_factory=dict)

    def event_types(self) -> tuple[str, ...]:
        """Give every event type, sorted."""
        return tuple(sorted(self.fields))


def currency_of(names: Mapping[str, Field]) -> str | None:
    """Name the currency in which an event of these names speaks of money: its amount's, else its first sum's."""
    amount = names.get("amount")
    if amount is not None and amount.currency:
        return amount.currency
    return next((field.currency for field in names.values() if field.currency), None)
