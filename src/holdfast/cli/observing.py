"""What the server tells those who watch it: its log, and traces where a collector is named."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from holdfast.api.door import App
from holdfast.settings import Settings


def write_log(settings: Settings) -> None:
    """Write the log as text, or as JSON with one object a line, to standard output."""
    if settings.log == "json":
        structlog.configure(
            processors=[
                structlog.contextvars.merge_contextvars,
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso"),
                structlog.processors.dict_tracebacks,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        )


@asynccontextmanager
async def traced(app: App, settings: Settings) -> AsyncIterator[App]:
    """Let calls leave spans where `traces` names a collector; what waits is sent at the end."""
    if not settings.traces:
        yield app
        return
    from holdfast.api.traced import Traced  # noqa: PLC0415 - the library takes 0.2 s to load and is rarely wanted
    from holdfast.gateways.traces import make_provider  # noqa: PLC0415 - as above

    provider = make_provider(settings.traces, share=settings.traces_share, tenant=settings.tenant)
    try:
        yield Traced(app, provider.get_tracer("holdfast"))
    finally:
        await asyncio.to_thread(provider.shutdown)
