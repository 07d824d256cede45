"""English: what nouns, numbers, comparisons and questions to the past sound like."""

from typing import Final

from holdfast.language.currencies import to_major
from holdfast.language.speech.lexicon import (
    CLAIMS,
    EVENTS,
    FIELDS,
    LEAVES,
    LISTS,
    MANY,
    PARTIES,
    WORDS,
    Claim,
    EventNoun,
    Noun,
)
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS, MINUTE_MS, from_ms
from holdfast.vocabulary.windows import KeyPart, ListProbe, Statistic, WindowSpec

_ORDER: Final = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most"}
_TIME_ORDER: Final = {">": "later than", ">=": "no earlier than", "<": "earlier than", "<=": "no later than"}
_STATISTICS: Final = {
    Statistic.SUM: "the total",
    Statistic.MEAN: "the mean",
    Statistic.MIN: "the least",
    Statistic.MAX: "the greatest",
    Statistic.STD: "the standard deviation of the",
    Statistic.EARLIEST: "the first",
    Statistic.LATEST: "the latest",
}
_BY: Final = {
    "payer": "by this payer",
    "client": "of this client",
    "seller": "by this seller",
    "sender": "from this sender",
    "recipient": "to this recipient",
    "payee": "to this payee",
    "device.id": "from this device",
    "session.ip": "from this IP address",
}
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ROLES: Final = {"payee": "to the present", "payer": "by the present"}
_SAME_LEAF: Final = {"vin": "VIN", "plate": "number plate", "phone": "phone", "account": "account", "inn": "INN"}


class English:
    """Phrases of English."""

    and_word = "and"
    or_word = "or"
    times = "×"
    known_that = "it is known that"
    this_amount = "the amount of this event"

    def noun(self, path: str) -> Noun:
        """Name a field."""
        if path in FIELDS:
            return FIELDS[path]
        if path in PARTIES:
            return PARTIES[path]
        prefix, _, leaf = path.rpartition(".")
        if prefix in PARTIES and leaf in LEAVES:
            return Noun("", "", "n", f"{PARTIES[prefix].en}'s {LEAVES[leaf].en}")
        return Noun("", "", "n", f"“{path}”")

    def name(self, path: str) -> str:
        """Name a field."""
        return self.noun(path).en

    def event(self, name: str) -> EventNoun:
        """Name an event type."""
        return EVENTS.get(name) or EventNoun("", "", "", "", "n", f"“{name}” event", f"“{name}” events")

    def claim(self, path: str, *, holds: bool) -> str:
        """Say a yes-or-no field."""
        known = CLAIMS.get(path) or Claim("", "", f"“{path}” is true", f"“{path}” is false")
        return known.en if holds else known.en_not

    def word(self, word: str, *, closed: bool) -> str:
        """Say a text: a known word of a closed set by its name, any other in quotes."""
        return WORDS[word][1] if closed and word in WORDS else f"“{word}”"

    def number(self, value: float) -> str:
        """Write a number."""
        return f"{value:,}".removesuffix(".0")

    def money(self, minor: int, currency: str) -> str:
        """Write an amount."""
        whole, _, part = to_major(minor, currency).partition(".")
        return f"{currency}\u00a0{int(whole):,}{f'.{part:0<2}' if part else ''}"

    def instant(self, instant_ms: int) -> str:
        """Write an instant."""
        return f"{from_ms(instant_ms):%d %B %Y %H:%M} (UTC)"

    def span(self, count: float, unit: str) -> str:
        """Write a span of time."""
        return f"{self.number(count)} {unit}{'s' * (count != 1)}"

    def span_of(self, count: float, unit: str) -> str:
        """Write a span of time after a comparison."""
        return self.span(count, unit)

    def duration(self, span_ms: int, *, after_than: bool = False) -> str:
        """Write a duration in the unit in which people say it: hours up to two days, then days."""
        del after_than  # English has one form
        for unit, size, least in (
            ("day", DAY_MS, 3 * DAY_MS),
            ("hour", HOUR_MS, HOUR_MS),
            ("minute", MINUTE_MS, MINUTE_MS),
        ):
            if span_ms % size == 0 and span_ms >= least:
                return self.span(span_ms // size, unit)
        return self.span(span_ms / 1000, "second")

    def compared(self, operator: str, left: str, right: str, *, literal: bool) -> str:
        """Compare quantities."""
        del literal  # English has one form
        if operator in ("==", "!="):
            return f"{left} is {'not ' * (operator == '!=')}{right}"
        return f"{left} is {_ORDER[operator]} {right}"

    def same(self, operator: str, left: str, right: str) -> str:
        """Compare two names for equality."""
        return f"{left} and {right} {'are the same' if operator == '==' else 'differ'}"

    def equals(self, operator: str, left: str, right: str) -> str:
        """Compare a name with a word."""
        return f"{left} is {'not ' * (operator == '!=')}{right}"

    def one_of(self, item: str, values: list[str], *, holds: bool) -> str:
        """Say that a value is among others."""
        return f"{item} is {'one' if holds else 'none'} of: {', '.join(values)}"

    def passed(self, operator: str, since: Noun, amount: str) -> str:
        """Say how long ago something was."""
        if operator in ("==", "!="):
            return f"{'exactly' if operator == '==' else 'not exactly'} {amount} have passed since {since.en}"
        verb = "has" if amount.startswith("1 ") else "have"
        return f"{_ORDER[operator]} {amount} {verb} passed since {since.en}"

    def elapsed(self, since: Noun, unit: str) -> str:
        """Name the time since something as a quantity."""
        return f"the number of {unit}s since {since.en}"

    def before(self, count: float, unit: str) -> str:
        """Name the instant some time before the event."""
        return f"{self.span(count, unit)} before the event"

    def moment(self, operator: str, left: Noun, right: str, *, literal: bool) -> str:
        """Compare instants."""
        del literal  # English has one form
        if operator in ("==", "!="):
            return self.same(operator, left.en, right)
        return f"{left.en} was {_TIME_ORDER[operator]} {right}"

    def none_since(self, events: str, before: str) -> str:
        """Say that nothing happened since an instant before the event."""
        return f"in the {before} there were no {events}"

    def listed(self, probe: ListProbe, *, holds: bool) -> str:
        """Say that a party or identifier is on a list."""
        title = LISTS.get(probe.list, ("", probe.list))[1]
        marks = " (with a document)" * probe.documented + " (with the police mark)" * probe.marked
        if probe.every:
            return f"{'' if holds else 'not '}all of {self.name(probe.subject)} are on the list “{title}”{marks}"
        return f"{self.name(probe.subject)} is {'' if holds else 'not '}on the list “{title}”{marks}"

    def tested(self, name: str, text: str, part: str, *, holds: bool) -> str:
        """Say what a text is like."""
        verbs = {
            "startswith": ("begins with", "does not begin with"),
            "contains": ("contains", "does not contain"),
            "like": ("fits the pattern", "does not fit the pattern"),
        }
        return f"{text} {verbs[name][0 if holds else 1]} “{part}”"

    def lowered(self, text: str) -> str:
        """Name a text in small letters."""
        return f"{text} (in small letters)"

    def known(self, text: str, *, holds: bool) -> str:
        """Say that a value is known."""
        return f"{text} is {'known' if holds else 'unknown'}"

    def first_known(self, texts: list[str]) -> str:
        """Name the first known value."""
        return f"the first known of: {', '.join(texts)}"

    def negated(self, text: str) -> str:
        """Negate a whole condition."""
        return f"it is not true that {text}"

    def calendar(self, name: str, text: str) -> str:
        """Name what the calendar says of an instant."""
        shown = "the event" if text == self.name("occurred_at") else text
        return f"the {'hour' if name == 'hour_of_day' else 'day of the week'} of {shown}"

    def unset(self, parameter: str) -> str:
        """Name a parameter that is not set."""
        return f"the parameter “{parameter}” (not set)"

    def key(self, part: KeyPart, of: str) -> str:
        """Say to whom past events belong."""
        now, _, leaf = part.now.partition(".")
        then = part.then.partition(".")[0]
        if now != then and then in _ROLES and now in PARTIES:
            if now not in _ROLES:
                return f"{'to' if then == 'payee' else 'by'} this {now}"
            return f"{_ROLES[then]} {PARTIES[now].en.removeprefix('the ')}"
        if part.now in _BY or (now in _BY and leaf in ("", "customer_id", "seller_id", "member_id")):
            if now in _ROLES and of != "transfer":
                return f"of this {now}"
            return _BY.get(part.now) or _BY[now]
        last = part.now.rsplit(".", 1)[-1]
        return f"with the same {_SAME_LEAF.get(last, self.name(part.now).removeprefix('the '))}"

    def question(self, spec: WindowSpec, value: str | None, path: str | None) -> str:
        """Name what is asked of the past, up to the events."""
        statistic = spec.statistic
        events = self.event(spec.of).en_many
        if statistic is Statistic.COUNT:
            return f"the number of {events}"
        if statistic is Statistic.DISTINCT:
            many = MANY.get(path or "", ("", f"values of {value}"))[1]
            return f"the number of different {many} among {events}"
        if path == "amount":
            return f"{_STATISTICS[statistic]} amount of {events}"
        stem = _STATISTICS[statistic].removesuffix(" of the")
        return f"{stem} of {value} over {events}"

    def extreme(self, statistic: Statistic, of: str, rest: str) -> Noun:
        """Name the first or last event."""
        word = "last" if statistic is Statistic.LAST else "first"
        return Noun("", "", "n", f"the {word} {self.event(of).en}{rest}")

    def within(self, over: str) -> str:
        """Say the length of a window."""
        return f"within {over}"

    def filtered(self, where: str | None, marks: list[str]) -> str:
        """Say in brackets which events count."""
        return "; ".join([*([f"where {where}"] if where else []), *marks])

    def marks(self, spec: WindowSpec) -> list[str]:
        """Say what else counts: the end of the window, refused attempts, the event itself."""
        words = (
            (spec.inclusive, "including the boundary"),
            (spec.attempts, "including refused attempts"),
            (spec.current, "counting this event"),
        )
        return [word for holds, word in words if holds]

    def some(self, of: str, rest: str, *, holds: bool) -> str:
        """Say that there were events, or none."""
        return f"there were {'' if holds else 'no '}{self.event(of).en_many}{rest}"

    def told(self, statistic: Statistic, of: str, parts: tuple[str, str]) -> str:
        """Say what the last or first event says; `parts` are whose it is, and the claim."""
        word = "last" if statistic is Statistic.LATEST else "first"
        return f"in the {word} of the {self.event(of).en_many}{parts[0]} {parts[1]}"

    def day(self, number: int) -> str:
        """Name a day of the week."""
        return _DAYS[number - 1]
