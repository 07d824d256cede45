"""The codec takes every field of the contract, and refuses the rest with a place and a hint."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.vocabulary.errors import FutureError, InvalidError, TooLargeError, UndecodableError
from holdfast.vocabulary.schema import FieldType
from holdfast.wire.codec import MAX_EVENT_BYTES, decode, restore
from holdfast.wire.fields import event_schema
from tests.unit.wire.messages import NOW, NOW_MS, TYPES, Json, body, full, leaves, messages, minutes_later

CONTRACT = {
    "cash_deposit",
    "cash_withdrawal",
    "complaint",
    "device_report",
    "fraud_report",
    "identity_check",
    "label",
    "listing_closed",
    "listing_edited",
    "listing_published",
    "loan_application",
    "loan_payout",
    "login",
    "mention",
    "message_sent",
    "payout",
    "profile_change",
    "seller_changed",
    "seller_registered",
    "telecom_activity",
    "transfer",
    "transfer_result",
}


def least(**changes: Any) -> Json:
    """Give a transfer with the required fields only, and what a test changes."""
    return {
        "id": "tr-1",
        "type": "transfer",
        "occurred_at": NOW.isoformat(),
        "rail": "order",
        "amount_minor": 1,
        "currency": "RUB",
        "payer": {},
        "payee": {},
    } | changes


def test_the_wire_knows_every_event_type_of_the_contract() -> None:
    """No event type appears or goes without this line being changed."""
    assert set(TYPES) == CONTRACT


@pytest.mark.parametrize("event_type", TYPES)
def test_every_field_of_every_type_arrives(event_type: str) -> None:
    """A message with every field gives a value for every name of the schema, and nothing else."""
    message = full(event_type)
    event = decode(body(message), NOW_MS).event
    fields = event_schema().fields[event_type]
    assert event.type == event_type
    assert set(event.values) == {path for path, field in fields.items() if field.type is not FieldType.PARTY}
    assert event.values["occurred_at"] == event.occurred_ms == NOW_MS
    sent = {path.removesuffix("_minor"): value for path, value in leaves(message) if path not in ("id", "type")}
    instants = {path for path, field in fields.items() if field.type is FieldType.INSTANT}
    assert {path: value for path, value in event.values.items() if path not in instants} == {
        path: value for path, value in sent.items() if path not in instants
    }


@pytest.mark.parametrize("event_type", TYPES)
def test_null_is_absent_for_every_field_that_may_be_absent(event_type: str) -> None:
    """Null at any place where a field may be absent gives the bytes and the values of its absence."""
    message = full(event_type)
    for name in message:
        without = {key: value for key, value in message.items() if key != name}
        try:
            absent = decode(body(without), NOW_MS)
        except InvalidError:
            continue  # required
        assert decode(body(message | {name: None}), NOW_MS) == absent, name


@given(message=messages(), data=st.data())
@settings(max_examples=30, deadline=None)
def test_order_nulls_and_spaces_do_not_change_the_canonical_bytes(message: Json, data: st.DataObject) -> None:
    """The same content gives the same bytes, in whatever order and layout it came."""

    def shuffled(content: Json) -> Json:
        names = data.draw(st.permutations(list(content)))
        return {name: shuffled(content[name]) if isinstance(content[name], dict) else content[name] for name in names}

    def bare(content: Json) -> Json:
        return {
            name: bare(value) if isinstance(value, dict) else value
            for name, value in content.items()
            if value is not None
        }

    first = decode(body(message), NOW_MS)
    again = json.dumps(shuffled(message), indent=data.draw(st.sampled_from([None, 2]))).encode()
    assert decode(again, NOW_MS) == first
    assert decode(body(bare(message)), NOW_MS) == first


@given(message=messages())
@settings(max_examples=60, deadline=None)
def test_what_was_decoded_is_restored(message: Json) -> None:
    """The canonical bytes give back the very event, and are their own canonical form."""
    decoded = decode(body(message), NOW_MS)
    assert restore(decoded.body, NOW_MS) == decoded.event
    again = decode(decoded.body, NOW_MS)
    assert (again.body, again.body_hash) == (decoded.body, decoded.body_hash)


@given(first=messages(), second=messages())
@settings(max_examples=40, deadline=None)
def test_different_values_have_different_hashes(first: Json, second: Json) -> None:
    """Two bodies share a hash only where their values are the same."""
    one, other = decode(body(first), NOW_MS), decode(body(second), NOW_MS)
    if (one.event.values, one.event.id, one.event.type) != (other.event.values, other.event.id, other.event.type):
        assert one.body_hash != other.body_hash


@given(message=messages(), data=st.data())
@settings(max_examples=30, deadline=None)
def test_a_name_that_stands_twice_is_undecodable(message: Json, data: st.DataObject) -> None:
    """A body in which any object has a name twice is refused, however it is laid out or spelled."""
    name = data.draw(st.sampled_from(sorted(name for name, value in message.items() if value is not None)))
    indent = data.draw(st.sampled_from([None, 1]))
    member = json.dumps({name: message[name]}, indent=indent)[1:-1]
    ambiguous = f"{json.dumps(message, indent=indent)[:-1]}, {member}}}"
    with pytest.raises(UndecodableError, match="twice"):
        decode(ambiguous.encode(), NOW_MS)


REPEATED = {
    "another value": '"rail": "sbp"',
    "the same value": '"rail": "order"',
    "a null after it": '"channel": "app", "channel": null',
    "an escaped colon makes up for it": '"channel": "app", "channel": "app", "purpose_code": "a\\u003ab"',
    "a colon inside hides it": '"purpose_code": "a\\u003ab", "purpose_code": "a"',
    "nested": '"device": {"id": "a", "id": "b"}',
    "an escaped quote makes up for it": '"channel": "app", "channel": "app", "purpose_code": "a\\u0022:b"',
    "a space makes up for it": '"channel" : "app", "channel": "app"',
    "a null and a space make up for it": '"channel" : "app", "channel": "app", "purpose_code": null',
    "an offset without a colon makes up for it": '"channel": "app", "channel": "app", '
    '"device": {"changed_at": "2026-05-04T12:00:00+0300"}',
    "nulls inside hide it": '"purpose_code": "x\\": null: null", "purpose_code": "y"',
    "a null inside hides it": '"purpose_code": "x: null", "purpose_code": "y"',
}


@pytest.mark.parametrize("member", REPEATED.values(), ids=REPEATED)
def test_nothing_hides_a_name_that_stands_twice(member: str) -> None:
    """The shortcut that spares a second reading is not fooled by colons and nulls inside texts."""
    ambiguous = json.dumps(least())[:-1].encode() + b", " + member.encode() + b"}"
    with pytest.raises(UndecodableError, match="twice"):
        decode(ambiguous, NOW_MS)


def test_colons_in_texts_are_no_names() -> None:
    """Texts full of colons, quotes and the word null are taken as they are."""
    text = '": null, "id": 1, a:b:c \\ :null +00:00'
    taken = decode(json.dumps(least(purpose_code=text)).encode(), NOW_MS)
    assert taken.event.values["purpose_code"] == text


@pytest.mark.parametrize("path", ["occurred_at", "device/changed_at", "session/started_at"])
def test_instants_lie_between_1900_and_five_minutes_ahead(path: str) -> None:
    """Every instant is taken up to the limit, and refused with its pointer beyond it."""
    outer, _, inner = path.partition("/")

    def at(instant: str) -> Json:
        return least(**{outer: {inner: instant} if inner else instant})

    decode(body(at(minutes_later(5))), NOW_MS)
    decode(body(at("1900-01-01T00:00:00Z")), NOW_MS)
    with pytest.raises(FutureError) as late:
        decode(body(at(minutes_later(5.001))), NOW_MS)
    with pytest.raises(InvalidError, match="before the year 1900") as early:
        decode(body(at("1899-12-31T23:59:59Z")), NOW_MS)
    assert late.value.pointer == early.value.pointer == "/" + path


@pytest.mark.parametrize("instant", ["9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59Z"])
def test_the_end_of_the_calendar_is_refused_not_a_fault(instant: str) -> None:
    """An instant that no calendar can write in UTC is a problem like any other instant ahead."""
    with pytest.raises(FutureError):
        decode(body(least(occurred_at=instant)), NOW_MS)


def test_an_event_has_at_most_64_kilobytes() -> None:
    """The limit itself is taken; one byte more is refused before it is read."""
    data = body(least())
    decode(data + b" " * (MAX_EVENT_BYTES - len(data)), NOW_MS)
    with pytest.raises(TooLargeError):
        decode(data + b" " * (MAX_EVENT_BYTES - len(data) + 1), NOW_MS)


@pytest.mark.parametrize("data", [b"", b"\xff", b"{", b"\xef\xbb\xbf{}", b'{"id": tr-1}', b"{]"])
def test_what_is_no_json_is_undecodable(data: bytes) -> None:
    """Bytes that are no one JSON value are a problem, never a fault of ours."""
    with pytest.raises(UndecodableError):
        decode(data, NOW_MS)


@pytest.mark.parametrize("name", ["id", "currency"])
def test_a_line_break_at_the_end_is_no_part_of_a_code(name: str) -> None:
    """Patterns hold to the last character."""
    with pytest.raises(InvalidError):
        decode(body(least(**{name: str(least()[name]) + "\n"})), NOW_MS)
