"""Regulation packs: one instrument of law as dated, cited data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NewType

from holdfast.vocabulary.outcome import Mode

SignId = NewType("SignId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Where a value comes from: act, article or item, url, confidence (C, C*, S, U) and the day it was checked."""

    act: str
    article: str
    url: str
    confidence: str
    checked_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """When a value is in force: `[from_ms, to_ms)`, midnights in the pack's zone; `to_ms` of `None` is open."""

    from_ms: int
    to_ms: int | None = None

    def holds_at(self, instant_ms: int) -> bool:
        """Tell whether the value is in force at the instant."""
        return self.from_ms <= instant_ms and (self.to_ms is None or instant_ms < self.to_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A regulator's indicator. `on` are event types, `when` is an expression, `evidence` are names to show.

    `proposes` is what a fired sign proposes: `by_rail` (the rail's class decides), an outcome word, or
    `measures` (nothing but the measures). `measures` are the names of duties of the same pack.
    """

    id: SignId
    on: tuple[str, ...]
    when: str
    title: Mapping[str, str]
    cite: Citation
    dated: Dated
    evidence: tuple[str, ...] = ()
    proposes: str = "by_rail"
    measures: tuple[str, ...] = ()
    mode: Mode = Mode.ENFORCE
    quiet_by: tuple[str, ...] = ()  # lists whose members quieten this sign


@dataclass(frozen=True, slots=True, kw_only=True)
class RailClass:
    """What the law does to a rail when a sign fires: `suspend` (hold) or `refuse`.

    For an event type that has no rail, `rail` is the event type itself (`cash_deposit`).
    """

    rail: str
    action: str
    policy: str | None
    cite: Citation
    dated: Dated


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPolicy:
    """How long a hold lasts. `clock` is `calendar_days`, `business_days` or `hours`; `term` its length.

    Calendar days count the first day when `count_first`; `confirm_days` is the client's window, counted the
    same way (`None`: no window). `at_expiry` says what becomes of the operation when the term ends:
    `not_accepted` or `execute`. `proof` are the methods of confirmation that count (empty: any). A confirmation
    while the payee is on one of `again_lists` starts the pause of policy `again` instead of execution.
    """

    id: str
    clock: str
    term: int
    count_first: bool
    confirm_days: int | None
    title: Mapping[str, str]
    cite: Citation
    dated: Dated
    at_expiry: str = "not_accepted"
    proof: tuple[str, ...] = ()
    again: str | None = None
    again_lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A measure that the law attaches to a fired sign, to a state or to an outcome.

    It comes with the decision where a fired sign or a true rule of its pack names it, where its own `when` is
    true, or where an outcome among `after` was reached under its pack; without any of these it never comes.
    `kind` is a measure kind, `details` its fixed values (template, limit_minor, currency, hours).

    `limit_amount` is an expression for the amount beyond which the operation itself is refused, `used_amount` one for
    what was used up of it before; they stand apart so that a single sum above the limit is refused even where the
    past is not fully known.
    """

    id: str
    kind: str
    on: tuple[str, ...]
    when: str | None
    details: Mapping[str, str | int | bool]
    cite: Citation
    dated: Dated
    title: Mapping[str, str] = field(default_factory=dict)
    limit_amount: str | None = None
    used_amount: str | None = None
    after: tuple[str, ...] = ()  # outcome words


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A dated number or text that expressions read by `param("name")`; `None` is not set and so unknown."""

    name: str
    type: str
    value: bool | int | float | str | None
    cite: Citation
    dated: Dated
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A worked case that runs as a test: events in, the state of signs and the outcome of the last event out.

    `packs` are the words of `--packs` (empty: the pack's own jurisdiction, or the pack itself when it is a
    proposal); `at` is the clock at the first event.
    """

    title: str
    at: str
    events: tuple[Mapping[str, object], ...]
    lists: Mapping[str, tuple[Mapping[str, object], ...]]
    complete: Mapping[str, str]
    expect: Mapping[str, object]
    packs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessCalendar:
    """A country's business days: working days off, and weekend days that were moved to work, as ISO dates.

    It is whole from the first day to the last; outside them only weekends are known.
    """

    first_day: str
    last_day: str
    days_off: tuple[str, ...]
    days_on: tuple[str, ...]
    cite: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One instrument. `applies` is an expression that says whom it binds; `status` is `law`, `proposal` or `policy`."""

    id: str
    jurisdiction: str
    title: Mapping[str, str]
    status: str
    zone: str
    version: str
    applies: Mapping[str, str]
    mode: Mode
    signs: tuple[Sign, ...] = ()
    rails: tuple[RailClass, ...] = ()
    policies: tuple[HoldPolicy, ...] = ()
    duties: tuple[Duty, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    examples: tuple[Example, ...] = ()
    rules: tuple["Rule", ...] = ()
    cite: Citation | None = None
    calendar: BusinessCalendar | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A bank's or a site's own condition; `realises` names the sign that lets it reach `hold`.

    Without it the ceiling is `challenge`.
    """

    id: str
    on: tuple[str, ...]
    when: str
    proposes: str
    title: Mapping[str, str]
    realises: tuple[SignId, ...] = ()
    measures: tuple[str, ...] = ()
    mode: Mode = Mode.ENFORCE
    evidence: tuple[str, ...] = ()
    quiet_by: tuple[str, ...] = ("bank.allow",)
