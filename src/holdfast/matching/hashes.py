"""Hashes of identity documents and of SNILS, as regulators exchange them: SHA-256, lower-case hex.

The Bank of Russia publishes the hash of the number, not how the number is written before it is hashed, so the
writing is a setting with a test: a bank compares one known pair and sets what its feed was made with. An unsalted
hash of a short number can be reversed by trying all numbers: treat it as the number itself.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal

from holdfast.matching.characters import plain
from holdfast.vocabulary.errors import InvalidError

_DASHES: Final = re.compile(r"[-\u2010-\u2015\u2212]")
_SPACES: Final = re.compile(r"\s+")
_SIGNS: Final = re.compile(r"[№#.,/]")


@dataclass(frozen=True, slots=True, kw_only=True)
class HashWriting:
    """How a number is written before it is hashed; the default is bare digits and upper-case letters.

    `spaces`, `dashes` and `signs` say what is taken out; `case` what is done to letters; `encoding` matters only
    for letters outside ASCII.
    """

    spaces: bool = True
    dashes: bool = True
    signs: bool = True
    case: Literal["upper", "lower", "keep"] = "upper"
    encoding: Literal["utf-8", "cp1251", "utf-16-le"] = "utf-8"


def written(number: str, writing: HashWriting) -> str:
    """Write a document's number as it is hashed; raises InvalidError when nothing is left of it."""
    text = plain(number.replace("№", "#"))  # its compatibility form would be two letters
    for wanted, pattern in ((writing.spaces, _SPACES), (writing.dashes, _DASHES), (writing.signs, _SIGNS)):
        text = pattern.sub("", text) if wanted else text
    if not any(character.isalnum() for character in text):
        raise InvalidError("the value is not a document number", hint="give series and number, such as `4510 123456`")
    return {"upper": text.upper(), "lower": text.lower(), "keep": text}[writing.case]


def document_hash(number: str, writing: HashWriting | None = None) -> str:
    """Hash the number of an identity document or a SNILS: 64 lower-case hex digits."""
    writing = writing or HashWriting()
    try:
        content = written(number, writing).encode(writing.encoding)
    except UnicodeEncodeError:
        raise InvalidError(f"the value has characters outside `{writing.encoding}`") from None
    return sha256(content).hexdigest()


def agreeing(number: str, digest: str) -> tuple[HashWriting, ...]:
    """Find every writing under which `number` gives `digest`: the test of the setting with one known pair."""
    kept = (True, False)
    choices = [
        HashWriting(spaces=spaces, dashes=dashes, signs=signs, case=case, encoding=encoding)
        for spaces in kept
        for dashes in kept
        for signs in kept
        for case in ("upper", "lower", "keep")
        for encoding in ("utf-8", "cp1251", "utf-16-le")
    ]
    return tuple(writing for writing in choices if _gives(number, writing, digest.strip().lower()))


def _gives(number: str, writing: HashWriting, digest: str) -> bool:
    """Tell whether one writing gives the digest; a number that it cannot write does not."""
    try:
        return document_hash(number, writing) == digest
    except InvalidError:
        return False
