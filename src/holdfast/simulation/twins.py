"""Honest stories that look like fraud: each is the twin of a fraud and shares at least two of its marks.

`signs` in an honest story are those that the letter of the law makes fire all the same; a story without
them ought to pass.
"""

from typing import Any

from holdfast.simulation.story import Story
from holdfast.simulation.strangers import firm, stranger
from holdfast.vocabulary.instants import HOUR_MS, MINUTE_MS

_CLINICS = range(60, 70)


def _clinic(story: Story) -> dict[str, Any]:
    """Name one of the clinics."""
    return firm(story.teller.world.jurisdiction, story.rng.choice(_CLINICS))


def house_purchase(story: Story) -> None:
    """Tell how agents, notary and bank call all day; savings are drawn together and go to the seller, a stranger."""
    rng = story.rng
    called = story.calls(story.ms, heavy=False, atypical=0.15)
    drawn = rng.uniform(250_000, 1_500_000)
    story.draw_own(story.later(10, 120), roubles=drawn)
    same_day = rng.random() < 0.5
    story.later(60, 5 * 60) if same_day else story.later(25 * 60, 30 * 60)
    signs = (("1.9",) if called and same_day else ()) + (("1.12",) if same_day else ())
    device = {**story.teller.app(story.lead)["device"], "call_active": rng.random() < 0.4}
    roubles = drawn * rng.uniform(1, 4)
    story.pay(story.ms, story.order_payee(story.stranger()), signs, roubles=roubles, device=device)


def new_phone(story: Story) -> None:
    """Tell of a new phone and SIM, the number confirmed at once, and the first payments from it."""
    rng = story.rng
    changed = story.teller.scribe.instant(story.ms)
    confirmed = story.teller.scribe.instant(story.ms + MINUTE_MS)
    new = story.elsewhere(hosted=False, state={"sim_changed_at": changed, "number_reconfirmed_at": confirmed})
    new["session"] = story.teller.app(story.lead)["session"]
    story.lead.devices[-1] = {key: new["device"][key] for key in ("id", "os", "app")}
    story.login(story.later(2, 6), **new)
    story.change(story.later(7, 9), "device", confirmed=True)
    story.later(10, 200)
    for _ in range(rng.randrange(1, 3)):
        payee = story.teller.payee(story.stranger(), story.instant)
        story.pay(story.later(5, 90), payee, (), roubles=rng.lognormvariate(9.2, 0.9), rail=story.instant, **new)


def fundraiser(story: Story) -> None:
    """Tell how strangers send small sums for a child's operation, and the clinic is paid the same day."""
    total = 0.0
    for _ in range(story.rng.randrange(8, 20)):
        roubles = story.rng.lognormvariate(7.4, 0.9)
        total += roubles
        payer = story.teller.payee(story.stranger(), story.instant)
        story.receive(story.later(2, 25), payer, (), roubles=roubles)
    story.pay(story.later(10, 90), _clinic(story), (), roubles=total)


def class_collection(story: Story) -> None:
    """Tell how parents send their share for a trip, and the agency is paid within the hour."""
    share = story.rng.choice((1_500, 2_500, 4_000))
    people = story.rng.randrange(9, 18)
    for _ in range(people):
        payer = story.teller.payee(story.stranger(), story.instant)
        story.receive(story.later(1, 12), payer, (), roubles=share)
    payee = firm(story.teller.world.jurisdiction, 80 + story.rng.randrange(8))
    story.pay(story.later(5, 50), payee, (), roubles=share * people)


def traveller(story: Story) -> None:
    """Tell of a stay abroad: a foreign network, odd hours, unknown shops, and a guide paid by phone number."""
    rng = story.rng
    country, city = rng.choice(story.teller.world.country.abroad)
    place = {"country": country, "city": city}
    state = {"session": story.elsewhere(hosted=rng.random() < 0.3)["session"], "place": place}
    story.login(story.ms, **state)
    for _ in range(rng.randrange(2, 5)):
        payee = {"kind": "organisation", "country": country}
        fields: dict[str, Any] = {"rail": "card", "channel": "shop", "cross_border": True, "place": place}
        story.pay(story.later(20, 200), payee, (), roubles=rng.lognormvariate(8.3, 1), **fields)
    if rng.random() < 0.6:
        story.cash(story.later(5, 90), (), roubles=rng.uniform(10_000, 60_000), place=place, atm_id=f"atm-{country}-7")
    payee = story.teller.payee(story.stranger(), story.instant)
    story.pay(story.later(30, 300), payee, (), roubles=rng.lognormvariate(9, 0.6), rail=story.instant, **state)


def medical_emergency(story: Story) -> None:
    """Tell of a night in hospital: calls, savings drawn together, a large sum to a clinic or a doctor."""
    rng = story.rng
    called = story.calls(story.ms, heavy=False, atypical=0.1)
    roubles = rng.uniform(210_000, 600_000)
    story.draw_own(story.later(5, 40), roubles=roubles)
    doctor = rng.random() < 0.35
    payee = story.order_payee(story.stranger()) if doctor else _clinic(story)
    signs = (("1.9",) if called else ()) + (("1.12",) if doctor else ())
    story.pay(story.later(5, 60), payee, signs, roubles=roubles)


def large_gift(story: Story) -> None:
    """Tell how parents give their child the first payment for a flat."""
    roubles = story.rng.uniform(300_000, 1_200_000)
    payee = story.order_payee(story.lead.family[0])
    if story.rng.random() < 0.5:
        story.receive(story.ms, firm(story.teller.world.jurisdiction, 99), None, roubles=roubles, rail="internal")
    story.pay(story.later(20, 200), payee, (), roubles=roubles)


def student_earns(story: Story) -> None:
    """Tell how a student's sleeping account wakes on a new device: small sums for lessons, spent at once."""
    rng = story.rng
    state = story.elsewhere(hosted=False)
    state["session"] = story.lead.session.copy()
    story.login(story.ms, **state)
    total = 0.0
    for _ in range(rng.randrange(5, 12)):
        roubles = rng.choice((800, 1_000, 1_200, 1_500, 2_000))
        total += roubles
        payer = story.teller.payee(story.stranger(), story.instant)
        story.receive(story.later(10, 80), payer, (), roubles=roubles)
    payee = story.teller.payee(story.lead.family[0], story.instant)
    story.pay(story.later(10, 120), payee, (), roubles=total * 0.7, rail=story.instant, **state)


def sim_renewed(story: Story) -> None:
    """Tell of a lost phone: the SIM is issued anew and the number confirmed in the branch before anything is paid."""
    changed = story.teller.scribe.instant(story.ms)
    story.note(story.ms, "telecom_activity", provider="op-1", sim_swapped_at=changed, number_verified=True)
    story.change(story.later(20, 90), "sim", where="operator", confirmed=True)
    confirmed = story.teller.scribe.instant(story.ms)
    device = story.teller.app(story.lead)["device"] | {"sim_changed_at": changed, "number_reconfirmed_at": confirmed}
    story.login(story.later(1, 20), device=device)
    payee = story.teller.payee(story.stranger(), story.instant)
    roubles = story.rng.lognormvariate(10.2, 0.8)
    story.pay(story.later(3, 120), payee, (), roubles=roubles, rail=story.instant, device=device)


def deposit_move(story: Story) -> None:
    """Tell of a better rate elsewhere: savings come in and go on to the client's own account, or to a broker."""
    roubles = story.rng.uniform(220_000, 900_000)
    story.draw_own(story.ms, roubles=roubles)
    own = story.rng.random() < 0.4
    payee = {**story.order_payee(story.lead.n), "own": True} if own else firm(story.teller.world.jurisdiction, 95)
    story.pay(story.later(10, 300), payee, ("1.12",) if own else (), roubles=roubles)


def car_sale(story: Story) -> None:
    """Tell how a stranger pays for the car; within the hour the money goes on to the client's account elsewhere."""
    roubles = story.rng.uniform(300_000, 1_400_000)
    payer = story.order_payee(story.stranger())
    story.calls(story.ms, heavy=False, atypical=0.05)
    story.receive(story.later(1, 30), payer, (), roubles=roubles, rail="order")
    payee = {**story.teller.payee(story.lead.n, story.instant), "own": True}
    story.pay(story.later(10, 55), payee, (), roubles=roubles * 0.98, rail=story.instant)


def cash_after_abroad(story: Story) -> None:
    """Tell of cash paid in by phone after money went abroad: below the limit, to a firm, or a day too late."""
    rng = story.rng
    way = rng.randrange(3)
    payee = firm(story.teller.world.jurisdiction, 77) if way == 0 else story.order_payee(story.stranger())
    payee["country"] = "TR"
    roubles = rng.uniform(20_000, 99_000) if way == 1 else rng.uniform(105_000, 300_000)
    story.pay(story.ms, payee, (), roubles=roubles, cross_border=True)
    story.later(25 * 60, 40 * 60) if way == 2 else story.later(30, 20 * 60)
    story.note(
        story.ms,
        "cash_deposit",
        (),
        amount_minor=story.teller.between(20_000, 250_000),
        currency=story.teller.world.country.currency,
        atm_id=f"atm-{rng.randrange(140)}",
        token_card=True,
    )


def namesake_account(story: Story) -> None:
    """Tell how the payee's account has the digits of a listed one, in another bank."""
    name = "ru.cbr.recipients" if story.teller.world.jurisdiction == "ru" else "kz.afc.persons"
    listed = story.order_payee(story.listed(name))
    honest = story.order_payee(story.stranger())
    digits = {"account": listed["account"]} if story.teller.world.jurisdiction == "ru" else {}
    payee = {**honest, **digits, "bic": honest["bic"] if honest["bic"] != listed["bic"] else "046200190"}
    story.pay(story.ms, payee, (), roubles=story.rng.lognormvariate(9.8, 0.8))


def renovation(story: Story) -> None:
    """Tell how craftsmen call all day and are paid one after another, each for the first time."""
    story.calls(story.ms, heavy=False, atypical=0.0)
    for _ in range(story.rng.randrange(3, 6)):
        rail = story.rng.choice((story.instant, "order"))
        payee = story.teller.payee(story.stranger(), rail)
        story.pay(story.later(15, 150), payee, (), roubles=story.rng.lognormvariate(10.1, 0.7), rail=rail)


def honest_loan(story: Story) -> None:
    """Tell of a loan for a wedding: the pause passes, cash is taken days later, the hall is paid."""
    rng, scribe = story.rng, story.teller.scribe
    roubles = rng.uniform(210_000, 600_000)
    loan = {"amount_minor": story.teller.round_money(roubles), "currency": story.teller.world.country.currency}
    story.note(story.ms, "loan_application", lender="bank", product="cash", channel="app", **loan)
    contract = scribe.instant(story.later(5, 60))
    story.ms += 49 * HOUR_MS
    consent = scribe.instant(story.ms)
    times = {"contract_at": contract, "consent_at": consent}
    payee = story.lead.payer.copy()
    story.note(story.ms, "loan_payout", lender="bank", product="cash", channel="app", payee=payee, **times, **loan)
    story.later(25 * 60, 50 * 60)
    story.cash(story.ms, (), roubles=rng.uniform(30_000, 90_000))
    story.pay(story.later(20, 200), story.order_payee(story.stranger()), (), roubles=roubles * 0.5)


def pay_on_the_line(story: Story) -> None:
    """Tell how the client pays a tutor or a plumber while speaking with them."""
    device = {**story.teller.app(story.lead)["device"], "call_active": True}
    payee = story.teller.payee(story.stranger(), story.instant)
    roubles = story.rng.lognormvariate(8.6, 0.8)
    story.pay(story.ms, payee, (), roubles=roubles, rail=story.instant, device=device)


def hidden_network(story: Story) -> None:
    """Tell how a client who always uses a private network signs in at any hour and pays somebody new."""
    state = {"session": story.elsewhere(hosted=True)["session"]}
    story.login(story.ms, **state)
    payee = story.teller.payee(story.stranger(), story.instant)
    roubles = story.rng.lognormvariate(9, 1)
    story.pay(story.later(2, 30), payee, (), rail=story.instant, roubles=roubles, **state)


def forgotten_code(story: Story) -> None:
    """Tell how the machine refuses four times before the code comes to mind."""
    for declined in range(5):
        story.cash(story.later(1, 4), (), roubles=15_000, declined_today=declined)


def shared_flat(story: Story) -> None:
    """Tell how flatmates send their shares to one tenant, who pays the landlord minutes later."""
    people = [stranger(story.lead.n * 8 + place) for place in range(3)]
    for n in people:
        payer = story.teller.payee(n, story.instant)
        story.receive(story.later(3, 60), payer, (), roubles=14_000)
    landlord = story.teller.payee(story.stranger(), story.instant)
    story.pay(story.later(3, 40), landlord, (), roubles=55_000, rail=story.instant)


def wage_to_listed(story: Story) -> None:
    """Tell how a firm pays the wage of somebody on the Center's list, whom social income must reach."""
    payee = story.order_payee(story.listed("kz.afc.persons"))
    story.pay(story.ms, payee, (), roubles=story.rng.uniform(30_000, 70_000), purpose_code="salary")
