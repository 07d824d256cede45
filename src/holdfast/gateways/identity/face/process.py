"""The process in which strangers' faces are looked at: picture by picture, each answered with a line of JSON.

First comes how faces are compared, then pictures, each as its length in four bytes, a letter for what is wanted, and
itself. It ends when its input does, or with the one that started it. With `--check` it only says how it would start.
"""

import os
import resource
import sys
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec

from holdfast.gateways.identity.face.cores import leave_no_core
from holdfast.gateways.identity.face.seen import COMPARE, LENGTH_BYTES, REFUSED, UNAVAILABLE, Ready, Seen
from holdfast.vocabulary.errors import HoldfastError, SettingError, UnavailableError
from holdfast.vocabulary.face_specs import FaceSpec

if TYPE_CHECKING:
    from holdfast.gateways.identity.face.eye import Eye

_MOST_MEMORY: Final = 3 * 1024**3
_LOW_PRIORITY: Final = 10  # decisions go first


def serve(asked: BinaryIO, answers: BinaryIO, *, only_check: bool) -> None:
    """Say how the start went, then answer picture by picture until there are no more."""
    spec = msgspec.json.decode(_taken(asked), type=FaceSpec)
    try:
        eye = _eye(spec)
    except UnavailableError as error:
        return _say(answers, Ready(state=UNAVAILABLE, why=_whole(error)))
    except SettingError as error:
        return _say(answers, Ready(state=REFUSED, why=_whole(error)))
    _say(answers, eye.ready())
    while not only_check and (data := _taken(asked)):
        _say(answers, eye.look(data[1:], compare=data[:1] == COMPARE))
    return None


def _eye(spec: FaceSpec) -> "Eye":
    """Make ready what looks."""
    try:
        from holdfast.gateways.identity.face.eye import Eye
    except ImportError as error:
        raise UnavailableError(f"`{error.name}` is not installed", hint="install `holdfast[face]`") from None
    return Eye(spec)


def _taken(asked: BinaryIO) -> bytes:
    """Take the next message; empty at the end."""
    head = asked.read(LENGTH_BYTES)
    return asked.read(int.from_bytes(head, "big")) if len(head) == LENGTH_BYTES else b""


def _say(answers: BinaryIO, said: Ready | Seen) -> None:
    answers.write(msgspec.json.encode(said) + b"\n")
    answers.flush()


def _whole(error: HoldfastError) -> str:
    return f"{error.message}; {error.hint}" if error.hint else error.message


def _modest() -> None:
    """Take little memory, let decisions go first, and leave no picture in a core file."""
    leave_no_core()
    os.nice(_LOW_PRIORITY)
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))


if __name__ == "__main__":
    _modest()
    serve(sys.stdin.buffer, sys.stdout.buffer, only_check="--check" in sys.argv[1:])
