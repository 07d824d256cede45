"""Put switches in force: from their records at a start, and after each act on one.

Under a switch events are judged by a ruleset of its own, which is the tenant's with the switched mode in it. It is
kept by its hash like any other, so that whoever judges a decision again finds what it was judged by.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from holdfast.operations.publish_rules import publish_modes
from holdfast.operations.ruling import Ruling, Span, Switches
from holdfast.operations.shard import Shard
from holdfast.regulation import as_of
from holdfast.rules.voice import weakest
from holdfast.vocabulary.outcome import Mode
from holdfast.vocabulary.packs import Pack, Rule, Sign
from holdfast.vocabulary.switches import Switch, SwitchState
from holdfast.wire.canonical import read_canonical

SWITCHES: Final = "switches"
"""The story to which every act on a switch belongs."""


def load_switches(shard: Shard) -> None:
    """Read what acts on switches left behind, and put what runs in force."""
    records = shard.ports.store.thread(SWITCHES)
    every = {one.id: one for one in (read_canonical(record.act, Switch) for record in records)}
    shard.switches = planned(shard, tuple(every.values()))


def planned(shard: Shard, every: Sequence[Switch]) -> Switches:
    """Work out by what events are judged from now on, until the last switch that runs has expired; takes a while."""
    now_ms = shard.ports.clock.now_ms()
    running = [one for one in every if one.state(now_ms) is SwitchState.RUNNING]
    ends = sorted({one.until_ms for one in running})
    spans = [_span(shard, [one for one in running if one.until_ms >= end], now_ms) for end in ends]
    return Switches(every=every, spans=tuple(spans))


def _span(shard: Shard, running: Sequence[Switch], now_ms: int) -> Span:
    """Publish and compile what events are judged by while all of these run."""
    until_ms = min(one.until_ms for one in running)
    modes = dict(_modes(shard, running, now_ms))
    tenant = replace(shard.tenant, voice=replace(shard.tenant.voice, modes={**shard.tenant.voice.modes, **modes}))
    ruleset = publish_modes(shard.ports.store, shard.ruleset, modes)
    law = shard.law.heard_by(tenant)
    law.compile(now_ms)
    return Span(until_ms, Ruling(tenant, law, ruleset), tuple(running))


def _modes(shard: Shard, running: Sequence[Switch], now_ms: int) -> Iterable[tuple[str, Mode]]:
    """Give the mode of each switched name: a switch never lets anything act more than the settings do."""
    for one in running:
        found = acting(shard, one.sign, now_ms)
        if found is not None:
            yield one.sign, weakest([found[1], one.mode])


def acting(shard: Shard, name: str, at_ms: int) -> tuple[Pack, Mode] | None:
    """Give the pack of a sign or a rule and how far the settings let it act; nothing where none is in force."""
    voice = shard.tenant.voice
    for pack in as_of(shard.law.packs, at_ms).packs:
        for one in speaking(pack):
            if one.id == name:
                return pack, voice.mode((pack.id, pack.mode), (one.id, one.mode))
    return None


def speaking(pack: Pack) -> Sequence[Sign | Rule]:
    """Give the signs and the rules of a pack."""
    return [*pack.signs, *pack.rules]
