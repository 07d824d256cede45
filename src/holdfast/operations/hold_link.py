"""Links to a hold's page: signed and sealed, for one client, one hold, one purpose and a short time."""

from dataclasses import dataclass

from holdfast.operations.hold_story import hold_story
from holdfast.operations.said import Said
from holdfast.operations.sealed_link import Sealed, open_link, open_sealed, seal
from holdfast.operations.shard import Shard
from holdfast.operations.single_use import check_client
from holdfast.vocabulary.errors import FormError, InvalidError
from holdfast.vocabulary.holds import Actor
from holdfast.vocabulary.instants import HOUR_MS, MINUTE_MS, SECOND_MS

PAGES = "/h"
MAX_HOURS = 168
_PURPOSE = "hold_page"
_STEP = "hold_step"
_KEY = "hold_links"
_STEP_MS = 30 * MINUTE_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a link says: the hold, its client, and when the link ends. `name` tells links apart and opens nothing."""

    hold_id: str
    customer_id: str
    expires_ms: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A link that was made: the path of its page, and when it ends."""

    path: str
    expires_ms: int


def make_link(shard: Shard, hold_id: str, customer_id: str, *, hours: int) -> str:
    """Make the token of a link that ends after some hours, counted from now."""
    if not 1 <= hours <= MAX_HOURS:
        raise InvalidError(f"`hours` cannot be {hours}", pointer="/hours", hint=f"a number from 1 to {MAX_HOURS}")
    ends_ms = shard.ports.clock.now_ms() + hours * HOUR_MS
    return seal(shard, _KEY, Sealed(purpose=_PURPOSE, of=hold_id, client=customer_id, at_ms=ends_ms))


async def issue_link(shard: Shard, hold_id: str, customer_id: str, *, hours: int) -> Issued:
    """Make a link for the client of a hold; raises NotFoundError, or OtherClientError when it is somebody else's."""
    story = await hold_story(shard, hold_id)
    check_client(shard, story, Said(by=Actor.CLIENT.value, customer_id=customer_id))
    token = make_link(shard, hold_id, customer_id, hours=hours)
    return Issued(path=f"{PAGES}/{token}", expires_ms=read_link(shard, token).expires_ms)


def read_link(shard: Shard, token: str) -> Link:
    """Read a link's token; raises LinkError where it is none of ours and LinkExpiredError where its time is over."""
    sealed, name = open_link(shard, _KEY, token, purpose=_PURPOSE)
    return Link(hold_id=sealed.of, customer_id=sealed.client, expires_ms=sealed.at_ms, name=name)


def make_step(shard: Shard, link: Link, step: str) -> str:
    """Make the mark that a form carries: which page of this link was shown, and when."""
    now_ms = shard.ports.clock.now_ms()
    return seal(shard, _KEY, Sealed(purpose=f"{_STEP}.{step}", of=link.name, client=link.customer_id, at_ms=now_ms))


def step_age_seconds(shard: Shard, link: Link, step: str, *, mark: str) -> int:
    """Tell how long ago the page of a form was shown; raises FormError where it was not, or too long ago."""
    sealed = open_sealed(shard, _KEY, mark)
    age_ms = -1 if sealed is None else shard.ports.clock.now_ms() - sealed.at_ms
    bound = sealed is not None and (sealed.purpose, sealed.of) == (f"{_STEP}.{step}", link.name)
    if not bound or not 0 <= age_ms <= _STEP_MS:
        raise FormError("the form is not one of this page, or is too old")
    return age_ms // SECOND_MS
