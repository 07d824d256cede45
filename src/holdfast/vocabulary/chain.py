"""How the records of the log are chained by hashes, so that nobody can change the past unseen.

Everything is SHA-256, and anybody can compute it again with common tools. A record's digest is the hash of a text: its
header (one line of canonical JSON), then a line `name hash` for each of its parts, sorted by name, the hash in hex. Its
link is the hash of the link before it followed by the digest. Parts with personal data are hashed behind a secret salt
of the record, which goes with its subject's key: after that the chain still holds, and its hashes give nothing away.
Source of the idea: S. Haber, W. S. Stornetta, How to Time-Stamp a Digital Document, J. Cryptology 3 (1991).
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

START_LINK: Final = sha256(b"holdfast log chain 1").digest()
"""The link before the first record of a chain."""
SALTED: Final = ("event", "facts")
"""The parts with personal data."""
_STEP: Final = 2_047  # from 2,048 bytes on `hashlib` lets go of the interpreter's lock, which costs more than the hash


def part_hash(part: bytes, salt: bytes = b"") -> bytes:
    """Hash one part of a record: 32 bytes over the salt followed by the part."""
    if len(part) + len(salt) <= _STEP:
        return sha256(salt + part).digest()
    hashed = sha256(salt)
    for place in range(0, len(part), _STEP):
        hashed.update(part[place : place + _STEP])
    return hashed.digest()


def record_digest(header: bytes, parts: Mapping[str, bytes]) -> bytes:
    """Hash a record: 32 bytes over its header and the hashes of its parts by name."""
    lines = "".join([f"{name} {parts[name].hex()}\n" for name in sorted(parts)])
    return sha256(b"%b\n%b" % (header, lines.encode())).digest()


def next_link(before: bytes, digest: bytes) -> bytes:
    """Hash the link before a record and the record's digest into its own link."""
    return sha256(before + digest).digest()
