"""The sections of a pack: from checked YAML to the vocabulary's types, one function for each."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, tzinfo
from typing import Final

from holdfast.regulation.nodes import Node
from holdfast.regulation.verifications import check_verification
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.outcome import OUTCOME_BY_WORD, MeasureKind, Mode
from holdfast.vocabulary.outside import OUTSIDE, OnMissing
from holdfast.vocabulary.packs import (
    BusinessCalendar,
    Citation,
    Dated,
    Duty,
    Example,
    Parameter,
    Rule,
    Sign,
    SignId,
)
from holdfast.vocabulary.telecom import APIS

LANGUAGES: Final = ("ru", "kk", "en")
CONFIDENCES: Final = ("C", "C*", "S", "U")
PROPOSALS: Final = ("by_rail", "measures", *OUTCOME_BY_WORD)
HOLDING: Final = ("by_rail", "hold")
PARAMETER_TYPES: Final = ("bool", "integer", "number", "text", "money")
STATES: Final = ("fired", "clear", "unknown", "absent")  # absent: not in force then
REPEATS: Final = ("open", "closed", "used", "none")
_SATURDAY: Final = 5
_QUOTED: Final = re.compile(r""""[^"]*"|'[^']*'""")
_CITE: Final = ("act", "article", "url", "confidence", "checked_on")
DATED: Final = ("cite", "effective_from")
_OF_DUTY: Final = ("details", "limit_amount", "used_amount", "lasts_hours", "policy", "effective_to")
_MODES: Final = tuple(str(mode) for mode in Mode)


def texts(fields: Mapping[str, Node], key: str) -> tuple[str, ...]:
    """Read an optional list of words."""
    return fields[key].words() if key in fields else ()


def text_of(fields: Mapping[str, Node], key: str) -> str | None:
    """Read an optional text."""
    return fields[key].text() if key in fields else None


def integer_of(fields: Mapping[str, Node], key: str) -> int | None:
    """Read an optional whole number from 0."""
    return fields[key].integer() if key in fields else None


def expression_of(fields: Mapping[str, Node], key: str) -> str | None:
    """Read an optional expression."""
    return fields[key].expression() if key in fields else None


def mode_of(fields: Mapping[str, Node]) -> Mode:
    """Read how far the thing may act; without a word, all the way."""
    return Mode(fields["mode"].choice(_MODES)) if "mode" in fields else Mode.ENFORCE


def read_title(node: Node) -> dict[str, str]:
    """Read a title, which must stand in all three languages."""
    return {language: text.text() for language, text in node.fields(LANGUAGES).items()}


def read_cite(node: Node) -> Citation:
    """Read a citation, whole."""
    fields = node.fields(_CITE)
    if not fields["url"].text().startswith(("https://", "http://")):
        raise fields["url"].fault("an address that starts with `https://` or `http://` is expected here")
    return Citation(
        act=fields["act"].text(),
        article=fields["article"].text(),
        url=fields["url"].text(),
        confidence=fields["confidence"].choice(CONFIDENCES),
        checked_on=fields["checked_on"].day().isoformat(),
    )


def midnight_ms(node: Node, zone: tzinfo) -> int:
    """Read a date as its first instant in the pack's zone."""
    return to_ms(datetime.combine(node.day(), time.min, zone).astimezone(UTC))


def read_dated(fields: Mapping[str, Node], zone: tzinfo) -> Dated:
    """Read when a value is in force: from `effective_from` to the midnight on which `effective_to` begins."""
    start = midnight_ms(fields["effective_from"], zone)
    if "effective_to" not in fields:
        return Dated(from_ms=start)
    end = midnight_ms(fields["effective_to"], zone)
    if end <= start:
        raise fields["effective_to"].fault("the end must lie after `effective_from`")
    return Dated(from_ms=start, to_ms=end)


def read_sign(node: Node, zone: tzinfo) -> Sign:
    """Read one sign."""
    fields = node.fields(
        ("id", "on", "when", "title", *DATED),
        ("effective_to", "evidence", "proposes", "measures", "mode", "quiet_by", "policy"),
    )
    proposes = fields["proposes"].choice(PROPOSALS) if "proposes" in fields else "by_rail"
    if "policy" in fields and proposes not in HOLDING:
        raise fields["policy"].fault("`policy` belongs to a sign that proposes `hold` or `by_rail`")
    when = fields["when"].expression()
    if "quiet_by" in fields and "usual." not in when:
        hint = "an allow list may quieten only a sign about what is usual for the client"
        raise fields["quiet_by"].fault("this sign cannot be quietened", hint)
    return Sign(
        id=SignId(fields["id"].text()),
        on=fields["on"].words(),
        when=when,
        title=read_title(fields["title"]),
        cite=read_cite(fields["cite"]),
        dated=read_dated(fields, zone),
        evidence=texts(fields, "evidence"),
        proposes=proposes,
        measures=texts(fields, "measures"),
        mode=mode_of(fields),
        quiet_by=texts(fields, "quiet_by"),
        policy=text_of(fields, "policy"),
    )


def read_duty(node: Node, zone: tzinfo) -> Duty:
    """Read one duty."""
    fields = node.fields(
        ("id", "kind", "on", "title", *DATED),
        ("when", "after", "gives_way_to", *_OF_DUTY),
    )
    if "policy" in fields and "when" not in fields:
        raise fields["policy"].fault("`policy` needs the `when` that proposes its hold")
    details = fields["details"].entries() if "details" in fields else {}
    after = fields["after"].items() if "after" in fields else ()
    if "used_amount" in fields and "limit_amount" not in fields:
        raise fields["used_amount"].fault("`used_amount` needs the `limit_amount` that it is used up of")
    check_verification(fields["kind"].text(), fields["on"].words(), details)
    return Duty(
        id=fields["id"].text(),
        kind=fields["kind"].choice([str(kind) for kind in MeasureKind]),
        on=fields["on"].words(),
        when=expression_of(fields, "when"),
        details={key: value.scalar() for key, value in details.items()},
        cite=read_cite(fields["cite"]),
        dated=read_dated(fields, zone),
        title=read_title(fields["title"]),
        limit_amount=expression_of(fields, "limit_amount"),
        used_amount=expression_of(fields, "used_amount"),
        after=tuple(item.choice(tuple(OUTCOME_BY_WORD)) for item in after),
        gives_way_to=texts(fields, "gives_way_to"),
        lasts_hours=integer_of(fields, "lasts_hours"),
        policy=text_of(fields, "policy"),
    )


def _parameter_value(node: Node, kind: str) -> bool | int | float | str:
    """Read a parameter's value by its declared type; money is written in minor units."""
    if kind == "bool":
        return node.flag()
    if kind == "text":
        return node.text()
    if kind == "number" and isinstance(node.value, float):
        return node.value
    return node.integer()


def read_parameter(node: Node, zone: tzinfo) -> Parameter:
    """Read one parameter; a value of `null` is for the operator to set, and unknown until then."""
    if "value" not in node.entries():
        raise node.below("value", None).fault("`value` is missing", "write `null` where the law gives no number")
    fields = node.fields(("name", "type", *DATED), ("value", "currency", "effective_to"))
    kind = fields["type"].choice(PARAMETER_TYPES)
    if (kind == "money") != ("currency" in fields):
        raise node.fault("`currency` belongs to a parameter of type `money` and to no other")
    return Parameter(
        name=fields["name"].text(),
        type=kind,
        value=_parameter_value(fields["value"], kind) if "value" in fields else None,
        cite=read_cite(fields["cite"]),
        dated=read_dated(fields, zone),
        currency=text_of(fields, "currency"),
    )


def _days(fields: Mapping[str, Node], key: str, inside: tuple[str, str]) -> tuple[str, ...]:
    """Read dates in their order, none outside the calendar; weekdays and weekend days are told apart."""
    found: list[str] = []
    for item in fields[key].items() if key in fields else ():
        day = item.day()
        if (day.weekday() >= _SATURDAY) != (key == "days_on"):
            raise item.fault(f"`{day}` does not belong here", "`days_off` are weekdays, `days_on` weekend days")
        if not inside[0] <= day.isoformat() <= inside[1] or (found and day.isoformat() <= found[-1]):
            raise item.fault(f"`{day}` is out of order", "dates ascend from `first_day` to `last_day`")
        found.append(day.isoformat())
    return tuple(found)


def read_calendar(node: Node) -> BusinessCalendar:
    """Read a country's business days."""
    fields = node.fields(("first_day", "last_day", "cite"), ("days_off", "days_on"))
    inside = fields["first_day"].day().isoformat(), fields["last_day"].day().isoformat()
    return BusinessCalendar(
        first_day=inside[0],
        last_day=inside[1],
        days_off=_days(fields, "days_off", inside),
        days_on=_days(fields, "days_on", inside),
        cite=read_cite(fields["cite"]),
    )


def read_rule(node: Node) -> Rule:
    """Read one rule of the bank or the site itself."""
    fields = node.fields(
        ("id", "on", "when", "proposes", "title"),
        ("realises", "measures", "mode", "evidence", "quiet_by", "on_missing"),
    )
    return Rule(
        id=fields["id"].text(),
        on=fields["on"].words(),
        when=fields["when"].expression(),
        proposes=fields["proposes"].choice(tuple(OUTCOME_BY_WORD)),
        title=read_title(fields["title"]),
        realises=tuple(SignId(word) for word in texts(fields, "realises")),
        measures=texts(fields, "measures"),
        mode=mode_of(fields),
        evidence=texts(fields, "evidence"),
        quiet_by=texts(fields, "quiet_by"),
        on_missing=_on_missing(node, fields),
    )


def _on_missing(node: Node, fields: Mapping[str, Node]) -> OnMissing | None:
    """Read what is done when an input from outside is missing: said by a rule that reads one, and by no other."""
    reads = OUTSIDE in _QUOTED.sub("", fields["when"].expression())
    if not reads:
        if "on_missing" in fields:
            raise fields["on_missing"].fault("`on_missing` belongs to a rule that reads `outside.` names")
        return None
    if "on_missing" not in fields:
        hint = f"add `on_missing`, one of {', '.join(f'`{word}`' for word in OnMissing)}"
        raise node.below("on_missing", None).fault("a rule that reads `outside.` names needs `on_missing`", hint)
    return OnMissing(fields["on_missing"].choice(tuple(OnMissing)))


def _objects(node: Node) -> tuple[dict[str, object], ...]:
    """Read a list of free mappings."""
    return tuple({key: entry.value for key, entry in item.entries().items()} for item in node.items())


def _instant(node: Node) -> str:
    """Read an RFC 3339 instant with its offset and keep it as it is written."""
    text = node.text()
    try:
        aware = datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        aware = False
    if not aware:
        raise node.fault(f"`{text}` is not an instant with an offset", "write it as 2026-05-08T12:00:00+03:00")
    return text


def _expectation(node: Node) -> dict[str, object]:
    """Read what an example expects: outcome, signs, measures, hold, repeat; at least one of them."""
    fields = node.fields((), ("outcome", "signs", "measures", "no_measures", "rules", "hold", "repeat"))
    if not fields:
        raise node.fault("an example must expect something")
    if "outcome" in fields:
        fields["outcome"].choice(tuple(OUTCOME_BY_WORD))
    for state in fields["signs"].entries().values() if "signs" in fields else ():
        state.choice(STATES)
    for key in ("measures", "no_measures", "rules"):
        texts(fields, key)
    if "hold" in fields:
        fields["hold"].fields(("policy", "until"), ("confirm_by",))
    if "repeat" in fields:
        fields["repeat"].fields(("state",), ("allowed_from",))["state"].choice(REPEATS)
    return {key: entry.value for key, entry in fields.items()}


def read_example(node: Node) -> Example:
    """Read one worked case."""
    fields = node.fields(("title", "at", "events", "expect"), ("lists", "complete", "packs", "outside"))
    lists = fields["lists"].entries() if "lists" in fields else {}
    complete = fields["complete"].entries() if "complete" in fields else {}
    events = fields["events"]
    for item in events.items():
        item.fields(("id", "type", "occurred_at"), tuple(item.entries()))
    if not events.items():
        raise events.fault("an example needs at least one event")
    return Example(
        title=fields["title"].text(),
        at=_instant(fields["at"]),
        events=_objects(events),
        lists={name: _objects(entries) for name, entries in lists.items()},
        complete={source: _instant(since) for source, since in complete.items()},
        expect=_expectation(fields["expect"]),
        packs=texts(fields, "packs"),
        outside=_said(fields["outside"]) if "outside" in fields else {},
    )


def read_outside(node: Node) -> dict[str, str]:
    """Read which questions to operators a pack's rules read, by the name of the provider that puts each."""
    return {name: entry.choice(tuple(APIS)) for name, entry in node.entries().items()}


def _said(node: Node) -> dict[str, str | int | bool]:
    """Read what providers answer in an example, by the names of rules."""
    for name, entry in node.entries().items():
        if not name.startswith(OUTSIDE):
            raise entry.fault(f"`{name}` is no name from outside", "for example `outside.sim_swap.swapped`")
    return {name: entry.scalar() for name, entry in node.entries().items()}


def read_all(node: Node | None) -> Sequence[Node]:
    """Give the items of an optional section."""
    return node.items() if node else ()
