"""The stream of FB-1: seeded wire events with duplicates, late and malformed ones, holds and bursts.

`events(seed, count)` gives the same bytes for the same arguments everywhere. Each `Sent` carries the instant of the
stream's own clock at which it is sent (`at_ms`); what the event says of itself may be older.
"""

import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from itertools import islice
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tests.bench.fb1 import world as of
from tests.bench.fb1.world import World

START_MS: Final = int(datetime(2026, 5, 4, 9, tzinfo=UTC).timestamp()) * 1_000
DUPLICATES, LATE, VERY_LATE, MALFORMED, LISTED = 0.05, 0.01, 0.001, 0.0001, 0.01
BURST: Final = 10  # times the rate, in the first second of each minute
HOT_SHARE: Final = 0.2
HOT_LATE: Final = 0.1
MARKET_SHARE: Final = 0.5
HOT_ACCOUNT: Final = 4_242
_MINUTE_MS, _HOUR_MS = 60_000, 3_600_000
_BLOCK: Final = 4_096
_RECENT: Final = 2_000
_MOSCOW = timezone(timedelta(hours=3))
Draw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """One request of the stream: the event's id, its body, what it is there for, and when it is sent.

    `kind` is fresh, late, very_late, duplicate, malformed, listed (its payee is on the list), or login.
    """

    key: str
    body: bytes
    kind: str
    at_ms: int


def events(
    seed: int,
    count: int,
    *,
    world: World | None = None,
    rate: float = 1_000,
    start_ms: int = START_MS,
    variant: str = "",
    first: int = 1,
) -> Iterator[Sent]:
    """Give `count` requests; `rate` is the mean number a second of the stream's own clock.

    `variant` is `h` (one payee takes a fifth, a tenth of that late), `m` (logins between the transfers), or empty;
    `first` numbers the first event.
    """
    recent: deque[Sent] = deque(maxlen=_RECENT)
    draws = islice(_draws(seed, world or World(), rate=rate, start_ms=start_ms), count)
    for number, draw in enumerate(draws, start=first):
        sent = _one(draw, number, recent=recent, variant=variant)
        if sent.kind not in {"duplicate", "malformed"}:
            recent.append(sent)
        yield sent


def every_account(seed: int, world: World, *, rate: float, start_ms: int = START_MS) -> Iterator[Sent]:
    """Give one transfer by each account of the world."""
    draws = islice(_draws(seed, world, rate=rate, start_ms=start_ms), world.accounts)
    for account, draw in enumerate(draws):
        draw["payer"] = account
        draw["device"], draw["address"] = _tools(draw, world)
        key = f"ev-{account:010d}"
        body = _transfer(draw, account, at_ms=draw["at_ms"]).replace(f"tr-{account:010d}", key, 1)
        yield Sent(key, body.encode(), "fresh", draw["at_ms"])


def _one(draw: Draw, number: int, *, recent: deque[Sent], variant: str) -> Sent:
    """Turn one draw into a request."""
    at_ms, luck = draw["at_ms"], draw["luck"]
    if luck < DUPLICATES and recent:
        again = recent[int(draw["which"] * len(recent))]
        return Sent(again.key, again.body, "duplicate", at_ms)
    if luck > 1 - MALFORMED:
        return _malformed(draw, number)
    if variant == "m" and draw["market"] < MARKET_SHARE:
        return Sent(f"lg-{number:010d}", _login(draw, number).encode(), "login", at_ms)
    if variant == "h" and draw["market"] < HOT_SHARE:
        late = int(draw["which"] / HOT_LATE * 10 * _MINUTE_MS) if draw["which"] < HOT_LATE else 0
        body = _transfer(draw | {"merchant": None, "payee": HOT_ACCOUNT}, number, at_ms=at_ms - late)
        return Sent(f"tr-{number:010d}", body.encode(), "late" if late else "fresh", at_ms)
    kind, happened_ms = _moment(draw)
    listed = kind == "fresh" and draw["listing"] < LISTED
    body = _transfer(draw, number, at_ms=happened_ms, listed=listed)
    return Sent(f"tr-{number:010d}", body.encode(), "listed" if listed else kind, at_ms)


def _moment(draw: Draw) -> tuple[str, int]:
    """Say when the event happened: now, up to ten minutes ago, or one to three days ago."""
    at_ms, lateness, age = draw["at_ms"], draw["lateness"], draw["age"]
    if lateness < VERY_LATE:
        return "very_late", at_ms - int((24 + 48 * age) * _HOUR_MS)
    if lateness < VERY_LATE + LATE:
        return "late", at_ms - int(age * 10 * _MINUTE_MS)
    return "fresh", at_ms


def _draws(seed: int, world: World, *, rate: float, start_ms: int) -> Iterator[Draw]:
    """Draw what differs between events, many at once; the clock of each block goes on from the last."""
    dice = np.random.default_rng(seed)
    begin_ms = float(start_ms)
    while True:
        instants = _arrivals(dice, begin_ms, rate)
        begin_ms = float(instants[-1])
        columns: dict[str, NDArray[Any]] = {
            "at_ms": instants.astype(np.int64),
            "payer": world.payer_at(np.searchsorted(world.payers, dice.random(_BLOCK))),
            "payee": world.payee_at(np.searchsorted(world.payees, dice.random(_BLOCK))),
            "merchant": np.searchsorted(world.shops, dice.random(_BLOCK)),
            "amount": np.exp(dice.normal(12.0, 0.9, _BLOCK)),
            "place": dice.integers(0, world.listed, _BLOCK),
            **{name: dice.random(_BLOCK) for name in _LUCKS},
        }
        rows = zip(*(column.tolist() for column in columns.values()), strict=True)
        for row in rows:
            draw = dict(zip(columns, row, strict=True))
            if draw["shop"] > 0.4:
                draw["merchant"] = None
            draw["device"], draw["address"] = _tools(draw, world)
            yield draw


_LUCKS: Final = ("luck", "which", "market", "lateness", "age", "listing", "shop", "stranger", "rail")


def _tools(draw: Draw, world: World) -> tuple[int, int]:
    """Give the device and the address of an account: its own, or now and then those of somebody else."""
    home = draw["payer"] if draw["stranger"] > 0.03 else int(draw["stranger"] * 33_333_333)
    return home % world.devices, (home * 3 + int(draw["which"] * 3)) % world.addresses


def _arrivals(dice: np.random.Generator, begin_ms: float, rate: float) -> NDArray[np.float64]:
    """Give Poisson instants with a burst of one second in each minute, `rate` being the mean of both."""
    base = rate * 60 / (59 + BURST)
    work = begin_ms // _MINUTE_MS * (59 + BURST) + _worked(begin_ms % _MINUTE_MS) / 1_000
    passed = work + np.cumsum(dice.exponential(1 / base, _BLOCK))
    minutes, rest = np.divmod(passed, 59 + BURST)
    seconds = np.where(rest < BURST, rest / BURST, rest - BURST + 1)
    return np.asarray(minutes * _MINUTE_MS + seconds * 1_000, dtype=np.float64)


def _worked(into_ms: float) -> float:
    """Give how much of a minute's arrivals, in plain milliseconds, come in its first `into_ms`."""
    return into_ms * BURST if into_ms < 1_000 else into_ms - 1_000 + BURST * 1_000


@lru_cache(maxsize=4_096)
def _second(second: int) -> str:
    return datetime.fromtimestamp(second, _MOSCOW).strftime("%Y-%m-%dT%H:%M:%S")


def _instant(at_ms: int) -> str:
    return f"{_second(at_ms // 1_000)}.{at_ms % 1_000:03d}+03:00"


def _session(draw: Draw) -> str:
    """Write the device, the session and the place of an account."""
    payer, device = draw["payer"], draw["device"]
    return (
        f'"device":{{"id":"d-{device:06d}","malware":false,"remote_control":false,"call_active":false,'
        f'"os":"{of.SYSTEMS[device % len(of.SYSTEMS)]}"}},'
        f'"session":{{"ip":"{of.address(draw["address"])}","port":{20_000 + payer % 40_000},'
        f'"provider":"{of.PROVIDERS[payer % len(of.PROVIDERS)]}","hiding_tools":false}},'
        f'"place":{{"country":"RU","city":"{of.CITIES[payer % len(of.CITIES)]}"}}'
    )


def _payee(draw: Draw, *, listed: bool) -> str:
    """Write the payee: an account of the list, a shop, or another client."""
    if listed:
        number = of.listed_number(draw["place"])
        return f'"kind":"individual","account":"{number}","bic":"{of.LISTED_BIC}"'
    if draw["merchant"] is not None:
        number = of.merchant_number(draw["merchant"])
        return f'"kind":"organisation","account":"{number}","bic":"044525974","inn":"77{draw["merchant"]:08d}"'
    number = of.account_number(draw["payee"])
    return f'"kind":"individual","account":"{number}","bic":"{of.OWN_BIC}","phone":"{of.phone(draw["payee"])}"'


def _amount(draw: Draw) -> int:
    """Give kopecks: what such an account usually spends, times chance."""
    return int(draw["amount"] * (1 + draw["payer"] % 5)) + 1


def _transfer(draw: Draw, number: int, *, at_ms: int, listed: bool = False) -> str:
    """Write one transfer; one to an account of the list goes by order, which the law suspends."""
    payer = draw["payer"]
    shop = draw["merchant"] is not None and not listed
    rail = "order" if listed else "card" if shop else "sbp" if draw["rail"] < 0.7 else "order"
    return (
        f'{{"id":"tr-{number:010d}","type":"transfer","occurred_at":"{_instant(at_ms)}","rail":"{rail}",'
        f'"amount_minor":{_amount(draw)},"currency":"RUB","cross_border":false,"channel":"app",'
        f'"payer":{{"customer_id":"{of.customer(payer)}","kind":"individual","account":"{of.account_number(payer)}",'
        f'"bic":"{of.OWN_BIC}","phone":"{of.phone(payer)}"}},"payee":{{{_payee(draw, listed=listed)}}},'
        f'{_session(draw)},"scheme":{{"risk_level":{int(draw["rail"] * 5)},"compromised":false}}}}'
    )


def _login(draw: Draw, number: int) -> str:
    """Write the start of a session at the bank."""
    return (
        f'{{"id":"lg-{number:010d}","type":"login","occurred_at":"{_instant(draw["at_ms"])}","where":"bank",'
        f'"result":"passed","client":{{"customer_id":"{of.customer(draw["payer"])}"}},{_session(draw)}}}'
    )


def _no_amount(event: Draw) -> None:
    del event["amount_minor"]


def _negative(event: Draw) -> None:
    event["amount_minor"] = -event["amount_minor"]


def _strange(event: Draw) -> None:
    event["no_such_field"] = 1


def _no_offset(event: Draw) -> None:
    event["occurred_at"] = event["occurred_at"].removesuffix("+03:00")


_FAULTS: Final[tuple[Callable[[Draw], None], ...]] = (_no_amount, _negative, _strange, _no_offset)


def _malformed(draw: Draw, number: int) -> Sent:
    """Write a transfer with one fault, or cut in the middle."""
    text = _transfer(draw, number, at_ms=draw["at_ms"])
    fault = number % (len(_FAULTS) + 1)
    if fault == len(_FAULTS):
        return Sent(f"tr-{number:010d}", text.encode()[: len(text) // 2], "malformed", draw["at_ms"])
    event: Draw = json.loads(text)
    _FAULTS[fault](event)
    return Sent(f"tr-{number:010d}", json.dumps(event, ensure_ascii=False).encode(), "malformed", draw["at_ms"])
