"""Honest days: shops, relatives, rent, wages, cash, logins, and what surprises a naive rule.

Every errand is one habit of ordinary people. Among them are new payees every week, nights awake, holidays
abroad, new phones, sums ten times the usual, and calls while paying.
"""

from bisect import bisect
from collections.abc import Callable
from itertools import accumulate
from random import Random
from typing import Final

from holdfast.simulation.cast import FIRMS, MAX_PAYEES, Cast, Client, device
from holdfast.simulation.sampling import calm, second_of_day, weekly_rhythm, wild
from holdfast.simulation.strangers import firm
from holdfast.simulation.telling import Teller
from holdfast.simulation.world import Document, World
from holdfast.vocabulary.instants import HOUR_MS, SECOND_MS

ERRANDS_A_DAY: Final = 1.9
Errand = Callable[[Client, int], None]
_RENEWAL_DAYS: Final = 700
_SHOPS: Final = 90


class Life(Teller):
    """Teller of honest days; one instance tells a whole stream."""

    def __init__(self, world: World, cast: Cast, rng: Random) -> None:
        super().__init__(world, cast, rng)
        shares: tuple[tuple[float, Errand], ...] = (
            (0.430, self._shop),
            (0.075, self._shop_online),
            (0.110, self._family),
            (0.080, self._known_person),
            (0.042, self._new_person),
            (0.058, self._incoming),
            (0.048, self._client_of_ours),
            (0.012, self._own_out),
            (0.012, self._own_in),
            (0.012, self._order_firm),
            (0.004, self._order_person),
            (0.006, self._wallet),
            (0.038, self._cash_out),
            (0.008, self._cash_in),
            (0.050, self._login),
            (0.009, self._device_report),
            (0.004, self._telecom),
            (0.001, self._profile),
            (0.001, self._loan),
        )
        self._limits = list(accumulate(share for share, _ in shares))
        self._errands = [errand for _, errand in shares]
        self._renewals: dict[int, list[Client]] = {}
        for client in cast.clients:
            self._renewals.setdefault(-client.n * 53 % _RENEWAL_DAYS, []).append(client)
        self._day = 0

    def tell_day(self, day_ms: int, day: int, month_day: int) -> None:
        """Tell one day: `day` counts days since 1970, `month_day` is 1 to 31."""
        self._day = day
        self._monthly(day_ms, month_day)
        for client in self._renewals.get(day % _RENEWAL_DAYS, ()):
            self._new_phone(client, day_ms + self.rng.randrange(10 * HOUR_MS, 21 * HOUR_MS))
        self._errands_of_day(day_ms, weekly_rhythm((day + 3) % 7))

    def _errands_of_day(self, day_ms: int, rhythm: float) -> None:
        """Send clients on their errands, busier ones more often, each at its own hours."""
        chance, busyness, limits = self.rng.random, self.cast.busyness, self._limits
        clients, errands, last = self.cast.clients, self._errands, len(self._errands) - 1
        mean = busyness[-1] * ERRANDS_A_DAY * rhythm
        for _ in range(max(int(self.rng.gauss(mean, mean**0.5) + 0.5), 0)):
            client = clients[bisect(busyness, chance() * busyness[-1])]
            second = second_of_day(chance(), client.habit)
            errand = errands[min(bisect(limits, chance() * limits[-1]), last)]
            errand(client, day_ms + second * SECOND_MS + int(chance() * SECOND_MS))

    def _monthly(self, day_ms: int, month_day: int) -> None:
        """Pay wages, rent and bills that fall due."""
        for client in self.cast.by_pay_day.get(month_day, ()):
            self._wage(client, day_ms + self.rng.randrange(8 * HOUR_MS, 14 * HOUR_MS))
        for client in self.cast.by_rent_day.get(month_day, ()):
            ms = day_ms + second_of_day(self.rng.random(), client.habit) * SECOND_MS
            self._person(client, ms, (client.family[-1] + 3, round(34_000 * client.wealth, -3)))
        for client in self.cast.by_bills_day.get(month_day, ()):
            self._bills(client, day_ms + second_of_day(self.rng.random(), client.habit) * SECOND_MS)

    # --- money out ---

    def _transfer(self, client: Client, ms: int, **fields: object) -> Document:
        """Write a transfer by the client; everything but a purchase is reported executed soon after."""
        fields.setdefault("cross_border", False)
        event = self.scribe.event(
            "transfer", ms, currency=self.world.country.currency, payer=client.payer.copy(), **fields
        )
        self.write(ms, event, client.segment.name)
        if fields["rail"] != "card" or "device" in fields:
            self.result(ms, event, client.segment.name)
        return event

    def _person(self, client: Client, ms: int, whom: tuple[int, float]) -> None:
        """Pay a person outside the bank by phone number: `whom` is (running number, roubles)."""
        rail = self.world.country.instant
        self._transfer(
            client,
            ms,
            rail=rail,
            amount_minor=self.round_money(whom[1]),
            channel="app",
            payee=self.payee(whom[0], rail),
            **self.app(client),
        )

    def _abroad(self, client: Client) -> Document | None:
        """Give the place of a client on holiday: ten days of the year for every second one."""
        if client.n % 2 or (self._day + client.n * 37) % 365 >= 10:
            return None
        country, city = self.world.country.abroad[client.n // 2 % len(self.world.country.abroad)]
        return {"country": country, "city": city}

    def _shop(self, client: Client, ms: int) -> None:
        """Buy something by card, at home or on holiday."""
        abroad = self._abroad(client)
        shop = (client.n * 7 + int(self.rng.random() * 6) * 13) % _SHOPS
        self._transfer(
            client,
            ms,
            rail="card",
            amount_minor=self.money(640 * client.wealth * wild(self.rng.random())),
            cross_border=abroad is not None,
            channel="shop",
            payee=firm(self.world.jurisdiction, shop)
            if abroad is None
            else {"kind": "organisation", **abroad_party(abroad)},
            place=abroad or client.place.copy(),
        )

    def _shop_online(self, client: Client, ms: int) -> None:
        """Buy something on the web by card."""
        self._transfer(
            client,
            ms,
            rail="card",
            amount_minor=self.money(1_900 * client.wealth * wild(self.rng.random())),
            channel="web",
            payee=firm(self.world.jurisdiction, _SHOPS + int(self.rng.random() * 10)),
            **self.app(client),
        )

    def _family(self, client: Client, ms: int) -> None:
        """Send money to a relative."""
        who = client.family[int(self.rng.random() * len(client.family))]
        self._person(client, ms, (who, 2_600 * client.wealth * wild(self.rng.random())))

    def _known_person(self, client: Client, ms: int) -> None:
        """Send money to somebody who was paid before."""
        who = client.payees[int(self.rng.random() * len(client.payees))]
        self._person(client, ms, (who, 1_400 * client.wealth * wild(self.rng.random())))

    def _new_person(self, client: Client, ms: int) -> None:
        """Send money to somebody new, who may become a habit."""
        who = self.cast.new_stranger()
        if len(client.payees) < MAX_PAYEES:
            client.payees.append(who)
        else:
            client.payees[int(self.rng.random() * MAX_PAYEES)] = who
        self._person(client, ms, (who, 1_900 * client.wealth * wild(self.rng.random())))

    def _client_of_ours(self, client: Client, ms: int) -> None:
        """Send money to another client of the bank; pairs are lasting."""
        clients = self.cast.clients
        other = clients[(client.n * 31 + int(self.rng.random() * 5) + 1) % len(clients)]
        self._transfer(
            client,
            ms,
            rail="internal",
            amount_minor=self.wild_sum(1_700 * client.wealth),
            channel="app",
            payee=other.payer.copy(),
            **self.app(client),
        )

    def _own_out(self, client: Client, ms: int) -> None:
        """Move own money to an account in another bank."""
        rail = self.world.country.instant
        payee = {**self.payee(client.n, rail), "own": True}
        amount = self.wild_sum(11_000 * client.wealth)
        self._transfer(client, ms, rail=rail, amount_minor=amount, channel="app", payee=payee, **self.app(client))

    def _order_firm(self, client: Client, ms: int) -> None:
        """Pay a firm by its details: tuition, repair, a tour, a supplier."""
        amount = self.money(14_000 * client.wealth * wild(self.rng.random()))
        payee = firm(self.world.jurisdiction, 100 + int(self.rng.random() * (FIRMS - 100)))
        self._transfer(client, ms, rail="order", amount_minor=amount, channel="app", payee=payee, **self.app(client))

    def _order_person(self, client: Client, ms: int) -> None:
        """Pay a person by account details, often a large sum: a craftsman, a debt, a used car."""
        amount = self.wild_sum(22_000 * client.wealth)
        payee = self.payee(self.cast.new_stranger(), "order")
        self._transfer(client, ms, rail="order", amount_minor=amount, channel="app", payee=payee, **self.app(client))

    def _wallet(self, client: Client, ms: int) -> None:
        """Top up an e-wallet; a few buy currency or bets with it."""
        payee: Document = {"kind": "individual", "ewallet": f"w-{client.n * 3 + int(self.rng.random() * 3)}"}
        if self.rng.random() < 0.2:
            payee = {"kind": "organisation", "ewallet": f"w-x{int(self.rng.random() * 9)}", "service": "exchange"}
        amount = self.wild_sum(1_500 * client.wealth)
        self._transfer(client, ms, rail="emoney", amount_minor=amount, channel="app", payee=payee, **self.app(client))

    def _bills(self, client: Client, ms: int) -> None:
        """Pay the month's utilities and telephone by order, one after another."""
        for place in range(2 + client.n % 3):
            payee = firm(self.world.jurisdiction, 10 + (client.n + place * 17) % 40)
            amount = self.money(2_100 * client.wealth * calm(self.rng.random()))
            fields = {"rail": "order", "amount_minor": amount, "channel": "app", "payee": payee}
            self._transfer(client, ms + place * 70 * SECOND_MS, **fields, **self.app(client))

    # --- money in ---

    def _receive(self, client: Client, ms: int, **fields: object) -> None:
        """Write a transfer to the client, and its result."""
        event = self.scribe.event(
            "transfer", ms, currency=self.world.country.currency, payee=client.payer.copy(), **fields
        )
        self.write(ms, event, client.segment.name)
        self.result(ms, event, client.segment.name)

    def _wage(self, client: Client, ms: int) -> None:
        """Receive the month's wage or pension from the employer's bank."""
        amount = self.money(client.segment.income * client.wealth)
        payer = firm(self.world.jurisdiction, client.employer)
        purpose = "pension" if client.segment.name == "pensioner" else "salary"
        self._receive(client, ms, rail="order", amount_minor=amount, payer=payer, purpose_code=purpose)

    def _incoming(self, client: Client, ms: int) -> None:
        """Receive money from a friend, or from somebody who buys something from the client."""
        known = self.rng.random() < 0.7
        who = client.payees[int(self.rng.random() * len(client.payees))] if known else self.cast.new_stranger()
        rail = self.world.country.instant
        amount = self.wild_sum(1_700 * client.wealth)
        self._receive(client, ms, rail=rail, amount_minor=amount, payer=self.payee(who, rail))

    def _own_in(self, client: Client, ms: int) -> None:
        """Draw own money from another bank, sometimes a deposit that has ended."""
        rail = self.world.country.instant
        payer = {**self.payee(client.n, rail), "own": True}
        self._receive(client, ms, rail=rail, amount_minor=self.wild_sum(14_000 * client.wealth), payer=payer)

    # --- what is no transfer ---

    def _note(self, client: Client, ms: int, kind: str, /, **fields: object) -> None:
        """Write an event about the client that is no transfer."""
        self.write(ms, self.scribe.event(kind, ms, client=client.party.copy(), **fields), client.segment.name)

    def _cash(self, client: Client, roubles: float) -> dict[str, object]:
        """Give the fields of a cash request at one of the client's two machines."""
        amount = max(round(roubles * client.wealth * wild(self.rng.random()) / 500), 1) * 500
        atm = f"atm-{client.n % 97 + (self.rng.random() < 0.3)}"
        currency = self.world.country.currency
        place = client.place.copy()
        return {"amount_minor": self.money(amount), "currency": currency, "atm_id": atm, "place": place}

    def _cash_out(self, client: Client, ms: int) -> None:
        """Take cash."""
        method = "card" if self.rng.random() < 0.85 else "token_card"
        fields = self._cash(client, 5_000)
        self._note(client, ms, "cash_withdrawal", method=method, declined_today=0, **fields)

    def _cash_in(self, client: Client, ms: int) -> None:
        """Pay cash in, by card or by the phone that holds it."""
        fields = self._cash(client, 12_000)
        self._note(client, ms, "cash_deposit", token_card=self.rng.random() < 0.35, **fields)

    def _login(self, client: Client, ms: int) -> None:
        """Look at the balance; on holiday from a foreign network."""
        fields = self.app(client)
        abroad = self._abroad(client)
        if abroad:
            fields["place"] = abroad
            fields["session"].update(ip=f"203.0.113.{1 + client.n % 250}", provider="roaming")
        self._note(
            client, ms, "login", where="bank", result="passed" if self.rng.random() < 0.97 else "failed", **fields
        )

    def _device_report(self, client: Client, ms: int) -> None:
        """Report a healthy device; one in forty has remote help switched on, which is no crime."""
        fields = self.app(client)
        state = {**fields["device"], "malware": False, "remote_control": self.rng.random() < 0.025}
        self._note(client, ms, "device_report", device=state, session=fields["session"], source="app")

    def _telecom(self, client: Client, ms: int) -> None:
        """Report an ordinary day on the client's number, if its operator reports at all."""
        if not client.telecom:
            return
        usual = 8 + client.n % 25
        minutes = int(usual * calm(self.rng.random()))
        window = {"window_start": self.scribe.instant(ms - 8 * HOUR_MS), "window_end": self.scribe.instant(ms)}
        calls = {"count": 1 + minutes // 4, "minutes": minutes, "new_numbers": minutes // 12, "usual_minutes": usual}
        messages = {"count": 2 + minutes // 6, "usual_count": 2 + usual // 6, "new_senders": minutes // 20}
        self._note(client, ms, "telecom_activity", provider="op-1", calls=calls, messages=messages, **window)

    def _profile(self, client: Client, ms: int) -> None:
        """Change a password or the limits, as people do."""
        field = "password" if self.rng.random() < 0.7 else "limits"
        self._note(client, ms, "profile_change", field=field, where="bank", confirmed=True)

    def _new_phone(self, client: Client, ms: int) -> None:
        """Move to a new phone, confirm the number, and put the old one away."""
        new = device(self.rng)
        client.devices[0] = new
        session = client.session.copy()
        self._note(client, ms, "login", where="bank", result="passed", device=new.copy(), session=session)
        self._note(
            client, ms + 90_000, "profile_change", field="device", where="bank", confirmed=True, device=new.copy()
        )

    def _loan(self, client: Client, ms: int) -> None:
        """Ask for a loan, or for a higher limit on a card."""
        product = self.rng.choice(("cash", "card_limit", "goods", "refinancing", "mortgage"))
        fields = {"amount_minor": self.wild_sum(90_000 * client.wealth), "currency": self.world.country.currency}
        self._note(client, ms, "loan_application", product=product, lender="bank", channel="app", **fields)


def abroad_party(place: Document) -> Document:
    """Name a foreign shop by what a card message shows of it: its country."""
    return {"country": place["country"]}
