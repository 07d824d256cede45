"""What a list knew about the payee at an instant, and what it would have known if it had been loaded in time."""

from collections.abc import Iterable
from dataclasses import dataclass

from holdfast.claims.dossier import ListCourse, Listing
from holdfast.vocabulary.instants import HOUR_MS
from holdfast.vocabulary.judgement import Scalar
from holdfast.vocabulary.trilean import UNKNOWN, Trilean


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An answer with its reason: `loaded`, `late_load`, `not_listed`, or why it cannot be said."""

    state: Trilean
    reason: str
    list: str = ""
    cite: str = ""
    listing: Listing | None = None
    version: str | None = None

    @property
    def evidence(self) -> tuple[str, ...]:
        """Name the versions of the list that the answer rests on."""
        versions = (self.version, self.listing.version if self.listing else None)
        return tuple(dict.fromkeys(f"{self.list}@{version}" for version in versions if version))

    @property
    def details(self) -> dict[str, Scalar]:
        """Give the instants behind the answer, in epoch milliseconds."""
        found: dict[str, Scalar] = {"list": self.list}
        if self.listing is not None:
            found |= {
                "key": self.listing.kind,
                "list_version": self.listing.version,
                "published_ms": self.listing.published_ms,
                "loaded_ms": self.listing.loaded_ms,
            }
        return found


def known_at(course: ListCourse, at_ms: int | None, *, by_decision: bool = False) -> Known:
    """Say whether the list had a record about the payee at an instant, or should have had one.

    A record that was published and not loaded in time counts from the end of the deadline: loading late does not
    free the bank. `by_decision` takes the answer that the decision itself was given, which is exact; else the
    loaded instants decide.
    """
    if at_ms is None:
        return Known(state=None, reason="no_instant", list=course.list)
    listed = _listed(course, at_ms) if not (by_decision and course.asked) else _answered(course, at_ms)
    if listed is not None and listed.state is True:
        return listed
    unseen = by_decision and course.asked
    late = [_late(course, listing, at_ms, unseen=unseen) for listing in course.listings]
    return _first(late) or listed or _absent(course, at_ms, by_decision=by_decision)


def _first(answers: Iterable[Known | None]) -> Known | None:
    """Give the first true answer, else the first unknown one."""
    found = [answer for answer in answers if answer is not None]
    return next((answer for answer in found if answer.state is True), found[0] if found else None)


def _answered(course: ListCourse, at_ms: int) -> Known | None:
    """Give what the decision was told, if that was a hit."""
    if course.answer is not True:
        return None
    listing = next((one for one in course.listings if one.loaded_ms <= at_ms and not _gone(one, at_ms)), None)
    return Known(state=True, reason="loaded", list=course.list, listing=listing, version=course.answer_version)


def _listed(course: ListCourse, at_ms: int) -> Known | None:
    """Give the stay that was in force at the instant: unknown where no stay is certain."""
    stays = [one for one in course.listings if one.loaded_ms <= at_ms and not _gone(one, at_ms)]
    found = [
        Known(state=one.fits, reason="loaded" if one.fits else "bank_unknown", list=course.list, listing=one)
        for one in stays
    ]
    return _first(found)


def _gone(listing: Listing, at_ms: int) -> bool:
    """Tell whether a record had left the list, or had expired."""
    left = listing.left_ms is not None and listing.left_ms <= at_ms
    return left or (listing.expires_ms is not None and listing.expires_ms <= at_ms)


def _late(course: ListCourse, listing: Listing, at_ms: int, *, unseen: bool) -> Known | None:
    """Say of a record that was not in force yet whether it should have been.

    `unseen` says that the decision was not told of the record, whatever the instant of its loading says.
    """
    if course.deadline_hours is None or _gone(listing, at_ms) or (listing.loaded_ms <= at_ms and not unseen):
        return None
    if listing.published_ms is None:
        return Known(state=None, reason="publication_unknown", list=course.list, listing=listing)
    withdrawn = listing.left_published_ms is not None and listing.left_published_ms <= at_ms
    if withdrawn or listing.published_ms + course.deadline_hours * HOUR_MS >= at_ms:
        return None
    return Known(
        state=listing.fits,
        reason="late_load" if listing.fits else "bank_unknown",
        list=course.list,
        cite=course.deadline_cite,
        listing=listing,
        version=course.answer_version if unseen else None,
    )


def _absent(course: ListCourse, at_ms: int, *, by_decision: bool) -> Known:
    """Say that there was no record, where the list can say so."""
    version = course.answer_version if by_decision else None
    state: Trilean
    if not course.identified:
        state, reason = UNKNOWN, "payee_unidentified"
    elif by_decision and course.asked:
        state, reason = course.answer, "not_listed" if course.answer is False else "list_silent"
    elif course.loaded_since_ms is None or course.loaded_since_ms > at_ms:
        state, reason = UNKNOWN, "never_loaded"
    else:
        state, reason = False, "not_listed"
    return Known(state=state, reason=reason, list=course.list, version=version)
