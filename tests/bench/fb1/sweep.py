"""What a decision costs as the history of its keys grows, what one hot key costs, and what history takes in memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from holdfast.app import Assembled
from tests.bench.fb1.engine import Engine, by_stage, decided_once, percentiles_us, run
from tests.bench.fb1.names import HISTORIES
from tests.bench.fb1.told import Told, silent
from tests.bench.fb1.workload import HOT_ACCOUNT, START_MS, Sent, events
from tests.bench.fb1.world import World, account_number

_MONTH_S: Final = 30 * 86_400
_TURN: Final = 250
_LISTED: Final = 1_000


def even_world(accounts: int) -> World:
    """Give a world in which all accounts are equally busy, each with a device and an address."""
    return World(
        accounts=accounts,
        merchants=accounts,
        devices=accounts,
        addresses=accounts,
        listed=_LISTED,
        payer_skew=0.0,
        payee_skew=0.0,
    )


def without_past(bank: Assembled) -> Engine:
    """Give an engine with the law, the model and the lists of a bank, and a past of its own that is still empty."""
    known, fresh = bank.shard.memory, bank.shard.fresh_memory()
    memory = replace(fresh, lists=known.lists, complete_since=known.complete_since)
    return Engine(bank=replace(bank, shard=replace(bank.shard, memory=memory)))


def month(world: World, count: int, *, seed: int = 41, variant: str = "") -> list[Sent]:
    """Give so many events, spread over the thirty days before the start."""
    if not count:
        return []
    start_ms = START_MS - _MONTH_S * 1_000
    return decided_once(events(seed, count, world=world, rate=count / _MONTH_S, start_ms=start_ms, variant=variant))


def by_history(bank: Assembled, *, accounts: int, asked: int, told: Told) -> dict[str, float]:
    """Measure decisions of accounts with 0 to 3,000 events each, in turns, so that a noisy neighbour hits all.

    The slope is what a thousand more events of an account's past add to a decision.
    """
    world = even_world(accounts)
    engines = {each: _with_past(bank, world, each) for each in HISTORIES}
    streams = {each: _present(world, asked) for each in HISTORIES}
    for done in range(0, asked, _TURN):
        told(done, asked)
        for each, engine in engines.items():
            run(engine, list(islice(streams[each], _TURN)), silent)
    costs = {each: by_stage(engine.spent)[""] for each, engine in engines.items()}
    slope = (costs[HISTORIES[-1]] - costs[HISTORIES[1]]) / (HISTORIES[-1] - HISTORIES[1]) * 1_000
    named = {f"cost_by_history_us.{each}": round(us, 1) for each, us in costs.items()}
    return named | {"cost_by_history_us.per_1000_events": round(slope, 2)}


def _with_past(bank: Assembled, world: World, each: int) -> Engine:
    engine = without_past(bank)
    for sent in month(world, world.accounts * each):
        engine.learn(sent)
    return engine


def _present(world: World, count: int) -> Iterator[Sent]:
    """Give events of the present, so quick that what they add themselves is the same whatever came before."""
    return iter(decided_once(events(42, count, world=world, rate=count, first=10**9)))


def hot_key(bank: Assembled, *, count: int, told: Told) -> dict[str, float]:
    """Measure decisions about a payee that takes a fifth of the traffic, a tenth of it late, after a month of it."""
    world = World(listed=_LISTED)
    engine = without_past(bank)
    for sent in month(world, count, variant="h"):
        engine.learn(sent)
    stream = decided_once(events(43, count, world=world, variant="h", first=10**9))
    run(engine, stream, told)
    mark = account_number(HOT_ACCOUNT).encode()
    hot = [spent for spent, sent in zip(engine.spent, stream, strict=True) if mark in sent.body]
    late = [
        spent for spent, sent in zip(engine.spent, stream, strict=True) if mark in sent.body and sent.kind == "late"
    ]
    return _named("hot_key_us", hot) | _named("hot_key_late_us", late)


def _named(name: str, spent: Sequence[tuple[int, ...]]) -> dict[str, float]:
    return {f"{name}.{at}": us for at, us in percentiles_us(spent).items()}


def memory(bank: Assembled, *, accounts: int, told: Told) -> dict[str, float]:
    """Measure what FB-1's past takes: of an account beside its events, of an event under each key, and of a profile.

    An account counts with all its keys in all series when it has its first event; later events bring more keys (a pair
    with each new payee), which `bytes_per_event_all_keys` holds.
    """
    world = even_world(accounts)
    engine, stream = without_past(bank), iter(month(world, accounts * 22))
    found: list[Mapping[str, int]] = []
    for place, more in enumerate((1, 19)):
        told(place, 2)
        for sent in islice(stream, accounts * more):
            engine.learn(sent)
        found.append(engine.bank.shard.memory.fold.memory())
    one, twenty = found
    return {
        "bytes_per_entity": round((_used(one) - one["row_bytes"]) / accounts, 1),
        "bytes_per_event": round((twenty["row_bytes"] + twenty["fold_bytes"]) / twenty["rows"], 1),
        "bytes_per_event_all_keys": round((_used(twenty) - _used(one)) / (accounts * 19), 1),
        "bytes_per_profile": round(twenty["habits"] / accounts, 1),
        "rows_per_event": round((twenty["rows"] - one["rows"]) / (accounts * 19), 2),
    }


def _used(memory: Mapping[str, int]) -> int:
    return memory["total_bytes"] - memory["spare_bytes"]
