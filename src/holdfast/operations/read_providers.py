"""Read the file of providers: strictly, with the place of every fault."""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from holdfast.regulation.document import read_document
from holdfast.regulation.nodes import Node, nearest, root_of
from holdfast.vocabulary.errors import PackError, ProvidersError
from holdfast.vocabulary.outside import RESERVED, ProviderSpec, Told
from holdfast.vocabulary.schema import FieldType
from holdfast.wire.fields import MINOR, event_schema, rule_name
from holdfast.wire.outside import ANSWER_TYPES

PROVIDERS_MAX: Final = 32
ANSWERS_MAX: Final = 32
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NUMBERS: Final[Mapping[str, tuple[int, int]]] = {
    "timeout_ms": (1, 10_000),
    "max_age_s": (0, 30 * 86_400),
    "cache_s": (0, 86_400),
    "cache_entries": (1, 1_000_000),
    "failures": (1, 1_000),
    "pause_s": (1, 3_600),
    "connections": (1, 1_000),
}
_UNASKED: Final = frozenset({"transfer_result", "fraud_report", "label"})


def read_providers(data: bytes) -> tuple[ProviderSpec, ...]:
    """Read every provider of a file; every fault is a ProvidersError with a pointer, a hint and the span."""
    try:
        rows = root_of(read_document(data)).fields(("providers",))["providers"].items()
        specs = tuple(_provider(row) for row in rows)
        _once(rows, [spec.id for spec in specs])
    except PackError as error:
        raise ProvidersError(error.message, pointer=error.pointer, hint=error.hint, span=error.span) from None
    return specs


def _once(rows: tuple[Node, ...], ids: list[str]) -> None:
    """Refuse no provider, too many, and two of one name."""
    if not 1 <= len(rows) <= PROVIDERS_MAX:
        raise ProvidersError(f"a file declares 1 to {PROVIDERS_MAX} providers", pointer="/providers")
    for index, name in enumerate(ids):
        if name in ids[:index]:
            raise rows[index].fault(f"the provider `{name}` stands twice", "keep one of the two")


def _provider(row: Node) -> ProviderSpec:
    """Read one provider."""
    fields = row.fields(("id", "url", "on", "send", "answers"), (*_NUMBERS, "auth_file", "ca_file", "plain"))
    plain = fields["plain"].flag() if "plain" in fields else False
    on = _types(fields["on"])
    return ProviderSpec(
        id=_name(fields["id"]),
        url=_address(fields["url"], plain=plain),
        on=on,
        send=_sent(fields["send"], on),
        answers=_answers(fields["answers"]),
        auth_file=fields["auth_file"].text() if "auth_file" in fields else "",
        ca_file=fields["ca_file"].text() if "ca_file" in fields else "",
        plain=plain,
        **{name: _number(fields[name], *limits) for name, limits in _NUMBERS.items() if name in fields},
    )


def _name(node: Node) -> str:
    """Read a name that rules can spell."""
    text = node.text()
    if not _NAME.fullmatch(text):
        raise node.fault(
            f"`{text[:40]}` is no name for rules", "small letters, digits and `_`, a letter first, at most 40"
        )
    return text


def _number(node: Node, least: int, most: int) -> int:
    """Read a whole number within limits."""
    number = node.integer()
    if not least <= number <= most:
        raise node.fault(f"a whole number from {least} to {most} is expected here")
    return number


def _address(node: Node, *, plain: bool) -> str:
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


def _types(node: Node) -> tuple[str, ...]:
    """Read the event types that a provider is asked about."""
    known = [name for name in event_schema().event_types() if name not in _UNASKED]
    types = node.words()
    for item in node.items():
        if item.text() not in known:
            raise item.fault(f"no provider is asked about `{item.text()}`", nearest(item.text(), known))
    if not types:
        raise node.fault("at least one event type is expected here")
    return types


def _sent(node: Node, on: tuple[str, ...]) -> dict[str, str]:
    """Read what is sent: the provider's word, and the field of the event, which some of its types must have."""
    schema = event_schema()
    known = {
        path + (MINOR if field.type is FieldType.MONEY else "")
        for event_type in on
        for path, field in schema.fields[event_type].items()
        if field.type is not FieldType.PARTY
    }
    entries = node.entries()
    for entry in entries.values():
        if entry.text() not in known:
            raise entry.fault(f"the event has no field `{entry.text()}`", nearest(entry.text(), sorted(known)))
    if not entries:
        raise node.fault("at least one field is expected here", "without one there is nothing to ask by")
    return {word: rule_name(entry.text()) for word, entry in entries.items()}


def _answers(node: Node) -> tuple[Told, ...]:
    """Read what comes back."""
    entries = node.entries()
    if not 1 <= len(entries) <= ANSWERS_MAX:
        raise node.fault(f"1 to {ANSWERS_MAX} values are expected here")
    return tuple(_told(name, entry) for name, entry in entries.items())


def _told(name: str, node: Node) -> Told:
    """Read one value."""
    if not _NAME.fullmatch(name) or name in RESERVED:
        hint = "small letters, digits and `_`, a letter first" if name not in RESERVED else "choose another name"
        raise node.fault(f"`{name[:40]}` cannot be the name of a value", hint)
    fields = node.fields(("type", "at"), ("shown",))
    return Told(
        name=name,
        type=FieldType(fields["type"].choice(ANSWER_TYPES)),
        at=_pointer(fields["at"]),
        shown=fields["shown"].flag() if "shown" in fields else False,
    )


def _pointer(node: Node) -> tuple[str, ...]:
    """Read a JSON pointer (RFC 6901)."""
    text = node.text()
    if not text.startswith("/"):
        raise node.fault("a JSON pointer is expected here", "for example `/result/score`")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in text[1:].split("/"))
