"""Providers of identity verification as the operator's file declares them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from holdfast.vocabulary.face_specs import FaceSpec
from holdfast.vocabulary.identity import Check, Verdict

Pointer = tuple[str, ...]
"""The steps of a JSON pointer (RFC 6901)."""

TOLD_AT_START: Final = (
    "session_id",
    "purpose",
    "checks",
    "acr",
    "locale",
    "return_url",
    "subject_ref",
    "subject_hash",
    "operation_id",
    "operation_type",
    "amount_minor",
    "currency",
    "payee",
    "listing_id",
    "operation_hash",
    "expires_at",
    "auth_age_s",
)
"""What a request that opens a session may name in braces."""
REFERENCE: Final = "reference"
SECRET: Final = "secret"  # noqa: S105 - a name in braces, no secret
SESSION: Final = "session_id"
UNCONFIRMED: Final = "operation_unconfirmed"
"""The error of a result that is silent about the operation where the declaration says that it tells."""


class Clockform(StrEnum):
    """How a provider writes an instant."""

    RFC3339 = "rfc3339"
    SECONDS = "s"
    MILLISECONDS = "ms"


class ClientAuth(StrEnum):
    """How a client proves itself to an OpenID provider's token endpoint."""

    BASIC = "basic"
    POST = "post"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Under which name a provider is known and how it is asked.

    A call takes at most `timeout_ms` in all; after `failures` in a row nobody calls for `pause_s`. At most
    `connections` calls are made to one host at once. `auth_file` holds the key, or says `env:NAME`; `ca_file` has the
    certificates to trust in the place of the machine's own; `plain` allows http where the network itself is private.
    """

    id: str
    timeout_ms: int = 5_000
    failures: int = 5
    pause_s: int = 30
    connections: int = 20
    auth_file: str = ""
    ca_file: str = ""
    plain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request: texts may hold names in braces, such as `{session_id}`; `body` is sent as JSON."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedAt:
    """Where the answer to the request that opens a session says how the person goes on; empty: it does not say."""

    reference: Pointer
    redirect_url: Pointer = ()
    sdk_token: Pointer = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAt:
    """Where a result tells of one check, and which of the provider's words stands for which verdict."""

    at: Pointer
    words: Mapping[str, Verdict]
    score: Pointer = ()
    threshold: Pointer = ()
    model: Pointer = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WordAt:
    """Where a word stands, and what the provider's words mean; one that is not in `means` is taken as it is."""

    at: Pointer
    means: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultAt:
    """Where a result says what; an empty pointer: it does not say.

    `state` holds one of the words `done` when nothing more will change. `owner` is the number of the verified person,
    or, with `owner_hashed`, the keyed hash itself. `auth_form` says how `auth_time` is written.
    """

    reference: Pointer
    state: Pointer
    done: frozenset[str]
    checks: Mapping[Check, CheckAt]
    acr: WordAt | None = None
    auth_time: Pointer = ()
    auth_form: Clockform = Clockform.RFC3339
    owner: Pointer = ()
    owner_hashed: bool = False
    operation_hash: Pointer = ()
    transaction_id: Pointer = ()
    reference_source: WordAt | None = None
    capture: Mapping[str, Pointer] = field(default_factory=dict)
    error: Pointer = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAt:
    """How a provider's callbacks are proven: one or two live keys, headers, and where the session stands.

    A key lies in a file, or in the environment by `env:NAME`.
    """

    key_files: tuple[str, ...]
    reference: Pointer
    id_header: str = "webhook-id"
    timestamp_header: str = "webhook-timestamp"
    signature_header: str = "webhook-signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpIdentity:
    """A provider with requests of its own; without `callback` it is asked again and again."""

    reach: Reach
    start: Request
    started: StartedAt
    fetch: Request
    result: ResultAt
    redact: Request
    callback: CallbackAt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assurance:
    """Which verified claims are believed (OpenID Connect for Identity Assurance 1.0).

    `owner` is the claim with the person's number; an empty `evidence` asks for none.
    """

    trust_frameworks: tuple[str, ...]
    owner: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcIdentity:
    """An OpenID provider. `acr` says which checks a login of each class stands for.

    `operation_parameter` is the parameter under which the provider takes the hash of the operation, and
    `operation_claim` the claim in which it says what the person confirmed; both empty: it cannot.
    """

    reach: Reach
    issuer: str
    client_id: str
    redirect_uri: str
    acr: Mapping[str, frozenset[Check]]
    client_auth: ClientAuth = ClientAuth.BASIC
    scopes: tuple[str, ...] = ("openid",)
    userinfo: bool = False
    assurance: Assurance | None = None
    operation_parameter: str = ""
    operation_claim: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceIdentity:
    """The face provider of this machine; of its reach only the name counts, for it is no call away."""

    reach: Reach
    spec: FaceSpec


IdentitySpec = HttpIdentity | OidcIdentity | FaceIdentity


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityFile:
    """A whole file: its providers in their order of preference, and where the key lies that hashes owners."""

    providers: tuple[IdentitySpec, ...]
    owner_key_file: str = ""
