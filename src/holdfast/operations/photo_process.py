"""The process in which strangers' pictures are opened: one after another, each answered with a line of JSON.

On its standard input come pictures, each as its length in four bytes and itself; it ends when the input does. It may
take little memory, so that a picture that swells ends this process and nothing else.
"""

import os
import resource
import sys
from typing import BinaryIO, Final

from holdfast.operations.look_at_photo import told
from holdfast.wire.canonical import canonical
from holdfast.wire.photos import LENGTH_BYTES, READY

_MOST_MEMORY: Final = 2 * 1024**3
_LOW_PRIORITY: Final = 10  # decisions go first


def serve(pictures: BinaryIO, answers: BinaryIO) -> None:
    """Answer picture by picture until there are no more."""
    answers.write(READY)
    answers.flush()
    while len(head := pictures.read(LENGTH_BYTES)) == LENGTH_BYTES:
        answers.write(canonical(told(pictures.read(int.from_bytes(head, "big")))) + b"\n")
        answers.flush()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    os.nice(_LOW_PRIORITY)
    serve(sys.stdin.buffer, sys.stdout.buffer)
