"""A provider's result as words and numbers: whatever could be a picture, a template or a person's number is cut out.

A provider's mapping may point at anything that it sends. What is kept of a result is short and of a known shape; the
rest is replaced by a word that says so, so that no log, answer or record ever holds it.
"""

import re
from dataclasses import replace
from typing import Final

from holdfast.vocabulary.identity import Checked, IdentityResult

WITHHELD: Final = "withheld"
CAPTURE_MAX: Final = 16
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.:/-]{0,63}")
_VALUE: Final = re.compile(r"[A-Za-z0-9_.:/+ -]{1,64}")
_NUMBER: Final = re.compile(r"\d(?:[ -]?\d){8,}")
"""Nine digits in a row, however they are set apart: long enough for a phone, an IIN, a passport's number."""
_NAME: Final = re.compile(r"[\x21-\x7e]{1,128}")


def plain(result: IdentityResult) -> IdentityResult:
    """Give a result without anything that is not short and of a known shape."""
    shown = sorted(result.capture.items())[:CAPTURE_MAX]
    return replace(
        result,
        checks={check: _checked(one) for check, one in result.checks.items()},
        acr=_kept(result.acr, _NAME),
        transaction_id=_kept(result.transaction_id, _NAME),
        reference_source=_word(result.reference_source),
        capture={_word(name): _value(text) for name, text in shown},
        error=_word(result.error),
    )


def _checked(one: Checked) -> Checked:
    return replace(one, model=_value(one.model) if one.model else "")


def _value(text: str) -> str:
    """Keep a value that is short and holds no number of a person."""
    return WITHHELD if _NUMBER.search(text) else _kept(text, _VALUE)


def _word(text: str) -> str:
    """Keep a word without a number of a person."""
    return WITHHELD if _NUMBER.search(text) else _kept(text, _WORD)


def _kept(text: str, shape: re.Pattern[str]) -> str:
    """Keep a text of a shape; nothing stays nothing."""
    return text if not text or shape.fullmatch(text) else WITHHELD
