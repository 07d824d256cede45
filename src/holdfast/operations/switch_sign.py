"""The emergency switch: two people let one sign or rule act less for some hours, and may switch it back before.

A sign of law that stops the wrong people cannot wait for a restart, and must not be silenced by one person or for
ever. Everything that is decided after the act's record, until it expires, is decided under the switch.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from holdfast.operations.load_switches import SWITCHES, acting, planned, speaking
from holdfast.operations.shard import Shard, commit
from holdfast.rules.voice import weakest
from holdfast.vocabulary.errors import ConflictError, InvalidError, NotFoundError
from holdfast.vocabulary.instants import HOUR_MS, rfc3339
from holdfast.vocabulary.outcome import Mode
from holdfast.vocabulary.packs import Pack
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.vocabulary.spelling import meant
from holdfast.vocabulary.switches import Switch, SwitchState
from holdfast.wire.canonical import canonical, content_hash, read_canonical

HOURS_MAX: Final = 72
"""A weekend and a day: until somebody mends the pack or starts with `--mode`, which stands in the settings for all."""
RUNNING_MAX: Final = 16
"""Each one that runs is a law compiled at hand."""
_ASKED: Final = "switches-asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is wanted: a sign or a rule that acts in a weaker mode before an instant, and why."""

    sign: str
    mode: Mode
    until_ms: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """A sign or a rule that is to act as before, and why."""

    sign: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one person said and nobody else yet: nothing changes by it. `wanted` is empty where it is to switch back."""

    sign: str
    person: str
    digest: str
    at_ms: int
    reason: str
    wanted: Wanted | None = None


async def switch_sign(shard: Shard, wanted: Wanted, *, people: Sequence[str]) -> Switch | Asked:
    """Switch a sign or a rule on the word of two people; one person's word alone is kept until the second's comes.

    The same again gives the same switch. Raises InvalidError for a name that nothing has or that is not in force and
    for an expiry that is past or too far, ConflictError where it is switched already or acts no more than that.
    """
    return await asyncio.shield(_switch(shard, wanted, people=people))


async def switch_back(shard: Shard, back: Back, *, people: Sequence[str]) -> Switch | Asked:
    """Let a switched sign or rule act as before, on the word of two people; the same again gives the same switch.

    Raises NotFoundError where it was never switched, ConflictError where its switch has expired or ended.
    """
    return await asyncio.shield(_back(shard, back, people=people))


async def _switch(shard: Shard, wanted: Wanted, *, people: Sequence[str]) -> Switch | Asked:
    async with shard.switching:
        now_ms = shard.ports.clock.now_ms()
        newest = shard.switches.newest(wanted.sign)
        if newest is not None and newest.ended_ms is None and _same(newest, wanted):
            return newest
        _check_reason(wanted.reason)
        pack, was = _checked(shard, wanted, now_ms)
        vouching = _vouching(shard, wanted, people, now_ms=now_ms)
        if isinstance(vouching, Asked):
            return vouching
        made = Switch(
            id=shard.ports.new_id("switch"),
            sign=wanted.sign,
            pack=pack.id,
            was=was,
            mode=wanted.mode,
            reason=wanted.reason,
            by=vouching,
            at_ms=now_ms,
            until_ms=wanted.until_ms,
        )
        return await _put(shard, (*shard.switches.every, made), made)


async def _back(shard: Shard, back: Back, *, people: Sequence[str]) -> Switch | Asked:
    async with shard.switching:
        now_ms = shard.ports.clock.now_ms()
        newest = shard.switches.newest(back.sign)
        if newest is None:
            names = [one.sign for one in shard.switches.every]
            raise NotFoundError(f"`{back.sign}` was never switched", hint=meant(back.sign, names))
        if newest.ended_ms is not None and newest.ended_reason == back.reason:
            return newest
        _check_reason(back.reason)
        if newest.state(now_ms) is not SwitchState.RUNNING:
            over = newest.until_ms if newest.ended_ms is None else newest.ended_ms
            at = rfc3339(over, shard.tenant.zone)
            raise ConflictError(f"`{back.sign}` acts as before since {at}", hint="there is nothing to switch back")
        vouching = _vouching(shard, back, people, now_ms=now_ms)
        if isinstance(vouching, Asked):
            return vouching
        ended = replace(newest, ended_ms=now_ms, ended_by=vouching, ended_reason=back.reason)
        return await _put(shard, [ended if one.id == ended.id else one for one in shard.switches.every], ended)


async def _put(shard: Shard, every: Sequence[Switch], one: Switch) -> Switch:
    """Write what became of a switch; what is decided from its record on is decided by that."""
    switches = await asyncio.to_thread(planned, shard, tuple(every))
    now_ms = shard.ports.clock.now_ms()
    # from here to the hand-over to the writer there is no await: log order is apply order
    record = Record(
        seq=shard.next_seq(),
        kind=RecordKind.SWITCH,
        occurred_ms=now_ms,
        received_ms=now_ms,
        act=canonical(one),
        threads=(SWITCHES,),
    )
    shard.switches = switches
    await commit(shard, record).landed
    return one


def _same(switch: Switch, wanted: Wanted) -> bool:
    """Tell whether a switch is what is wanted, as a retry wants it."""
    return (switch.mode, switch.until_ms, switch.reason) == (wanted.mode, wanted.until_ms, wanted.reason)


def _check_reason(reason: str) -> None:
    """Refuse a reason that says nothing."""
    if not reason.strip():
        raise InvalidError("`reason` is empty", pointer="/reason", hint="say why; it stays in the log")


def _checked(shard: Shard, wanted: Wanted, now_ms: int) -> tuple[Pack, Mode]:
    """Give the pack of what is to be switched, and how far it acts; refuse what cannot be."""
    found = acting(shard, wanted.sign, now_ms)
    if found is None:
        raise _unknown(shard, wanted.sign, now_ms)
    _check_until(shard, wanted.until_ms, now_ms)
    running = [one for one in shard.switches.every if one.state(now_ms) is SwitchState.RUNNING]
    own = next((one for one in running if one.sign == wanted.sign), None)
    if own is not None:
        until = rfc3339(own.until_ms, shard.tenant.zone)
        raise ConflictError(f"`{own.sign}` is switched to `{own.mode}` until {until}", hint="switch it back first")
    if weakest([found[1], wanted.mode]) is found[1]:
        raise ConflictError(f"`{wanted.sign}` acts as `{found[1]}` already", hint="a switch only lets it act less")
    if len(running) >= RUNNING_MAX:
        raise ConflictError(f"{RUNNING_MAX} switches run already", hint="switch one back, or start with `--mode`")
    return found


def _unknown(shard: Shard, name: str, now_ms: int) -> InvalidError:
    """Say why nothing of a name can be switched: it is not in force, or nothing is called so."""
    named = {one.id for pack in shard.law.packs for one in speaking(pack)}
    if name in named:
        at = rfc3339(now_ms, shard.tenant.zone)
        hint = "`GET /v1/packs` says from when to when it is"
        return InvalidError(f"`{name}` is not in force at {at}", pointer="/sign", hint=hint)
    hint = meant(name, named, otherwise="`GET /v1/packs` names every sign and rule")
    return InvalidError(f"no sign and no rule is called `{name}`", pointer="/sign", hint=hint)


def _check_until(shard: Shard, until_ms: int, now_ms: int) -> None:
    """Refuse an expiry that is over, or further away than a switch may run."""
    hint = f"an instant at most {HOURS_MAX} hours after {rfc3339(now_ms, shard.tenant.zone)}"
    if until_ms <= now_ms:
        raise InvalidError("`until` is not in the future", pointer="/until", hint=hint)
    if until_ms > now_ms + HOURS_MAX * HOUR_MS:
        raise InvalidError(f"`until` is more than {HOURS_MAX} hours ahead", pointer="/until", hint=hint)


def _vouching(shard: Shard, said: Wanted | Back, people: Sequence[str], *, now_ms: int) -> tuple[str, ...] | Asked:
    """Give the two who say the same; the first one's word is kept for the second."""
    words = dict(_words(shard))
    digest = content_hash(canonical(said))
    before = words.pop(said.sign, None)
    known = [before.person] if before is not None and before.digest == digest else []
    every = {person.strip().casefold(): person for person in (*known, *people)}
    if len(every) > 1:
        _keep(shard, words)
        return tuple(every.values())
    asked = Asked(
        sign=said.sign,
        person=next(iter(every.values())),
        digest=digest,
        at_ms=before.at_ms if known and before else now_ms,
        reason=said.reason,
        wanted=said if isinstance(said, Wanted) else None,
    )
    _keep(shard, words | {said.sign: asked})
    return asked


def asked_of(shard: Shard) -> list[Asked]:
    """Give what one person said and a second may still say, the last first."""
    now_ms = shard.ports.clock.now_ms()
    words = [one for one in _words(shard).values() if _counts(shard, one, now_ms)]
    return sorted(words, key=lambda one: one.at_ms, reverse=True)


def _counts(shard: Shard, one: Asked, now_ms: int) -> bool:
    """Tell whether a second person's word would still do what a first one's asks for."""
    if one.wanted is not None:
        return now_ms < one.wanted.until_ms
    newest = shard.switches.newest(one.sign)
    return newest is not None and newest.state(now_ms) is SwitchState.RUNNING


def _words(shard: Shard) -> Mapping[str, Asked]:
    text = shard.ports.store.get_meta(_ASKED)
    return read_canonical(text.encode(), dict[str, Asked]) if text else {}


def _keep(shard: Shard, words: Mapping[str, Asked]) -> None:
    """Keep the words that still count."""
    now_ms = shard.ports.clock.now_ms()
    kept = {sign: one for sign, one in words.items() if _counts(shard, one, now_ms)}
    shard.ports.store.set_meta(_ASKED, canonical(kept).decode())
