"""Figures of the emergency switches for Prometheus."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from holdfast.operations.read_switches import running, seconds_left
from holdfast.operations.shard import Shard


def switch_metrics(shard: Shard) -> Iterator[Metric]:
    """Give how long each switch still runs, and what signs and rules let through because they were switched."""
    left = GaugeMetricFamily(
        "holdfast_switch_seconds_left", "until a switched sign or rule acts again", labels=["sign", "mode"]
    )
    for one in running(shard):
        left.add_metric([one.sign, one.mode.value], seconds_left(shard, one))
    passed = CounterMetricFamily(
        "holdfast_let_through", "operations that passed because a sign or a rule was switched", labels=["sign"]
    )
    for sign, count in shard.figures.let_through.items():
        passed.add_metric([sign], count)
    money = CounterMetricFamily("holdfast_let_through_minor", "their money in minor units", labels=["sign", "currency"])
    for (sign, currency), minor in shard.figures.let_through_minor.items():
        money.add_metric([sign, currency], minor)
    yield from (left, passed, money)
