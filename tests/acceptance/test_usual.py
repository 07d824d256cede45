"""Sign 1.6 over HTTP: unknown without history, clear for the usual, fired with its reasons for what nobody expects."""

from datetime import datetime, timedelta
from typing import Any

from tests.acceptance.conftest import NOON, Server, StartServer, state, transfer

SIGN = "ru.od-2506.1.6"
DAYS = 21
FIRST = datetime.fromisoformat(NOON)


def usual(place: int, at: datetime, **changes: Any) -> dict[str, Any]:
    """Make a transfer from the client's own telephone to one of two relatives."""
    event = {
        "occurred_at": at.isoformat(),
        "rail": "sbp",
        "amount_minor": 150_000 + place % 5 * 40_000,
        "payee": {"kind": "individual", "phone": f"+7916000000{place % 2}"},
        "device": {"id": "phone-1"},
        "session": {"provider": "taiga-net"},
        "place": {"country": "RU", "city": "Тверь"},
    }
    return transfer(f"day-{place}", **(event | changes))


def live(server: Server) -> datetime:
    """Let three weeks of ordinary days pass, two transfers a day; give the day after."""
    for place in range(2 * DAYS):
        at = FIRST + timedelta(days=place // 2, hours=place % 2)
        server.move_clock(at.isoformat())
        decision = server.decide(usual(place, at))
        assert state(decision, SIGN) == ("unknown" if place < 28 else "clear"), place
    return FIRST + timedelta(days=DAYS)


def evidence(decision: dict[str, Any]) -> dict[str, Any]:
    """Give the evidence of the sign."""
    return next(dict(row["evidence"]) for row in decision["signs"] if row["id"] == SIGN)


def test_the_unusual_is_held_with_its_reasons_and_the_usual_passes(start: StartServer) -> None:
    """One new thing passes; a strange device that empties the account at night is held, usual beside now."""
    server = start()
    noon = live(server)
    server.move_clock(noon.isoformat())
    large = server.decide(usual(100, noon, id="large", amount_minor=90_000_000))
    assert state(large, SIGN) == "clear"
    night = noon + timedelta(hours=15)
    server.move_clock(night.isoformat())
    thief = {
        "id": "thief",
        "rail": "order",
        "amount_minor": 9_000_000,
        "payee": {"kind": "individual", "account": "40817810000000000002", "bic": "044525225"},
        "device": {"id": "phone-9"},
        "session": {"provider": "steppe-mobile"},
    }
    for name in ("thief", "thief-again"):  # what was stopped teaches nothing
        decision = server.decide(usual(101, night, **(thief | {"id": name})))
        assert state(decision, SIGN) == "fired"
        assert decision["outcome"] == "hold"
        shown = evidence(decision)
        assert shown["usual.deviation"] >= 3
        assert (shown["usual.hour_now"], shown["usual.device_new"], shown["usual.payee_new"]) == (3, True, True)
        assert shown["usual.amount_high_minor"] < shown["amount"] == 9_000_000
        assert "phone-9" not in str(shown)


def test_habits_outlive_a_restart(start: StartServer) -> None:
    """After the process is killed, the log gives every client's habits back."""
    server = start()
    noon = live(server)
    server.move_clock(noon.isoformat())
    before = server.decide(usual(100, noon))
    server.restart()
    after = server.decide(usual(101, noon))
    assert state(before, SIGN) == state(after, SIGN) == "clear"
