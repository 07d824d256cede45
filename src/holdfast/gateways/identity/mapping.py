"""Reading a provider's JSON by its declaration: strict, and what the provider does not say is never a pass."""

from datetime import datetime
from math import isfinite
from typing import Any, Final

from holdfast.vocabulary.errors import GarbageError
from holdfast.vocabulary.identity import Checked, IdentityResult, Started, Verdict
from holdfast.vocabulary.identity_specs import UNCONFIRMED, CheckAt, Clockform, Pointer, ResultAt, StartedAt, WordAt
from holdfast.vocabulary.instants import to_ms
from holdfast.wire.outside import found_at, read_json
from holdfast.wire.web_addresses import is_safe

SKEW_MS: Final = 300_000
_TEXT_MAX: Final = 256
_ADDRESS_MAX: Final = 4_096
_SIGNAL_MAX: Final = 64
_LARGEST: Final = 2**53
_MS_PER_S: Final = 1_000
_SOURCES: Final = frozenset({"state_db", "provider_db", "document", "enrolled"})


def read_object(data: bytes) -> dict[str, Any]:
    """Read a JSON object; raises GarbageError."""
    root = read_json(data)
    if not isinstance(root, dict):
        raise GarbageError("the answer is no JSON object")
    return root


def read_started(at: StartedAt, data: bytes, *, plain: bool) -> Started:
    """Read how the person goes on; raises GarbageError."""
    root = read_object(data)
    started = Started(
        reference=word_at(root, at.reference),
        redirect_url=word_at(root, at.redirect_url, most=_ADDRESS_MAX),
        sdk_token=word_at(root, at.sdk_token, most=_ADDRESS_MAX),
    )
    if not started.reference or not (started.redirect_url or started.sdk_token):
        raise GarbageError("the answer does not say how the person goes on")
    if started.redirect_url and not is_safe(started.redirect_url, plain=plain):
        raise GarbageError("the address for the person is not safe")
    return started


def read_result(at: ResultAt, data: bytes, reference: str, *, now_ms: int) -> IdentityResult:
    """Read where a session stands; raises GarbageError, also when the answer is about another session."""
    root = read_object(data)
    if word_at(root, at.reference) != reference:
        raise GarbageError("the answer is about another session")
    state = word_at(root, at.state)
    if not state:
        raise GarbageError("the answer does not say where the session stands")
    if state not in at.done:
        return IdentityResult(done=False, error=word_at(root, at.error))
    operation = word_at(root, at.operation_hash)
    silent = UNCONFIRMED if at.operation_hash and not operation else ""
    return IdentityResult(
        done=True,
        checks={check: _checked(root, check_at) for check, check_at in at.checks.items()},
        acr=_meant(root, at.acr),
        auth_ms=_instant(root, at, now_ms),
        owner=word_at(root, at.owner),
        operation_hash=operation,
        transaction_id=word_at(root, at.transaction_id),
        reference_source=_source(root, at.reference_source),
        capture={name: word_at(root, pointer, most=_SIGNAL_MAX) for name, pointer in at.capture.items()},
        error=word_at(root, at.error) or silent,
    )


def word_at(root: Any, at: Pointer, *, most: int = _TEXT_MAX) -> str:
    """Read a text, a whole number or a flag as a word; what is not there is empty, what is too long is refused."""
    found = found_at(root, at) if at else None
    if found is None:
        return ""
    if isinstance(found, bool):
        return str(found).lower()
    if not isinstance(found, str | int) or len(str(found)) > most:
        raise GarbageError("a value is no word", pointer="/" + "/".join(at))
    return str(found)


def _checked(root: Any, at: CheckAt) -> Checked:
    """Read one check: silence is not performed, and a word that nobody declared decides nothing."""
    word = word_at(root, at.at)
    verdict = at.words.get(word, Verdict.INCONCLUSIVE) if word else Verdict.NOT_PERFORMED
    return Checked(
        verdict=verdict,
        score=_number(root, at.score),
        threshold=_number(root, at.threshold),
        model=word_at(root, at.model),
    )


def _number(root: Any, at: Pointer) -> float | None:
    """Read a number."""
    found = found_at(root, at) if at else None
    if found is None:
        return None
    numeric = isinstance(found, int | float) and not isinstance(found, bool)
    if not numeric or abs(found) > _LARGEST or not isfinite(found):
        raise GarbageError("a value is no number", pointer="/" + "/".join(at))
    return float(found)


def _meant(root: Any, at: WordAt | None) -> str:
    """Read a word by its meaning."""
    word = word_at(root, at.at) if at else ""
    return at.means.get(word, word) if at else ""


def _source(root: Any, at: WordAt | None) -> str:
    """Read where the reference picture came from; what is none of our words was not said."""
    source = _meant(root, at)
    return source if source in _SOURCES else ""


def _instant(root: Any, at: ResultAt, now_ms: int) -> int | None:
    """Read the instant of the authentication; one that lies ahead is not believed."""
    found = found_at(root, at.auth_time) if at.auth_time else None
    if found is None:
        return None
    instant = _rfc3339(found) if at.auth_form is Clockform.RFC3339 else _epoch(found, at.auth_form)
    if instant is None or instant > now_ms + SKEW_MS:
        raise GarbageError("the instant of the authentication cannot be", pointer="/" + "/".join(at.auth_time))
    return instant


def _rfc3339(found: Any) -> int | None:
    """Read an instant with its offset."""
    try:
        instant = datetime.fromisoformat(found) if isinstance(found, str) else None
    except ValueError:
        return None
    return to_ms(instant) if instant is not None and instant.tzinfo is not None else None


def _epoch(found: Any, form: Clockform) -> int | None:
    """Read seconds or milliseconds since 1970."""
    if not isinstance(found, int) or isinstance(found, bool) or not 0 < found <= _LARGEST:
        return None
    return found * _MS_PER_S if form is Clockform.SECONDS else found
