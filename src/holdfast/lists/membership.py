"""The entries of one list as keyed hashes with their attributes, in flat arrays."""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from holdfast.lists import table as kernel
from holdfast.lists.papers import Papers
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.keys import Key, KeyMaker
from holdfast.vocabulary.lists import Document, ListEntry, ListKind

_CHUNK: Final = 65_536
_SMALLEST: Final = 16
_SPARE: Final = 4_096
_KINDS: Final = tuple(ListKind)
_NUMBERS: Final = {kind: number << 8 for number, kind in enumerate(_KINDS)}
_HALF: Final = 32
_LOWER: Final = (1 << _HALF) - 1
Arrays = Mapping[str, NDArray[np.generic]]


class Identifier(NamedTuple):
    """One identifier of a subject as it is looked up: its kind, its key and the tag of its bank's BIC.

    `bic` is zero where the BIC is unknown or the kind has none.
    """

    kind: str
    key: Key
    bic: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What a list says about one identifier that is on it; instants are epoch milliseconds."""

    kind: ListKind
    police: bool
    document: Document | None
    source: str | None
    added_ms: int
    expires_ms: int | None


def identifier(keys: KeyMaker, kind: str, value: str, *, bic: str | None = None) -> Identifier:
    """Make the identifier of one normalised value, with the normalised BIC of its bank if that is known."""
    return Identifier(kind, keys.key(kind, value), bic_tag(keys, bic))


def bic_tag(keys: KeyMaker, bic: str | None) -> int:
    """Give the 64-bit tag of a BIC, zero for none."""
    return keys.key("bic", bic).low if bic else 0


class Membership:
    """A set of entries under keys of `keys`; adding an entry again replaces its attributes.

    One entry costs 70 to 85 bytes, its document apart; growth copies the rows, so it is done ahead where the number
    is known (`reserve`).
    """

    def __init__(self, keys: KeyMaker) -> None:
        self._keys = keys
        self._count = 0
        self._rows: kernel.Words = np.zeros((_SMALLEST, kernel.WIDTH), dtype=np.uint64)
        self._table: kernel.Slots = np.full(2 * _SMALLEST, -1, dtype=np.int32)
        self._documents = Papers()
        self._sources = Papers()
        self._tags: dict[str | None, int] = {None: 0}
        self.kinds: set[str] = set()
        """The kinds of all entries that were ever added."""

    def __len__(self) -> int:
        """Count the entries, expired ones too until they are removed."""
        return self._count

    @property
    def size_bytes(self) -> int:
        """Give the memory that the arrays take."""
        return self._rows.nbytes + self._table.nbytes + self._documents.size_bytes + self._sources.size_bytes

    def find(self, asked: Identifier, *, at_ms: int, needs: int = 0) -> int:
        """Look one identifier up: the row's number, `table.ABSENT`, or `table.NARROWED` (its BIC is needed).

        An entry is live while `at_ms` lies before its expiry; `needs` are the flags that it must have.
        """
        (high, low), bic = asked.key, asked.bic
        row: int = kernel.find(self._table, self._rows, high, low, bic, at_ms, needs)
        return row

    def holds(self, entry: ListEntry) -> bool:
        """Tell whether an entry of this kind, value and BIC is there, live or not."""
        slot = kernel.place(self._table, self._rows, self._names([entry])[0])
        return bool(self._table[slot] >= 0)

    def is_marked(self, row: int) -> bool:
        """Tell whether a row carries the mark of the police."""
        return bool(int(self._rows[row, kernel.MARKS]) & kernel.POLICE)

    def hit(self, row: int) -> Hit:
        """Give the attributes of a row that `find` gave."""
        words = self._rows[row].tolist()
        document, source = self._documents.get(words[kernel.ABOUT] >> _HALF), words[kernel.ABOUT] & _LOWER
        return Hit(
            kind=_KINDS[words[kernel.MARKS] >> 8],
            police=bool(words[kernel.MARKS] & kernel.POLICE),
            document=_document(document),
            source=(self._sources.get(source) or [None])[0],
            added_ms=words[kernel.ADDED],
            expires_ms=None if words[kernel.EXPIRES] == kernel.NEVER else words[kernel.EXPIRES],
        )

    def reserve(self, more: int) -> None:
        """Make room for so many more entries."""
        wanted = self._count + more
        if wanted >= 2**31:
            raise Bug("a list has more than two thousand million entries")
        if wanted > len(self._rows):
            rows = np.zeros((max(wanted, len(self._rows) * 5 // 4), kernel.WIDTH), dtype=np.uint64)
            rows[: self._count] = self._rows[: self._count]
            self._rows = rows
        if wanted * 4 > len(self._table) * 3:
            self._index(wanted)

    def _index(self, entries: int) -> None:
        """Build the table anew, at most three quarters full."""
        size = 2 * _SMALLEST
        while entries * 4 > size * 3:
            size *= 2
        self._table = np.full(size, -1, dtype=np.int32)
        kernel.index(self._table, self._rows, self._count)

    def add(self, entries: Iterable[ListEntry]) -> None:
        """Add normalised entries, or replace the attributes of those that are there."""
        for chunk in _chunks(entries):
            self.reserve(len(chunk))
            self._count = kernel.put(self._table, self._rows, self._count, self._words(chunk))
            self.kinds.update(entry.kind.value for entry in chunk)

    def remove(self, entries: Iterable[ListEntry]) -> None:
        """Take out entries by kind, value and BIC; those that are not there are passed over."""
        for chunk in _chunks(entries):
            self._count = kernel.drop(self._table, self._rows, self._count, self._names(chunk))

    def _words(self, entries: list[ListEntry]) -> kernel.Words:
        """Write entries as rows."""
        words = array("Q")
        key, tag, documents, sources = self._keys.key, self._tag, self._documents, self._sources
        for entry in entries:
            high, low = key(entry.kind.value, entry.value)
            paper = entry.document
            about = 0 if paper is None else documents.add((paper.number, paper.date, paper.title)) << _HALF
            if entry.source is not None:
                about |= sources.add((entry.source,))
            expires = kernel.NEVER if entry.expires_ms is None else max(entry.expires_ms, 0)
            marks = _NUMBERS[entry.kind] | entry.police * kernel.POLICE | (paper is not None) * kernel.DOCUMENTED
            words.extend((high, low, tag(entry.bic), expires, max(entry.added_ms, 0), about, marks))
        return np.frombuffer(words, dtype=np.uint64).reshape(-1, kernel.WIDTH)

    def _names(self, entries: list[ListEntry]) -> kernel.Words:
        """Write what entries are known by: key and tag."""
        words = array("Q")
        for entry in entries:
            words.extend((*self._keys.key(entry.kind.value, entry.value), self._tag(entry.bic)))
        return np.frombuffer(words, dtype=np.uint64).reshape(-1, 3)

    def _tag(self, bic: str | None) -> int:
        """Give the tag of a BIC; banks are few, so tags are remembered."""
        tag = self._tags.get(bic)
        if tag is None:
            tag = self._tags[bic] = bic_tag(self._keys, bic)
        return tag

    def copy(self) -> "Membership":
        """Make an equal membership that changes on its own."""
        made = Membership(self._keys)
        made._count, made._tags, made.kinds = self._count, dict(self._tags), set(self.kinds)
        made._rows, made._table = self._rows.copy(), self._table.copy()
        made._documents, made._sources = self._documents.copy(), self._sources.copy()
        if len(made._documents) > 2 * made._count + _SPARE:
            made._pack_documents()
        return made

    def _pack_documents(self) -> None:
        """Let go of the documents that no entry refers to any more."""
        about = self._rows[: self._count, kernel.ABOUT]
        numbers, sources = about >> np.uint64(_HALF), about & np.uint64(_LOWER)
        used = np.unique(numbers[numbers > 0])
        packed = Papers()
        moved = [packed.add(tuple(self._documents.get(number) or ())) for number in used.tolist()]
        places = np.array([0, *moved], dtype=np.uint64)[np.searchsorted(used, numbers) + 1] if moved else numbers
        self._rows[: self._count, kernel.ABOUT] = np.where(numbers > 0, places, 0) << np.uint64(_HALF) | sources
        self._documents = packed

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Give copies of the arrays from which `restore` makes an equal membership."""
        documents, document_ends = self._documents.arrays()
        sources, source_ends = self._sources.arrays()
        return {
            "rows": self._rows[: self._count].copy(),
            "documents": documents,
            "document_ends": document_ends,
            "sources": sources,
            "source_ends": source_ends,
        }

    @classmethod
    def restore(cls, keys: KeyMaker, arrays: Arrays) -> "Membership":
        """Make a membership from its arrays; `keys` must be those under which it was made."""
        made = cls(keys)
        rows = np.ascontiguousarray(arrays["rows"], dtype=np.uint64)
        made._count = len(rows)
        made._rows = rows.copy() if len(rows) else made._rows
        made._index(len(rows))
        made.kinds = {_KINDS[number].value for number in np.unique(rows[:, kernel.MARKS] >> np.uint64(8)).tolist()}
        made._documents = _papers(arrays, "document")
        made._sources = _papers(arrays, "source")
        return made


def _papers(arrays: Arrays, name: str) -> Papers:
    """Read one store of papers from the arrays of a membership."""
    ends = arrays[f"{name}_ends"].astype(np.uint64)
    return Papers.restore(arrays[f"{name}s"].astype(np.uint8), ends)


def _document(texts: list[str | None] | None) -> Document | None:
    """Read a stored document."""
    if texts is None:
        return None
    return Document(number=texts[0] or "", date=texts[1], title=texts[2])


def _chunks(entries: Iterable[ListEntry]) -> Iterator[list[ListEntry]]:
    """Cut entries into chunks of bounded size."""
    stream = iter(entries)
    while chunk := list(islice(stream, _CHUNK)):
        yield chunk
