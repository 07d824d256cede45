"""Run one worked case of a pack through the real kernel, and say where its expectations and the answer differ."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from holdfast.lists.versions import Stamp
from holdfast.operations.change_list import normalised
from holdfast.operations.decide_file import Decided, FileDecider
from holdfast.operations.declare_source import OWN
from holdfast.operations.shard import Shard
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.judgement import Judgement
from holdfast.vocabulary.outside import AGE, OUTSIDE, provider_of
from holdfast.vocabulary.packs import Example, Pack
from holdfast.wire.files import event_lines
from holdfast.wire.requests import EntryBody


def words_of(example: Example, pack: Pack) -> tuple[str, ...]:
    """Give the words of `--packs` under which an example runs."""
    if example.packs:
        return example.packs
    return (pack.jurisdiction if pack.status == "law" else pack.id.replace(".", "/", 1),)


def run_example(shard: Shard, example: Example) -> list[str]:
    """Run an example on an empty memory and give each disagreement in words; none means that it holds.

    Every list counts as loaded. The bank's own sources are complete from the example's first instant, unless it
    says otherwise.
    """
    at_ms = to_ms(datetime.fromisoformat(example.at))
    shard.memory = shard.fresh_memory()
    shard.seq = 0
    shard.changed.clear()
    for name, entries in example.lists.items():
        _load(shard, name, entries, at_ms=at_ms)
    for source in OWN:
        shard.declare(source, at_ms)
    for source, since in example.complete.items():
        shard.declare(source, to_ms(datetime.fromisoformat(since)))
    decider = FileDecider(shard=shard, results=True, start_ms=at_ms, outside=_told(example))
    made = list(decider.decide(event_lines(msgspec.json.encode(event) for event in example.events)))
    faults = [f"event {one.line}: {one.message}" for one in made if not isinstance(one, Decided)]
    if faults:
        return faults
    last = made[-1]
    return list(_differences(example.expect, last.judgement)) if isinstance(last, Decided) else []


def _told(example: Example) -> dict[str, Value]:
    """Give what providers answer, fresh, instants in epoch milliseconds."""
    ages = {f"{OUTSIDE}{provider_of(name)}.{AGE}": 0 for name in example.outside}
    return {name: _plain(value) for name, value in example.outside.items()} | ages


def _plain(value: str | int | bool) -> Value:  # noqa: FBT001 - a value of any declared type
    """Read an instant where a text is one."""
    try:
        return to_ms(datetime.fromisoformat(value)) if isinstance(value, str) else value
    except ValueError:
        return value


def _load(shard: Shard, name: str, entries: Sequence[Mapping[str, object]], *, at_ms: int) -> None:
    """Put the entries of one list into the memory."""
    given = [msgspec.convert(entry, EntryBody, strict=False).entry(at_ms) for entry in entries]
    lists = shard.memory.lists
    lists.apply(lists.edit(Stamp(list=name, loaded_ms=at_ms), add=normalised(shard, given)))


def _differences(expect: Mapping[str, Any], judgement: Judgement) -> Iterator[str]:
    """Compare what an example expects with what was decided."""
    if "outcome" in expect and expect["outcome"] != judgement.outcome:
        yield f"outcome is {judgement.outcome}, expected {expect['outcome']}"
    states = {sign.id: sign.state for sign in judgement.signs}
    for sign, state in expect.get("signs", {}).items():
        if states.get(sign, "absent") != state:
            yield f"sign {sign} is {states.get(sign, 'absent')}, expected {state}"
    measures = {str(measure["kind"]) for measure in judgement.measures}
    yield from (f"measure {name} is missing" for name in expect.get("measures", ()) if name not in measures)
    yield from (f"measure {name} came unasked" for name in expect.get("no_measures", ()) if name in measures)
    rules = {rule.id for rule in judgement.rules}
    yield from (f"rule {name} was not true" for name in expect.get("rules", ()) if name not in rules)
    yield from _hold_differences(expect.get("hold"), judgement)
    yield from _repeat_differences(expect.get("repeat"), judgement)


def _hold_differences(hold: Mapping[str, str] | None, judgement: Judgement) -> Iterator[str]:
    """Compare the terms of the hold, instants as instants."""
    if hold is None:
        return
    terms = judgement.hold
    if terms is None:
        yield "no hold was placed"
        return
    if terms.policy != hold["policy"]:
        yield f"the hold's policy is {terms.policy}, expected {hold['policy']}"
    for name, found in (("until", terms.until), ("confirm_by", terms.confirm_by)):
        wanted = hold.get(name)
        if wanted is not None and not _same(found, wanted):
            yield f"the hold's {name} is {found}, expected {wanted}"


def _repeat_differences(repeat: Mapping[str, str] | None, judgement: Judgement) -> Iterator[str]:
    """Compare what is said of repeating the operation."""
    if repeat is None:
        return
    state = judgement.repeat.state if judgement.repeat else "none"
    if state != repeat["state"]:
        yield f"the repeat is {state}, expected {repeat['state']}"
    wanted, found = repeat.get("allowed_from"), judgement.repeat.allowed_from if judgement.repeat else None
    if wanted is not None and not _same(found, wanted):
        yield f"a repeat is allowed from {found}, expected {wanted}"


def _same(found: str | None, wanted: str) -> bool:
    return found is not None and datetime.fromisoformat(found) == datetime.fromisoformat(wanted)
