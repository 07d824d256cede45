"""Canonical bytes: equal content gives equal bytes, whatever the order of keys."""

from collections.abc import Callable
from hashlib import blake2b, sha256
from typing import TypeVar

from msgspec import json

Kind = TypeVar("Kind")
Hash = Callable[[bytes], bytes]

_ENCODER = json.Encoder(order="sorted", decimal_format="number")


def canonical(content: object) -> bytes:
    """Encode dataclasses, structs, mappings and scalars as JSON with sorted keys and no spaces."""
    return _ENCODER.encode(content)


def content_hash(data: bytes) -> str:
    """Name content by its SHA-256, in hex."""
    return sha256(data).hexdigest()


def short_hash(data: bytes) -> bytes:
    """Hash to 16 bytes what names nobody, such as an event's id; `Store.keyed_hash` is for what may name a person."""
    return blake2b(data, digest_size=16).digest()


def read_canonical(data: bytes, kind: type[Kind]) -> Kind:
    """Read back what `canonical` wrote."""
    return json.decode(data, type=kind)
