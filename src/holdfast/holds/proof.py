"""What proves that the client, and not the thief, acts: bound to the hold, its amount and its payee."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from holdfast.vocabulary.errors import ProofError
from holdfast.vocabulary.instants import HOUR_MS
from holdfast.vocabulary.packs import HoldPolicy
from holdfast.wire.canonical import canonical, content_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How the client proved who acts.

    `channel_since_ms` says since when the client has had the channel of the proof unchanged, `signature` is what the
    bank's authenticator signed.
    """

    method: str
    reference: str
    channel_since_ms: int | None = None
    signature: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a proof must be: `careful` where a sign fired that speaks for a stolen device or number.

    `binding` names hold, amount and payee; with `key` a proof must be signed.
    """

    policy: HoldPolicy
    careful: bool
    binding: str
    key: bytes | None = None

    @property
    def methods(self) -> tuple[str, ...]:
        """Name the methods that count by themselves; none named is any."""
        return self.policy.careful_proof if self.careful else self.policy.proof


def binding(hold_id: str, *, amount_minor: object, currency: object, payee: Mapping[str, object]) -> str:
    """Name hold, amount and payee by one hash."""
    bound = {"hold": hold_id, "amount_minor": amount_minor, "currency": currency, "payee": payee}
    return content_hash(canonical(bound))


def signature(key: bytes, bound: str, *, act: str, proof: Proof) -> str:
    """Sign a proof of an act as the bank's authenticator does: HMAC-SHA256 in hex."""
    text = f"{bound}\n{act}\n{proof.method}\n{proof.reference}"
    return hmac.new(key, text.encode(), sha256).hexdigest()


def check_proof(demand: Demand, proof: Proof | None, act: str, *, now_ms: int) -> bool:
    """Tell whether a proof that counts was verified by its signature; raises ProofError when it does not count.

    Without a key nobody can verify the signature, and the caller's word for the proof counts.
    """
    if proof is None:
        raise ProofError("the act needs a proof", pointer="/proof", hint=_hint(demand))
    if not _counts(demand, proof, now_ms):
        said = "is not enough here" if demand.careful else "does not count"
        raise ProofError(f"a proof by `{proof.method}` {said}", pointer="/proof/method", hint=_hint(demand))
    return check_signature(demand, proof, act)


def check_signature(demand: Demand, proof: Proof, act: str) -> bool:
    """Tell whether a proof is signed for this act; raises ProofError when it is forged or unsigned under a key."""
    if demand.key is None:
        return False
    if proof.signature is None:
        raise ProofError("the proof is not signed", pointer="/proof/signature")
    expected = signature(demand.key, demand.binding, act=act, proof=proof)
    if not hmac.compare_digest(expected.encode(), proof.signature.lower().encode()):
        raise ProofError("the proof is not signed for this hold, amount, payee and act", pointer="/proof/signature")
    return True


def _counts(demand: Demand, proof: Proof, now_ms: int) -> bool:
    """Tell whether the method counts, by itself or because its channel has long been the client's."""
    policy = demand.policy
    if proof.method in policy.careful_proof:
        return True
    usual = not policy.proof or proof.method in policy.proof
    return usual and (not demand.careful or _unchanged(policy, proof, now_ms))


def _unchanged(policy: HoldPolicy, proof: Proof, now_ms: int) -> bool:
    """Tell whether the channel has been the client's for as long as the policy asks."""
    if policy.careful_hours is None or proof.channel_since_ms is None:
        return False
    return now_ms - proof.channel_since_ms >= policy.careful_hours * HOUR_MS


def _hint(demand: Demand) -> str:
    """Say which proofs count."""
    policy = demand.policy
    named = " or ".join(f"`{method}`" for method in demand.methods)
    if demand.careful and policy.careful_hours is not None:
        channel = f"a channel that the client has had unchanged for {policy.careful_hours} hours (`channel_since`)"
        return f"{named} or {channel}" if named else channel
    return f"by {named}" if named else "by any method: name it with a reference of its own"
