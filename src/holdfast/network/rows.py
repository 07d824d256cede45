"""A listing as it stands, and the same as bytes: so it is kept, and so it goes into a snapshot."""

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import Final

from holdfast.network.marks import FORM_BYTES, KEY_BYTES, MARK_BYTES, NOBODY, By, Form, by_of, form_of, is_strong
from holdfast.network.sights import Sight

ASPECTS: Final = ("photos", "price", "city", "phone", "text", "vin")
ASPECT_BYTES: Final = 8
_HEAD: Final = Struct(f">{KEY_BYTES}s{KEY_BYTES}s4q{FORM_BYTES}s{len(ASPECTS) * ASPECT_BYTES}s2B")
_SIGHT: Final = Struct(">hddq")
_STANDS, _SOLD, _VERIFIED, _RENTAL = 1, 2, 4, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One listing as it stands: hashes, numbers, and the places of its first and its last record in the log.

    `seller` is `NOBODY` where it was not said. `first_ms` is when the listing first stood, or was first asked for;
    `stands` says that it was let through once and not removed since, `sold` that it was reported sold. `aspects` is
    what an edit may change: a short hash for each of `ASPECTS`, zeros where nothing was said.
    """

    listing: bytes
    seller: bytes
    seq: int
    first_seq: int
    first_ms: int
    last_ms: int
    form: Form
    stands: bool
    sold: bool
    verified: bool
    rental: bool
    marks: tuple[bytes, ...]
    sights: tuple[Sight, ...]
    aspects: bytes

    @property
    def vin(self) -> bytes:
        """Give the mark of the VIN, empty without one."""
        return next((mark for mark in self.marks if by_of(mark) is By.VIN), b"")

    def places(self) -> Iterator[bytes]:
        """Give where the listing stands in the index: under its seller, its own marks, and others with its form."""
        if self.seller != NOBODY:
            yield self.seller
        yield from self.meeting_places()

    def meeting_places(self) -> Iterator[bytes]:
        """Give where listings stand that may be of the same thing."""
        form = self.form.packed() if self.form.is_specific else b""
        for mark in self.marks:
            if is_strong(mark):
                yield mark
            elif form:
                yield mark + form

    def packed(self) -> bytes:
        """Write the row."""
        flags = self.stands * _STANDS | self.sold * _SOLD | self.verified * _VERIFIED | self.rental * _RENTAL
        numbers = (self.seq, self.first_seq, self.first_ms, self.last_ms)
        head = _HEAD.pack(self.listing, self.seller, *numbers, self.form.packed(), self.aspects, flags, len(self.marks))
        return b"".join((head, *self.marks, *(_SIGHT.pack(*sight) for sight in self.sights)))


def unpacked(data: bytes) -> Row:
    """Read a row."""
    listing, seller, seq, first_seq, first_ms, last_ms, form, aspects, flags, marked = _HEAD.unpack_from(data)
    end = _HEAD.size + marked * MARK_BYTES
    return Row(
        listing=listing,
        seller=seller,
        seq=seq,
        first_seq=first_seq,
        first_ms=first_ms,
        last_ms=last_ms,
        form=form_of(form),
        stands=bool(flags & _STANDS),
        sold=bool(flags & _SOLD),
        verified=bool(flags & _VERIFIED),
        rental=bool(flags & _RENTAL),
        marks=tuple(data[at : at + MARK_BYTES] for at in range(_HEAD.size, end, MARK_BYTES)),
        sights=tuple(Sight(*parts) for parts in _SIGHT.iter_unpack(data[end:])),
        aspects=aspects,
    )
