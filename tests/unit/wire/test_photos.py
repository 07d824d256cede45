"""Events that carry pictures: the pictures come out before there is an event, and what came keeps its hash."""

import base64
import json
from typing import Any

import pytest

from holdfast.vocabulary.errors import InvalidError, TooLargeError, UndecodableError
from holdfast.wire.codec import decode, decode_message
from holdfast.wire.parts import Photo
from holdfast.wire.photos import MAX_PHOTO_EVENT_BYTES, carries_pictures, take_pictures
from tests.unit.wire.messages import NOW_MS

PRINT = "ph1." + "A" * 196


def body(*photos: dict[str, Any], kind: str = "listing_published") -> bytes:
    """Write an event with photos."""
    event: dict[str, Any] = {"id": "e-1", "type": kind, "occurred_at": "2026-05-08T12:00:00+05:00"}
    if kind == "message_sent":
        event |= {"conversation_id": "v-1", "from": {"customer_id": "b-1"}, "photos": photos}
    else:
        event |= {"seller": {"seller_id": "s-1"}, "listing": {"listing_id": "ad-1", "photos": photos}}
    return json.dumps(event).encode()


def raw(content: bytes) -> dict[str, Any]:
    """Write a picture as a photo."""
    return {"bytes": base64.b64encode(content).decode()}


@pytest.mark.parametrize("kind", ["listing_published", "listing_edited", "message_sent"])
def test_pictures_give_way_to_what_they_show(kind: str) -> None:
    """The message without pictures has fingerprints in their places, and is an event as any other."""
    carried = take_pictures(body({"photo_id": "p-0"}, {"photo_id": "p-1"} | raw(b"picture"), kind=kind))
    assert carried.pictures == {1: b"picture"}
    where = "" if kind == "message_sent" else "/listing"
    assert carried.pointer(1) == f"{where}/photos/1/bytes"
    made = carried.with_photos({1: Photo(fingerprint=PRINT, codes=("https://x.example",))})
    assert b"bytes" not in made
    event = decode(made, NOW_MS, came=carried.came)
    name = "photos" if kind == "message_sent" else "listing.photos"
    assert event.event.values[f"{name}.fingerprint"] == (PRINT,)
    assert event.event.values[f"{name}.photo_id"] == ("p-0", "p-1")
    assert event.event.values[f"{name}.codes"] == ("https://x.example",)
    assert event.body_hash == carried.came


def test_what_came_is_told_apart_by_its_pictures() -> None:
    """Another picture is another body; another spelling of the same is not."""
    one = take_pictures(body(raw(b"picture"))).came
    assert take_pictures(body(raw(b"another"))).came != one
    assert take_pictures(json.dumps(json.loads(body(raw(b"picture"))), indent=2).encode()).came == one


def test_an_event_with_pictures_is_no_event_elsewhere() -> None:
    """Whatever stores events refuses pictures, so that none is ever stored."""
    with pytest.raises(InvalidError, match="bytes of photos"):
        decode(body(raw(b"picture")), NOW_MS)


def test_only_pictures_make_an_event_large() -> None:
    """A body may be larger than an event only where pictures are looked for, and there is an end to it."""
    large = body(raw(b"\0" * 100_000))
    assert carries_pictures(large)
    assert take_pictures(large).pictures
    with pytest.raises(TooLargeError):
        decode_message(large)
    with pytest.raises(TooLargeError):
        take_pictures(body(raw(b"\0" * MAX_PHOTO_EVENT_BYTES)))


def test_a_bad_body_is_refused_as_any_other() -> None:
    """Wrong base64 is named with its place, and a name that stands twice is seen."""
    with pytest.raises(InvalidError) as refused:
        take_pictures(body({"bytes": "no base64!"}))
    assert refused.value.pointer == "/listing/photos/0/bytes"
    with pytest.raises(UndecodableError, match="twice"):
        take_pictures(body(raw(b"picture")).replace(b'"id"', b'"id": "e-0", "id"'))
