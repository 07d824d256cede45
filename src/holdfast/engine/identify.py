"""The identifiers of a subject in normal form, as the lists ask for them."""

from collections.abc import Iterator, Mapping

from holdfast.features.identifiers import identity
from holdfast.lists.book import ListBook
from holdfast.lists.membership import Identifier
from holdfast.matching.identifiers import alike
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.schema import EventSchema, FieldType


def _named(event: Event, subject: str, schema: EventSchema) -> Iterator[tuple[str, str, str | None]]:
    """Give (kind, value, BIC) for every present identifier of a party, or for one plain field."""
    for path, kind in _paths(subject, event.type, schema).items():
        value = event.values.get(path)
        if value is not None:
            bic = event.values.get(f"{subject}.bic") or event.values.get(f"{subject}.swift")
            yield kind, str(value), str(bic) if bic else None


def _paths(subject: str, event_type: str, schema: EventSchema) -> Mapping[str, str]:
    """Map the paths below a subject that can stand on lists to their kinds."""
    fields = schema.fields[event_type]
    field = fields[subject]
    if field.type is not FieldType.PARTY:
        return {subject: field.list_kind} if field.list_kind else {}
    below = subject + "."
    return {path: one.list_kind for path, one in fields.items() if path.startswith(below) and one.list_kind}


def identifiers(event: Event, subject: str, *, schema: EventSchema, book: ListBook, home: str) -> list[Identifier]:
    """Collect a subject's identifiers for a question to the lists; none means that the answer is unknown."""
    found = []
    for kind, value, bic in _named(event, subject, schema):
        known = identity(kind, value, bic=bic, home=home)
        if known is not None:
            found += [book.identifier(one.value, known.value, bic=known.bic) for one in alike(known.kind)]
    return found
