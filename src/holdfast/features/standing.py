"""What earlier decisions left standing for a client: refusals that may be repeated, and limits that last for hours.

It is a fold of the log like the windows. Only keyed hashes and instants are kept, and only of the newest refusals: an
operation whose refusal had to go is refused once more when it is repeated after all, and may be repeated at once then.
A limit goes when it ended so long ago that no operation can be judged any more that it could bind.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.instants import DAY_MS, read_rfc3339
from holdfast.vocabulary.judgement import Measure, RepeatTerms
from holdfast.vocabulary.keys import Key, KeyMaker

REPEAT_OF: Final = "standing.repeat.of"
ALLOWED_FROM: Final = "standing.repeat.allowed_from"
LASTS: Final = "standing.duty."
REFUSED_MAX: Final = 262_144
ENDED_MS: Final = 60 * DAY_MS
_SHAPES: Final = 1_024
_AT_ONCE: Final = 2  # the order is that of the last limit, so that one that ends late holds others back for a while
_SIDES: Final = ("payer.", "payee.")
_BESIDE: Final = frozenset(side + name for side in _SIDES for name in ("own", "cards_open", "trusted_person"))


@dataclass(frozen=True, slots=True)
class Refused:
    """An operation that was refused and may be repeated.

    `of` is the decision that refused it first, `allowed_from_ms` the instant from which a repeat passes whatever the
    lists say (`None` before a repeat was refused), `used_by` the place in the log of the repeat that went through.
    """

    of: str
    allowed_from_ms: int | None = None
    used_by: int | None = None


@dataclass(slots=True)
class Standing:
    """Refusals by operation, and lasting duties by client."""

    keys: KeyMaker
    refused_max: int = REFUSED_MAX
    _refused: OrderedDict[Key, Refused] = field(default_factory=OrderedDict)
    _lasting: OrderedDict[Key, dict[str, int]] = field(default_factory=OrderedDict)

    def read(self, event: Event, subject: str, *, seq: int, repeatable: bool) -> dict[str, Value]:
        """Give, as facts, what stands for an event; `subject` is the party whose event it is.

        `repeatable` says that the law of the day lets such an operation be repeated after a refusal. A repeat that
        went through at the same place in the log is still one when it is judged again.
        """
        values: dict[str, Value] = {}
        refused = self._refused.get(self._operation(event)) if repeatable and self._refused else None
        if refused is not None and refused.used_by in {None, seq}:
            values[REPEAT_OF] = refused.of
            if refused.allowed_from_ms is not None:
                values[ALLOWED_FROM] = refused.allowed_from_ms
        client = event.values.get(f"{subject}.customer_id")
        if self._lasting and client is not None:
            lasting = self._lasting.get(self._client(str(client)), {})
            values |= {f"{LASTS}{duty}": until for duty, until in lasting.items() if until > event.received_ms}
        return values

    def lasting(self, client_id: str, now_ms: int) -> dict[str, int]:
        """Give the duties that last for a client at an instant, each with its end."""
        return {duty: until for duty, until in self._lasting.get(self._client(client_id), {}).items() if until > now_ms}

    def decided(self, event: Event, seq: int, *, decision_id: str, repeat: RepeatTerms | None) -> None:
        """Take note of what a decision says about repeats."""
        if repeat is None:
            return
        key = self._operation(event)
        before = self._refused.get(key)
        if repeat.state == "open" or before is None:
            self._refused[key] = Refused(of=decision_id)
        elif repeat.state == "used":
            self._refused[key] = replace(before, used_by=seq)
        elif repeat.allowed_from is not None:
            self._refused[key] = replace(before, allowed_from_ms=read_rfc3339(repeat.allowed_from))
        self._refused.move_to_end(key)
        if len(self._refused) > self.refused_max:
            self._refused.popitem(last=False)

    def limited(self, event: Event, subject: str, measures: Iterable[Measure]) -> None:
        """Take note of the duties of a decision that last beyond it."""
        client = event.values.get(f"{subject}.customer_id")
        if client is None:
            return
        for measure in measures:
            until, duty = measure.get("until"), measure.get("duty")
            if isinstance(until, str) and isinstance(duty, str):
                self._limit(self._client(str(client)), duty, until_ms=read_rfc3339(until), now_ms=event.received_ms)

    def _limit(self, client: Key, duty: str, *, until_ms: int, now_ms: int) -> None:
        """Let a duty of a client last, and let go of what ended long ago of clients who got none since."""
        kept = self._lasting.setdefault(client, {})
        kept[duty] = max(until_ms, kept.get(duty, 0))
        self._lasting.move_to_end(client)
        for _ in range(_AT_ONCE):
            oldest, ends = next(iter(self._lasting.items()))
            if max(ends.values()) > now_ms - ENDED_MS:
                break
            del self._lasting[oldest]

    def resulted(self, event: Event, seq: int, *, executed: bool) -> None:
        """Let a repeat be used up by its execution, and be open again when it was not executed."""
        key = self._operation(event) if self._refused else None
        refused = self._refused.get(key) if key is not None else None
        if key is None or refused is None or refused.used_by not in {None, seq}:
            return
        if executed:
            del self._refused[key]
        elif refused.used_by == seq:
            self._refused[key] = replace(refused, used_by=None)

    def rows(self) -> dict[str, list[list[Any]]]:
        """Give everything as rows for a snapshot."""
        return {
            "refused": [[*key, one.of, one.allowed_from_ms, one.used_by] for key, one in self._refused.items()],
            "lasting": [[*key, duty, until] for key, kept in self._lasting.items() for duty, until in kept.items()],
        }

    def load(self, rows: Mapping[str, list[list[Any]]]) -> None:
        """Take over the rows of a snapshot."""
        for high, low, *parts in rows["refused"]:
            self._refused[Key(high, low)] = Refused(*parts)
        for high, low, duty, until in rows["lasting"]:
            self._lasting.setdefault(Key(high, low), {})[duty] = until

    def _client(self, client_id: str) -> Key:
        return self.keys.key("customer_id", client_id)

    def _operation(self, event: Event) -> Key:
        """Name an operation by payer, payee's requisites, amount and rail, each exactly as given."""
        return self.keys.fresh("operation", _requisites(event))


def _requisites(event: Event) -> str:
    values = event.values
    get = values.get
    client = get("payer.customer_id") or get("client.customer_id")
    head = f"{event.type}\x1f{get('rail')}\x1f{get('amount')}\x1f{get('currency')}\x1f{client}"
    return "\x1f".join([head, *[f"{name}={values[name]}" for name in _of_payee(tuple(values))]])


@lru_cache(maxsize=_SHAPES)
def _of_payee(names: tuple[str, ...]) -> tuple[str, ...]:
    """Give the names of the payee's requisites among an event's fields; events of few shapes come again and again."""
    return tuple(sorted(name for name in names if name.startswith("payee.") and name not in _BESIDE))
