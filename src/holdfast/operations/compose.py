"""Make the message that goes out of a row of the outbox: a notice with its texts, anything else as it was queued."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog

from holdfast.operations.named_client import customer_of
from holdfast.operations.notice_matter import Matter, matter_of
from holdfast.operations.notice_values import values_of
from holdfast.operations.notices import NOTIFY, Text, render
from holdfast.operations.record import CLIENT_ROLES, subject_named
from holdfast.operations.shard import Shard
from holdfast.operations.told_client import RESTORED, RESTRICTED
from holdfast.vocabulary.deliveries import Outgoing
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.instants import rfc3339
from holdfast.vocabulary.stored import WaitingRow
from holdfast.vocabulary.writing import LANGUAGES
from holdfast.wire.canonical import canonical, read_canonical, short_hash

_OF_CLIENTS: Final = frozenset({RESTRICTED, RESTORED})
_log = structlog.get_logger("holdfast.operations")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message ready to go; a notice has its `matter`, and either `texts` by language or why they are `unwritten`."""

    row: WaitingRow
    message: Outgoing
    matter: Matter | None = None
    texts: Mapping[str, Text] = field(default_factory=dict)
    unwritten: str | None = None


def message_id(row: WaitingRow) -> str:
    """Name a message: the same for the same row, and another for another row of a log that was taken back."""
    return f"msg_{row.id}_{short_hash(row.payload).hex()}"


async def compose(shard: Shard, row: WaitingRow) -> Letter:
    """Write the message of a row; the same row gives the same bytes while what it tells of stands."""
    content = read_canonical(row.payload, dict)
    if row.topic != NOTIFY:
        named = (
            {"customer_id": customer_of(shard, content["event_id"], row.subject)} if row.topic in _OF_CLIENTS else {}
        )
        return Letter(row=row, message=_message(shard, row, content | named))
    matter = await matter_of(shard, row.payload)
    customer = (
        _customer(shard, matter, row.subject)
        if matter.order.decision_id
        else customer_of(shard, matter.order.event_id, row.subject)
    )
    texts, unwritten = _texts(shard, matter, is_named=customer is not None or bool(matter.order.decision_id))
    if unwritten is not None:
        _log.error("a notice goes out without its text", template=matter.order.template, why=unwritten)
    data = {name: value for name, value in content.items() if name not in ("values", "ruleset")} | {
        "template_version": matter.pack.version if matter.pack else None,
        "language": shard.tenant.voice.language,
        "customer_id": customer,
        "channel_rule": channel_rule(matter),
        "texts": {language: {"subject": text.subject, "body": text.body} for language, text in texts.items()} or None,
        "unwritten": unwritten,
    }
    return Letter(row=row, message=_message(shard, row, data), matter=matter, texts=texts, unwritten=unwritten)


def _message(shard: Shard, row: WaitingRow, data: Mapping[str, object]) -> Outgoing:
    """Put the data of a message into its envelope."""
    queued_ms = data.get("at_ms")
    at = rfc3339(queued_ms, shard.tenant.zone) if isinstance(queued_ms, int) and queued_ms else None
    inside = {name: value for name, value in data.items() if name != "at_ms"}
    identity = message_id(row)
    body = canonical({"id": identity, "type": row.topic, "timestamp": at, "data": inside})
    return Outgoing(id=identity, topic=row.topic, body=body)


def _texts(shard: Shard, matter: Matter, *, is_named: bool) -> tuple[dict[str, Text], str | None]:
    """Write a notice in every language, or say why it cannot be written."""
    if matter.notice is None:
        return {}, f"no loaded pack has a text `{matter.order.template}`"
    if not is_named or (matter.record is not None and matter.event is None):
        return {}, "the client's data were erased"
    try:
        return {
            language: render(
                matter.notice, values_of(matter, language, bank=shard.bank, zone=shard.tenant.zone), language
            )
            for language in LANGUAGES
        }, None
    except Bug as error:
        return {}, error.message


def _customer(shard: Shard, matter: Matter, subject: str) -> object:
    """Name the client by the bank's own id, a seller by the site's: the one under whose name the message is queued."""
    values = matter.event.values if matter.event else {}
    named = ((name, values.get(f"{role}.{name}")) for name in ("customer_id", "seller_id") for role in CLIENT_ROLES)
    known = [(name, one) for name, one in named if one is not None]
    own = (one for name, one in known if subject_named(shard.ports.store, name, str(one)).hex() == subject)
    return next(own, known[0][1] if known else None)


def channel_rule(matter: Matter) -> dict[str, object] | None:
    """Say which channel counts where a sign fired that someone else may have the client's phone."""
    policy = matter.careful()
    return {"unchanged_hours": policy.careful_hours, "or": policy.careful_proof} if policy else None
