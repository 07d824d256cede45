"""Russia: the hold of 161-FZ article 8, the client's choice, silence and the second pause, told over HTTP."""

import signal
from collections.abc import Iterator

import pytest

from tests.acceptance.conftest import NOON, StartServer, transfer
from tests.acceptance.stories import (
    Scenario,
    World,
    at,
    cancel,
    confirm,
    delist,
    enlist,
    get,
    held,
    kill,
    look,
    moves,
    pay,
    post,
    result,
    scenario,
    tell,
)

BASE = "ru.cbr.recipients"
FIRST = "ru.161-fz.8.3.4"
SECOND = "ru.161-fz.8.3.10"
FRIDAY = "2026-05-08 12:00"
SATURDAY = "2026-05-09 12:00"
SUNDAY = "2026-05-10 12:00"
LAST = "2026-05-09 23:59:59.999"
AFTER = "2026-05-10 00:00"

CASES = (
    scenario(
        "The worked example: held on Friday, confirmed on Saturday, paused till Sunday, paid on Monday",
        "161-FZ 8 p. 3.4, 3.6, 3.10, 3.11",
        at(FRIDAY, enlist(BASE)),
        at(FRIDAY, pay(), outcome="hold", policy=FIRST, until="day 2026-05-09", confirm_by="day 2026-05-09"),
        at(FRIDAY, look(), state="placed", instruction="wait"),
        at(SATURDAY, confirm(), state="paused_again", instruction="wait", policy=SECOND, until="day 2026-05-10"),
        at("2026-05-10 23:59:59.999", look(), state="paused_again", instruction="wait"),
        at("2026-05-11 00:00", look(), state="confirmed", instruction="execute"),
        at("2026-05-11 00:01", result("executed")),
        at("2026-05-11 00:02", look(), state="confirmed", executed=True, acts=["place", "confirm", "lapse", "execute"]),
    ),
    scenario(
        "The worked example: confirmed on Sunday is too late, the order counts as not accepted",
        "161-FZ 8 p. 3.9",
        *held(FRIDAY, by=BASE, sign="1.1"),
        at(SUNDAY, confirm(), status=409, detail="~3.9"),
        at(SUNDAY, look(), state="not_accepted", instruction="do_not_execute"),
    ),
    scenario(
        "Confirmed in time and not in the database: executed at once",
        "161-FZ 8 p. 3.8",
        *held(FRIDAY),
        at("2026-05-08 12:01", confirm(), state="confirmed", instruction="execute", acts=["place", "confirm"]),
    ),
    scenario(
        "Confirmed in the very last moment of the window",
        "161-FZ 8 p. 3.6 item 3",
        *held(FRIDAY),
        at("2026-05-09 23:59:59.999999", confirm(), state="confirmed", instruction="execute"),
    ),
    scenario(
        "Confirmed in the first moment after the window",
        "161-FZ 8 p. 3.9",
        *held(FRIDAY),
        at(AFTER, confirm(), status=409),
        at(AFTER, look(), state="not_accepted", acts=["place", "lapse"], moves__1__by="clock"),
    ),
    scenario(
        "Friday 23:50 is day one and the weekend moves nothing",
        "161-FZ 8 p. 3.4; letter 010-31/7975",
        at("2026-05-08 23:50", enlist("bank.recipients")),
        at("2026-05-08 23:50", pay(), outcome="hold", until="day 2026-05-09"),
        at("2026-05-09 00:10", pay("u"), outcome="hold", until="day 2026-05-10"),
    ),
    scenario(
        "A retry keeps the first dates",
        "161-FZ 8 p. 3.4",
        *held(FRIDAY),
        at(FRIDAY, pay(occurred_at="at " + FRIDAY), until="day 2026-05-09"),
        at("2026-05-09 09:00", pay(occurred_at="at " + FRIDAY), until="day 2026-05-09"),
        at("2026-05-09 09:00", look(), placed_at="time " + FRIDAY),
    ),
    scenario(
        "Placed on 31 December, it ends on 1 January, a holiday",
        "161-FZ 8 p. 3.4",
        *held("2025-12-31 18:00", sign="4"),
        at("2025-12-31 18:00", look(), until="day 2026-01-01", confirm_by="day 2026-01-01"),
        at("2026-01-01 23:59:59.999", confirm(), state="confirmed", instruction="execute"),
    ),
    scenario(
        "The second pause over the turn of the year: confirmed on 31 December, paid on 2 January",
        "161-FZ 8 p. 3.10, 3.11",
        *held("2025-12-30 10:00", by=BASE, sign="1"),
        at("2025-12-31 23:59:59.999", confirm(), state="paused_again", until="day 2026-01-01"),
        at("2026-01-02 00:00", look(), state="confirmed", instruction="execute"),
    ),
    scenario(
        "On 31 December the six signs of OD-1027, on 1 January those of OD-2506",
        "OD-1027, OD-2506",
        at("2025-12-31 23:59:59", enlist("bank.recipients")),
        at("2025-12-31 23:59:59", pay(), outcome="hold", fired={"4"}, signs__0__id="ru.od-1027.1"),
        at("2026-01-01 00:00", pay("u"), outcome="hold", fired={"1.7"}, until="day 2026-01-02"),
    ),
    scenario(
        "Ordered before midnight and decided after: old signs, dates of the new day",
        "161-FZ 8 p. 3.4; OD-1027",
        at("2025-12-31 23:00", enlist(BASE)),
        at("2026-01-01 00:20", pay(occurred_at="at 2025-12-31 23:50"), outcome="hold", fired={"1"}),
        at("2026-01-01 00:20", look(), until="day 2026-01-02", placed_at="time 2026-01-01 00:20"),
    ),
    scenario(
        "Ordered on Friday at 23:59 and decided on Saturday: the window ends on Sunday",
        "161-FZ 8 p. 3.4 (decided_at)",
        at("2026-05-08 23:00", enlist("bank.recipients")),
        at("2026-05-09 00:00:05", pay(occurred_at="at 2026-05-08 23:59"), outcome="hold", until="day 2026-05-10"),
    ),
    scenario(
        "A transfer inside the bank is suspended",
        "161-FZ 8 p. 3.4 sentence 1",
        at(FRIDAY, enlist("bank.recipients", "account")),
        at(FRIDAY, pay(rail="internal"), outcome="hold", policy=FIRST, until="day 2026-05-09"),
    ),
    scenario(
        "A transfer in digital roubles is suspended on its own sign",
        "OD-2506 2.1, 161-FZ 8 p. 3.4",
        at(FRIDAY, enlist("ru.cbr.digital_rouble", "ewallet")),
        at(FRIDAY, pay(rail="digital_rouble", payee={"ewallet": "wallet000014"}), outcome="hold", policy=FIRST),
    ),
    scenario(
        "Before 1 March the state portal's list is no sign, from that day it is",
        "OD-2506 1.2",
        at("2026-02-28 23:59:59", enlist("ru.gis.recipients")),
        at("2026-02-28 23:59:59", pay(), outcome="allow"),
        at("2026-03-01 00:00", pay("u"), outcome="hold", fired={"1.2"}, until="day 2026-03-02"),
        at("2026-03-01 00:01", confirm("u"), state="confirmed", instruction="execute"),
    ),
    scenario(
        "A criminal case counts only with its document, and gives no second pause",
        "OD-2506 1.8; 161-FZ 8 p. 3.8",
        at(FRIDAY, enlist("ru.courts.criminal_cases")),
        at(FRIDAY, pay("before"), outcome="allow"),
        at(FRIDAY, enlist("ru.courts.criminal_cases", document={"number": "126014500010", "date": "2026-04-01"})),
        at(FRIDAY, pay(), outcome="hold", fired={"1.8"}),
        at(SATURDAY, confirm(), state="confirmed", instruction="execute"),
    ),
    scenario(
        "A device of the database holds, and gives no second pause",
        "OD-2506 1.5; 161-FZ 8 p. 3.8, 3.10",
        at(FRIDAY, enlist("ru.cbr.devices", "device")),
        at(FRIDAY, pay(device={"id": "device-17"}), outcome="hold", fired={"1.5"}),
        at(SATURDAY, confirm(proof={"method": "branch"}), state="confirmed", instruction="execute"),
    ),
    scenario(
        "The feed is loaded between the hold and the confirmation: a second pause, from the confirmation day",
        "161-FZ 8 p. 3.10",
        *held(FRIDAY),
        at("2026-05-08 20:00", enlist(BASE)),
        at(SATURDAY, confirm(), state="paused_again", policy=SECOND, until="day 2026-05-10", confirm_by=None),
        at("2026-05-11 00:00", look(), state="confirmed", instruction="execute"),
    ),
    scenario(
        "Confirmed on the first day and in the database: the second pause ends with the first one's last day",
        "161-FZ 8 p. 3.10",
        *held(FRIDAY, by=BASE, sign="1.1"),
        at("2026-05-08 12:05", confirm(), state="paused_again", until="day 2026-05-09"),
        at(AFTER, look(), state="confirmed", instruction="execute"),
    ),
    scenario(
        "A record that left the database before the confirmation gives no second pause",
        "161-FZ 8 p. 3.8, 3.10",
        *held(FRIDAY, by=BASE, sign="1.1"),
        at("2026-05-08 18:00", delist(BASE)),
        at("2026-05-08 18:01", look(), state="placed", instruction="wait"),
        at(SATURDAY, confirm(), state="confirmed", instruction="execute"),
    ),
    scenario(
        "Silence is no acceptance, and a later match suspends nothing",
        "161-FZ 8 p. 3.9",
        *held(FRIDAY),
        at(AFTER, look(), state="not_accepted", instruction="do_not_execute"),
        at("2026-05-10 01:00", enlist(BASE)),
        at("2026-05-10 01:01", look(), state="not_accepted", acts=["place", "lapse"]),
    ),
    scenario(
        "A match of the database after the confirmation suspends nothing",
        "161-FZ 8 p. 3.8",
        *held(FRIDAY),
        at("2026-05-08 13:00", confirm(), state="confirmed"),
        at("2026-05-08 13:01", enlist(BASE)),
        at("2026-05-08 13:02", look(), state="confirmed", instruction="execute", acts=["place", "confirm"]),
    ),
    scenario(
        "Confirmed twice: the second time changes nothing, also in the second pause",
        "161-FZ 8 p. 3.10",
        *held(FRIDAY, by=BASE, sign="1.1"),
        at("2026-05-08 13:00", confirm(), state="paused_again", until="day 2026-05-09"),
        at(SATURDAY, confirm(), state="paused_again", until="day 2026-05-09", acts=["place", "confirm"]),
    ),
    scenario(
        "There is no third hold: after the second pause the database holds nothing",
        "161-FZ 8 p. 3.11",
        *held(FRIDAY, by=BASE, sign="1.1"),
        at("2026-05-08 12:05", confirm(), state="paused_again"),
        at(AFTER, enlist(BASE, "account")),
        at(AFTER, confirm(), status=200, state="confirmed", instruction="execute"),
        at("2026-05-12 12:00", look(), state="confirmed", instruction="execute", acts=["place", "confirm", "lapse"]),
    ),
    scenario(
        "Cancelled in the first pause, and not to be confirmed afterwards",
        "161-FZ 8 p. 3.6, contract section 7",
        *held(FRIDAY),
        at("2026-05-08 13:00", cancel(), state="cancelled", instruction="do_not_execute"),
        at("2026-05-08 13:01", cancel(), state="cancelled", acts=["place", "cancel"]),
        at("2026-05-08 13:02", confirm(), status=409),
        at(SUNDAY, look(), state="cancelled", acts=["place", "cancel"]),
    ),
    scenario(
        "Cancelled in the second pause",
        "161-FZ 8 p. 3.10; issue 3",
        *held(FRIDAY, by=BASE, sign="1.1"),
        at(SATURDAY, confirm(), state="paused_again"),
        at(SUNDAY, cancel(), state="cancelled", instruction="do_not_execute"),
        at("2026-05-11 00:00", look(), state="cancelled", acts=["place", "confirm", "cancel"]),
    ),
    scenario(
        "Cancelled after the confirmation, until the bank executed",
        "issue 3: cancel works until execution",
        *held(FRIDAY),
        at("2026-05-08 13:00", confirm(), state="confirmed"),
        at("2026-05-08 13:01", cancel(), state="cancelled", instruction="do_not_execute"),
    ),
    scenario(
        "What was executed cannot be cancelled",
        "issue 3: cancel works until execution",
        *held(FRIDAY),
        at("2026-05-08 13:00", confirm(), state="confirmed"),
        at("2026-05-08 13:01", result("executed")),
        at("2026-05-08 13:02", cancel(), status=409),
        at("2026-05-08 13:03", look(), state="confirmed", executed=True),
    ),
    scenario(
        "The bank's analyst cannot release an unconfirmed order, nor one in the second pause",
        "161-FZ 8 p. 3.4, 3.8, 3.10",
        *held(FRIDAY, by=BASE, sign="1.1"),
        at("2026-05-08 13:00", post("/v1/holds/{hold}/release", reason="a mistake"), status=409, detail="~161-ФЗ"),
        at("2026-05-08 14:00", confirm(), state="paused_again"),
        at("2026-05-08 15:00", post("/v1/holds/{hold}/release", reason="a mistake"), status=409, detail="~3.10"),
        at("2026-05-08 15:01", look(), state="paused_again", acts=["place", "confirm"]),
    ),
    scenario(
        "Another client may do nothing with the hold",
        "contract section 7: another client is 403",
        *held(FRIDAY),
        at("2026-05-08 13:00", confirm(customer_id="c-9999"), status=403),
        at("2026-05-08 13:00", cancel(customer_id="c-9999"), status=403),
        at("2026-05-08 13:01", look(), state="placed", acts=["place"]),
    ),
    scenario(
        "A changed amount is a new operation with a hold of its own",
        "161-FZ 8 p. 3.4, 3.6 (repeat)",
        *held(FRIDAY),
        at("2026-05-08 13:00", confirm(), state="confirmed"),
        at("2026-05-08 13:01", pay("u", amount_minor=25_000_001), outcome="hold", until="day 2026-05-09"),
    ),
    scenario(
        "An organisation's order is held as a person's is",
        "161-FZ 8 p. 3.4",
        at(FRIDAY, enlist(BASE)),
        at(FRIDAY, pay(payer={"kind": "organisation"}), outcome="hold", policy=FIRST, until="day 2026-05-09"),
        at("2026-05-08 13:00", confirm(), state="paused_again", until="day 2026-05-09"),
    ),
    scenario(
        "A payer of unknown kind is held as well",
        "161-FZ 8 p. 3.4",
        at(FRIDAY, enlist("bank.recipients")),
        at(FRIDAY, pay(payer={"kind": None}), outcome="hold", policy=FIRST),
        at(LAST, confirm(), state="confirmed"),
    ),
    scenario(
        "Executed while the hold waits is written down as a breach, never turned away",
        "161-FZ 8 p. 3.13",
        *held(FRIDAY, by=BASE, sign="1.1"),
        at("2026-05-08 13:00", result("executed")),
        at("2026-05-08 13:01", look(), executed=True, acts=["place", "execute"], moves__1__details__breach=True),
    ),
    scenario(
        "Killed between the hold, the confirmation and the timer, the bank still knows the day",
        "161-FZ 8 p. 3.10, 3.11",
        *held(FRIDAY, by=BASE, sign="1.1"),
        at("2026-05-08 16:00", kill()),
        at("2026-05-09 16:00", confirm(), state="paused_again", until="day 2026-05-10"),
        at("2026-05-09 16:00", kill()),
        at("2026-05-10 23:59:59.999", look(), state="paused_again"),
        at("2026-05-11 00:00", look(), state="confirmed", acts=["place", "confirm", "lapse"]),
    ),
    scenario(
        "A decision tells its hold, and the list of a client's holds has it",
        "contract section 7",
        *held(FRIDAY),
        at(FRIDAY, get("/v1/decisions/{decision}"), outcome="hold", hold__policy=FIRST),
        at(FRIDAY, get("/v1/holds?customer_id={client}"), items__0__state="placed", next=None),
        at(FRIDAY, get("/v1/holds?customer_id=nobody"), items=[]),
    ),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Tell all of them in one world."""
    yield from tell(tmp_path_factory.mktemp("russia"), CASES)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_russia(world: World, case: Scenario) -> None:
    """Every scenario goes as the law says."""
    world.check(case)


def test_a_hold_reads_the_same_before_and_after_its_timer_fired(start: StartServer) -> None:
    """Started again after the end of its term, the server shows the hold as the timer will write it."""
    server = start(clock="2026-05-08T12:00:00+03:00")
    server.enlist("bank.recipients", {"kind": "inn", "value": "500100732259"})
    path = f"/v1/holds/{server.decide(transfer('tr-1'))['hold']['id']}"
    server.words = tuple("2026-05-10T09:00:00+03:00" if word == NOON else word for word in server.words)
    server.restart(signal.SIGKILL)
    before = server.client.get(path).json()
    server.move_clock("2026-05-10T09:00:00.001+03:00")
    after = server.client.get(path).json()
    for row in (before, after):
        assert (row["state"], row["instruction"], row["next"]) == ("not_accepted", "do_not_execute", [])
        lapsed = moves(row)[-1]
        assert (lapsed["act"], lapsed["at"]) == ("lapse", "2026-05-10T00:00:00.000+03:00")
    assert moves(before) == moves(after)


def test_a_wrong_load_is_undone_for_all_it_touched(start: StartServer) -> None:
    """Two people take a version back: what it alone held goes, the second pause ends, another ground still holds."""
    server = start(clock="2026-05-08T12:00:00+03:00")
    inns = [f"50010000000{number}" for number in range(3)]
    server.enlist("bank.recipients", *({"kind": "inn", "value": inn} for inn in inns[1:]))
    ids = {}
    second = server.decide(transfer("b", payee={"kind": "individual", "inn": inns[1]}))["hold"]["id"]
    version = server.enlist(BASE, *({"kind": "inn", "value": inn} for inn in inns))["version"]
    for name, inn in (("a", inns[0]), ("c", inns[2])):
        ids[name] = server.decide(transfer(name, payee={"kind": "individual", "inn": inn}))["hold"]["id"]
    proof = {"method": "branch", "reference": "r-1"}
    said = {"by": "client", "customer_id": "c-1", "proof": proof}
    assert server.post(f"/v1/holds/{second}/confirm", said).json()["state"] == "paused_again"
    body = {"reason": "another region's file", "evidence": {"kind": "letter", "reference": "FC-17"}, "by": "anna"}
    path = f"/v1/lists/{BASE}/versions/{version}/undo"
    assert server.post(path, body | {"approved_by": "anna"}).status_code == 422
    assert server.post(path, body | {"approved_by": "boris"}).status_code == 200
    server.move_clock("2026-05-08T12:01:00+03:00")
    rows = {name: server.client.get(f"/v1/holds/{hold}").json() for name, hold in (ids | {"b": second}).items()}
    assert (rows["a"]["state"], rows["a"]["instruction"]) == ("withdrawn", "execute")
    assert (rows["b"]["state"], rows["b"]["instruction"]) == ("withdrawn", "execute")
    assert (rows["c"]["state"], rows["c"]["instruction"]) == ("placed", "wait")
    assert rows["c"]["until"] == "2026-05-09T23:59:59.999999+03:00"
    assert server.post(path, body | {"approved_by": "boris"}).status_code == 409
