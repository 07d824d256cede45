"""Identity verification on the wire: the bodies of the calls, and the acts as the log keeps them."""

import datetime as dt
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from holdfast.vocabulary.identity import Bound, Check, Consent, IdentityAct, Operation, Subject
from holdfast.vocabulary.instants import to_ms
from holdfast.wire.canonical import canonical
from holdfast.wire.listings import PaperBody
from holdfast.wire.parts import Currency, Id, Instant, Line, Minor, Word
from holdfast.wire.requests import Body, Text

PurposeWord = Literal["onboarding", "receive", "transfer", "withdraw", "login", "listing_publish", "owner_recheck"]
CheckWord = Literal["face_match", "pad", "iad", "document", "data_match"]
Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{32,128}$(?!\n)")]
Url = Annotated[str, Meta(max_length=1024, pattern=r"^https?://[\x21-\x7e]+$(?!\n)")]
Address = Annotated[str, Meta(min_length=2, max_length=45, pattern=r"^[0-9A-Fa-f:.]+$(?!\n)")]


class SubjectBody(Body, frozen=True, kw_only=True):
    """Who is to be verified: the tenant's own reference, and the keyed hash of the person's IIN."""

    ref: Id
    kind: Literal["customer_id", "seller_id"] = "customer_id"
    iin_hash: Hash | None = None
    born: dt.date | None = None

    def subject(self) -> Subject:
        """Give who it is."""
        born = self.born.isoformat() if self.born else ""
        return Subject(ref=self.ref, kind=self.kind, iin_hash=self.iin_hash or "", born=born)


class OperationBody(Body, frozen=True, kw_only=True):
    """The one operation that a verification is for; `payee_owner_hash` is the IIN's of the payee account's owner."""

    id: Id
    type: Word
    amount_minor: Minor | None = None
    currency: Currency | None = None
    payee_ref: Id | None = None
    payee_owner_hash: Hash | None = None
    listing_id: Id | None = None

    def operation(self) -> Operation:
        """Give what it is."""
        return Operation(
            id=self.id,
            type=self.type,
            amount_minor=self.amount_minor,
            currency=self.currency or "",
            payee=self.payee_ref or "",
            payee_owner=self.payee_owner_hash or "",
            listing_id=self.listing_id or "",
        )


class RequiredBody(Body, frozen=True, kw_only=True):
    """What must pass: each of these checks, and at least this class of authentication."""

    checks: Annotated[list[CheckWord], Meta(min_length=1, max_length=len(Check))]
    acr: Line | None = None


class ConsentBody(Body, frozen=True, kw_only=True):
    """What the person agreed to: the text's version and language, when, and where the proof is kept.

    `of_age` is the person's word to be of age, which is needed for a face where no date of birth is known.
    """

    text_version: Word
    locale: Literal["kk", "ru", "en"]
    given_at: Instant
    evidence_ref: Line | None = None
    of_age: bool = False

    def consent(self) -> Consent:
        """Give what it is."""
        given_ms, evidence = to_ms(self.given_at), self.evidence_ref or ""
        return Consent(
            text_version=self.text_version,
            locale=self.locale,
            given_ms=given_ms,
            evidence_ref=evidence,
            of_age=self.of_age,
        )


class SessionBody(Body, frozen=True, kw_only=True):
    """A session to open; `device_id` and `ip` are the person's, as far as they are known yet."""

    subject: SubjectBody
    purpose: PurposeWord
    operation: OperationBody
    required: RequiredBody
    provider: Word | None = None
    consent: ConsentBody | None = None
    return_url: Url | None = None
    max_attempts: Annotated[int, Meta(ge=1, le=3)] = 3
    ttl_s: Annotated[int, Meta(ge=60, le=86_400)] = 600
    device_id: Id | None = None
    ip: Address | None = None


class StartBody(Body, frozen=True, kw_only=True):
    """The person begins: from which device and address, and what was agreed to where that was not said before."""

    consent: ConsentBody | None = None
    device_id: Id | None = None
    ip: Address | None = None


class CancelBody(Body, frozen=True, kw_only=True):
    """Why a session is cancelled."""

    reason: Text | None = None


class ConsumeBody(Body, frozen=True, kw_only=True):
    """The operation that goes on because of a verification, and what it was verified for."""

    operation: OperationBody
    purpose: PurposeWord | None = None


class WayBody(Body, frozen=True, kw_only=True):
    """The person goes the way without a camera, by choice or sent by somebody."""

    way: Literal["branch", "e_signature", "operator_video"]
    reason: Text | None = None


class FoundBody(Body, frozen=True, kw_only=True):
    """What a named person found without a camera, where the proof is kept, and whose document was shown."""

    verdict: Literal["pass", "fail"]
    evidence_ref: Line
    owner_hash: Hash | None = None
    by: Text | None = None


class EvidenceBody(Body, frozen=True, kw_only=True):
    """A request for a session's evidence: why, on which paper where an authority asks, and who asks."""

    reason: Text
    document: PaperBody | None = None
    by: Text | None = None


class TemplatesBody(Body, frozen=True, kw_only=True):
    """Whose templates of a face are destroyed, and why; the reason stays, so it must name nobody."""

    ref: Id
    reason: Text
    kind: Literal["customer_id", "seller_id"] = "customer_id"
    by: Text | None = None


_ACT = msgspec.json.Decoder(IdentityAct)
_BOUND = msgspec.json.Decoder(Bound)


def identity_act_bytes(act: IdentityAct) -> bytes:
    """Encode an act on a session canonically."""
    return canonical(act)


def read_identity_act(data: bytes) -> IdentityAct:
    """Read back an act on a session."""
    return _ACT.decode(data)


def bound_bytes(bound: Bound) -> bytes:
    """Encode the personal part of a session canonically."""
    return canonical(bound)


def read_bound(data: bytes) -> Bound:
    """Read back the personal part of a session."""
    return _BOUND.decode(data)
