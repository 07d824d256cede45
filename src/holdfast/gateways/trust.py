"""Whom a provider's connections believe."""

import ssl

from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.outside import ProviderSpec


def trust(spec: ProviderSpec) -> ssl.SSLContext:
    """Give what a certificate is checked against: the machine's own store, or the file that the declaration names."""
    try:
        return ssl.create_default_context(cafile=spec.ca_file or None)
    except (OSError, ssl.SSLError):
        raise SettingError(f"`{spec.id}`: the certificates in `{spec.ca_file}` cannot be read") from None
