"""Sends spans to an OpenTelemetry collector over HTTP; loaded only where traces are on.

Headers for the collector, such as its key, are given by the exporter's own variable `OTEL_EXPORTER_OTLP_HEADERS`.
"""

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from holdfast import __version__

_PATH = "/v1/traces"


def make_provider(address: str, *, share: float, tenant: str) -> TracerProvider:
    """Make what records and sends spans; `share` of the traces that no caller has begun are recorded.

    `address` is the collector's, with or without `/v1/traces`.
    """
    names = {"service.name": "holdfast", "service.version": __version__, "service.namespace": tenant}
    provider = TracerProvider(resource=Resource.create(names), sampler=ParentBased(TraceIdRatioBased(share)))
    whole = address.rstrip("/").removesuffix(_PATH) + _PATH
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=whole)))
    return provider
