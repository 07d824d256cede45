"""Derived values stand beside those that came with an event, worked out once."""

from collections.abc import Mapping, Sequence

import pytest
from msgspec import structs

from holdfast.features.derived.derived import UNDERIVED, Derived, with_derived
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.schema import EventSchema, Field, FieldType

SCHEMA = EventSchema(
    fields={
        "message_sent": {"text": Field(path="text", type=FieldType.TEXT)},
        "transfer": {"amount": Field(path="amount", type=FieldType.MONEY)},
    }
)
SENT = Event(id=EventId("m"), type="message_sent", occurred_ms=1, received_ms=1, values={"text": "three"})


class Length:
    """Counts the characters of a text."""

    def __init__(self) -> None:
        self.asked = 0

    def fields(self, event_type: str, known: Mapping[str, Field]) -> Sequence[Field]:
        """Add a length to what has a text."""
        del event_type
        return [Field(path="text.length", type=FieldType.INTEGER)] if "text" in known else []

    def derive(self, event_type: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """Count, where there is a text."""
        del event_type
        self.asked += 1
        return {"text.length": len(str(values["text"]))} if "text" in values else {}


class Doubled(Length):
    """Doubles what another counted before it."""

    def fields(self, event_type: str, known: Mapping[str, Field]) -> Sequence[Field]:
        """Add twice the length where there is one."""
        del event_type
        return [Field(path="text.doubled", type=FieldType.INTEGER)] if "text.length" in known else []

    def derive(self, event_type: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """Double it."""
        del event_type
        return {"text.doubled": 2 * int(str(values["text.length"]))}


def test_each_may_read_those_before_it() -> None:
    """A later derivation sees the names and the values of an earlier one; the event itself is not touched."""
    order = (Length(), Doubled())
    whole = Derived(order, SCHEMA).of(SENT)
    assert whole.values == {"text": "three", "text.length": 5, "text.doubled": 10}
    assert SENT.values == {"text": "three"}
    assert set(with_derived(SCHEMA, order).fields["message_sent"]) == {"text", "text.length", "text.doubled"}


def test_an_event_is_worked_out_once() -> None:
    """The same event, and what was made of it, give the same object again without more work; another does not."""
    length = Length()
    derived = Derived((length,), SCHEMA)
    whole = derived.of(SENT)
    assert derived.of(SENT) is whole
    assert derived.of(whole) is whole
    assert length.asked == 1
    assert derived.of(structs.replace(SENT, values={"text": "x"})).values["text.length"] == 1


def test_an_event_that_none_speaks_about_stays_itself() -> None:
    """A transfer pays nothing for the marketplace."""
    moved = structs.replace(SENT, type="transfer", values={"amount": 1})
    assert Derived((Length(),), SCHEMA).of(moved) is moved
    assert UNDERIVED.of(moved) is moved


def test_one_name_has_one_meaning() -> None:
    """Two derivations that declare the same name are a mistake in the program."""
    with pytest.raises(Bug, match=r"text\.length"):
        with_derived(SCHEMA, (Length(), Length()))
