"""Read the file of providers: strictly, with the place of every fault."""

from typing import Final

from holdfast.operations.provider_fields import (
    OPTIONAL,
    address,
    answer_name,
    common,
    is_plain,
    name_of,
    sent_of,
    types_of,
)
from holdfast.operations.read_operators import read_operator
from holdfast.regulation.document import read_document
from holdfast.regulation.nodes import Node, root_of
from holdfast.vocabulary.errors import PackError, ProvidersError
from holdfast.vocabulary.outside import ProviderSpec, Told
from holdfast.vocabulary.schema import FieldType
from holdfast.wire.outside import ANSWER_TYPES

PROVIDERS_MAX: Final = 32
ANSWERS_MAX: Final = 32
KINDS: Final = ("http", "camara")


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
    entries = row.entries()
    kind = entries["kind"].choice(KINDS) if "kind" in entries else "http"
    return read_operator(row) if kind == "camara" else _http(row)


def _http(row: Node) -> ProviderSpec:
    """Read a provider that is asked by the fields that its row names."""
    fields = row.fields(("id", "url", "on", "send", "answers"), OPTIONAL)
    on = types_of(fields["on"])
    return ProviderSpec(
        id=name_of(fields["id"]),
        url=address(fields["url"], plain=is_plain(fields)),
        on=on,
        send=sent_of(fields["send"], on),
        answers=_answers(fields["answers"]),
        **common(fields),
    )


def _answers(node: Node) -> tuple[Told, ...]:
    """Read what comes back."""
    entries = node.entries()
    if not 1 <= len(entries) <= ANSWERS_MAX:
        raise node.fault(f"1 to {ANSWERS_MAX} values are expected here")
    return tuple(_told(name, entry) for name, entry in entries.items())


def _told(name: str, node: Node) -> Told:
    """Read one value."""
    told = answer_name(node, name)
    fields = node.fields(("type", "at"), ("shown",))
    return Told(
        name=told,
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
