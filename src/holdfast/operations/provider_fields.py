"""The keys that every provider of a file has, whatever it speaks."""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from holdfast.regulation.nodes import Node, nearest
from holdfast.vocabulary.outside import RESERVED
from holdfast.vocabulary.schema import Field, FieldType
from holdfast.wire.fields import MINOR, event_schema, rule_name

NUMBERS: Final[Mapping[str, tuple[int, int]]] = {
    "timeout_ms": (1, 10_000),
    "max_age_s": (0, 30 * 86_400),
    "cache_s": (0, 86_400),
    "cache_entries": (1, 1_000_000),
    "failures": (1, 1_000),
    "pause_s": (1, 3_600),
    "connections": (1, 1_000),
    "cost": (0, 1_000_000),
}
OPTIONAL: Final = (*NUMBERS, "kind", "auth_file", "ca_file", "plain")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_UNASKED: Final = frozenset({"transfer_result", "fraud_report", "label"})


def common(fields: Mapping[str, Node]) -> dict[str, Any]:
    """Read what every provider may say of itself, by the names of a ProviderSpec."""
    return {
        "auth_file": fields["auth_file"].text() if "auth_file" in fields else "",
        "ca_file": fields["ca_file"].text() if "ca_file" in fields else "",
        "plain": is_plain(fields),
        **{name: number(fields[name], *limits) for name, limits in NUMBERS.items() if name in fields},
    }


def is_plain(fields: Mapping[str, Node]) -> bool:
    """Tell whether the file says that the network is private."""
    return fields["plain"].flag() if "plain" in fields else False


def answer_name(node: Node, text: str) -> str:
    """Take the name of an answer."""
    if not _NAME.fullmatch(text) or text in RESERVED:
        hint = "small letters, digits and `_`, a letter first" if text not in RESERVED else "choose another name"
        raise node.fault(f"`{text[:40]}` cannot be the name of a value", hint)
    return text


def name_of(node: Node) -> str:
    """Read a name that rules can spell."""
    text = node.text()
    if not _NAME.fullmatch(text):
        raise node.fault(
            f"`{text[:40]}` is no name for rules", "small letters, digits and `_`, a letter first, at most 40"
        )
    return text


def number(node: Node, least: int, most: int) -> int:
    """Read a whole number within limits."""
    found = node.integer()
    if not least <= found <= most:
        raise node.fault(f"a whole number from {least} to {most} is expected here")
    return found


def address(node: Node, *, plain: bool) -> str:
    """Read an address: https, or http to this machine, or where `plain` says that the network is private."""
    text = node.text()
    parts = urlsplit(text)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise node.fault("an address is expected here", "for example `https://telecom.example/v1/check`")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise node.fault("an address has plain characters only", "write others as `%` and two digits, or in punycode")
    if parts.username is not None or parts.password is not None:
        raise node.fault("an address must not hold a password", "put the key in a file and name it by `auth_file`")
    if parts.scheme == "http" and not plain and not _is_loopback(parts.hostname):
        hint = "use https, or set `plain: true` where the network itself is private"
        raise node.fault("the call would carry personal data in the open", hint)
    return text


def _is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def types_of(node: Node) -> tuple[str, ...]:
    """Read the event types that a provider is asked about."""
    known = [name for name in event_schema().event_types() if name not in _UNASKED]
    types = node.words()
    for item in node.items():
        if item.text() not in known:
            raise item.fault(f"no provider is asked about `{item.text()}`", nearest(item.text(), known))
    if not types:
        raise node.fault("at least one event type is expected here")
    return types


def sent_of(node: Node, on: tuple[str, ...]) -> dict[str, str]:
    """Read what is sent: the provider's word, and the field of the event, which some of its types must have."""
    known = sendable(on)
    entries = node.entries()
    for entry in entries.values():
        if entry.text() not in known:
            raise entry.fault(f"the event has no field `{entry.text()}`", nearest(entry.text(), sorted(known)))
    if not entries:
        raise node.fault("at least one field is expected here", "without one there is nothing to ask by")
    return {word: rule_name(entry.text()) for word, entry in entries.items()}


def sendable(on: tuple[str, ...]) -> dict[str, Field]:
    """Give the fields of some event types by their names on the wire."""
    schema = event_schema()
    return {
        path + (MINOR if field.type is FieldType.MONEY else ""): field
        for event_type in on
        for path, field in schema.fields[event_type].items()
        if field.type is not FieldType.PARTY
    }
