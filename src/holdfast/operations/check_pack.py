"""Compile every expression of a pack, and give each fault with its place instead of stopping at the first."""

from collections.abc import Iterator

from holdfast.language import compile_expression
from holdfast.operations.law import Law
from holdfast.scoring.names import with_score
from holdfast.vocabulary.errors import ExpressionError
from holdfast.vocabulary.packs import Duty, Pack, Rule, Sign
from holdfast.vocabulary.schema import FieldType

Fault = tuple[str, str, ExpressionError]


def check_expressions(law: Law, pack: Pack) -> Iterator[Fault]:
    """Give (where, text, error) for every expression that does not compile, each place once."""
    seen: set[tuple[str, str]] = set()
    rules = {rule.id for rule in pack.rules}
    for where, event_type, text, expected in _expressions(pack):
        if (where, text) in seen:
            continue
        try:
            scope = law.scope(pack, event_type)
            compile_expression(text, with_score(scope) if where in rules else scope, expected=expected)
        except ExpressionError as error:
            seen.add((where, text))
            yield f"{where} on {event_type}", text, error


def _expressions(pack: Pack) -> Iterator[tuple[str, str, str, FieldType]]:
    """Give every expression with the event types that it speaks about."""
    for event_type, text in pack.applies.items():
        yield "applies", event_type, text, FieldType.BOOL
    everything: tuple[Sign | Rule | Duty, ...] = (*pack.signs, *pack.rules, *pack.duties)
    for one in everything:
        yield from _of(one)
    for refund in pack.refunds:
        yield refund.id, "transfer", refund.when, FieldType.BOOL
    yield from _starts(pack)


def _starts(pack: Pack) -> Iterator[tuple[str, str, str, FieldType]]:
    """Give the instants from which a policy's hours count, with the events that the policy can hold."""
    starts = {policy.id: policy.count_from for policy in pack.policies if policy.count_from is not None}
    holding: tuple[Sign | Duty, ...] = (*pack.signs, *pack.duties)
    for one in holding:
        start = starts.get(one.policy) if one.policy else None
        if one.policy and start is not None:
            yield from ((one.policy, event_type, start, FieldType.INSTANT) for event_type in one.on)


def _of(one: Sign | Rule | Duty) -> Iterator[tuple[str, str, str, FieldType]]:
    for event_type in one.on:
        if one.when is not None:
            yield one.id, event_type, one.when, FieldType.BOOL
        for name in ("limit_amount", "used_amount") if isinstance(one, Duty) else ():
            text = getattr(one, name)
            if text is not None:
                yield f"{one.id} {name}", event_type, text, FieldType.MONEY
