"""Questions to the past and to lists: what they mean is worked out here and asked as plain data."""

import ast
from collections.abc import Mapping
from typing import Final

from holdfast.language.canonical import canonical
from holdfast.language.checks.arguments import check_keywords, check_positional
from holdfast.language.checks.conditions import check_condition
from holdfast.language.checks.kinds import check_kind
from holdfast.language.checks.lists import check_list, check_subject
from holdfast.language.checks.spans import check_over
from holdfast.language.faults import fault, nearest
from holdfast.language.keys import check_past_key, key_part, present
from holdfast.language.nodes import (
    Arithmetic,
    Both,
    Comparison,
    Constant,
    FieldName,
    Membership,
    Node,
    Probe,
    Window,
    walk,
)
from holdfast.language.port import TyperPort
from holdfast.vocabulary.errors import Span
from holdfast.vocabulary.schema import EventSchema, FieldType, currency_of
from holdfast.vocabulary.windows import KeyPart, ListProbe, Statistic, WindowSpec

WINDOWS: Final = frozenset(Statistic)
_FLAGS: Final = ("inclusive", "attempts", "current")
_KEYWORDS: Final = ("by", "as_payee", "as_payer", "where", "over", *_FLAGS)
_NAMED_TYPE: Final = frozenset({Statistic.FIRST, Statistic.LAST})
_NUMBERS: Final = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY})
_TIMES: Final = frozenset({FieldType.INSTANT, FieldType.DURATION})
_VALUES: Final[Mapping[Statistic, frozenset[FieldType]]] = {
    **dict.fromkeys((Statistic.SUM, Statistic.MEAN, Statistic.STD), _NUMBERS),
    **dict.fromkeys((Statistic.MIN, Statistic.MAX), _NUMBERS | _TIMES),
    **dict.fromkeys((Statistic.EARLIEST, Statistic.LATEST), _NUMBERS | _TIMES | {FieldType.BOOL}),
    Statistic.DISTINCT: frozenset({FieldType.TEXT, FieldType.INTEGER}),
}


def window(typer: TyperPort, tree: ast.Call, name: str) -> Node:
    """Type one statistic over the past."""
    statistic = Statistic(name)
    of = _event_type(typer, tree, statistic)
    past = typer.in_past_of(of)
    keywords = check_keywords(tree, _KEYWORDS if statistic in _NAMED_TYPE else ("of", *_KEYWORDS), typer.span)
    value = _value(past, tree, statistic)
    where = check_condition(past.node(keywords["where"])) if "where" in keywords else None
    over = check_over(typer.node(keywords["over"])) if "over" in keywords else None
    by = _key(typer, keywords, (of, typer.span(tree)))
    kind = _result(statistic, value)
    unset = _unset(value, where, over)
    if unset is not None:
        return Constant(type=kind, span=typer.span(tree), value=None, parameter=unset)
    spec = WindowSpec(
        statistic=statistic,
        of=of,
        by=by,
        value=None if value is None else canonical(value),
        where=None if where is None else canonical(where),
        over_ms=int(over.value) if over is not None and isinstance(over.value, int) else None,
        money=value is not None and value.type is FieldType.MONEY and statistic is not Statistic.DISTINCT,
        sources=sources(typer.scope.schema, of, where),
        **{flag: _flag(typer, keywords[flag]) for flag in _FLAGS if flag in keywords},
    )
    return Window(
        type=kind,
        span=typer.span(tree),
        spec=spec,
        keys=tuple(present(typer.names, part.now) for part in by),
        currency=_currency(typer, typer.span(tree)) if spec.money else None,
        grows=spec.money and value is not None and _never_negative(value),
        value=value,
        where=where,
    )


def _event_type(typer: TyperPort, tree: ast.Call, statistic: Statistic) -> str:
    """Give the type of the past events, which is the current type unless another is named."""
    named = statistic in _NAMED_TYPE
    found = (tree.args[0] if tree.args else None) if named else _keyword(tree, "of")
    if found is None:
        return typer.scope.event_type
    known = typer.scope.schema.fields
    text = found.value if isinstance(found, ast.Constant) else None
    if not isinstance(text, str) or text not in known:
        near = nearest(text, known) if isinstance(text, str) else ""
        hint = "" if near else "known are " + ", ".join(f"`{name}`" for name in typer.scope.schema.event_types())
        shown = f"there is no event type `{text[:80]}`" if isinstance(text, str) else "this is no event type"
        raise fault(shown, typer.span(found), expected="an event type in quotes", near=near, hint=hint)
    return text


def _keyword(tree: ast.Call, name: str) -> ast.expr | None:
    """Find one named argument."""
    return next((keyword.value for keyword in tree.keywords if keyword.arg == name), None)


def _value(past: TyperPort, tree: ast.Call, statistic: Statistic) -> Node | None:
    """Type what is summed, counted apart or remembered."""
    allowed = _VALUES.get(statistic)
    if allowed is None:
        check_positional(tree, (0, 1) if statistic in _NAMED_TYPE else (0, 0), past.span)
        return None
    (argument,) = check_positional(tree, (1, 1), past.span)
    node = past.node(argument)
    if node.type is FieldType.PARTY and statistic is Statistic.DISTINCT:
        hint = "for a person write `first_known(payee.customer_id, payee.account, payee.phone)`"
        raise fault("a party has several identifiers", node.span, expected="one of them", hint=hint)
    if node.type is FieldType.TEXT and statistic in (Statistic.EARLIEST, Statistic.LATEST):
        hint = "ask `count(..., where=...)` for one text, or `distinct(...)` for how many"
        raise fault(
            "of past texts only a hash is kept", node.span, expected="a number, an amount or an instant", hint=hint
        )
    return check_kind(node, allowed)


def _result(statistic: Statistic, value: Node | None) -> FieldType:
    """Give the type of a statistic's result."""
    if statistic in _NAMED_TYPE:
        return FieldType.INSTANT
    if value is None or statistic is Statistic.DISTINCT:
        return FieldType.INTEGER
    if statistic in (Statistic.MEAN, Statistic.STD) and value.type is FieldType.INTEGER:
        return FieldType.NUMBER
    return value.type


def _unset(value: Node | None, where: Node | None, over: Constant | None) -> str | None:
    """Name a parameter that is not set but that the window needs: the whole window is unknown without it."""
    parts = [part for part in (value, where, over) if part is not None]
    for node in (below for part in parts for below in walk(part)):
        if isinstance(node, Constant) and node.value is None:
            return node.parameter or "parameter"
    return None


def _flag(typer: TyperPort, tree: ast.expr) -> bool:
    """Take True or False."""
    if isinstance(tree, ast.Constant) and isinstance(tree.value, bool):
        return tree.value
    raise fault("this is no switch", typer.span(tree), expected="True or False")


def _key(typer: TyperPort, keywords: Mapping[str, ast.expr], place: tuple[str, Span]) -> tuple[KeyPart, ...]:
    """Work out by what past events belong to the current one."""
    of, span = place
    parts: list[KeyPart] = []
    for name, role in (("by", None), ("as_payee", "payee"), ("as_payer", "payer")):
        tree = keywords.get(name)
        if tree is None:
            continue
        for element in tree.elts if isinstance(tree, ast.Tuple) else (tree,):
            now = typer.node(element)
            check_kind(now, (FieldType.PARTY, FieldType.TEXT))
            path = check_past_key(now)
            parts.append(key_part(typer.scope, path, (of, role, now.span)))
    if not 1 <= len(parts) <= 2:
        expected = "`by=payer.customer_id`, or two of them: `by=(payer, payee)`"
        raise fault("the past is asked by one or two names", span, expected=expected)
    return tuple(parts)


def _currency(typer: TyperPort, span: Span) -> str:
    """Name the current event's currency, in which statistics over money are taken."""
    found = currency_of(typer.names)
    if found is None:
        hint = "count the events instead, or compare in a rule on an event that has an amount"
        raise fault(f"`{typer.scope.event_type}` has no currency to take this amount in", span, hint=hint)
    return found


def _never_negative(value: Node) -> bool:
    """Tell whether more events can only add to a sum: amounts as reported, and their multiples."""
    if isinstance(value, FieldName):
        return True
    if isinstance(value, Arithmetic) and value.operator == "+":
        return _never_negative(value.left) and _never_negative(value.right)
    return isinstance(value, Constant) and value.type is FieldType.MONEY


def sources(schema: EventSchema, of: str, where: Node | None) -> tuple[str, ...]:
    """Name the streams that must be complete for absence to mean something.

    Types with a `where` field have one stream for each place; a filter that pins the place narrows them.
    """
    place = schema.fields[of].get("where")
    if place is None:
        return (of,)
    parts = where.parts if isinstance(where, Both) else (where,) if where is not None else ()
    pinned = next((found for found in map(_places, parts) if found), place.words)
    return tuple(f"{of}.{word}" for word in sorted(set(pinned))) or (of,)


def _places(part: Node) -> tuple[str, ...]:
    """Give the places that one condition of a filter allows, or none when it says nothing about the place."""
    match part:
        case Comparison(operator="==", left=FieldName(path="where"), right=Constant(value=str(word))):
            return (word,)
        case Comparison(operator="==", left=Constant(value=str(word)), right=FieldName(path="where")):
            return (word,)
        case Membership(item=FieldName(path="where")):
            return tuple(str(value.value) for value in part.values)
        case _:
            return ()


def probe(typer: TyperPort, tree: ast.Call) -> Node:
    """Type one question to a list."""
    keywords = check_keywords(tree, ("documented", "marked", "every"), typer.span)
    subject, name = (typer.node(argument) for argument in check_positional(tree, (2, 2), typer.span))
    path = typer.path(tree.args[0]) if subject.type is FieldType.PARTY or isinstance(subject, FieldName) else ""
    check_subject(subject, typer.names.get(path))
    if not isinstance(name, Constant) or not isinstance(name.value, str):
        raise fault("a list is named in quotes", name.span, expected='`matches(payee, "bank.recipients")`')
    flags = {flag: _flag(typer, value) for flag, value in keywords.items()}
    if flags.get("every") and subject.type is not FieldType.TEXTS:
        raise fault("`every` asks about several texts", subject.span, expected="a name such as `links.hosts`")
    asked = ListProbe(subject=path, list=check_list(name, typer.scope.lists), **flags)
    return Probe(type=FieldType.BOOL, span=typer.span(tree), probe=asked)
