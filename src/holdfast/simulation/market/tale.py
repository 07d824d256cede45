"""One telling on the marketplace: what its people do to the site, written as events with the truth beside them."""

from collections import deque
from collections.abc import Mapping
from random import Random
from typing import Any, Final, NamedTuple

from holdfast.simulation.market.goods import Goods, Item
from holdfast.simulation.market.market import Market
from holdfast.simulation.market.people import People, Seller
from holdfast.simulation.market.talk import Dialogue
from holdfast.simulation.scribe import Scribe
from holdfast.simulation.telling import Row, Truth
from holdfast.simulation.world import Document
from holdfast.vocabulary.instants import MINUTE_MS

_SHOWN: Final = 400
_MARK: Final = "m"


class Offer(NamedTuple):
    """A listing as it stands on the site: whose it is, what it offers, and under which id."""

    seller: Seller
    item: Item
    listing_id: str


class MarketTeller:
    """What every teller of the marketplace needs; `shown` are the honest listings of late, which others may copy."""

    def __init__(self, market: Market, rng: Random) -> None:
        self.market = market
        self.rng = rng
        self.scribe = Scribe(market, _MARK)
        self.people = People(market, rng)
        self.goods = Goods(market, rng)
        self.rows: list[Row] = []
        self.shown: deque[Offer] = deque(maxlen=_SHOWN)
        self._order = self._listings = self._talks = self._scenes = 0

    def write(self, ms: int, event: Document, segment: str, *, truth: Truth | None) -> None:
        """Take one event into the day."""
        self._order += 1
        self.rows.append(Row(ms, self._order, event, segment, truth))

    def listing_id(self) -> str:
        """Name the next listing."""
        self._listings += 1
        return f"ad-{self.market.jurisdiction}{self.market.seed}-{self._listings}"

    def conversation_id(self) -> str:
        """Name the next conversation."""
        self._talks += 1
        return f"v-{self.market.jurisdiction}{self.market.seed}-{self._talks}"

    def scene_id(self, name: str) -> str:
        """Name the next telling of a scene."""
        self._scenes += 1
        return f"{name}-{self._scenes}"


class Tale:
    """One telling that begins at `ms`: of a scene by its name, or of ordinary life without one."""

    def __init__(self, teller: MarketTeller, name: str | None, *, honest: bool, ms: int) -> None:
        self.teller = teller
        self.rng = teller.rng
        self.people = teller.people
        self.goods = teller.goods
        self.name = name
        self.honest = honest
        self.ms = ms
        self.id = teller.scene_id(name) if name else ""

    def later(self, low_minutes: float, high_minutes: float) -> int:
        """Move the tale's instant on by some minutes and give it."""
        self.ms += int(self.rng.uniform(low_minutes, high_minutes) * MINUTE_MS)
        return self.ms

    def write(self, kind: str, segment: str, *, fraud: bool = False, **fields: Any) -> Document:
        """Write an event at the tale's instant; `fraud` says that by it somebody is to lose something."""
        event = self.teller.scribe.event(kind, self.ms, **fields)
        truth = Truth(fraud=fraud, scene=self.name, scene_id=self.id) if self.name else None
        self.teller.write(self.ms, event, segment, truth=truth)
        return event

    # --- sellers ---

    def register(self, seller: Seller) -> None:
        """Let somebody open an account."""
        payee, party = seller.payee.copy(), seller.party | {"registered_at": self.teller.scribe.instant(self.ms)}
        seller.party = party
        self.write("seller_registered", seller.group, seller=party.copy(), payee=payee, **seller.state())

    def login(self, seller: Seller, **fields: Any) -> None:
        """Let a seller sign in."""
        party = {name: seller.party[name] for name in ("seller_id", "kind", "phone")}
        state = {**seller.state(), "where": "marketplace", "result": "passed", **fields}
        self.write("login", seller.group, client=party, **state)

    def change(self, seller: Seller, field: str, *, fraud: bool = False, **fields: Any) -> None:
        """Change what the site knows of a seller."""
        state = {**seller.state(), **fields}
        if field in {"phone", "payout_account"}:
            more = state | ({"payee": seller.payee.copy()} if field == "payout_account" else {})
            self.write("seller_changed", seller.group, fraud=fraud, seller=seller.party.copy(), field=field, **more)
            return
        party = {name: seller.party[name] for name in ("seller_id", "kind", "phone")}
        self.write("profile_change", seller.group, client=party, field=field, where="marketplace")

    def check_identity(self, seller: Seller, purpose: str) -> None:
        """Let a seller pass a check of identity on the device in hand."""
        party = {name: seller.party[name] for name in ("seller_id", "kind", "phone")}
        more: Document = {"purpose": purpose, "result": "passed", "provider": "face", "acr": "face-match"}
        self.write("identity_check", seller.group, client=party, device=seller.state()["device"], **more)

    def pay_out(self, seller: Seller, amount: int, *, fraud: bool = False, **fields: Any) -> None:
        """Ask for the money of sales; `amount` is in whole units."""
        money = {"amount_minor": amount * 100, "currency": self.teller.market.country.currency}
        state = {"payee": seller.payee.copy(), **seller.state(), **fields}
        self.write("payout", seller.group, fraud=fraud, seller=seller.party.copy(), **money, **state)

    # --- listings ---

    def publish(self, seller: Seller, item: Item, *, fraud: bool = False, **fields: Any) -> Offer:
        """Let a seller publish something; what honest people show, others may copy later."""
        offer = Offer(seller, item, self.teller.listing_id())
        self._listed("listing_published", offer, fraud=fraud, **fields)
        if self.name is None:
            self.teller.shown.append(offer)
        return offer

    def edit(self, offer: Offer, item: Item, *, fraud: bool = False, **fields: Any) -> Offer:
        """Let a seller change a listing as a whole."""
        changed = offer._replace(item=item)
        self._listed("listing_edited", changed, fraud=fraud, **fields)
        return changed

    def _listed(self, kind: str, offer: Offer, *, fraud: bool, **fields: Any) -> None:
        seller = offer.seller
        listing = offer.item.listing(offer.listing_id, seller.language)
        listing["currency"] = self.teller.market.country.currency
        listing["phone"] = seller.party["phone"]
        state = {**seller.state(), **fields}
        self.write(kind, seller.group, fraud=fraud, seller=seller.party.copy(), listing=listing, **state)

    def close(self, offer: Offer, reason: str) -> None:
        """Take a listing off the site."""
        seller = {"seller_id": offer.seller.seller_id}
        self.write("listing_closed", offer.seller.group, seller=seller, listing_id=offer.listing_id, reason=reason)

    # --- talk ---

    def talk(
        self, offer: Offer, dialogue: Dialogue, *, crook: str = "", values: Mapping[str, str] | None = None
    ) -> None:
        """Let a buyer and the seller talk; `crook` is the side (`b` or `s`) whose wishes are the fraud."""
        talk_id, buyer, seller = self.teller.conversation_id(), self.people.buyer(), offer.seller
        sides = {"b": {**buyer, "role": "buyer"}, "s": {**_as_talker(seller), "role": "seller"}}
        language = seller.language
        words = {"thing": offer.item.words, "city": offer.item.city.name(language), **(values or {})}
        states = {"b": {"device": self.people.device(), "session": self.people.session()}, "s": seller.state()}
        for place, (who, text) in enumerate(dialogue):
            self.later(0.5, 12)
            told = text.format_map(_Blank(words))
            fraud = who == crook and ("{link}" in text or "{card}" in text or place > 1)
            segment = "fraud" if who == crook else seller.group if who == "s" else "buyer"
            self.write(
                "message_sent",
                segment,
                fraud=fraud,
                conversation_id=talk_id,
                **{"from": dict(sides[who]), "to": _met(sides["s" if who == "b" else "b"])},
                text=told,
                listing_id=offer.listing_id,
                **states[who],
            )

    def complain(self, offer: Offer, reason: str, **fields: Any) -> None:
        """Let somebody complain of a listing."""
        client = fields.pop("client", None) or self.people.buyer()
        seller = {"seller_id": offer.seller.seller_id}
        more = {"client": client, "seller": seller, "listing_id": offer.listing_id, "reason": reason, **fields}
        self.write("complaint", "buyer", **more)

    def mention(self, mentioned: Document, text: str) -> None:
        """See somebody named in a channel where accounts are rented."""
        more: Document = {"source": "telegram", "channel": "arenda_akkauntov", "topic": "rented_account", "text": text}
        self.write("mention", "outside", mentioned=mentioned, **more)


class _Blank(dict[str, str]):
    """Values of a text; a name without one stays empty."""

    def __missing__(self, key: str) -> str:
        return ""


def _as_talker(seller: Seller) -> Document:
    """Give what a message says of the seller who writes or is written to."""
    return {name: seller.party[name] for name in ("seller_id", "kind", "phone", "registered_at")}


def _met(party: Document) -> Document:
    """Give the other side of a message: who it is, in which role."""
    return {name: party[name] for name in ("customer_id", "seller_id", "role") if name in party}
