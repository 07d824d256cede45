"""How old an authentication may be, counted from itself and not from when word of it came."""

from collections.abc import Mapping
from typing import Final

from holdfast.verification.alternative import MONEY
from holdfast.vocabulary.identity import Purpose
from holdfast.vocabulary.instants import SECOND_MS

AHEAD_MS: Final = 300 * SECOND_MS
"""How far a provider's clock may be ahead."""

AUTH_AGE_S: Final[Mapping[Purpose, int]] = {
    Purpose.WITHDRAW: 300,
    Purpose.TRANSFER: 300,
    Purpose.LOGIN: 300,
    Purpose.RECEIVE: 900,
    Purpose.LISTING_PUBLISH: 86_400,
    Purpose.ONBOARDING: 86_400,
    Purpose.OWNER_RECHECK: 90 * 86_400,
}

BEFORE_MS: Final = 30 * SECOND_MS
"""How far a provider's clock may be behind, where the authentication must come after the session was opened."""


def is_of_session(purpose: Purpose, auth_ms: int | None, opened_ms: int) -> bool:
    """Tell whether an authentication is this session's own, as it must be where money moves.

    Otherwise who took over a browser would pass with the login that its owner made a minute ago.
    """
    return purpose not in MONEY or (auth_ms is not None and auth_ms >= opened_ms - BEFORE_MS)


def is_fresh(auth_ms: int | None, *, age_s: int, now_ms: int) -> bool:
    """Tell whether an authentication counts at an instant; one whose instant is not known never does."""
    return auth_ms is not None and now_ms - age_s * SECOND_MS <= auth_ms <= now_ms + AHEAD_MS
