"""Signed assertions: that we are who we are (RFC 7523, `private_key_jwt`), or on whose number we act (JWT bearer)."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from holdfast.vocabulary.errors import SettingError
from holdfast.wire.canonical import canonical

LIFE_S: Final = 120
"""How long an assertion holds; CAMARA allows at most 300 seconds."""
_HALF: Final = 32
_LEAST_BITS: Final = 2048
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def read_key(pem: bytes) -> Key:
    """Read a private key on P-256, or of RSA with 2048 bits or more; SettingError for any other."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        key = None
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= _LEAST_BITS:
        return key
    raise SettingError("the operator's signing key cannot be used", hint="PEM without a password, P-256 or RSA 2048")


def signed(key: Key, claims: Mapping[str, object]) -> str:
    """Write claims as a compact JWS (RFC 7515), by ES256 or RS256 as the key is."""
    elliptic = isinstance(key, ec.EllipticCurvePrivateKey)
    head = {"alg": "ES256" if elliptic else "RS256", "typ": "JWT"}
    text = f"{_base64(canonical(head))}.{_base64(canonical(claims))}"
    return f"{text}.{_base64(_signature(key, text.encode('ascii')))}"


def _signature(key: Key, data: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), SHA256())
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(SHA256())))
    return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
