"""One suite over the holds, claims, exposures and stories of every store."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from msgspec import structs

from holdfast.vocabulary.errors import InvalidError
from holdfast.vocabulary.records import ClaimRow, ExposureRow, HoldRow, Record, RecordKind, VerificationRow
from holdfast.vocabulary.stored import ExposureTotal, Page
from tests.unit.store.making import NOW_MS, Store, accept, record

Item = TypeVar("Item")


def hold(number: int, **more: Any) -> HoldRow:
    """Give a hold's row."""
    row = HoldRow(
        id=f"hold_{number}",
        decision_id=f"dec_{number:032x}",
        policy="ru.161-fz.8.3.4",
        placed_ms=NOW_MS + number,
        until_ms=NOW_MS + 100,
        confirm_by_ms=None,
        state="placed",
        due_ms=NOW_MS + 100,
        client=b"anna",
    )
    return replace(row, **more)


def claim(number: int, **more: Any) -> ClaimRow:
    """Give a claim's row."""
    row = ClaimRow(
        id=f"claim_{number}",
        decision_id=f"dec_{number:032x}",
        kind="ru.161-fz.8.13",
        state="open",
        liability="cannot_prove",
        amount_minor=5_000_000,
        currency="RUB",
        received_ms=NOW_MS + number,
        due_ms=None,
        client=b"anna",
    )
    return replace(row, **more)


def exposure(kind: str, amount_minor: int, at_ms: int, currency: str = "RUB") -> ExposureRow:
    """Give a row of exposure."""
    return ExposureRow(
        decision_id="dec_1", kind=kind, amount_minor=amount_minor, currency=currency, at_ms=at_ms, reason="late feed"
    )


def act(seq: int, **more: Any) -> Record:
    """Give a record that is no event and no decision."""
    plain = {"key": b"", "body_hash": b"", "event_id": "", "decision_id": "", "judgement": b"", "envelope": b""}
    fields = plain | {"kind": RecordKind.HOLD, "facts": b"", "reply": b"", "act": b'{"act":"confirm"}'}
    return record(seq, **(fields | more))


def pages(ask: Callable[[str | None], Page[Item]]) -> list[Item]:
    """Read a listing to its end."""
    page = ask(None)
    items = list(page.items)
    while page.next is not None:
        page = ask(page.next)
        items += page.items
    return items


def test_what_a_record_carries_comes_back(store: Store) -> None:
    """Acts, rows, threads and exposures of a record are replayed as they were; bytes of an act may be any."""
    records = [
        record(1, hold=hold(1), threads=("dec_9", "hold_9")),
        act(2, act=bytes(range(256)), hold=hold(1, state="confirmed", due_ms=None)),
        act(
            3, kind=RecordKind.NOTICE, threads=("hold_1", "claim_1"), event='{"text":"Перевод приостановлен"}'.encode()
        ),
        act(4, kind=RecordKind.CLAIM, claim=claim(1), exposures=(exposure("late_feed", 1, 2), exposure("saved", 3, 4))),
        act(5, kind=RecordKind.EXPOSURE, exposures=(exposure("returned", -1, NOW_MS),), act=b"", subject=b""),
    ]
    accept(store, *records)
    assert list(store.replay()) == records


def test_a_hold_stands_as_its_last_record_left_it(store: Store) -> None:
    """A later record of a hold replaces all of its row, and its timer with it."""
    accept(store, record(1, hold=hold(1)), record(2, hold=hold(2)))
    changed = hold(1, state="paused_again", due_ms=NOW_MS + 999, until_ms=NOW_MS + 999, policy="again", client=b"b")
    accept(store, act(3, hold=changed))
    assert (store.hold("hold_1"), store.hold("hold_2"), store.hold("hold_3")) == (changed, hold(2), None)


def test_timers_fire_the_longest_due_first(store: Store) -> None:
    """A hold is due once its timer lies before the instant asked for; a hold without a timer never is."""
    due = {1: NOW_MS + 10, 2: NOW_MS + 5, 3: None, 4: NOW_MS + 10}
    accept(store, *(record(seq, hold=hold(seq, due_ms=due_ms)) for seq, due_ms in due.items()))
    assert store.next_hold_due() == NOW_MS + 5
    assert [one.id for one in store.holds_due(NOW_MS + 5, 9)] == []
    assert [one.id for one in store.holds_due(NOW_MS + 6, 9)] == ["hold_2"]
    assert [one.id for one in store.holds_due(NOW_MS + 11, 9)] == ["hold_2", "hold_1", "hold_4"]
    assert [one.id for one in store.holds_due(NOW_MS + 11, 2)] == ["hold_2", "hold_1"]
    accept(store, act(5, hold=hold(2, state="released", due_ms=None)))
    assert store.next_hold_due() == NOW_MS + 10
    assert [one.id for one in store.holds_due(NOW_MS + 11, 1)] == ["hold_1"]


STATES = ("placed", "confirmed", "cancelled")
CLIENTS = (b"anna", b"boris")


@pytest.mark.parametrize("client", [None, *CLIENTS, b"nobody"])
@pytest.mark.parametrize("states", [(), ("placed",), ("confirmed", "cancelled"), ("placed", "placed"), ("none",)])
@pytest.mark.parametrize("limit", [1, 2, 50])
def test_holds_and_claims_are_listed_newest_first(
    store: Store, limit: int, states: tuple[str, ...], client: bytes | None
) -> None:
    """Pages follow each other without gap or repetition, narrowed by states and client, of equal ages by id."""
    holds = [hold(n, placed_ms=n // 2, state=STATES[n % 3], client=CLIENTS[n % 2]) for n in range(1, 10)]
    claims = [claim(n, received_ms=n // 2, state=STATES[n % 3], client=CLIENTS[n % 2]) for n in range(1, 10)]
    accept(store, *(record(n, hold=holds[n - 1], claim=claims[n - 1]) for n in range(1, 10)))
    kept = [n for n in range(9, 0, -1) if not states or STATES[n % 3] in states]
    kept = [n for n in kept if client is None or CLIENTS[n % 2] == client]
    kept.sort(key=lambda n: (n // 2, n), reverse=True)
    found = pages(lambda cursor: store.holds(limit, cursor, states=states, client=client))
    assert found == [holds[n - 1] for n in kept]
    found_claims = pages(lambda cursor: store.claims(limit, cursor, states=states, client=client))
    assert found_claims == [claims[n - 1] for n in kept]


def test_a_claim_stands_as_its_last_record_left_it(store: Store) -> None:
    """A later record of a claim replaces all of its row."""
    accept(store, act(1, kind=RecordKind.CLAIM, claim=claim(1)), act(2, kind=RecordKind.CLAIM, claim=claim(2)))
    paid = claim(1, state="paid", liability="owed", due_ms=NOW_MS + 30, amount_minor=7, currency="KZT", client=b"b")
    accept(store, act(3, kind=RecordKind.CLAIM, claim=paid))
    assert (store.claim("claim_1"), store.claim("claim_2"), store.claim("claim_3")) == (paid, claim(2), None)


def test_exposures_are_listed_and_summed(store: Store) -> None:
    """Rows come newest first by when it happened; sums are by kind and currency, over a span without its end.

    A reason narrows the sums to the rows that have it.
    """
    rows = [
        exposure("late_feed", 100, 20),
        exposure("saved", 50, 30),
        exposure("late_feed", 1, 30),
        exposure("late_feed", 7, 20, "KZT"),
        exposure("saved", 2, 29),
    ]
    accept(store, act(1, exposures=tuple(rows[:3])), act(2), act(3, exposures=tuple(rows[3:])))
    newest = [rows[2], rows[1], rows[4], rows[3], rows[0]]
    for limit in (1, 2, 9):
        assert pages(lambda cursor, limit=limit: store.exposures(limit, cursor)) == newest  # type: ignore[misc]  # a bound default
    late = [one for one in newest if one.kind == "late_feed"]
    assert pages(lambda cursor: store.exposures(1, cursor, kind="late_feed")) == late
    assert store.exposures(9, kind="returned").items == ()
    assert store.exposure_totals(20, 30) == (
        ExposureTotal(kind="late_feed", currency="KZT", amount_minor=7, count=1),
        ExposureTotal(kind="late_feed", currency="RUB", amount_minor=100, count=1),
        ExposureTotal(kind="saved", currency="RUB", amount_minor=2, count=1),
    )
    assert [one.count for one in store.exposure_totals(30, 31)] == [1, 1]
    assert store.exposure_totals(31, 99) == ()
    other = replace(rows[0], reason="another", amount_minor=3)
    accept(store, act(4, exposures=(other,)))
    assert [(one.kind, one.amount_minor) for one in store.exposure_totals(20, 30, reason="another")] == [
        ("late_feed", 3)
    ]
    assert store.exposure_totals(21, 30, reason="another") == ()
    assert [one.amount_minor for one in store.exposure_totals(20, 30, reason="late feed")] == [7, 100, 2]


def test_exposures_of_one_record_and_instant_are_paged(store: Store) -> None:
    """Rows that one record found at one instant stand on pages of their own without gap, the last named first."""
    rows = tuple(exposure("late_feed", number, 20) for number in range(4))
    accept(store, act(1, exposures=rows), act(2, exposures=rows[:1]))
    for kind in (None, "late_feed"):
        found = pages(lambda cursor, kind=kind: store.exposures(1, cursor, kind=kind))  # type: ignore[misc]  # a bound default
        assert found == [rows[0], *rows[::-1]]


@pytest.mark.parametrize("listing", ["holds", "claims", "exposures", "decisions"])
def test_a_cursor_of_nothing_is_refused(store: Store, listing: str) -> None:
    """A text that is no cursor, a cursor of another listing and a number beyond all bounds are invalid."""
    for cursor in (
        "nonsense!",
        "WyJhIl0",
        "WyJhIiwiYiJd",
        "WyJhIiwiYiIsImMiXQ",
        "WyI5OTk5OTk5OTk5OTk5OTk5OTk5OSIsImIiXQ",
    ):
        with pytest.raises(InvalidError, match="cursor"):
            getattr(store, listing)(3, cursor)


def test_a_story_is_read_in_log_order(store: Store) -> None:
    """A hold's, a decision's and a claim's records are found by its id, whoever names it, each once."""
    base = record(1).decision_id
    accept(
        store,
        record(1, hold=hold(1)),
        record(2, hold=hold(2)),
        act(3, hold=hold(1, state="confirmed"), threads=("hold_1", base)),
        record(4, kind=RecordKind.EVENT, decision_id="", threads=(base, "hold_1", base)),
        act(5, kind=RecordKind.CLAIM, claim=claim(1), threads=(base,)),
        act(6, kind=RecordKind.NOTICE, threads=("claim_1",)),
        record(7, kind=RecordKind.REVISION, decision_id=f"{base}.2", threads=(base,), hold=hold(7)),
    )
    assert [one.seq for one in store.thread("hold_1")] == [1, 3, 4]
    assert [one.seq for one in store.thread("hold_2")] == [2]
    assert [one.seq for one in store.thread(base)] == [1, 3, 4, 5, 7]
    assert [one.seq for one in store.thread("claim_1")] == [5, 6]
    assert [one.seq for one in store.thread(f"{base}.2")] == [7]
    assert store.thread("hold_9") == ()
    assert store.thread("hold_1")[0] == record(1, hold=hold(1))


def test_the_newest_of_a_story_are_read_in_log_order(store: Store) -> None:
    """Of a long story the last records are read, no more than asked for; where there are fewer, all of them."""
    accept(store, *(act(seq, threads=("day",)) for seq in range(1, 6)), act(6, threads=("night",)))
    assert [one.seq for one in store.newest_of_thread("day", 2)] == [4, 5]
    assert [one.seq for one in store.newest_of_thread("day", 9)] == [1, 2, 3, 4, 5]
    assert store.newest_of_thread("noon", 9) == ()


def test_a_session_stands_as_its_last_record_says(store: Store) -> None:
    """A session of identity verification is found as its last record left it, and by its timer while it has one."""
    opened = VerificationRow(id="ver_1", state="created", due_ms=NOW_MS + 5, decision_id="dec_1")
    other = VerificationRow(id="ver_2", state="created", due_ms=NOW_MS + 3)
    passed = replace(opened, state="passed", due_ms=None)
    assert (store.verification("ver_1"), store.next_verification_due()) == (None, None)
    first = act(1, kind=RecordKind.VERIFICATION, verification=opened, threads=("ver_1", "dec_1"))
    accept(store, first, act(2, kind=RecordKind.VERIFICATION, verification=other, threads=("ver_2",)))
    assert store.thread("ver_1") == (first,)
    assert store.next_verification_due() == NOW_MS + 3
    assert store.verifications_due(NOW_MS + 2, 9) == ()
    assert store.verifications_due(NOW_MS + 5, 9) == (other, opened)
    assert store.verifications_due(NOW_MS + 5, 1) == (other,)
    accept(store, act(3, kind=RecordKind.VERIFICATION, verification=passed, threads=("ver_1",)))
    assert store.verification("ver_1") == passed
    assert store.verifications_due(NOW_MS + 5, 9) == (other,)


def test_an_act_is_no_event(store: Store) -> None:
    """Records without an event id are found by no event, and the first record of an event stays the first."""
    accept(store, record(1), act(2), act(3, kind=RecordKind.NOTICE), record(4, event_id="tr-1"))
    assert store.by_event("tr-1") == record(1)
    assert store.by_event("") is None


def test_an_act_can_be_forgotten(store: Store) -> None:
    """What is personal in an act goes with its subject's key; the act, the hold and its place in the story stay."""
    taken = act(2, event=b'{"customer_id":"c-1"}', subject=b"anna", hold=hold(1, state="cancelled"))
    accept(store, record(1, hold=hold(1)), taken)
    assert store.forget(b"anna")
    assert store.thread("hold_1")[1] == structs.replace(taken, event=b"", forgotten=True)
    assert store.hold("hold_1") == hold(1, state="cancelled")


def test_the_place_of_an_instant_is_found(store: Store) -> None:
    """The last record that was received before an instant; at the instant itself is not before it."""
    accept(store, *(record(seq, received_ms=NOW_MS + seq // 3) for seq in range(1, 12)))
    places = [store.seq_at(NOW_MS + add) for add in (-1, 0, 1, 2, 3, 4, 99)]
    assert places == [0, 0, 2, 5, 8, 11, 11]


def test_where_a_clock_was_set_back_a_crossing_is_found(store: Store) -> None:
    """Of a log that crosses an instant more than once the answer is one of the crossings."""
    received = [10, 20, 30, 15, 25, 35]
    accept(store, *(record(seq, received_ms=ms) for seq, ms in enumerate(received, start=1)))
    for instant in range(5, 40):
        found = store.seq_at(instant)
        assert found == 0 or received[found - 1] < instant
        assert found == len(received) or received[found] >= instant
