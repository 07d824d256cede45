"""The port that a server listens on, and how many connections the operating system lets it have."""

import resource
import socket
from typing import Final

import structlog

from holdfast.settings import Settings
from holdfast.vocabulary.errors import SettingError

_BACKLOG: Final = 2_048
_PROBES: Final = {  # seconds, seconds, times, milliseconds
    "TCP_KEEPIDLE": 30,
    "TCP_KEEPINTVL": 10,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 60_000,
}
_OWN: Final = 256
_LEAST: Final = 512
_ENOUGH: Final = 10_000
_log = structlog.get_logger("holdfast.serve")


def keep_apart_from_the_dead(sock: socket.socket) -> None:
    """Have the system end accepted connections whose other side is gone without a word."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _PROBES.items():
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def bind(settings: Settings) -> socket.socket:
    """Take the port, so that a taken one is a clear error before anything is opened."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # the protocol by name: without it asyncio leaves Nagle on, and every answer waits 40 ms for an acknowledgement
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    keep_apart_from_the_dead(sock)
    try:
        sock.bind((settings.host, settings.port))
        sock.listen(_BACKLOG)
    except OSError as error:
        sock.close()
        raise SettingError(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}", hint="choose another `--port`"
        ) from None
    return sock


def room_for_connections() -> int:
    """Raise the limit of open files as far as it goes, and give how many connections have room beside our own files.

    Raises SettingError where there is next to none; where there are few, the log says so.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < _LEAST:
        raise SettingError(
            f"this process may have only {hard} files open, and each connection is one",
            hint=f"raise the limit to {_ENOUGH + _OWN} (`ulimit -n`, or `LimitNOFILE=` of systemd)",
        )
    room = hard - _OWN
    if room < _ENOUGH:
        _log.warning("few connections", connections=room, hint="raise the limit of open files (`ulimit -n`)")
    return room
