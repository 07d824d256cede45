"""The parts of a durable record that follow from a judgement."""

from typing import Final

from holdfast.holds.terms import instant_ms
from holdfast.operations.notices import NOTIFY, notice_row, revised_row
from holdfast.operations.ports import Store
from holdfast.operations.shard import Shard
from holdfast.operations.tell_seller import HIDE, seller_row
from holdfast.operations.warn_owner import WARN_OWNER, owner_rows
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.judgement import Envelope, Judgement, Measure, Scalar
from holdfast.vocabulary.outcome import MeasureKind
from holdfast.vocabulary.records import HoldRow, OutboxRow
from holdfast.wire.canonical import short_hash

CLIENT_ROLES: Final = ("payer", "client", "seller", "sender", "mentioned", "payee")
_SUBJECTS: Final = tuple(
    (f"{party}.{name}", name)
    for party in CLIENT_ROLES
    for name in ("customer_id", "seller_id", "account", "card", "phone")
)
_LIMITS: Final = frozenset({MeasureKind.CAP_TRANSFERS.value, MeasureKind.CAP_CASH.value})
_TOLD: Final = ("limit_minor", "currency", "hours")  # what a duty's details say to the client


def idempotency_key(event_id: str) -> bytes:
    """Give the 16-byte key under which an event's record is found again."""
    return short_hash(event_id.encode())


def subject_of(store: Store, event: Event) -> bytes:
    """Name the person under whose key an event's personal data is kept: its client, else its first party."""
    values = event.values
    for path, name in _SUBJECTS:
        value = values.get(path)
        if value is not None:
            return subject_named(store, name, str(value))
    return b""


def _seller(store: Store, event: Event) -> bytes:
    """Name the seller of an event, as the seller's own events do."""
    found = ((name, event.values.get(f"seller.{name}")) for name in ("customer_id", "seller_id"))
    return next((subject_named(store, name, str(value)) for name, value in found if value is not None), b"")


def subject_named(store: Store, name: str, value: str) -> bytes:
    """Name a person by one identifier, such as `customer_id`, in the way of the store's directory."""
    return store.keyed_hash(f"{name}\x1f{value}".encode())


def hold_row(judgement: Judgement, envelope: Envelope, subject: bytes) -> HoldRow | None:
    """Make the row of a hold that was placed on an operation of a client."""
    terms = judgement.hold
    if terms is None or envelope.hold_id is None:
        return None
    until_ms = instant_ms(terms.until)
    return HoldRow(
        id=envelope.hold_id,
        decision_id=envelope.decision_id,
        policy=terms.policy,
        placed_ms=envelope.decided_ms,
        until_ms=until_ms,
        confirm_by_ms=instant_ms(terms.confirm_by) if terms.confirm_by else None,
        due_ms=until_ms,
        client=subject,
    )


def outbox_rows(
    shard: Shard, event: Event, judgement: Judgement, *, envelope: Envelope, revised: bool = False
) -> tuple[OutboxRow, ...]:
    """Queue messages for the bank: that a decision was revised, and each notice that the client must get."""
    if not revised and not judgement.measures:
        return ()
    decision_id, subject = envelope.decision_id, subject_of(shard.ports.store, event)
    rows = []
    if revised:
        outcome = judgement.outcome
        rows.append(revised_row(shard, decision_id=decision_id, event_id=event.id, outcome=outcome, subject=subject))
    for measure in judgement.measures:
        if measure["kind"] == WARN_OWNER and not revised:
            rows.extend(owner_rows(shard, event, measure))
        if measure["kind"] == HIDE and "template" in measure and not revised:
            seller = _seller(shard.ports.store, event)
            rows.append(seller_row(shard, event, measure, decision_id=decision_id, seller=seller))
    for template, values in _asked(judgement).items():
        rows.append(
            notice_row(
                shard,
                template=template,
                case=_case(judgement),
                decision_id=decision_id,
                event_id=event.id,
                subject=subject,
                hold_id=envelope.hold_id,
                terms=judgement.hold,
                values=values,
            )
        )
    return tuple(rows)


def _case(judgement: Judgement) -> str:
    """Tell which text of a notice fits: that of the outcome, or that of a repeat which was refused too."""
    closed = judgement.repeat is not None and judgement.repeat.state == "closed"
    return "closed" if closed else judgement.outcome


def _asked(judgement: Judgement) -> dict[str, dict[str, Scalar]]:
    """Give the values that each notice asked for must name, by the id of its text.

    Whom a limit refuses is told of the limit, also who was never seen before it began.
    """
    return {
        str(measure.get("template", "")): {name: measure[name] for name in _TOLD if name in measure}
        for measure in judgement.measures
        if measure["kind"] == NOTIFY or _refuses(measure, judgement)
    }


def _refuses(measure: Measure, judgement: Judgement) -> bool:
    """Tell whether it is this limit that the operation was refused for, and it has a text of its own."""
    by_limit = judgement.ground is not None and measure.get("duty") == judgement.ground
    return by_limit and measure["kind"] in _LIMITS and "template" in measure
