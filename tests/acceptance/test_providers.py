"""The running product asks a provider before it decides, answers in time whatever that one does, and says so."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.conftest import Json, Server, StartServer, transfer
from tests.bench.provider import Emulator, declaration, slow_provider
from tests.cradle import run
from tests.unit.operations.enriching import pack, rows

PHONE = "+79161237731"
PAYER = {"customer_id": "c-1", "kind": "individual", "account": "40817810000000000001", "phone": PHONE}
RULES = rows(bank_none="none", bank_check="challenge", bank_look="review")
DEADLINE = {"Holdfast-Deadline-Ms": "3000"}
QUICK = "    timeout_ms: 250\n    failures: 3\n    pause_s: 1\n"


class Provider:
    """A provider on a loop of its own, so that a test may wait for the server meanwhile."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.emulator = Emulator()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self._call(self.emulator.start())

    def _call(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def close(self) -> None:
        """Hang up on everybody."""
        self._call(self.emulator.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()


@contextmanager
def provider() -> Iterator[Emulator]:
    """Run a provider."""
    running = Provider()
    try:
        yield running.emulator
    finally:
        running.close()


def words(folder: Path, emulator: Emulator, *, rules: str = RULES, more: str = QUICK) -> tuple[str, ...]:
    """Write the two files, and give the words of `serve` that name them."""
    own, declared, key = folder / "bank.yaml", folder / "providers.yaml", folder / "telecom.key"
    own.write_bytes(pack(rules))
    key.write_text("s3cret-of-telecom\n")
    declared.write_bytes(declaration(emulator.url, more=f"{more}    auth_file: {key}\n"))
    return "--rules", str(own), "--providers", str(declared)


def asked(server: Server, event_id: str, **headers: str) -> httpx.Response:
    """Decide a transfer of a client whose phone is known."""
    body = json.dumps(transfer(event_id, payer=PAYER))
    return server.client.post("/v1/decisions", content=body, headers=DEADLINE | headers)


def decided(server: Server, event_id: str) -> Json:
    """Decide a transfer, and read the answer."""
    answer = asked(server, event_id)
    assert answer.status_code == httpx.codes.OK, answer.text
    decision: Json = answer.json()
    return decision


def ended(server: Server) -> str:
    """Stop a server, and give all that it had still to say."""
    server.client.close()
    server.process.terminate()
    with server.process.stdout as said:
        text = said.read()
    server.process.wait(30)
    return text


def whys(decision: Json) -> set[str]:
    """Give why inputs were missing."""
    return {row["why"] for row in decision.get("skipped", ())}


def test_an_answer_from_outside_decides_and_is_kept_for_a_replay(start: StartServer, tmp_path: Path) -> None:
    """The provider is asked once an operation; what it said makes rules true, also when it is gone."""
    with provider() as telecom:
        telecom.answer["risk"] = 0.9
        server = start(*words(tmp_path, telecom))
        decision = decided(server, "t-1")
        assert [rule["id"] for rule in decision["rules"]] == ["bank_none", "bank_check", "bank_look"]
        assert decision["timings_us"]["enrich"] > 0
        assert "skipped" not in decision
        assert asked(server, "t-1").headers["holdfast-replayed"] == "true"
        assert telecom.asked == [{"client": "c-1", "msisdn": PHONE}]
        assert b"authorization: Bearer s3cret-of-telecom" in telecom.headers[0]
    server.restart()
    assert server.post(f"/v1/decisions/{decision['id']}/replay", b"").json()["equal"]
    assert server.client.get(f"/v1/decisions/{decision['id']}").json() == decision


@pytest.mark.parametrize(
    ("mode", "why"),
    [("hang", "deadline"), ("drip", "deadline"), ("fail", "error"), ("cut", "error"), ("garbage", "garbage")],
)
def test_whatever_a_provider_does_the_answer_is_in_time_and_names_what_was_skipped(
    start: StartServer, tmp_path: Path, mode: str, why: str
) -> None:
    """Every policy is applied and named, the breaker opens, readiness and figures say so, and it closes again."""
    with provider() as telecom:
        server = start(*words(tmp_path, telecom))
        telecom.mode = mode
        for number in range(4):
            began = time.monotonic()
            decision = decided(server, f"{mode}-{number}")
            assert time.monotonic() - began < 3
            assert decision["outcome"] == "challenge"
            assert {"kind": "open_case"} in decision["measures"]
            policies = [(row["input"], row["checks"], row["policy"]) for row in decision["skipped"]]
            assert policies == [
                ("outside.telecom.risk", ["bank_none"], "none"),
                ("outside.telecom.risk", ["bank_check"], "challenge"),
                ("outside.telecom.risk", ["bank_look"], "review"),
            ]
            assert whys(decision) == {why if number < 3 else "breaker_open"}
        ready = server.client.get("/readyz")
        assert ready.status_code == httpx.codes.OK
        assert f"provider `telecom`: breaker open after `{why}`" in ready.json()["degraded"]
        figures = server.client.get("/metrics").text
        assert f'holdfast_provider_reads_total{{outcome="{why}",provider="telecom"}} 3.0' in figures
        assert 'holdfast_provider_breaker{provider="telecom",state="open"} 1.0' in figures
        assert f'input="outside.telecom.risk",policy="none",why="{why}"' in figures
        telecom.mode = "good"
        time.sleep(1.1)
        assert whys(decided(server, f"{mode}-again")) == set()
        assert not any("telecom" in word for word in server.client.get("/readyz").json()["degraded"])


def test_a_slow_provider_is_waited_for_only_within_the_deadline(start: StartServer, tmp_path: Path) -> None:
    """A provider that takes 200 ms is heard where there is time for it, and left where there is not."""
    with provider() as telecom:
        telecom.slow_s = 0.2
        server = start(*words(tmp_path, telecom, more="    timeout_ms: 5000\n"))
        assert whys(decided(server, "slow")) == set()
        answer = asked(server, "short", **{"Holdfast-Deadline-Ms": "150"})
        if answer.status_code == httpx.codes.OK:
            assert whys(answer.json()) == {"deadline"}
        else:  # the machine itself was slower than the deadline
            assert answer.json()["code"] == "deadline_exceeded"
            assert answer.headers["retry-after"] == "1"


def test_the_slow_provider_of_the_benchmark_is_asked_about_every_transfer(start: StartServer, tmp_path: Path) -> None:
    """FB-1d measures what it says: each decision waits for an answer that takes 200 ms."""
    with slow_provider(tmp_path) as given:
        decision = decided(start(*given), "bench")
        assert decision["timings_us"]["enrich"] >= 200_000
        assert whys(decision) == set()


def test_half_the_answers_failing_loses_no_decision_and_hides_none(start: StartServer, tmp_path: Path) -> None:
    """Under errors every other time each decision has its answer or names what it lacks; retries repeat it."""
    with provider() as telecom:
        telecom.mode = "half"
        server = start(*words(tmp_path, telecom, more="    timeout_ms: 2000\n    failures: 100\n"))
        answers = [asked(server, f"h-{number}") for number in range(20)]
        seen = [whys(answer.json()) for answer in answers]
        assert sum(why == {"error"} for why in seen) == 10
        assert sum(why == set() for why in seen) == 10
        for number, answer in enumerate(answers):
            assert asked(server, f"h-{number}").content == answer.content


def test_nothing_that_is_asked_or_answered_is_left_lying_about(start: StartServer, tmp_path: Path) -> None:
    """Neither question, answer nor key stands in logs, figures, messages or in the clear in the data directory."""
    canaries = {PHONE[1:], "canary-note-9931", "s3cret-of-telecom", "CANARY-GARBAGE", "CANARY-FAULT"}
    with provider() as telecom:
        telecom.answer |= {"note": "canary-note-9931", "risk": 0.9}
        server = start(*words(tmp_path, telecom, more="    max_age_s: 60\n    failures: 2\n"), data=tmp_path / "data")
        decided(server, "c-1")
        for mode in ("garbage", "fail", "fail", "good"):
            telecom.mode = mode
            decided(server, f"c-{mode}-{time.monotonic_ns()}")
        said = server.client.get("/metrics").text + server.client.get("/readyz").text
        said += "".join(server.said) + ended(server)
    assert "a provider is left alone" in said
    assert not [canary for canary in canaries if canary in said]
    kept = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert not [canary for canary in canaries if canary.encode() in kept]


def test_a_wrong_file_is_told_at_the_start(tmp_path: Path) -> None:
    """A server does not start with files of rules or providers that it cannot stand by, and says where the fault is."""
    emulator = Emulator(port=9)
    for spoilt, before, after, told in (
        ("bank.yaml", "    on_missing: none\n", "", "needs `on_missing`"),
        ("providers.yaml", "at: /risk", "at: risk", "a JSON pointer is expected here"),
        ("telecom.key", "s3cret", "two words", "`telecom`: the key in"),
    ):
        given = words(tmp_path, emulator)
        file = tmp_path / spoilt
        file.write_text(file.read_text().replace(before, after, 1))
        ran = run("serve", "--dev", "--port", "0", "--data", tmp_path / "data", *given)
        assert ran.returncode != 0
        assert told in " ".join((ran.stdout + ran.stderr).split()), ran.stderr
