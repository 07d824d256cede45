"""Which identifiers a client was seen with."""

from holdfast.engine.prepare import Memory
from holdfast.engine.schema import make_derived, make_network
from holdfast.features.fold import Fold
from holdfast.features.registry import build_registry
from holdfast.features.standing import Standing
from holdfast.lists.book import ListBook
from holdfast.operations.clients import Client, ClientIndex, client_key
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.keys import KeyMaker
from holdfast.wire.fields import event_schema

KEYS = KeyMaker(secret=b"0123456789abcdef")


def memory() -> Memory:
    """Make an empty memory."""
    schema = event_schema()
    registry = build_registry({}, schema, zone="Europe/Moscow")
    fold = Fold(registry, schema=schema, keys=KEYS, home="RU")
    return Memory(
        derived=make_derived("RU"),
        fold=fold,
        network=make_network(KEYS, make_derived("RU"), "RU"),
        lists=ListBook(KEYS),
        complete_since={},
        schema=schema,
        home="RU",
        standing=Standing(keys=KEYS),
    )


def transfer(**values: Value) -> Event:
    """Make a transfer; `payer_inn` stands for `payer.inn`."""
    named = {name.replace("__", "."): value for name, value in values.items()}
    return Event(id=EventId("e"), type="transfer", occurred_ms=1, received_ms=1, values=named)


def test_identifiers_gather_in_normal_form_and_once() -> None:
    """What was seen in several events, in either role, is one client's; equal values in other spellings are one."""
    made, index = memory(), ClientIndex()
    seen = transfer(payer__customer_id="c-1", payer__kind="individual", payer__phone="+7 916 123-45-67")
    index.note(seen, made, seq=1)
    index.note(transfer(payee__customer_id="c-1", payee__phone="89161234567", payee__inn="500100732259"), made, seq=1)
    found = index.get(client_key("c-1", made))
    assert found is not None
    assert (len(index), found.kind) == (1, "individual")
    assert {one.kind for one in found.identifiers} == {"phone", "sbp_phone", "inn"}
    assert len(found.identifiers) == 3


def test_a_party_without_a_client_id_is_nobodys_client() -> None:
    """Strangers are not kept, and a client who was never seen is not made up."""
    made, index = memory(), ClientIndex()
    index.note(transfer(payer__inn="500100732259", payee__customer_id="c-2"), made, seq=1)
    assert index.get(client_key("c-2", made)) == Client(seq=1)
    assert index.get(client_key("c-1", made)) is None
    index.clear()
    assert len(index) == 0


def test_an_event_of_the_client_s_own_goes_before_a_stranger_s() -> None:
    """The place where a client can be read is the first, unless only another person's event named the client there."""
    made, index = memory(), ClientIndex()
    index.note(transfer(payee__customer_id="c-1", payee__inn="500100732259"), made, seq=3)
    index.note(transfer(payer__customer_id="c-1", payer__inn="500100732259"), made, seq=5)
    index.note(transfer(payer__customer_id="c-1", payer__phone="+79161234567"), made, seq=8)
    found = index.get(client_key("c-1", made))
    assert found is not None
    assert (found.seq, found.own) == (5, True)
    copy = ClientIndex()
    copy.load(index.rows())
    assert copy.get(client_key("c-1", made)) == found
    assert copy.slice(copy.keys()) == [found]
