"""Read the declaration of an OpenID provider."""

from collections.abc import Mapping
from typing import Final

from holdfast.operations.identity_nodes import REACH, flag_in, read_address, read_reach, text_in
from holdfast.regulation.nodes import Node
from holdfast.vocabulary.identity import Check
from holdfast.vocabulary.identity_specs import Assurance, ClientAuth, OidcIdentity

_REQUIRED: Final = ("id", "kind", "auth_file", "issuer", "client_id", "redirect_uri", "acr")
_OPTIONAL: Final = ("client_auth", "scopes", "userinfo", "assurance", "operation")
_RETURN: Final = "/v1/identity/return/"


def read_oidc(row: Node) -> OidcIdentity:
    """Read one provider of kind `oidc`."""
    fields = row.fields(_REQUIRED, tuple(name for name in (*_OPTIONAL, *REACH) if name not in _REQUIRED))
    reach = read_reach(fields)
    operation = fields["operation"].fields(("parameter", "claim")) if "operation" in fields else {}
    return OidcIdentity(
        reach=reach,
        issuer=_issuer(fields["issuer"], plain=reach.plain),
        client_id=fields["client_id"].text(),
        redirect_uri=_redirect(fields["redirect_uri"], reach.id),
        acr=_acr(fields["acr"]),
        client_auth=_client_auth(fields),
        scopes=_scopes(fields["scopes"]) if "scopes" in fields else ("openid",),
        userinfo=flag_in(fields, "userinfo"),
        assurance=_assurance(fields["assurance"]) if "assurance" in fields else None,
        operation_parameter=text_in(operation, "parameter"),
        operation_claim=text_in(operation, "claim"),
    )


def _issuer(node: Node, *, plain: bool) -> str:
    """Read an issuer, which is compared to the letter."""
    text = read_address(node, plain=plain)
    if "?" in text:
        raise node.fault("an issuer has no query")
    return text


def _redirect(node: Node, name: str) -> str:
    """Read the address to which the person comes back: the route of this provider."""
    text = read_address(node, plain=True)
    if not text.endswith(f"{_RETURN}{name}"):
        raise node.fault("the person would not come back here", f"it ends in `{_RETURN}{name}`")
    return text


def _acr(node: Node) -> dict[str, frozenset[Check]]:
    """Read which checks a login of each class stands for."""
    entries = node.entries()
    if not entries:
        raise node.fault("at least one class is expected here")
    return {name: _checks(entry) for name, entry in entries.items() if _is_word(entry, name)}


def _is_word(node: Node, name: str) -> bool:
    """Refuse a class that could not be asked for: classes are separated by spaces."""
    if not name or " " in name:
        raise node.fault(f"`{name}` is no class of authentication", "one word, such as `urn:example:loa:high`")
    return True


def _checks(node: Node) -> frozenset[Check]:
    """Read a list of checks, which may be empty."""
    return frozenset(Check(item.choice(tuple(Check))) for item in node.items())


def _client_auth(fields: Mapping[str, Node]) -> ClientAuth:
    """Read how the client proves itself."""
    if "client_auth" not in fields:
        return ClientAuth.BASIC
    return ClientAuth(fields["client_auth"].choice(tuple(ClientAuth)))


def _scopes(node: Node) -> tuple[str, ...]:
    """Read the scopes, of which `openid` is always one."""
    words = node.words()
    if "openid" not in words:
        raise node.fault("`openid` is missing", "without it there is no ID token")
    return words


def _assurance(node: Node) -> Assurance:
    """Read which verified claims are believed."""
    fields = node.fields(("trust_frameworks", "owner"), ("evidence",))
    frameworks = fields["trust_frameworks"].words()
    if not frameworks:
        raise fields["trust_frameworks"].fault("at least one trust framework is expected here")
    evidence = fields["evidence"].words() if "evidence" in fields else ()
    return Assurance(trust_frameworks=frameworks, owner=fields["owner"].text(), evidence=evidence)
