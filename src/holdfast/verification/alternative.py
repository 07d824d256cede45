"""The way without a camera: what named people found, and what that adds up to.

One person's word is enough to say that somebody was not who they claimed; where money is released two different
people must have found that somebody was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.verification.people import one_person
from holdfast.vocabulary.errors import ConflictError, InvalidError
from holdfast.vocabulary.identity import Purpose, Verdict

MONEY: Final = frozenset({Purpose.RECEIVE, Purpose.TRANSFER, Purpose.WITHDRAW})
"""The purposes that release money."""

_WORDS: Final = (Verdict.PASS, Verdict.FAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """One named person's word about somebody who was verified without a camera."""

    by: str
    verdict: Verdict
    at_ms: int


def people_needed(purpose: Purpose) -> int:
    """Give how many people must have found that the person is the right one."""
    return 2 if purpose in MONEY else 1


def attested(purpose: Purpose, words: Sequence[Attested]) -> Verdict | None:
    """Give what the words add up to; nothing while a second person's is missing."""
    if any(one.verdict is Verdict.FAIL for one in words):
        return Verdict.FAIL
    found = {one_person(one.by) for one in words if one.verdict is Verdict.PASS}
    return Verdict.PASS if len(found) >= people_needed(purpose) else None


def is_new_word(words: Iterable[Attested], by: str, verdict: Verdict) -> bool:
    """Tell whether a word adds anything; the same person's same word does not.

    Raises InvalidError for a word that is neither `pass` nor `fail`, ConflictError where the person said otherwise.
    """
    if verdict not in _WORDS:
        raise InvalidError(f"a person finds `pass` or `fail`, not `{verdict}`", pointer="/verdict")
    said = next((one for one in words if one_person(one.by) == one_person(by)), None)
    if said is None:
        return True
    if said.verdict is not verdict:
        hint = "what was found stands; open a new session to verify anew"
        raise ConflictError(f"`{by}` found `{said.verdict}` already", pointer="/verdict", hint=hint)
    return False
