"""Erase a person: destroy the key under which the person's data lie, and leave who asked for it in the chain.

What the law still needs of the person comes first: while a hold waits or a claim is open, nothing is erased. Records
keep their places, judgements and hashes, so that the chain verifies as before; the windows keep keyed numbers until
these fall out of them.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from holdfast.operations.record import subject_named
from holdfast.operations.redact_session import erase_sessions
from holdfast.operations.shard import Shard, commit
from holdfast.operations.vouching import forget_word, vouching
from holdfast.vocabulary.claims import ClaimState
from holdfast.vocabulary.errors import ConflictError, NotFoundError
from holdfast.vocabulary.holds import HoldState
from holdfast.vocabulary.instants import rfc3339
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.canonical import canonical, content_hash

Row = dict[str, object]
_PROPOSED: Final = "erasure-proposed:"
_WAITING: Final = (HoldState.PLACED.value, HoldState.PAUSED_AGAIN.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """Whose data to erase: `kind` of id (`customer_id` or `seller_id`) and the id; who says so, and why.

    `document` is the number of the person's demand. Neither it nor `reason` may hold personal data: they stay.
    """

    kind: str
    id: str
    people: tuple[str, ...]
    reason: str
    document: str | None = None


async def erase_client(shard: Shard, erasure: Erasure) -> Row:
    """Make everything under a person's own key unreadable for ever, on the word of two people.

    The first person's word alone destroys nothing and is kept until a second person's comes; the answer then names who
    asked, and `needs`. What other people's events say of the person stays.

    The answer is given when neither the database nor its log on disk holds the key, and the act is in the chain. Raises
    ConflictError while a hold waits or a claim is open, NotFoundError where there is nothing under the person's key.
    """
    subject = subject_named(shard.ports.store, erasure.kind, erasure.id)
    _check_open(shard, subject)
    word = f"{_PROPOSED}{subject.hex()}"
    two = vouching(shard.ports.store, word, _digest(erasure), people=erasure.people)
    if len(two) == 1:
        return {"state": "asked", "erased": None, "by": list(two), "needs": "the same from another person"}
    sessions = await erase_sessions(shard, erasure.kind, erasure.id, by=" and ".join(two))
    if not await asyncio.to_thread(shard.ports.store.forget, subject) and not sessions:
        hint = "the data were erased before, or no event of this person was ever taken"
        raise NotFoundError(f"nothing lies under the key of this `{erasure.kind}`", hint=hint)
    shard.recent.clear()
    shard.undecided.forget(subject)
    now_ms = shard.ports.clock.now_ms()
    act: Row = {
        "act": "erase",
        "at": rfc3339(now_ms, shard.tenant.zone),
        "by": list(two),
        "document": erasure.document,
        "reason": erasure.reason,
        "subject": subject.hex(),
    }
    record = Record(
        seq=shard.next_seq(),
        kind=RecordKind.ERASURE,
        occurred_ms=now_ms,
        received_ms=now_ms,
        act=canonical(act),
    )
    await commit(shard, record).landed
    forget_word(shard.ports.store, word)
    return {"state": "done", "erased": erasure.kind, "at": act["at"], "record": record.seq}


def _digest(erasure: Erasure) -> str:
    """Hash what a second person must say too; whose data are meant stands in the name of the word."""
    return content_hash(canonical({"document": erasure.document, "reason": erasure.reason}))


def _check_open(shard: Shard, subject: bytes) -> None:
    """Refuse to erase what a waiting hold or an open claim still needs."""
    store = shard.ports.store
    hold = next(iter(store.holds(1, None, states=_WAITING, client=subject).items), None)
    if hold is not None:
        raise ConflictError(f"the hold `{hold.id}` still waits", hint="erase when it has ended")
    claim = next(iter(store.claims(1, None, states=(ClaimState.OPEN.value,), client=subject).items), None)
    if claim is not None:
        raise ConflictError(f"the claim `{claim.id}` is open", hint="erase when it is settled")
