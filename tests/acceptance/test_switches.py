"""The emergency switch on a running server: switch, decide, kill, expire, replay, verify, and who is told of it."""

import json
import signal
import sqlite3
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import closing
from typing import Final

import httpx
import pytest

from tests.acceptance.conftest import NOON, Json, Server, StartServer, transfer
from tests.cradle import run

SIGN: Final = "ru.od-2506.1.7"
UNTIL: Final = "2026-05-08T16:00:00+03:00"
LISTED: Final[Json] = {"kind": "inn", "value": "500100732259"}
WANTED: Final[Json] = {
    "sign": SIGN,
    "mode": "observe",
    "until": UNTIL,
    "reason": "half the city is on the list",
    "by": "Anna",
    "approved_by": "Boris",
}


def holdfast(*words: object, code: int = 0) -> str:
    """Run a command that must end with a code, and give what it said."""
    done = run(*words)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def row(decision: Json) -> tuple[str, str]:
    """Give how the sign stands in a decision."""
    return next((one["state"], one["mode"]) for one in decision["signs"] if one["id"] == SIGN)


def degraded(server: Server) -> str:
    """Give what `/readyz` names."""
    answer = server.client.get("/readyz")
    assert answer.status_code == httpx.codes.OK, answer.text
    return "\n".join(answer.json()["degraded"])


def let_through(server: Server) -> tuple[int, int]:
    """Give what exposure counts as let through, in roubles."""
    sums = server.client.get("/v1/exposure", params={"from": "2026-05-01", "to": "2026-06-01"}).json()["currencies"]
    found = next((one["let_through"] for one in sums if one["currency"] == "RUB"), {"amount_minor": 0, "count": 0})
    return found["amount_minor"], found["count"]


def test_a_switched_sign_lets_pass_until_it_expires_also_over_a_kill(start: StartServer) -> None:
    """Transfers pass and count while it is switched, after a kill too; at the expiry the sign holds; all replays."""
    server = start()
    server.enlist("bank.recipients", LISTED)
    decisions = [server.decide(transfer("before"))]
    assert decisions[0]["outcome"] == "hold"
    made = server.post("/v1/switches", WANTED)
    assert made.status_code == httpx.codes.OK, made.text
    assert server.post("/v1/switches", WANTED).content == made.content
    decisions.append(server.decide(transfer("t-1")))
    server.restart(signal.SIGKILL)
    decisions.append(server.decide(transfer("t-2", amount_minor=100)))
    for decision in decisions[1:]:
        assert (decision["outcome"], decision["would_be"], decision["hold"]) == ("allow", "hold", None)
        assert row(decision) == ("fired", "observe")
    assert server.decide(transfer("t-1"))["id"] == decisions[1]["id"]
    assert f"`{SIGN}` is switched to `observe` until 2026-05-08T16:00:00.000+03:00" in degraded(server)
    assert let_through(server) == (25_000_100, 2)
    figures = server.client.get("/metrics").text
    assert f'holdfast_switch_seconds_left{{mode="observe",sign="{SIGN}"}} 14400.0' in figures
    assert f'holdfast_let_through_total{{sign="{SIGN}"}} 1.0' in figures  # since the start of this process
    server.move_clock(UNTIL)
    decisions.append(server.decide(transfer("after", occurred_at=UNTIL)))
    assert (decisions[-1]["outcome"], row(decisions[-1])) == ("hold", ("fired", "enforce"))
    assert "switched" not in degraded(server)
    (listed,) = server.client.get("/v1/switches").json()["items"]
    assert listed == made.json() | {
        "state": "expired",
        "let_through": [{"currency": "RUB", "amount_minor": 25_000_100, "count": 2}],
    }
    for decision in decisions:
        assert server.post(f"/v1/decisions/{decision['id']}/replay", b"").json()["equal"]
        answer = server.client.get(f"/v1/decisions/{decision['id']}/evidence", params={"format": "json"})
        assert answer.status_code == httpx.codes.OK
    evidence = server.data.parent / "evidence.json"
    evidence.write_bytes(server.client.get(f"/v1/decisions/{decisions[1]['id']}/evidence").content)
    server.stop()
    holdfast("evidence", "verify", evidence)
    replayed = json.loads(holdfast("replay", "--data", server.data, "--dev", "--json"))
    assert (replayed["all_equal"], replayed["judged_equal"], replayed["refolded_equal"]) == (True, 4, 4)
    assert "head" in holdfast("verify", "--data", server.data)


def test_a_switch_that_is_edited_is_found(start: StartServer) -> None:
    """Who makes the reason of a switch a better one in the database is found, with the record and its part."""
    server = start()
    assert server.post("/v1/switches", WANTED).status_code == httpx.codes.OK
    server.stop()
    with closing(sqlite3.connect(server.data / "holdfast.db")) as connection:
        connection.execute("DROP TRIGGER log_is_never_updated")
        seq, extras = connection.execute("SELECT seq, extras FROM log WHERE kind = 'switch'").fetchone()
        parts = json.loads(extras)
        parts["act"] = b64encode(b64decode(parts["act"]).replace(b"half the city", b"the regulator")).decode()
        edited = json.dumps(parts, separators=(",", ":")).encode()
        connection.execute("UPDATE log SET extras = ? WHERE seq = ?", (edited, seq))
        connection.commit()
    assert f"record {seq}: its act is not as it was written" in holdfast("verify", "--data", server.data, code=3)


def test_people_without_a_server_of_keys_use_the_command_line(start: StartServer) -> None:
    """The command switches, lists, and switches back; a wrong name gets the near ones, one person is not enough."""
    server = start()
    server.enlist("bank.recipients", LISTED)
    url = ("--url", str(server.client.base_url))
    words = ("--mode", "observe", "--until", UNTIL, "--reason", "half the city")
    two = ("--by", "Anna", "--approved-by", "Boris")
    assert "nothing was ever switched" in holdfast("switches", "list", *url)
    assert f"`{SIGN}`" in holdfast("switches", "make", "ru.od-2506.17", *words, *two, *url, code=2)
    assert "needs two people" in holdfast("switches", "make", SIGN, *words, "--by", "Anna", *url, code=2)
    same = ("--by", "Anna", "--approved-by", "anna")
    assert "nobody approves their own" in holdfast("switches", "make", SIGN, *words, *same, *url, code=2)
    said = holdfast("switches", "make", SIGN, *words, *two, *url)
    assert f"{SIGN} to observe (was enforce), running" in said
    assert server.decide(transfer("t-1"))["outcome"] == "allow"
    said = holdfast("switches", "list", *url)
    assert "by Anna and Boris: half the city" in said
    assert "let through: 1, 25,000,000 minor units of RUB" in said
    back = ("switches", "back", SIGN, "--reason", "mended", "--by", "Vera", "--approved-by", "Gleb", *url)
    said = holdfast(*back)
    assert "switched back at 2026-05-08T12:00:00" in said
    assert "by Vera and Gleb: mended" in said
    assert holdfast(*back) == said
    assert server.decide(transfer("t-2"))["outcome"] == "hold"
    (item,) = json.loads(holdfast("switches", "list", "--json", *url))["items"]
    assert (item["state"], item["ended"]["by"]) == ("ended", ["Vera", "Gleb"])


@pytest.mark.parametrize(
    ("changes", "status", "pointer"),
    [
        ({"until": "2026-05-08T16:00:00"}, 422, "/until"),
        ({"until": NOON}, 422, "/until"),
        ({"until": "2026-05-12T12:00:00+03:00"}, 422, "/until"),
        ({"until": None}, 422, "/until"),
        ({"reason": None}, 422, "/reason"),
        ({"mode": "enforce"}, 422, "/mode"),
        ({"sign": "ru.od-2506.1.77"}, 422, "/sign"),
        ({"approved_by": None}, 422, "/approved_by"),
        ({"approved_by": "anna"}, 422, "/approved_by"),
        ({"why": "?"}, 422, "/why"),
    ],
)
def test_wrong_input_is_refused_with_its_place(server: Server, changes: Json, status: int, pointer: str) -> None:
    """Each kind of wrong input names the field and what helps; nothing is switched."""
    body = {name: value for name, value in (WANTED | changes).items() if value is not None}
    answer = server.post("/v1/switches", body)
    told = answer.json()
    assert (answer.status_code, told["pointer"]) == (status, pointer), told
    assert told["detail"]
    assert told["hint"]
    assert server.client.get("/v1/switches").json() == {"items": [], "next": None}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give one server to all tests that change nothing."""
    started = Server(tmp_path_factory.mktemp("data"), "--packs", "ru", "--dev", "--clock", NOON)
    yield started
    started.end()
