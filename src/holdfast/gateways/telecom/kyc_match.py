"""CAMARA Know Your Customer Match 0.4 (github.com/camaraproject/KnowYourCustomer)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from holdfast.gateways.telecom.call import Asked, Body, PlainCall
from holdfast.vocabulary.errors import GarbageError
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.schema import FieldType
from holdfast.vocabulary.telecom import ATTRIBUTES
from holdfast.wire.outside import value_at

_WORDS: Final[Mapping[str, bool | None]] = {"true": True, "false": False, "not_available": None}
_SCORES: Final = range(100)


class KycMatch(PlainCall):
    """Whether what a client says of themselves is what the operator has of the number's subscriber."""

    base = "kyc-match"
    verb = "match"
    scope = "kyc-match:match"

    def body(self, asked: Asked) -> Body:
        """Write the number and what is to be compared."""
        return {**super().body(asked), **{word: asked[word] for word in ATTRIBUTES if word in asked}}

    def told(self, root: Any, body: Body) -> Mapping[str, Value]:
        """Read about each of the attributes that were sent: the published truth values are texts."""
        return dict(pair for word in body if word in ATTRIBUTES for pair in _about(root, word))


def _about(root: Any, word: str) -> Iterator[tuple[str, Value]]:
    """Read one attribute: whether it matches, and how nearly where it does not."""
    said = value_at(root, f"{word}Match", FieldType.TEXT)
    if said is not None and said not in _WORDS:
        raise GarbageError(f"`{word}Match` is none of the published words")
    score = value_at(root, f"{word}MatchScore", FieldType.INTEGER)
    if score is not None and score not in _SCORES:
        raise GarbageError(f"`{word}MatchScore` is out of its range")
    matches = _WORDS[str(said)] if said is not None else None
    yield ATTRIBUTES[word], matches
    yield f"{ATTRIBUTES[word]}_score", score if matches is False else None
