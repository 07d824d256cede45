"""Frauds in which the client acts: talked into it on the telephone, or deceived about who is paid.

Every scene varies what is seen: an operator may report or not, money may be drawn together first or not,
the rail and the sum differ, and some tellings show no sign of law at all.
"""

from typing import Any

from holdfast.simulation.story import Story
from holdfast.simulation.strangers import wallet
from holdfast.vocabulary.instants import HOUR_MS, MINUTE_MS


def _rail(story: Story) -> str:
    """Choose the rail by which the stolen money leaves."""
    return story.rng.choices(("order", story.instant, "internal"), weights=(6, 3, 0.5))[0]


def _payee(story: Story, rail: str) -> dict[str, Any]:
    """Name this week's accomplice as the rail does; on our own books it is a client of ours."""
    if rail == "internal":
        return story.teller.cast.choose(story.rng, "dormant").payer.copy()
    return story.teller.payee(story.accomplice(), rail)


def victim_phone(story: Story) -> None:
    """Tell how a false officer keeps the client on the line until the savings are sent to a safe account."""
    rng, signs = story.rng, []
    if story.calls(story.later(0, 20), heavy=True, atypical=0.75):
        signs.append("1.9")
    if rng.random() < 0.3:
        story.change(story.ms - int(rng.uniform(2, 30) * HOUR_MS) + 30 * HOUR_MS, "phone", where="gosuslugi")
        story.ms += 30 * HOUR_MS
        signs = ["1.10c"]
    drawn = rng.random() < 0.4
    if drawn:
        story.draw_own(story.later(5, 90), roubles=rng.uniform(201_500, 900_000))
        signs.append("1.12")
    for _ in range(1 + (rng.random() < 0.35)):
        rail = _rail(story)
        device = story.teller.app(story.lead)["device"]
        device["call_active"] = rng.random() < 0.55
        story.pay(
            story.later(10, 80),
            _payee(story, rail),
            tuple(signs),
            roubles=rng.uniform(190_000, 900_000) if drawn else rng.lognormvariate(11.6, 0.7),
            rail=rail,
            device=device,
        )


def own_sbp_1_12(story: Story) -> None:
    """Tell how savings are drawn from another bank by phone number and sent on to a stranger the same day."""
    roubles = story.rng.uniform(200_001, 1_200_000)
    story.draw_own(story.ms, roubles=roubles + 1_000)
    payee = story.order_payee(story.accomplice())
    story.pay(story.later(15, 20 * 60), payee, ("1.12",), roubles=roubles * story.rng.uniform(0.6, 1))


def loan_victim(story: Story) -> None:
    """Tell how the client is made to borrow, waits out the pause of the law, and hands the money over."""
    rng, world = story.rng, story.teller.world
    called = story.calls(story.ms, heavy=True)
    roubles = rng.uniform(210_000, 700_000)
    loan: dict[str, Any] = {
        "amount_minor": story.teller.round_money(roubles),
        "currency": world.country.currency,
        "product": "cash",
        "channel": "app",
        "secured": False,
    }
    for place, lender in enumerate(("bank", "lender-2", "lender-3")[: rng.randrange(1, 4)]):
        story.note(story.later(4, 18), "loan_application", ("lenders",) if place else None, lender=lender, **loan)
    contract = story.teller.scribe.instant(story.ms)
    story.ms += 48 * HOUR_MS
    consent = story.teller.scribe.instant(story.later(3, 30))
    payee = story.lead.payer.copy()
    story.note(story.ms, "loan_payout", lender="bank", contract_at=contract, consent_at=consent, payee=payee, **loan)
    if called:
        called = story.calls(story.later(200, 400), heavy=True)
    story.later(10, 120)
    if rng.random() < 0.4:
        story.cash(story.ms, ("cash.5", *(("cash.4",) if called else ())), roubles=min(roubles, 350_000))
    rail = _rail(story)
    story.pay(story.later(15, 60), _payee(story, rail), ("1.9",) if called else (), roubles=roubles * 0.9, rail=rail)


def _to_listed(story: Story, name: str, sign: str) -> None:
    """Pay somebody who stands on a list: a false shop, a false landlord, a broker of coins."""
    rail = "order" if story.rng.random() < 0.5 else story.instant
    payee = story.teller.payee(story.listed(name), rail)
    story.pay(story.ms, payee, (sign,), roubles=story.rng.lognormvariate(9.9, 1.0), rail=rail)


def database_recipient(story: Story) -> None:
    """Tell how the payee stands in the regulator's database of recipients."""
    _to_listed(story, "ru.cbr.recipients" if story.teller.world.jurisdiction == "ru" else "kz.afc.persons", "1.1")


def gis_recipient(story: Story) -> None:
    """Tell how the payee stands in the state system of frauds."""
    _to_listed(story, "ru.gis.recipients", "1.2")


def bank_list_recipient(story: Story) -> None:
    """Tell how the payee stands on the bank's own list."""
    _to_listed(story, "bank.recipients", "1.7")


def court_recipient(story: Story) -> None:
    """Tell how a criminal case has been opened against the payee, and the order that opened it is at hand."""
    _to_listed(story, "ru.courts.criminal_cases", "1.8")


def digital_rouble_recipient(story: Story) -> None:
    """Tell how digital roubles go to a wallet that the database, or the platform before it, names."""
    name, sign = story.rng.choice((("ru.cbr.recipients", "2.1"), ("ru.cbr.digital_rouble", "2.2")))
    payee = {"kind": "individual", "ewallet": wallet(story.listed(name))}
    signs = (sign, "1.1") if sign == "2.1" else (sign,)
    story.pay(story.ms, payee, signs, roubles=story.rng.lognormvariate(9.4, 0.8), rail="digital_rouble")


def safe_cash(story: Story) -> None:
    """Tell how the client draws own money together and takes it from machines for a courier who waits outside."""
    rng = story.rng
    called = story.calls(story.later(0, 15), heavy=True, atypical=0.7)
    signs = ["cash.4"] if called else []
    way = rng.choice(("none", "own", "deposit"))
    if way == "own":
        story.draw_own(story.later(5, 60), roubles=rng.uniform(205_000, 600_000))
        signs.append("cash.6")
    elif way == "deposit":
        own = {"customer_id": story.lead.customer_id, "kind": "individual", "own": True}
        broken = {"rail": "internal", "purpose_code": "deposit_closed_early"}
        story.receive(story.later(5, 60), own, roubles=rng.uniform(205_000, 600_000), **broken)
        signs.append("cash.7")
    story.later(20, 120)
    for declined in range(rng.randrange(2, 8)):
        words = (*signs, "cash.9") if declined >= 5 else tuple(signs)
        story.cash(story.later(2, 9), words, roubles=rng.uniform(60_000, 300_000), declined_today=declined)


def cash_courier_1_11(story: Story) -> None:
    """Tell how somebody sends money abroad to strangers, then pays cash in with a card on the phone."""
    rng = story.rng
    payee = {**story.order_payee(story.accomplice()), "country": rng.choice(("KZ", "GE", "AE"))}
    story.pay(story.ms, payee, (), roubles=rng.uniform(101_000, 480_000), cross_border=True)
    story.later(30, 22 * 60)
    for _ in range(rng.randrange(1, 3)):
        story.note(
            story.later(2, 30),
            "cash_deposit",
            ("1.11",),
            amount_minor=story.teller.between(40_000, 290_000),
            currency=story.teller.world.country.currency,
            atm_id=f"atm-{rng.randrange(140)}",
            token_card=True,
            payee=story.order_payee(story.accomplice()),
        )


def call_in_app(story: Story) -> None:
    """Tell how the app sees that the client is on the telephone while money is sent to a stranger."""
    for _ in range(story.rng.randrange(1, 4)):
        device = {**story.teller.app(story.lead)["device"], "call_active": True}
        if story.rng.random() < 0.4:
            device["remote_control"] = True
        payee = story.teller.payee(story.accomplice(), story.instant)
        roubles = story.rng.lognormvariate(10.5, 0.8)
        story.pay(story.later(3, 25), payee, (), roubles=roubles, rail=story.instant, device=device)


def scheme_signal(story: Story) -> None:
    """Tell how the payment system, or the bank of the payee, knows more than the bank does."""
    rng = story.rng
    scheme, sign = rng.choice(
        (
            ({"risk_level": 90 + rng.randrange(10)}, "1.4"),
            ({"compromised": True}, "1.4"),
            ({"peer_bank_signal": True}, "1.10e"),
        )
    )
    payee = story.teller.payee(story.accomplice(), story.instant)
    roubles = rng.lognormvariate(10.2, 0.9)
    story.pay(story.ms, payee, (sign,), roubles=roubles, rail=story.instant, scheme=scheme)


def card_relay(story: Story) -> None:
    """Tell how a distant card is held to a machine through a relay, and its answers come late."""
    for _ in range(story.rng.randrange(1, 3)):
        scheme = {"apdu_ms": story.rng.randrange(1_900, 4_500)}
        story.cash(
            story.later(1, 6) + MINUTE_MS,
            ("cash.3",),
            roubles=story.rng.uniform(20_000, 150_000),
            method="token_card",
            scheme=scheme,
        )
    payee = story.teller.payee(story.accomplice(), "card")
    scheme = {"apdu_ms": story.rng.randrange(1_900, 4_500)}
    story.pay(story.later(2, 10), payee, ("1.3",), roubles=40_000, rail="card", channel="atm", scheme=scheme)
