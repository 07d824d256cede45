"""What a client was shown is kept as proof, once for each text, and a link serves the first browser only."""

import asyncio
import json
from typing import Any

from holdfast.operations.cancel_hold import cancel_hold
from holdfast.operations.hold_link import Link, make_link, read_link
from holdfast.operations.hold_story import hold_story
from holdfast.operations.read_hold import read_hold, told_rows
from holdfast.operations.said import Said
from holdfast.operations.show_hold import Shown, keep_shown, return_to_hold, visit_hold
from holdfast.vocabulary.errors import OtherClientError, OtherDeviceError
from holdfast.wire.canonical import content_hash
from tests.unit.operations.holding import CLIENT, OWN, World, acts, refused, told

PAGE = Shown(template="hold.open", version="v1", language="ru", text="Перевод приостановлен")


async def opened(world: World) -> tuple[str, Link]:
    """Place a hold and make a link to it."""
    await world.enlist(OWN)
    hold = await world.place()
    return hold, read_link(world.shard, make_link(world.shard, hold, "c-1", hours=1))


async def shown(world: World, hold: str) -> list[dict[str, Any]]:
    """Give what was shown: the details of each act beside what was sealed with it."""
    story = await hold_story(world.shard, hold)
    found = [record for record in story.records if b'"act":"show"' in record.act]
    return [json.loads(record.act)["details"] | json.loads(record.event) for record in found]


def test_a_page_is_kept_once_for_each_text() -> None:
    """The same text again adds nothing; another language or another state does."""

    async def story(world: World) -> None:
        hold, link = await opened(world)
        visit = await visit_hold(world.shard, link, None)
        for text in ("one", "one", "two", "one"):
            await keep_shown(world.shard, visit, Shown(template="t", version="v", language="ru", text=text))
        assert [row["text"] for row in await shown(world, hold)] == ["one", "two"]

    told(story)


def test_the_proof_holds_the_text_and_no_cookie() -> None:
    """Template, version, language and the text's hash are open, the text is sealed, the cookie is only a hash."""

    async def story(world: World) -> None:
        hold, link = await opened(world)
        visit = await visit_hold(world.shard, link, None)
        await keep_shown(world.shard, visit, PAGE)
        (row,) = await shown(world, hold)
        assert row["text"] == PAGE.text
        assert row["text_sha256"] == content_hash(PAGE.text.encode())
        assert (row["template"], row["version"], row["language"]) == ("hold.open", "v1", "ru")
        assert visit.device not in json.dumps(row)
        record = (await hold_story(world.shard, hold)).records[-1]
        assert PAGE.text.encode() not in record.act

    told(story)


def test_showing_changes_nothing_of_the_hold() -> None:
    """A hold that was looked at stands as it stood."""

    async def story(world: World) -> None:
        hold, link = await opened(world)
        before = await read_hold(world.shard, hold)
        await keep_shown(world.shard, await visit_hold(world.shard, link, None), PAGE)
        after = await read_hold(world.shard, hold)
        assert after == before
        assert [act["act"] for act in told_rows(world.shard, await hold_story(world.shard, hold))] == ["show"]
        assert world.store.hold(hold).due_ms is not None  # type: ignore[union-attr]  # the hold is there

    told(story)


def test_another_browser_is_turned_away() -> None:
    """After the first opening no other cookie, and no missing one, opens the link."""

    async def story(world: World) -> None:
        _, link = await opened(world)
        first = await visit_hold(world.shard, link, None)
        await keep_shown(world.shard, first, PAGE)
        assert (await visit_hold(world.shard, link, first.device)).is_known
        await refused(visit_hold(world.shard, link, None), OtherDeviceError)
        await refused(visit_hold(world.shard, link, "browser_" + "0" * 32), OtherDeviceError)
        world.restart()
        await refused(visit_hold(world.shard, link, None), OtherDeviceError)

    told(story)


def test_of_two_browsers_at_once_one_gets_the_link() -> None:
    """Both look, both were unknown; one is tied to the link, the other is turned away."""

    async def story(world: World) -> None:
        hold, link = await opened(world)
        visits = [await visit_hold(world.shard, link, None) for _ in range(2)]
        ends = await asyncio.gather(*(keep_shown(world.shard, visit, PAGE) for visit in visits), return_exceptions=True)
        assert [type(end) for end in ends] == [type(None), OtherDeviceError]
        assert len(await shown(world, hold)) == 1

    told(story)


def test_an_act_needs_a_page_that_was_shown() -> None:
    """Nobody acts through a link that this browser never opened."""

    async def story(world: World) -> None:
        _, link = await opened(world)
        await refused(return_to_hold(world.shard, link, None), OtherDeviceError)
        await refused(return_to_hold(world.shard, link, "browser_" + "1" * 32), OtherDeviceError)

    told(story)


def test_a_link_of_another_client_opens_nothing() -> None:
    """Even a well made link does not open somebody else's hold."""

    async def story(world: World) -> None:
        hold, _ = await opened(world)
        link = read_link(world.shard, make_link(world.shard, hold, "c-2", hours=1))
        await refused(visit_hold(world.shard, link, None), OtherClientError)

    told(story)


def test_a_page_read_after_the_term_writes_the_lapse_first() -> None:
    """Whoever looks late sees the hold lapsed, and the history keeps the order of the law."""

    async def story(world: World) -> None:
        hold, link = await opened(world)
        link = Link(hold_id=hold, customer_id="c-1", expires_ms=2**60, name=link.name)
        world.at("2026-05-10T08:00:00")
        await keep_shown(world.shard, await visit_hold(world.shard, link, None), PAGE)
        row = await read_hold(world.shard, hold)
        assert (row["state"], acts(row)) == ("not_accepted", ["place", "lapse"])
        shown = [act.act.value for act in (await hold_story(world.shard, hold)).acts]
        assert shown == ["place", "lapse", "show"]

    told(story)


def test_a_coached_client_is_known_as_one() -> None:
    """The act says that somebody asked the client for it, and the bank gets word to open a case; once."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        said = Said(by="client", customer_id="c-1", coached=True, reason="coached")
        row = await cancel_hold(world.shard, hold, said)
        await cancel_hold(world.shard, hold, said)
        assert row["history"][-1]["details"]["coached"] is True  # type: ignore[index]  # JSON of any shape
        topics = [message.topic for message in world.store.pending(100)]
        assert topics.count("case_opened") == 1

    told(story)


def test_a_plain_cancellation_opens_no_case() -> None:
    """Who simply changed their mind is no case."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        row = await cancel_hold(world.shard, await world.place(), CLIENT)
        assert "coached" not in row["history"][-1]["details"]  # type: ignore[index]  # JSON of any shape
        assert "case_opened" not in [message.topic for message in world.store.pending(100)]

    told(story)
