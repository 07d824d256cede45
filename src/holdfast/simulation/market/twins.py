"""Honest stories that look like fraud: dealers, agencies, movers, wrecks, families, people abroad."""

from dataclasses import replace

from holdfast.simulation.market.life import chat, cheaper, honest_values
from holdfast.simulation.market.people import foreign
from holdfast.simulation.market.photos import STUB, copied, picture
from holdfast.simulation.market.tale import Tale
from holdfast.simulation.market.talk import careful, with_link
from holdfast.simulation.market.wording import FIRST_PAYMENT, WRECK
from holdfast.vocabulary.instants import DAY_MS

_STUDIO = 50_000_000
DEALER_CARS = 40
AGENCY_FLATS = 12


def dealer_stock(tale: Tale) -> None:
    """Tell of a dealer who shows forty cars in two cities, all before one background, in one template's words."""
    dealer = tale.people.seller("dealer")
    branch = tale.people.other_cities(dealer.city, 1)[0]
    studio = _STUDIO + dealer.n * 8
    for place in range(DEALER_CARS):
        tale.later(1, 6)
        car = tale.goods.car(dealer, studio=studio)
        offer = tale.publish(dealer, car if place % 3 else replace(car, city=branch))
        if place % 10 == 0:
            chat(tale, offer)


def agency_template(tale: Tale) -> None:
    """Tell of an agency that lets twelve flats in one template's words."""
    agency = tale.people.seller("agency")
    for _ in range(AGENCY_FLATS):
        tale.later(4, 30)
        tale.publish(agency, tale.goods.flat(agency))


def mover(tale: Tale) -> None:
    """Tell of somebody who sells out in one city, moves, and sells the same car in the next."""
    seller = tale.people.seller()
    car = tale.goods.car(seller)
    offer = tale.publish(seller, car)
    tale.later(30, 300)
    tale.publish(seller, tale.goods.make("furniture", seller))
    tale.ms += int(tale.rng.uniform(4, 8) * DAY_MS)
    tale.close(offer, "withdrawn")
    seller.city = tale.people.other_cities(seller.city, 1)[0]
    tale.later(60, 900)
    chat(tale, tale.publish(seller, replace(car, city=seller.city)))


def own_repost(tale: Tale) -> None:
    """Tell of an owner whose sale fell through: the same listing again, a little cheaper, photos saved anew."""
    seller = tale.people.seller()
    offer = tale.publish(seller, tale.goods.any(seller))
    chat(tale, offer)
    tale.later(1_500, 5_000)
    tale.close(offer, "sold")
    tale.later(900, 3_000)
    item = cheaper(offer, 0.96)
    tale.publish(seller, replace(item, pictures=tuple(copied(one, tale.rng) for one in item.pictures)))


def honest_wreck(tale: Tale) -> None:
    """Tell of a car after an accident, at a third of the usual price, and described as what it is."""
    seller = tale.people.seller()
    car = tale.goods.car(seller)
    wreck = car.but(price=max(round(car.price * 0.32 / 10_000), 1) * 10_000, text=WRECK[seller.language])
    chat(tale, tale.publish(seller, wreck))


def first_payment(tale: Tale) -> None:
    """Tell of a car whose price is a first payment, as the text says."""
    seller = tale.people.seller()
    car = tale.goods.car(seller)
    text = f"{FIRST_PAYMENT[seller.language]} {car.fields['text']}"
    share = car.but(price=max(round(car.price * 0.2 / 10_000), 1) * 10_000, text=text, price_kind="first_payment")
    chat(tale, tale.publish(seller, share))


def owner_abroad(tale: Tale) -> None:
    """Tell of an owner on holiday who publishes from there: readers see the notice, and it goes once they are home."""
    seller = tale.people.seller()
    item = tale.goods.any(seller)
    offer = tale.publish(seller, item, session=tale.people.abroad())
    chat(tale, offer)
    tale.ms += int(tale.rng.uniform(3, 6) * DAY_MS)
    tale.edit(offer, cheaper(offer, 0.95))


def private_network(tale: Tale) -> None:
    """Tell of a seller who always hides the network, and of nothing else."""
    seller = tale.people.seller()
    seller.session = tale.people.hosted() | {"ip_kind": "vpn"}
    tale.login(seller)
    tale.later(2, 20)
    chat(tale, tale.publish(seller, tale.goods.any(seller)))


def verified_foreigner(tale: Tale) -> None:
    """Tell of a foreigner with a number from home and papers that the site has seen."""
    seller = tale.people.seller()
    seller.party |= {"phone": foreign(tale.rng), "verified": "biometric", "country": "GB"}
    tale.login(seller)
    tale.check_identity(seller, "onboarding")
    tale.later(2, 20)
    chat(tale, tale.publish(seller, tale.goods.make("furniture", seller)))


def suburb(tale: Tale) -> None:
    """Tell of a flat at the edge of a city that is offered under the city's name, and then under its suburb's own."""
    seller = tale.people.seller(city=tale.rng.choice([city for city in tale.people.cities if city.suburbs]))
    flat = tale.goods.flat(seller)
    offer = tale.publish(seller, flat)
    tale.later(100, 2_000)
    tale.close(offer, "withdrawn")
    tale.later(10, 600)
    tale.publish(seller, flat.but(city_name=tale.rng.choice(seller.city.suburbs)))


def family_phone(tale: Tale) -> None:
    """Tell of a mother and a daughter with an account each, and one telephone between them."""
    first, second = tale.people.seller(), tale.people.seller()
    second.party["phone"], second.device, second.city = first.party["phone"], first.device.copy(), first.city
    second.session = first.session.copy()
    for seller in (first, second, first):
        tale.login(seller)
        tale.later(3, 30)
        tale.publish(seller, tale.goods.any(seller))
        tale.later(100, 1_500)


def stub_picture(tale: Tale) -> None:
    """Tell of ten people who have no photo, so that the site shows its stub for all of them."""
    for _ in range(10):
        seller = tale.people.seller()
        tale.publish(seller, replace(tale.goods.any(seller), pictures=(picture(STUB),)))
        tale.later(1, 10)


def careful_talk(tale: Tale) -> None:
    """Tell of people who refuse links, codes and prepayment, and name them all in doing so."""
    seller = tale.people.seller()
    offer = tale.publish(seller, tale.goods.any(seller))
    for _ in range(3):
        tale.later(5, 200)
        tale.talk(offer, careful(tale.rng, seller.language))


def honest_links(tale: Tale) -> None:
    """Tell of a seller who sends everybody a link: to a bill, to the post, to another listing."""
    seller = tale.people.seller()
    offer = tale.publish(seller, tale.goods.make("electronics", seller))
    for _ in range(4):
        tale.later(5, 200)
        values = honest_values(tale.rng, tale.teller, rare=0.0)
        tale.talk(offer, with_link(tale.rng, seller.language), values=values)


def new_phone(tale: Tale) -> None:
    """Tell of a seller with a new telephone who signs in, changes the password, and asks for money as ever."""
    seller = tale.people.seller(age_days=700)
    tale.login(seller)
    offer = tale.publish(seller, tale.goods.make("electronics", seller))
    tale.later(600, 3_000)
    seller.device = tale.people.device()
    tale.login(seller)
    tale.later(1, 10)
    tale.change(seller, "password")
    tale.later(60, 900)
    tale.close(offer, "sold")
    tale.pay_out(seller, offer.item.price)


def brigade(tale: Tale) -> None:
    """Tell of an honest seller of whom nine fresh accounts complain within the hour, on somebody's order."""
    seller = tale.people.seller(age_days=900)
    offer = tale.publish(seller, tale.goods.any(seller))
    for _ in range(9):
        tale.later(1, 7)
        buyer = tale.people.buyer() | {"registered_at": tale.teller.scribe.instant(tale.ms - DAY_MS)}
        tale.complain(offer, "scam", client=buyer, session=tale.people.hosted())
    tale.later(20, 200)
    chat(tale, offer)
    tale.later(100, 900)
    tale.publish(seller, tale.goods.any(seller))


def shared_address(tale: Tale) -> None:
    """Tell of ten honest people behind one address of a mobile network who publish within a minute."""
    session = tale.people.session(ip_kind="cgnat")
    for _ in range(10):
        seller = tale.people.seller()
        tale.publish(seller, tale.goods.any(seller), session=session.copy())
        tale.later(0.05, 0.1)
