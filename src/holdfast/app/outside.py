"""What the settings name outside the packs: the bank's own rules, tables of addresses, providers and who asks them."""

from pathlib import Path

from holdfast.app.operators import open_operator
from holdfast.gateways.places import AddressTables
from holdfast.gateways.provider import HttpProvider
from holdfast.operations.ports import Provider
from holdfast.operations.read_providers import read_providers
from holdfast.operations.reader import Reader
from holdfast.regulation import place_of
from holdfast.settings import Settings
from holdfast.vocabulary.clock import Tick
from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.outside import ProviderSpec


def _read(setting: str, path: str) -> bytes:
    """Read a file that a setting names."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise SettingError(f"`{setting}`: `{path}` cannot be read: {error.strerror}") from None


def own_rules(settings: Settings) -> dict[str, bytes]:
    """Give the bank's own rules by their place among the packs; none where the settings name no file."""
    if not settings.rules:
        return {}
    data = _read("rules", settings.rules)
    return {place_of(data): data}


def providers_content(settings: Settings) -> bytes | None:
    """Give the file of providers."""
    return _read("providers", settings.providers) if settings.providers else None


def open_places(settings: Settings) -> AddressTables | None:
    """Read the tables of addresses that the settings name; none where they name no file."""
    return AddressTables(settings.places) if settings.places else None


def open_readers(settings: Settings, tick: Tick, *, home: str = "") -> dict[str, Reader]:
    """Make ready to ask every provider that the settings declare, each with its key; `home` is the tenant's country."""
    content = providers_content(settings)
    specs = () if content is None else read_providers(content)
    return {spec.id: Reader(spec, _provider(spec), tick, home=home) for spec in specs}


def _provider(spec: ProviderSpec) -> Provider:
    """Make who asks a provider: a mobile operator by its published API, any other by the fields of its declaration."""
    return (
        HttpProvider(spec, _secret(spec))
        if spec.operator is None
        else open_operator(spec, spec.operator, _secret(spec))
    )


def _secret(spec: ProviderSpec) -> str:
    """Read a provider's key from its own file."""
    if not spec.auth_file:
        return ""
    try:
        secret = Path(spec.auth_file).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        secret = ""
    if not secret.isprintable() or not secret or " " in secret:
        hint = "one line of printable characters, without spaces"
        raise SettingError(f"`{spec.id}`: the key in `{spec.auth_file}` cannot be read", hint=hint)
    return secret
