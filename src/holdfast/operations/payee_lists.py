"""What lists knew about a transfer's payee over time, from the steps that the store keeps of every value."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from holdfast.claims import ListCourse, Listing
from holdfast.features.identifiers import identity
from holdfast.matching.identifiers import Identity, alike
from holdfast.operations.publish_rules import tenant_and_law
from holdfast.operations.shard import Shard
from holdfast.regulation import as_of
from holdfast.rules.voice import cite
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.lists import ListKind, ListMatch, ListStep
from holdfast.vocabulary.packs import Feed
from holdfast.vocabulary.records import Record
from holdfast.vocabulary.trilean import Trilean
from holdfast.wire.replies import read_facts, read_ruleset

PAYEE = "payee"


def identities(shard: Shard, event: Event, party: str = PAYEE) -> list[Identity]:
    """Give the identifiers of a party that can stand on a list, in normal form."""
    fields, below = shard.memory.schema.fields[event.type], f"{party}."
    bank = event.values.get(f"{below}bic") or event.values.get(f"{below}swift")
    named = ((path, field.list_kind) for path, field in fields.items() if path.startswith(below) and field.list_kind)
    found = [
        identity(kind, str(event.values[path]), bic=str(bank) if bank else None, home=shard.tenant.home)
        for path, kind in named
        if event.values.get(path) is not None
    ]
    return [one for one in found if one is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a decision itself was told of the payee by each list, by the list's id."""

    matches: dict[str, ListMatch]


def told_by_lists(shard: Shard, record: Record) -> Asked:
    """Read from a decision's facts what the lists answered about the payee; nothing when they were erased."""
    if not record.facts or not record.judgement:
        return Asked(matches={})
    facts = read_facts(record.facts)
    law = tenant_and_law(shard, read_ruleset(record.judgement))[1]
    probes = [
        probe
        for probe in law.regime(facts.type, facts.occurred_ms).probes
        if probe.subject == PAYEE and not probe.documented and not probe.marked
    ]
    return Asked(matches={probe.list: facts.matches[probe.name] for probe in probes if probe.name in facts.matches})


def list_course(shard: Shard, list_id: str, event: Event | None, *, asked: Asked, at_ms: int) -> ListCourse:
    """Tell what one list knew of the payee, and by when the law wanted it loaded."""
    known = [] if event is None else identities(shard, event)
    versions = shard.ports.store.list_versions(list_id)
    feed = feed_of(shard, list_id, at_ms)
    match = asked.matches.get(list_id)
    assumed = not versions and shard.memory.lists.is_loaded(list_id)
    return ListCourse(
        list=list_id,
        listings=tuple(listing for one in known for listing in _listings(shard, list_id, one)),
        loaded_since_ms=versions[0].loaded_ms if versions else (0 if assumed else None),
        deadline_hours=feed.deadline_hours if feed else None,
        deadline_cite=cite(feed.cite) if feed else "",
        asked=match is not None,
        answer=match.state if match else None,
        answer_version=match.version if match else None,
        identified=bool(known),
    )


def feed_of(shard: Shard, list_id: str, at_ms: int) -> Feed | None:
    """Give the strictest deadline for loading a list that was in force at an instant."""
    feeds = [feed for pack in as_of(shard.law.packs, at_ms).packs for feed in pack.feeds if feed.list == list_id]
    return min(feeds, key=lambda feed: feed.deadline_hours, default=None)


def _listings(shard: Shard, list_id: str, known: Identity) -> Iterator[Listing]:
    """Give the stays of one identifier on a list, those under every kind that it can match."""
    for kind in alike(known.kind):
        yield from stays(shard.ports.store.list_steps(list_id, kind, known.value), known.bic)


def stays(steps: Sequence[ListStep], bic: str | None) -> list[Listing]:
    """Fold the steps of one value into stays on the list; entries of another bank are left out.

    An entry that a version changed stays the one that came first: what is new of it is its end.
    """
    here: dict[str | None, Listing] = {}
    gone: list[Listing] = []
    for step in steps:
        entry = step.entry
        fits = _fits(entry.bic, bic)
        if fits is False:
            continue
        before = here.pop(entry.bic, None)
        if step.added:
            here[entry.bic] = (
                _stay(step, entry.kind, fits=fits) if before is None else replace(before, expires_ms=entry.expires_ms)
            )
        elif before is not None:
            gone.append(_left(before, step))
    return [*gone, *here.values()]


def _fits(narrowed_to: str | None, bic: str | None) -> Trilean:
    if narrowed_to is None:
        return True
    return None if bic is None else narrowed_to == bic


def _stay(step: ListStep, kind: ListKind, *, fits: Trilean) -> Listing:
    version = step.version
    return Listing(
        kind=kind.value,
        version=version.version,
        published_ms=version.published_ms,
        loaded_ms=version.loaded_ms,
        expires_ms=step.entry.expires_ms,
        fits=fits,
    )


def _left(stay: Listing, step: ListStep) -> Listing:
    version = step.version
    return replace(
        stay, left_version=version.version, left_published_ms=version.published_ms, left_ms=version.loaded_ms
    )
