"""How providers do, for Prometheus: reads by what came of them, the length of calls, breakers, and what was skipped."""

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from holdfast.operations.breaker import BreakerState
from holdfast.operations.guarded import Guarded
from holdfast.operations.reader import BOUNDS_MS, Reader
from holdfast.operations.shard import Shard

_MS_PER_S: Final = 1_000
_NS_PER_S: Final = 1_000_000_000


def provider_metrics(shard: Shard) -> Iterator[Metric]:
    """Give the families; without providers there are none but the answers that came too late."""
    yield CounterMetricFamily("holdfast_answers_late", "answers given up at their deadline", value=shard.figures.late)
    guarded = [one for one in shard.identity.values() if isinstance(one, Guarded)]
    if guarded:
        yield _identity(guarded)
    if not shard.readers:
        return
    yield from _reads(shard.readers.values())
    skipped = CounterMetricFamily(
        "holdfast_skipped", "decisions made without an input from outside", labels=["input", "why", "policy"]
    )
    for row, count in shard.figures.skipped.items():
        skipped.add_metric(list(row), count)
    yield skipped


def _identity(providers: Iterable[Guarded]) -> Metric:
    """Give how the breakers of identity providers stand; one that is no call away has none."""
    breaker = GaugeMetricFamily(
        "holdfast_identity_breaker",
        "1 for the state in which an identity provider's breaker is",
        labels=["provider", "state"],
    )
    for provider in providers:
        for state in BreakerState:
            breaker.add_metric([provider.name, state.value], provider.state() is state)
    return breaker


def _reads(readers: Iterable[Reader]) -> Iterator[Metric]:
    reads = CounterMetricFamily(
        "holdfast_provider_reads", "reads of a provider by what came of them", labels=["provider", "outcome"]
    )
    spent = HistogramMetricFamily("holdfast_provider_seconds", "length of calls to a provider", labels=["provider"])
    breaker = GaugeMetricFamily(
        "holdfast_provider_breaker", "1 for the state in which a provider's breaker is", labels=["provider", "state"]
    )
    late = CounterMetricFamily(
        "holdfast_provider_late_answers", "good answers that came after their decision", labels=["provider"]
    )
    kept = GaugeMetricFamily("holdfast_provider_answers_kept", "answers kept in memory", labels=["provider"])
    for reader in readers:
        name, figures = reader.spec.id, reader.figures
        for outcome, count in figures.reads.items():
            reads.add_metric([name, outcome], count)
        bounds = (*(str(bound / _MS_PER_S) for bound in BOUNDS_MS), "+Inf")
        buckets = list(zip(bounds, accumulate(figures.buckets), strict=True))
        spent.add_metric([name], buckets=buckets, sum_value=figures.spent_ns / _NS_PER_S)
        for state in BreakerState:
            breaker.add_metric([name, state.value], reader.state() is state)
        late.add_metric([name], figures.late)
        kept.add_metric([name], reader.kept())
    yield from (reads, spent, breaker, late, kept)
