"""An operation is the same again by payer, payee's requisites, amount and rail, however its fields are ordered."""

from holdfast.features.standing import REPEAT_OF, Standing
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.judgement import RepeatTerms
from holdfast.vocabulary.keys import KeyMaker

GIVEN: dict[str, Value] = {
    "rail": "sbp",
    "amount": 100,
    "currency": "RUB",
    "payer.customer_id": "c-1",
    "payee.phone": "+79161234567",
    "payee.account": "40817810000000000002",
    "payee.own": False,
}


def transfer(values: dict[str, Value]) -> Event:
    """Make a transfer of these fields."""
    return Event(id=EventId("x"), type="transfer", occurred_ms=1, received_ms=1, values=values)


def known(values: dict[str, Value]) -> bool:
    """Tell whether a transfer counts as a repeat of the one that was refused."""
    standing = Standing(keys=KeyMaker(secret=b"0123456789abcdef"))
    standing.decided(transfer(GIVEN), 1, decision_id="dec_1", repeat=RepeatTerms(policy="p", state="open"))
    return REPEAT_OF in standing.read(transfer(values), "payer", seq=2, repeatable=True)


def test_the_order_of_fields_does_not_matter() -> None:
    """Fields in another order, or that say nothing of the payee's requisites, leave the operation the same."""
    assert known(GIVEN)
    assert known(dict(reversed(GIVEN.items())))
    assert known({**GIVEN, "payee.own": True, "device.id": "d-1"})


def test_other_requisites_make_another_operation() -> None:
    """A change of amount, rail, payer or anything of the payee, or one requisite more, is another operation."""
    for name in ("rail", "amount", "currency", "payer.customer_id", "payee.phone", "payee.account"):
        assert not known({**GIVEN, name: "other"})
    assert not known({**GIVEN, "payee.inn": "500100732259"})
    assert not known({name: value for name, value in GIVEN.items() if name != "payee.phone"})
