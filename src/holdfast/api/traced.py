"""Spans of the HTTP application: one a call, and below a decision's one a stage; in the way only when traces are on.

Nothing personal goes into a span: no body, no caller's id, and of an address only its template.
"""

import time
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final

from opentelemetry.propagators.textmap import Getter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from holdfast.api.addresses import template
from holdfast.api.door import DECISIONS, App, Receive, Scope, Send
from holdfast.wire.canonical import read_canonical

_US: Final = 1_000
_OK: Final = 200
_FAULT: Final = 500
_COMMIT: Final = "commit"
_CALLER: Final = TraceContextTextMapPropagator()


class _Headers(Getter[Scope]):
    """Reads a connection's headers."""

    def get(self, carrier: Scope, key: str) -> list[str] | None:
        """Give the values of a header."""
        name = key.lower().encode()
        return [value.decode("latin-1") for one, value in carrier["headers"] if one == name] or None

    def keys(self, carrier: Scope) -> list[str]:
        """Give the names of all headers."""
        return [name.decode("latin-1") for name, _ in carrier["headers"]]


@dataclass(slots=True)
class _Seen:
    """What the answer showed: status, headers and the body of a decision."""

    status: int = 0
    headers: Mapping[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""


class Traced:
    """An application whose calls leave spans."""

    def __init__(self, inner: App, tracer: Tracer) -> None:
        self._inner = inner
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        started = time.time_ns()
        caller = _CALLER.extract(scope, getter=_Headers())
        span = self._tracer.start_span(scope["method"], context=caller, kind=SpanKind.SERVER, start_time=started)
        if not span.is_recording():
            await self._inner(scope, receive, send)
            return
        seen = _Seen()
        try:
            await self._inner(scope, receive, _watching(send, seen, whole=scope["path"] == DECISIONS))
        finally:
            self._describe(span, scope, seen)
            if seen.status == _OK and seen.body:
                self._stages(span, seen.body, started)
            span.end()

    def _describe(self, span: Span, scope: Scope, seen: _Seen) -> None:
        """Say what was called and how it ended."""
        route = DECISIONS if scope["path"] == DECISIONS else template(scope)
        span.update_name(f"{scope['method']} {route}")
        span.set_attribute("http.request.method", scope["method"])
        span.set_attribute("http.route", route)
        span.set_attribute("http.response.status_code", seen.status)
        if b"holdfast-replayed" in seen.headers:
            span.set_attribute("holdfast.replayed", True)
        if not seen.status or seen.status >= _FAULT:
            span.set_status(Status(StatusCode.ERROR))

    def _stages(self, span: Span, body: bytes, started: int) -> None:
        """Write a decision's stages as spans one after another; what is left of the time is the wait for the disk."""
        decision = read_canonical(body, dict)
        span.set_attribute("holdfast.decision", str(decision.get("id")))
        span.set_attribute("holdfast.outcome", str(decision.get("outcome")))
        below, at, end = set_span_in_context(span), started, time.time_ns()
        for stage, spent_us in decision.get("timings_us", {}).items():
            self._tracer.start_span(stage, context=below, start_time=at).end(at + spent_us * _US)
            at += spent_us * _US
        self._tracer.start_span(_COMMIT, context=below, start_time=min(at, end)).end(end)


def _watching(send: Send, seen: _Seen, *, whole: bool) -> Send:
    """Note what is sent; the body only where it is a decision's."""

    async def watch(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            seen.status, seen.headers = message["status"], dict(message["headers"])
        elif whole:
            seen.body += message.get("body", b"")
        await send(message)

    return watch
