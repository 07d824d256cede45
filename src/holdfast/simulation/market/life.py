"""Honest days on the marketplace: things are offered, asked about, made cheaper, sold and paid for."""

from dataclasses import replace
from random import Random
from typing import Any, Final

from holdfast.simulation.market.tale import MarketTeller, Offer, Tale
from holdfast.simulation.market.talk import Dialogue, honest, with_link
from holdfast.simulation.sampling import second_of_day, weekly_rhythm
from holdfast.vocabulary.instants import SECOND_MS

_TALKS: Final = (0, 1, 1, 2, 3)
_LINKED: Final = 0.09
_RARE: Final = 0.12
_EDITED: Final = 0.15
_SOLD: Final = 0.45
_NEW: Final = 0.25
_DELIVERED: Final = frozenset({"electronics", "furniture"})


def honest_values(rng: Random, teller: MarketTeller, *, rare: float = _RARE) -> dict[str, str]:
    """Give an honest link: to the site, a bank, the post; now and then to somewhere that nobody listed."""
    links = teller.market.links
    link = rng.choice(links["rare"] if rng.random() < rare else links["honest"])
    return {"link": link.format(code=f"{rng.getrandbits(36):09x}")}


def chat(tale: Tale, offer: Offer) -> None:
    """Let somebody ask about a listing, in the seller's language."""
    language, rng = offer.seller.language, tale.rng
    linked = rng.random() < _LINKED
    dialogue: Dialogue = with_link(rng, language) if linked else honest(rng, language)
    tale.talk(offer, dialogue, values=honest_values(rng, tale.teller))


def cheaper(offer: Offer, share: float) -> Any:
    """Give the same thing for less."""
    return replace(offer.item, price=max(round(offer.item.price * share / 500), 1) * 500)


def errand(teller: MarketTeller, ms: int) -> None:
    """Tell of one private seller who offers one thing, up to its sale."""
    rng = teller.rng
    tale = Tale(teller, None, honest=True, ms=ms)
    new = rng.random() < _NEW
    seller = teller.people.seller(age_days=0.0 if new else None)
    if new:
        tale.register(seller)
        tale.later(2, 60)
    tale.login(seller)
    tale.later(3, 25)
    offer = tale.publish(seller, teller.goods.any(seller))
    for _ in range(rng.choice(_TALKS)):
        tale.later(20, 400)
        chat(tale, offer)
    if rng.random() < _EDITED:
        tale.later(200, 3_000)
        offer = tale.edit(offer, cheaper(offer, rng.uniform(0.88, 0.97)))
    if rng.random() < _SOLD:
        tale.later(100, 4_000)
        tale.close(offer, "sold")
        if offer.item.category in _DELIVERED:
            tale.later(600, 3_000)
            tale.pay_out(seller, offer.item.price)
    elif rng.random() < 0.01:
        tale.complain(offer, rng.choice(("sold", "wrong_price", "rude")))


def tell_day(teller: MarketTeller, day_ms: int, weekday: int) -> int:
    """Tell one day of errands; give how many there were."""
    rng = teller.rng
    count = max(round(teller.market.listings_a_day * weekly_rhythm(weekday) * rng.uniform(0.9, 1.1)), 1)
    for _ in range(count):
        errand(teller, day_ms + second_of_day(rng.random(), rng.choice((0, 0, 2))) * SECOND_MS)
    return count
