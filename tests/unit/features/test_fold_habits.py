"""The fold teaches habits what was executed, and only that."""

from datetime import UTC

from msgspec import structs

from holdfast.features.fold import Fold
from holdfast.features.registry import Registry
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.keys import KeyMaker
from holdfast.wire.fields import event_schema
from tests.unit.features.test_habits import DAYS, NIGHT, THIEF, ordinary, transfer

EMPTY = Registry(specs=(), ingests={}, queries={}, fingerprint="empty")


def lived(days: int = DAYS) -> Fold:
    """Give a fold in which a client lived so many ordinary days; no rule asks for any window."""
    fold = Fold(EMPTY, schema=event_schema(), keys=KeyMaker(secret=b"a tenant's secret"), home="RU", zone=UTC)
    for day in range(days):
        fold.happened(ordinary(day), day + 1, executed=True)
    return fold


def strange() -> Event:
    """Make a transfer that nobody would expect of the client."""
    return transfer(DAYS + NIGHT, 9_000_000, payee__phone="+79990000000", **THIEF)


def test_a_refused_attempt_teaches_nothing() -> None:
    """What was not executed leaves the answers as they were."""
    fold = lived()
    before = fold.read(strange(), 900)
    fold.happened(strange(), 900, executed=False)
    assert fold.read(strange(), 901) == before
    assert before["usual.deviation"]


def test_a_result_corrects_what_was_learnt() -> None:
    """Executed after all teaches; not executed after all is taken out again."""
    fold, probe = lived(), transfer(DAYS + 2, payee__phone="+79990000000")
    before = fold.read(probe, 902)
    fold.happened(strange(), 900, executed=True, attempted=False)
    assert fold.read(probe, 902)["usual.payee_new"] is False
    fold.undone(strange(), 900)
    assert fold.read(probe, 902) == before


def test_only_operations_of_our_clients_have_habits() -> None:
    """A login, and a transfer that comes from another bank, are compared with nothing."""
    fold = lived()
    values = {name: value for name, value in strange().values.items() if name != "payer.customer_id"}
    assert fold.read(structs.replace(strange(), values=values), 900) == {}
    login = structs.replace(strange(), type="login", values={"client.customer_id": "c-1"})
    fold.happened(login, 900, executed=True)
    assert fold.read(login, 901) == {}


def test_cash_is_compared_with_habits_too() -> None:
    """A withdrawal has the same profile; it has no payee and need not name a device."""
    fold = lived()
    values: dict[str, Value] = {
        "client.customer_id": "c-1",
        "amount": 20_000_000,
        "currency": "RUB",
        "place.city": "Омск",
    }
    cash = structs.replace(strange(), type="cash_withdrawal", values=values)
    found = fold.read(cash, 900)
    assert found["usual.city_new"] is True
    assert "usual.payee" not in found
    assert isinstance(found["usual.deviation"], float)


def test_habits_show_in_the_memory() -> None:
    """The bytes that habits take are counted."""
    assert lived(1).memory()["habits"] > 0
