"""Whom a rule stopped is counted as people, with what labels and proved identities say of them."""

import asyncio
from typing import Any

from holdfast.operations.decide_event import decide_event
from holdfast.operations.make_claim import make_claim
from holdfast.operations.people_stopped import PeopleStopped, Span, people_stopped, stopped_view
from holdfast.operations.settle_claim import Settlement, settle_claim
from holdfast.operations.take_event import take_event
from holdfast.vocabulary.claims import ClaimState
from holdfast.vocabulary.records import RecordKind
from tests.unit.operations.holding import OWN, World, told
from tests.unit.operations.shards import NOON_MS, SlowStore, StillClock, event, make_shard

ALWAYS = Span(from_ms=0, to_ms=2**62)
RULE, SIGN = "policy.market.foreign-login", "kz.proposal.p2-login"
FOREIGN = "+998901234568"


class Site:
    """A marketplace of Kazakhstan into which foreigners log in."""

    def __init__(self) -> None:
        clock = StillClock()
        self.shard = make_shard(SlowStore(clock), clock, packs="kz/marketplace-proposals")
        self.count = 0

    def login(self, member: str | None, phone: str = FOREIGN, **client: Any) -> str:
        """Decide a login, and name its event."""
        self.count += 1
        named = {"customer_id": member} if member else {}
        body = event(f"lg-{self.count}", "login", where="marketplace", client={**named, "phone": phone, **client})
        asyncio.run(decide_event(self.shard, body))
        return f"lg-{self.count}"

    def report(self, kind: str, **fields: Any) -> None:
        """Report an event without asking for a decision."""
        self.count += 1
        asyncio.run(take_event(self.shard, event(f"r-{self.count}", kind, **fields)))

    def stopped(self, source: str = RULE, span: Span = ALWAYS) -> PeopleStopped | None:
        """Count whom one source stopped."""
        rows = people_stopped(self.shard.ports.store.replay, span)
        return next((row for row in rows if row.source == source), None)


def test_people_are_counted_once_and_by_what_is_known_of_them() -> None:
    """Three logins of one person are one; a fraud, a proved identity, a good label and silence are told apart."""
    site = Site()
    for _ in range(3):
        site.login("u-silent")
    bad, good = site.login("u-bad"), site.login("u-good")
    site.login("u-passport")
    site.login("u-home", phone="+77015550142")
    site.report("label", of=bad, label="fraud", source="analyst")
    site.report("label", of=good, label="genuine", source="analyst")
    site.report("login", where="marketplace", client={"customer_id": "u-passport", "verified": "document"})
    assert site.stopped() == PeopleStopped(source=RULE, people=4, fraud=1, honest=2, unknown=1, nameless=0, would=0)
    assert site.stopped(SIGN) == PeopleStopped(source=SIGN, people=4, fraud=1, honest=2, unknown=1, nameless=0, would=0)


def test_a_fraud_that_proved_an_identity_is_no_honest_person() -> None:
    """An owner shows a passport and rents the account out: a label weighs more."""
    site = Site()
    bad = site.login("u-rented")
    site.report("login", where="marketplace", client={"customer_id": "u-rented", "verified": "biometric"})
    site.report("label", of=bad, label="mule", source="police")
    row = site.stopped()
    assert row is not None
    assert (row.people, row.fraud, row.honest) == (1, 1, 0)


def test_a_label_of_another_event_of_the_person_counts() -> None:
    """What was labelled need not be what was stopped."""
    site = Site()
    at_home = site.login("u-1", phone="+77015550142")
    site.login("u-1")
    site.report("label", of=at_home, label="fraud", source="analyst")
    row = site.stopped()
    assert row is not None
    assert row.fraud == 1


def test_somebody_without_any_name_is_a_decision_and_no_person() -> None:
    """Whoever showed neither an id nor a phone cannot be told apart; a phone alone names a person."""
    site = Site()
    site.login(None)
    row = site.stopped()
    assert row is not None
    assert (row.people, row.nameless) == (1, 0)


def test_only_the_span_asked_for_counts() -> None:
    """The end is not part of it."""
    site = Site()
    site.login("u-1")
    assert site.stopped(span=Span(from_ms=NOON_MS, to_ms=NOON_MS + 1)) is not None
    assert site.stopped(span=Span(from_ms=0, to_ms=NOON_MS)) is None
    assert site.stopped(span=Span(from_ms=NOON_MS + 1, to_ms=2**62)) is None


def test_a_verified_foreigner_is_not_stopped() -> None:
    """Nothing was done to whoever passed, so nothing is counted."""
    site = Site()
    site.login("u-1", verified="document")
    assert site.stopped() is None


def test_the_plain_rows_have_every_count() -> None:
    """What scripts read has the names of the record."""
    site = Site()
    site.login("u-1")
    (row,) = [
        one for one in stopped_view(people_stopped(site.shard.ports.store.replay, ALWAYS)) if one["source"] == RULE
    ]
    assert row == {
        "source": RULE,
        "people": 1,
        "fraud": 0,
        "honest": 0,
        "unknown": 1,
        "nameless": 0,
        "would": 0,
    }


def test_what_acts_keep_sealed_is_no_event() -> None:
    """A client who confirmed with a proof, and whose claim was settled with a document, is counted like any other."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place("t-1")
        await world.confirm(hold)
        await world.report("executed")
        made = await make_claim(world.shard, event("fr-1", "fraud_report", of="t-1", client={"customer_id": "c-1"}))
        settled = Settlement(result=ClaimState.WITHDRAWN, by="officer", document={"number": "D-1"}, reason="a mistake")
        await settle_claim(world.shard, str(made.row["id"]), settled)
        sealed = {record.kind for record in world.store.replay() if record.event}
        assert {RecordKind.HOLD, RecordKind.CLAIM} <= sealed
        row = next(row for row in people_stopped(world.store.replay, ALWAYS) if row.source == "ru.od-2506.1.7")
        assert (row.people, row.unknown + row.fraud) == (1, 1)

    told(story)
