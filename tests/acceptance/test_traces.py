"""Traces and logs of a real server: a collector on this machine takes the spans, and finds nobody's data in them."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.acceptance.conftest import NOON, Json, StartServer

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = "00f067aa0ba902b7"
SECRETS = ("canary-event-1", "canary-client-1", "40817810000000000055", "+79161234567")
TRANSFER = {
    "id": SECRETS[0],
    "type": "transfer",
    "occurred_at": NOON,
    "rail": "order",
    "amount_minor": 25_000_000,
    "currency": "RUB",
    "payer": {"customer_id": SECRETS[1], "kind": "individual", "phone": SECRETS[3]},
    "payee": {"account": SECRETS[2], "bic": "044525225"},
}


class Collector:
    """An OpenTelemetry collector that keeps what it is sent."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        bodies = self.bodies

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                bodies.append(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def spans(self) -> list[Json]:
        """Give name, trace, parent and attributes of every span that came."""
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return [
            {
                "name": span.name,
                "trace": span.trace_id.hex(),
                "id": span.span_id.hex(),
                "parent": span.parent_span_id.hex(),
                "ends": span.end_time_unix_nano >= span.start_time_unix_nano,
                **{one.key: getattr(one.value, str(one.value.WhichOneof("value"))) for one in span.attributes},
            }
            for request in requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@pytest.fixture
def collector() -> Iterator[Collector]:
    """Give a collector."""
    running = Collector()
    yield running
    running.server.shutdown()
    running.server.server_close()


def test_a_decision_leaves_a_trace_below_its_callers(start: StartServer, collector: Collector) -> None:
    """The decision's span hangs below the caller's, its stages below it, and the wait for the disk is the last."""
    server = start("--traces", collector.address, "--traces-share", "0")
    headers = {"content-type": "application/json", "traceparent": f"00-{TRACE}-{CALLER}-01"}
    answer = server.client.post("/v1/decisions", content=json.dumps(TRANSFER), headers=headers)
    decision = answer.json()
    server.client.get(f"/v1/clients/{SECRETS[1]}/restrictions", headers=headers)
    server.client.get("/v1/nowhere/canary-client-1", headers=headers)
    server.post("/v1/decisions", TRANSFER)  # nobody began a trace, and the share is nothing
    server.stop()
    spans = {span["name"]: span for span in collector.spans()}
    whole = spans["POST /v1/decisions"]
    assert (whole["trace"], whole["parent"]) == (TRACE, CALLER)
    assert whole["holdfast.decision"] == decision["id"]
    assert whole["holdfast.outcome"] == decision["outcome"]
    assert whole["http.response.status_code"] == httpx.codes.OK
    stages = [span["name"] for span in collector.spans() if span["parent"] == whole["id"]]
    assert stages == [*decision["timings_us"], "commit"]
    assert all(span["ends"] for span in collector.spans())
    assert "GET /v1/clients/{id}/restrictions" in spans
    assert spans["GET unknown"]["http.response.status_code"] == httpx.codes.NOT_FOUND
    assert len([span for span in collector.spans() if span["name"] == "POST /v1/decisions"]) == 1
    assert not [secret for secret in SECRETS for body in collector.bodies if secret.encode() in body]


def test_a_share_of_calls_is_traced_by_itself(start: StartServer, collector: Collector) -> None:
    """With the share of one every call leaves a trace of its own, a retry says that it is one."""
    server = start("--traces", f"{collector.address}/v1/traces", "--traces-share", "1")
    server.post("/v1/decisions", TRANSFER)
    server.post("/v1/decisions", TRANSFER)
    server.stop()
    whole = [span for span in collector.spans() if span["name"] == "POST /v1/decisions"]
    assert len({span["trace"] for span in whole}) == len(whole) == 2
    assert [bool(span.get("holdfast.replayed")) for span in whole] == [False, True]


def test_a_collector_that_is_away_stops_nothing(start: StartServer) -> None:
    """Without the collector decisions go on, and the server ends in order."""
    server = start("--traces", "http://127.0.0.1:9", "--traces-share", "1")
    assert server.decide(TRANSFER)["outcome"]
    server.stop()
    assert server.process.returncode == 0


def test_the_log_can_be_read_by_machines(start: StartServer) -> None:
    """With `--log json` every line that the server writes of itself is one object with an instant and a level."""
    server = start("--log", "json")
    rows = [json.loads(line) for line in server.said]
    assert {"event", "level", "timestamp"} <= rows[-1].keys()
    assert rows[-1]["event"] == "serving"
