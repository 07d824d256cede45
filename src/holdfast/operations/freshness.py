"""How fresh regulators' lists are: when each was published and loaded, against the deadline that the law sets."""

from dataclasses import dataclass
from typing import Final

from holdfast.lists.versions import in_force_snapshot, undone_by
from holdfast.operations.payee_lists import feed_of
from holdfast.operations.shard import Shard
from holdfast.regulation import as_of
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS, MINUTE_MS, rfc3339
from holdfast.vocabulary.lists import ListVersion
from holdfast.vocabulary.packs import Feed

STALE_MS: Final = DAY_MS
"""A source that was silent for a day is more likely a broken download than a day without news: the Bank of Russia
publishes several times a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """One feed now; `state` is `fresh`, `late`, `stale` or `never`. Instants are epoch milliseconds."""

    list: str
    deadline_hours: int
    published_ms: int | None
    loaded_ms: int | None
    minutes_late: int
    state: str


def late_ms(version: ListVersion, feed: Feed | None) -> int:
    """Give how long after its deadline a snapshot was loaded; 0 for one in time, and where there is no deadline."""
    if feed is None or version.published_ms is None or not version.kinds or undone_by(version) is not None:
        return 0
    return max(0, version.loaded_ms - version.published_ms - feed.deadline_hours * HOUR_MS)


def freshness(shard: Shard, list_id: str) -> Freshness | None:
    """Say how fresh a list is; nothing for one that no law sets a deadline for."""
    now_ms = shard.ports.clock.now_ms()
    feed = feed_of(shard, list_id, now_ms)
    if feed is None:
        return None
    version = _newest(shard, list_id)
    late = 0 if version is None else late_ms(version, feed_of(shard, list_id, version.published_ms or 0))
    return Freshness(
        list=list_id,
        deadline_hours=feed.deadline_hours,
        published_ms=version.published_ms if version else None,
        loaded_ms=version.loaded_ms if version else None,
        minutes_late=late // MINUTE_MS,
        state=_state(version, late, now_ms),
    )


def every_feed(shard: Shard) -> list[Freshness]:
    """Say how fresh each list is for which a law in force sets a deadline."""
    packs = as_of(shard.law.packs, shard.ports.clock.now_ms()).packs
    names = sorted({feed.list for pack in packs for feed in pack.feeds})
    return [found for found in (freshness(shard, name) for name in names) if found is not None]


def feed_row(shard: Shard, list_id: str) -> dict[str, object] | None:
    """Describe how fresh a list is."""
    found, zone = freshness(shard, list_id), shard.tenant.zone
    if found is None:
        return None
    return {
        "deadline_hours": found.deadline_hours,
        "published_at": rfc3339(found.published_ms, zone) if found.published_ms is not None else None,
        "loaded_at": rfc3339(found.loaded_ms, zone) if found.loaded_ms is not None else None,
        "minutes_late": found.minutes_late,
        "state": found.state,
    }


def _state(version: ListVersion | None, late: int, now_ms: int) -> str:
    if version is None:
        return "never"
    if now_ms - version.loaded_ms > STALE_MS:
        return "stale"
    return "late" if late else "fresh"


def _newest(shard: Shard, list_id: str) -> ListVersion | None:
    """Give the newest snapshot in force; versions are read again only when there is a new one."""
    current = shard.memory.lists.version(list_id)
    if current is None:
        return None
    known = shard.snapshots.get(list_id)
    if known is None or known[0] != current.version:
        versions = shard.ports.store.list_versions(list_id)
        known = (versions[-1].version if versions else "", in_force_snapshot(versions))
        shard.snapshots[list_id] = known
    return known[1]
