"""What the operator's parameters say of a session: attempts, the age from which a face may be asked for, open days."""

from collections.abc import Iterable
from typing import Final

from holdfast.operations.shard import Shard
from holdfast.verification.age import OF_AGE, Age, age_of, may_ask_face
from holdfast.verification.attempts import Limits
from holdfast.vocabulary.errors import FaceError
from holdfast.vocabulary.identity import Check, Consent, Subject
from holdfast.vocabulary.instants import DAY_MS, from_ms

PACK: Final = "policy.identity"
_DAYS: Final = 5
_USUAL: Final = Limits()


def attempt_limits(shard: Shard, *, session: int) -> Limits:
    """Give how many attempts may fail now; a session may be opened for fewer than the operator's own."""
    return Limits(
        session=min(session, _number(shard, "attempts_session", _USUAL.session)),
        subject=_number(shard, "attempts_subject", _USUAL.subject),
        device=_number(shard, "attempts_device", _USUAL.device),
        address=_number(shard, "attempts_address", _USUAL.address),
    )


def age_now(shard: Shard, subject: Subject, consent: Consent | None) -> Age:
    """Tell what is known of a person's age today, where the operator is."""
    today = from_ms(shard.ports.clock.now_ms(), shard.tenant.zone).date()
    declared = consent is not None and consent.of_age
    return age_of(subject.born, today, declared=declared, of_age=_number(shard, "face_from_age", OF_AGE))


def check_face(shard: Shard, subject: Subject, *, consent: Consent | None, checks: Iterable[Check]) -> None:
    """Raise FaceError where a person under age, or of an age that is not known, would be asked for a face."""
    age = age_now(shard, subject, consent)
    if may_ask_face(checks, age):
        return
    if age is Age.UNDER_AGE:
        raise FaceError("a person under age is not asked for a face", pointer="/subject/born")
    hint = "send `subject.born` when the session is opened, or `of_age` in the consent once the person said so"
    raise FaceError("it is not known whether the person is of age", pointer="/consent/of_age", hint=hint)


def alternative_ms(shard: Shard) -> int:
    """Give how long a session stays open for who goes the way without a camera."""
    return _number(shard, "alternative_days", _DAYS) * DAY_MS


def _number(shard: Shard, name: str, otherwise: int) -> int:
    value = shard.law.parameter(PACK, f"identity.{name}", shard.ports.clock.now_ms())
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise
