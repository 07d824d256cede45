"""Fraud on the marketplace: copied goods, false links, borrowed accounts, and money wanted beforehand."""

from dataclasses import replace
from typing import Final

from holdfast.simulation.market.life import chat
from holdfast.simulation.market.people import Seller, foreign, virtual
from holdfast.simulation.market.tale import Offer, Tale
from holdfast.simulation.market.talk import RENT, SPAM, Dialogue, false_link, false_seller, phishing, prepaid
from holdfast.simulation.market.wording import BAIT
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS

COPIED_CITIES: Final = 3
RING_SELLERS: Final = 8
RENTED: Final = 4


def _bait(tale: Tale, language: str) -> str:
    return tale.rng.choice(BAIT[language])


def _victim(tale: Tale, category: str) -> Offer:
    """Choose an honest listing to copy; where none of the kind is shown yet, somebody publishes one first."""
    known = [offer for offer in tale.teller.shown if offer.item.category == category and len(offer.item.pictures) > 1]
    if known:
        return tale.rng.choice(known)
    owner = tale.people.seller()
    offer = tale.publish(owner, tale.goods.make(category, owner))
    tale.later(60, 600)
    return offer


def _wants_money(tale: Tale, offer: Offer) -> None:
    """Let the account ask a buyer for money beforehand, or for the card behind a false link."""
    links = tale.teller.market.links["brands"]
    language = offer.seller.language
    values = {"card": f"9500 {tale.rng.randrange(10_000):04d} 1111 0000", "link": false_link(tale.rng, links)}
    choose = prepaid if tale.rng.random() < 0.6 else false_seller
    tale.talk(offer, choose(tale.rng, language), crook="s", values=values)


def three_cities(tale: Tale) -> None:
    """Tell how one owner's car is offered in three other cities, from three accounts, with photos made unlike."""
    owner = _victim(tale, "car")
    for city in tale.people.other_cities(owner.seller.city, COPIED_CITIES):
        tale.later(40, 2_000)
        phone = foreign(tale.rng) if tale.rng.random() < 0.3 else None
        crook = tale.people.crook(tale.ms, city=city, phone=phone)
        tale.login(crook)
        tale.later(2, 15)
        car = tale.goods.copy(owner.item, city=city, share=tale.rng.uniform(0.5, 0.8), text=_bait(tale, crook.language))
        seen = car if tale.rng.random() < 0.5 else car.but(vin=None)
        offer = tale.publish(crook, seen, fraud=True)
        tale.later(20, 200)
        _wants_money(tale, offer)


def copied_flat(tale: Tale) -> None:
    """Tell how one flat's photos serve two accounts in one city, with a Russian and with a Kazakh text."""
    owner = _victim(tale, "flat_rent")
    for _ in range(2):
        tale.later(30, 900)
        crook = tale.people.crook(tale.ms, city=owner.seller.city)
        text = tale.goods.flat(crook).fields["text"]
        flat = tale.goods.copy(owner.item, city=owner.seller.city, share=tale.rng.uniform(0.55, 0.8), text=text)
        offer = tale.publish(crook, flat, fraud=True)
        tale.later(20, 200)
        _wants_money(tale, offer)


def flats_many_cities(tale: Tale) -> None:
    """Tell how one young account lets flats in four cities within a week."""
    crook = tale.people.crook(tale.ms)
    tale.register(crook)
    home = crook.city
    for place, city in enumerate((home, *tale.people.other_cities(home, 3))):
        tale.later(200, 1_800)
        crook.city = city
        offer = tale.publish(crook, tale.goods.flat(crook), fraud=place >= 2)
        tale.later(10, 100)
        _wants_money(tale, offer)


def phishing_delivery(tale: Tale) -> None:
    """Tell how false buyers write to honest sellers that the delivery is paid and the card is wanted."""
    for _ in range(tale.rng.randrange(2, 5)):
        seller = tale.people.seller()
        offer = tale.publish(seller, tale.goods.make("electronics", seller))
        tale.later(10, 90)
        values = {"link": false_link(tale.rng, tale.teller.market.links["brands"])}
        tale.talk(offer, phishing(tale.rng, seller.language), crook="b", values=values)


def low_price_bait(tale: Tale) -> None:
    """Tell of a car at half its price that is neither broken nor rusted, and of a booking to be paid beforehand."""
    crook = tale.people.crook(tale.ms, phone=virtual(tale.rng))
    tale.register(crook)
    tale.later(5, 60)
    car = tale.goods.car(crook)
    bait = car.but(price=max(round(car.price * 0.42 / 10_000), 1) * 10_000, text=_bait(tale, crook.language))
    offer = tale.publish(crook, bait, fraud=True)
    for _ in range(2):
        tale.later(10, 120)
        _wants_money(tale, offer)


def foreign_number(tale: Tale) -> None:
    """Tell of an account with a foreign number, from a data centre abroad, that offers three things within an hour."""
    crook = tale.people.crook(tale.ms, phone=foreign(tale.rng))
    crook.session = tale.people.hosted()
    tale.register(crook)
    tale.login(crook)
    for category in ("electronics", "furniture", "electronics"):
        tale.later(5, 20)
        offer = tale.publish(crook, tale.goods.make(category, crook), fraud=True)
    tale.later(30, 200)
    _wants_money(tale, offer)


def rented_accounts(tale: Tale) -> None:
    """Tell how old accounts are rented through a channel, and then all used from one device for one account."""
    sellers = [tale.people.seller(age_days=600) for _ in range(RENTED)]
    payee, device = tale.people.payee(90_000 + sellers[0].n), tale.people.device()
    for seller in sellers:
        tale.login(seller)
        tale.check_identity(seller, "owner_recheck")
        tale.later(10, 300)
    for seller in sellers[:2]:
        tale.mention({"phone": seller.party["phone"]}, tale.rng.choice(RENT[seller.language]))
    tale.ms += DAY_MS
    for seller in sellers:
        seller.device, seller.session, seller.group = device.copy(), tale.people.session(), "fraud"
        seller.payee = payee.copy()
        tale.login(seller)
        tale.later(5, 30)
        tale.change(seller, "payout_account")
        tale.later(5, 30)
        offer = tale.publish(seller, tale.goods.make("electronics", seller), fraud=True)
        tale.later(20, 200)
        _wants_money(tale, offer)
        tale.pay_out(seller, offer.item.price, fraud=True)


def takeover(tale: Tale) -> None:
    """Tell how a stolen account gets a new password, number and payout account, writes to everybody, and is emptied."""
    seller = tale.people.seller(age_days=800)
    offers = [tale.publish(seller, tale.goods.make("electronics", seller)) for _ in range(2)]
    tale.later(900, 2_000)
    seller.device, seller.session, seller.group = tale.people.device(), tale.people.hosted(), "fraud"
    tale.login(seller)
    for field in ("password", "phone", "payout_account"):
        tale.later(1, 6)
        seller.payee = tale.people.payee(95_000 + seller.n)
        seller.party["phone"] = virtual(tale.rng) if field == "phone" else seller.party["phone"]
        tale.change(seller, field)
    _mass_messages(tale, seller, offers)
    tale.later(5, 40)
    tale.pay_out(seller, sum(offer.item.price for offer in offers), fraud=True)


def _mass_messages(tale: Tale, seller: Seller, offers: list[Offer]) -> None:
    """Write the same false link to many people who never asked."""
    links, language = tale.teller.market.links["brands"], seller.language
    link = false_link(tale.rng, links)
    line: Dialogue = (("s", tale.rng.choice(SPAM[language])),)
    for place in range(12):
        tale.talk(offers[place % len(offers)], line, crook="s", values={"link": link})


def edit_after_approve(tale: Tale) -> None:
    """Tell of a harmless listing that is approved, and hours later shows a stolen flat, another price and number."""
    crook = tale.people.crook(tale.ms)
    offer = tale.publish(crook, tale.goods.make("furniture", crook))
    tale.later(300, 1_500)
    owner = _victim(tale, "flat_rent")
    city = tale.people.other_cities(crook.city, 1)[0]
    crook.party["phone"] = virtual(tale.rng)
    flat = tale.goods.copy(owner.item, city=city, share=0.6, text=_bait(tale, crook.language))
    changed = tale.edit(offer, flat, fraud=True)
    tale.later(10, 100)
    _wants_money(tale, changed)


def one_payout(tale: Tale) -> None:
    """Tell of eight sellers whose money all goes to one account."""
    payee = tale.people.payee(97_000 + tale.teller.people.seller().n)
    for place in range(RING_SELLERS):
        crook = tale.people.crook(tale.ms)
        crook.payee = payee.copy()
        tale.register(crook)
        tale.later(10, 60)
        offer = tale.publish(crook, tale.goods.make("electronics", crook))
        chat(tale, offer)
        tale.ms += 2 * HOUR_MS
        tale.close(offer, "sold")
        tale.later(5, 30)
        tale.pay_out(crook, offer.item.price, fraud=place >= 2)


def many_accounts(tale: Tale) -> None:
    """Tell of one number on five fresh accounts that offer the same thing again and again."""
    first = tale.people.crook(tale.ms)
    item = tale.goods.make("electronics", first)
    for place in range(5):
        crook = first if place == 0 else tale.people.crook(tale.ms, city=first.city, phone=first.party["phone"])
        crook.language = first.language
        tale.register(crook)
        tale.later(5, 60)
        tale.publish(crook, replace(item, city=first.city), fraud=place >= 1)
        tale.later(30, 300)
