"""What binds a verification to one operation: a hash that both sides can compute, and how it is computed again."""

from hashlib import sha256

from holdfast.vocabulary.identity import Operation, Purpose, Subject
from holdfast.wire.canonical import canonical


def operation_hash(tenant: str, session_id: str, purpose: Purpose, *, subject: Subject, operation: Operation) -> str:
    """Give the SHA-256 (hex) over the canonical JSON of everything that must not change after the person was seen.

    Keys are sorted and there are no spaces; what was not said is `null`. The session's own id makes two sessions for
    the same operation differ.
    """
    content = {
        "amount_minor": operation.amount_minor,
        "currency": operation.currency or None,
        "listing_id": operation.listing_id or None,
        "operation_id": operation.id,
        "payee_owner_hash": operation.payee_owner or None,
        "payee_ref": operation.payee or None,
        "purpose": purpose.value,
        "session": session_id,
        "subject": subject.ref,
        "subject_kind": subject.kind,
        "tenant": tenant,
        "type": operation.type,
    }
    return sha256(canonical(content)).hexdigest()
