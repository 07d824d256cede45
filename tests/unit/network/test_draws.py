"""The lot of an event: always the same for one id and tenant, evenly spread, and not to be foreseen without the key."""

from holdfast.network.draws import DRAW, Draws
from holdfast.vocabulary.event import Event, EventId
from holdfast.vocabulary.keys import KeyMaker

MANY = 20_000


def lots(secret: bytes, count: int = MANY) -> list[float]:
    """Draw for many events of one tenant."""
    part = Draws(KeyMaker(secret=secret))
    return [float(str(part.read(payout(number), number, {})[DRAW])) for number in range(count)]


def payout(number: int) -> Event:
    """Make a payout."""
    return Event(id=EventId(f"po-{number}"), type="payout", occurred_ms=1, received_ms=1, values={})


def test_one_event_always_draws_the_same() -> None:
    """A replay, and a rebuild at another place of the log, decide as the first time."""
    assert lots(b"sixteen bytes or", 50) == lots(b"sixteen bytes or", 50)


def test_another_tenant_draws_otherwise() -> None:
    """Whoever knows an event's id cannot tell whether its owner will be asked."""
    assert not set(lots(b"sixteen bytes or", 50)) & set(lots(b"other sixteen by", 50))


def test_of_a_hundred_events_two_lie_below_a_fiftieth() -> None:
    """The share that a rule names is the share that it gets: within four standard deviations of 2 %."""
    drawn = lots(b"sixteen bytes or")
    assert all(0 <= one < 1 for one in drawn)
    assert abs(sum(one < 0.02 for one in drawn) / MANY - 0.02) < 4 * (0.02 * 0.98 / MANY) ** 0.5


def test_a_bank_event_has_no_lot() -> None:
    """Only payouts and listings are drawn; nothing is computed for a transfer."""
    part = Draws(KeyMaker(secret=b"sixteen bytes or"))
    assert not part.fields("transfer")
    assert not part.fields("login")
    assert part.fields("payout")
