"""The one tree of errors; a class's docstring is the advice that its reader gets."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A half-open range of characters `[start, end)` in a text that a person wrote."""

    start: int
    end: int


class HoldfastError(Exception):
    """Read the message: it says what was wrong, where, and what was expected."""

    code = "error"
    http_status = 500

    def __init__(self, message: str, *, pointer: str = "", hint: str = "", span: Span | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.pointer = pointer
        self.hint = hint
        self.span = span

    @property
    def advice(self) -> str:
        """What the reader can do about it: this error's own hint, else its class's docstring."""
        return self.hint or " ".join((type(self).__doc__ or "").split())


class Bug(HoldfastError):  # noqa: N818 - a broken invariant names itself; it is nobody's input
    """This is a fault in Holdfast itself; report it with the message and the log lines around it."""

    code = "bug"


class UndecodableError(HoldfastError):
    """Send one JSON object encoded as UTF-8, with no NaN, no infinity and no lone surrogate."""

    code = "undecodable"
    http_status = 400


class InvalidError(HoldfastError):
    """Correct the field that the pointer names; the event table in the documentation gives its type and limits."""

    code = "invalid"
    http_status = 422


class TooOldError(HoldfastError):
    """Events older than 30 days are not taken over HTTP; load them with `holdfast backfill`."""

    code = "too_old"
    http_status = 422


class FutureError(HoldfastError):
    """An event may lie at most five minutes ahead of the server's clock; check the sender's clock and time zone."""

    code = "in_the_future"
    http_status = 422


class ConflictError(HoldfastError):
    """The same id was used before with another content; send a new id, or the first content again."""

    code = "conflict"
    http_status = 409


class NotFoundError(HoldfastError):
    """Check the id; it is the one that an earlier answer of this server gave, in this tenant."""

    code = "not_found"
    http_status = 404


class MethodError(HoldfastError):
    """Use a method that the `Allow` header of this answer names."""

    code = "method_not_allowed"
    http_status = 405


class UnauthorisedError(HoldfastError):
    """Send `Authorization: Bearer <key>` with a key made by `holdfast keys create`."""

    code = "unauthorised"
    http_status = 401


class ForbiddenError(HoldfastError):
    """The key is valid but lacks the scope for this call; make one with the scope that the message names."""

    code = "forbidden"
    http_status = 403


class TooLargeError(HoldfastError):
    """Send less at once: 64 KB for one event, 4 MB or 1,000 lines for a batch."""

    code = "too_large"
    http_status = 413


class TooSlowError(HoldfastError):
    """Send the whole request at once; a head has ten seconds, a body ten more and a second for every 16 KB."""

    code = "too_slow"
    http_status = 408


class HeadTooLargeError(HoldfastError):
    """Send fewer or shorter headers: request line and headers together have at most 32 KB."""

    code = "head_too_large"
    http_status = 431


class TooManyError(HoldfastError):
    """Wait for the seconds that `Retry-After` names, then send again."""

    code = "too_many"
    http_status = 429


class OverloadedError(HoldfastError):
    """Nothing was decided: wait for the seconds that `Retry-After` names, then send the same call with the same id."""

    code = "overloaded"
    http_status = 503


class UnavailableError(HoldfastError):
    """Nothing was decided and nothing is lost: retry the same call with the same id after `Retry-After` seconds."""

    code = "unavailable"
    http_status = 503


class DeadlineExceededError(HoldfastError):
    """Retry the same call with the same id: what was decided by then is answered byte for byte, else decided anew."""

    code = "deadline_exceeded"
    http_status = 503


class ExpressionError(HoldfastError):
    """Correct the expression at the marked span; `holdfast rules check` shows it with its place."""

    code = "expression"
    http_status = 422


class PackError(HoldfastError):
    """Correct the pack file at the place that the pointer names; `holdfast packs check FILE` repeats the check."""

    code = "pack"
    http_status = 422


class MappingError(HoldfastError):
    """Correct the mapping file at the place that the pointer names; `docs/files.md` lists every key."""

    code = "mapping"
    http_status = 422


class ModelError(HoldfastError):
    """Correct the model's file at the place that is named; `holdfast models check DIR` repeats the check."""

    code = "model"
    http_status = 422


class ListError(HoldfastError):
    """Correct the entry or the file that the pointer names; the last good version of the list stays in force."""

    code = "list"
    http_status = 422


class ProvidersError(HoldfastError):
    """Correct the providers file at the place that the pointer names; `docs/providers.md` lists every key."""

    code = "providers"
    http_status = 422


class IdentityFileError(HoldfastError):
    """Correct the identity file at the place that the pointer names; `docs/identity.md` lists every key."""

    code = "identity_file"
    http_status = 422


class ProviderError(HoldfastError):
    """The decision names what was skipped; check that the provider runs and answers with 200 in its time."""

    code = "provider"
    http_status = 502


class GarbageError(ProviderError):
    """Compare what the provider answers with the `answers` that its file declares: names, places and types."""

    code = "provider_garbage"


class UntoldError(ProviderError):
    """Nothing is wrong with the call: the provider may not tell about this person, as without their consent."""

    code = "provider_untold"


class CallbackError(HoldfastError):
    """Check the provider's signing key, the clocks of both machines, and that the body arrives unchanged."""

    code = "callback"
    http_status = 401


class SessionStateError(HoldfastError):
    """`GET /v1/identity/sessions/{id}` says where the session stands; open a new one where it has ended."""

    code = "session_state"
    http_status = 409


class ConsumedError(SessionStateError):
    """A verification counts for one operation once; open a new session for the next operation."""

    code = "consumed"


class StaleError(HoldfastError):
    """The person must be verified anew: open a new session, and use what passes within its time."""

    code = "stale"
    http_status = 409


class BindingError(HoldfastError):
    """A verification counts only for the operation that it was opened for; open a new session for this one."""

    code = "operation_changed"
    http_status = 422


class AttemptsError(HoldfastError):
    """No attempt is left: send the person on the way without a camera, or wait until the hint's instant."""

    code = "attempts_spent"
    http_status = 409


class ConsentError(HoldfastError):
    """Ask the person first, and send which text was agreed to, in which language, and when."""

    code = "consent"
    http_status = 422


class FaceError(HoldfastError):
    """Send the person on a way without a camera: nobody under age is asked for a face, and nobody of unknown age."""

    code = "face_not_asked"
    http_status = 409


class QuarantinedError(ListError):
    """Look at the snapshot with `holdfast lists diff`; a second person releases it with `lists import --approve`."""

    code = "quarantined"
    http_status = 409


class SettingError(HoldfastError):
    """Correct the setting; `holdfast serve --help` lists every one with its default and meaning."""

    code = "setting"


class StoreError(HoldfastError):
    """Check that the data directory exists, is writable, has free space and is not used by another server."""

    code = "store"
    http_status = 503


class InUseError(StoreError):
    """Stop the server that has the data directory open, or talk to it over HTTP, or use another directory."""

    code = "in_use"


class ForbiddenByLawError(HoldfastError):
    """The provision in the message forbids this act; `GET /v1/holds/{id}` says under `next` what may be done."""

    code = "forbidden_by_law"
    http_status = 409


class ProofError(HoldfastError):
    """Ask the client for a new proof of a method that the hold names, bound to this hold, its amount and its payee."""

    code = "proof"
    http_status = 422


class OtherClientError(HoldfastError):
    """Only the client whose operation is held can act on the hold; check `customer_id`."""

    code = "other_client"
    http_status = 403


class DeliveryError(HoldfastError):
    """The message stays in the outbox and is sent again; check that the receiver runs and answers with 2xx."""

    code = "delivery"
    http_status = 502


class LinkError(HoldfastError):
    """Open the page again from the bank's own app: links are made for one client, one hold and a short time."""

    code = "link"
    http_status = 404


class LinkExpiredError(HoldfastError):
    """Ask the bank's app for a new link; the hold itself goes on as it was."""

    code = "link_expired"
    http_status = 410


class OtherDeviceError(HoldfastError):
    """A link works in the browser that opened it first; ask the bank's app for a new one, or call the bank."""

    code = "other_device"
    http_status = 403


class FormError(HoldfastError):
    """Answer from the page itself: a form counts only where the hold's own page sent it, and for a short time."""

    code = "form"
    http_status = 403


class PhotoError(HoldfastError):
    """Send one whole JPEG, PNG or WebP picture as its bytes, or the fingerprint of one."""

    code = "photo"
    http_status = 422
