"""Whether decisions can be made, and what they would be made without."""

from dataclasses import dataclass

from holdfast.operations.admission import shed_lately
from holdfast.operations.breaker import BreakerState
from holdfast.operations.freshness import Freshness, every_feed
from holdfast.operations.guarded import Guarded
from holdfast.operations.read_models import model_faults
from holdfast.operations.read_switches import switched
from holdfast.operations.reader import Reader
from holdfast.operations.shard import Shard
from holdfast.operations.waiting import faults as kept_back
from holdfast.vocabulary.errors import StoreError

REGULATORS = ("ru.cbr.", "ru.gis.", "ru.courts.", "kz.afc.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether the tenant is ready, and each thing that is degraded, in words."""

    ready: bool
    degraded: tuple[str, ...]


def readiness(shard: Shard) -> Readiness:
    """A log that cannot be written and a regulator's list that was never loaded make the tenant not ready.

    A feed that was loaded late, or not at all for a day, leaves it ready and degraded; so do calls refused lately, a
    provider, of data or of identity, that is left alone, and a sign or a rule that is switched to act less.
    """
    faults = [_cannot_write(shard.failed)] if shard.failed is not None else []
    missing = [
        name for name in shard.law.lists() if name.startswith(REGULATORS) and not shard.memory.lists.is_loaded(name)
    ]
    faults += [f"list `{name}` was never loaded" for name in missing]
    waiting = [
        f"list `{held.request.list}`: snapshot `{held.id}` waits in quarantine"
        for held in shard.ports.imports.held.values()
    ]
    overdue = [f"list `{one.list}`: {_word(one)}" for one in every_feed(shard) if one.state in {"late", "stale"}]
    guarded = [one for one in shard.identity.values() if isinstance(one, Guarded)]
    alone = [
        *(_alone(f"provider `{one.spec.id}`", one) for one in shard.readers.values()),
        *(_alone(f"identity provider `{one.name}`", one) for one in guarded),
    ]
    degraded = (
        *faults,
        *shed_lately(shard),
        *waiting,
        *overdue,
        *filter(None, alone),
        *kept_back(shard),
        *switched(shard),
        *model_faults(shard),
    )
    return Readiness(ready=not faults, degraded=degraded)


def _alone(name: str, asked: Reader | Guarded) -> str | None:
    """Say of a provider that is not asked, or only tried, what it failed with last; nothing of one that answers."""
    if asked.state() is BreakerState.CLOSED:
        return None
    why = asked.last_fault.value if asked.last_fault is not None else "error"
    return f"{name}: breaker {asked.state()} after `{why}`"


def _word(feed: Freshness) -> str:
    """Say what is wrong with a feed."""
    if feed.state == "late":
        return f"the snapshot in force was loaded {feed.minutes_late} min after its deadline"
    return "no snapshot was loaded for more than a day"


def _cannot_write(cause: BaseException) -> str:
    """Say why the log cannot be written; only what the store says can hold nobody's data."""
    why = cause.message if isinstance(cause, StoreError) else type(cause).__name__
    return f"the log cannot be written: {why}"
