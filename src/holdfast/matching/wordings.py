"""How much a chat message is worded like a scam: a small model over pieces of words, and what rules found in it.

Character pieces of two to five letters in hashed buckets, weighted by how rare they are, and the intents, go into a
logistic regression; a second one turns its sum into a probability. Words are folded first, so that spellings without
Kazakh letters and in Latin letters meet. The weights come from `holdfast models messages`.
"""

import math
import pkgutil
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from holdfast.matching.intents import Intent
from holdfast.matching.scripts import folded, visible

BUCKETS: Final = 16_384
SIGNS: Final = (*Intent, "strange_link", "known_link", "from_buyer", "from_seller")
"""What stands beside the pieces, each 0 or 1."""

_LONGEST: Final = 2_000
_PIECES: Final = range(2, 6)
_WORD: Final = re.compile(r"[^\W\d_]+|\d+")
_FILE: Final = "wordings.npz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wordings:
    """A trained model: `rarity` and `weights` of the buckets, `signs` of what stands beside them.

    `slope` and `offset` turn the sum into a probability.
    """

    rarity: NDArray[np.float32]
    weights: NDArray[np.float32]
    signs: NDArray[np.float32]
    bias: float
    slope: float
    offset: float

    def score(self, text: str, signs: Collection[str]) -> float:
        """Give the probability that a message is one of a scam, rounded to three digits.

        `signs` are words of `SIGNS`; links in the text were replaced by marks.
        """
        total = self.sum(text, signs) * self.slope + self.offset
        return round(1 / (1 + math.exp(-max(-30.0, min(30.0, total)))), 3)

    def sum(self, text: str, signs: Collection[str]) -> float:
        """Give the sum before it is made a probability."""
        places, values = weighed(pieces(text), self.rarity)
        beside = math.fsum(float(weight) for name, weight in zip(SIGNS, self.signs, strict=True) if name in signs)
        return self.bias + math.fsum((self.weights[places].astype(np.float64) * values).tolist()) + beside


@lru_cache(maxsize=8_192)
def _pieces(word: str) -> tuple[int, ...]:
    """Cut one word into the buckets of its pieces; its ends count as letters."""
    text = f" {folded(word) if not word.isdigit() else '0'} ".encode()
    return tuple(
        crc32(text[start : start + size]) % BUCKETS for size in _PIECES for start in range(len(text) - size + 1)
    )


def pieces(text: str) -> Mapping[int, int]:
    """Count the pieces of a message by bucket."""
    found: Counter[int] = Counter()
    for word in _WORD.findall(visible(text)[:_LONGEST]):
        found.update(_pieces(word))
    return found


def weighed(found: Mapping[int, int], rarity: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give the buckets in their order with damped counts times rarity, of length one together."""
    places = np.array(sorted(found), dtype=np.int64)
    counts = np.array([1 + math.log(found[int(place)]) for place in places], dtype=np.float64)
    values = counts * rarity[places]
    length = math.sqrt(math.fsum((values * values).tolist()))
    return places, values / length if length else values


def beside(intents: Collection[str], *, strange: bool, known: bool, writer: str | None) -> frozenset[str]:
    """Name what stands beside a message's words; `writer` is the role of who wrote it."""
    told = {"strange_link": strange, "known_link": known, "from_buyer": writer == "buyer"}
    told["from_seller"] = writer == "seller"
    return frozenset(intents) | {name for name, holds in told.items() if holds}


def to_bytes(model: Wordings) -> bytes:
    """Write a model as it stands in the package."""
    out = BytesIO()
    numbers = np.array([model.bias, model.slope, model.offset], dtype=np.float64)
    np.savez_compressed(out, rarity=model.rarity, weights=model.weights, signs=model.signs, numbers=numbers)
    return out.getvalue()


def from_bytes(data: bytes) -> Wordings:
    """Read a model."""
    with np.load(BytesIO(data), allow_pickle=False) as arrays:
        numbers: Sequence[Any] = arrays["numbers"].tolist()
        return Wordings(
            rarity=arrays["rarity"],
            weights=arrays["weights"],
            signs=arrays["signs"],
            bias=numbers[0],
            slope=numbers[1],
            offset=numbers[2],
        )


@cache
def shipped() -> Wordings:
    """Give the model that comes with the package."""
    data = pkgutil.get_data("holdfast.matching", _FILE)
    assert data is not None, "the package holds its model"  # noqa: S101 - what is missing here is a broken package
    return from_bytes(data)
