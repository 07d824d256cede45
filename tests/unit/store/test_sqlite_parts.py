"""The pure parts of the SQLite store: the key filter, packing, sealing, named SQL."""

import json
import zlib
from random import Random

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from holdfast.store.sqlite.keyfilter import KeyFilter
from holdfast.store.sqlite.packing import EMPTY, Codec, Dictionary, Packer, Sampler, frame, unframe
from holdfast.store.sqlite.queries import all_queries, query
from holdfast.store.sqlite.sealing import KeyCache, Vault, record_salt, seal, unseal
from holdfast.vocabulary.errors import Bug, StoreError
from holdfast.vocabulary.records import Record
from tests.unit.store.making import random_bytes, record


def test_the_filter_never_denies_a_key_and_rarely_invents_one() -> None:
    """Past its first size too, every added key is there, and fewer than one strange key in a hundred seems to be."""
    chance = Random(3).randbytes
    keys = [chance(16) for _ in range(150_000)]
    one_by_one, at_once = KeyFilter(), KeyFilter(len(keys))
    for key in keys:
        one_by_one.add(key)
    at_once.add_many(b"".join(keys))
    strange = [chance(16) for _ in range(20_000)]
    for filled in (one_by_one, at_once):
        assert all(filled.maybe(key) for key in keys)
        assert sum(filled.maybe(key) for key in strange) < 200
        unknown = [key for key in strange if not filled.maybe(key)]
        for some in (unknown[:5], unknown):
            assert not filled.maybe_any(some)
            assert filled.maybe_any([*some, keys[-1]])
    assert not one_by_one.maybe(b"short")
    with pytest.raises(Bug, match="5 bytes"):
        one_by_one.add(b"short")


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=4))
def test_framed_parts_come_apart_again(parts: list[bytes]) -> None:
    """Any parts, empty ones too, come back as they were."""
    assert unframe(frame(parts), len(parts)) == parts


PARTS = st.lists(st.binary(min_size=1, max_size=500), max_size=5)


@given(PARTS, st.binary(max_size=300))
def test_packing_gives_back_what_it_took(parts: list[bytes], words: bytes) -> None:
    """With any dictionary, a run that was packed is unpacked to the byte, each part where it stood."""
    dictionary = Dictionary(1, sealed=words, public=words[::-1])
    packer = Packer(dictionary)
    assert [dictionary.unpack_sealed(one) for one in packer.sealed(parts)] == parts
    assert [dictionary.unpack_public(one) for one in packer.public(parts)] == parts


def test_a_dictionary_is_the_same_when_it_is_read_again() -> None:
    """What was packed with a trained dictionary is unpacked with the bytes of it that stand on disk."""
    sampler = Sampler(fresh=True)
    sampler.due([large(seq) for seq in range(1, 513)])
    made = sampler.make(7)
    again = Dictionary(7, sealed=made.sealed, public=made.public, codec=made.codec)
    part = frame((large(600).judgement, b"", b""))
    (packed,) = Packer(made).public([part])
    assert again.unpack_public(packed) == part
    assert len(packed) < 100


def test_old_parts_are_inflated() -> None:
    """What an older program packed with raw deflate is read, with its dictionary and without."""
    packer = zlib.compressobj(3, zlib.DEFLATED, -14, 6, zlib.Z_DEFAULT_STRATEGY, b"some words")
    data = packer.compress(b"some words and more") + packer.flush()
    assert Dictionary(1, sealed=b"some words", public=b"", codec=Codec.DEFLATE).unpack_sealed(data) == (
        b"some words and more"
    )
    plain = zlib.compressobj(wbits=-14)
    assert EMPTY.unpack_public(plain.compress(b"nothing before") + plain.flush()) == b"nothing before"


@pytest.mark.parametrize("damage", ["nothing", "rubbish", "cut", "longer", "vast"])
def test_what_is_not_packed_is_an_error(damage: str) -> None:
    """Rubbish in place of a packed part, a part cut short, one with more behind it, or of no size is a `StoreError`."""
    dictionary = Dictionary(1, sealed=b"", public=b"")
    (packed,) = Packer(dictionary).public([b"a part " * 30])
    broken = {
        "nothing": b"",
        "rubbish": b"rubbish",
        "cut": packed[:-3],
        "longer": packed + b"more",
        "vast": b"\x28\xb5\x2f\xfd\xe0" + b"\xff" * 8 + packed[6:],
    }
    with pytest.raises(StoreError, match="unpacked"):
        dictionary.unpack_public(broken[damage])
    with pytest.raises(StoreError, match="unpacked"):
        EMPTY.unpack_public(zlib.compress(b"with a heading"))


def large(seq: int) -> Record:
    """Give a record of the size that real ones have, personal values and all."""
    facts = {f"count(of=transfer) #{place}": seq for place in range(60)} | {"phone": f"+7916{seq:07d}"}
    judgement = {"signs": [{"id": f"sign {place}", "title": f"Sign {place}, said at length"} for place in range(20)]}
    return structs.replace(record(seq), facts=json.dumps(facts).encode(), judgement=json.dumps(judgement).encode())


def test_a_new_dictionary_is_due_now_and_then() -> None:
    """The first comes at once in a fresh store; then after 256, 4,096 and every 65,536 records."""
    one = [record(1)]
    fresh, used = Sampler(fresh=True), Sampler(fresh=False)
    assert fresh.due(one)
    assert not used.due(one)
    for sampler in (fresh, used):
        assert not sampler.due(one * 254)
        assert sampler.due(one)
        assert not sampler.due(one * 3_839)
        assert sampler.due(one)
        assert not sampler.due(one * 65_535)
        assert sampler.due(one)


@pytest.mark.parametrize("count", [1, 512])
def test_a_dictionary_holds_names_and_no_values(count: int) -> None:
    """Of a personal part only the names go into a dictionary, whether it is trained or made of too few records."""
    sampler = Sampler(fresh=True)
    sampler.due([large(seq) for seq in range(1, count + 1)])
    made = sampler.make(7)
    assert made.id == 7
    assert b'"phone":' in made.sealed
    assert b"+7916" not in made.sealed
    assert b"said at length" in made.public


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
