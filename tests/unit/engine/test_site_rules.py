"""Rules of a site that no worked case of a pack shows: each is true in its story, and not in its honest neighbour's."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest

from holdfast.app import assemble_in_memory
from holdfast.app.clocks import StandingClock
from holdfast.lists.versions import Stamp
from holdfast.operations.change_list import normalised
from holdfast.operations.decide_file import Decided, FileDecider
from holdfast.operations.declare_source import OWN
from holdfast.operations.shard import Shard
from holdfast.settings import read_settings
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.judgement import Judgement
from holdfast.vocabulary.lists import ListEntry, ListKind
from holdfast.wire.files import event_lines
from tests.unit.network.test_photos import picture

Json = dict[str, Any]
Story = tuple[str, str, Sequence[Json], Mapping[str, str]]
NOON = datetime.fromisoformat("2026-03-03T12:00:00+05:00")
ACCOUNT = {"account": "KZ86125KZT5004100100"}
BLOCKED, LIMITED, NAMED = "marketplace.sellers.blocked", "marketplace.sellers.limited", "kz.police.sellers"
ALLOWED = "marketplace.sellers.allow"
PHONE = "+77015550142"


def at(**before: float) -> str:
    """Give an instant so long before noon."""
    return (NOON - timedelta(**before)).isoformat()


def seller(name: str = "s-1", **more: Any) -> Json:
    """Name a seller."""
    return {"seller": {"seller_id": name, **more}}


def listing(
    name: str = "ad-1", whose: str = "s-1", *, when: str = at(), about: Json | None = None, **more: Any
) -> Json:
    """Publish a listing; `about` says more of its seller, `device` and `session` stand beside it."""
    beside: Json = {key: more.pop(key) for key in ("device", "session") if key in more}
    told = {"listing": {"listing_id": name, **more}}
    return {"type": "listing_published", "occurred_at": when, **seller(whose, **(about or {})), **told, **beside}


def flat(name: str, city: str, whose: str = "s-1", **more: Any) -> Json:
    """Offer a flat to let."""
    told: Json = {"category": "flat_rent", "rooms": 2, "city": city, "price_minor": 25_000_000, "currency": "KZT"}
    return listing(name, whose, **told | more)


def payout(whose: str = "s-1", **more: Any) -> Json:
    """Ask for a payout."""
    money = {"amount_minor": 9_000_000, "currency": "KZT", "payee": ACCOUNT}
    return {"type": "payout", "occurred_at": at(), **seller(whose), **money, **more}


def registered(whose: str, when: str = at(), kind: str = "seller_registered", **more: Any) -> Json:
    """Register a seller, or change one."""
    beside: Json = {key: more.pop(key) for key in ("device", "payee") if key in more}
    return {"type": kind, "occurred_at": when, **seller(whose, **more), **beside}


def login(whose: str, device: str, when: str) -> Json:
    """Sign a seller in on a device."""
    return {
        "type": "login",
        "where": "marketplace",
        "occurred_at": when,
        "client": {"seller_id": whose},
        "device": {"id": device},
    }


def message(text: str, talk: str = "v-1", role: str = "buyer", *, when: str = at(), **writer: Any) -> Json:
    """Write a message."""
    sides = {"from": {"customer_id": "b-1", "role": role, **writer}, "to": {"seller_id": "s-9"}}
    return {"type": "message_sent", "occurred_at": when, "conversation_id": talk, "text": text, **sides}


def complaints(count: int) -> list[Json]:
    """Let people of standing complain, each on a device of their own."""
    since = {"registered_at": at(days=800), "verified": "document"}
    of = {"type": "complaint", "occurred_at": at(hours=1), "listing_id": "ad-1", "reason": "scam", **seller()}
    return [of | {"client": {"customer_id": f"c-{n}", **since}, "device": {"id": f"d-{n}"}} for n in range(count)]


def ties(whose: str, when: str) -> Json:
    """Publish with the telephone and the device that both names of one person have."""
    return listing(f"ad-{whose}", whose, when=when, about={"phone": PHONE}, device={"id": "d-5"})


SAME: Json = {"photos": [{"fingerprint": picture(1)}, {"fingerprint": picture(2)}]}
FIVE = [listing(f"ad-{n}", f"s-{n}", device={"id": "d-1"}, when=at(minutes=10 - n)) for n in range(5)]
MANY = [listing(f"ad-{n}", when=at(minutes=30 - n)) for n in range(21)]
CALLS = [message("Здравствуйте, ещё продаёте?", f"v-{n}", when=at(minutes=40 - n)) for n in range(20)]
ON_ONE_NUMBER = [registered(f"s-{n}", phone=PHONE) for n in range(3)]
ABROAD: Json = {
    "type": "login",
    "where": "marketplace",
    "occurred_at": at(),
    "client": {"customer_id": "b-7", "phone": "+998901234568"},
}
CAR: Json = {"category": "car", "brand": "Toyota", "model": "Camry", "year": 2020, "vin": "JTDBE32K920054321"}
LETS = [flat(f"ad-{n}", city, about={"registered_at": at(days=300)}) for n, city in enumerate(("Алматы", "Астана"))]
TRUE: tuple[Story, ...] = (
    ("market.blocked-message", "refuse", [message("Здравствуйте", seller_id="s-1")], {BLOCKED: "s-1"}),
    ("market.blocked-message", "refuse", [message("Здравствуйте")], {BLOCKED: "b-1"}),
    ("market.limited-payout", "challenge", [payout()], {LIMITED: "s-1"}),
    ("market.complaints-case", "allow", complaints(2), {}),
    ("market.complaints-payout", "hold", [*complaints(3), payout()], {}),
    (
        "market.new-device-payout",
        "challenge",
        [login("s-1", "d-old", at(days=20)), login("s-1", "d-new", at(days=1)), payout(device={"id": "d-new"})],
        {},
    ),
    ("market.shared-payee-registered", "challenge", [registered(f"s-{n}", payee=ACCOUNT) for n in range(3)], {}),
    (
        "market.shared-payee-changed",
        "challenge",
        [registered(f"s-{n}", kind="seller_changed", payee=ACCOUNT) for n in range(3)],
        {},
    ),
    (
        "market.abroad-new-seller",
        "challenge",
        [listing(about={"registered_at": at(days=3)}, session={"ip_country": "DE", "ip_source": "x 2026-02-01"})],
        {},
    ),
    ("market.many-listings", "challenge", MANY, {}),
    ("market.sellers-on-device", "challenge", FIVE, {}),
    (
        "market.object-own-cities",
        "hold",
        [listing(f"ad-{n}", city=city, **CAR) for n, city in enumerate(("Алматы", "Астана", "Шымкент"))],
        {},
    ),
    ("market.flat-that-moves", "allow", [flat("ad-1", "Алматы", **SAME), flat("ad-2", "Астана", **SAME)], {}),
    (
        "market.lets-in-many-cities-case",
        "allow",
        [*LETS, flat("ad-9", "Шымкент", about={"registered_at": at(days=300)})],
        {},
    ),
    (
        "market.back-again-seller",
        "challenge",
        [ties("s-5", at(days=1)), registered("s-6", phone=PHONE, device={"id": "d-5"})],
        {BLOCKED: "s-5"},
    ),
    (
        "market.back-again-payout",
        "hold",
        [ties("s-5", at(days=2)), ties("s-6", at(days=1)), payout("s-6", device={"id": "d-5"})],
        {BLOCKED: "s-5"},
    ),
    ("market.virtual-listing", "challenge", [listing(phone="+77515550142")], {}),
    ("market.unreal-listing", "challenge", [listing(phone="+76005550142")], {}),
    ("market.shared-number-listing", "hold", [listing(f"ad-{n}", f"s-{n}", phone=PHONE) for n in range(3)], {}),
    (
        "card-after-link",
        "hold",
        [message("Оплата здесь: dostavka-sdelka.top/1", when=at(minutes=5)), message("Назовите код из смс")],
        {},
    ),
    (
        "link-in-scam",
        "hold",
        [message("Я оплатила доставку, для получения денег введите данные: dostavka-sdelka.top/9921", role="seller")],
        {},
    ),
    ("many-strangers", "hold", [*CALLS, message("Смотрите divany-almaty.kz", "v-99")], {}),
    ("market.foreign-login", "challenge", [ABROAD], {ALLOWED: "b-8"}),
    ("market.shared-number-seller", "hold", ON_ONE_NUMBER, {ALLOWED: "s-7"}),
    ("market.swapped-sim", "challenge", [payout(device={"id": "d-1", "sim_changed_at": at(days=2)})], {}),
    ("suspect-link", "allow", [message("Фото тут: bit.ly/3abc")], {}),
    ("worded-like-scam", "allow", [message("Я оплатила доставку, курьер приедет, вам нужно получить деньги")], {}),
    ("asks-secret", "allow", [message("Назовите код из смс")], {}),
    ("rented-account-message", "allow", [message("Сниму в аренду вашу банковскую карту, плачу 50 000 в месяц")], {}),
    (
        "kz.proposal.p1-cash",
        "challenge",
        [
            {
                "type": "cash_withdrawal",
                "occurred_at": at(),
                "amount_minor": 9_000_000,
                "currency": "KZT",
                "client": {"customer_id": "c-1", "seller_id": "s-1"},
            }
        ],
        {},
    ),
    ("kz.proposal.p1-registered", "challenge", [{**registered("s-1"), **seller(kind="sole_trader")}], {}),
    ("kz.proposal.p2-registration", "challenge", [registered("s-1", phone="+998901234568")], {}),
    ("kz.proposal.p4-message", "challenge", [message("Здравствуйте", seller_id="s-1")], {NAMED: "s-1"}),
)
CLEAN: tuple[Story, ...] = (
    ("market.blocked-message", "allow", [message("Здравствуйте", seller_id="s-2")], {BLOCKED: "s-1"}),
    ("market.limited-payout", "allow", [payout("s-2")], {LIMITED: "s-1"}),
    ("market.complaints-case", "allow", complaints(1), {}),
    ("market.complaints-payout", "allow", [*complaints(2), payout()], {}),
    (
        "market.new-device-payout",
        "allow",
        [login("s-1", "d-old", at(days=20)), login("s-1", "d-new", at(days=4)), payout(device={"id": "d-new"})],
        {},
    ),
    ("market.shared-payee-registered", "allow", [registered(f"s-{n}", payee=ACCOUNT) for n in range(2)], {}),
    (
        "market.abroad-new-seller",
        "allow",
        [listing(about={"registered_at": at(days=40)}, session={"ip_country": "DE", "ip_source": "x 2026-02-01"})],
        {},
    ),
    ("market.many-listings", "allow", MANY[1:], {}),
    ("market.sellers-on-device", "allow", FIVE[1:], {}),
    (
        "market.object-own-cities",
        "allow",
        [listing(f"ad-{n}", city=city, **CAR) for n, city in enumerate(("Алматы", "Астана"))],
        {},
    ),
    ("market.flat-that-moves", "allow", [flat("ad-1", "Алматы", **SAME), flat("ad-2", "Талгар", **SAME)], {}),
    ("market.lets-in-many-cities-case", "allow", LETS, {}),
    (
        "market.back-again-seller",
        "allow",
        [ties("s-5", at(days=1)), registered("s-6", phone="+77015550143", device={"id": "d-5"})],
        {BLOCKED: "s-5"},
    ),
    ("market.virtual-listing", "allow", [listing(phone=PHONE)], {}),
    ("market.unreal-listing", "allow", [listing(phone=PHONE)], {}),
    ("market.shared-number-listing", "allow", [listing(f"ad-{n}", f"s-{n}", phone=PHONE) for n in range(2)], {}),
    ("many-strangers", "allow", [*CALLS[:10], message("Смотрите divany-almaty.kz", "v-99")], {}),
    ("suspect-link", "allow", [message("Фото тут: divany-almaty.kz")], {}),
    ("asks-secret", "allow", [message("Никому не называйте код из смс")], {}),
    ("rented-account-message", "allow", [message("Сдаю квартиру в аренду, оплата картой")], {}),
    ("kz.proposal.p2-registration", "allow", [registered("s-1", phone="+998901234568", verified="document")], {}),
    ("market.foreign-login", "allow", [ABROAD], {ALLOWED: "b-7"}),
    ("market.foreign-seller", "allow", [registered("s-1", phone="+998901234568")], {ALLOWED: "s-1"}),
    ("market.foreign-listing", "allow", [listing(phone="+998901234568")], {ALLOWED: "s-1"}),
    ("market.virtual-seller", "allow", [registered("s-1", phone="+77515550142")], {ALLOWED: "s-1"}),
    ("market.virtual-listing", "allow", [listing(phone="+77515550142")], {ALLOWED: "s-1"}),
    ("market.unreal-seller", "allow", [registered("s-1", phone="+76005550142")], {ALLOWED: "s-1"}),
    ("market.unreal-listing", "allow", [listing(phone="+76005550142")], {ALLOWED: "s-1"}),
    ("market.shared-number-seller", "allow", ON_ONE_NUMBER, {ALLOWED: "s-2"}),
    (
        "market.shared-number-listing",
        "allow",
        [listing(f"ad-{n}", f"s-{n}", phone=PHONE) for n in range(3)],
        {ALLOWED: "s-2"},
    ),
    ("market.swapped-sim", "allow", [payout(device={"id": "d-1", "sim_changed_at": at(days=2)})], {ALLOWED: "s-1"}),
)


@cache
def site(packs: str) -> Shard:
    """Put a site of Kazakhstan together once."""
    settings = read_settings({"packs": packs, "home": "KZ", "dev": True}, {})
    return assemble_in_memory(settings, StandingClock(0), None).shard


def judged(name: str, events: Sequence[Json], lists: Mapping[str, str]) -> Judgement:
    """Decide the story of a rule on an empty memory of which everything is known, and give the last decision."""
    return judged_by("kz,kz/marketplace-proposals" if name.startswith("kz.") else "kz", events, lists)


def judged_by(packs: str, events: Sequence[Json], lists: Mapping[str, str]) -> Judgement:
    """Do so under packs of choice."""
    shard = site(packs)
    since_ms = to_ms(NOON - timedelta(days=400))
    shard.memory, shard.seq = shard.fresh_memory(), 0
    shard.changed.clear()
    for source in OWN:
        shard.declare(source, since_ms)
    for list_id, value in lists.items():
        held = shard.memory.lists
        entry = ListEntry(kind=ListKind.SELLER, value=value)
        held.apply(held.edit(Stamp(list=list_id, loaded_ms=since_ms), add=normalised(shard, [entry])))
    lines = (json.dumps({"id": f"x-{place}", **event}).encode() for place, event in enumerate(events))
    made = list(FileDecider(shard=shard, start_ms=since_ms, seals=False).decide(event_lines(lines)))
    last = made[-1]
    assert isinstance(last, Decided), last
    return last.judgement


def true_ones(found: Judgement) -> set[str]:
    """Name the rules and signs that were true, a rule without the word of its pack."""
    signs = {sign.id for sign in found.signs if sign.state == "fired"}
    return signs | {rule.id.removeprefix("policy.") for rule in found.rules}


@pytest.mark.parametrize(("name", "outcome", "events", "lists"), TRUE, ids=[story[0] for story in TRUE])
def test_a_rule_is_true_in_its_story(name: str, outcome: str, events: Sequence[Json], lists: Mapping[str, str]) -> None:
    """It fires, and what comes of it is what the pack proposes."""
    found = judged(name, events, lists)
    assert (name in true_ones(found), found.outcome) == (True, outcome), true_ones(found)


@pytest.mark.parametrize(("name", "outcome", "events", "lists"), CLEAN, ids=[story[0] for story in CLEAN])
def test_it_is_not_true_of_an_honest_neighbour(
    name: str, outcome: str, events: Sequence[Json], lists: Mapping[str, str]
) -> None:
    """One seller, one day, one city or one word less, and nobody is stopped."""
    found = judged(name, events, lists)
    assert (name in true_ones(found), found.outcome) == (False, outcome), true_ones(found)
