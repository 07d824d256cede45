"""The identifiers of a subject in normal form, as the lists ask for them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from holdfast.features.identifiers import identity
from holdfast.lists.book import ListBook
from holdfast.lists.membership import Identifier
from holdfast.lists.questions import Asked
from holdfast.matching.identifiers import alike
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.schema import EventSchema, Field, FieldType

_BANKS = ("bic", "swift")
_PLACES: dict[tuple[str, str], "_Place"] = {}


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Where a subject's identifiers stand in events of one type: the paths of its bank, then one for each kind."""

    paths: tuple[str, ...]
    kinds: tuple[str, ...]

    def made(self, given: Sequence[Value], *, book: ListBook, home: str) -> Iterator[Identifier]:
        """Make the identifiers of what stands at the paths; a value that has no normal form gives none."""
        first, second, *values = given
        bank = first or second
        bic = str(bank) if bank else None
        for kind, value in zip(self.kinds, values, strict=True):
            known = None if value is None else identity(kind, str(value), bic=bic, home=home)
            if known is not None:
                for one in alike(known.kind):
                    yield book.identifier(one.value, known.value, bic=known.bic)


def _place(fields: Mapping[str, Field], subject: str, event_type: str) -> _Place:
    """Give the paths below a subject that can stand on lists, each with its kind; worked out once."""
    found = _PLACES.get((event_type, subject))
    if found is None:
        below = tuple(_below(fields, subject))
        banks = tuple(f"{subject}.{name}" for name in _BANKS)
        paths, kinds = (*banks, *(path for path, _ in below)), tuple(kind for _, kind in below)
        found = _PLACES[event_type, subject] = _Place(paths, kinds)
    return found


def _below(fields: Mapping[str, Field], subject: str) -> Iterator[tuple[str, str]]:
    """Find the paths below a subject that can stand on lists."""
    below = subject + "." if fields[subject].type is FieldType.PARTY else subject
    for path, field in fields.items():
        if field.list_kind and path.startswith(below):
            yield path, field.list_kind


def asked(event: Event, subject: str, *, schema: EventSchema, book: ListBook, home: str) -> Asked:
    """Collect a subject's identifiers for questions to the lists; none means that the answers are unknown."""
    place = _place(schema.fields[event.type], subject, event.type)
    given = tuple(map(event.values.get, place.paths))
    return book.once((place, home, given), lambda: tuple(place.made(given, book=book, home=home)))


def identifiers(
    event: Event, subject: str, *, schema: EventSchema, book: ListBook, home: str
) -> tuple[Identifier, ...]:
    """Give a subject's identifiers alone."""
    return asked(event, subject, schema=schema, book=book, home=home).identifiers
