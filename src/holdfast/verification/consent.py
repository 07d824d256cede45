"""What a consent must say before a person is verified: which text, in which language, when, and where the proof is."""

from typing import Final

from holdfast.vocabulary.errors import ConsentError
from holdfast.vocabulary.identity import Consent
from holdfast.vocabulary.instants import MINUTE_MS

AHEAD_MS: Final = 5 * MINUTE_MS
"""How far ahead the clock may be of whoever asked the person."""


def check_consent(consent: Consent | None, *, now_ms: int) -> Consent:
    """Give a consent that is whole and was given before now; raises ConsentError."""
    if consent is None:
        raise ConsentError("nobody has agreed to this verification", pointer="/consent")
    for name in ("text_version", "locale", "evidence_ref"):
        if not getattr(consent, name).strip():
            raise ConsentError(f"the consent lacks `{name}`", pointer=f"/consent/{name}")
    if consent.given_ms > now_ms + AHEAD_MS:
        raise ConsentError("the consent lies in the future", pointer="/consent/given_at")
    return consent
