"""Regulation packs: one instrument of law as dated, cited data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NewType

from holdfast.vocabulary.outcome import Mode
from holdfast.vocabulary.outside import OnMissing

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
    policy: str | None = None  # of a hold that is not the rail's own


@dataclass(frozen=True, slots=True, kw_only=True)
class RailClass:
    """What the law does to a rail when a sign fires: `suspend` (hold) or `refuse`.

    For an event type that has no rail, `rail` is the event type itself (`cash_deposit`). `policy` is the hold's where
    the rail is suspended. Where it is refused, `repeat` is the policy under which the client may repeat the operation:
    a repeat passes, unless the payee is on one of that policy's `again_lists`; then it is refused, and from the end of
    that policy's term, counted from the first refused repeat, it passes (`None`: the law knows no repeat).
    """

    rail: str
    action: str
    policy: str | None
    cite: Citation
    dated: Dated
    repeat: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPolicy:
    """How long a hold lasts and how it ends.

    `clock` is `calendar_days`, `business_days` or `hours`; `term` its length, counted from the decision, or from the
    event's instant `count_from` where that is known (`contract_at`). Calendar days count the first day when
    `count_first`; `confirm_days` is the client's window, counted the same way, `confirm_hours` the same in hours
    (neither: no window). `at_expiry` says what becomes of the operation when the term ends: `not_accepted`,
    `execute`, or `consent`, where it waits on until the client consents anew, which counts only after the term.

    `confirmed_by` may confirm (`client`, `trusted_person`). `proof` are the methods of confirmation that count (empty:
    any). Where a sign among `careful_signs` fired, only a method among `careful_proof` counts, or a channel that the
    client has had unchanged for `careful_hours`.
    A confirmation while the payee is on one of `again_lists` starts the pause of policy `again` instead of execution.
    `while_on` are the lists that carry the hold: when no party of the operation is on them any more, the hold is
    released at once. `texts` are the ids of the notices for an act: `place`, `again`, `lapse`, `confirm`, `cancel`,
    `release`, `withdraw`. `forbids` cites the provision behind a refusal to `release` or to `confirm`.
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
    confirm_hours: int | None = None
    count_from: str | None = None
    confirmed_by: tuple[str, ...] = ("client",)
    careful_signs: tuple[SignId, ...] = ()
    careful_proof: tuple[str, ...] = ()
    careful_hours: int | None = None
    while_on: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    forbids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a client must be told: `subject` and `body` by language, with `$names` to be filled in.

    `case` tells apart texts of one id: the outcome (`hold`, `refuse`), `closed` for a repeat that was refused too, or
    empty.
    """

    id: str
    case: str
    subject: Mapping[str, str]
    body: Mapping[str, str]
    cite: Citation
    dated: Dated


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """When the bank owes a client what a transfer took.

    `when` is an expression over the transfer (whom the rule protects); `known_on` the lists whose record about the
    payee the bank had at the time; `breach` says what counts against the bank: `procedure` (executed otherwise than
    the hold or refusal of the same jurisdiction asks), `paid` (executed at all), `notice` (no notice was delivered).
    `days` from the client's application are calendar days, `days_cross_border` those of a cross-border transfer;
    `None` where the law sets no clock. `notice` is the text that a client is sent who makes such a claim.
    """

    id: str
    breach: str
    when: str
    known_on: tuple[str, ...]
    days: int | None
    days_cross_border: int | None
    title: Mapping[str, str]
    cite: Citation
    dated: Dated
    notice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """How soon a new snapshot of a regulator's list must be loaded after its publication."""

    list: str
    deadline_hours: int
    cite: Citation
    dated: Dated


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A measure that the law attaches to a fired sign, to a state or to an outcome.

    It comes with the decision where a fired sign or a true rule of its pack names it, where its own `when` is
    true, or where an outcome among `after` was reached under its pack; without any of these it never comes. One that
    is named and has `after` comes only with those outcomes: a notice of a wait is not sent of what was refused.
    `kind` is a measure kind, `details` its fixed values (template, limit_minor, currency, hours).

    `limit_amount` is an expression for the amount beyond which the operation itself is refused, `used_amount` one for
    what was used up of it before; they stand apart so that a single sum above the limit is refused even where the
    past is not fully known.

    `lasts_hours` keeps the duty on the client for so long after a decision that brought it: it comes with each later
    event of its types, and its limit binds it. `policy` is the hold that a true `when` proposes (a loan that waits).

    It `gives_way_to` duties, of any pack, that ask or tell the same: beside one of them it does not come.
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
    gives_way_to: tuple[str, ...] = ()  # ids of duties
    lasts_hours: int | None = None
    policy: str | None = None


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
    proposal); `at` is the clock at the first event. `outside` is what providers answer, by the names of rules.
    """

    title: str
    at: str
    events: tuple[Mapping[str, object], ...]
    lists: Mapping[str, tuple[Mapping[str, object], ...]]
    complete: Mapping[str, str]
    expect: Mapping[str, object]
    packs: tuple[str, ...] = ()
    outside: Mapping[str, str | int | bool] = field(default_factory=dict)


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
class Brand:
    """A bank, site or courier that links imitate.

    `hosts` are its own, with all below them. `names` are what it is called in host names, in any script; `words` are
    such names that are ordinary words too, and count only beside a word of delivery or payment.
    """

    id: str
    names: tuple[str, ...]
    hosts: tuple[str, ...]
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One instrument. `applies` is an expression that says whom it binds; `status` is `law`, `proposal` or `policy`.

    `outside` names the operators that its rules read, by provider, each with its API: so they have a meaning also where
    no file of providers declares whom to ask.
    """

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
    notices: tuple[Notice, ...] = ()
    refunds: tuple[Refund, ...] = ()
    feeds: tuple[Feed, ...] = ()
    brands: tuple[Brand, ...] = ()
    outside: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A bank's or a site's own condition; `realises` names the sign that lets it reach `hold`.

    Without it the ceiling is `challenge`. A rule that reads what a provider answers says by `on_missing` what is done
    when it cannot be judged without that answer; any other rule has no such word.
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
    on_missing: OnMissing | None = None
