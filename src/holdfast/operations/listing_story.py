"""The story of one listing: every publication and edit with what the notice said then, and every act about it.

All of it is read from the log by the listing's thread, whose name is a keyed hash of its id. So the notice is a fold
of the log, the same before and after a restart.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from msgspec import structs

from holdfast.engine.abroad import LISTINGS, NOT_DETERMINED, YES, abroad_notice, is_notice
from holdfast.operations.results import RESULT, results_thread
from holdfast.operations.shard import Shard
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.holds import HoldState
from holdfast.vocabulary.judgement import Measure, Scalar
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.listings import ListingAct, ListingActKind
from holdfast.vocabulary.outcome import OUTCOME_BY_WORD, Outcome
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.codec import restore
from holdfast.wire.listings import read_listing_act
from holdfast.wire.replies import read_fold

PUBLICATION: Final = "publication"
APPEAL: Final = "appeal"
_EVENTS: Final = frozenset({RecordKind.DECISION, RecordKind.EVENT})
_ID: Final = "listing.listing_id"
_LET_GO: Final = frozenset({HoldState.CONFIRMED, HoldState.RELEASED, HoldState.WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the notice says from an instant on, and why: a `publication`, or an `appeal` that was upheld.

    `shown_before` tells that readers saw the notice until then.
    """

    value: str
    country: str | None
    as_of: str | None
    source: str | None
    since_ms: int
    by: str
    shown_before: bool = False

    @property
    def state(self) -> str:
        """Say what the site does: show the notice, show nothing, or take away what it showed."""
        if self.value == YES:
            return "shown"
        return "withdrawn" if self.shown_before else "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingStory:
    """A listing's records, oldest first: events, and acts with what they say. `steps` is how the notice changed."""

    listing_id: str
    events: tuple[tuple[Record, Event | None], ...]
    acts: tuple[tuple[ListingAct, Record], ...]
    steps: tuple[Standing, ...]

    @property
    def now(self) -> Standing:
        """Give what the notice says now."""
        return self.steps[-1]

    @property
    def open_appeal(self) -> ListingAct | None:
        """Give the objection that nobody has heard yet."""
        settled = {act.id for act, _ in self.acts if act.act is ListingActKind.SETTLE}
        asked = (act for act, _ in self.acts if act.act is ListingActKind.APPEAL and act.id not in settled)
        return next(asked, None)


def listing_thread(keys: KeyMaker, listing_id: str) -> str:
    """Name the story of a listing without naming the listing."""
    high, low = keys.key("listing", listing_id)
    return f"listing_{high:016x}{low:016x}"


def in_story(keys: KeyMaker, record: Record, event: Event) -> Record:
    """Give the record of a publication or an edit as part of its listing's story, that of a result as word of its `of`.

    Other events have no story of their own.
    """
    if event.type == RESULT:
        return structs.replace(record, threads=(*record.threads, results_thread(str(event.values["of"]))))
    named = event.values.get(_ID) if event.type in LISTINGS else None
    if named is None:
        return record
    return structs.replace(record, threads=(*record.threads, listing_thread(keys, str(named))))


def listing_story(shard: Shard, listing_id: str) -> ListingStory | None:
    """Read a listing's story as it is on disk; nothing for one that was never published."""
    records = shard.ports.store.thread(listing_thread(shard.ports.keys, listing_id))
    events = tuple((one, _event(one)) for one in records if one.kind in _EVENTS)
    if not events:
        return None
    acts = tuple((read_listing_act(one.act), one) for one in records if one.kind is RecordKind.LISTING)
    steps = tuple(_steps(shard, events, acts))
    return ListingStory(listing_id=listing_id, events=events, acts=acts, steps=steps)


def _event(record: Record) -> Event | None:
    """Read an event back; nothing where its personal data was erased."""
    return restore(record.event, record.received_ms) if record.event else None


def _steps(
    shard: Shard, events: tuple[tuple[Record, Event | None], ...], acts: tuple[tuple[ListingAct, Record], ...]
) -> Iterator[Standing]:
    """Tell how the notice changed, in log order: by each publication that went online, and by each upheld appeal."""
    first = events[0][0]
    online = [(record, event) for record, event in events if record is first or _is_online(shard, record)]
    told = [(record.seq, _published(shard, record, event)) for record, event in online]
    told += [(record.seq, _corrected(act)) for act, record in acts if act.value]
    last: Standing | None = None
    for _, step in sorted(told, key=lambda one: one[0]):
        if last is not None and (last.value, last.country) == (step.value, step.country) and step.by == PUBLICATION:
            last = replace(step, since_ms=last.since_ms, shown_before=last.shown_before)
        else:
            last = replace(step, shown_before=last is not None and (last.value == YES or last.shown_before))
        yield last


def _is_online(shard: Shard, record: Record) -> bool:
    """Tell whether readers saw it: an edit that was stopped changes nothing, unless its hold was let go."""
    if record.kind is RecordKind.EVENT:
        return True
    hold = shard.ports.store.hold(record.hold.id) if record.hold is not None else None
    if hold is not None:
        return hold.state in _LET_GO
    return OUTCOME_BY_WORD[read_fold(record.judgement).outcome] < Outcome.HOLD


def _published(shard: Shard, record: Record, event: Event | None) -> Standing:
    """Give what a publication says: as its decision said it, or computed from an event without one."""
    notice: Measure | None = None
    if record.kind is RecordKind.DECISION:
        notice = next(filter(is_notice, read_fold(record.judgement).measures), None)
    elif event is not None:
        notice = abroad_notice(event.type, event.values, shard.tenant.home)
    said = notice or {"value": NOT_DETERMINED}
    return Standing(
        value=str(said["value"]),
        country=_text(said.get("country")),
        as_of=_text(said.get("as_of")),
        source=None if event is None else _text(event.values.get("session.ip_source")),
        since_ms=record.occurred_ms,
        by=PUBLICATION,
    )


def _corrected(act: ListingAct) -> Standing:
    """Give what an upheld appeal leaves."""
    return Standing(value=act.value, country=None, as_of=None, source=None, since_ms=act.at_ms, by=APPEAL)


def _text(value: Scalar | tuple[str, ...]) -> str | None:
    return value if isinstance(value, str) else None
