"""One name for a member of the site, whatever an event calls the account; nothing at a bank."""

import pytest

from holdfast.features.derived.members import Members
from holdfast.vocabulary.event import Value
from holdfast.wire.fields import event_schema


@pytest.mark.parametrize(
    ("event_type", "values", "expected"),
    [
        ("payout", {"seller.seller_id": "s-1"}, {"seller.member_id": "s-1"}),
        ("listing_published", {"seller.customer_id": "s-1"}, {"seller.member_id": "s-1"}),
        ("login", {"where": "marketplace", "client.customer_id": "s-1"}, {"client.member_id": "s-1"}),
        ("login", {"where": "bank", "client.customer_id": "s-1"}, {}),
        ("profile_change", {"where": "gosuslugi", "client.customer_id": "s-1"}, {}),
        ("payout", {"seller.phone": "+77011234567"}, {}),
        (
            "message_sent",
            {"sender.customer_id": "b-1", "recipient.seller_id": "s-1"},
            {"sender.member_id": "b-1", "recipient.member_id": "s-1"},
        ),
        ("complaint", {"client.customer_id": "b-1"}, {"client.member_id": "b-1"}),
        ("identity_check", {"client.seller_id": "s-1"}, {"client.member_id": "s-1"}),
        ("identity_check", {"client.customer_id": "s-1"}, {}),
    ],
)
def test_the_account_is_the_id_that_is_there(
    event_type: str, values: dict[str, Value], expected: dict[str, Value]
) -> None:
    """A seller's id goes before a customer's; who gives neither is nobody."""
    assert Members().derive(event_type, values) == expected


def test_a_banks_events_get_no_such_name() -> None:
    """Only events of a site are looked at; a transfer stays as it came."""
    for event_type, known in event_schema().fields.items():
        added = {one.path for one in Members().fields(event_type, known)}
        parties = {path.partition(".")[0] for path in added}
        assert parties <= known.keys()
        assert not added or event_type not in {"transfer", "cash_withdrawal", "loan_payout", "telecom_activity"}
