"""What the declarations of all identity providers share: names, limits, addresses, pointers."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from holdfast.regulation.nodes import Node
from holdfast.vocabulary.errors import PackError
from holdfast.vocabulary.identity_specs import Pointer, Reach
from holdfast.wire.web_addresses import is_loopback

ENV: Final = "env:"
REACH: Final = ("timeout_ms", "failures", "pause_s", "connections", "auth_file", "ca_file", "plain")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_SECRET: Final = re.compile(r"(?:whsec|whsk|whpk)_.*|[0-9A-Fa-f]{64,}|-----BEGIN.*", re.DOTALL)
_NUMBERS: Final[Mapping[str, tuple[int, int]]] = {
    "timeout_ms": (1, 60_000),
    "failures": (1, 1_000),
    "pause_s": (1, 3_600),
    "connections": (1, 1_000),
}


def read_reach(fields: Mapping[str, Node]) -> Reach:
    """Read the name of a provider and how it is asked."""
    return Reach(
        id=name_of(fields["id"]),
        auth_file=key_file(fields["auth_file"]) if "auth_file" in fields else "",
        ca_file=text_in(fields, "ca_file"),
        plain=flag_in(fields, "plain"),
        **{name: number for key, limits in _NUMBERS.items() for name, number in number_in(fields, key, limits).items()},
    )


def name_of(node: Node) -> str:
    """Read a name that may stand in a path."""
    text = node.text()
    if not _NAME.fullmatch(text):
        hint = "small letters, digits and `_`, a letter first, at most 40"
        raise node.fault(f"`{text[:40]}` is no name of a provider", hint)
    return text


def number_in(fields: Mapping[str, Node], name: str, limits: tuple[int, int]) -> dict[str, int]:
    """Read a whole number within limits under its name; nothing where it is absent."""
    if name not in fields:
        return {}
    number, (least, most) = fields[name].integer(), limits
    if not least <= number <= most:
        raise fields[name].fault(f"a whole number from {least} to {most} is expected here")
    return {name: number}


def decimal_in(fields: Mapping[str, Node], name: str, limits: tuple[float, float]) -> dict[str, float]:
    """Read a number within limits under its name; nothing where it is absent."""
    if name not in fields:
        return {}
    value, (least, most) = fields[name].value, limits
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise fields[name].fault(f"a number from {least:g} to {most:g} is expected here")
    return {name: float(value)}


def key_file(node: Node, *, env: bool = True) -> str:
    """Read where a key lies: a file, or `env:NAME`; a key that stands here itself is refused and not repeated."""
    text = node.text()
    if _SECRET.fullmatch(text):
        raise node.fault("a key must not stand in this file", "put it into a file of its own and name that")
    if not text.startswith(ENV):
        return text
    if not env:
        raise node.fault("a file is expected here")
    if not _VARIABLE.fullmatch(text.removeprefix(ENV)):
        raise node.fault("the name of a variable is expected behind `env:`", "for example `env:CENTRE_KEY`")
    return text


def text_in(fields: Mapping[str, Node], name: str) -> str:
    """Read a text that may be absent."""
    return fields[name].text() if name in fields else ""


def flag_in(fields: Mapping[str, Node], name: str) -> bool:
    """Read a flag that is false when absent."""
    return fields[name].flag() if name in fields else False


def read_address(node: Node, *, plain: bool) -> str:
    """Read an address: https, or http to this machine, or where `plain` says that the network is private."""
    text = node.text()
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise _no_address(node) from None
    if parts.scheme not in {"https", "http"} or not host:
        raise _no_address(node)
    if not text.isascii() or not text.isprintable() or " " in text:
        raise node.fault("an address has plain characters only", "write others as `%` and two digits, or in punycode")
    if "@" in parts.netloc:
        raise node.fault("an address must not hold a password", "put the key in a file and name it by `auth_file`")
    if parts.fragment:
        raise node.fault("an address must not have a fragment", "drop what stands after `#`")
    if parts.scheme == "http" and not plain and not is_loopback(host):
        hint = "use https, or set `plain: true` where the network itself is private"
        raise node.fault("the call would carry personal data in the open", hint)
    return text


def _no_address(node: Node) -> PackError:
    return node.fault("an address is expected here", "for example `https://id.example/v1/sessions`")


def read_pointer(node: Node) -> Pointer:
    """Read a JSON pointer (RFC 6901)."""
    text = node.text()
    if not text.startswith("/"):
        raise node.fault("a JSON pointer is expected here", "for example `/result/status`")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in text[1:].split("/"))


def pointer_in(fields: Mapping[str, Node], name: str) -> Pointer:
    """Read a JSON pointer that may be absent."""
    return read_pointer(fields[name]) if name in fields else ()
