"""Frauds in which somebody else acts as the client, and the lives of mules."""

from typing import Any

from holdfast.simulation.story import WEEK_MS, Story
from holdfast.simulation.strangers import ring_device
from holdfast.vocabulary.instants import HOUR_MS, MINUTE_MS


def _empty_account(story: Story, signs: tuple[str, ...], state: dict[str, Any]) -> None:
    """Send the money to accomplices in a few transfers, some by order and some at once."""
    rng = story.rng
    for _ in range(rng.randrange(1, 4)):
        rail = rng.choice((story.instant, story.instant, "order"))
        payee = story.teller.payee(story.accomplice(), rail)
        story.pay(story.later(1, 14), payee, signs, roubles=rng.lognormvariate(10.4, 0.8), rail=rail, **state)


def takeover(story: Story) -> None:
    """Tell of a stolen password, a strange device, higher limits, and transfers until the account is empty."""
    rng = story.rng
    hosted = rng.random() < 0.6
    state = story.elsewhere(hosted=hosted)
    signs = []
    if rng.random() < 0.3 and story.teller.world.jurisdiction == "ru":
        state["device"]["id"] = ring_device(story.ms // WEEK_MS - 3 - rng.randrange(5), rng.randrange(2))
        signs.append("1.5")
    if rng.random() < 0.3:
        story.login(story.later(0, 3), result="failed", **state)
    story.login(story.later(0, 3), **state)
    if rng.random() < 0.6:
        story.change(story.later(1, 6), rng.choice(("limits", "password")), confirmed=rng.random() < 0.5)
    _empty_account(story, tuple(signs), state)


def sim_swap(story: Story) -> None:
    """Tell how the number is moved to a new SIM in a shop; codes now reach the thief."""
    rng = story.rng
    swapped = story.teller.scribe.instant(story.ms)
    if rng.random() < 0.7:
        story.note(story.ms, "telecom_activity", provider="op-1", sim_swapped_at=swapped, number_verified=False)
    story.change(story.later(1, 30), "sim", where="operator", confirmed=False)
    state = story.elsewhere(hosted=rng.random() < 0.4, state={"sim_changed_at": swapped})
    story.login(story.later(10, 300), **state)
    signs = ["1.10d"]
    if rng.random() < 0.35:
        story.change(story.later(1, 8), "phone", confirmed=rng.random() < 0.5)
        signs.append("1.10c")
    _empty_account(story, tuple(signs), state)


def phone_changed(story: Story) -> None:
    """Tell how the number in the state portal or in the bank is replaced, and a day later the money goes."""
    story.change(story.ms, "phone", where=story.rng.choice(("gosuslugi", "bank")), confirmed=True)
    story.later(20, 46 * 60)
    state = story.elsewhere(hosted=False) if story.rng.random() < 0.6 else {}
    if state:
        story.login(story.later(1, 5), **state)
    _empty_account(story, ("1.10c",), state)


def malware(story: Story) -> None:
    """Tell how an application that the client was told to install steers the phone."""
    state = {**story.teller.app(story.lead)}
    state["device"].update(malware=True, call_active=story.rng.random() < 0.5)
    if story.rng.random() < 0.6:
        state["device"]["remote_control"] = True
    if story.rng.random() < 0.7:
        story.note(story.ms, "device_report", device=state["device"], session=state["session"], source="app")
    _empty_account(story, ("1.10a",), state)


def _collect(story: Story, arrivals: int, span_minutes: float) -> float:
    """Let stolen sums arrive from strangers' accounts; answers how many roubles came."""
    rng, total = story.rng, 0.0
    for _ in range(arrivals):
        roubles = rng.lognormvariate(9.4, 0.7)
        total += roubles
        more = {"scheme": {"peer_bank_signal": True}} if rng.random() < 0.15 else {}
        payer = story.teller.payee(story.stranger(), story.instant)
        story.receive(story.later(1, 2 * span_minutes / arrivals), payer, ("mule",), roubles=roubles, **more)
    return total


def _pass_on(story: Story, roubles: float, state: dict[str, Any], *more: str) -> None:
    """Send collected money on within the hour: to coins, abroad, or out of a machine."""
    rng = story.rng
    way = rng.choice(("crypto", "abroad", "cash", "accomplice"))
    story.later(4, 50)
    if way == "cash":
        for declined in range(rng.randrange(1, 3)):
            story.cash(
                story.later(1, 4),
                ("cash.8",) if more else (),
                roubles=min(roubles * 0.45, 290_000),
                declined_today=declined,
            )
    elif way == "crypto":
        payee = {"kind": "individual", "service": "crypto", **story.teller.payee(story.accomplice(), story.instant)}
        story.pay(story.ms, payee, ("mule", *more), roubles=roubles * 0.9, rail=story.instant, **state)
    else:
        abroad = way == "abroad"
        payee = story.order_payee(story.accomplice())
        payee.update({"country": "AE"} if abroad else {})
        story.pay(story.ms, payee, ("mule", *more), roubles=roubles * 0.92, cross_border=abroad, **state)


def mule_collect(story: Story) -> None:
    """Tell how a sleeping account wakes on a new device, takes sums from strangers and is empty within the hour."""
    rng = story.rng
    state = story.elsewhere(hosted=rng.random() < 0.3) if rng.random() < 0.8 else {}
    story.login(story.ms, **state)
    for _ in range(rng.randrange(1, 3)):
        roubles = _collect(story, rng.randrange(4, 10), rng.uniform(20, 160))
        _pass_on(story, roubles, state)


def rented_account(story: Story) -> None:
    """Tell how a client lends the account: number and device change hands, then strangers' money runs through."""
    rng = story.rng
    changed = story.ms
    story.change(changed, "phone", confirmed=True)
    story.change(story.later(1, 12), "device", confirmed=True)
    state = story.elsewhere(hosted=rng.random() < 0.4)
    story.login(story.later(2, 30), **state)
    story.ms += int(rng.uniform(2, 70)) * HOUR_MS
    roubles = _collect(story, rng.randrange(3, 7), rng.uniform(30, 400))
    _pass_on(story, roubles, state, *(("1.10c",) if story.ms - changed < 47 * HOUR_MS else ()))


def relay_mule(story: Story) -> None:
    """Tell how a client of ours takes one large stolen sum, waits a little and sends it on in parts to three others."""
    rng = story.rng
    roubles = rng.uniform(90_000, 400_000)
    payer = story.teller.payee(story.stranger(), story.instant)
    story.receive(story.ms, payer, ("mule",), roubles=roubles)
    story.ms += 5 * MINUTE_MS
    for share in (0.4, 0.35, 0.2):
        payee = story.teller.payee(story.accomplice(), story.instant)
        story.pay(story.later(2, 25), payee, ("mule",), roubles=roubles * share, rail=story.instant)
