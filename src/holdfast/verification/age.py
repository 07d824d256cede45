"""Whether a person may be asked for a face: nobody under age, and nobody of unknown age who has not said to be of age.

An age is known from a date of birth that the tenant keeps. Where there is none it is unknown, which is neither of age
nor under age: the person is asked, and the word is kept with the consent. The way without a camera stays open to all.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Final

from holdfast.vocabulary.identity import Check, Way

OF_AGE: Final = 18
FACES: Final = frozenset({Check.FACE_MATCH, Check.PAD, Check.IAD})
"""The checks that look at a face."""

_SEEN: Final = frozenset({Way.OPERATOR_VIDEO})


class Age(StrEnum):
    """What is known of a person's age."""

    OF_AGE = "of_age"
    DECLARED = "declared"  # no date of birth is known; the person said to be of age
    UNKNOWN = "unknown"
    UNDER_AGE = "under_age"


def age_of(born: str, today: date, *, declared: bool = False, of_age: int = OF_AGE) -> Age:
    """Tell what is known of an age; a date of birth that is known outweighs what the person says.

    Who was born on 29 February comes of age on 1 March.
    """
    if not born:
        return Age.DECLARED if declared else Age.UNKNOWN
    birth = date.fromisoformat(born)
    had_birthday = (today.month, today.day) >= (birth.month, birth.day)
    years = today.year - birth.year - (0 if had_birthday else 1)
    return Age.OF_AGE if years >= of_age else Age.UNDER_AGE


def may_ask_face(checks: Iterable[Check], age: Age) -> bool:
    """Tell whether a person of an age may be asked for checks."""
    return FACES.isdisjoint(checks) or age in {Age.OF_AGE, Age.DECLARED}


def ways_for(age: Age) -> tuple[Way, ...]:
    """Name the ways without a provider's camera; a person under age is not filmed by an operator either."""
    return tuple(way for way in Way if age is not Age.UNDER_AGE or way not in _SEEN)
