"""A capture on the wire: what the page tells of its camera when pictures are about to come."""

from typing import Annotated

import msgspec

from holdfast.wire.canonical import canonical

_Pixels = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
_Rate = Annotated[float, msgspec.Meta(ge=0, le=10_000)]
_Label = Annotated[str, msgspec.Meta(max_length=200)]


class Picture(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The size and the frames a second of a video; 0 where the browser does not say."""

    width: _Pixels = 0
    height: _Pixels = 0
    rate: _Rate = 0


class CameraTold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was asked of a camera, what it says that it gives, and what was seen to come.

    `label` and `facing` are the browser's words for the camera; `slow` is the person's wish for more time.
    """

    asked: Picture
    given: Picture
    seen: Picture
    label: _Label = ""
    facing: _Label = ""
    slow: bool = False


class CaptureReply(msgspec.Struct, frozen=True, kw_only=True):
    """Where a capture stands, for the page: what to ask, for how long, and what is wrong with the picture.

    `command` is empty while the person looks straight into the camera; `ended` is empty while the capture goes on,
    `more` tells whether the person may try again; `go` is the page of another provider where this one did not answer.
    """

    step: int
    of: int
    left_ms: int
    command: str = ""
    flaw: str = ""
    ended: str = ""
    more: bool = False
    go: str = ""


_TOLD = msgspec.json.Decoder(CameraTold)


def read_camera(data: bytes) -> CameraTold:
    """Read what a page tells of its camera; raises msgspec.ValidationError or msgspec.DecodeError."""
    return _TOLD.decode(data)


def write_reply(reply: CaptureReply) -> bytes:
    """Write an answer to the page."""
    return canonical(reply)
