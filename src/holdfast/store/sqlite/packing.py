"""Making records small: Zstandard with dictionaries taken from the records before.

Judgements repeat the same signs, titles and citations, and facts the same names, so that a trained dictionary takes a
record of 7 KB to 0.7 KB in about 8 us of CPU, and gives it back in 4; raw deflate took 54 and 25. A group is packed in
one call for each part, because the library lets go of the interpreter's lock in every call, and getting it back
behind a busy engine takes up to 5 ms. A dictionary for the personal part is trained on names only, never on a value;
the public part has no personal data. What an older program packed with deflate is read as it stands.
"""

import re
import zlib
from collections import deque
from collections.abc import Callable, Sequence
from enum import IntEnum
from functools import partial
from struct import Struct
from typing import Final

import zstandard

from holdfast.store.sqlite.directory import DAMAGED
from holdfast.vocabulary.errors import StoreError
from holdfast.vocabulary.records import Record

LEVEL: Final = 1
WINDOW_BITS: Final = -14  # of the deflate that older programs wrote: raw, over 16 KB
DICTIONARY_BYTES: Final = 32_000
_SHAPES: Final = 32
_SEGMENT_BYTES: Final = 4_000  # about one judgement: what is taken over from a sample in one piece
_STEPS: Final = (256, 4_096)
_EVERY: Final = 65_536
_STRIDE: Final = 16
_NAMES: Final = re.compile(rb'"[^"\\]{1,300}":')
_LENGTH: Final = Struct("<I")


class Codec(IntEnum):
    """How the records of a dictionary are packed; the numbers stand on disk."""

    DEFLATE = 0
    ZSTANDARD = 1


class Dictionary:
    """What both parts of a record are compressed against; id 0 is the empty one of older programs."""

    def __init__(self, number: int, *, sealed: bytes, public: bytes, codec: int = Codec.ZSTANDARD) -> None:
        unpacker = _inflater if codec == Codec.DEFLATE else _Unpacker
        self.id = number
        self.sealed = sealed
        self.public = public
        self.codec = Codec(codec)
        self.unpack_sealed = unpacker(sealed)
        self.unpack_public = unpacker(public)


class Packer:
    """Packs the parts of whole groups against one dictionary; for use by one thread."""

    def __init__(self, dictionary: Dictionary) -> None:
        self._sealed = _compressor(dictionary.sealed)
        self._public = _compressor(dictionary.public)

    def sealed(self, parts: Sequence[bytes]) -> list[bytes]:
        """Pack personal parts."""
        return _pack(self._sealed, parts)

    def public(self, parts: Sequence[bytes]) -> list[bytes]:
        """Pack public parts."""
        return _pack(self._public, parts)


def _compressor(words: bytes) -> zstandard.ZstdCompressor:
    made = zstandard.ZstdCompressionDict(words, dict_type=zstandard.DICT_TYPE_AUTO)
    made.precompute_compress(level=LEVEL)
    return zstandard.ZstdCompressor(level=LEVEL, dict_data=made, write_checksum=False, write_dict_id=False)


def _pack(compressor: zstandard.ZstdCompressor, parts: Sequence[bytes]) -> list[bytes]:
    if not parts:
        return []
    packed = compressor.multi_compress_to_buffer(list(parts))
    return [packed[place].tobytes() for place in range(len(packed))]


class _Unpacker:
    """Gives packed parts back, in any thread: a decompressor serves one call at a time."""

    def __init__(self, words: bytes) -> None:
        self._words = zstandard.ZstdCompressionDict(words, dict_type=zstandard.DICT_TYPE_AUTO)
        self._idle: list[zstandard.ZstdDecompressor] = []

    def __call__(self, data: bytes) -> bytes:
        try:
            one = self._idle.pop()
        except IndexError:
            one = zstandard.ZstdDecompressor(dict_data=self._words)
        try:
            return one.decompress(data, allow_extra_data=False)
        except (zstandard.ZstdError, MemoryError) as error:
            raise StoreError("a stored record is damaged: it cannot be unpacked", hint=DAMAGED) from error
        finally:
            self._idle.append(one)


def _inflater(words: bytes) -> Callable[[bytes], bytes]:
    return partial(_inflate, words)


def _inflate(words: bytes, data: bytes) -> bytes:
    try:
        return zlib.decompressobj(WINDOW_BITS, words).decompress(data)
    except zlib.error as error:
        raise StoreError("a stored record is damaged: it cannot be unpacked", hint=DAMAGED) from error


EMPTY: Final = Dictionary(0, sealed=b"", public=b"", codec=Codec.DEFLATE)


def frame(parts: Sequence[bytes]) -> bytes:
    """Put parts end to end, the length of each but the last before it."""
    pieces: list[bytes] = []
    for part in parts:
        pieces += (_LENGTH.pack(len(part)), part)
    del pieces[-2]
    return b"".join(pieces)


def unframe(data: bytes, count: int) -> list[bytes]:
    """Take `count` parts apart again."""
    parts: list[bytes] = []
    place = 0
    for _ in range(count - 1):
        start = place + _LENGTH.size
        place = start + int(_LENGTH.unpack_from(data, place)[0])
        parts.append(data[start:place])
    return [*parts, data[place:]]


class Sampler:
    """Chooser of dictionaries: looks at some records of each group and says when a new dictionary is due.

    In a `fresh` store the first is made at once; then one comes after 256, after 4,096 and after every 65,536 records
    of a process, so that new rules and new kinds of event are followed at the cost of a few kilobytes. The records that
    make one come from several groups, because those of one group may all be of the same kind.
    """

    def __init__(self, *, fresh: bool) -> None:
        self._seen = 0
        self._due = 0 if fresh else _STEPS[0]
        self._shapes: deque[Record] = deque(maxlen=_SHAPES)

    def due(self, records: Sequence[Record]) -> bool:
        """Look at records that are about to be written, and tell whether a new dictionary is due."""
        self._seen += len(records)
        self._shapes.extend(records[::_STRIDE])
        if self._seen < self._due:
            return False
        self._due = next((step for step in _STEPS if step > self._seen), self._seen + _EVERY)
        return True

    def make(self, number: int) -> Dictionary:
        """Make a dictionary of the records seen last."""
        sealed = [_names(one.event + one.facts) for one in self._shapes]
        public = [frame((one.judgement, one.envelope, one.reply)) for one in self._shapes]
        return Dictionary(number, sealed=_trained(sealed), public=_trained(public))


def _names(sealed: bytes) -> bytes:
    """Give the names of fields in a personal part: its values must not stand in a dictionary."""
    return b"0,".join(_NAMES.findall(sealed))


def _trained(samples: Sequence[bytes]) -> bytes:
    """Train a dictionary; of too few samples, which a new store has at its start, it is these themselves."""
    try:
        made = zstandard.train_dictionary(DICTIONARY_BYTES, list(samples), k=_SEGMENT_BYTES, d=8, level=LEVEL)
    except zstandard.ZstdError:
        return b"".join(dict.fromkeys(samples))[-DICTIONARY_BYTES:]
    return made.as_bytes()
