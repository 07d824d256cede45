"""The fold answers as brute force does, whatever happens, is undone, comes late, or goes through a snapshot."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.features.fold import Fold
from holdfast.features.registry import RESULT_MS, build_registry
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS, MINUTE_MS
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.windows import Statistic
from holdfast.wire.fields import event_schema
from tests.unit.features.fold_oracle import ASKED, PAYER, SPECS, START_MS, Oracle, event, spec

SCHEMA = event_schema()
REGISTRY = build_registry(ASKED, SCHEMA, zone="Europe/Moscow")
KEYS = KeyMaker(secret=bytes(32))
CUSTOMERS = (None, "c-1", "c-2", "c-3")
ACCOUNTS = (None, "40817810000000000001", "40817810000000000002", "40817810000000000003")
PHONES = (None, "+79160000001", "+79160000002")


def fresh() -> Fold:
    """Make an empty fold."""
    return Fold(REGISTRY, schema=SCHEMA, keys=KEYS, home="RU")


def again(fold: Fold) -> Fold:
    """Take a fold through a snapshot; the arrays that are restored cannot be written to."""
    arrays = fold.snapshot()
    for array in arrays.values():
        array.setflags(write=False)
    restored = fresh()
    restored.restore(arrays)
    return restored


@dataclass(slots=True)
class World:
    """Three twins driven by the same acts: a fold that reads and restarts, one that only remembers, the oracle."""

    fold: Fold = field(default_factory=fresh)
    folded: Fold = field(default_factory=fresh)
    oracle: Oracle = field(default_factory=Oracle)
    now_ms: int = START_MS
    seq: int = 0

    def meet(self, new: Event) -> None:
        """Let all twins see an event, and compare what they read."""
        self.seq += 1
        self.oracle.meet(new)
        expected = self.oracle.read(new, self.seq)
        assert self.fold.read(new, self.seq) == expected
        self.folded.meet(new)

    def happened(self, new: Event, *, executed: bool) -> None:
        """Let an event become part of the past of all twins."""
        self.fold.happened(new, self.seq, executed=executed)
        self.folded.happened(new, self.seq, executed=executed)
        self.oracle.happened(new, self.seq, executed=executed)

    def result(self, place: int) -> None:
        """Turn round whether an earlier transfer counts as executed."""
        recent = [
            one
            for one in self.oracle.past
            if one.event.type == "transfer" and one.event.occurred_ms > self.oracle.newest_ms - RESULT_MS
        ]
        if not recent:
            return
        known = recent[place % len(recent)]
        known.executed = not known.executed
        for fold in (self.fold, self.folded):
            if known.executed:
                fold.happened(known.event, known.seq, executed=True, attempted=False)
            else:
                fold.undone(known.event, known.seq)

    def compare(self) -> None:
        """Ask about everybody once more, of every twin."""
        for number, (customer, account) in enumerate(zip(CUSTOMERS, ACCOUNTS, strict=True)):
            asked = event(
                f"ask-{number}",
                "transfer",
                self.now_ms,
                currency="RUB",
                payer__customer_id=customer,
                payer__account=account,
                payee__phone=PHONES[number % 3],
                device__id="d-1",
                rail="sbp",
                amount=5,
            )
            self.meet(asked)
            assert self.folded.read(asked, self.seq) == self.oracle.read(asked, self.seq)


party = st.tuples(st.sampled_from(CUSTOMERS), st.sampled_from(ACCOUNTS), st.sampled_from(PHONES))
wait = st.sampled_from((0, MINUTE_MS, HOUR_MS, 6 * HOUR_MS, 8 * HOUR_MS, DAY_MS, 10 * DAY_MS))
late = st.sampled_from((0, 0, 0, MINUTE_MS, 6 * HOUR_MS, DAY_MS, 3 * DAY_MS, 40 * DAY_MS))
transfers = st.fixed_dictionaries(
    {
        "payer": party,
        "payee": party,
        "wait": wait,
        "late": late,
        "executed": st.booleans(),
        "amount": st.none() | st.integers(0, 9),
        "currency": st.sampled_from(("RUB", "RUB", "KZT")),
        "rail": st.sampled_from(("sbp", "order")),
        "cross_border": st.none() | st.booleans(),
        "device": st.sampled_from((None, "d-1", "d-2")),
    }
)
logins = st.tuples(party, wait)
acts = st.lists(transfers | logins | st.integers(0, 50) | st.just("restart"), max_size=40)


def parties(**given: tuple[str | None, ...]) -> dict[str, str | None]:
    """Spell parties out."""
    names = ("customer_id", "account", "phone")
    return {
        f"{path}__{name}": value for path, values in given.items() for name, value in zip(names, values, strict=True)
    }


def play(world: World, act: object) -> None:
    """Play one act."""
    if act == "restart":
        world.fold = again(world.fold)
    elif isinstance(act, int):
        world.result(act)
    elif isinstance(act, tuple):
        world.now_ms += act[1]
        new = event(f"e-{world.seq}", "login", world.now_ms, **parties(client=act[0]))
        world.meet(new)
        world.happened(new, executed=True)
    elif isinstance(act, dict):
        world.now_ms += act["wait"]
        new = event(
            f"e-{world.seq}",
            "transfer",
            world.now_ms - act["late"],
            amount=act["amount"],
            currency=act["currency"],
            rail=act["rail"],
            cross_border=act["cross_border"],
            device__id=act["device"],
            **parties(payer=act["payer"], payee=act["payee"]),
        )
        world.meet(new)
        if act["late"] != 3 * DAY_MS:  # a day is late but taken, forty are a backfill, three are too late
            world.happened(new, executed=act["executed"])


@settings(max_examples=150, deadline=None)
@given(acts)
def test_the_fold_is_equal_to_brute_force(played: list[object]) -> None:
    """Joined persons, pairs, parties, filters, money, attempts, results, lateness, restarts: never another answer."""
    world = World()
    for act in played:
        play(world, act)
    world.compare()


def paid(name: str, at_ms: int, **more: str) -> Event:
    """Make a transfer of client 1 to account 2."""
    values = {"payer__customer_id": "c-1", "payee__account": ACCOUNTS[2], "currency": "RUB"} | more
    return event(name, "transfer", at_ms, amount=7, rail="sbp", cross_border=False, **values)


def test_an_empty_window_counts_nothing_and_knows_nothing_else() -> None:
    """Of an empty window `count` and `sum` are 0 and everything else is unknown, `distinct` too."""
    found = fresh().read(paid("e-1", START_MS), 1)
    zero = {one.name for one in SPECS if one.statistic in {Statistic.COUNT, Statistic.SUM} and not one.current}
    assert {name for name, value in found.items() if value == 0} >= {
        name for name in zero if "device" not in name and "login" not in name
    }
    assert not [name for name in found if "distinct" in name and "current" not in name]
    assert not [name for name in found if name.startswith(("last", "first", "mean", "max"))]


def test_memory_is_bounded_without_a_visit() -> None:
    """Rows of keys that nobody asks for any more are dropped as the log goes on."""
    fold = fresh()
    for seq in range(1, 401):
        fold.happened(paid(f"a-{seq}", START_MS + seq, payer__customer_id=f"one-off-{seq}"), seq, executed=True)
    before = fold.memory()["rows"]
    for seq in range(401, 2_001):
        fold.happened(paid(f"b-{seq}", START_MS + 30 * DAY_MS + seq), seq, executed=True)
    kept = fold.memory()["rows"] - 1_600 * before // 400
    assert kept < before // 20


def test_a_result_after_days_still_corrects_the_pair() -> None:
    """A transfer that was held for two days and then executed counts for its pair, though later ones came between."""
    fold = fresh()
    held = paid("held", START_MS)
    fold.happened(held, 16, executed=False)
    for day in (1, 2):
        fold.happened(
            paid(f"other-{day}", START_MS + day * DAY_MS, payee__account=ACCOUNTS[1] or ""),
            16 * (day + 1),
            executed=True,
        )
    fold.happened(held, 16, executed=True, attempted=False)
    asked = paid("now", START_MS + 2 * DAY_MS + 1)
    assert fold.read(asked, 99)[spec(Statistic.LAST, PAYER, ("payee", "payee")).name] == START_MS


def test_a_backfill_after_live_days_counts_where_the_whole_past_is_asked() -> None:
    """History that is loaded after newer rows were dropped is still the first and the number of a pair's transfers."""
    fold, oracle = fresh(), Oracle()
    for seq, day in enumerate((0, 1, 40, -300, -200, 41), 1):
        new = paid(f"e-{seq}", START_MS + day * DAY_MS)
        oracle.meet(new)
        assert fold.read(new, seq) == oracle.read(new, seq)
        fold.happened(new, seq, executed=True)
        oracle.happened(new, seq, executed=True)


def test_what_was_dropped_is_not_taken_out() -> None:
    """A result that comes after rows of that age may be gone changes nothing, whether they are gone or not."""
    fold, swept = fresh(), fresh()
    old, new = paid("old", START_MS), paid("new", START_MS + 20 * DAY_MS, payee__account=ACCOUNTS[1] or "")
    for one, seq in ((fold, 1), (swept, 16)):
        one.happened(old, 2, executed=True)
        one.happened(new, seq, executed=True)
        one.undone(old, 2)
    asked = paid("now", START_MS + 20 * DAY_MS)
    assert fold.read(asked, 99) == swept.read(asked, 99)


def test_own_accounts_of_one_person_stay_a_pair() -> None:
    """A pair whose two sides turn out to be one person keeps its history, whichever side gives up its name."""
    fold, oracle = fresh(), Oracle()
    steps = [
        paid("e-1", START_MS, payee__account=ACCOUNTS[1] or ""),
        paid("e-2", START_MS + 1, payer__account=ACCOUNTS[1] or "", payee__account=ACCOUNTS[1] or ""),
        event(
            "e-3",
            "transfer",
            START_MS + 2,
            currency="RUB",
            payer__account=ACCOUNTS[2],
            payer__phone=PHONES[1],
            payee__phone=PHONES[2],
        ),
        event(
            "e-4",
            "transfer",
            START_MS + 3,
            currency="RUB",
            payer__account=ACCOUNTS[3],
            payer__phone=PHONES[1],
            payee__phone=PHONES[2],
        ),
        paid("e-5", START_MS + 4, payer__phone=PHONES[1] or "", payee__account=ACCOUNTS[1] or ""),
    ]
    for seq, step in enumerate(steps, 1):
        oracle.meet(step)
        assert fold.read(step, seq) == oracle.read(step, seq)
        fold.happened(step, seq, executed=True)
        oracle.happened(step, seq, executed=True)


def test_a_pair_follows_first_one_side_and_then_the_other() -> None:
    """When the payer and later the payee turn out to be somebody else, their pair's history is still theirs."""
    fold, oracle = fresh(), Oracle()
    heavy = [parties(payer=(None, ACCOUNTS[3], PHONES[1])), parties(payee=(None, ACCOUNTS[1], PHONES[2]))]
    pair = parties(payer=("c-1", None, None), payee=(None, ACCOUNTS[2], None))
    steps = [
        pair,
        *heavy,
        parties(payer=("c-1", None, PHONES[1])),
        parties(payee=(None, ACCOUNTS[2], PHONES[2])),
        pair,
    ]
    for seq, step in enumerate(steps, 1):
        new = event(f"e-{seq}", "transfer", START_MS + seq, currency="RUB", amount=3, rail="sbp", **step)
        oracle.meet(new)
        assert fold.read(new, seq) == oracle.read(new, seq)
        fold.happened(new, seq, executed=True)
        oracle.happened(new, seq, executed=True)


def test_reading_leaves_nothing_behind() -> None:
    """An event that was read and never became part of the past has dropped nothing of it."""
    fold, oracle = fresh(), Oracle()
    first, far, back = paid("e-1", START_MS), paid("e-2", START_MS + 60 * DAY_MS), paid("e-3", START_MS + 1)
    for new in (first, far, back):
        oracle.meet(new)
    fold.happened(first, 1, executed=True)
    oracle.happened(first, 1, executed=True)
    for new in (far, back):
        assert fold.read(new, 2) == oracle.read(new, 2)


def test_what_is_too_late_is_too_late_after_a_restart() -> None:
    """A late event reads nothing before and after a snapshot, for what it asks about may have been dropped."""
    fold = fresh()
    fold.happened(paid("e-1", START_MS), 1, executed=True)
    late = paid("e-2", START_MS - 2 * DAY_MS)
    assert fold.read(late, 2) == again(fold).read(late, 2) == {}


@pytest.mark.parametrize("part", sorted(fresh().snapshot()))
def test_a_snapshot_that_lacks_a_part_is_refused(part: str) -> None:
    """No part of the state is silently missing after a restart."""
    arrays = fresh().snapshot()
    del arrays[part]
    with pytest.raises((KeyError, Exception), match=r".") as refused:
        fresh().restore(arrays)
    assert type(refused.value).__name__ in {"KeyError", "StoreError"}


def test_a_fingerprint_changes_with_what_a_filter_says() -> None:
    """Two rulesets whose windows look alike but count other events never share a snapshot."""
    names = set()
    for where in ('rail == "sbp"', 'rail == "card"'):
        asked = {"transfer": (spec(Statistic.COUNT, PAYER, over_ms=HOUR_MS, where=where),)}
        registry = build_registry(asked, SCHEMA, zone="UTC")
        names |= {Fold(registry, schema=SCHEMA, keys=KEYS, home=home).fingerprint for home in ("RU", "KZ")}
    assert len(names) == 4


@settings(max_examples=30, deadline=None)
@given(st.lists(transfers, min_size=2, max_size=25), st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_change_the_past(given_acts: list[dict[str, Any]], chance: Random) -> None:
    """The same transfers, in any order within the lateness and some told twice, leave the same windows."""
    events = [
        event(
            f"e-{number}",
            "transfer",
            START_MS + number * HOUR_MS // 2,
            amount=act["amount"],
            currency=act["currency"],
            rail=act["rail"],
            cross_border=act["cross_border"],
            device__id=act["device"],
            **parties(payer=act["payer"], payee=act["payee"]),
        )
        for number, act in enumerate(given_acts)
    ]
    asked = event(
        "ask",
        "transfer",
        START_MS + DAY_MS,
        currency="RUB",
        amount=5,
        rail="sbp",
        device__id="d-1",
        **parties(payer=("c-1", ACCOUNTS[1], None), payee=(None, ACCOUNTS[2], PHONES[1])),
    )
    told = list(enumerate(events, 1))
    answers = []
    for order in (told, chance.sample(told + told[::2], len(told) + len(told[::2]))):
        fold = fresh()
        for _, one in told:  # who is who is learnt in the order of the log
            fold.meet(one)
        for seq, one in order:
            fold.happened(one, seq, executed=True)
        found = fold.read(asked, 99)
        answers.append({name: value for name, value in found.items() if not name.startswith("usual.")})
    assert answers[0] == answers[1]
