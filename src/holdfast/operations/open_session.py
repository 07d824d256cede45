"""Open a session of identity verification, for the tenant or for a decision; nothing goes over the network."""

from dataclasses import dataclass, replace

from holdfast.operations.session_story import (
    PREFIX,
    SessionStory,
    keyed,
    read_story,
    row_of,
    sealed_under,
    sessions_thread,
    subject_key,
)
from holdfast.operations.shard import Shard, commit
from holdfast.verification.attempts import Within
from holdfast.verification.binding import operation_hash
from holdfast.verification.consent import check_consent
from holdfast.verification.freshness import AUTH_AGE_S
from holdfast.verification.judge import OWNED, owners
from holdfast.verification.refusal import check_operation
from holdfast.verification.standing import opened
from holdfast.vocabulary.errors import ConflictError, InvalidError
from holdfast.vocabulary.identity import (
    Bound,
    Check,
    Consent,
    IdentityAct,
    Operation,
    Purpose,
    SessionAct,
    SessionState,
    Subject,
    Terms,
)
from holdfast.vocabulary.instants import SECOND_MS
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.canonical import canonical
from holdfast.wire.identity import bound_bytes, identity_act_bytes

TTL_S = 600
ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a session is opened for, and by whom; `device` and `address` are the person's as the tenant saw them."""

    subject: Subject
    purpose: Purpose
    operation: Operation
    checks: tuple[Check, ...]
    acr: str = ""
    provider: str = ""
    consent: Consent | None = None
    return_url: str = ""
    max_attempts: int = ATTEMPTS
    ttl_s: int = TTL_S
    expires_ms: int = 0  # where the decision says when; else `ttl_s` from now
    device: str = ""
    address: str = ""
    decision_id: str = ""
    by: str = "tenant"


async def open_session(shard: Shard, opening: Opening, key: str) -> tuple[SessionStory, bool]:
    """Open a session under the caller's idempotency key, and tell whether it is new.

    Raises InvalidError for what could never pass here, ConflictError where the key was used with another content.
    """
    check_opening(shard, opening)
    record_key = shard.ports.store.keyed_hash(f"identity\x1f{key}".encode())
    body_hash = shard.ports.store.keyed_hash(canonical(opening))
    if (flight := shard.flights.get(record_key)) is not None:
        await flight.landed
    if (found := shard.ports.store.find(record_key)) is not None:
        if found.body_hash != body_hash:
            raise ConflictError("the idempotency key was used with another body", pointer="/Idempotency-Key")
        return read_story(shard, found.reply.decode()), False
    session_id = shard.ports.new_id(PREFIX)
    record = session_record(shard, opening, session_id, key=record_key, body_hash=body_hash)
    await commit(shard, record).landed
    return read_story(shard, session_id), True


def session_record(
    shard: Shard, opening: Opening, session_id: str, *, key: bytes = b"", body_hash: bytes = b""
) -> Record:
    """Make the record that opens a session; who commits it must do so before anything else is committed."""
    subject, now_ms = opening.subject, shard.ports.clock.now_ms()
    named = operation_hash(shard.tenant.name, session_id, opening.purpose, subject=subject, operation=opening.operation)
    bound = Bound(
        subject=subject,
        operation=opening.operation,
        operation_hash=named,
        return_url=opening.return_url,
        evidence_ref=opening.consent.evidence_ref if opening.consent else "",
        device=opening.device,
    )
    act = IdentityAct(
        act=SessionAct.CREATE,
        session=session_id,
        at_ms=now_ms,
        by=opening.by,
        state=SessionState.CREATED,
        terms=_terms(shard, opening, now_ms),
        consent=replace(opening.consent, evidence_ref="") if opening.consent else None,
    )
    standing = opened(act)
    threads = (session_id, sessions_thread(standing.terms.subject), opening.decision_id)
    return Record(
        seq=shard.next_seq(),
        kind=RecordKind.VERIFICATION,
        occurred_ms=now_ms,
        received_ms=now_ms,
        key=key,
        body_hash=body_hash,
        reply=session_id.encode() if key else b"",
        subject=sealed_under(shard, session_id),
        event=bound_bytes(bound),
        act=identity_act_bytes(act),
        threads=tuple(one for one in threads if one),
        verification=row_of(standing),
    )


def _terms(shard: Shard, opening: Opening, now_ms: int) -> Terms:
    return Terms(
        purpose=opening.purpose,
        checks=tuple(sorted(set(opening.checks))),
        auth_age_s=AUTH_AGE_S[opening.purpose],
        max_attempts=opening.max_attempts,
        expires_ms=opening.expires_ms or now_ms + opening.ttl_s * SECOND_MS,
        subject=subject_key(shard, opening.subject.kind, opening.subject.ref),
        operation_id=opening.operation.id,
        acr=opening.acr,
        provider=opening.provider,
        device=keyed(shard, Within.DEVICE, opening.device),
        address=keyed(shard, Within.ADDRESS, opening.address),
        decision_id=opening.decision_id,
    )


def check_opening(shard: Shard, opening: Opening) -> None:
    """Refuse what could never pass: an operation that binds nothing, an owner that nobody knows, no provider."""
    check_operation(opening.purpose, opening.operation)
    if opening.consent is not None:
        check_consent(opening.consent, now_ms=shard.ports.clock.now_ms())
    bound = Bound(subject=opening.subject, operation=opening.operation, operation_hash="")
    if opening.purpose in OWNED and not owners(bound):
        hint = "the keyed hash of the owner's IIN; without it nobody can say whose account it is"
        raise InvalidError(f"`{opening.purpose}` needs `iin_hash`", pointer="/subject/iin_hash", hint=hint)
    if opening.provider and opening.provider not in shard.identity:
        known = ", ".join(shard.identity) or "none is declared"
        raise InvalidError(f"there is no provider `{opening.provider}`", pointer="/provider", hint=known)
    if not any(
        set(opening.checks) <= one.checks for one in shard.identity.values() if opening.provider in {"", one.name}
    ):
        asked = ", ".join(sorted(opening.checks))
        hint = "`--identity` declares providers and what each can check"
        raise InvalidError(f"no provider can check {asked}", pointer="/required/checks", hint=hint)
