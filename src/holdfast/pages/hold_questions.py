"""The questions before a confirmation, and which answers sound like a fraud that is going on."""

from collections.abc import Mapping, Sequence
from typing import Final

from holdfast.pages.hold_view import TRANSFER

_WHO: Final = ("self", "known", "seller", "online", "safe")
_HOW: Final = ("own", "known", "caller", "officer")
_ALARMING: Final = {"who": frozenset({"online", "safe"}), "how": frozenset({"caller", "officer"})}
Answers = Mapping[str, str]


def questions_of(thing: str) -> Mapping[str, Sequence[str]]:
    """Give the choices by question: only a transfer has a payee to be asked about."""
    return {"who": _WHO, "how": _HOW} if thing == TRANSFER else {"how": _HOW}


def asked_answers(form: Mapping[str, str], thing: str) -> dict[str, str]:
    """Read what was chosen; what is no choice counts as nothing."""
    return {name: form[name] if form.get(name) in choices else "" for name, choices in questions_of(thing).items()}


def is_alarming(answers: Answers) -> bool:
    """Tell whether an answer sounds like a fraud."""
    return any(answer in _ALARMING[name] for name, answer in answers.items())
