"""Where a session stands is the fold of its acts; what is past its term has expired, whether a timer fired or not."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from holdfast.verification.alternative import Attested
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.identity import (
    FINAL,
    Consent,
    IdentityAct,
    IdentityResult,
    SessionAct,
    SessionState,
    Terms,
    Way,
)
from holdfast.vocabulary.instants import DAY_MS, MINUTE_MS

DECLINED: Final = "consent_declined"
"""A provider's word that the person took the consent back on its side."""

FIRST_RETRY_MS: Final = 5 * MINUTE_MS
_ASIDE: Final = frozenset({SessionAct.ASK_EXPORT, SessionAct.APPROVE_EXPORT, SessionAct.TAKE_EXPORT})
OPEN: frozenset[SessionState] = frozenset(SessionState) - FINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A session as its acts left it.

    `state` is that of the last act; `provider` and `reference` name the provider's side that counts, of the last
    attempt; `faulty` says that the provider could not be reached last; `followed` that what the final state asks for
    was done; `redacted` that what is personal is gone, and `gone` that it is at the provider too, which is asked again
    from `retry_ms` on; `withdrawn` that the person took the consent back. `way` is the one without a camera, where it
    was taken, and `words` are what people found there.
    """

    id: str
    terms: Terms
    state: SessionState
    opened_ms: int
    consent: Consent | None = None
    provider: str = ""
    reference: str = ""
    attempts: int = 0
    result: IdentityResult | None = None
    reasons: tuple[str, ...] = ()
    ended_ms: int | None = None
    consumed_ms: int | None = None
    faulty: bool = False
    followed: bool = False
    redacted: bool = False
    withdrawn: bool = False
    way: Way | None = None
    words: tuple[Attested, ...] = ()
    gone: bool = False
    retry_ms: int | None = None

    def state_at(self, now_ms: int) -> SessionState:
        """Give the state at an instant."""
        if self.state not in OPEN or now_ms < self.terms.expires_ms:
            return self.state
        return SessionState.PROVIDER_ERROR if self.faulty else SessionState.EXPIRED

    def is_open(self, now_ms: int) -> bool:
        """Tell whether anything may still come of it."""
        return self.state_at(now_ms) in OPEN

    @property
    def waits(self) -> bool:
        """Tell whether an attempt is under way, whose result may still come and would count."""
        return self.way is None and self.state in {SessionState.STARTED, SessionState.PROCESSING}

    @property
    def due_ms(self) -> int | None:
        """Give when the worker must look at it: at its term, or at once while what follows from its end is not done."""
        if self.state in OPEN:
            return self.terms.expires_ms
        if not self.followed or (self.withdrawn and not self.redacted):
            return self.ended_ms
        return self.retry_ms if self.redacted and not self.gone else None


def opened(act: IdentityAct) -> Standing:
    """Begin a session with the act that opens it."""
    if act.act is not SessionAct.CREATE or act.terms is None:
        raise Bug("the first act of a session does not open it")
    return Standing(id=act.session, terms=act.terms, state=act.state, opened_ms=act.at_ms, consent=act.consent)


def after(standing: Standing, act: IdentityAct) -> Standing:
    """Give how a session stands after one more act."""
    if act.act in _ASIDE:
        return standing
    if act.act is SessionAct.FOLLOW:
        return replace(standing, followed=True)
    done = replace(standing, state=act.state, reasons=act.reasons or standing.reasons)
    done = replace(done, faulty=act.act is SessionAct.FAULT or (standing.faulty and act.act is SessionAct.EXPIRE))
    if act.consent is not None:
        done = replace(done, consent=act.consent)
    if act.act is SessionAct.START:
        done = replace(done, provider=act.provider, reference=act.reference, attempts=act.attempt)
    if act.result is not None:
        done = replace(done, result=act.result)
    return _ended(standing, _redacted(standing, _without_camera(done, act), act), act)


def _without_camera(done: Standing, act: IdentityAct) -> Standing:
    """Take note of the way without a camera, and of what people found there."""
    if act.act is SessionAct.ALTERNATIVE:
        return replace(done, way=act.way, terms=act.terms or done.terms)
    if act.act is SessionAct.ATTEST and act.verdict is not None:
        return replace(done, words=(*done.words, Attested(by=act.by, verdict=act.verdict, at_ms=act.at_ms)))
    return done


def _redacted(before: Standing, done: Standing, act: IdentityAct) -> Standing:
    """Take note of a withdrawal and of what is deleted; the provider is asked again after ever longer times."""
    if act.act is SessionAct.WITHDRAW_CONSENT or DECLINED in act.reasons:
        done = replace(done, withdrawn=True)
    if act.state is SessionState.REDACTED and not before.redacted:
        return replace(done, redacted=True, gone=done.attempts == 0, retry_ms=act.at_ms)
    if act.act is SessionAct.PURGE:
        return replace(done, gone=True)
    if act.act is SessionAct.FAULT and before.redacted:
        waited_ms = act.at_ms - (before.ended_ms or act.at_ms)
        return replace(done, retry_ms=act.at_ms + max(FIRST_RETRY_MS, min(waited_ms, DAY_MS)))
    return done


def _ended(before: Standing, done: Standing, act: IdentityAct) -> Standing:
    """Take note of the instant at which a session ended, was used, or was redacted."""
    if act.act is SessionAct.CONSUME:
        return replace(done, consumed_ms=act.at_ms, ended_ms=before.ended_ms or act.at_ms)
    if act.state not in OPEN and before.ended_ms is None:
        return replace(done, ended_ms=act.at_ms)
    return done


def stand(acts: Iterable[IdentityAct]) -> Standing:
    """Fold the acts, oldest first; a session has at least the one that opened it."""
    standing: Standing | None = None
    for act in acts:
        standing = opened(act) if standing is None else after(standing, act)
    if standing is None:
        raise Bug("a session without acts")
    return standing
