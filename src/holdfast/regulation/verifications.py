"""What a duty to verify somebody's identity says of the check: what for, what is checked, and what passing does."""

from collections.abc import Mapping, Sequence
from typing import Final

from holdfast.regulation.nodes import Node
from holdfast.vocabulary.challenges import FITS, MOVES_MONEY
from holdfast.vocabulary.identity import Check, Purpose
from holdfast.vocabulary.outcome import MeasureKind

_WORDS: Final = ("purpose", "acr", "ttl_s", "releases")
_TTL_S: Final = (60, 86_400)


def check_verification(kind: str, on: Sequence[str], details: Mapping[str, Node]) -> None:
    """Refuse words of a session that are unknown, contradict one another, or stand with another kind of duty."""
    if "checks" not in details:
        _refuse_alone(kind, details)
        return
    if kind != MeasureKind.VERIFY_IDENTITY.value:
        raise details["checks"].fault("`checks` belong to a duty of kind `verify_identity`")
    _checks(details["checks"])
    if "purpose" in details:
        _purpose(details["purpose"], on)
    if "ttl_s" in details and not _TTL_S[0] <= details["ttl_s"].integer() <= _TTL_S[1]:
        raise details["ttl_s"].fault(f"a whole number of seconds from {_TTL_S[0]} to {_TTL_S[1]} is expected here")
    if "acr" in details:
        details["acr"].text()
    if "releases" in details and details["releases"].flag() and not MOVES_MONEY.issuperset(on):
        hint = "only a session for a `transfer` or a `payout` binds amount and payee"
        raise details["releases"].fault("passing this check could let go what it does not bind", hint)


def _refuse_alone(kind: str, details: Mapping[str, Node]) -> None:
    """Refuse words of a session where no session can come of it."""
    for word in _WORDS if kind == MeasureKind.VERIFY_IDENTITY.value else ():
        if word in details:
            raise details[word].fault(f"`{word}` needs the `checks` of a session", "for example `face_match pad`")


def _checks(node: Node) -> None:
    """Refuse a check that there is none of, and one that stands twice."""
    words, known = node.text().split(), [check.value for check in Check]
    wrong = next((word for word in words if word not in known), None)
    if wrong is not None or len(set(words)) < len(words):
        raise node.fault(f"`{node.text()}` are no checks", f"words out of {', '.join(known)}, each once")


def _purpose(node: Node, on: Sequence[str]) -> None:
    """Refuse a purpose that does not fit the events which the duty is about."""
    purpose = Purpose(node.choice([one.value for one in Purpose]))
    strange = [name for name in on if name not in FITS.get(purpose, on)]
    if strange:
        raise node.fault(f"`{purpose}` does not fit `{strange[0]}`", f"it fits {', '.join(sorted(FITS[purpose]))}")
