"""The identifiers of a subject in normal form, as the lists ask for them."""

from collections.abc import Iterator, Mapping

from holdfast.features.identifiers import identity
from holdfast.lists.book import ListBook
from holdfast.lists.membership import Identifier
from holdfast.matching.identifiers import alike
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.schema import EventSchema, Field, FieldType


def _named(event: Event, subject: str, schema: EventSchema) -> Iterator[tuple[str, str, str | None]]:
    """Give (kind, value, BIC) for every present identifier of a party, or for one plain field."""
    values = event.values
    for path, kind in _paths(schema.fields[event.type], subject, event.type):
        value = values.get(path)
        if value is not None:
            bic = values.get(f"{subject}.bic") or values.get(f"{subject}.swift")
            yield kind, str(value), str(bic) if bic else None


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
    found = []
    for kind, value, bic in _named(event, subject, schema):
        known = identity(kind, value, bic=bic, home=home)
        if known is not None:
            found += [book.identifier(one.value, known.value, bic=known.bic) for one in alike(known.kind)]
    return found
