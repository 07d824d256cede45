"""Questions about several texts: one hit is enough, or each must hit."""

import pytest

from holdfast.engine.identify import asked
from holdfast.lists.book import ListBook
from holdfast.lists.versions import Stamp
from holdfast.vocabulary.event import Event, EventId
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.lists import ListEntry, ListKind
from holdfast.vocabulary.schema import EventSchema, Field, FieldType
from holdfast.vocabulary.trilean import Trilean
from holdfast.vocabulary.windows import ListProbe

HOSTS = Field(path="links.hosts", type=FieldType.TEXTS, list_kind="domain")
SCHEMA = EventSchema(fields={"said": {"links.hosts": HOSTS}})


def answers(hosts: tuple[str, ...] | None, *, loaded: bool = True) -> tuple[Trilean, Trilean]:
    """Ask a list of `kaspi.kz`, `a.b.kz` and one address whether any host, and whether each, stands on it."""
    book = ListBook(KeyMaker(secret=b"0123456789abcdef"))
    entries = [ListEntry(kind=ListKind.DOMAIN, value=value) for value in ("kaspi.kz", "a.b.kz")]
    entries.append(ListEntry(kind=ListKind.IP, value="192.0.2.1"))
    if loaded:
        book.apply(book.edit(Stamp(list="allow", loaded_ms=1), add=entries))
    values = {} if hosts is None else {"links.hosts": hosts}
    event = Event(id=EventId("e"), type="said", occurred_ms=5, received_ms=5, values=values)
    (one,) = asked(event, ("links.hosts",), schema=SCHEMA, book=book, home="KZ")
    probes = (
        ListProbe(subject="links.hosts", list="allow"),
        ListProbe(subject="links.hosts", list="allow", every=True),
    )
    some, each = (book.ask(probe, one, at_ms=5).state for probe in probes)
    return some, each


@pytest.mark.parametrize(
    ("hosts", "some", "each"),
    [
        (("kaspi.kz",), True, True),
        (("pay.kaspi.kz", "x.a.b.kz"), True, True),
        (("pay.kaspi.kz", "evil.top"), True, False),
        (("evil.top", "pay.kaspi.kz"), True, False),
        (("evil.top",), False, False),
        (("b.kz",), False, False),
        (("notkaspi.kz",), False, False),
        (("192.0.2.1", "kaspi.kz"), True, True),
        (("192.0.2.2", "kaspi.kz"), True, False),
        (("-odd-.top", "kaspi.kz"), True, False),
        (None, None, None),
    ],
)
def test_any_and_each(hosts: tuple[str, ...] | None, some: Trilean, each: Trilean) -> None:
    """A domain counts by those above it, an address by itself; what cannot be on a list is not; absent is unknown."""
    assert answers(hosts) == (some, each)


def test_a_list_that_was_never_loaded_vouches_for_nothing() -> None:
    """Its answer is unknown to both questions."""
    assert answers(("kaspi.kz",), loaded=False) == (None, None)
