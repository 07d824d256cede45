"""Show a hold to its client, and keep what was shown: the first browser that opens a link is the only one it serves."""

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from msgspec import Struct, structs

from holdfast.holds.step import follow
from holdfast.operations.hold_acts import Behind, act_record, landed, write_acts
from holdfast.operations.hold_link import Link
from holdfast.operations.hold_story import HoldStory, due_acts, hold_story
from holdfast.operations.read_hold import Row, hold_row_view
from holdfast.operations.said import Said
from holdfast.operations.shard import Shard, commit
from holdfast.operations.single_use import check_client
from holdfast.vocabulary.errors import OtherDeviceError
from holdfast.vocabulary.holds import ActKind, Actor, HoldAct
from holdfast.vocabulary.judgement import Scalar
from holdfast.vocabulary.records import OutboxRow, Record
from holdfast.wire.canonical import content_hash, read_canonical
from holdfast.wire.holds import read_act

_LINK: Final = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A client's look at a hold: its link, its story, and the mark of the browser, which `is_known` from before."""

    link: Link
    story: HoldStory
    device: str
    is_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page as the client saw it: `template` and `version` say what made it, `text` is all that could be read."""

    template: str
    version: str
    language: str
    text: str


class _Opened(Struct, frozen=True):
    """What is sealed with a page that was shown."""

    device: str = ""


async def visit_hold(shard: Shard, link: Link, device: str | None) -> Visit:
    """Open a hold for a link's client.

    Raises OtherDeviceError in another browser than the first, OtherClientError when the hold is somebody else's.
    """
    story = await hold_story(shard, link.hold_id)
    check_client(shard, story, Said(by=Actor.CLIENT.value, customer_id=link.customer_id))
    first = next(_openings(story, link), None)
    if first is None:
        return Visit(link=link, story=story, device=device or shard.ports.new_id("browser"), is_known=False)
    if device is None or not hmac.compare_digest(first, _mark(shard, link, device)):
        raise OtherDeviceError("the link was opened on another device")
    return Visit(link=link, story=story, device=device, is_known=True)


async def return_to_hold(shard: Shard, link: Link, device: str | None) -> Visit:
    """Open a hold for an act; raises OtherDeviceError unless this browser was shown the hold before."""
    visit = await visit_hold(shard, link, device)
    if not visit.is_known:
        raise OtherDeviceError("the link was not opened on this device")
    return visit


async def keep_shown(shard: Shard, visit: Visit, shown: Shown) -> None:
    """Keep a page as proof, once for each text, and tie the link to the browser that saw it first."""
    now = await visit_hold(shard, visit.link, visit.device)
    text_hash = content_hash(shown.text.encode())
    if now.is_known and any(act.details.get("text_sha256") == text_hash for _, act in shows(now.story, visit.link)):
        return
    details: dict[str, Scalar] = {
        "template": shown.template,
        "version": shown.version,
        "language": shown.language,
        "text_sha256": text_hash,
    }
    await write_show(shard, now, details, personal={"text": shown.text})


async def write_show(
    shard: Shard,
    visit: Visit,
    details: Mapping[str, Scalar],
    *,
    personal: Mapping[str, object],
    outbox: tuple[OutboxRow, ...] = (),
) -> None:
    """Write that something was shown through a link; `personal` is sealed. Before the writing there is no await."""
    now_ms, link = shard.ports.clock.now_ms(), visit.link
    story, flights = write_acts(shard, visit.story, due_acts(visit.story, now_ms))
    show = follow(story.last, ActKind.SHOW, at_ms=now_ms, by=Actor.CLIENT, details={_LINK: link.name, **details})
    sealed = {"customer_id": link.customer_id, "device": _mark(shard, link, visit.device), **personal}
    record = act_record(shard, story, show, behind=Behind(personal=sealed))
    flights.append(commit(shard, structs.replace(record, outbox=outbox)))
    await landed(flights)


def shows(story: HoldStory, link: Link) -> Iterator[tuple[Record, HoldAct]]:
    """Give what was shown through a link, the oldest first."""
    for record in story.records:
        act = read_act(record.act) if record.act else None
        if act is not None and act.act is ActKind.SHOW and act.details.get(_LINK) == link.name:
            yield record, act


def hold_view(shard: Shard, visit: Visit) -> Row:
    """Describe the hold as it stands now."""
    return hold_row_view(shard, visit.story)


def _openings(story: HoldStory, link: Link) -> Iterator[str]:
    """Give the marks of the browsers that were shown the hold; an erased one opens for nobody."""
    for record, _ in shows(story, link):
        yield read_canonical(record.event, _Opened).device if record.event else ""


def _mark(shard: Shard, link: Link, device: str) -> str:
    """Hash a browser's cookie under our key."""
    key = shard.ports.store.derive("hold_devices")
    return hmac.new(key, f"{link.name}\x1f{device}".encode(), "sha256").hexdigest()
