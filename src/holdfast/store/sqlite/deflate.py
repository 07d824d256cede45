"""Raw deflate against a dictionary, without letting go of the interpreter's lock.

The standard library's `zlib` gives the lock away around every call. For parts of a few kilobytes the work takes 10 us
and getting the lock back behind a busy engine up to 5,000: with 2,500 records/s and an engine busy for 150 us on each,
half of the answers took 650 to 980 ms; without letting go, 30 to 370 ms on the same crowded machine. So the
same library is called through `ctypes.PyDLL`, which keeps the lock; where it is not found under its usual name, the
standard library does the work. The bytes are ordinary raw deflate either way.
Source: the zlib manual, https://zlib.net/manual.html.
"""

import ctypes
import zlib
from collections.abc import Callable
from typing import Final

from holdfast.vocabulary.errors import Bug

LEVEL: Final = 3
WINDOW_BITS: Final = -14  # raw deflate over 16 KB: a bigger window costs more to set up than it saves
MEMORY_LEVEL: Final = 6
Pack = Callable[[bytes], bytes]
_FINISH: Final = 4
_STREAM_END: Final = 1


class _Stream(ctypes.Structure):
    """zlib's `z_stream`."""

    _fields_ = (
        ("next_in", ctypes.c_char_p),
        ("avail_in", ctypes.c_uint),
        ("total_in", ctypes.c_ulong),
        ("next_out", ctypes.c_void_p),
        ("avail_out", ctypes.c_uint),
        ("total_out", ctypes.c_ulong),
        ("msg", ctypes.c_char_p),
        ("state", ctypes.c_void_p),
        ("zalloc", ctypes.c_void_p),
        ("zfree", ctypes.c_void_p),
        ("opaque", ctypes.c_void_p),
        ("data_type", ctypes.c_int),
        ("adler", ctypes.c_ulong),
        ("reserved", ctypes.c_ulong),
    )


def make_packer(dictionary: bytes) -> Pack:
    """Give a function that packs bytes against a dictionary, for use by one thread."""
    library = _library()
    return _standard_packer(dictionary) if library is None else _Packer(library, dictionary)


def _library() -> ctypes.PyDLL | None:
    try:
        library = ctypes.PyDLL("libz.so.1")
        library.deflateCopy.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        library.deflate.argtypes = [ctypes.c_void_p, ctypes.c_int]
        library.deflateEnd.argtypes = [ctypes.c_void_p]
    except (OSError, AttributeError):
        return None
    return library


def _standard_packer(dictionary: bytes) -> Pack:
    """Give the packer of the standard library, which lets go of the lock."""
    primed = zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW_BITS, MEMORY_LEVEL, zlib.Z_DEFAULT_STRATEGY, dictionary)

    def pack(data: bytes) -> bytes:
        packer = primed.copy()
        return packer.compress(data) + packer.flush()

    return pack


class _Packer:
    """A stream that has read its dictionary; each packing works on a copy of it."""

    def __init__(self, library: ctypes.PyDLL, dictionary: bytes) -> None:
        self._library = library
        self._primed = _Stream()
        made = library.deflateInit2_(
            ctypes.byref(self._primed),
            LEVEL,
            zlib.DEFLATED,
            WINDOW_BITS,
            MEMORY_LEVEL,
            zlib.Z_DEFAULT_STRATEGY,
            zlib.ZLIB_RUNTIME_VERSION.encode(),
            ctypes.sizeof(_Stream),
        )
        if made or library.deflateSetDictionary(ctypes.byref(self._primed), dictionary, len(dictionary)):
            raise Bug("zlib cannot be set up")
        self._copy = _Stream()
        self._room = 0
        self._out = ctypes.create_string_buffer(0)

    def __call__(self, data: bytes) -> bytes:
        """Pack bytes whole."""
        most = len(data) + len(data) // 8 + 256  # over the bound that the manual gives for these settings
        if most > self._room:
            self._room, self._out = most, ctypes.create_string_buffer(most)
        stream = self._copy
        if self._library.deflateCopy(ctypes.byref(stream), ctypes.byref(self._primed)):
            raise MemoryError
        stream.next_in, stream.avail_in = data, len(data)
        stream.next_out, stream.avail_out = ctypes.addressof(self._out), self._room
        ended = self._library.deflate(ctypes.byref(stream), _FINISH)
        packed = ctypes.string_at(self._out, self._room - stream.avail_out)
        self._library.deflateEnd(ctypes.byref(stream))
        if ended != _STREAM_END:
            raise Bug(f"zlib did not finish packing {len(data)} bytes")
        return packed

    def __del__(self) -> None:
        """Give zlib's memory back."""
        self._library.deflateEnd(ctypes.byref(self._primed))
