"""Look at the pictures that came inside an event, and put what they show in their place."""

from dataclasses import dataclass

from holdfast.operations.record import idempotency_key
from holdfast.operations.shard import Shard
from holdfast.vocabulary.errors import PhotoError, TooLargeError
from holdfast.wire.photos import carries_pictures, take_pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """The body of an event without pictures, and the hash of what came in its place, where that was another."""

    body: bytes
    came: bytes | None = None


async def look_at_pictures(shard: Shard, body: bytes) -> Arrived:
    """Give the body of an event with fingerprints instead of pictures; others are given as they are.

    What was answered before is not looked at again. Raises PhotoError or TooLargeError with a pointer to the picture,
    OverloadedError when there are too many.
    """
    if not carries_pictures(body):
        return Arrived(body=body)
    carried = take_pictures(body, shard.ports.store.keyed_hash)
    if not carried.pictures:
        return Arrived(body=body)
    before = shard.ports.store.find(idempotency_key(carried.message.id))
    looked = {}
    if before is None or before.body_hash != carried.came:
        for at, picture in carried.pictures.items():
            try:
                looked[at] = (await shard.photos.look(picture)).photo
            except (PhotoError, TooLargeError) as error:
                raise type(error)(error.message, pointer=carried.pointer(at), hint=error.hint) from None
    return Arrived(body=carried.with_photos(looked), came=carried.came)
