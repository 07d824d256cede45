"""The identifiers of a subject in normal form, as the lists ask for them."""

from collections.abc import Iterator, Mapping

from holdfast.features.identifiers import identity
from holdfast.lists.book import Given, ListBook
from holdfast.lists.membership import Identifier
from holdfast.matching.identifiers import alike
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.schema import EventSchema, Field, FieldType

_PLACES: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}


def _paths(fields: Mapping[str, Field], subject: str, event_type: str) -> tuple[tuple[str, str], ...]:
    """Give the paths below a subject that can stand on lists, each with its kind; worked out once."""
    key = (event_type, subject)
    if key not in _PLACES:
        _PLACES[key] = tuple(_below(fields, subject))
    return _PLACES[key]


def _below(fields: Mapping[str, Field], subject: str) -> Iterator[tuple[str, str]]:
    """Find the paths below a subject that can stand on lists."""
    below = subject + "." if fields[subject].type is FieldType.PARTY else subject
    for path, field in fields.items():
        if field.list_kind and path.startswith(below):
            yield path, field.list_kind


def identifiers(event: Event, subject: str, *, schema: EventSchema, book: ListBook, home: str) -> list[Identifier]:
    """Collect a subject's identifiers for a question to the lists; none means that the answer is unknown."""
    values = event.values
    bank = values.get(f"{subject}.bic") or values.get(f"{subject}.swift")
    bic = str(bank) if bank else None
    found: list[Identifier] = []
    for path, kind in _paths(schema.fields[event.type], subject, event.type):
        value = values.get(path)
        if value is not None:
            found += book.once((kind, str(value), bic, home), _made)
    return found


def _made(book: ListBook, given: Given) -> tuple[Identifier, ...]:
    """Make the identifiers under which one value can stand on a list; none for a value that has no normal form."""
    kind, value, bic, home = given
    known = identity(kind, value, bic=bic, home=home)
    if known is None:
        return ()
    return tuple(book.identifier(one.value, known.value, bic=known.bic) for one in alike(known.kind))
