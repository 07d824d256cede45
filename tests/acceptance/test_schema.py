"""The server keeps to its own description: thousands of calls made up from the OpenAPI document, good and bad ones."""

import subprocess
import sys
from pathlib import Path

import httpx
import msgspec
import pytest

from holdfast.wire.decisions import DecisionMessage
from tests.acceptance.conftest import StartServer, transfer

LISTED = {"kind": "account", "value": "40817810000000000002", "bic": "044525225"}
# a body can be right by the schema and wrong by the law, which speaks of more than one field
NOT_ASKED = "positive_data_acceptance"
# a deadline of a millisecond is legal, and an answer that cannot keep it is a 503
LATE = """[checks]
not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", 503]
"""


@pytest.mark.parametrize("phase", ["coverage", "fuzzing", "stateful"])
def test_every_operation_does_what_its_schema_says(start: StartServer, tmp_path: Path, phase: str) -> None:
    """No answer is a fault of ours, and status, type and shape of every answer are those of the description."""
    server = start(packs="ru,kz")
    server.enlist("bank.recipients", LISTED)
    server.decide(transfer("tr-1"))
    words = ["run", f"{server.client.base_url}/openapi.json", "--phases", phase, "--exclude-checks", NOT_ASKED]
    words += ["--exclude-path", "/v1/dev/clock", "--max-examples", "8", "--seed", "1", "--no-color"]
    words += ["--request-timeout", "60"]
    if phase == "fuzzing":
        words += ["--exclude-path", "/v1/decisions:batch"]  # its lines are no JSON document; see tests/unit/api
    (tmp_path / "schemathesis.toml").write_text(LATE)
    run = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", *words], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout[-8_000:]
    assert server.client.get("/healthz").status_code == httpx.codes.OK


def test_a_decision_has_the_shape_that_is_described(start: StartServer) -> None:
    """An answer with a hold has every described field and no other, and reads back the same."""
    server = start()
    server.enlist("bank.recipients", LISTED)
    answer = server.post("/v1/decisions", transfer("tr-1"))
    message = msgspec.json.decode(answer.content, type=DecisionMessage)
    assert message.hold is not None
    assert msgspec.json.decode(msgspec.json.encode(message)) == answer.json()
