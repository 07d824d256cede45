"""Read the file of identity providers: strictly, with the place of every fault."""

from collections.abc import Callable, Mapping
from typing import Final

from holdfast.operations.identity_nodes import key_file
from holdfast.operations.read_face_identity import read_face
from holdfast.operations.read_http_identity import read_http
from holdfast.operations.read_oidc_identity import read_oidc
from holdfast.regulation.document import read_document
from holdfast.regulation.nodes import Node, root_of
from holdfast.vocabulary.errors import IdentityFileError, PackError
from holdfast.vocabulary.identity_specs import IdentityFile, IdentitySpec

PROVIDERS_MAX: Final = 16
_KINDS: Final[Mapping[str, Callable[[Node], IdentitySpec]]] = {"http": read_http, "oidc": read_oidc, "face": read_face}


def read_identity(data: bytes) -> IdentityFile:
    """Read a file of identity providers; every fault is an IdentityFileError with a pointer, a hint and the span."""
    try:
        fields = root_of(read_document(data)).fields(("providers",), ("owner_key_file",))
        rows = fields["providers"].items()
        if not 1 <= len(rows) <= PROVIDERS_MAX:
            raise fields["providers"].fault(f"a file declares 1 to {PROVIDERS_MAX} providers")
        specs = tuple(_provider(row) for row in rows)
        _once(rows, [spec.reach.id for spec in specs])
        owners = key_file(fields["owner_key_file"]) if "owner_key_file" in fields else ""
    except PackError as error:
        raise IdentityFileError(error.message, pointer=error.pointer, hint=error.hint, span=error.span) from None
    return IdentityFile(providers=specs, owner_key_file=owners)


def _provider(row: Node) -> IdentitySpec:
    """Read one provider by its kind."""
    kind = row.entries().get("kind")
    if kind is None:
        raise row.below("kind", None).fault("`kind` is missing", "add `kind`: `http`, `oidc` or `face`")
    return _KINDS[kind.choice(tuple(_KINDS))](row)


def _once(rows: tuple[Node, ...], ids: list[str]) -> None:
    """Refuse two of one name."""
    for index, name in enumerate(ids):
        if name in ids[:index]:
            raise rows[index].fault(f"the provider `{name}` stands twice", "keep one of the two")
