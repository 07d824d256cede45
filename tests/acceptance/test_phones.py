"""Phone numbers on a marketplace, through HTTP: plans and their traps, foreign logins, shared and recycled numbers."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.conftest import Json, Server, StartServer, state
from tests.cradle import run

DAY = "2026-05-08T{:02}:{:02}:00+05:00"
START = DAY.format(12, 0)
AT_HOME = [f"+7{code}5550142" for code in (700, 701, 702, 705, 706, 707, 708, 747, 760, 764, 771, 775, 778, 785)]
FIXED = ["+7 7172 55 01 42", "+7 727 255 01 42"]
SPELLED = ["8701 555 01 42", "7015550142", "8(701)5550142", "８７０１５５５０１４２"]
NOBODYS = [
    "+77035550142",
    "+77045550142",
    "+77095550142",
    "+77111550142",
    "+76005550142",
    "+75005550142",
    "+72005550142",
]
ABROAD = [f"+7{code}2550142" for code in (916, 978, 365, 869, 940, 840, 495, 812)]
OWN_RULES = """\
id: policy.site
jurisdiction: policy
status: policy
zone: UTC
title: {ru: Правила площадки, kk: Алаң ережелері, en: The site's rules}
cite: {act: site, article: "1", url: "https://site.example", confidence: U, checked_on: 2026-01-01}
applies: {}
rules:
  - id: site.no-swap
    on: [payout]
    when: not (hours_since(seller.sim_swapped_at) < 240)
    proposes: allow
    title: {ru: SIM не меняли, kk: SIM ауыстырылмаған, en: The SIM was not replaced}
"""


class Site:
    """A marketplace that sends its events to a server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.count = 0

    def decide(self, kind: str, **fields: Any) -> Json:
        """Decide an event that happens now."""
        self.count += 1
        return self.server.decide({"id": f"e-{self.count}", "type": kind, "occurred_at": START, **fields})

    def report(self, kind: str, **fields: Any) -> None:
        """Report an event without a decision."""
        self.count += 1
        self.server.report({"id": f"e-{self.count}", "type": kind, "occurred_at": START, **fields})

    def login(self, phone: str, *, where: str = "marketplace", **client: Any) -> Json:
        """Log a new member in by a number."""
        member = {"customer_id": f"member-{self.count}", "phone": phone, **client}
        return self.decide("login", where=where, client=member)

    def register(self, phone: str, seller: str | None = None, **more: Any) -> Json:
        """Register a seller with a number."""
        return self.decide(
            "seller_registered", seller={"seller_id": seller or f"s-{self.count}", "phone": phone, **more}
        )


def rules(decision: Json) -> list[str]:
    """Name the rules that were true."""
    return [row["id"] for row in decision["rules"]]


def evidence(decision: Json, rule: str) -> Json:
    """Give what one rule showed."""
    found: Json = next(row["evidence"] for row in decision["rules"] if row["id"] == rule)
    return found


@pytest.fixture
def almaty(start: StartServer) -> Site:
    """Start a marketplace of Kazakhstan without any proposal."""
    return Site(start(packs="kz", clock=START))


def test_the_plan_of_kazakhstan_and_its_traps(almaty: Site) -> None:
    """Test 43: every row of the table, by what the site is told about a seller who registers with such a number."""
    for phone in (*AT_HOME, *FIXED):
        decision = almaty.register(phone)
        assert (decision["outcome"], rules(decision)) == ("allow", []), phone
    for phone in NOBODYS:
        decision = almaty.register(phone)
        assert (decision["outcome"], rules(decision)) == ("challenge", ["policy.market.unreal-seller"]), phone
        assert evidence(decision, "policy.market.unreal-seller")["seller.phone_type"] == "unassigned", phone
    for phone in ABROAD:
        decision = almaty.register(phone)
        assert (decision["outcome"], rules(decision)) == ("challenge", ["policy.market.foreign-seller"]), phone
        assert evidence(decision, "policy.market.foreign-seller")["seller.phone_region"] == "RU", phone
    decision = almaty.register("+77515550142")
    assert (decision["outcome"], rules(decision)) == ("challenge", ["policy.market.virtual-seller"])
    telephony = {"seller.phone_region": "KZ", "seller.phone_type": "voip"}
    assert evidence(decision, "policy.market.virtual-seller") == telephony
    for phone, region, kind in (
        ("+447911123456", "GG", "mobile"),
        ("+12025550142", "US", "fixed_or_mobile"),
        ("+883 5100 1234 5678", "001", "virtual"),
        ("+888 0123 4567", "001", "virtual"),
    ):
        decision = almaty.register(phone)
        shown = {"seller.phone_region": region, "seller.phone_type": kind}
        assert evidence(decision, "policy.market.foreign-seller") == shown, phone
        assert ("policy.market.virtual-seller" in rules(decision)) is (kind == "virtual"), phone
    for phone, pattern in (
        ("+7 777 7777777", "repeated"),
        ("+7 700 0000000", "zeros"),
        ("+7 701 1234567", "sequential"),
    ):
        decision = almaty.register(phone)
        assert rules(decision) == ["policy.market.unreal-seller"], phone
        assert evidence(decision, "policy.market.unreal-seller")["seller.phone_pattern"] == pattern
        assert rules(almaty.register(phone, verified="phone")) == [], phone
    decision = almaty.register("+7701123456O")
    assert (decision["outcome"], rules(decision)) == ("challenge", ["policy.market.unreal-seller"])


def test_every_spelling_is_one_number(almaty: Site) -> None:
    """Four spellings on four accounts are four accounts on one number; the third already waits."""
    outcomes = [almaty.register(phone)["outcome"] for phone in SPELLED]
    assert outcomes == ["allow", "allow", "hold", "hold"]


def test_a_number_is_foreign_or_not_by_the_tenant(start: StartServer) -> None:
    """Test 44: +7 916 is from abroad for a marketplace of Kazakhstan, and at home for one of Russia."""
    kazakh, russian = Site(start(packs="kz", clock=START)), Site(start(packs="ru", clock=START))
    for written in ("+79165550142", "8 916 555 01 42", "+7 916 555-01-42"):
        decision = kazakh.login(written)
        assert (decision["outcome"], rules(decision)) == ("challenge", ["policy.market.foreign-login"]), written
        assert {measure["kind"] for measure in decision["measures"]} == {"verify_identity"}
        assert russian.login(written)["outcome"] == "allow", written
    assert kazakh.login("+77015550142")["outcome"] == "allow"
    assert rules(russian.login("+77015550142")) == ["policy.market.foreign-login"]
    assert kazakh.login("+76005550142")["outcome"] == "allow"  # unassigned is not foreign
    listing = {"listing_id": "ad-1", "phone": "+79165550149"}
    decision = kazakh.decide("listing_published", seller={"seller_id": "s-1", "phone": "+77015550143"}, listing=listing)
    assert (decision["outcome"], rules(decision)) == ("challenge", ["policy.market.foreign-listing"])


def test_foreign_logins_are_asked_refused_only_on_trust_and_counted(start: StartServer) -> None:
    """KZ-P2 never acts beyond a check by itself; on trust it refuses; whoever proved an identity and banks pass."""
    packs = "kz,kz/marketplace-proposals"
    careful, strict = (
        Site(start(*words, packs=packs, clock=START)) for words in ((), ("--trust", "kz.marketplace-proposals"))
    )
    for site, outcome in ((careful, "challenge"), (strict, "refuse")):
        decision = site.login("+998901234568", customer_id="u-1")
        assert (decision["outcome"], state(decision, "kz.proposal.p2-login")) == (outcome, "fired")
        assert site.login("+998901234568", verified="document")["outcome"] == "allow"
        site.report("seller_changed", seller={"seller_id": "u-2", "verified": "biometric"})
        assert site.login("+998901234568", customer_id="u-2")["outcome"] == "allow"
        bank = site.login("+998901234568", where="bank", customer_id="c-1")
        assert (bank["outcome"], rules(bank)) == ("allow", [])
        assert site.login("+76005550142")["outcome"] == "allow"
    for _ in range(2):
        strict.login("+998901234568", customer_id="u-1")
    strict.login("+998901234569", customer_id="u-3")
    strict.report("login", where="marketplace", client={"customer_id": "u-3", "verified": "document"})
    row = stopped(strict.server.data, "kz.proposal.p2-login")
    assert row == {
        "source": "kz.proposal.p2-login",
        "people": 2,
        "fraud": 0,
        "honest": 1,
        "unknown": 1,
        "nameless": 0,
        "would": 0,
    }


def stopped(data: Path, rule: str) -> Json:
    """Ask beside the running server whom a rule stopped."""
    words = ("stopped", "--data", str(data), "--rule", rule, "--json")
    done = run(*words)
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)
    found: Json = row
    return found


def test_whom_a_rule_would_stop_is_known_before_it_acts(start: StartServer) -> None:
    """Observed, the rule lets everybody pass and says in the decision and in the count what it would do."""
    site = Site(start("--mode", "policy.market.foreign-login=observe", packs="kz", clock=START))
    decision = site.login("+998901234568", customer_id="u-1")
    assert (decision["outcome"], decision["would_be"]) == ("allow", "challenge")
    row = stopped(site.server.data, "policy.market.foreign-login")
    assert (row["people"], row["would"]) == (0, 1)


def test_a_swap_that_nobody_reported_is_neither_yes_nor_no(start: StartServer, tmp_path: Path) -> None:
    """Test 45: only an operator's word makes a rule about a replaced SIM true or false."""
    own = tmp_path / "site.yaml"
    own.write_text(OWN_RULES)
    site = Site(start("--rules", str(own), packs="kz", clock=START))

    def paid(phone: str) -> set[str]:
        seller = {"seller_id": f"s-{phone[-3:]}", "phone": phone}
        decision = site.decide("payout", seller=seller, amount_minor=5_000_000, currency="KZT")
        return set(rules(decision)) & {"policy.market.swapped-sim", "site.no-swap"}

    assert paid("+77015550141") == set()
    site.report("telecom_activity", client={"phone": "+77015550142"}, number_recycled=False)
    assert paid("+77015550142") == set()
    long_ago, lately = "2026-03-01T12:00:00+05:00", "2026-05-08T07:00:00+05:00"
    site.report("telecom_activity", client={"phone": "87015550143"}, sim_swapped_at=long_ago)
    assert paid("+77015550143") == {"site.no-swap"}
    site.report("telecom_activity", client={"phone": "+77015550144"}, sim_swapped_at=lately)
    assert paid("8 701 555 01 44") == {"policy.market.swapped-sim"}


def test_a_recycled_number_does_not_condemn_its_new_owner(start: StartServer) -> None:
    """Test 46: accounts of an earlier owner, blocked ones too, are not the new owner's; a restart changes nothing."""
    site = Site(start(packs="kz", clock="2026-01-10T12:00:00+05:00"))
    number, handed_on, kept = "+77015550151", "+77015550152", "+77015550153"
    first = {"occurred_at": "2026-01-10T12:00:00+05:00"}
    for one, phone in enumerate((number, handed_on, kept)):
        for place in range(2):
            seller = {"seller_id": f"old-{one}-{place}", "phone": phone}
            assert site.decide("seller_registered", seller=seller, **first)["outcome"] == "allow"
    site.server.enlist("marketplace.sellers.blocked", {"kind": "seller", "value": "old-0-0", "reason": "fraud"})
    site.server.move_clock("2026-03-20T12:00:00+05:00")
    site.decide(
        "telecom_activity",
        client={"phone": handed_on},
        number_since="2026-03-01T00:00:00+05:00",
        occurred_at="2026-03-20T12:00:00+05:00",
    )
    spring = {"occurred_at": "2026-03-20T12:00:00+05:00"}
    assert (
        site.decide("seller_registered", seller={"seller_id": "n-1", "phone": handed_on}, **spring)["outcome"]
        == "allow"
    )
    held = site.decide("seller_registered", seller={"seller_id": "n-2", "phone": kept}, **spring)
    assert (held["outcome"], rules(held)) == ("hold", ["policy.market.shared-number-seller"])
    assert evidence(held, "policy.market.shared-number-seller") == {"seller.phone_accounts": 3}
    assert {"open_case"} <= {measure["kind"] for measure in held["measures"]}
    site.server.move_clock(START)
    site.server.restart()
    late = site.register(number, "n-3")
    assert (late["outcome"], rules(late)) == ("allow", [])
    again = site.server.post(f"/v1/decisions/{held['id']}/replay", b"")
    assert (again.status_code, again.json()["equal"]) == (httpx.codes.OK, True)


def test_many_numbers_of_one_hand_open_a_case(almaty: Site) -> None:
    """Three numbers on one device within ninety days: a person looks, nobody is stopped."""
    for place in range(3):
        decision = almaty.decide(
            "seller_registered",
            seller={"seller_id": f"s-{place}", "phone": f"+7701555016{place}"},
            device={"id": "d-1"},
        )
        opened = {"open_case"} <= {measure["kind"] for measure in decision["measures"]}
        assert (decision["outcome"], opened) == ("allow", place == 2)
