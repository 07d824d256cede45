"""The provisions of law that spoke in one decision's course, with their titles and where they are written."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from holdfast.operations.dossier import Course
from holdfast.operations.publish_rules import tenant_and_law
from holdfast.operations.shard import Shard
from holdfast.regulation import as_of
from holdfast.vocabulary.instants import from_ms
from holdfast.vocabulary.packs import Citation, Dated, Duty, HoldPolicy, Pack, Sign
from holdfast.wire.claims import read_spoke

Row = dict[str, object]


class Provision(Protocol):
    """What every provision of a pack has."""

    @property
    def cite(self) -> Citation:
        """Where it is written."""
        ...

    @property
    def dated(self) -> Dated:
        """When it is in force."""
        ...


def provisions(shard: Shard, course: Course, ruleset: str) -> list[Row]:
    """Give the fired signs, the holds' policies, the notices, the deadlines of feeds and the rules of refund."""
    spoke = {name for record in course.records if record.judgement for name in read_spoke(record.judgement)}
    spoke |= {mark.policy for mark in course.dossier.acts} | {notice.template for notice in course.dossier.notices}
    told = {known.list for known in course.dossier.lists}
    at_ms = course.record.occurred_ms
    packs = (*as_of(tenant_and_law(shard, ruleset)[1].packs, at_ms).packs, *as_of(shard.law.packs, at_ms).packs)
    found: dict[str, Row] = {}
    for pack in packs:
        for name, titles, provision in _named(pack, spoke, told):
            found.setdefault(name, _row(shard, pack, name, titles=titles, provision=provision))
    return list(found.values())


def _named(pack: Pack, spoke: set[str], told: set[str]) -> Iterator[tuple[str, Mapping[str, str], Provision]]:
    """Give what of a pack spoke, each with its id and titles."""
    titled: tuple[Sign | HoldPolicy | Duty, ...] = (*pack.signs, *pack.policies, *pack.duties)
    for one in titled:
        if one.id in spoke:
            yield str(one.id), one.title, one
    for feed in pack.feeds:
        if feed.list in told:
            yield f"feed:{feed.list}", {}, feed
    for refund in pack.refunds:
        yield refund.id, refund.title, refund


def _row(shard: Shard, pack: Pack, name: str, *, titles: Mapping[str, str], provision: Provision) -> Row:
    cite = provision.cite
    return {
        "id": name,
        "title": dict(titles),
        "act": cite.act,
        "article": cite.article,
        "url": cite.url,
        "confidence": cite.confidence,
        "checked_on": cite.checked_on,
        "effective_from": from_ms(provision.dated.from_ms, shard.tenant.zone).date().isoformat(),
        "pack": pack.id,
        "pack_version": pack.version,
    }
