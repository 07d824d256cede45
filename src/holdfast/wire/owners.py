"""The keyed hash under which the owner of an account is known, so that no number of a person is kept or compared."""

import hmac
from typing import Final

_SEPARATORS: Final = str.maketrans("", "", " -\u00a0")


def owner_hash(key: bytes, number: str) -> str:
    """Hash a personal number such as an IIN: HMAC-SHA256 in hex, over capitals, without spaces and hyphens.

    A bank that sends `iin_hash` of its own computes just this, under the key that both sides share.
    """
    return hmac.digest(key, number.translate(_SEPARATORS).upper().encode(), "sha256").hex()
