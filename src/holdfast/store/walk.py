"""The walk along the hash chain: every hash computed again from what is stored, up to the first that is not right."""

from collections.abc import Callable, Iterable
from typing import Final

from holdfast.store.chain import MARKED, Kept, read_marks
from holdfast.vocabulary.chain import START_LINK, next_link, part_hash
from holdfast.vocabulary.stored import ChainFault, Verified

Progress = Callable[[int], None]
_STEP: Final = 256


def silent(_seq: int) -> None:
    """Tell nobody of progress."""


def walk(
    rows: Iterable[Kept], progress: Progress = silent, *, head: bytes | None = None, seq: int | None = None
) -> Verified:
    """Check records in log order, all of them from the first on; memory does not grow with their number.

    `head` is a link that the operator kept, `seq` the number of its record, without which it may be any record's.
    """
    walker = _Walker(head, seq)
    for row in rows:
        if not walker.accept(row):
            break
        if row.seq % _STEP == 0:
            progress(row.seq)
    return walker.verified()


class _Walker:
    """The state of one walk."""

    def __init__(self, head: bytes | None, seq: int | None) -> None:
        self._kept_head = head
        self._kept_seq = seq
        self._met = head is None and seq is None
        self._head = START_LINK
        self._seq = self._records = self._forgotten = self._unlinked = 0
        self._fault: ChainFault | None = None

    def accept(self, row: Kept) -> bool:
        """Check one record against the walk so far, and tell whether to go on."""
        differs = self._differs(row)
        if differs:
            self._fault = ChainFault(seq=self._seq + 1, differs=differs)
            return False
        self._seq = row.seq
        if row.link is None:
            self._unlinked += 1
        else:
            self._head = row.link
            self._records += 1
            self._forgotten += row.forgotten
        return self._meets_head()

    def verified(self) -> Verified:
        """Say what was found; a head that was kept and never met means that the end is missing or another."""
        if self._fault is None and not self._met:
            cut_off = self._kept_seq is not None and self._kept_seq > self._seq
            self._fault = ChainFault(seq=self._seq + 1, differs="missing" if cut_off else "head")
        return Verified(
            records=self._records,
            forgotten=self._forgotten,
            unlinked=self._unlinked,
            seq=self._seq,
            head=self._head,
            fault=self._fault,
        )

    def _differs(self, row: Kept) -> str:
        if row.seq != self._seq + 1:
            return "missing"
        if row.link is None:
            return "link" if self._records else ""
        right = not row.unreadable and next_link(self._head, row.now.digest()) == row.link
        return _unlike(row, right=right)

    def _meets_head(self) -> bool:
        if self._kept_seq in {None, self._seq} and self._kept_head in {None, self._head}:
            self._met = True
        elif self._kept_seq == self._seq:
            self._fault = ChainFault(seq=self._seq, differs="head")
        return self._fault is None


def _unlike(row: Kept, *, right: bool) -> str:
    """Name what of a record is unlike its marks; a record whose link is `right` can only have other marks."""
    marks = read_marks(row.marks)
    hashes = {"header": part_hash(row.now.header), **row.now.hashes}
    if row.unreadable:
        moved = "header" in marks and not _alike(hashes["header"], marks["header"])
        return "header" if moved else "unreadable"
    unlike = [name for name in dict.fromkeys((*MARKED, *hashes)) if not _alike(hashes.get(name), marks.get(name))]
    if right:
        return "link" if unlike else ""
    return unlike[0] if unlike else "link"


def _alike(found: bytes | None, mark: bytes | None) -> bool:
    if found is None or mark is None:
        return found is mark
    return found.startswith(mark) and bool(mark)
