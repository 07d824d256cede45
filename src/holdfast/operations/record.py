"""The parts of a durable record that follow from a judgement."""

from holdfast.holds.terms import instant_ms
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.judgement import Envelope, Judgement
from holdfast.vocabulary.records import HoldRow, OutboxRow
from holdfast.wire.canonical import canonical, short_hash


def idempotency_key(event_id: str) -> bytes:
    """Give the 16-byte key under which an event's record is found again."""
    return short_hash(event_id.encode())


def subject_of(event: Event) -> bytes:
    """Name the person under whose key an event's personal data is kept: its client, else its first party."""
    for party in ("payer", "client", "seller", "payee"):
        for name in ("customer_id", "seller_id", "account", "card", "phone"):
            value = event.values.get(f"{party}.{name}")
            if value is not None:
                return short_hash(f"{name}\x1f{value}".encode())
    return b""


def hold_row(judgement: Judgement, envelope: Envelope) -> HoldRow | None:
    """Make the row of a hold that was placed."""
    terms = judgement.hold
    if terms is None or envelope.hold_id is None:
        return None
    return HoldRow(
        id=envelope.hold_id,
        decision_id=envelope.decision_id,
        policy=terms.policy,
        placed_ms=envelope.decided_ms,
        until_ms=instant_ms(terms.until),
        confirm_by_ms=instant_ms(terms.confirm_by) if terms.confirm_by else None,
    )


def outbox_rows(
    event: Event, judgement: Judgement, envelope: Envelope, *, revised: bool = False
) -> tuple[OutboxRow, ...]:
    """Queue messages for the bank: what the client must hear, and that a decision was revised."""
    notices = [measure for measure in judgement.measures if measure["kind"] == "notify_client"]
    content = {"decision_id": envelope.decision_id, "event_id": event.id, "outcome": judgement.outcome}
    subject = subject_of(event).hex()
    rows = []
    if revised:
        rows.append(OutboxRow(topic="decision_revised", subject=subject, payload=canonical(content)))
    if notices:
        payload = canonical(content | {"notices": notices})
        rows.append(OutboxRow(topic="notify_client", subject=subject, payload=payload))
    return tuple(rows)
