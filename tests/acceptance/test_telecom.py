"""The running product asks a mobile operator before it decides, whatever that one knows and however it behaves."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import yaml

from holdfast.simulation.operator import Operator
from holdfast.simulation.operator.doorkeeper import Doorkeeper
from tests.acceptance.conftest import NOON, Json, Server, StartServer, transfer
from tests.acceptance.test_notices import eventually, lines
from tests.acceptance.test_providers import ended
from tests.unit.gateways.telecom.operating import CLIENT, SECRET, listening, subscriber

AT = datetime.fromisoformat(NOON)
NUMBER, BANK = "+79161237731", "Тест-банк"
PAYER = {"customer_id": "c-1", "kind": "individual", "account": "40817810000000000001", "phone": "8 (916) 123-77-31"}
DEVICE = {"id": "d-1", "number_reconfirmed_at": (AT - timedelta(days=90)).isoformat()}
SWAP, DATE = "/sim-swap/v2/check", "/sim-swap/v2/retrieve-date"
APIS = {
    "sim_swap": "sim-swap/check",
    "sim_date": "sim-swap/retrieve-date",
    "forwarding": "call-forwarding-signal/unconditional",
    "device_swap": "device-swap/check",
}


def long_since(number: str = NUMBER, **changes: Any) -> Any:
    """Make a subscriber who changed nothing for years, by the server's clock."""
    return subscriber(number, **{"activated_at": AT - timedelta(days=1_100), **changes})


class Running:
    """An operator on a loop of its own, so that a test may wait for the server meanwhile."""

    def __init__(self) -> None:
        self.operator = Operator(now=lambda: AT, door=Doorkeeper(secrets={CLIENT: SECRET}))
        self.operator.knows(long_since())
        self._runner = asyncio.Runner()
        self._loop = self._runner.get_loop()
        self._stop, self._ready, self.root = asyncio.Event(), threading.Event(), ""
        self._thread = threading.Thread(target=self._runner.run, args=(self._serve(),), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    async def _serve(self) -> None:
        async with listening(self.operator) as self.root:
            self._ready.set()
            await self._stop.wait()

    def close(self) -> None:
        """Hang up on everybody."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self._runner.close()


@contextmanager
def operating() -> Iterator[Running]:
    """Run an operator."""
    running = Running()
    try:
        yield running
    finally:
        running.close()


def words(folder: Path, root: str, **more: object) -> tuple[str, ...]:
    """Declare the operator for four questions, and give the words of `serve`."""
    declared, key = folder / "providers.yaml", folder / "operator.key"
    key.write_text(SECRET.replace(" ", ""))
    rows = [
        {
            "id": name,
            "kind": "camara",
            "url": root,
            "api": APIS[name],
            "token_url": f"{root}/oauth2/token",
            "client_id": CLIENT,
            "auth_file": str(key),
            "on": ["transfer"],
            "send": {"phoneNumber": "payer.phone"},
            "timeout_ms": 3_000,
            "pause_s": 1,
            "cost": 1 if name == "sim_date" else 0,
            **more,
        }
        for name in APIS
    ]
    declared.write_text(yaml.safe_dump({"providers": rows}))
    return "--providers", str(declared)


def begun(start: StartServer, folder: Path, running: Running, **more: object) -> Server:
    """Start a server that reads what operators know."""
    running.operator.door.secrets = {CLIENT: SECRET.replace(" ", "")}
    bank = ("--bank-name", BANK, "--bank-phone", "8 800 000-00-00")
    return start(*words(folder, running.root, **more), *bank, packs="ru,policy/telecom")


def decided(server: Server, event_id: str, *, deadline_ms: int = 10_000, **changes: Any) -> Json:
    """Decide a transfer of a client whose number the operator knows."""
    event = transfer(event_id, **{"payer": PAYER, "device": DEVICE, **changes})
    headers = {"Holdfast-Deadline-Ms": str(deadline_ms)}
    answer = server.client.post("/v1/decisions", content=json.dumps(event), headers=headers)
    assert answer.status_code == httpx.codes.OK, answer.text
    decision: Json = answer.json()
    return decision


def skipped(decision: Json) -> dict[str, str]:
    """Give what was missing, and why."""
    return {row["input"]: row["why"] for row in decision.get("skipped", ())}


def paths(running: Running) -> list[str]:
    """Give the paths that were asked, in their order."""
    return [path for path, _ in running.operator.questions]


def test_a_swap_stops_a_transfer_and_the_date_is_asked_for_only_then(start: StartServer, tmp_path: Path) -> None:
    """Nothing dear is asked about a quiet number; after a swap the date makes the hold, in E.164 and by one token.

    A transfer to oneself, which settles every rule, tells no operator anything; a date that is withheld is named.
    """
    with operating() as running:
        server = begun(start, tmp_path, running)
        payee = {"kind": "individual", "own": True, "account": "40817810000000000002", "bic": "044525225"}
        assert skipped(decided(server, "own", payee=payee)) == {}
        assert running.operator.questions == []
        assert decided(server, "quiet")["outcome"] == "allow"
        assert DATE not in paths(running)
        running.operator.knows(long_since(sim_changed_at=AT - timedelta(hours=5)))
        decision = decided(server, "swapped")
        assert decision["outcome"] == "hold"
        assert [rule["id"] for rule in decision["rules"]] == [
            "policy.telecom.sim-not-confirmed",
            "policy.telecom.swapped-sim",
        ]
        assert paths(running)[-1] == DATE
        assert {body["phoneNumber"] for _, body in running.operator.questions} == {NUMBER}
        assert running.operator.door.asked == len(APIS)
        assert server.post(f"/v1/decisions/{decision['id']}/replay", b"").json()["equal"]
        running.operator.manners.withheld = True
        decision = decided(server, "withheld")
        assert decision["outcome"] == "challenge"
        assert skipped(decision) == {"outside.sim_date.changed_at": "absent"}


def test_who_is_unknown_and_who_may_not_be_told_are_told_apart(start: StartServer, tmp_path: Path) -> None:
    """404 is `absent`, 403 is `refused`; neither is clean, and neither blames the operator.

    Slow operators cost no more than the deadline; one that is down is left alone, and readiness says so.
    """
    with operating() as running:
        server = begun(start, tmp_path, running, failures=1, pause_s=3_600)
        running.operator.subscribers = {}
        assert skipped(decided(server, "unknown"))["outside.sim_swap.swapped"] == "absent"
        running.operator.knows(long_since(consents=False))
        assert skipped(decided(server, "untold"))["outside.sim_swap.swapped"] == "refused"
        running.operator.knows(long_since())
        assert "skipped" not in decided(server, "known")
        running.operator.manners.slow_s = 20
        began = time.monotonic()
        decision = decided(server, "slow", deadline_ms=1_500)
        assert time.monotonic() - began < 10
        assert (decision["outcome"], set(skipped(decision).values())) == ("allow", {"deadline"})
        running.operator.manners.slow_s, running.operator.manners.down = 0, True
        decision = decided(server, "down")
        assert (decision["outcome"], skipped(decision)["outside.sim_swap.swapped"]) == ("allow", "error")
        assert skipped(decided(server, "alone"))["outside.sim_swap.swapped"] == "breaker_open"
        degraded = server.client.get("/readyz").json()["degraded"]
        assert "provider `sim_swap`: breaker open after `error`" in degraded


def told(server: Server) -> dict[str, list[Json]]:
    """Give the notices to clients that left the server, by the transfer that they are about."""
    found: dict[str, list[Json]] = {}
    for row in lines(server.data / "notices.jsonl"):
        if row["type"] == "notify_client":
            found.setdefault(row["data"]["event_id"], []).append(row["data"])
    return found


def test_a_client_whose_transfer_is_challenged_hears_why_and_what_to_do(start: StartServer, tmp_path: Path) -> None:
    """One notice in three languages leaves for each transfer that the operator's word has checked, the gravest first.

    What the law holds is told by the law's notice alone; of a quiet number and of a confirmed swap nothing is told.
    """
    with operating() as running:
        server = begun(start, tmp_path, running)
        server.complete("transfer", (AT - timedelta(days=400)).isoformat())
        known = {"kind": "individual", "account": "40817810000000000003", "bic": "044525225"}
        decided(server, "quiet", payee=known)
        lately: dict[str, Any] = {"sim_changed_at": AT - timedelta(hours=5)}
        running.operator.knows(long_since(**lately))
        decided(server, "held")
        confirmed = DEVICE | {"number_reconfirmed_at": (AT - timedelta(hours=1)).isoformat()}
        assert decided(server, "confirmed", payee=known, device=confirmed)["outcome"] == "allow"
        running.operator.manners.withheld = True
        forwarded: dict[str, Any] = {"forwards": ("unconditional",)}
        moved: dict[str, Any] = {"device_changed_at": AT}
        changed: dict[str, dict[str, Any]] = {"swapped": lately, "forwarded": forwarded, "device": moved}
        for name, changes in changed.items():
            running.operator.knows(long_since(**changes))
            assert decided(server, name)["outcome"] == "challenge", name
        running.operator.knows(long_since(**lately, **forwarded, **moved))
        decided(server, "all")
        expected = {name: [f"policy.telecom.transfer-{name}"] for name in changed} | {
            "held": ["ru.161-fz.8.3.6"],
            "all": ["policy.telecom.transfer-swapped"],
        }
        eventually(lambda: set(expected) <= set(told(server)))
        assert {name: [row["template"] for row in rows] for name, rows in told(server).items()} == expected
        for (row,) in (told(server)[name] for name in changed):
            assert (row["customer_id"], row["unwritten"]) == ("c-1", None)
            assert set(row["texts"]) == {"ru", "kk", "en"}
            for text in row["texts"].values():
                assert "0002" in text["body"]
                assert BANK in text["body"]
                assert NUMBER[-7:] not in text["body"]
        assert "SIM-карту с вашим номером недавно заменили" in told(server)["swapped"][0]["texts"]["ru"]["body"]


def test_numbers_and_secrets_stand_in_no_log(start: StartServer, tmp_path: Path) -> None:
    """Neither the number, the token nor the secret is said anywhere, also where the operator fails.

    An answer is used again for as long as the file says.
    """
    with operating() as running:
        server = begun(start, tmp_path, running, cache_s=3_600)
        decided(server, "one")
        asked = len(running.operator.questions)
        decided(server, "two")
        assert len(running.operator.questions) == asked
        running.operator.manners.down = True
        decided(server, "bad", payer=PAYER | {"phone": "+79161237732"})
        metrics, said = server.client.get("/metrics").text, ended(server)
        assert 'holdfast_provider_reads_total{outcome="error",provider="sim_swap"}' in metrics
        assert "an operator gave no answer" in said
        for secret in (NUMBER, NUMBER[1:], "9161237732", "916) 123", SECRET, SECRET.replace(" ", ""), "token-"):
            assert secret not in said
            assert secret not in metrics
