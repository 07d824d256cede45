"""What Prometheus scrapes; no label holds personal data."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from holdfast.api.provider_metrics import provider_metrics
from holdfast.api.switch_metrics import switch_metrics
from holdfast.operations.freshness import every_feed
from holdfast.operations.line import Rank
from holdfast.operations.read_models import watch
from holdfast.operations.shard import Shard
from holdfast.operations.waiting import passed_seconds, timers_late_seconds, waiting
from holdfast.vocabulary.instants import SECOND_MS

_NS_PER_S = 1_000_000_000


class _Figures(Collector):
    """The shard's counters as metric families."""

    def __init__(self, shard: Shard) -> None:
        self._shard = shard

    def collect(self) -> Iterator[Metric]:
        """Give every family."""
        figures = self._shard.figures
        decisions = CounterMetricFamily("holdfast_decisions", "decisions made", labels=["type", "outcome"])
        for (event_type, outcome), count in figures.decisions.items():
            decisions.add_metric([event_type, outcome], count)
        fired = CounterMetricFamily("holdfast_signs_fired", "signs that fired", labels=["sign"])
        for sign, count in figures.fired.items():
            fired.add_metric([sign], count)
        without = CounterMetricFamily(
            "holdfast_allowed_without_minor", "money allowed while a sign was unknown", labels=["sign", "currency"]
        )
        for (sign, currency), minor in figures.without_minor.items():
            without.add_metric([sign, currency], minor)
        events = CounterMetricFamily("holdfast_events", "events taken without a decision", labels=["type"])
        for event_type, count in figures.events.items():
            events.add_metric([event_type], count)
        again = CounterMetricFamily(
            "holdfast_confirmed_unasked", "confirmations that passed while a list could not answer", labels=["list"]
        )
        for name, count in figures.again_unknown.items():
            again.add_metric([name], count)
        yield from (decisions, fired, without, events, again)
        yield CounterMetricFamily("holdfast_replayed", "retries answered again", value=figures.replayed)
        yield GaugeMetricFamily("holdfast_log_records", "records in the log", value=self._shard.seq)
        yield GaugeMetricFamily("holdfast_in_flight", "records on their way to disk", value=len(self._shard.flights))
        yield from self._feeds()
        yield from _crowd(self._shard)
        yield from _deliveries(self._shard)
        yield from _model(self._shard)
        yield from provider_metrics(self._shard)
        yield from switch_metrics(self._shard)
        for name, size in self._shard.memory.fold.memory().items():
            yield GaugeMetricFamily(f"holdfast_windows_{name}", "memory of the windows", value=size)
        for name, size in self._shard.memory.network.memory().items():
            yield GaugeMetricFamily(f"holdfast_network_{name}_bytes", "memory of an index", value=size)

    def _feeds(self) -> Iterator[Metric]:
        """Give how late and how old regulators' lists are."""
        late = GaugeMetricFamily(
            "holdfast_feed_minutes_late",
            "how long after its deadline the snapshot in force was loaded",
            labels=["list"],
        )
        age = GaugeMetricFamily("holdfast_feed_age_seconds", "time since a snapshot was loaded", labels=["list"])
        for feed in every_feed(self._shard):
            if feed.loaded_ms is not None:
                late.add_metric([feed.list], feed.minutes_late)
                age.add_metric([feed.list], (self._shard.ports.clock.now_ms() - feed.loaded_ms) / SECOND_MS)
        yield from (late, age)


def _crowd(shard: Shard) -> Iterator[Metric]:
    """Give the figures of calls and connections that came, wait, or were turned away."""
    crowd = shard.crowd
    refused = CounterMetricFamily("holdfast_refused", "calls refused unread", labels=["reason", "rank"])
    for (reason, rank), count in crowd.refused.items():
        refused.add_metric([reason, rank.name.lower()], count)
    closed = CounterMetricFamily("holdfast_connections_closed", "connections ended by us", labels=["reason"])
    for reason, count in crowd.closed.items():
        closed.add_metric([reason], count)
    yield from (refused, closed)
    yield GaugeMetricFamily("holdfast_connections", "open connections", value=crowd.connections)
    if crowd.line is not None:
        standing = GaugeMetricFamily("holdfast_waiting", "calls that wait for their turn", labels=["rank"])
        for rank in Rank:
            standing.add_metric([rank.name.lower()], crowd.line.waiting[rank])
        yield standing
        cost = crowd.line.cost_ns / _NS_PER_S
        yield GaugeMetricFamily("holdfast_turn_seconds", "what one call takes, learnt while calls wait", value=cost)


def _deliveries(shard: Shard) -> Iterator[Metric]:
    """Give the figures of the worker: what it fired and delivered, and what waits for it."""
    courier, left, passed = shard.courier, waiting(shard), passed_seconds(shard)
    delivered = CounterMetricFamily("holdfast_delivered", "messages delivered", labels=["topic"])
    for topic, count in courier.delivered.items():
        delivered.add_metric([topic], count)
    yield delivered
    yield CounterMetricFamily("holdfast_delivery_failures", "deliveries that failed", value=courier.failures)
    yield CounterMetricFamily("holdfast_notices_unwritten", "notices sent without a text", value=courier.unwritten)
    yield CounterMetricFamily("holdfast_timers_fired", "timers of holds fired", value=courier.fired)
    yield GaugeMetricFamily("holdfast_messages_waiting", "messages not delivered yet", value=left.count)
    late = timers_late_seconds(shard)
    yield GaugeMetricFamily("holdfast_timers_late_seconds", "lateness of the longest due timer", value=late)
    if left.oldest_seconds is not None:
        yield GaugeMetricFamily(
            "holdfast_messages_oldest_seconds", "age of the oldest message not delivered", value=left.oldest_seconds
        )
    if passed is not None:
        yield GaugeMetricFamily("holdfast_worker_pass_seconds", "time since the worker's last pass", value=passed)


def _model(shard: Shard) -> Iterator[Metric]:
    """Give the figures of the model in service."""
    seen = watch(shard)
    if seen is None:
        return
    scores = CounterMetricFamily("holdfast_scores", "decisions with a score and without", labels=["model", "state"])
    for state, count in (("scored", seen.scored), ("unavailable", seen.unscored), ("failed", seen.failures)):
        scores.add_metric([seen.model, state], count)
    drift = GaugeMetricFamily(
        "holdfast_model_drift", "population stability index against training", labels=["model", "feature"]
    )
    for name, index in seen.drift.items():
        drift.add_metric([seen.model, name], index)
    yield from (scores, drift)


def exposition(shard: Shard) -> bytes:
    """Write all figures in the text format."""
    registry = CollectorRegistry()
    registry.register(_Figures(shard))
    return generate_latest(registry)
