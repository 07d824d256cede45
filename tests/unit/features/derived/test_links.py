"""What links and words become as names that rules read."""

from typing import Any

import pytest

from holdfast.features.derived.links import Links
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.packs import Brand
from holdfast.vocabulary.schema import FieldType

LINKS = Links([Brand(id="kaspi", names=("kaspi",), hosts=("kaspi.kz",))])


def told(text: str, event_type: str = "message_sent", **more: Value) -> dict[str, Any]:
    """Derive what one text says; underscores in names stand for dots."""
    values = {name.replace("_", "."): value for name, value in more.items()}
    name = "listing.text" if event_type.startswith("listing") else "text"
    return dict(LINKS.derive(event_type, {name: text, **values}))


def test_every_derived_name_is_declared_with_its_type() -> None:
    """What a message gives is a declared field of the right kind, and each has a title for the reference."""
    fields = {field.path: field for field in LINKS.fields("message_sent", {})}
    found = told("kaspi-pay.top и kaspi.kz", sender_role="buyer")
    assert found.keys() <= fields.keys()
    kinds = {FieldType.BOOL: bool, FieldType.INTEGER: int, FieldType.TEXTS: tuple, FieldType.NUMBER: float}
    for name, value in found.items():
        assert isinstance(value, kinds.get(fields[name].type, str)), name
    assert all(field.title for field in fields.values())


def test_a_bank_event_has_none_of_it() -> None:
    """Transfers are not read."""
    assert LINKS.fields("transfer", {}) == ()


def test_without_a_text_nothing_is_known() -> None:
    """A message of a photo alone says nothing: unknown, not clean."""
    assert LINKS.derive("message_sent", {"sender.role": "buyer"}) == {}


def test_a_text_without_links_has_none() -> None:
    """No link is known to be no link, and the hosts are absent."""
    found = told("Здравствуйте, ещё продаёте?")
    assert (found["links.count"], found["links.strange"], found["links.lookalike"]) == (0, 0, False)
    assert "links.hosts" not in found


def test_own_sites_are_counted_and_not_strange() -> None:
    """A brand's own link is a link, and raises nothing, whatever words stand in it."""
    found = told("Оплатите на https://pay.kaspi.kz/oplata/1")
    assert found["links.hosts"] == ("pay.kaspi.kz",)
    assert (found["links.count"], found["links.strange"]) == (1, 0)
    assert not any(found[name] for name in ("links.lookalike", "links.delivery_words", "links.hidden"))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("kaspi-bonus.top", "links.lookalike"),
        ("usps.com-track.vip", "links.lookalike"),
        ("dostavka-sdelka.top", "links.delivery_words"),
        ("bit.ly/3abc", "links.shortener"),
        ("wa.me/77010000000", "links.messenger"),
        ("t.me/some_pay_bot", "links.bot"),
        ("https://t.me/helper?start=1", "links.bot"),
        ("a.pages.dev", "links.free_hosting"),
        ("http://3104572420/", "links.ip_host"),
        ("evil точка top", "links.hidden"),
        ("https://kaspi.kz@evil.top", "links.hidden"),
    ],
)
def test_each_kind_of_link_is_known(text: str, name: str) -> None:
    """Shorteners, messengers, bots, free pages, numbers, look-alikes and disguises each have their name."""
    assert told(text)[name] is True


def test_a_link_in_a_printed_code_is_read() -> None:
    """What a QR code on a photo holds counts as a link of the message, in a listing too."""
    found = told("оплата по коду", photos_codes=("https://kaspi-pay.top/1",))
    assert found["links.hosts"] == ("kaspi-pay.top",)
    found = told("торг", "listing_published", listing_photos_codes=("https://kaspi-pay.top/1",))
    assert found["links.brand"] == "kaspi"
    assert LINKS.derive("message_sent", {"photos.codes": ("evil.top",)})["links.strange"] == 1


def test_only_messages_are_scored() -> None:
    """The model learnt from messages; a listing's text has intents and no score."""
    assert "text.scam_score" not in told("сдам карту в аренду", "listing_published")
    assert told("сдам карту в аренду", "listing_published")["text.rents_account"] is True


def test_a_scam_scores_above_the_honest_message() -> None:
    """The same link weighs more where money is to be had by it; the score is a probability."""
    scam = told("Чтобы получить деньги, перейдите по ссылке site.top/1", sender_role="buyer")["text.scam_score"]
    honest = told("Характеристики смотрите на site.top/1", sender_role="seller")["text.scam_score"]
    assert 0 <= honest < 0.3
    assert 0.8 <= scam <= 1


def test_equal_texts_give_equal_values() -> None:
    """The same event says the same again, in a new reader too."""
    again = Links([Brand(id="kaspi", names=("kaspi",), hosts=("kaspi.kz",))])
    text = {"text": "kaspi-pay.top скиньте номер карты", "sender.role": "buyer"}
    assert LINKS.derive("message_sent", text) == again.derive("message_sent", text)


def test_a_new_brand_needs_no_code() -> None:
    """A brand that stands in the data is looked for; without it the same link is a strange one only."""
    text = {"text": "sulpak-dostavka.top"}
    assert LINKS.derive("message_sent", text)["links.lookalike"] is False
    more = Links([Brand(id="sulpak", names=("sulpak",), hosts=("sulpak.kz",))])
    assert more.derive("message_sent", text)["links.brand"] == "sulpak"
    assert more.derive("message_sent", {"text": "sulpak.kz/oplata"})["links.strange"] == 0
