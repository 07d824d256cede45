"""Verified claims of OpenID Connect for Identity Assurance 1.0: who the person is, by whom and how that was proven."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from holdfast.vocabulary.errors import GarbageError
from holdfast.vocabulary.identity_specs import Assurance

VERIFIED: Final = "verified_claims"
_SETS_MAX: Final = 16
_NUMBER_MAX: Final = 64
_DOCUMENT: Final = frozenset({"document", "id_document"})  # the second in drafts that providers still speak


@dataclass(frozen=True, slots=True, kw_only=True)
class Assured:
    """What believed claims say: the person's number, and whether a document was looked at."""

    number: str
    by_document: bool


def wanted(assurance: Assurance) -> dict[str, Any]:
    """Write what is asked for, as the `claims` parameter has it."""
    frameworks = list(assurance.trust_frameworks)
    framework = {"value": frameworks[0]} if len(frameworks) == 1 else {"values": frameworks}
    evidence = {"evidence": [{"type": {"value": kind}} for kind in assurance.evidence]} if assurance.evidence else {}
    return {
        "verification": {"trust_framework": framework, **evidence},
        "claims": {assurance.owner: {"essential": True}},
    }


def assured(assurance: Assurance, claims: Mapping[str, Any]) -> Assured | None:
    """Read the first set of verified claims that is believed and names the person; `None` where there is none.

    Raises GarbageError when two believed sets name two people: one of them is somebody else's.
    """
    found = [believed for row in _sets(claims) if (believed := _believed(assurance, row)) is not None]
    if len({believed.number for believed in found}) > 1:
        raise GarbageError("the verified claims name two people", pointer=f"/{VERIFIED}")
    return found[0] if found else None


def _sets(claims: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give the sets of verified claims, of which there may be one or several."""
    root = claims.get(VERIFIED)
    rows = root if isinstance(root, list) else [root]
    yield from (row for row in rows[:_SETS_MAX] if isinstance(row, dict))


def _believed(assurance: Assurance, row: Mapping[str, Any]) -> Assured | None:
    """Read one set, if its framework and its evidence are believed."""
    verification, claims = row.get("verification"), row.get("claims")
    if not isinstance(verification, dict) or not isinstance(claims, dict):
        return None
    kinds = _kinds(verification)
    believed = verification.get("trust_framework") in assurance.trust_frameworks
    if not believed or not kinds.issuperset(assurance.evidence):
        return None
    number = claims.get(assurance.owner)
    if not isinstance(number, str) or not 0 < len(number) <= _NUMBER_MAX:
        return None
    return Assured(number=number, by_document=bool(kinds & _DOCUMENT))


def _kinds(verification: Mapping[str, Any]) -> set[str]:
    """Name the kinds of evidence that were used."""
    rows = verification.get("evidence")
    kinds = (row.get("type") for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
    return {kind for kind in kinds if isinstance(kind, str)}
