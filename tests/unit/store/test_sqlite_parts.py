"""The pure parts of the SQLite store: the key filter, packing, sealing, named SQL."""

import zlib
from random import Random

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from holdfast.store.sqlite.deflate import _standard_packer, make_packer
from holdfast.store.sqlite.keyfilter import KeyFilter
from holdfast.store.sqlite.packing import EMPTY, Dictionary, Sampler, frame, unframe
from holdfast.store.sqlite.queries import all_queries, query
from holdfast.store.sqlite.sealing import KeyCache, Vault, record_salt, seal, unseal
from holdfast.vocabulary.errors import Bug, StoreError
from tests.unit.store.making import random_bytes


def test_the_filter_never_denies_a_key_and_rarely_invents_one() -> None:
    """Past its first size too, every added key is there, and fewer than one strange key in a hundred seems to be."""
    chance = Random(3).randbytes  # noqa: S311 - a test repeats
    keys = [chance(16) for _ in range(150_000)]
    one_by_one, at_once = KeyFilter(), KeyFilter(len(keys))
    for key in keys:
        one_by_one.add(key)
    at_once.add_many(b"".join(keys))
    strange = [chance(16) for _ in range(20_000)]
    for filled in (one_by_one, at_once):
        assert all(filled.maybe(key) for key in keys)
        assert sum(filled.maybe(key) for key in strange) < 200
    assert not one_by_one.maybe(b"short")
    with pytest.raises(Bug, match="5 bytes"):
        one_by_one.add(b"short")


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=4))
def test_framed_parts_come_apart_again(parts: list[bytes]) -> None:
    """Any parts, empty ones too, come back as they were."""
    assert unframe(frame(parts), len(parts)) == parts


@given(st.binary(max_size=500), st.binary(max_size=300))
def test_packing_gives_back_what_it_took(data: bytes, words: bytes) -> None:
    """With any dictionary, what was packed is unpacked to the byte."""
    dictionary = Dictionary(id=1, sealed=words, public=words[::-1])
    assert dictionary.unpack_sealed(dictionary.pack_sealed(data)) == data
    assert dictionary.unpack_public(dictionary.pack_public(data)) == data
    assert EMPTY.unpack_public(EMPTY.pack_public(data)) == data
    assert dictionary.unpack_public(_standard_packer(words[::-1])(data)) == data


def test_bytes_that_do_not_pack_are_packed_all_the_same() -> None:
    """Random bytes of any size, a megabyte too, fit into the packer's room."""
    pack = make_packer(b"words")
    for size in (0, 1, 5_000, 1 << 20, 7):
        data = random_bytes()(size)
        assert zlib.decompressobj(-14, b"words").decompress(pack(data)) == data


def test_what_is_not_packed_is_an_error() -> None:
    """Rubbish in place of a packed part is a `StoreError`."""
    with pytest.raises(StoreError, match="unpacked"):
        EMPTY.unpack_public(zlib.compress(b"with a heading"))


def test_a_dictionary_holds_names_and_no_values() -> None:
    """Of a personal part only the names go into a dictionary; it is renewed as records come."""
    sampler = Sampler(0)
    assert sampler.due(1)
    assert not sampler.due(254)
    assert sampler.due(1)
    assert not sampler.due(3_839)
    assert sampler.due(1)
    sampler.show(b'{"phone":"+79161234567","nested":{"name":"Anna: \\"Maria\\""},"n":123}', b"public")
    made = sampler.make(7)
    assert (made.id, made.public) == (7, b"public")
    assert made.sealed == b'"phone":0,"nested":0,"name":0,"n":'


def test_a_sealed_part_opens_in_its_own_place_only() -> None:
    """Another record's number, another key or a changed byte is an error."""
    vault = Vault(bytes(32), random_bytes())
    wrapped, key = vault.new_key(b"subject")
    sealed = seal(key, b"data", nonce=bytes(12), seq=5)
    assert unseal(vault.unwrap(wrapped, b"subject"), sealed, seq=5) == b"data"
    with pytest.raises(StoreError, match="record 6"):
        unseal(key, sealed, seq=6)
    with pytest.raises(StoreError, match="record 5"):
        unseal(key, sealed[:-1] + bytes([sealed[-1] ^ 1]), seq=5)
    with pytest.raises(StoreError, match="subject's key"):
        vault.unwrap(wrapped, b"another")
    with pytest.raises(StoreError, match="subject's key"):
        Vault(b"x" * 32, random_bytes()).unwrap(wrapped, b"subject")


def test_the_key_cache_keeps_what_was_used_last() -> None:
    """Over its bound it gives up the key that was not used for longest, and a dropped one at once."""
    cache = KeyCache(2)
    key = AESGCM(bytes(32))
    cache.put(1, key)
    cache.put(2, key)
    assert cache.get(1) is key
    cache.put(3, key)
    assert cache.get(2) is None
    assert cache.get(1) is key
    cache.drop(1)
    cache.drop(9)
    assert cache.get(1) is None


def test_every_statement_is_one_statement() -> None:
    """A named query has one statement, and an unknown name is an error."""
    assert len(all_queries()) > 30
    assert not [name for name, sql in all_queries().items() if ";" in sql or not sql]
    with pytest.raises(KeyError):
        query("no_such_query")


def test_a_salt_belongs_to_one_sealed_record() -> None:
    """Equal for the same key and record, different for any other, and never made under the record's own nonce."""
    keys = [AESGCM(bytes([number]) * 32) for number in (1, 2)]
    sealed = [seal(keys[0], b"same", nonce=bytes([number]) * 12, seq=1) for number in (1, 2)]
    salts = {record_salt(key, data) for key in keys for data in sealed}
    assert len(salts) == 4
    assert record_salt(keys[0], sealed[0]) in salts
    assert {len(salt) for salt in salts} == {16}
    assert keys[0].encrypt(sealed[0][:12], b"", b"salt") not in salts
