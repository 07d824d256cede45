"""Acts at once: one winner, an unbroken history, and every answer that was given still true after a kill."""

import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise

import httpx
import pytest

from tests.acceptance.conftest import NOON, Json, Server, transfer
from tests.acceptance.stories import moves

INN = {"kind": "inn", "value": "500100732259"}
ROUNDS = 25
Act = Callable[[], httpx.Response]


class Table:
    """A server with a listed payee, at which many sit at once."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.count = 0
        self.proofs = 0

    def place(self) -> str:
        """Place a hold and give its id."""
        self.count += 1
        decision = self.server.decide(transfer(f"t-{self.count}", amount_minor=100 + self.count))
        assert decision["outcome"] == "hold", decision
        return str(decision["hold"]["id"])

    def act(self, hold: str, word: str, *, client: str = "c-1", reference: str | None = None) -> Act:
        """Prepare an act of the client."""
        self.proofs += 1
        proof = {"method": "app", "reference": reference or f"p-{self.proofs}"}
        body = {"by": "client", "customer_id": client, "proof": proof}
        return lambda: self.server.post(f"/v1/holds/{hold}/{word}", body)

    def read(self, hold: str) -> Json:
        """Read a hold."""
        row: Json = self.server.client.get(f"/v1/holds/{hold}").json()
        return row


def at_once(*acts: Act) -> list[httpx.Response]:
    """Let all acts begin together, and give their answers in order."""
    gate = threading.Barrier(len(acts))

    def one(act: Act) -> httpx.Response:
        gate.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def unbroken(hold: Json) -> list[str]:
    """Check that every act begins where the one before ended and no instant runs backward; give the acts."""
    rows = hold["history"]
    assert rows[0]["from_state"] is None
    for before, after in pairwise(rows):
        assert after["from_state"] == before["to_state"]
        assert after["at"] >= before["at"]
    assert rows[-1]["to_state"] == hold["state"]
    return [row["act"] for row in moves(hold)]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    """Start one server for all races."""
    server = Server(tmp_path_factory.mktemp("races"), "--packs", "ru", "--dev", "--clock", NOON)
    server.enlist("bank.recipients", INN)
    try:
        yield Table(server)
    finally:
        server.end()


def test_confirm_and_cancel_at_once(table: Table) -> None:
    """The cancellation always holds; a confirmation that was answered with 200 stands in the history before it."""
    for _ in range(ROUNDS):
        hold = table.place()
        confirmed, cancelled = at_once(table.act(hold, "confirm"), table.act(hold, "cancel"))
        row = table.read(hold)
        acts = unbroken(row)
        assert cancelled.status_code == 200
        assert (row["state"], row["instruction"]) == ("cancelled", "do_not_execute")
        assert confirmed.status_code in {200, 409}
        assert acts == (["place", "confirm", "cancel"] if confirmed.status_code == 200 else ["place", "cancel"])


def test_many_confirmations_at_once(table: Table) -> None:
    """Of many confirmations one is written; all answers agree; a stranger among them gets 403."""
    for _ in range(ROUNDS):
        hold = table.place()
        mine = [table.act(hold, "confirm") for _ in range(5)]
        *answers, stranger = at_once(*mine, table.act(hold, "confirm", client="c-2"))
        assert [answer.status_code for answer in answers] == [200] * 5
        assert {answer.json()["state"] for answer in answers} == {"confirmed"}
        assert stranger.status_code == 403
        assert unbroken(table.read(hold)) == ["place", "confirm"]


def test_one_proof_for_two_holds_at_once(table: Table) -> None:
    """A proof is used once, also when two holds are confirmed with it in the same moment."""
    for number in range(ROUNDS):
        holds = table.place(), table.place()
        answers = at_once(*(table.act(hold, "confirm", reference=f"shared-{number}") for hold in holds))
        assert sorted(answer.status_code for answer in answers) == [200, 422]
        states = {table.read(hold)["state"] for hold in holds}
        assert states == {"confirmed", "placed"}


def test_a_feed_loads_while_clients_confirm(table: Table) -> None:
    """With the feed first there is a second pause, with the confirmation first none; the list's version tells which."""
    for number in range(10):
        payee = {"kind": "individual", "account": f"408178109999999{number:05}", "bic": "044525225"}
        table.server.enlist("bank.recipients", {"kind": "account", "value": payee["account"], "bic": "044525225"})
        decision = table.server.decide(transfer(f"feed-{number}", payee=payee))
        hold = decision["hold"]["id"]
        body = {"entries": [{"kind": "account", "value": payee["account"], "bic": "044525225"}]}
        load = partial(table.server.post, "/v1/lists/ru.cbr.recipients/entries", body)
        confirmed, loaded = at_once(table.act(hold, "confirm"), load)
        assert (confirmed.status_code, loaded.status_code) == (200, 200)
        row = table.read(hold)
        assert unbroken(row) == ["place", "confirm"]
        assert row["state"] == confirmed.json()["state"]
        assert row["state"] in {"confirmed", "paused_again"}
        matched = moves(row)[1]["details"].get("list")
        assert matched == ("ru.cbr.recipients" if row["state"] == "paused_again" else None)


def test_a_cancellation_and_the_banks_execution_at_once(table: Table) -> None:
    """Cancelled first, the execution is written down as a breach; executed first, nothing can be cancelled."""
    for number in range(10):
        hold = table.place()
        assert table.act(hold, "confirm")().status_code == 200
        event = table.read(hold)["event_id"]
        told = {
            "id": f"r-{number}",
            "type": "transfer_result",
            "occurred_at": NOON,
            "of": event,
            "result": "executed",
        }
        cancelled, _ = at_once(table.act(hold, "cancel"), partial(table.server.post, "/v1/events", told))
        row = table.read(hold)
        acts = unbroken(row)
        assert row["executed"] is True
        if cancelled.status_code == 200:
            assert acts == ["place", "confirm", "cancel", "execute"]
            assert moves(row)[-1]["details"]["breach"] is True
        else:
            assert (cancelled.status_code, acts) == (409, ["place", "confirm", "execute"])
            assert moves(row)[-1]["details"]["breach"] is False


def test_what_was_answered_survives_a_kill(table: Table) -> None:
    """Killed amid acts, the server knows every act that it answered, and nothing is half done."""
    holds = [table.place() for _ in range(30)]
    acts = [table.act(hold, word) for hold, word in zip(holds, ["confirm", "cancel"] * 15, strict=True)]

    def one(act: Act) -> int | None:
        try:
            return act().status_code
        except httpx.HTTPError:
            return None

    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(one, act) for act in acts]
        waiting[8].result()
        table.server.process.send_signal(signal.SIGKILL)
        answers = [future.result() for future in waiting]
    table.server.restart(signal.SIGKILL)
    assert 200 in answers
    for hold, word, answer in zip(holds, ["confirm", "cancel"] * 15, answers, strict=True):
        done = unbroken(table.read(hold))
        assert done in (["place"], ["place", word])
        if answer == 200:
            assert done == ["place", word]


def test_the_window_closes_while_clients_confirm(table: Table) -> None:
    """At the end of the window an order is confirmed or not accepted, never both, and the answer says which."""
    holds = [table.place() for _ in range(8)]
    table.server.move_clock("2026-05-09T23:59:59.999+03:00")
    close = partial(table.server.post, "/v1/dev/clock", {"now": "2026-05-10T00:00:00+03:00"})
    *answers, moved = at_once(*(table.act(hold, "confirm") for hold in holds), close)
    assert moved.status_code == 200
    for hold, answer in zip(holds, answers, strict=True):
        row = table.read(hold)
        expected = ["place", "confirm"] if answer.status_code == 200 else ["place", "lapse"]
        assert answer.status_code in {200, 409}
        assert unbroken(row) == expected
        assert row["state"] == ("confirmed" if answer.status_code == 200 else "not_accepted")
