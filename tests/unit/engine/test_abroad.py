"""The notice where a listing was placed from is computed from its facts alone, and stands on every listing."""

from typing import Any

import pytest

from holdfast.engine.abroad import abroad_notice, is_notice, noticed
from holdfast.vocabulary.event import Value


def notice(event_type: str = "listing_published", **session: Value) -> dict[str, Any]:
    """Compute the notice for a Kazakh site."""
    values = {f"session.{name}": value for name, value in session.items() if value is not None}
    found = abroad_notice(event_type, values, "KZ")
    assert found is not None
    return dict(found)


@pytest.mark.parametrize(
    ("country", "kind", "value"),
    [
        ("DE", None, "yes"),
        ("DE", "residential", "yes"),
        ("DE", "mobile", "yes"),
        ("KZ", None, "no"),
        ("KZ", "mobile", "no"),
        ("DE", "vpn", "not_determined"),
        ("KZ", "vpn", "not_determined"),
        ("DE", "hosting", "not_determined"),
        ("KZ", "cgnat", "not_determined"),
        (None, None, "not_determined"),
        (None, "residential", "not_determined"),
    ],
)
def test_the_value_follows_country_and_kind_of_line(country: str | None, kind: str | None, value: str) -> None:
    """Abroad and at home are said of ordinary lines only; what hides a person, and no country, is not determined."""
    found = notice(ip_country=country, ip_kind=kind, ip_source="Table 2026-11-01")
    assert found["value"] == value
    assert found["country"] == (None if value == "not_determined" else country)
    assert found["as_of"] == "2026-11-01"


def test_a_source_without_a_day_gives_none() -> None:
    """`as_of` is the first day in the source, or nothing."""
    assert notice(ip_country="DE", ip_source="the site's own")["as_of"] is None
    assert notice(ip_country="DE")["as_of"] is None
    assert notice(ip_country="DE", ip_source="A 2026-11-01; B 2026-10-01")["as_of"] == "2026-11-01"


def test_only_listings_carry_it() -> None:
    """A transfer, a message and a login have no notice; an edit has."""
    for event_type in ("transfer", "message_sent", "login", "seller_registered"):
        assert abroad_notice(event_type, {"session.ip_country": "DE"}, "KZ") is None
    assert notice("listing_edited", ip_country="DE")["value"] == "yes"


def test_it_stands_behind_the_other_measures_once() -> None:
    """A duty to give the notice adds its name and its cite; another public notice stays apart."""
    case = {"kind": "open_case"}
    duty = {"kind": "public_notice", "notice": "placed_from_abroad", "duty": "d", "cite": "c"}
    found = notice(ip_country="DE")
    assert noticed((), None) == ()
    assert noticed((case,), None) == (case,)
    assert noticed((), found) == (found,)
    assert noticed((duty, case), found) == (case, {**found, "duty": "d", "cite": "c"})
    bare = {"kind": "public_notice"}
    assert noticed((bare, case), found) == (case, found)
    other = {"kind": "public_notice", "notice": "sold_twice", "duty": "e"}
    assert noticed((other,), found) == (other, found)
    assert [is_notice(one) for one in (found, case, other)] == [True, False, False]
