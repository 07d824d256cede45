"""Who verifies identities: the declared providers, each with its keys, its deadline and its breaker."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from holdfast.operations.challenge import OWNERS
from holdfast.operations.guarded import Guarded
from holdfast.operations.identity_nodes import ENV
from holdfast.operations.ports import IdentityProvider
from holdfast.operations.read_identity import read_identity
from holdfast.settings import Settings
from holdfast.vocabulary.clock import Clock, Tick
from holdfast.vocabulary.errors import IdentityFileError, SettingError
from holdfast.vocabulary.identity_specs import FaceIdentity, HttpIdentity, IdentityFile, IdentitySpec, OidcIdentity
from holdfast.wire.owners import owner_hash

_OPENID: Final = "identity.oidc"
_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What providers are made with: secrets of the tenant by purpose, its clock, ticks, the environment."""

    derive: Callable[[str], bytes]
    clock: Clock
    tick: Tick
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifiers:
    """Everybody who verifies identities, by name, the preferred one first, and the key under which owners are hashed.

    An empty key: the tenant's own.
    """

    providers: Mapping[str, IdentityProvider]
    owner_key: bytes = b""


def open_identity(settings: Settings, means: Means) -> Verifiers:
    """Make ready every identity provider that the settings declare."""
    declared = _declared(settings)
    if declared is None:
        return Verifiers(providers={})
    shared = _owner_key(declared, means)
    owner_of = partial(owner_hash, shared or means.derive(OWNERS))
    providers = {spec.reach.id: _provider(spec, means, owner_of) for spec in declared.providers}
    return Verifiers(providers=providers, owner_key=shared)


def _declared(settings: Settings) -> IdentityFile | None:
    """Read the file of identity providers; `None` where the settings name none."""
    if not settings.identity:
        return None
    try:
        content = Path(settings.identity).read_bytes()
    except OSError as error:
        raise SettingError(f"`identity`: `{settings.identity}` cannot be read: {error.strerror}") from None
    try:
        return read_identity(content)
    except IdentityFileError as error:
        line = content.decode("utf-8", "replace")[: error.span.start].count("\n") + 1 if error.span else 1
        where = f"{Path(settings.identity).name}, line {line}: {error.message}"
        raise IdentityFileError(where, pointer=error.pointer, hint=error.hint, span=error.span) from None


def _owner_key(declared: IdentityFile, means: Means) -> bytes:
    """Give the key for owners that the bank shares, empty where it shares none."""
    at = declared.owner_key_file
    if not at:
        return b""
    try:
        key = bytes.fromhex(_line("owner_key_file", at, means))
    except ValueError:
        key = b""
    if len(key) < _KEY_BYTES:
        raise SettingError(f"`owner_key_file`: the key in `{at}` cannot be read", hint="at least 32 bytes in hex")
    return key


def _provider(spec: IdentitySpec, means: Means, owner_of: Callable[[str], str]) -> IdentityProvider:
    """Make one provider; each kind is loaded only where it is declared."""
    if isinstance(spec, FaceIdentity):
        return _face(spec, means)  # bare: it is no call away, and the capture page asks for what it is
    made = _http(spec, means, owner_of) if isinstance(spec, HttpIdentity) else _oidc(spec, means, owner_of)
    return Guarded(made, spec.reach, means.tick)


def _http(spec: HttpIdentity, means: Means, owner_of: Callable[[str], str]) -> IdentityProvider:
    from holdfast.gateways.identity.http import HttpIdentityProvider
    from holdfast.gateways.identity.signatures import read_key

    name, places = spec.reach.id, spec.callback.key_files if spec.callback else ()
    keys = tuple(read_key(_line(name, at, means), name=name) for at in places)
    return HttpIdentityProvider(spec, clock=means.clock, owner_of=owner_of, secret=_secret(spec, means), keys=keys)


def _oidc(spec: OidcIdentity, means: Means, owner_of: Callable[[str], str]) -> IdentityProvider:
    from holdfast.gateways.identity.oidc import OidcProvider

    key = means.derive(f"{_OPENID}.{spec.reach.id}")
    return OidcProvider(spec, clock=means.clock, owner_of=owner_of, secret=_secret(spec, means), key=key)


def _face(spec: FaceIdentity, means: Means) -> IdentityProvider:
    from holdfast.gateways.identity.face.provider import face_provider

    return face_provider(spec.reach.id, spec.spec, clock=means.clock)


def _secret(spec: HttpIdentity | OidcIdentity, means: Means) -> str:
    """Read a provider's key."""
    return _line(spec.reach.id, spec.reach.auth_file, means) if spec.reach.auth_file else ""


def _line(name: str, at: str, means: Means) -> str:
    """Read one line without spaces: of a file, or of the environment where `at` says `env:NAME`."""
    try:
        line = means.environment.get(at.removeprefix(ENV), "") if at.startswith(ENV) else _of_file(at)
    except (OSError, ValueError):
        line = ""
    line = line.strip()
    if not line or not line.isascii() or not line.isprintable() or " " in line:
        hint = "one line of printable characters, without spaces"
        raise SettingError(f"`{name}`: the key in `{at}` cannot be read", hint=hint)
    return line


def _of_file(path: str) -> str:
    return Path(path).read_text(encoding="ascii")
