"""What is counted has few names, whatever callers send."""

from itertools import islice, product
from string import ascii_uppercase

from msgspec import structs

from holdfast.operations.figures import CURRENCIES_MAX, OTHER_CURRENCIES, Figures
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.judgement import SignResult
from tests.unit.wire.judgements import PLAIN

UNKNOWN = SignResult(id="s", title="", state="unknown", missing=("x",), cite="")
JUDGED = structs.replace(PLAIN, outcome="allow", signs=(UNKNOWN,))


def test_money_is_counted_by_few_currencies() -> None:
    """A caller who makes up currencies fills neither the memory nor the metrics; all money is counted."""
    figures = Figures()
    codes = ["RUB", *map("".join, islice(product(ascii_uppercase, repeat=3), 1_000))]
    for _ in range(2):
        for code in codes:
            values: dict[str, Value] = {"amount": 1, "currency": code}
            event = Event(id=EventId("x"), type="transfer", occurred_ms=1, received_ms=1, values=values)
            figures.count(event, JUDGED)
    assert len(figures.without_minor) == CURRENCIES_MAX + 1
    assert figures.without_minor["s", "RUB"] == 2
    assert figures.without_minor.total() == 2 * len(codes)
    assert figures.without_minor["s", OTHER_CURRENCIES] == 2 * (len(codes) - CURRENCIES_MAX)
