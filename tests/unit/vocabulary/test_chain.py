"""The arithmetic of the hash chain is that of common tools."""

from hashlib import sha256

import pytest

from holdfast.vocabulary.chain import START_LINK, next_link, part_hash, record_digest


@pytest.mark.parametrize("size", [0, 1, 2_030, 2_031, 2_047, 2_048, 4_094, 4_095, 10_000])
def test_a_part_is_hashed_behind_its_salt(size: int) -> None:
    """Of every size the hash is SHA-256 over the salt followed by the part."""
    part = bytes(range(256)) * 40
    for salt in (b"", b"0123456789abcdef"):
        assert part_hash(part[:size], salt) == sha256(salt + part[:size]).digest()


def test_a_record_is_hashed_as_lines() -> None:
    """The digest is that of the header's line and a line for each part, sorted by name, whatever order they came in."""
    parts = {"reply": b"\x02" * 32, "act": b"\x01" * 32}
    text = '{"seq":1}\nact ' + "01" * 32 + "\nreply " + "02" * 32 + "\n"
    assert record_digest(b'{"seq":1}', parts) == sha256(text.encode()).digest()
    assert record_digest(b'{"seq":1}', dict(reversed(parts.items()))) == sha256(text.encode()).digest()
    assert record_digest(b'{"seq":1}', {}) == sha256(b'{"seq":1}\n').digest()


def test_a_link_follows_the_one_before() -> None:
    """A link is the hash of both; the first follows a label that everybody knows."""
    assert sha256(b"holdfast log chain 1").digest() == START_LINK
    assert next_link(START_LINK, b"d" * 32) == sha256(START_LINK + b"d" * 32).digest()
