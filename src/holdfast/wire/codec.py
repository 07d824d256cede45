"""Bytes to events: strict, with a JSON pointer and a hint in every refusal."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from json import loads
from typing import NamedTuple

from msgspec import DecodeError, Struct, ValidationError, json, structs

from holdfast.vocabulary.errors import FutureError, InvalidError, TooLargeError, UndecodableError
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.instants import MINUTE_MS, rfc3339, to_ms
from holdfast.vocabulary.schema import Field
from holdfast.vocabulary.spelling import meant, one_of
from holdfast.wire.canonical import Hash, canonical, short_hash
from holdfast.wire.events import EVENT_MESSAGES, EventMessage, Message
from holdfast.wire.fields import event_schema, instant_names, type_name
from holdfast.wire.flat import Flatten, flattener

MAX_EVENT_BYTES = 65_536
AHEAD_MS = 5 * MINUTE_MS
EARLIEST_MS = to_ms(datetime(1900, 1, 1, tzinfo=UTC))

_DECODER = json.Decoder(EventMessage)
_QUOTE, _ESCAPE, _MEMBER = b'"', b"\\", b'":'
_NULLS = (b'":null', b'": null')
_HIDING = (b"\\u00", b" :", b"\t:", b"\n:", b"\r:")  # a quote or colon that is escaped, or a colon on its own
_PLACE = re.compile(r" - at `(?:key` in `)?(?P<path>[^`]*)`$")
_STEP = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|\[(\d+)\]")
_HINTS = (
    ("`datetime`", "give the date, the time and the offset, such as `2026-05-08T12:00:00+05:00`"),
    ("encoded datetime", "give the date, the time and the offset, such as `2026-05-08T12:00:00+05:00`"),
    ("`date`", "a day of the calendar, such as `2026-05-08`"),
    ("encoded date", "a day of the calendar, such as `2026-05-08`"),
    ("'^[A-Z]{3}$", "three capital letters of ISO 4217, such as `KZT`"),
    ("'^[A-Z]{2}$", "two capital letters of ISO 3166, such as `KZ`"),
    ("'^[\\\\x20-\\\\x7e]+$", "printable ASCII characters only"),
    ("'^[0-9A-Fa-f]{64}$", "64 hex digits"),
)
_UNKNOWN_FIELD = re.compile(r"unknown field `(?P<name>[^`]*)`")
_MISSING_FIELD = re.compile(r"missing required field `(?P<name>[^`]*)`")


class _Typed(Struct, frozen=True):
    """The one field that tells what an event is."""

    type: str = ""


class Decoded(Struct, frozen=True, kw_only=True):
    """An event with the canonical bytes of its message and their 16-byte hash."""

    event: Event
    body: bytes
    body_hash: bytes


def pointer_of(path: str) -> str:
    """Turn msgspec's `$.payer.phone` into the JSON pointer `/payer/phone`; a member that it leaves unnamed ends it."""
    return "".join(f"/{name or index}" for name, index in _STEP.findall(path))


def _tables(kind: str) -> list[Mapping[str, Field]]:
    """Give the fields of one type of event, or of all where the type is not known."""
    fields = event_schema().fields
    return [fields[kind]] if kind in fields else list(fields.values())


def type_of(body: bytes) -> str:
    """Read the type of an event without the rest of it; empty where the body is no event."""
    try:
        return json.decode(body, type=_Typed).type
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return ""


def _names_near(pointer: str, kind: str) -> list[str]:
    """List the field names that are allowed where the pointer stands."""
    prefix = pointer.strip("/").replace("/", ".")
    names = set()
    for fields in _tables(kind):
        for field in fields.values():
            head, _, tail = field.path.rpartition(".")
            if head == prefix:
                names.add(tail + ("_minor" if field.currency else ""))
    return sorted(names | ({"id", "type"} if not prefix else set()))


def _unknown_field_hint(name: str, pointer: str, kind: str) -> str:
    """Name the field that was probably meant."""
    return meant(name, _names_near(pointer, kind), otherwise="remove it; the event table lists every field")


def invalid(error: ValidationError, kind: str = "") -> InvalidError:
    """Turn a validation error into a problem with pointer and hint; `kind` is the type of the event, if any."""
    text = str(error)
    found = _PLACE.search(text)
    pointer = pointer_of(found["path"]) if found else ""
    message = _PLACE.sub("", text)
    message = message[:1].lower() + message[1:]
    unknown = _UNKNOWN_FIELD.search(message)
    if unknown:
        hint = _unknown_field_hint(unknown["name"], pointer, kind)
        return InvalidError(message, pointer=f"{pointer}/{unknown['name']}", hint=hint)
    missing = _MISSING_FIELD.search(message)
    if missing:
        return InvalidError(message, pointer=f"{pointer}/{missing['name']}", hint=f"add `{missing['name']}`")
    return InvalidError(message, pointer=pointer, hint=_words_hint(message, pointer, kind))


def _words_hint(message: str, pointer: str, kind: str) -> str:
    """For a closed set of words, list them; for a form, give an example."""
    if pointer.endswith("_minor") and message.startswith("expected `int`, got"):
        return "a whole number of minor units, without quotes and point: 10.50 is `1050`"
    hint = next((hint for mark, hint in _HINTS if mark in message), "")
    if hint or not message.startswith("invalid "):
        return hint
    path = pointer.strip("/").replace("/", ".")
    words = {word for fields in _tables(kind) if path in fields for word in fields[path].words}
    if path == "type":
        words = set(event_schema().fields)
    return one_of(words)


def decode_message(body: bytes, *, limit: int = MAX_EVENT_BYTES) -> EventMessage:
    """Decode and validate one event's JSON."""
    if len(body) > limit:
        raise TooLargeError(f"the event has {len(body)} bytes; at most {limit} are taken")
    try:
        message: EventMessage = _DECODER.decode(body)
    except ValidationError as error:
        raise invalid(error, type_of(body)) from None
    except (DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UndecodableError(f"the body is no JSON object: {error}") from None
    return message


def _refuse_instant(name: str, value: int, received_ms: int) -> None:
    """Refuse an instant that lies too far ahead of the clock, or before anything that a bank could mean."""
    pointer = "/" + name.replace(".", "/")
    if value < EARLIEST_MS:
        raise InvalidError(f"`{name}` lies before the year 1900", pointer=pointer)
    raise FutureError(
        f"`{name}` is {rfc3339(value)}, more than five minutes ahead of {rfc3339(received_ms)}", pointer=pointer
    )


class _Kind(NamedTuple):
    """What is worked out once for each type of event."""

    type: str
    flatten: Flatten
    instants: tuple[str, ...]


def _kinds() -> dict[type[Message], _Kind]:
    names = {message: type_name(message) for message in EVENT_MESSAGES}
    return {message: _Kind(name, flattener(message), instant_names(name)) for message, name in names.items()}


_KINDS = _kinds()


def to_event(message: Message, received_ms: int) -> Event:
    """Turn a message into an event, refusing instants before 1900 or more than five minutes after `received_ms`."""
    event = _event(message, received_ms)
    values, latest_ms = event.values, received_ms + AHEAD_MS
    for name in _KINDS[type(message)].instants:
        value = values.get(name)
        if value is not None and not EARLIEST_MS <= value <= latest_ms:  # type: ignore[operator]  # instants are whole
            _refuse_instant(name, value, received_ms)  # type: ignore[arg-type] # the instants of a message are integers by now
    return event


def _event(message: Message, received_ms: int) -> Event:
    """Turn a message into an event without further checks."""
    kind = _KINDS[type(message)]
    values = kind.flatten(message)
    return Event(
        id=EventId(message.id),
        type=kind.type,
        occurred_ms=values["occurred_at"],  # type: ignore[arg-type]  # an instant is whole
        received_ms=received_ms,
        values=values,
    )


def _once(members: Sequence[tuple[str, object]]) -> None:
    """Refuse an object in which a name stands twice."""
    seen: set[str] = set()
    for name, _ in members:
        if name in seen:
            raise UndecodableError(f"`{name}` stands twice in one object", hint=f"send `{name}` once")
        seen.add(name)


def refuse_repeated(body: bytes, canon: bytes) -> None:
    """Refuse a body in which some object has a name twice, for the decoder would silently take the last.

    The canonical bytes have the members and texts of the body without its nulls. So equal numbers of quotes prove
    that nothing was dropped, where none is escaped; with nulls it is equal numbers of quotes with a colon behind
    them, where no colon stands on its own. Only otherwise is the body read again. A null before a value passes, for
    it says nothing.
    """
    if body.count(_QUOTE) == canon.count(_QUOTE) and (_ESCAPE not in body or _HIDING[0] not in body):
        return
    left_out = sum([body.count(text) - canon.count(text) for text in _NULLS])
    dropped = body.count(_MEMBER) - canon.count(_MEMBER) - left_out
    if dropped or any(map(body.__contains__, _HIDING)):
        loads(body, object_pairs_hook=_once)


def decode(body: bytes, received_ms: int, *, came: bytes | None = None, hashed: Hash = short_hash) -> Decoded:
    """Decode one event's JSON as received at `received_ms`.

    `came` is the hash of what its caller sent instead; `hashed` makes the hash where that is `None`.
    """
    message = decode_message(body)
    canon = canonical(message)
    refuse_repeated(body, canon)
    return Decoded(event=to_event(message, received_ms), body=canon, body_hash=came or hashed(canon))


def with_known(message: Message, known: Mapping[str, Value], event: Event) -> tuple[Message, Event]:
    """Give a message and its event with more known of the session, under the session's names."""
    session = structs.replace(message.session, **known)  # type: ignore[attr-defined]  # who knows more has read it there
    message = structs.replace(message, session=session)
    return message, _event(message, event.received_ms)


def with_session(decoded: Decoded, known: Mapping[str, Value]) -> Decoded:
    """Give an event with more known of its session; its hash stays that of what was sent."""
    message, event = with_known(_DECODER.decode(decoded.body), known, decoded.event)
    return structs.replace(decoded, event=event, body=canonical(message))


def restore(body: bytes, received_ms: int) -> Event:
    """Read back an event from its canonical bytes, without the checks that only a first reading needs."""
    return _event(_DECODER.decode(body), received_ms)
