"""A marketplace of a hundred thousand listings: how fast a listing and a message are answered, and what it costs.

The listings are invented and sent to the running server as events of four weeks, as fast as they are taken, while its
test clock moves with them: what comes more than a day late enters no index. Then listings (photos already
fingerprinted) and messages are sent through HTTP at fixed rates, whatever the server does. At the end of a quick run
the server is started anew on its log alone.
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.request import Request, urlopen

from holdfast.simulation.market.life import honest_values
from holdfast.simulation.market.market import Market
from holdfast.simulation.market.photos import Views, copied, fingerprint, picture
from holdfast.simulation.market.tale import MarketTeller, Offer, Tale
from holdfast.simulation.market.talk import false_link, honest, phishing, with_link
from holdfast.simulation.telling import Row
from holdfast.vocabulary.instants import DAY_MS, rfc3339, to_ms
from tests.bench.fb1.server import Running, started
from tests.bench.load.generator import Plan, Route, drive
from tests.bench.load.report import Report, percentiles_ms
from tests.bench.load.schedule import Step

LISTINGS: Final = 100_000
FEW: Final = 3_000
PHOTOS: Final = 4
_DAYS: Final = 28  # an event that is older than thirty days enters by a file, not through HTTP
_START: Final = datetime(2026, 4, 1, tzinfo=UTC)
_COPIES: Final = 0.05
_LINKED: Final = 0.2
_SCAMS: Final = 0.05
_LISTINGS_A_SECOND: Final = 10.0
_MESSAGES_A_SECOND: Final = 40.0
_CONNECTIONS: Final = 32
_LONGEST_S: Final = 3_600.0
_PATIENT: Final = {"holdfast-deadline-ms": "60000"}
_REPORTED: Final = Route(path="/v1/events", headers=_PATIENT)
_ROUNDS: Final = 50
_CHUNKS_A_DAY: Final = 2  # so that nothing is a day old when it comes
_CHUNK: Final = 2_000
_OK: Final = (200, 202)
_PERCENTILES: Final = ("p50", "p90", "p95", "p99")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One request: its body, and its kind."""

    body: bytes
    kind: str


@contextmanager
def running(data: Path, *, now_ms: int) -> Iterator[Running]:
    """Run the server as a marketplace would, on a data directory, while the `with` lasts."""
    words = ["--data", str(data), "--port", "0", "--dev", "--packs", "kz", "--clock", rfc3339(now_ms)]
    with started([sys.executable, "-m", "holdfast", "serve", *words, "--compact-records", "0"]) as (pid, url):
        host, _, port = url.removeprefix("http://").partition(":")
        yield Running(address=(host, int(port)), pid=pid)


class Bazaar:
    """Makes listings and messages that are like no other; some listings copy an earlier one's photos."""

    def __init__(self, seed: int = 11) -> None:
        market = Market(seed=seed, start=_START)
        self._rng = Random(seed)
        self._teller = MarketTeller(market, self._rng)
        self._shown: list[Offer] = []
        self._pictures: list[tuple[Views, ...]] = []
        self._made = 10**9

    def _faces(self) -> tuple[Views, ...]:
        """Give four photos: new ones, now and then somebody else's."""
        if self._pictures and self._rng.random() < _COPIES:
            return tuple(copied(one, self._rng) for one in self._rng.choice(self._pictures))
        self._made += PHOTOS
        faces = tuple(picture(self._made + place) for place in range(PHOTOS))
        if len(self._pictures) < _CHUNK:
            self._pictures.append(faces)
        return faces

    def _taken(self) -> Row:
        """Give the last event that was told, and keep none of it."""
        row = self._teller.rows[-1]
        self._teller.rows = []
        return row

    def listing(self, ms: int) -> Sent:
        """Write a listing of somebody new."""
        tale = Tale(self._teller, None, honest=True, ms=ms)
        seller = self._teller.people.seller()
        item = self._teller.goods.any(seller)
        offer = tale.publish(seller, item)
        event = self._taken().event
        faces = self._faces()
        event["listing"]["photos"] = [
            {"photo_id": f"{offer.listing_id}-{place}", "fingerprint": fingerprint(face)}
            for place, face in enumerate(faces)
        ]
        if len(self._shown) < _CHUNK:
            self._shown.append(offer)
        return Sent(body=_body(event), kind="listing")

    def message(self, ms: int) -> Sent:
        """Write a message about one of the listings: a few with links, a few of fraud."""
        rng, offer = self._rng, self._rng.choice(self._shown)
        tale = Tale(self._teller, None, honest=True, ms=ms)
        language, chance = offer.seller.language, rng.random()
        values = honest_values(rng, self._teller)
        if chance < _SCAMS:
            values = {"link": false_link(rng, self._teller.market.links["brands"])}
        choose = phishing if chance < _SCAMS else with_link if chance < _LINKED else honest
        tale.talk(offer, choose(rng, language)[-1:], values=values)
        return Sent(body=_body(self._taken().event | {"occurred_at": rfc3339(ms)}), kind="message")


def _body(event: dict[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False).encode()


def _past(bazaar: Bazaar, count: int) -> Iterator[tuple[int, list[Sent]]]:
    """Write the listings of the past weeks in order of time, half a day at once, each with the instant of its end."""
    begin, step = to_ms(_START), _DAYS * DAY_MS / count
    chunks = _DAYS * _CHUNKS_A_DAY
    for chunk in range(chunks):
        numbers = range(chunk * count // chunks, (chunk + 1) * count // chunks)
        made = [bazaar.listing(begin + int(number * step)) for number in numbers]
        end_ms = begin + (chunk + 1) * DAY_MS // _CHUNKS_A_DAY
        yield end_ms, [Sent(body=sent.body, kind="past") for sent in made]


def _move(server: Running, now_ms: int) -> None:
    """Move the server's clock on."""
    host, port = server.address
    body = json.dumps({"now": rfc3339(now_ms)}).encode()
    with urlopen(Request(f"http://{host}:{port}/v1/dev/clock", data=body, method="POST"), timeout=60):
        pass


def _load(server: Running, events: Iterator[tuple[int, list[Sent]]]) -> float:
    """Report the past as fast as the server takes it; gives the seconds."""
    seconds = 0.0
    for end_ms, chunk in events:
        _move(server, end_ms)
        left: Sequence[Sent] = chunk
        for _ in range(_ROUNDS):
            step = Step(rate=len(left) * 1_000, seconds=1e-3)
            routes = {"past": _REPORTED}
            plan = Plan(events=left, steps=[step], arrivals="even", connections=8, routes=routes, patience_s=_LONGEST_S)
            report = drive(server.address, plan)
            seconds += report.seconds
            left = _refused(report, left)
            if not left:
                break
        else:
            raise RuntimeError(f"{len(left)} listings were refused {_ROUNDS} times")
    return seconds


def _refused(report: Report, sent: Sequence[Sent]) -> list[Sent]:
    """Give what the server refused for want of time; raises RuntimeError when anything else went wrong."""
    statuses = report.samples.status.tolist()
    strange = [status for status in statuses if status not in (*_OK, 429, 503)]
    if report.errors or strange:
        raise RuntimeError(f"{len(strange)} requests went wrong: {report.by_status} {report.errors}")
    return [one for one, status in zip(sent, statuses, strict=True) if status not in _OK]


def _at_rate(server: Running, sent: Sequence[Sent], *, rate: float, seconds: float) -> Report:
    """Send at a fixed rate, whatever the server does."""
    return drive(server.address, Plan(events=sent, steps=[Step(rate=rate, seconds=seconds)], connections=_CONNECTIONS))


def _answered(report: Report, name: str) -> dict[str, float]:
    """Name the percentiles of all requests from their intended send time, and how many were not answered well."""
    recorded = report.histogram
    found = {f"market.{name}_ms.{at}": recorded.get_value_at_percentile(float(at[1:])) / 1_000 for at in _PERCENTILES}
    found[f"market.{name}_ms.max"] = percentiles_ms(recorded).get("max", 0.0)
    bad = len(report.samples.due) - sum(report.samples.count(status=status) for status in _OK)
    return found | {f"market.{name}_sent": len(report.samples.due), f"market.{name}_not_answered": bad}


def _index_bytes(server: Running) -> float:
    """Give what the indexes of the network hold, by the server's own count."""
    host, port = server.address
    with urlopen(f"http://{host}:{port}/metrics", timeout=60) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith("holdfast_network_"))


def _compiled() -> None:
    """Start a server once on nothing, so that no figure counts the kernels being compiled."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "none", now_ms=to_ms(_START)):
        pass


def measure(*, quick: bool = False, listings: int | None = None) -> dict[str, float]:
    """Give the figures: answers, memory of a listing, how fast the past is loaded, and how long a restart takes."""
    count = listings or (FEW if quick else LISTINGS)
    seconds = 10.0 if quick else 60.0
    bazaar, end_ms = Bazaar(), to_ms(_START + timedelta(days=_DAYS))
    _compiled()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with running(data, now_ms=to_ms(_START)) as server:
            empty = server.resident_bytes()
            cpu = server.cpu_s()
            loading = _load(server, _past(bazaar, count))
            figures = {
                "market.listings": float(count),
                "market.load_per_s": count / loading,
                "market.load_cpu_ms_per_listing": (server.cpu_s() - cpu) / count * 1_000,
                "market.resident_bytes_per_listing": (server.resident_bytes() - empty) / count,
                "market.index_bytes_per_listing": _index_bytes(server) / count,
            }
            _move(server, end_ms + DAY_MS)
            figures |= _asked(server, bazaar, now_ms=end_ms + DAY_MS, seconds=seconds)
        if quick:
            began = time.monotonic()
            with running(data, now_ms=end_ms + DAY_MS):
                figures["market.restart_s"] = time.monotonic() - began
    return {name: round(value, 3) for name, value in figures.items()}


def _asked(server: Running, bazaar: Bazaar, *, now_ms: int, seconds: float) -> dict[str, float]:
    """Send listings, then messages; what the server's CPU did for each is the same on a machine that is busy."""
    several = int(_LISTINGS_A_SECOND * seconds * 1.3) + 50
    many = int(_MESSAGES_A_SECOND * seconds * 1.3) + 100
    warm = [bazaar.listing(now_ms) for _ in range(50)] + [bazaar.message(now_ms) for _ in range(50)]
    _at_rate(server, warm, rate=20, seconds=4)
    listings = [bazaar.listing(now_ms) for _ in range(several)]
    messages = [bazaar.message(now_ms) for _ in range(many)]
    figures: dict[str, float] = {}
    for name, sent, rate in (("listing", listings, _LISTINGS_A_SECOND), ("message", messages, _MESSAGES_A_SECOND)):
        cpu = server.cpu_s()
        report = _at_rate(server, sent, rate=rate, seconds=seconds)
        used = server.cpu_s() - cpu
        figures |= _answered(report, name)
        figures[f"market.{name}_cpu_ms"] = used / max(1, len(report.samples.due)) * 1_000
    return figures
