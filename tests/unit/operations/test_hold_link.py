"""Links to a hold's page: for one client, one hold, one purpose and a short time, and nothing is learnt from others."""

import pytest

from holdfast.operations.hold_link import Link, issue_link, make_link, make_step, read_link, step_age_seconds
from holdfast.operations.shard import Shard
from holdfast.vocabulary.errors import (
    FormError,
    InvalidError,
    LinkError,
    LinkExpiredError,
    NotFoundError,
    OtherClientError,
)
from holdfast.vocabulary.instants import HOUR_MS, MINUTE_MS
from tests.unit.operations.holding import OWN, World, refused, told
from tests.unit.operations.shards import NOON_MS, SlowStore, StillClock, make_shard


@pytest.fixture
def clock() -> StillClock:
    """Give a clock that stands at noon."""
    return StillClock()


@pytest.fixture
def shard(clock: StillClock) -> Shard:
    """Give a shard with a key of its own."""
    return make_shard(SlowStore(clock), clock)


def some_link(shard: Shard) -> Link:
    """Make a link and read it."""
    return read_link(shard, make_link(shard, "hold_1", "c-1", hours=1))


def test_a_link_says_whose_it_is_and_when_it_ends(shard: Shard) -> None:
    """Hold, client and end come back; two links of one client can be told apart."""
    link, other = some_link(shard), some_link(shard)
    assert (link.hold_id, link.customer_id, link.expires_ms) == ("hold_1", "c-1", NOON_MS + HOUR_MS)
    assert link.name != other.name


def test_a_link_ends_on_the_hour(shard: Shard, clock: StillClock) -> None:
    """In its last millisecond a link works, and at its end it does not."""
    token = make_link(shard, "hold_1", "c-1", hours=1)
    clock.instant_ms += HOUR_MS - 1
    assert read_link(shard, token).hold_id == "hold_1"
    clock.instant_ms += 1
    with pytest.raises(LinkExpiredError, match=r"^the link's time is over$"):
        read_link(shard, token)


def test_a_link_with_any_character_changed_is_refused(shard: Shard) -> None:
    """Nobody can change what a link says: whatever is changed, the answer is the same and tells nothing."""
    token = make_link(shard, "hold_1", "c-1", hours=1).rstrip("=")
    for place in range(len(token) - 1):
        forged = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(LinkError, match=r"^the link is not valid$"):
            read_link(shard, forged + "=" * (-len(forged) % 4))


@pytest.mark.parametrize("token", ["", "x", "hold_1", "gAAAAA==", "é" * 40, "A" * 5_000, "\x00", "../../etc"])
def test_what_is_no_link_is_refused_alike(shard: Shard, token: str) -> None:
    """Rubbish gets the same answer as a forgery."""
    with pytest.raises(LinkError, match=r"^the link is not valid$"):
        read_link(shard, token)


def test_another_servers_link_is_refused(shard: Shard, clock: StillClock) -> None:
    """A link opens nothing under another key."""
    store = SlowStore(clock)
    store._secret = bytes(31) + b"x"
    other = make_shard(store, clock)
    with pytest.raises(LinkError):
        read_link(other, make_link(shard, "hold_1", "c-1", hours=1))


def test_one_token_spelt_in_two_ways_is_one_link(shard: Shard) -> None:
    """Nobody gets a second device by writing the same token otherwise."""
    token = make_link(shard, "hold_1", "c-1", hours=1)
    for other in (f" {token}", f"{token}\n", token.replace("-", "-!"), f"{token[:40]}\n{token[40:]}"):
        try:
            again = read_link(shard, other)
        except LinkError:
            continue
        assert again.name == read_link(shard, token).name


def test_the_mark_of_a_form_is_no_link_and_a_link_is_no_mark(shard: Shard) -> None:
    """What was sealed for one purpose serves no other."""
    token = make_link(shard, "hold_1", "c-1", hours=1)
    link = read_link(shard, token)
    with pytest.raises(LinkError):
        read_link(shard, make_step(shard, link, "ask"))
    with pytest.raises(FormError):
        step_age_seconds(shard, link, "ask", mark=token)


def test_a_mark_tells_how_long_its_page_was_shown(shard: Shard, clock: StillClock) -> None:
    """The age is in whole seconds, and after half an hour the form is too old."""
    link = some_link(shard)
    mark = make_step(shard, link, "ask")
    clock.instant_ms += 9_999
    assert step_age_seconds(shard, link, "ask", mark=mark) == 9
    clock.instant_ms = NOON_MS + 30 * MINUTE_MS + 1
    with pytest.raises(FormError):
        step_age_seconds(shard, link, "ask", mark=mark)


def test_a_mark_counts_for_its_page_and_its_link_only(shard: Shard) -> None:
    """A mark of another page, another link, or from the future, is refused."""
    link, other = some_link(shard), some_link(shard)
    mark = make_step(shard, link, "ask")
    for whose, step in ((link, "warning"), (other, "ask")):
        with pytest.raises(FormError):
            step_age_seconds(shard, whose, step, mark=mark)
    shard.ports.clock.instant_ms -= 1  # type: ignore[attr-defined]  # the test's clock can be set
    with pytest.raises(FormError):
        step_age_seconds(shard, link, "ask", mark=mark)


@pytest.mark.parametrize("hours", [0, -1, 169, 10**9])
def test_a_link_for_too_long_is_refused(shard: Shard, hours: int) -> None:
    """A link works for an hour to a week."""
    with pytest.raises(InvalidError, match="`hours` cannot be"):
        make_link(shard, "hold_1", "c-1", hours=hours)


def test_a_link_is_made_for_the_client_of_the_hold_only() -> None:
    """Another client's link and an unknown hold are refused."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        issued = await issue_link(world.shard, hold, "c-1", hours=2)
        assert issued.path.startswith("/h/")
        assert read_link(world.shard, issued.path.removeprefix("/h/")).hold_id == hold
        await refused(issue_link(world.shard, hold, "c-2", hours=1), OtherClientError)
        await refused(issue_link(world.shard, "hold_9", "c-1", hours=1), NotFoundError)

    told(story)
