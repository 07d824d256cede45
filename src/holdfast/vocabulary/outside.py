"""Providers: what is asked of somebody outside before a decision, what comes back, and why it may be missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from holdfast.vocabulary.event import Value
from holdfast.vocabulary.schema import Field, FieldType
from holdfast.vocabulary.telecom import OperatorSpec, answers_of

OUTSIDE: Final = "outside."
MISSING: Final = "missing"
AGE: Final = "age_ms"
RESERVED: Final = frozenset({MISSING, AGE})


class OnMissing(StrEnum):
    """What is done in the place of a rule that cannot be judged because an input from outside is missing."""

    NONE = "none"
    CHALLENGE = "challenge"
    REVIEW = "review"
    LAST_GOOD = "last_good"


class Why(StrEnum):
    """Why an input from outside is missing."""

    DEADLINE = "deadline"  # no answer came in time
    ERROR = "error"  # the call failed, or the provider said that it did
    GARBAGE = "garbage"  # what came is not what was declared
    BUSY = "busy"  # more questions are under way than its connections can carry
    BREAKER_OPEN = "breaker_open"  # it failed so often that it is left alone for a while
    TOO_OLD = "too_old"  # no answer came, and the last good one is older than it may be
    ABSENT = "absent"  # the provider answered and does not know this
    REFUSED = "refused"  # the provider answered that it may not tell about this person
    NO_INPUT = "no_input"  # the event has nothing by which to ask
    NOT_CONFIGURED = "not_configured"  # nobody was there to be asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One value of a provider's answer: its type, where it stands in the JSON, and whether evidence may show it."""

    name: str
    type: FieldType
    at: tuple[str, ...]
    shown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSpec:
    """One provider as its file declares it.

    `on` are the event types it is asked about, `send` what is sent: the provider's own word for each name of the
    event. A call takes at most `timeout_ms`; an answer is used again for `cache_s`, and as a last good one, where a
    rule allows that, for `max_age_s` (0: never); at most `cache_entries` answers are kept. After `failures` in a row
    nobody asks for `pause_s`. At most `connections` calls are made at once, and as many wait for one of them. Who has
    the lower `cost` is asked first, the others only where a rule is still open then. `operator` is that of a mobile
    operator, whose API is published.
    """

    id: str
    url: str
    on: tuple[str, ...]
    send: Mapping[str, str]
    answers: tuple[Told, ...]
    timeout_ms: int = 150
    max_age_s: int = 0
    cache_s: int = 0
    cache_entries: int = 10_000
    failures: int = 5
    pause_s: int = 10
    connections: int = 100
    auth_file: str = ""
    ca_file: str = ""
    plain: bool = False
    cost: int = 0
    operator: OperatorSpec | None = None

    def fields(self) -> dict[str, Field]:
        """Give the names under which rules read the answers; what evidence may not show counts as personal."""
        names = {f"{OUTSIDE}{self.id}.{told.name}": told for told in self.answers}
        return {path: Field(path=path, type=told.type, personal=not told.shown) for path, told in names.items()}


def provider_of(name: str) -> str:
    """Name the provider whose answer a name of rules stands for."""
    return name.removeprefix(OUTSIDE).partition(".")[0]


def answered(provider: str, values: Mapping[str, Value], *, age_ms: int) -> dict[str, Value]:
    """Write an answer as facts; a value that is `None` was not known to the provider."""
    known = {f"{OUTSIDE}{provider}.{name}": value for name, value in values.items() if value is not None}
    return {**known, f"{OUTSIDE}{provider}.{AGE}": age_ms}


def unanswered(provider: str, why: Why) -> dict[str, Value]:
    """Write as a fact why a provider gave no answer."""
    return {f"{OUTSIDE}{provider}.{MISSING}": why.value}


def why_missing(name: str, values: Mapping[str, Value]) -> Why:
    """Say why an input is missing from the facts."""
    stem = f"{OUTSIDE}{provider_of(name)}."
    why = values.get(stem + MISSING)
    if why is not None:
        return Why(str(why))
    return Why.ABSENT if stem + AGE in values else Why.NOT_CONFIGURED


def outside_of(values: Mapping[str, Value]) -> dict[str, Value]:
    """Take out of facts what came from outside, so that the same event can be judged again without asking."""
    return {name: value for name, value in values.items() if name.startswith(OUTSIDE)}


def fields_by_type(specs: tuple[ProviderSpec, ...]) -> dict[str, dict[str, Field]]:
    """Give the names that rules about each event type may read."""
    found: dict[str, dict[str, Field]] = {}
    for spec in specs:
        for event_type in spec.on:
            found.setdefault(event_type, {}).update(spec.fields())
    return found


def promised(reads: Mapping[str, str]) -> dict[str, Field]:
    """Give the names that a pack reads of operators, by provider and API; nothing of them may be shown."""
    return {
        f"{OUTSIDE}{provider}.{name}": Field(path=f"{OUTSIDE}{provider}.{name}", type=kind, personal=True)
        for provider, api in reads.items()
        for name, kind in answers_of(api).items()
    }
