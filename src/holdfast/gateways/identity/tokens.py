"""What an ID token must say to be believed, and what it then means for a session (OpenID Connect Core 1.0, 3.1.3.7)."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from holdfast.gateways.identity.assurance import assured
from holdfast.gateways.identity.mapping import SKEW_MS
from holdfast.vocabulary.errors import GarbageError
from holdfast.vocabulary.identity import Check, Checked, IdentityResult, Verdict
from holdfast.vocabulary.identity_specs import UNCONFIRMED, OidcIdentity

LEEWAY_S: Final = 60
_MS_PER_S: Final = 1_000
_LONGEST: Final = 256


def check_token(spec: OidcIdentity, claims: Mapping[str, Any], nonce: str, *, now_ms: int) -> None:
    """Refuse a token of another issuer, client, session or time; raises GarbageError that names the claim."""
    now_s = now_ms / _MS_PER_S
    expires, issued = _seconds(claims, "exp"), _seconds(claims, "iat")
    good = {
        "iss": claims.get("iss") == spec.issuer,
        "aud": _is_for(spec.client_id, claims),
        "nonce": claims.get("nonce") == nonce,
        "sub": bool(_word(claims, "sub")),
        "exp": expires is not None and expires > now_s - LEEWAY_S,
        "iat": issued is not None and issued < now_s + LEEWAY_S,
    }
    for name, is_good in good.items():
        if not is_good:
            raise GarbageError(f"the `{name}` of the ID token does not fit", pointer=f"/{name}")


def _is_for(client_id: str, claims: Mapping[str, Any]) -> bool:
    """Tell whether a token is for this client, and given to it where it is for several."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp")
    if client_id not in audiences or (party is not None and party != client_id):
        return False
    return len(audiences) == 1 or party == client_id


def result_of(
    spec: OidcIdentity, claims: Mapping[str, Any], owner_of: Callable[[str], str], *, now_ms: int
) -> IdentityResult:
    """Say what a believed token means; what it is silent about was not performed. Raises GarbageError.

    The caller compares class, freshness, owner and operation with what the session requires.
    """
    acr, operation = _word(claims, "acr"), _word(claims, spec.operation_claim) if spec.operation_claim else ""
    who = assured(spec.assurance, claims) if spec.assurance else None
    passed = set(spec.acr.get(acr, ()))
    if who is not None:
        passed |= {Check.DATA_MATCH} | ({Check.DOCUMENT} if who.by_document else set())
    return IdentityResult(
        done=True,
        checks={
            check: Checked(verdict=Verdict.PASS if check in passed else Verdict.NOT_PERFORMED)
            for check in sorted(checks_of(spec))
        },
        acr=acr,
        auth_ms=_authenticated(claims, now_ms),
        owner=owner_of(who.number) if who else "",
        operation_hash=operation,
        transaction_id=_word(claims, "txn") or _word(claims, "jti"),
        reference_source="provider_db" if who else "",
        error=UNCONFIRMED if spec.operation_claim and not operation else "",
    )


def checks_of(spec: OidcIdentity) -> frozenset[Check]:
    """Name the checks of which a login can tell."""
    by_class = frozenset[Check]().union(*spec.acr.values())
    return by_class | ({Check.DATA_MATCH, Check.DOCUMENT} if spec.assurance else frozenset())


def _authenticated(claims: Mapping[str, Any], now_ms: int) -> int | None:
    """Give the instant of the authentication; one that lies ahead is not believed."""
    if "auth_time" not in claims:
        return None
    instant = _seconds(claims, "auth_time")
    if instant is None or not 0 < instant * _MS_PER_S <= now_ms + SKEW_MS:
        raise GarbageError("the `auth_time` of the ID token cannot be", pointer="/auth_time")
    return int(instant * _MS_PER_S)


def _seconds(claims: Mapping[str, Any], name: str) -> float | None:
    """Read seconds since 1970."""
    value = claims.get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _word(claims: Mapping[str, Any], name: str) -> str:
    """Read a word; what is none was not said."""
    value = claims.get(name)
    return value if isinstance(value, str) and len(value) <= _LONGEST else ""
