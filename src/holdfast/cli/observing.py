"""What the server tells those who watch it: its log, and traces where a collector is named."""

import asyncio
import os
import sys
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor

from holdfast.api.door import App
from holdfast.settings import Settings


def write_log(form: str, stream: Literal["stdout", "stderr"]) -> None:
    """Write the log as text, or as JSON with one object a line.

    Of a fault it says type and places, never the message or the locals: these can hold what an event said.
    """
    colours = getattr(sys, stream).isatty() and not os.environ.get("NO_COLOR")
    last: Processor = structlog.dev.ConsoleRenderer(colors=colours)
    if form == "json":
        last = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso" if form == "json" else "%Y-%m-%d %H:%M:%S", utc=form == "json"),
            _places,
            last,
        ],
        logger_factory=lambda *_: structlog.PrintLogger(getattr(sys, stream)),
    )


def _places(_logger: object, _method: str, row: EventDict) -> EventDict:
    """Turn an exception into its type and the places that it went through, the innermost last."""
    fault = row.pop("exc_info", None)
    if isinstance(fault, BaseException):
        frames = traceback.extract_tb(fault.__traceback__)
        row["fault"] = type(fault).__name__
        row["places"] = " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    return row


@asynccontextmanager
async def traced(app: App, settings: Settings) -> AsyncIterator[App]:
    """Let calls leave spans where `traces` names a collector; what waits is sent at the end."""
    if not settings.traces:
        yield app
        return
    from holdfast.api.traced import Traced
    from holdfast.gateways.traces import make_provider

    provider = make_provider(settings.traces, share=settings.traces_share, tenant=settings.tenant)
    try:
        yield Traced(app, provider.get_tracer("holdfast"))
    finally:
        await asyncio.to_thread(provider.shutdown)
