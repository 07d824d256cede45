"""An operation is the same again by payer, payee's requisites, amount and rail, however its fields are ordered."""

from datetime import UTC

from holdfast.features.standing import ENDED_MS, REPEAT_OF, Standing
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.instants import DAY_MS, rfc3339
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


def test_only_the_newest_refusals_are_kept() -> None:
    """However many operations are refused, their number in memory is bounded; a snapshot keeps which goes next."""
    first = Standing(keys=KeyMaker(secret=b"0123456789abcdef"), refused_max=3)
    opened = RepeatTerms(policy="p", state="open")

    def refuse(standing: Standing, amount: int) -> None:
        standing.decided(transfer({**GIVEN, "amount": amount}), amount, decision_id=f"dec_{amount}", repeat=opened)

    for amount in (1, 2, 3, 1):
        refuse(first, amount)
    again = Standing(keys=first.keys, refused_max=3)
    again.load(first.rows())
    for standing in (first, again):
        refuse(standing, 4)
        repeated = [
            amount
            for amount in range(1, 5)
            if standing.read(transfer({**GIVEN, "amount": amount}), "payer", seq=9, repeatable=True)
        ]
        assert repeated == [1, 3, 4]


def test_limits_that_ended_long_ago_are_let_go() -> None:
    """Clients whose limits are over leave nothing behind; one whose limit lasts is still under it."""
    standing = Standing(keys=KeyMaker(secret=b"0123456789abcdef"))

    def limit(client: int, at_ms: int, until_ms: int) -> None:
        event = Event(
            id=EventId("x"),
            type="transfer",
            occurred_ms=at_ms,
            received_ms=at_ms,
            values={"payer.customer_id": f"c-{client}"},
        )
        standing.limited(event, "payer", [{"kind": "cap_cash", "duty": "d", "until": rfc3339(until_ms, UTC)}])

    limit(0, 0, 10 * ENDED_MS)
    for client in range(1, 9):
        limit(client, 0, DAY_MS)
    limit(0, DAY_MS, 10 * ENDED_MS)
    for client in range(9, 18):
        limit(client, ENDED_MS + 2 * DAY_MS, ENDED_MS + 3 * DAY_MS)
    assert len(standing.rows()["lasting"]) == 1 + 9
    assert standing.lasting("c-0", ENDED_MS) == {"d": 10 * ENDED_MS}
