"""A payout waits for its owner over HTTP: it goes on by itself when the owner passes, and in no other case."""

import signal
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.centre import IIN, Centre, centre, iin_hash
from tests.acceptance.conftest import Json, Server, StartServer

NOON = "2026-03-03T12:00:00+05:00"
AFTER_TERM = "2026-03-08T12:00:01+05:00"
OTHER = "900101300017"
CARD = "4111111111111111"
CONSENT: Json = {"text_version": "2026-01", "locale": "kk", "given_at": NOON, "evidence_ref": "proof-1", "of_age": True}
SESSIONS = "/v1/identity/sessions"


@pytest.fixture
def eye(tmp_path: Path) -> Iterator[Centre]:
    """Give a centre of identification."""
    with centre(tmp_path) as running:
        yield running


def saw(eye: Centre, **changes: Any) -> None:
    """Let somebody have been before the camera of the newest session: the owner, unless told otherwise."""
    eye.end(f"centre-{len(eye.opened)}", NOON, **changes)


@pytest.fixture
def site(start: StartServer, eye: Centre) -> Server:
    """Start a marketplace of Kazakhstan whose payouts wait for their owners."""
    return start("--home", "KZ", "--zone", "Asia/Almaty", *eye.words(), packs="kz,policy/owner-checks", clock=NOON)


class Case:
    """A seller who asks for a payout to details that were changed just now, on a device of their own."""

    def __init__(self, site: Server, name: str, payee: str = CARD) -> None:
        self.site = site
        self.name = name
        self.card = payee
        self.device = {"id": f"device-{name}"}
        self.seller: Json = {"seller_id": f"seller-{name}", "iin": IIN}

    def payout(self, name: str = "", **changes: Any) -> Json:
        """Write a payout."""
        event: Json = {"id": name or self.name, "type": "payout", "occurred_at": NOON, "seller": self.seller}
        event |= {"payee": {"card": self.card}, "amount_minor": 9_000_000, "currency": "KZT"}
        return event | {"device": self.device} | changes

    def held(self, name: str = "", **changes: Any) -> Json:
        """Ask for it; it waits."""
        event = self.payout(name, **changes)
        changed = {"type": "seller_changed", "occurred_at": NOON, "field": "payout_account", "seller": self.seller}
        self.site.report(changed | {"id": f"changed-{event['id']}"})
        made = self.site.decide(event)
        assert made["outcome"] == "hold", made
        return made

    def begin(self, session: str) -> httpx.Response:
        """Begin an attempt."""
        return self.site.post(f"{SESSIONS}/{session}/start", {"consent": CONSENT, "device_id": self.device["id"]})


def card(number: int) -> str:
    """Make a card of its own for a seller, for one that three sellers share is a question of its own."""
    body = f"411111{number:09d}"
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(body)]
    return f"{body}{-sum(sum(divmod(one, 10)) for one in doubled) % 10}"


def session_of(made: Json) -> str:
    """Name the session that a decision carries."""
    found = [one["session"] for one in made["measures"] if "session" in one]
    assert found, made["measures"]
    return str(found[0])


def read(site: Server, path: str) -> Json:
    """Read something; a server that says that it is too busy is asked again, as the answer says."""
    answer = site.client.get(path)
    for _ in range(60):
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            break
        time.sleep(0.5)
        answer = site.client.get(path)
    assert answer.status_code == httpx.codes.OK, answer.text
    found: Json = answer.json()
    return found


def state(site: Server, session: str) -> str:
    """Say where a session stands."""
    return str(read(site, f"{SESSIONS}/{session}")["state"])


def hold(site: Server, made: Json) -> Json:
    """Read a decision's hold."""
    return read(site, f"/v1/holds/{made['hold']['id']}")


def test_the_payout_goes_by_itself_when_the_owner_passes(site: Server, eye: Centre) -> None:
    """The decision names the session; after the pass the hold is released by the verification, and all is recorded."""
    case = Case(site, "one")
    made = case.held()
    session = session_of(made)
    assert [one["purpose"] for one in made["measures"] if "session" in one] == ["withdraw"]
    assert case.begin(session).json()["redirect_url"] == "https://centre.example/centre-1"
    assert hold(site, made)["state"] == "placed"
    saw(eye)
    assert state(site, session) == "consumed"
    now = hold(site, made)
    assert (now["state"], now["instruction"]) == ("released", "execute")
    assert [(act["act"], act["by"]) for act in now["history"]] == [("place", "bank"), ("release", "verification")]
    assert site.client.get(f"/v1/decisions/{made['id']}").json()["measures"] == made["measures"]
    assert site.post(f"/v1/decisions/{made['id']}/replay", {}).json()["equal"] is True
    site.restart(signal.SIGKILL)
    assert state(site, session) == "consumed"
    assert hold(site, made)["state"] == "released"
    assert site.decide(case.payout()) == made


LEAVES_IT_HELD: dict[str, tuple[Json, str]] = {
    "another face": ({"face": "other"}, "created"),
    "a still picture": ({"live": "spoof"}, "created"),
    "liveness not looked at": ({"live": None}, "created"),
    "another person": ({"iin": OTHER}, "failed"),
    "nobody knows who": ({"iin": None}, "inconclusive"),
    "another sum was shown": ({"confirmed": "0" * 64}, "failed"),
    "an old login": ({"finished": "2026-03-03T11:54:59+05:00"}, "failed"),
    "no instant of the login": ({"finished": None}, "failed"),
}


def test_the_payout_lapses_when_nobody_passes(site: Server, eye: Centre) -> None:
    """Whatever is not a pass, and a centre that is down, leaves the payout waiting; it ends by its own policy."""
    waiting = []
    for number, (seen, stands) in enumerate(LEAVES_IT_HELD.values()):
        case = Case(site, f"case-{number}", card(number))
        made = case.held()
        case.begin(session_of(made))
        saw(eye, **seen)
        assert state(site, session_of(made)) == stands, seen
        waiting.append(made)
    case = Case(site, "down", card(len(LEAVES_IT_HELD)))
    made = case.held()
    eye.mode = "fail"
    assert case.begin(session_of(made)).status_code == httpx.codes.SERVICE_UNAVAILABLE
    eye.mode = "good"
    assert case.begin(session_of(made)).status_code == httpx.codes.OK
    saw(eye)
    eye.mode = "fail"
    assert state(site, session_of(made)) == "started"
    waiting.append(made)
    assert {hold(site, one)["state"] for one in waiting} == {"placed"}
    site.move_clock(AFTER_TERM)
    eye.mode = "good"
    ends = {state(site, session_of(one)) for one in waiting}
    assert ends == {"failed", "inconclusive", "expired", "provider_error"}
    assert {hold(site, one)["state"] for one in waiting} == {"not_accepted"}
    assert {hold(site, one)["instruction"] for one in waiting} == {"do_not_execute"}


def test_a_pass_is_for_one_sum_and_one_payee(site: Server, eye: Centre) -> None:
    """Another sum or another card waits on; the same id with another sum is a conflict; no other use is let through."""
    case = Case(site, "one")
    made = case.held()
    dearer, elsewhere = (
        case.held("dearer", amount_minor=9_900_000),
        case.held("else", payee={"card": "5555555555554444"}),
    )
    session = session_of(made)
    case.begin(session)
    assert site.post("/v1/decisions", case.payout(amount_minor=1)).status_code == httpx.codes.CONFLICT
    saw(eye)
    assert state(site, session) == "consumed"
    other = {"id": "dearer", "type": "payout", "amount_minor": 9_900_000, "currency": "KZT", "payee_ref": CARD}
    used = site.post(f"{SESSIONS}/{session}/consume", {"operation": other})
    assert used.status_code == httpx.codes.CONFLICT
    assert hold(site, made)["state"] == "released"
    assert hold(site, dearer)["state"] == "placed"
    assert hold(site, elsewhere)["state"] == "placed"
    _site_uses_a_challenge_itself(site, eye)


def _site_uses_a_challenge_itself(site: Server, eye: Centre) -> None:
    """A payout that is challenged and not held: the site shows the operation as it was decided, once."""
    case = Case(site, "limited")
    site.complete("payout", "2024-01-01T00:00:00+05:00")
    account: Json = {"account": "KZ86125KZT5004100100", "iin": IIN}
    before = {"occurred_at": "2026-03-02T12:00:00+05:00", "id": "earlier"}
    site.report(case.payout(payee=account, amount_minor=100) | before)
    site.enlist("marketplace.sellers.limited", {"kind": "seller", "value": "seller-limited"})
    made = site.decide(case.payout(payee=account, amount_minor=100))
    assert made["outcome"] == "challenge", made
    session = session_of(made)
    case.begin(session)
    saw(eye)
    assert state(site, session) == "passed"
    shown: Json = {"id": "limited", "type": "payout", "amount_minor": 100, "currency": "KZT"}
    shown |= {"payee_ref": account["account"], "payee_owner_hash": iin_hash()}
    wrong = site.post(f"{SESSIONS}/{session}/consume", {"operation": shown | {"amount_minor": 101}})
    assert wrong.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert site.post(f"{SESSIONS}/{session}/consume", {"operation": shown}).status_code == httpx.codes.OK
    assert site.post(f"{SESSIONS}/{session}/consume", {"operation": shown}).status_code == httpx.codes.CONFLICT


def test_a_payout_that_a_kill_cuts_off_from_its_pass_goes_once(site: Server, eye: Centre) -> None:
    """Killed while owners pass, at whichever step: each payout goes, once, and none whose check is not used up."""
    cases = [Case(site, f"case-{number}", card(number)) for number in range(8)]
    made = [case.held() for case in cases]
    sessions = [session_of(one) for one in made]
    for case, session in zip(cases, sessions, strict=True):
        assert case.begin(session).status_code == httpx.codes.OK
        saw(eye)
    _kill_while_they_pass(site, sessions)
    for _ in range(2):  # at first some may wait for the timer or for who asks, and then nobody
        for one, session in zip(made, sessions, strict=True):
            released = hold(site, one)["state"] == "released"
            assert state(site, session) in ({"consumed"} if released else {"passed", "consumed"})
    for one, session in zip(made, sessions, strict=True):
        acts = [act["act"] for act in _until_it_goes(site, one)["history"]]
        assert acts == ["place", "release"]
        used = [act["act"] for act in read(site, f"{SESSIONS}/{session}")["history"]]
        assert (used.count("result"), used.count("consume")) == (1, 1)


def _kill_while_they_pass(site: Server, sessions: list[str]) -> None:
    """Read all sessions at once, which has the results fetched; kill the server with the first answer; start again."""
    with ThreadPoolExecutor(len(sessions)) as pool:
        calls = [pool.submit(state, site, session) for session in sessions]
        wait(calls, return_when=FIRST_COMPLETED)
        site.process.send_signal(signal.SIGKILL)
        assert all(isinstance(call.exception(), httpx.HTTPError | None) for call in calls)
    site.restart(signal.SIGKILL)


def _until_it_goes(site: Server, made: Json) -> Json:
    """Wait for the timer, which does what the kill left undone."""
    for _ in range(300):
        now = hold(site, made)
        if now["state"] == "released":
            return now
        time.sleep(0.1)
    pytest.fail(f"the payout still waits: {now}")
