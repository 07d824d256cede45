"""The identifiers of a subject in normal form, as the lists ask for them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.features.identifiers import identity
from holdfast.lists.book import ListBook
from holdfast.lists.membership import Identifier
from holdfast.lists.questions import Asked
from holdfast.matching.domains import domain_and_parents
from holdfast.matching.identifiers import alike
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.keys import Key
from holdfast.vocabulary.lists import ListKind
from holdfast.vocabulary.schema import EventSchema, Field, FieldType

NOTHING: Final[Mapping[str, Value]] = {}
_BANKS = ("bic", "swift")
_HALF: Final = 16
_DOMAIN: Final = ListKind.DOMAIN.value
_ALIKE: Final = {kind.value: tuple(one.value for one in alike(kind)) for kind in ListKind}
_PLACES: dict[tuple[str, str], "_Place"] = {}


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Where a subject's identifiers stand in events of one type: the paths of its bank, then one for each kind.

    `keyed` says that keys stand there and no identifiers.
    """

    paths: tuple[str, ...]
    kinds: tuple[str, ...]
    keyed: bool = False

    def made(self, given: Sequence[Value], *, book: ListBook, home: str) -> list[tuple[Identifier, ...]]:
        """Make the identifiers of each value that stands at the paths; one that has no normal form gives none."""
        first, second, *values = given
        if self.keyed:
            return list(_of_keys(self.kinds, values))
        bank = first or second
        bic = str(bank) if bank else None
        return [
            _made(kind, str(text), book=book, bic=bic, home=home)
            for kind, value in zip(self.kinds, values, strict=True)
            if value is not None
            for text in (value if isinstance(value, tuple) else (value,))
        ]


def _made(kind: str, text: str, *, book: ListBook, bic: str | None, home: str) -> tuple[Identifier, ...]:
    """Make the identifiers of one value."""
    known = identity(kind, text, bic=bic, home=home)
    if kind == _DOMAIN:
        return _of_domain(text, None if known is None else known.value, book=book, home=home)
    if known is None:
        return ()
    tag = book.tag(known.bic)
    return tuple([book.tagged(one, known.value, tag) for one in _ALIKE[kind]])


def _of_domain(text: str, known: str | None, *, book: ListBook, home: str) -> tuple[Identifier, ...]:
    """Make the identifiers of a host: a domain is known by those above it too, and an address may stand for one."""
    if known is not None:
        return tuple([book.identifier(_DOMAIN, value) for value in domain_and_parents(known)])
    address = identity(ListKind.IP, text, bic=None, home=home)
    return (book.identifier(_DOMAIN, text) if address is None else book.identifier(ListKind.IP.value, address.value),)


def _place(fields: Mapping[str, Field], subject: str) -> _Place:
    """Find the paths below a subject that can stand on lists, each with its kind."""
    below = subject + "." if fields[subject].type is FieldType.PARTY else subject
    found = [(path, field.list_kind) for path, field in fields.items() if field.list_kind and path.startswith(below)]
    paths = (*(f"{subject}.{name}" for name in _BANKS), *(path for path, _ in found))
    return _Place(paths, tuple(kind for _, kind in found), keyed=fields[subject].keyed)


def _of_keys(kinds: Sequence[str], values: Sequence[Value]) -> Iterator[tuple[Identifier, ...]]:
    """Make identifiers of keys that another part of the memory kept; who bears them is not known here."""
    for kind, several in zip(kinds, values, strict=True):
        for key in several if isinstance(several, tuple) else ():
            yield (Identifier(kind, Key(int(key[:_HALF], 16), int(key[_HALF:], 16))),)


def asked(
    event: Event,
    subjects: tuple[str, ...],
    *,
    schema: EventSchema,
    book: ListBook,
    home: str,
    beside: Mapping[str, Value] = NOTHING,
) -> list[Asked]:
    """Collect each subject's identifiers for questions to the lists; none means that the answers are unknown.

    `beside` is what the network says of the event, where lists may be asked about that too.
    """
    values = {**event.values, **beside} if beside else event.values
    get, known = values.get, book.known
    found = []
    for subject in subjects:
        place = _PLACES.get((event.type, subject)) or _kept_place(event.type, subject, schema)
        given = tuple(map(get, place.paths))
        key = (place, given)
        found.append(known(key) or book.keep(key, place.made(given, book=book, home=home)))
    return found


def _kept_place(event_type: str, subject: str, schema: EventSchema) -> _Place:
    """Find the places of a subject once for each type of events."""
    place = _PLACES[event_type, subject] = _place(schema.fields[event_type], subject)
    return place


def identifiers(
    event: Event, subject: str, *, schema: EventSchema, book: ListBook, home: str
) -> tuple[Identifier, ...]:
    """Give one subject's identifiers alone."""
    return asked(event, (subject,), schema=schema, book=book, home=home)[0].identifiers
