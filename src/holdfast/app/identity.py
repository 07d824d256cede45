"""Who verifies identities: the declared providers, each with its keys, its deadline and its breaker."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from holdfast.operations.guarded import Guarded
from holdfast.operations.ports import IdentityProvider
from holdfast.operations.read_identity import read_identity
from holdfast.settings import Settings
from holdfast.vocabulary.clock import Clock, Tick
from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.identity_specs import FaceIdentity, HttpIdentity, IdentityFile, IdentitySpec, OidcIdentity
from holdfast.wire.owners import owner_hash

OWNERS: Final = "identity.owner"
_OPENID: Final = "identity.oidc"
_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What providers are made with: secrets of the tenant by purpose, its clock, ticks."""

    derive: Callable[[str], bytes]
    clock: Clock
    tick: Tick


def identity_providers(settings: Settings, means: Means) -> dict[str, IdentityProvider]:
    """Make ready every identity provider that the settings declare, by name, the preferred one first."""
    declared = identity_file(settings)
    if declared is None:
        return {}
    owner_of = partial(owner_hash, owner_key(declared, means.derive))
    return {spec.reach.id: _provider(spec, means, owner_of) for spec in declared.providers}


def identity_file(settings: Settings) -> IdentityFile | None:
    """Read the file of identity providers; `None` where the settings name none."""
    if not settings.identity:
        return None
    try:
        content = Path(settings.identity).read_bytes()
    except OSError as error:
        raise SettingError(f"`identity`: `{settings.identity}` cannot be read: {error.strerror}") from None
    return read_identity(content)


def owner_key(declared: IdentityFile | None, derive: Callable[[str], bytes]) -> bytes:
    """Give the key under which owners are hashed: the one that the bank shares, else the tenant's own."""
    if declared is None or not declared.owner_key_file:
        return derive(OWNERS)
    path = declared.owner_key_file
    try:
        key = bytes.fromhex(_line("owner_key_file", path))
    except ValueError:
        key = b""
    if len(key) < _KEY_BYTES:
        raise SettingError(f"`owner_key_file`: the key in `{path}` cannot be read", hint="at least 32 bytes in hex")
    return key


def _provider(spec: IdentitySpec, means: Means, owner_of: Callable[[str], str]) -> IdentityProvider:
    """Make one provider; each kind is loaded only where it is declared."""
    if isinstance(spec, FaceIdentity):
        return _face(spec)  # bare: it is no call away, and the capture page asks for what it is
    made = _http(spec, means, owner_of) if isinstance(spec, HttpIdentity) else _oidc(spec, means, owner_of)
    return Guarded(made, spec.reach, means.tick)


def _http(spec: HttpIdentity, means: Means, owner_of: Callable[[str], str]) -> IdentityProvider:
    from holdfast.gateways.identity.http import HttpIdentityProvider  # noqa: PLC0415 - only where declared
    from holdfast.gateways.identity.signatures import read_key  # noqa: PLC0415 - only where declared

    name, files = spec.reach.id, spec.callback.key_files if spec.callback else ()
    keys = tuple(read_key(_line(name, path)) for path in files)
    return HttpIdentityProvider(spec, clock=means.clock, owner_of=owner_of, secret=_secret(spec), keys=keys)


def _oidc(spec: OidcIdentity, means: Means, owner_of: Callable[[str], str]) -> IdentityProvider:
    from holdfast.gateways.identity.oidc import OidcProvider  # noqa: PLC0415 - only where declared

    key = means.derive(f"{_OPENID}.{spec.reach.id}")
    return OidcProvider(spec, clock=means.clock, owner_of=owner_of, secret=_secret(spec), key=key)


def _face(spec: FaceIdentity) -> IdentityProvider:
    """Refuse a face provider: this build has none."""
    raise SettingError(f"`{spec.reach.id}`: there is no provider of kind `face`", hint="use `http` or `oidc`")


def _secret(spec: HttpIdentity | OidcIdentity) -> str:
    """Read a provider's key from its own file."""
    return _line(spec.reach.id, spec.reach.auth_file) if spec.reach.auth_file else ""


def _line(name: str, path: str) -> str:
    """Read a file of one line without spaces."""
    try:
        line = Path(path).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        line = ""
    if not line or not line.isprintable() or " " in line:
        hint = "one line of printable characters, without spaces"
        raise SettingError(f"`{name}`: the key in `{path}` cannot be read", hint=hint)
    return line
