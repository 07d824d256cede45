"""Keep what a client was told: a record for each notice that was delivered, with its text as it was sent."""

from dataclasses import replace
from typing import Final

from holdfast.operations.compose import Letter, channel_rule
from holdfast.operations.hold_story import hold_story
from holdfast.operations.notice_matter import Matter
from holdfast.operations.shard import Shard, commit, settled
from holdfast.rules.voice import cite
from holdfast.vocabulary.deliveries import Receipt
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.holds import ActKind, Actor
from holdfast.vocabulary.instants import HOUR_MS, rfc3339
from holdfast.vocabulary.judgement import Scalar
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.vocabulary.stored import WaitingRow
from holdfast.wire.canonical import canonical, short_hash
from holdfast.wire.holds import act_bytes

_MARK: Final = b"notice\x1f"


def notice_key(row: WaitingRow) -> bytes:
    """Give the key under which the record of a notice is found: it is written once for each message."""
    return short_hash(_MARK + str(row.id).encode() + row.payload)


async def keep_notice(shard: Shard, letter: Letter, receipt: Receipt) -> None:
    """Write the record of a delivered notice; it is on disk when this returns.

    Raises UnavailableError when the log cannot be written; the message then goes out again.
    """
    matter = letter.matter
    if matter is None:
        raise Bug(f"`{letter.message.topic}` is no notice")
    order = matter.order
    threads = tuple(thread for thread in (order.decision_id, order.hold_id, order.claim_id) if thread)
    for thread in threads:
        await settled(shard, thread)
    details = _public(shard, letter, receipt)
    act = await _act(shard, matter, details, sent_ms=receipt.sent_ms) if order.hold_id else b""
    # from the reading of the hold to here there was no other await
    record = Record(
        seq=shard.next_seq(),
        kind=RecordKind.NOTICE,
        occurred_ms=receipt.sent_ms,
        received_ms=shard.ports.clock.now_ms(),
        key=notice_key(letter.row),
        subject=bytes.fromhex(letter.row.subject),
        event=_sealed(shard, letter, receipt),
        act=act,
        threads=threads,
    )
    if letter.unwritten is not None:
        shard.courier.unwritten += 1
    await commit(shard, record).landed


def _public(shard: Shard, letter: Letter, receipt: Receipt) -> dict[str, Scalar]:
    """Say what a notice was, without personal data."""
    matter = letter.matter
    language = receipt.language or shard.tenant.voice.language
    return {
        "template": matter.order.template if matter else "",
        "template_version": matter.pack.version if matter and matter.pack else None,
        "case": matter.order.case if matter else "",
        "language": language if letter.texts else None,
        "gateway": receipt.gateway,
        "channel": receipt.channel,
        "channel_unchanged": _unchanged(matter, receipt),
        "unwritten": letter.unwritten,
        "message_id": letter.message.id,
    }


def _unchanged(matter: Matter | None, receipt: Receipt) -> bool | None:
    """Tell whether the channel was as old as the law asks for; nothing where it asks for none or nobody said."""
    policy = matter.careful() if matter else None
    if policy is None or policy.careful_hours is None or receipt.channel_since_ms is None:
        return None
    return receipt.sent_ms - receipt.channel_since_ms >= policy.careful_hours * HOUR_MS


def _sealed(shard: Shard, letter: Letter, receipt: Receipt) -> bytes:
    """Write the notice as it was sent: this part is sealed under the client's key."""
    said = _public(shard, letter, receipt)
    text = letter.texts.get(str(said["language"]))
    zone, since = shard.tenant.zone, receipt.channel_since_ms
    return canonical(
        said
        | {
            "sent_at": rfc3339(receipt.sent_ms, zone),
            "reference": receipt.reference,
            "channel_since": None if since is None else rfc3339(since, zone),
            "channel_rule": channel_rule(letter.matter) if letter.matter else None,
            "text": {"subject": text.subject, "body": text.body} if text else None,
        }
    )


async def _act(shard: Shard, matter: Matter, details: dict[str, Scalar], *, sent_ms: int) -> bytes:
    """Make the act on the hold that a notice is: nothing of its terms changes."""
    last = (await hold_story(shard, matter.order.hold_id or "")).last
    act = replace(
        last,
        act=ActKind.NOTIFY,
        at_ms=sent_ms,
        by=Actor.BANK,
        from_state=last.to_state,
        provision=cite(matter.notice.cite) if matter.notice else last.provision,
        details=details,
    )
    return act_bytes(act)
