"""Mobile operators that are slow, silent or broken, and the transfers about whose payers they are asked.

`python -m tests.bench.verifying.operators slow hanging broken` prints their address, with the ports of the three.
"""

import argparse
import asyncio
import json
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import uvicorn
import uvloop
import yaml

from holdfast.simulation.operator import Manners, Operator, Subscriber
from holdfast.simulation.operator.doorkeeper import Doorkeeper
from tests.bench.fb1.server import started

CLIENT, SECRET = "bench", "a-secret-of-the-bench"
MANNERS: Final = {
    "good": Manners(),
    "slow": Manners(slow_s=10.0),
    "hanging": Manners(slow_s=3_600.0),
    "broken": Manners(down=True),
}
QUESTIONS: Final = {
    "sim_swap": "sim-swap/check",
    "forwarding": "call-forwarding-signal/unconditional",
    "device_swap": "device-swap/check",
}
TROUBLED: Final = dict(zip(QUESTIONS, ("slow", "hanging", "broken"), strict=True))
WELL: Final = dict.fromkeys(QUESTIONS, "good")
TIMEOUT_MS: Final = 250
PATIENT_MS: Final = 2_000  # who gets less than half of its time is not blamed, so that no breaker ever opens
_NUMBERS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One transfer to decide."""

    body: bytes
    kind: str = "transfer"


def number_of(place: int) -> str:
    """Give one of the numbers that every operator serves."""
    return f"+7916{place % _NUMBERS:07}"


def transfers(count: int, mark: str) -> list[Sent]:
    """Write transfers to new recipients, each of a client whose number an operator knows."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return [Sent(body=json.dumps(_transfer(place, f"{mark}-{place}", now)).encode()) for place in range(count)]


def _transfer(place: int, name: str, now: str) -> dict[str, object]:
    payer = {"customer_id": f"c-{name}", "kind": "individual", "phone": number_of(place)}
    payee = {"kind": "individual", "account": f"4081781000{place:010}", "bic": "044525225"}
    money = {"rail": "order", "amount_minor": 1_500_000, "currency": "RUB"}
    return {"id": f"t-{name}", "type": "transfer", "occurred_at": now, "payer": payer, "payee": payee, **money}


@contextmanager
def operating(folder: Path, manners: dict[str, str], *, timeout_ms: int = TIMEOUT_MS) -> Iterator[tuple[str, ...]]:
    """Run an operator for each question, and give the words of `serve` that declare them."""
    key, file = folder / "operator.key", folder / "providers.yaml"
    key.write_text(SECRET)
    command = [sys.executable, "-m", "tests.bench.verifying.operators", *(manners[name] for name in QUESTIONS)]
    with started(command) as (_, urls):
        host, _, ports = urls.rpartition(":")
        rows = []
        for (name, api), port in zip(QUESTIONS.items(), ports.split(","), strict=True):
            url = f"{host}:{port}"
            root = {"url": url, "token_url": f"{url}/oauth2/token", "client_id": CLIENT, "auth_file": str(key)}
            asked = {"on": ["transfer"], "send": {"phoneNumber": "payer.phone"}}
            care = {"timeout_ms": timeout_ms, "connections": 1_000}
            rows.append({"id": name, "kind": "camara", "api": api, **root, **asked, **care})
        file.write_text(yaml.safe_dump({"providers": rows}))
        yield "--providers", str(file), "--packs", "ru,policy/telecom"


def operator(manner: str) -> Operator:
    """Make an operator of one manner, whose subscribers changed nothing for years."""
    made = Operator(now=lambda: datetime.now(UTC), door=Doorkeeper(secrets={CLIENT: SECRET}), manners=MANNERS[manner])
    since = datetime.now(UTC) - timedelta(days=1_100)
    made.knows(*(Subscriber(number=number_of(n), activated_at=since, since=since.date()) for n in range(_NUMBERS)))
    return made


async def _run(manners: list[str]) -> None:
    """Serve until the process is stopped, each operator on a port of its own."""
    taken = [socket.create_server(("127.0.0.1", 0), backlog=512) for _ in manners]
    sys.stdout.write(f"url=http://127.0.0.1:{','.join(str(one.getsockname()[1]) for one in taken)}\n")
    sys.stdout.flush()
    servers = [uvicorn.Server(_config(operator(manner))) for manner in manners]
    await asyncio.gather(*(server.serve([one]) for server, one in zip(servers, taken, strict=True)))


def _config(told: Operator) -> uvicorn.Config:
    return uvicorn.Config(told.app(), log_level="error", lifespan="off", timeout_graceful_shutdown=1)


def main() -> None:
    """Read the manners and serve."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("manners", nargs="+", choices=sorted(MANNERS))
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        uvloop.run(_run(words.parse_args().manners))


if __name__ == "__main__":
    main()
