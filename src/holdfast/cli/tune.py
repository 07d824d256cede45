"""`holdfast tune`: how unlike the usual an operation must be, for a budget of honest people stopped."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer
from msgspec import json
from rich.console import Console
from rich.progress import track
from rich.table import Table

from holdfast.app import fresh_memory, load_packs, make_law, tenant_of
from holdfast.operations import tune as tuning
from holdfast.operations.declare_source import OWN
from holdfast.settings import Settings, read_settings
from holdfast.simulation.scenes import SCENES
from holdfast.simulation.stream import SimulatedEvent, stream
from holdfast.simulation.world import Jurisdiction, World
from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.instants import HOUR_MS, from_ms, to_ms
from holdfast.vocabulary.keys import KeyMaker
from holdfast.wire.codec import decode

SEEN_PER_100K: Final = 1_000.0
"""Frauds in 100,000 transfers of the world that is rehearsed: far more than banks see, to have enough of them."""

WARM_UP_DAYS: Final = 20
ROUNDS: Final = 3
_NEVER: Final = 1_000.0
_SECRET: Final = b"an invented bank"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: the world, the budget, and how many frauds in 100,000 transfers are natural."""

    world: World
    days: int
    budget: float
    natural_per_100k: float
    settings: Settings
    quiet: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found for one event type."""

    event_type: str
    sign: str
    setting: str
    threshold: float
    all: tuning.Tally
    unknown_share: float
    tellings: int
    tellings_found: int
    scenes: list[tuning.Tally]
    honest_scenes: list[tuning.Tally]
    rails: list[tuning.Tally]
    segments: list[tuning.Tally]
    curve: list[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What the first rehearsal gives for one event type."""

    event_type: str
    sign: str
    setting: str
    threshold: float
    curve: list[tuple[float, float]]


def tune(
    budget: Annotated[float, typer.Option(help="Honest clients stopped in 10,000 operations, at most.")] = 10.0,
    clients: Annotated[int, typer.Option(help="Clients of the invented bank.")] = 1_000,
    days: Annotated[int, typer.Option(help=f"Days to tell; the first {WARM_UP_DAYS} only fill the profiles.")] = 60,
    seed: Annotated[int, typer.Option(help="Seed of the invented bank.")] = 1,
    frauds: Annotated[float, typer.Option(help="Frauds in 100,000 transfers that you see.")] = 10.0,
    start: Annotated[str, typer.Option(help="First day, as in 2026-03-01.")] = "2026-03-01",
    packs: Annotated[str, typer.Option(help="Regulation packs.")] = "ru",
    *,
    curve: Annotated[bool, typer.Option("--curve", help="Print the points of the calibration as well.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Find the threshold of "unlike the client's usual" for a budget of honest people stopped."""
    settings = read_settings({"packs": packs, "dev": True}, {})
    question = Question(
        world=_world(settings, start=start, seed=seed, clients=clients),
        days=_checked(days),
        budget=budget,
        natural_per_100k=frauds,
        settings=settings,
        quiet=as_json,
    )
    findings = list(find(question))
    if as_json:
        sys.stdout.write(json.format(json.encode([_document(one) for one in findings])).decode() + "\n")
        return
    console = Console(highlight=False)
    for one in findings:
        _print(console, one, question)
        if curve:
            console.print(f"curve: {one.curve}\n")


def _checked(days: int) -> int:
    if days <= WARM_UP_DAYS:
        raise SettingError(f"`days` is {days}; profiles are filled for {WARM_UP_DAYS} days first", pointer="days")
    return days


def _world(settings: Settings, *, start: str, seed: int, clients: int) -> World:
    try:
        first = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(settings.zone))
    except ValueError:
        raise SettingError(f"`start` cannot be `{start}`", pointer="start", hint="a day such as 2026-03-01") from None
    jurisdiction: Jurisdiction = "kz" if settings.home == "KZ" else "ru"
    return World(seed=seed, clients=clients, start=first, jurisdiction=jurisdiction, frauds_per_100k=SEEN_PER_100K)


def find(question: Question) -> Iterator[Finding]:
    """Rehearse without the sign, to find its threshold, then with it, to count what it does and keep to the budget."""
    packs = load_packs(question.settings.packs)
    tenant = tenant_of(question.settings)
    plain = make_law(question.settings, packs, tenant)
    signs = tuning.judged_signs(plain, to_ms(question.world.start))
    if not signs:
        raise SettingError("no sign of these packs compares with the client's usual", hint="try `--packs ru`")
    never = dict.fromkeys((setting for _, setting in signs.values()), _NEVER)
    scored = _rehearse(question, never, "looking for the threshold")
    found = [
        _Found(
            event_type=event_type,
            sign=sign,
            setting=setting,
            threshold=tuning.threshold(tuning.counted(scored, event_type), question.budget),
            curve=tuning.curve(tuning.counted(scored, event_type)),
        )
        for event_type, (sign, setting) in signs.items()
    ]
    judged: list[tuning.Rehearsed] = []
    for _ in range(ROUNDS):
        judged = _rehearse(question, {one.setting: one.threshold for one in found}, "counting what it does")
        raised = [_within_budget(question, one, judged) for one in found]
        if raised == found:
            break
        found = raised
    for one in found:
        yield _finding(question, tuning.counted(judged, one.event_type), one)


def _within_budget(question: Question, one: _Found, judged: Sequence[tuning.Rehearsed]) -> _Found:
    """Raise a threshold that stopped more than the budget: what is stopped changes what is learnt."""
    operations = tuning.counted(judged, one.event_type)
    if tuning.tally(operations, one.sign).per_10k <= question.budget:
        return one
    return replace(one, threshold=max(tuning.threshold(operations, question.budget), one.threshold))


def _rehearse(question: Question, parameters: dict[str, float], doing: str) -> list[tuning.Rehearsed]:
    """Tell the world once under given thresholds."""
    given = ",".join(f"{name}={value}" for name, value in parameters.items())
    settings = read_settings({"packs": ",".join(question.settings.packs), "dev": True, "set": given}, {})
    packs, tenant = load_packs(settings.packs), tenant_of(settings)
    law = make_law(settings, packs, tenant)
    memory = fresh_memory(settings, law, KeyMaker(secret=_SECRET))
    memory = replace(memory, complete_since=dict.fromkeys(OWN, to_ms(question.world.start)))
    samples = _samples(question, doing)
    judged = tuning.rehearse(samples, law, tenant=tenant, memory=memory)
    return [one for one in judged if one.truth.counts]


def _samples(question: Question, doing: str) -> Iterator[tuning.Sample]:
    """Tell the world's events, a day a step of the progress bar."""
    counts_from = to_ms(question.world.start + timedelta(days=WARM_UP_DAYS))
    for day in _days(question, doing):
        for one in day:
            yield _sample(one, counts_from)


def _days(question: Question, doing: str) -> Iterable[list[SimulatedEvent]]:
    """Cut the stream at every local midnight."""

    def cut() -> Iterator[list[SimulatedEvent]]:
        today: list[SimulatedEvent] = []
        date = ""
        for one in stream(question.world, days=question.days):
            if one.event["occurred_at"][:10] != date:
                if today:
                    yield today
                today, date = [], one.event["occurred_at"][:10]
            today.append(one)
        yield today

    console = Console(stderr=True)
    return track(cut(), description=doing, total=question.days, console=console, disable=question.quiet)


def _sample(one: SimulatedEvent, counts_from: int) -> tuning.Sample:
    occurred_ms = to_ms(datetime.fromisoformat(one.event["occurred_at"]))
    event = decode(json.encode(one.event), occurred_ms + HOUR_MS).event  # a story may name an instant just ahead
    # what else happens in a story of fraud is as much too frequent here as fraud itself
    within = one.scene is not None and not SCENES[one.scene].honest
    truth = tuning.Truth(
        fraud=one.fraud,
        counts=event.occurred_ms >= counts_from and not (within and not one.fraud),
        scene=one.scene or "",
        scene_id=one.scene_id or "",
        segment=one.segment,
    )
    return tuning.Sample(event=event, truth=truth)


def _finding(question: Question, operations: Sequence[tuning.Rehearsed], found: _Found) -> Finding:
    """Count, in every group, what one sign did."""
    sign = found.sign
    frauds = sum(one.truth.fraud for one in operations)
    scale = question.natural_per_100k / 1e5 * len(operations) / frauds if frauds else 0.0
    tellings, told = tuning.scenes_found(operations, sign)
    return Finding(
        event_type=found.event_type,
        sign=sign,
        setting=found.setting,
        threshold=found.threshold,
        all=tuning.tally(operations, sign, scale=scale),
        unknown_share=sum(one.score is None for one in operations) / max(len(operations), 1),
        tellings=tellings,
        tellings_found=told,
        scenes=tuning.tallies(tuning.by_scene(operations, fraud=True), sign, scale=scale),
        honest_scenes=tuning.tallies(tuning.by_scene(operations, fraud=False), sign, scale=scale),
        rails=tuning.tallies(tuning.by_rail(operations), sign, scale=scale),
        segments=tuning.tallies(tuning.by_segment(operations), sign, scale=scale),
        curve=found.curve,
    )


def _document(one: Finding) -> dict[str, Any]:
    """Give a finding as plain data, with the rates beside the counts."""
    document = asdict(one)
    for name in ("scenes", "honest_scenes", "rails", "segments"):
        document[name] = [_row(tally) for tally in getattr(one, name)]
    return document | {"all": _row(one.all), "set": f"{one.setting}={one.threshold}"}


def _row(tally: tuning.Tally) -> dict[str, Any]:
    return asdict(tally) | {"stopped_per_10k": round(tally.per_10k, 2), "recall": tally.recall}


def _print(console: Console, one: Finding, question: Question) -> None:
    """Print one finding for a reader."""
    total = one.all
    console.print(f"[bold]{one.sign}[/bold] on {one.event_type}: threshold [bold]{one.threshold}[/bold]")
    console.print(f"  set it with   --set {one.setting}={one.threshold}")
    console.print(
        f"  honest stopped {total.stopped} of {total.honest} ({total.per_10k:.1f} in 10,000; {total.clients} clients);"
        f" {one.unknown_share:.1%} had too short a history"
    )
    console.print(
        f"  fraud found: {total.found} of {total.frauds} operations, {one.tellings_found} of {one.tellings} stories;"
        f" at {question.natural_per_100k:g} frauds in 100,000: {_number(total.per_fraud)} honest stopped for each"
    )
    last = from_ms(to_ms(question.world.start), question.world.tzinfo).date()
    console.print(
        f"  world: seed {question.world.seed}, {question.world.clients} clients, {question.days} days from {last}"
    )
    console.print(_recall(one.scenes))
    for title, rows in (("rail", one.rails), ("segment", one.segments), ("honest story", one.honest_scenes)):
        console.print(_friction(title, rows))


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _recall(rows: Sequence[tuning.Tally]) -> Table:
    table = Table("story of fraud", "operations", "found", "share", box=None)
    for row in rows:
        table.add_row(row.group, str(row.frauds), str(row.found), f"{row.recall or 0:.0%}")
    return table


def _friction(title: str, rows: Sequence[tuning.Tally]) -> Table:
    table = Table(title, "honest", "stopped", "in 10,000", "found", "stopped per fraud found", box=None)
    for row in rows:
        table.add_row(
            row.group,
            str(row.honest),
            str(row.stopped),
            f"{row.per_10k:.1f}",
            str(row.found),
            _number(row.per_fraud),
        )
    return table
