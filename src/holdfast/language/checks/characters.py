"""No hidden or look-alike characters: what a person reads is what is decided."""

import unicodedata
from collections.abc import Iterator

from holdfast.language.faults import fault
from holdfast.vocabulary.errors import Span

_HIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_LAYOUT = frozenset("\n\t\r")
_LATIN = dict(zip("АВЕКМНОРСТХаеорсхуіѕјҺһԁ", "ABEKMHOPCTXaeopcxyisjHhd", strict=True))


def is_hidden(char: str) -> bool:
    """Tell whether a character has no visible form of its own."""
    return unicodedata.category(char) in _HIDDEN


def check_characters(text: str) -> None:
    """Refuse hidden characters anywhere, and letters outside ASCII anywhere but in quotes and comments."""
    for index, char in enumerate(text):
        if char not in _LAYOUT and is_hidden(char):
            raise fault(
                f"the hidden character `U+{ord(char):04X}` is not allowed",
                Span(start=index, end=index + 1),
                hint="delete it; it may have come with a copied text",
            )
    for index, char in _code(text):
        if char == "\\":
            span = Span(start=index, end=index + 1)
            raise fault("a backslash has no meaning outside quotes", span, hint="lines may break without it")
        if not char.isascii():
            latin = _LATIN.get(char) or unicodedata.normalize("NFKC", char)
            instead = f"; here it looks like the Latin `{latin}`" if latin.isascii() and latin.isalnum() else ""
            raise fault(
                f"the character `{char}` ({_name(char)}) is not allowed outside quotes",
                Span(start=index, end=index + 1),
                hint=f"names are written in Latin letters{instead}",
            )


def _name(char: str) -> str:
    """Give a character's Unicode name in lower case."""
    return unicodedata.name(char, "unnamed").lower()


def _code(text: str) -> Iterator[tuple[int, str]]:
    """Walk over the characters that stand outside quotes and comments."""
    index = 0
    while index < len(text):
        char = text[index]
        if char == "#":
            stop = text.find("\n", index)
            index = len(text) if stop < 0 else stop
        elif char in "\"'":
            index = _after_quote(text, index)
        else:
            yield index, char
            index += 1


def _after_quote(text: str, start: int) -> int:
    """Give the index after the quoted text that opens at `start`."""
    quote = text[start] * (3 if text.startswith(text[start] * 3, start) else 1)
    index = start + len(quote)
    while index < len(text) and not text.startswith(quote, index):
        index += 2 if text[index] == "\\" else 1
    return index + len(quote)
