"""Whether an address is abroad is said of a marketplace's events and of logins alone, and never of a hidden one."""

import pytest

from holdfast.engine.schema import full_schema
from holdfast.features.derived.places import Places
from holdfast.vocabulary.event import Value
from holdfast.wire.fields import event_schema


@pytest.mark.parametrize(
    ("country", "kind", "foreign"),
    [
        ("DE", None, True),
        ("KZ", "mobile", False),
        ("DE", "vpn", None),
        ("DE", "hosting", None),
        ("KZ", "cgnat", None),
        (None, None, None),
    ],
)
def test_abroad_is_seen_from_home(country: str | None, kind: str | None, foreign: Value) -> None:
    """Another country than the tenant's is abroad; behind a VPN, and without a country, it is unknown."""
    told = {"session.ip_country": country, "session.ip_kind": kind}
    values = {name: value for name, value in told.items() if value is not None}
    found = Places("KZ").derive("login", values)
    assert found.get("session.ip_foreign") is foreign
    assert len(found) == (foreign is not None)


def test_a_bank_s_events_do_not_pay_for_it() -> None:
    """A transfer has no such name; a login and a listing have."""
    fields = full_schema().fields
    known = event_schema().fields
    for event_type in ("transfer", "cash_withdrawal", "profile_change"):
        assert Places("KZ").fields(event_type, known[event_type]) == ()
        assert "session.ip_foreign" not in fields[event_type]
    for event_type in ("login", "listing_published", "message_sent", "payout"):
        assert "session.ip_foreign" in fields[event_type]
