"""What a listing's words say of its price, as values that rules read."""

from holdfast.features.derived.prices import Prices
from holdfast.vocabulary.event import Value

WORDS: dict[str, Value] = {
    "listing.title": "Toyota Camry 2015",
    "listing.text": "Не битая, не гнилая, торг",
    "listing.category": "car",
    "listing.price": 450_000_000,
    "listing.currency": "KZT",
}


def read(**changes: Value) -> dict[str, Value]:
    """Read a listing with changes; `None` leaves a value out."""
    values = WORDS | {f"listing.{name}": value for name, value in changes.items()}
    known = {name: value for name, value in values.items() if value is not None}
    return dict(Prices().derive("listing_published", known))


def test_a_listing_without_a_reason_is_not_excused() -> None:
    """Denied excuses are none, and silence is none either."""
    plain = {"price.excused": False, "listing.price_kind_read": "full"}
    assert read() == plain
    assert read(text=None, title=None) == plain


def test_the_first_reason_is_told() -> None:
    """Title and text are both read."""
    assert read(title="Camry после ДТП")["price.excuse"] == "accident"
    assert read(text="Не растаможена, рассрочка") == {
        "price.excused": True,
        "price.excuse": "not_cleared",
        "listing.price_kind_read": "full",
    }


def test_the_sites_word_counts_before_the_text() -> None:
    """Where the form says what the price means, the text is not asked."""
    assert read(price_kind="first_payment")["listing.price_kind_read"] == "first_payment"
    assert read(text="цена договорная")["listing.price_kind_read"] == "negotiable"
    assert read(text="цена договорная", price_kind="full")["listing.price_kind_read"] == "full"


def test_no_price_has_no_meaning() -> None:
    """Without a price or its currency the meaning is unknown."""
    assert "listing.price_kind_read" not in read(price=None)
    assert "listing.price_kind_read" not in read(currency=None)


def test_values_are_declared_for_listings_alone() -> None:
    """Other events get no value."""
    declared = {one.path: one for one in Prices().fields("listing_published", {})}
    assert set(declared) == {"listing.price_kind_read", "price.excused", "price.excuse"}
    assert "first_payment" in declared["listing.price_kind_read"].words
    assert Prices().fields("message_sent", {}) == ()
