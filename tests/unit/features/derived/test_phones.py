"""Numbers of a marketplace's events are read beside the event; those of a bank's events cost nothing."""

import pytest

from holdfast.features.derived.phones import Phones
from holdfast.matching.phone_facts import PhoneType
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.schema import Field, FieldType

ALMATY = Phones("KZ")
LISTING: dict[str, Value] = {"seller.phone": "8 701 555 01 42", "listing.phone": "+79165550142"}


def test_each_number_of_an_event_is_told_by_itself() -> None:
    """The seller's own and the one shown to buyers are apart; what does not strike is absent."""
    assert ALMATY.derive("listing_published", LISTING) == {
        "seller.phone_e164": "+77015550142",
        "seller.phone_region": "KZ",
        "seller.phone_type": "mobile",
        "seller.phone_valid": True,
        "seller.phone_foreign": False,
        "listing.phone_e164": "+79165550142",
        "listing.phone_region": "RU",
        "listing.phone_type": "mobile",
        "listing.phone_valid": True,
        "listing.phone_foreign": True,
    }


def test_what_is_foreign_depends_on_the_tenant() -> None:
    """One number is from abroad for a marketplace of Kazakhstan and domestic for one of Russia."""
    values: dict[str, Value] = {"client.phone": "+79165550142", "where": "marketplace"}
    assert ALMATY.derive("login", values)["client.phone_foreign"] is True
    assert Phones("RU").derive("login", values)["client.phone_foreign"] is False


def test_an_unassigned_number_is_not_known_to_be_foreign() -> None:
    """Region and foreignness are absent, which is unknown: neither clean nor guilty."""
    told = ALMATY.derive("seller_registered", {"seller.phone": "+76005550142"})
    assert told == {
        "seller.phone_e164": "+76005550142",
        "seller.phone_type": "unassigned",
        "seller.phone_valid": False,
    }


def test_a_number_with_a_letter_is_not_valid_and_nothing_else() -> None:
    """Nothing is guessed out of a number that nobody can have typed."""
    assert ALMATY.derive("seller_registered", {"seller.phone": "+7701123456O"}) == {"seller.phone_valid": False}


def test_a_number_that_looks_made_up_is_named() -> None:
    """The pattern stands beside the rest."""
    assert ALMATY.derive("payout", {"seller.phone": "+77777777777"})["seller.phone_pattern"] == "repeated"


@pytest.mark.parametrize(
    ("event_type", "values"),
    [
        ("login", {"client.phone": "+79165550142", "where": "bank"}),
        ("login", {"client.phone": "+79165550142"}),
        ("telecom_activity", {"client.phone": "+79165550142", "calls.count": 3}),
        ("seller_registered", {"seller.seller_id": "s-1"}),
    ],
)
def test_nothing_is_read_where_nobody_asks(event_type: str, values: dict[str, Value]) -> None:
    """A bank's login, an operator's report of calls and an event without a number get nothing."""
    assert ALMATY.derive(event_type, values) == {}


@pytest.mark.parametrize("name", ["number_since", "number_recycled", "sim_swapped_at"])
def test_what_an_operator_says_of_a_number_is_tied_to_its_one_form(name: str) -> None:
    """So it is found again whichever way the marketplace wrote the number."""
    told = ALMATY.derive("telecom_activity", {"client.phone": "87015550142", name: 1})
    assert told["client.phone_e164"] == "+77015550142"


def test_names_are_declared_beside_every_phone_with_a_title() -> None:
    """Whatever `derive` gives is declared for that type, the number itself as personal, words as a closed set."""
    known = {path: Field(path=path, type=FieldType.TEXT) for path in ("seller.phone", "listing.phone", "seller.iin")}
    declared = {field.path: field for field in ALMATY.fields("listing_published", known)}
    assert set(ALMATY.derive("listing_published", LISTING | {"seller.phone": "+77777777777"})) <= set(declared)
    assert all(field.title for field in declared.values())
    assert [path for path, field in declared.items() if field.personal] == ["seller.phone_e164", "listing.phone_e164"]
    assert declared["seller.phone_type"].words == tuple(one.value for one in PhoneType)


@pytest.mark.parametrize("event_type", ["transfer", "cash_withdrawal", "label"])
def test_a_banks_events_get_no_names(event_type: str) -> None:
    """What has no name is never worked out."""
    known = {"payer.phone": Field(path="payer.phone", type=FieldType.TEXT)}
    assert ALMATY.fields(event_type, known) == ()
