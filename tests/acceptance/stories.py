"""Scenarios of law as data: who does what at which instant, and what must then stand in the answer; and their teller.

Many scenarios live in one world, a server on its test clock: their steps are told in the order of time, each scenario
with its own client and its own payee, so that a file of them costs one start of the product.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from tests.acceptance.conftest import Json, Server

BY_PUSH = {"method": "app"}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens at a local time of the world; `wants` must stand in the answer."""

    at: str
    verb: str
    words: Json
    wants: Json

    def __str__(self) -> str:
        said = ", ".join(f"{name}={value}" for name, value in self.words.items())
        return f"{self.at} {self.verb}({said})"


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the law says, where it says it, and the steps that show it."""

    title: str
    law: str
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return self.title


Verb = tuple[str, Json]


def scenario(title: str, law: str, *steps: Step) -> Scenario:
    """Name a scenario, the provision that it shows, and its steps."""
    assert [step.at for step in steps] == sorted(step.at for step in steps), title
    return Scenario(title, law, steps)


def held(when: str, *, by: str = "bank.recipients", sign: str = "1.7") -> tuple[Step, Step]:
    """The payee enters a list, and the client's order to it is held."""
    return at(when, enlist(by)), at(when, pay(), outcome="hold", fired={sign})


def at(when: str, verb: Verb, **wants: Any) -> Step:
    """Do something at a local time (`YYYY-MM-DD HH:MM[:SS[.ffffff]]`) and want something of the answer."""
    return Step(when, verb[0], verb[1], wants)


def pay(name: str = "t", /, **words: Any) -> Verb:
    """The client orders a transfer; words are fields of the event, `payer` and `payee` add to the parties."""
    return "pay", {"name": name} | words


def tell_bank(kind: str, **words: Any) -> Verb:
    """An event without a decision, as a change of the phone number."""
    return "tell_bank", {"kind": kind} | words


def ask(kind: str, **words: Any) -> Verb:
    """Another event with a decision, as a loan or cash."""
    return "ask", {"kind": kind, "name": "t"} | words


def enlist(name: str, kind: str = "inn", **entry: Any) -> Verb:
    """The scenario's payee enters a list; `who="payer"` lists the client."""
    return "enlist", {"list": name, "kind": kind} | entry


def delist(name: str, kind: str = "inn", **entry: Any) -> Verb:
    """The scenario's payee leaves a list."""
    return "delist", {"list": name, "kind": kind} | entry


def confirm(of: str = "t", **words: Any) -> Verb:
    """The client confirms the held operation."""
    return "act", {"act": "confirm", "of": of} | words


def cancel(of: str = "t", **words: Any) -> Verb:
    """The client drops the held operation."""
    return "act", {"act": "cancel", "of": of} | words


def post(path: str, of: str = "t", /, **body: Any) -> Verb:
    """Post a body to a path in which `{hold}`, `{decision}` and `{client}` are the scenario's."""
    return "post", {"path": path, "of": of, "body": body}


def look(of: str = "t") -> Verb:
    """Read the hold."""
    return "get", {"path": "/v1/holds/{hold}", "of": of}


def get(path: str, of: str = "t") -> Verb:
    """Read a path in which `{hold}`, `{decision}` and `{client}` are the scenario's."""
    return "get", {"path": path, "of": of}


def result(word: str, of: str = "t") -> Verb:
    """The bank reports what became of the operation."""
    return "result", {"result": word, "of": of}


def claim(of: str = "t", /, **words: Any) -> Verb:
    """The client reports fraud and asks for the money back; words are fields of the report."""
    return "claim", {"of": of} | words


def kill() -> Verb:
    """The process is killed and started again on the same data."""
    return "kill", {}


@dataclass(slots=True)
class Life:
    """One scenario while it is told: its people, its decisions, and the first fault."""

    scenario: Scenario
    number: int
    home: str
    decisions: dict[str, Json] = field(default_factory=dict)
    fault: str | None = None

    @property
    def client(self) -> str:
        """The client's id."""
        return f"c-{self.number}"

    def payer(self) -> Json:
        """The client as the payer."""
        tax = {"iin": _iin(500_000 + self.number)} if self.home == "KZ" else {"inn": _inn(500_000 + self.number)}
        return {"customer_id": self.client, "kind": "individual"} | tax

    def payee(self) -> Json:
        """Give the stranger who is paid."""
        if self.home == "KZ":
            return {"kind": "individual", "account": f"KZ75125KZT{self.number:010}", "iin": _iin(self.number)}
        account = f"40817810{self.number:012}"
        return {"kind": "individual", "account": account, "bic": "044525225", "inn": _inn(self.number)}

    def value(self, kind: str, who: str) -> str:
        """Give the identifier by which a list names a party."""
        party = self.payer() if who == "payer" else self.payee()
        made: dict[str, Callable[[], str]] = {
            "phone": lambda: f"+7903{self.number:07}",
            "sbp_phone": lambda: f"+7903{self.number:07}",
            "card": lambda: f"220015{self.number:010}",
            "ewallet": lambda: f"wallet{self.number:06}",
            "device": lambda: f"device-{self.number}",
            "passport_hash": lambda: hashlib.sha256(f"passport {self.number}".encode()).hexdigest(),
            "snils_hash": lambda: hashlib.sha256(f"snils {self.number}".encode()).hexdigest(),
        }
        return str(party[kind]) if kind in party else made[kind]()


def _known(fields: Json) -> Json:
    """Leave out what is `None`."""
    return {name: value for name, value in fields.items() if value is not None}


def _inn(number: int) -> str:
    return f"5001{number:08}"


def _iin(number: int) -> str:
    return f"900101{number:06}"


class World:
    """A server on its test clock, in which scenarios are told together."""

    def __init__(self, server: Server, *, zone: str, now: dt.datetime, home: str = "RU") -> None:
        self.server = server
        self.zone = ZoneInfo(zone)
        self.home = home
        self.now = now
        self.written = 0
        self.lives: dict[str, Life] = {}

    def tell(self, scenarios: Sequence[Scenario]) -> "World":
        """Tell all scenarios, step by step in the order of time; a scenario with a fault is told no further."""
        lives = [Life(one, number + 1, self.home) for number, one in enumerate(scenarios)]
        self.lives = {life.scenario.title: life for life in lives}
        assert len(self.lives) == len(lives), "two scenarios have one title"
        steps = [(self.instant(step.at), life, step) for life in lives for step in life.scenario.steps]
        for instant, life, step in sorted(steps, key=lambda row: row[0]):
            if life.fault is None:
                life.fault = self._tried(instant, life, step)
        return self

    def check(self, one: Scenario) -> None:
        """Assert that a scenario went as its law says."""
        fault = self.lives[one.title].fault
        assert fault is None, f"{one.law}: {fault}"

    def instant(self, text: str) -> dt.datetime:
        """Read a local time."""
        return dt.datetime.fromisoformat(text).replace(tzinfo=self.zone)

    def _tried(self, instant: dt.datetime, life: Life, step: Step) -> str | None:
        """Take one step, and say what was wrong."""
        try:
            if instant > self.now:
                self.server.move_clock(instant.isoformat())
                self.now = instant
            answer = getattr(self, f"_{step.verb}")(life, **step.words)
            self._compare(answer, step.wants)
        except (AssertionError, httpx.HTTPError, LookupError) as error:
            return f"{step}: {error!r}"
        return None

    def _compare(self, answer: httpx.Response | None, wants: Json) -> None:
        """Assert that everything that is wanted stands in the answer."""
        if answer is None:
            return
        body = answer.json()
        status = {wants["status"]} if "status" in wants else {200, 201}
        assert answer.status_code in status, f"status {answer.status_code} instead of {status}: {answer.text}"
        for name, wanted in wants.items():
            if name != "status":
                found = _found(body, name)
                assert self._same(found, wanted), f"`{name}` is {found!r} instead of {wanted!r} in {answer.text[:3000]}"

    def _same(self, found: Any, wanted: Any) -> bool:
        """Compare; `day` is its last instant, `time` a local one, `~` part of a text, a set or dict part of another."""
        if isinstance(wanted, frozenset | set):
            return set(wanted) <= set(found)
        if isinstance(wanted, dict):
            return all(self._same(found.get(name), part) for name, part in wanted.items())
        if isinstance(wanted, str) and wanted.startswith("~"):
            return wanted[1:].casefold() in str(found).casefold()
        if isinstance(wanted, str) and wanted.startswith("day "):
            return bool(found == f"{self.instant(wanted[4:] + ' 23:59:59.999999').isoformat()}")
        if isinstance(wanted, str) and wanted.startswith("time "):
            return isinstance(found, str) and dt.datetime.fromisoformat(found) == self.instant(wanted[5:])
        return bool(found == wanted)

    def _id(self, life: Life, name: str) -> str:
        return f"e-{life.number}-{name}"

    def _send(self, path: str, body: Json) -> httpx.Response:
        return self.server.post(path, _known(body))

    def _pay(self, life: Life, *, name: str, payer: Json | None = None, payee: Json | None = None, **words: Any) -> Any:
        money = {"amount_minor": 25_000_000, "currency": "KZT" if self.home == "KZ" else "RUB"}
        parties = {"payer": life.payer() | (payer or {}), "payee": life.payee() | (payee or {})}
        parties = {
            role: {key: text for key, text in party.items() if text is not None} for role, party in parties.items()
        }
        event = {"type": "transfer", "rail": "order"} | money | parties
        return self._decided(life, name, event | words)

    def _ask(self, life: Life, *, kind: str, name: str, client: Json | None = None, **words: Any) -> httpx.Response:
        money = {"amount_minor": 5_000_000, "currency": "KZT" if self.home == "KZ" else "RUB"}
        event = {"type": kind, "client": life.payer() | (client or {})} | money
        return self._decided(life, name, event | words)

    def _decided(self, life: Life, name: str, event: Json) -> httpx.Response:
        event = {"id": self._id(life, name), "occurred_at": self.now.isoformat()} | self._instants(event)
        answer = self._send("/v1/decisions", event)
        assert answer.status_code == httpx.codes.OK, answer.text
        life.decisions.setdefault(name, answer.json())
        return answer

    def _instants(self, event: Json) -> Json:
        """Write local times (`at ...`) as instants, also inside of parts."""
        return {name: self._written(value) for name, value in event.items()}

    def _written(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self._instants(value)
        if isinstance(value, str) and value.startswith("at "):
            return self.instant(value[3:]).isoformat()
        return value

    def _tell_bank(self, life: Life, *, kind: str, **words: Any) -> None:
        self.written += 1
        event = {"type": kind, "id": f"n-{self.written}", "occurred_at": self.now.isoformat()}
        who = {} if kind == "transfer_result" else {"client": {"customer_id": life.client}}
        self.server.report(event | who | self._instants(words))

    def _result(self, life: Life, *, result: str, of: str) -> None:
        self._tell_bank(life, kind="transfer_result", of=self._id(life, of), result=result)

    def _claim(self, life: Life, *, of: str, **words: Any) -> httpx.Response:
        self.written += 1
        about = {"type": "fraud_report", "of": self._id(life, of), "client": {"customer_id": life.client}}
        event = {"id": f"fr-{self.written}", "occurred_at": self.now.isoformat()} | about | self._instants(words)
        return self._send("/v1/claims", event)

    def _entry(self, life: Life, words: Json) -> Json:
        who = words.pop("who", "payee")
        value = life.value(words["kind"], who)
        bank = {"bic": "044525225"} if words["kind"] == "account" else {}
        return _known({"value": value} | bank | self._instants(words))

    def _enlist(self, life: Life, **words: Any) -> None:
        self.server.enlist(words.pop("list"), self._entry(life, words))

    def _delist(self, life: Life, **words: Any) -> None:
        body = {"entries": [self._entry(life, {name: text for name, text in words.items() if name != "list"})]}
        answer = self.server.client.request("DELETE", f"/v1/lists/{words['list']}/entries", json=body)
        assert answer.status_code == httpx.codes.OK, answer.text

    def _path(self, life: Life, path: str, of: str) -> str:
        decision = life.decisions.get(of, {})
        hold = (decision.get("hold") or {}).get("id", "none")
        return path.format(hold=hold, decision=decision.get("id"), client=life.client)

    def _act(self, life: Life, *, act: str, of: str, proof: Json | None = None, **words: Any) -> httpx.Response:
        self.written += 1
        proof = self._instants({"reference": f"proof-{self.written}"} | (BY_PUSH if proof is None else proof))
        body = {"by": "client", "customer_id": life.client, "proof": proof} | words
        return self._send(self._path(life, f"/v1/holds/{{hold}}/{act}", of), body)

    def _post(self, life: Life, *, path: str, of: str, body: Json) -> httpx.Response:
        named = {name: life.client if value == "{client}" else value for name, value in body.items()}
        return self.server.post(self._path(life, path, of), self._instants(named))

    def _get(self, life: Life, *, path: str, of: str) -> httpx.Response:
        answer = self.server.client.get(self._path(life, path, of))
        if path == "/v1/decisions/{decision}":
            life.decisions[of] = answer.json()
        return answer

    def _kill(self, life: Life) -> None:
        del life
        self.server.restart(9)


def moves(hold: Json) -> list[Json]:
    """Give what happened to a hold, without the notices of it and the looks at it."""
    return [row for row in hold["history"] if row["act"] not in {"notify", "show"}]


def _found(body: Any, name: str) -> Any:
    """Find what a wanted name means in an answer: a path, with the hold of a decision and its signs at hand."""
    if name in {"fired", "clear", "unknown"} and "signs" in body:
        return {row["id"].partition(".")[2].partition(".")[2] for row in body["signs"] if row["state"] == name}
    if name in {"limit_minor", "remaining_minor", "limited_until"}:
        return {row["duty"]: row[name.replace("limited_", "")] for row in body["restrictions"]}
    if name == "kinds":
        return {row["kind"] for row in body["measures"]}
    if name == "acts":
        return [row["act"] for row in moves(body)]
    if name.startswith("moves__"):
        body = {"moves": moves(body)}
    if name in {"policy", "until", "confirm_by"} and body.get("hold"):
        return body["hold"][name]
    for part in name.split("__"):
        body = body[int(part) if part.isdigit() else part]
    return body


def tell(
    data: Path, scenarios: Sequence[Scenario], *, zone: str = "Europe/Moscow", packs: str = "ru"
) -> Iterator[World]:
    """Start the product at the first instant of all scenarios, tell them, and give the world."""
    first = min(step.at for one in scenarios for step in one.steps)
    now = dt.datetime.fromisoformat(first).replace(tzinfo=ZoneInfo(zone))
    home = "KZ" if packs == "kz" else "RU"
    words = ("--packs", packs, "--home", home, "--zone", zone, "--dev", "--clock", now.isoformat())
    server = Server(data, *words)
    try:
        yield World(server, zone=zone, now=now, home=home).tell(scenarios)
    finally:
        server.end()
