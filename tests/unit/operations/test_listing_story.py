"""The notice on a listing is a fold of its records: what went online counts, what was erased stays what it said."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from msgspec import structs

from holdfast.operations.appeal_notice import Hearing, appeal_notice, settle_notice
from holdfast.operations.decide_event import decide_event
from holdfast.operations.export_addresses import Asked, approve_addresses, ask_addresses, hand_over_addresses
from holdfast.operations.listing_story import ListingStory, listing_story, listing_thread
from holdfast.operations.notice_texts import LANGUAGES, country_names, notice_texts
from holdfast.operations.read_notice import notice_view, read_notice
from holdfast.operations.shard import Shard
from holdfast.store import MemoryStore
from holdfast.vocabulary.errors import ConflictError, ForbiddenError, NotFoundError, OtherClientError
from holdfast.vocabulary.records import HoldRow, Record
from tests.unit.operations.shards import NOON, StillClock, make_shard

Change = Callable[[Record], Record]


def listing(name: str, country: str | None, *, edited: bool = False) -> bytes:
    """Write a publication or an edit of `ad-1`, with the country that the site found."""
    event = {
        "id": name,
        "type": "listing_edited" if edited else "listing_published",
        "occurred_at": NOON,
        "seller": {"seller_id": "s-1"},
        "session": {"ip": "198.51.100.1", "port": 4000, **({"ip_country": country} if country else {})},
        "listing": {"listing_id": "ad-1"},
    }
    return json.dumps(event).encode()


class Altered(MemoryStore):
    """A store that gives some records back otherwise than they were written."""

    changes: dict[str, Change]
    held_now: HoldRow | None = None

    def hold(self, hold_id: str) -> HoldRow | None:
        """Give the one hold."""
        return self.held_now if self.held_now is not None and self.held_now.id == hold_id else None

    def thread(self, thread_id: str) -> tuple[Record, ...]:
        """Give the records of a story."""
        found = super().thread(thread_id)
        return tuple(self.changes[one.event_id](one) if one.event_id in self.changes else one for one in found)


async def written(*bodies: bytes, changes: dict[str, Change] | None = None) -> Shard:
    """Decide listings one after the other; `changes` are what becomes of their records, by event id."""
    clock = StillClock()
    store = Altered(clock=clock)
    store.changes = changes or {}
    shard = make_shard(store, clock)
    for body in bodies:
        await decide_event(shard, body)
    return shard


def story_of(shard: Shard) -> ListingStory:
    """Read the story of the one listing."""
    story = listing_story(shard, "ad-1")
    assert story is not None
    return story


def held(record: Record) -> Record:
    """Say that a decision was a hold."""
    return structs.replace(record, judgement=record.judgement.replace(b'"outcome":"allow"', b'"outcome":"hold"'))


def erased(record: Record) -> Record:
    """Take the personal data of a record away."""
    return structs.replace(record, event=b"", facts=b"", forgotten=True)


def values(shard: Shard) -> list[tuple[str, str]]:
    """Give the steps of the notice."""
    return [(step.value, step.state) for step in story_of(shard).steps]


def test_an_edit_that_was_stopped_changes_nothing() -> None:
    """Readers never saw it; a first publication that was stopped counts, for nothing else is known of the listing."""

    async def run() -> None:
        bodies = (listing("l-1", "RU"), listing("l-2", "DE", edited=True), listing("l-3", "KZ", edited=True))
        assert values(await written(*bodies, changes={"l-2": held})) == [("no", "none"), ("yes", "shown")]
        assert values(await written(*bodies[1:], changes={"l-2": held}))[0] == ("yes", "shown")

    asyncio.run(run())


@pytest.mark.parametrize(
    ("state", "seen"),
    [("placed", False), ("not_accepted", False), ("cancelled", False), ("released", True), ("confirmed", True)],
)
def test_an_edit_whose_hold_was_let_go_is_seen(state: str, seen: bool) -> None:
    """A moderator's release puts the edit online, and with it what it says of the place."""

    async def run() -> None:
        hold = HoldRow(
            id="hold_1", decision_id="dec_1", policy="p", placed_ms=1, until_ms=2, confirm_by_ms=None, state=state
        )
        bodies = (listing("l-1", "RU"), listing("l-2", "DE", edited=True))
        shard = await written(*bodies, changes={"l-2": lambda record: structs.replace(held(record), hold=hold)})
        assert isinstance(shard.ports.store, Altered)
        shard.ports.store.held_now = hold
        assert values(shard) == [("no", "none"), *([("yes", "shown")] if seen else [])]

    asyncio.run(run())


def test_the_same_notice_again_stands_since_it_first_did() -> None:
    """An edit from the same country changes neither the state nor since when it stands; another country does."""

    async def run() -> None:
        bodies = [listing(f"l-{number}", country) for number, country in enumerate(("DE", "DE", "FR", None, "RU"))]
        shard = await written(*bodies)
        found = [
            ("yes", "shown"),
            ("yes", "shown"),
            ("yes", "shown"),
            ("not_determined", "withdrawn"),
            ("no", "withdrawn"),
        ]
        assert values(shard) == found
        steps = story_of(shard).steps
        assert steps[0].since_ms == steps[1].since_ms
        assert [step.country for step in steps] == ["DE", "DE", "FR", None, "RU"]

    asyncio.run(run())


def test_an_erased_seller_leaves_the_notice_and_no_address() -> None:
    """What the decision said is no personal data and stays; the address is gone, also for an authority."""

    async def run() -> None:
        shard = await written(listing("l-1", "DE"), changes={"l-1": erased})
        assert (await read_notice(shard, "ad-1"))["state"] == "shown"
        asked = await ask_addresses(shard, "ad-1", Asked(reason="r", document={"number": "1"}, by="ann"))
        await approve_addresses(shard, "ad-1", str(asked["id"]), by="boris")
        taken = await hand_over_addresses(shard, "ad-1", str(asked["id"]), by="boris")
        assert taken["addresses"] == [
            {
                "event_id": "l-1",
                "type": None,
                "occurred_at": "2026-05-08T12:00:00.000+03:00",
                "ip": None,
                "port": None,
                "provider": None,
                "ip_country": None,
                "ip_kind": None,
                "ip_network": None,
                "ip_source": None,
                "erased": True,
            }
        ]
        assert taken["reason"] == "r"

    asyncio.run(run())


def test_a_thread_does_not_name_its_listing() -> None:
    """The story's name is a keyed hash: the database does not show which listing it is of."""

    async def run() -> None:
        shard = await written(listing("l-1", "DE"))
        name = listing_thread(shard.ports.keys, "ad-1")
        assert "ad-1" not in name
        (record,) = shard.ports.store.thread(name)
        assert record.threads == (name,)
        assert listing_story(shard, "ad-2") is None
        with pytest.raises(NotFoundError):
            await read_notice(shard, "ad-2")

    asyncio.run(run())


def test_an_objection_that_is_rejected_leaves_the_notice() -> None:
    """The notice stays, the seller may object again, and nobody may object for another."""

    async def run() -> None:
        shard = await written(listing("l-1", "DE"))
        with pytest.raises(OtherClientError):
            await appeal_notice(shard, "ad-1", seller_id="s-2", text="not mine")
        _, is_new = await appeal_notice(shard, "ad-1", seller_id="s-1", text="roaming")
        assert is_new
        waiting = story_of(shard).open_appeal
        assert waiting is not None
        no = Hearing(result="rejected", reason="no proof", by="m", value="no")
        shown = await settle_notice(shard, "ad-1", waiting.id, hearing=no)
        assert (shown["state"], shown["value"]) == ("shown", "yes")
        with pytest.raises(ConflictError):
            await settle_notice(shard, "ad-1", waiting.id, hearing=replace(no, result="upheld"))
        with pytest.raises(NotFoundError):
            await settle_notice(shard, "ad-1", "appeal_1", hearing=no)
        _, is_new = await appeal_notice(shard, "ad-1", seller_id="s-1", text="here is the proof")
        assert is_new
        assert notice_view(shard, story_of(shard))["state"] == "shown"

    asyncio.run(run())


def test_nobody_approves_alone() -> None:
    """The same person under another spelling is the same; a third person cannot approve what was approved."""

    async def run() -> None:
        shard = await written(listing("l-1", "DE"))
        asked = await ask_addresses(shard, "ad-1", Asked(reason="r", document={"number": "1"}, by="Ann"))
        request = str(asked["id"])
        for name in ("Ann", " ANN"):
            with pytest.raises(ForbiddenError):
                await approve_addresses(shard, "ad-1", request, by=name)
        with pytest.raises(ConflictError):
            await hand_over_addresses(shard, "ad-1", request, by="Ann")
        first = await approve_addresses(shard, "ad-1", request, by="boris")
        assert await approve_addresses(shard, "ad-1", request, by="boris") == first
        with pytest.raises(ConflictError):
            await approve_addresses(shard, "ad-1", request, by="carol")
        with pytest.raises(NotFoundError):
            await approve_addresses(shard, "ad-1", "export_1", by="boris")

    asyncio.run(run())


def test_texts_are_in_three_languages() -> None:
    """Every country has a name in each; what is not known keeps its code; a listing placed at home has no text."""
    assert dict(country_names("KZ")) == {"ru": "Казахстан", "kk": "Қазақстан", "en": "Kazakhstan"}
    assert dict(country_names("XX")) == dict.fromkeys(LANGUAGES, "XX")
    shown = notice_texts("yes", "DE", "2026-11-01")
    assert shown is not None
    assert set(shown) == set(LANGUAGES)
    assert shown["en"].endswith("another country: Germany. Address data as of November 1, 2026.")
    undated = notice_texts("yes", "DE", None)
    assert undated is not None
    assert undated["ru"].endswith("в другой стране: Германия.")
    assert notice_texts("no", "KZ", "2026-11-01") is None
