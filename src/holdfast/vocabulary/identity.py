"""Identity verification: the words of a session, of what is bound to it, and of a provider's answer."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Purpose(StrEnum):
    """What an identity is verified for; a session for one purpose never serves another."""

    ONBOARDING = "onboarding"
    RECEIVE = "receive"
    TRANSFER = "transfer"
    WITHDRAW = "withdraw"
    LOGIN = "login"
    LISTING_PUBLISH = "listing_publish"
    OWNER_RECHECK = "owner_recheck"


class Check(StrEnum):
    """What a provider looks at."""

    FACE_MATCH = "face_match"
    PAD = "pad"  # presentation attack: a photo, a screen, a mask before the camera
    IAD = "iad"  # injection attack: a virtual camera, an emulator, a replaced stream
    DOCUMENT = "document"
    DATA_MATCH = "data_match"


class Verdict(StrEnum):
    """How one check ended; only `pass` satisfies a check that was required."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NOT_PERFORMED = "not_performed"


class SessionState(StrEnum):
    """Where a session stands; no edge leaves a final state but `passed` to `consumed` and redaction."""

    CREATED = "created"
    STARTED = "started"
    PROCESSING = "processing"
    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    PROVIDER_ERROR = "provider_error"
    CONSUMED = "consumed"
    REDACTED = "redacted"


FINAL: Final = frozenset(SessionState) - {SessionState.CREATED, SessionState.STARTED, SessionState.PROCESSING}


class SessionAct(StrEnum):
    """What happens to a session; each is one record of the log."""

    CREATE = "create"
    OPEN = "open"  # the person opened our page: `device` is the mark of the browser, `reference` the name of the link
    CONSENT = "consent"  # the person agreed on our page
    START = "start"  # the provider opened its side, or the person opened the page
    ATTEMPT = "attempt"  # an attempt ended without a final answer
    CALLBACK = "callback"  # the provider said that there is something to fetch
    RESULT = "result"  # what was fetched from the provider
    EXPIRE = "expire"
    CANCEL = "cancel"
    WITHDRAW_CONSENT = "withdraw_consent"
    ALTERNATIVE = "alternative"  # the person took, or was sent, the way without a camera
    CONSUME = "consume"
    REDACT = "redact"
    ATTEST = "attest"  # a named person said what was found without a camera
    PURGE = "purge"  # the provider deleted what it kept of a redacted session
    ASK_EXPORT = "ask_export"  # a person asks for the evidence
    APPROVE_EXPORT = "approve_export"  # another person agrees
    TAKE_EXPORT = "take_export"  # the evidence was given to one of the two
    FAULT = "fault"  # the provider could not be reached, or answered what cannot be read
    FOLLOW = "follow"  # what a final state asks for was done


class Way(StrEnum):
    """How a person who does not use a camera is verified."""

    BRANCH = "branch"
    E_SIGNATURE = "e_signature"
    OPERATOR_VIDEO = "operator_video"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """The one operation that a verification is for. `amount_minor` in minor units of `currency`."""

    id: str
    type: str
    amount_minor: int | None = None
    currency: str = ""
    payee: str = ""
    payee_owner: str = ""
    """The keyed hash of the IIN of whoever owns the payee's account; empty when not known."""
    listing_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who is to be verified: the tenant's own reference, and the keyed hash of an IIN where the tenant has one."""

    ref: str
    kind: str = "customer_id"
    """What `ref` is: `customer_id` or `seller_id`."""
    iin_hash: str = ""
    born: str = ""
    """A date `YYYY-MM-DD`; empty when not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What the person agreed to: the text's version, its language, when, and where the proof is kept."""

    text_version: str
    locale: str
    given_ms: int
    evidence_ref: str = ""
    of_age: bool = False
    """The person said to be of age, which is asked where no date of birth is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a provider is told when its side of a session begins."""

    session_id: str
    purpose: Purpose
    checks: tuple[Check, ...]
    acr: str
    locale: str
    return_url: str
    subject: Subject
    operation: Operation
    operation_hash: str
    expires_ms: int
    auth_age_s: int
    """The largest age of the authentication that will be accepted, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """How the person goes on: a page to open, or a token for the provider's kit; `reference` is the provider's name."""

    reference: str
    redirect_url: str = ""
    sdk_token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A provider's word that something changed, proven to be its own; what changed is fetched, never believed.

    One without an id says only to which session it belongs.
    """

    id: str
    reference: str
    sent_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One check as the provider answered it. `score` and `threshold` are in the provider's own unit."""

    verdict: Verdict
    score: float | None = None
    threshold: float | None = None
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityResult:
    """What was fetched: a verdict for each check, who it was, and when; no image and no template.

    `owner` is the keyed hash under which the verified person is known (empty: the provider did not say); `auth_ms` the
    instant of the authentication itself (`None`: not said, so never fresh); `done` is false while the provider works.
    """

    done: bool
    checks: dict[Check, Checked] = field(default_factory=dict)
    acr: str = ""
    auth_ms: int | None = None
    owner: str = ""
    operation_hash: str = ""
    """What the provider says the person saw and confirmed; empty where it cannot say."""
    transaction_id: str = ""
    reference_source: str = ""
    """`state_db`, `provider_db`, `document` or `enrolled`."""
    capture: dict[str, str] = field(default_factory=dict)
    """Signals of the capture, such as `camera` or `attestation`; words, never pictures."""
    error: str = ""
    """A word of the provider such as `abandoned` or `consent_declined`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a session was opened under, without personal data: `subject`, `device`, `address` are keyed hashes.

    `provider` is the one that was asked for, empty where any that can do the checks will do; `auth_age_s` the largest
    age of the authentication in seconds, at the result and still at its use; `operation_id` the tenant's own id.
    """

    purpose: Purpose
    checks: tuple[Check, ...]
    auth_age_s: int
    max_attempts: int
    expires_ms: int
    subject: str
    operation_id: str
    acr: str = ""
    provider: str = ""
    device: str = ""
    address: str = ""
    decision_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The personal part of a session, sealed under a key of its own, so that one session can be redacted alone."""

    subject: Subject
    operation: Operation
    operation_hash: str
    return_url: str = ""
    evidence_ref: str = ""
    device: str = ""
    """On which device the operation was asked for, as the tenant names it; empty when not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityAct:
    """One act on a session, without personal data; `state` is where it leaves the session, `by` who acted.

    `reference` is the provider's name of its side, `attempt` the number of the attempt that begins, `reasons` are
    words such as `owner_mismatch`, `way` and `verdict` what was done without a camera. `result` is what was fetched,
    without its owner and its operation hash.
    """

    act: SessionAct
    session: str
    at_ms: int
    by: str
    state: SessionState
    terms: Terms | None = None
    consent: Consent | None = None
    provider: str = ""
    reference: str = ""
    attempt: int = 0
    device: str = ""
    address: str = ""
    result: IdentityResult | None = None
    reasons: tuple[str, ...] = ()
    way: Way | None = None
    verdict: Verdict | None = None
    request: str = ""
    """The request for the evidence that the act is a step of."""
