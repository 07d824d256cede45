"""What the names in a notice stand for, in one language."""

from collections.abc import Iterator
from datetime import tzinfo
from typing import Final

from holdfast.holds.terms import instant_ms
from holdfast.language.currencies import DIGITS
from holdfast.operations.notice_matter import Matter
from holdfast.operations.notice_words import (
    CAREFULLY,
    IN_THE_APP,
    ON_THE_CARD,
    OR,
    SEE_THE_APP,
    WAYS,
    YOUR_BANK,
    YOUR_SITE,
    list_word,
    rail_word,
)
from holdfast.operations.shard import Bank
from holdfast.rules.voice import cite
from holdfast.vocabulary.event import SITE_EVENTS
from holdfast.vocabulary.instants import from_ms
from holdfast.vocabulary.outcome import Mode
from holdfast.vocabulary.writing import day, moment, money, requisite, zone_name

_INSTANT: Final = "_ms"
_MINOR: Final = "_minor"
Values = Iterator[tuple[str, str]]


def values_of(matter: Matter, language: str, *, bank: Bank, zone: tzinfo) -> dict[str, str]:
    """Give a value for every name that has one; the caller of the notice has the last word."""
    return dict(
        (
            *_of_the_house(matter, language, bank=bank, zone=zone),
            *_of_the_operation(matter, language),
            *_of_the_law(matter, language),
            *_of_the_proof(matter, language),
            *_of_the_clock(matter, language, zone),
            *_of_the_order(matter, language, zone),
        )
    )


def _of_the_house(matter: Matter, language: str, *, bank: Bank, zone: tzinfo) -> Values:
    of_site = matter.event is not None and matter.event.type in SITE_EVENTS
    yield "bank", bank.name or (YOUR_SITE if of_site else YOUR_BANK)[language]
    yield "phone", bank.phone or (IN_THE_APP if of_site else ON_THE_CARD)[language]
    yield "listing", SEE_THE_APP[language]
    yield "zone", zone_name(from_ms(matter.order.at_ms, zone), language)


def _of_the_operation(matter: Matter, language: str) -> Values:
    if matter.event is None:
        return
    values = matter.event.values
    yield "rail", rail_word(str(values.get("rail", matter.event.type)), language)
    yield "payee", requisite(values, "payee", language)
    listing = values.get("listing.title") or values.get("listing.listing_id") or values.get("listing_id")
    if listing is not None:
        yield "listing", str(listing)
    amount, currency = values.get("amount"), values.get("currency")
    if isinstance(amount, int):
        yield "amount", _money(amount, str(currency), language)


def _of_the_proof(matter: Matter, language: str) -> Values:
    """Say how alone the client can confirm where the phone itself is in doubt; else there is nothing to say."""
    policy = matter.careful()
    ways = [WAYS[method][language] for method in policy.careful_proof if method in WAYS] if policy else []
    yield "how", CAREFULLY[language].format(ways=OR[language].join(ways)) if ways else ""


def _of_the_law(matter: Matter, language: str) -> Values:
    provision, regime = matter.provision(), matter.regime
    if provision is not None:
        yield "provision", cite(provision)
    acted = [sign for sign in matter.fired() if sign.mode == Mode.ENFORCE]
    titles = {str(check.sign.id): check.sign.title[language] for check in regime.signs} if regime else {}
    ground = matter.judgement.ground if matter.judgement else None
    named = [sign.id for sign in acted] or [ground or ""]  # a rule may realise a sign that did not fire
    told = [titles[name] for name in named if name in titles]
    if told:
        yield "sign", "; ".join(told)
    matched = next((sign.evidence["list"] for sign in acted if sign.evidence.get("list")), None)
    if matched:
        yield "list", list_word(str(matched), language)


def _of_the_clock(matter: Matter, language: str, zone: tzinfo) -> Values:
    order, repeat = matter.order, matter.judgement.repeat if matter.judgement else None
    if matter.decided_ms is not None:
        yield "placed_at", moment(matter.decided_ms, language, zone)
    if order.until:
        yield "until", moment(instant_ms(order.until), language, zone)
        yield "until_date", day(from_ms(instant_ms(order.until), zone), language)
    if order.confirm_by:
        yield "confirm_by", moment(instant_ms(order.confirm_by), language, zone)
    if repeat and repeat.allowed_from:
        yield "allowed_from", moment(instant_ms(repeat.allowed_from), language, zone)


def _of_the_order(matter: Matter, language: str, zone: tzinfo) -> Values:
    values = matter.order.values
    for name, value in values.items():
        if name.endswith(_INSTANT) and isinstance(value, int):
            yield name.removesuffix(_INSTANT), moment(value, language, zone)
        elif name.endswith(_MINOR) and isinstance(value, int):
            yield name.removesuffix(_MINOR), _money(value, str(values.get("currency")), language)
        elif value is not None:
            yield name, list_word(str(value), language) if name == "list" else str(value)


def _money(minor: int, currency: str, language: str) -> str:
    return money(minor, currency, language, digits=DIGITS.get(currency, 2))
