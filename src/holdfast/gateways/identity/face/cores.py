"""No picture in a crash: whoever holds pictures of faces in memory leaves no core file behind."""

import resource
from typing import Final

_ONE_BYTE: Final = 1
"""To a file nothing is written at this limit, and Linux starts no collector of cores for it, which it does at 0."""


def leave_no_core() -> None:
    """Have this process and those that it starts write no core file."""
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    most = 0 if hard == 0 else _ONE_BYTE
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))
