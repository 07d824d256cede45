"""Texts of listings made comparable: what people change so that a copy looks new is taken out before comparing.

Two texts are compared by the sets of their character 4-grams, each gram a keyed hash of 32 bits, so that what is kept
of a text cannot be read. Source of the method: A. Broder, On the resemblance and containment of documents, 1997.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Final

import numpy as np
import phonenumbers
from numpy.typing import NDArray

from holdfast.matching.places import city_names

Hashes = NDArray[np.uint32]

TEL: Final = "<tel>"
CITY: Final = "<city>"
GRAM: Final = 4
KEPT_MAX: Final = 1_024
"""The lowest hashes of a text that are kept: all of a text of about a thousand characters, else a sample of them."""
PERMUTATIONS: Final = 128
BANDS: Final = 18
"""With `ROWS` the best division of 128 values for a similarity of 0.6; 0.8 is found 99 times of 100."""
ROWS: Final = 7

_READ_MAX: Final = 20_000  # characters of a text that are looked at
_REMEMBERED: Final = 65_536
_UNSEEN: Final = frozenset({"Cf", "Mn", "Me"})
_LATIN_LOOKS: Final = "AaBbCcEeHhIiKkMmnOoPprTtuXxYy"
_CYRILLIC_LOOKS: Final = "АаВьСсЕеНһІіКкМмпОоРргТтиХхУу"
_GREEK_LOOKS: Final = ("ΑαΒΕεΗΙιΚκΜΝΟοΡρΤτΥΧχν", "АаВЕеНІіКкМНОоРрТтУХхѵ")
_READ_AS: Final = str.maketrans(_LATIN_LOOKS + _GREEK_LOOKS[0], _CYRILLIC_LOOKS + _GREEK_LOOKS[1])
_FOLDED: Final = str.maketrans("әғқңөұүһії", "агкноуухии")
_ALIKE: Final = str.maketrans("aceomkptxyhibrnu", "асеомкртхунивгпи")
_CYRILLIC: Final = re.compile(r"[\u0400-\u04ff]")
_LETTER: Final = r"[^\W\d_]"
_SPACED: Final = re.compile(rf"(?<![\w<]){_LETTER}(?:[ .*_|-]{{1,3}}{_LETTER}(?![\w>])){{3,}}")
_GAP: Final = re.compile(r"[ .*_|-]{2,3}")
_WORD: Final = re.compile(r"<tel>|<city>|[^\W_]+")
_DIGIT_LOOKS: Final = re.compile(r"(?<=[\u0400-\u04ff])[0346]+(?=[\u0400-\u04ff])")
_DIGITS_READ_AS: Final = str.maketrans("0346", "озчб")
_BETWEEN: Final = r"[\s().\-–—_*]{0,3}"
_DIGIT: Final = rf"(?:\d|[OoОо](?={_BETWEEN}\d))"
_NUMBER: Final = re.compile(rf"(?<!\d)(?:\+\s?|00)?\d(?:{_BETWEEN}{_DIGIT}){{9,14}}(?!\d)")
_NOT_DIGITS: Final = re.compile(r"\D")
_NUMBER_LOOKS: Final = str.maketrans("OoОо", "0000")
_FEWEST_DIGITS: Final = 7
_ENDINGS: Final = frozenset(
    re.findall(
        r"\w+",
        "ами ями дағы дегі тағы тегі ның нің дың дің тың тің дан ден тан тен нан нен мен бен пен ой ою ом ем ей ью ах "
        "ях де да те та ға ге қа ке га ка ды ді ны ні ты ті а у е ы и я ю ь",
    )
)
_LONGEST_ENDING: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A text as it is read and as it is compared, with what was taken out of it.

    `words` are for reading: lower case, Kazakh letters kept, numbers and cities as `<tel>` and `<city>`. In `key` all
    look-alikes are one letter, Kazakh letters are what people type without a Kazakh keyboard, and nothing separates
    the words. `phones` are the digits of the numbers, `cities` the words that named a city.
    """

    words: str
    key: str
    phones: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()


def plain(text: str, city: str = "") -> Plain:
    """Take out of a text what is changed to make a copy look new; `city` is a name beyond those of the gazetteer.

    A text is read up to 20,000 characters.
    """
    seen, phones = _legible(text)
    words, cities = _without_cities(_WORD.findall(seen), _forms((city,)))
    key = "".join(words).translate(_FOLDED).translate(_ALIKE)
    return Plain(words=" ".join(words), key=key, phones=phones, cities=tuple(cities))


def legible(text: str) -> str:
    """Give a text in lower case as a person reads it: nothing unseen, each word in one script, numbers as `<tel>`.

    What stands between the words is kept.
    """
    return _legible(text)[0]


@lru_cache(maxsize=8)
def _legible(text: str) -> tuple[str, tuple[str, ...]]:
    """Give the legible text and the digits of the numbers that were taken out."""
    seen = unicodedata.normalize("NFKC", text[:_READ_MAX])
    seen = seen.translate({ord(c): None for c in set(seen) if unicodedata.category(c) in _UNSEEN})
    phones: list[str] = []
    seen = _SPACED.sub(_joined, _NUMBER.sub(lambda found: _without_phone(found[0], phones), seen))
    return _WORD.sub(lambda found: _repaired(found[0]), seen), tuple(phones)


def folded(words: str) -> str:
    """Write Kazakh letters as people do who type without them."""
    return words.translate(_FOLDED)


def _without_phone(found: str, phones: list[str]) -> str:
    """Put `<tel>` in the place of what is a telephone number; a price or a year stays."""
    digits = _NOT_DIGITS.sub("", found.translate(_NUMBER_LOOKS))
    if len(_NOT_DIGITS.sub("", found)) < _FEWEST_DIGITS or not _is_phone(digits, given_plus=found[0] in "+0"):
        return found
    phones.append(digits)
    return f" {TEL} "


@lru_cache(maxsize=4_096)
def _is_phone(digits: str, *, given_plus: bool) -> bool:
    """Tell whether digits are a number: written with its country code, or valid in Kazakhstan or Russia."""
    if given_plus:
        return True
    if len(digits) == 11 and digits[0] in "78":
        national = digits[1:]
    elif len(digits) == 10:
        national = digits
    else:
        return False
    return phonenumbers.is_valid_number(phonenumbers.PhoneNumber(country_code=7, national_number=int(national)))


def _joined(found: re.Match[str]) -> str:
    """Write letters that stand apart as words; a wider gap between them parts two words."""
    words = _GAP.split(found[0])
    return " ".join("".join(c for c in word if c.isalpha()) for word in words)


@lru_cache(maxsize=_REMEMBERED)
def _repaired(word: str) -> str:
    """Give a word in lower case; one with a Cyrillic letter is Cyrillic, whatever looks like it."""
    if _CYRILLIC.search(word):
        word = _DIGIT_LOOKS.sub(lambda digits: digits[0].translate(_DIGITS_READ_AS), word.translate(_READ_AS))
    return word.lower().replace("ё", "е")


@cache
def _gazetteer() -> frozenset[str]:
    """Give the forms of every city that the gazetteer knows, in three languages."""
    cities = {city for found in city_names().values() for city in found}
    return _forms(tuple(sorted({name for city in cities for name in (city.ru, city.kk, city.en)})))


@lru_cache(maxsize=4_096)
def _forms(names: tuple[str, ...]) -> frozenset[str]:
    """Give names as their words are read, with and without Kazakh letters and the vowel that Russian cases change."""
    read = {" ".join(_WORD.findall(name.lower().replace("ё", "е"))) for name in names} - {""}
    return frozenset(form for name in read for way in (name, folded(name)) for form in (way, _stem(way)))


def _stem(name: str) -> str:
    """Cut one vowel off the end of a name long enough to be told apart without it."""
    return name[:-1] if len(name) > 4 and name[-1] in "аыеьйя" else name


@cache
def _beginnings() -> frozenset[str]:
    """Give the first words of the names that have several."""
    return frozenset(name.partition(" ")[0] for name in _gazetteer() if " " in name)


def _among(word: str, names: frozenset[str]) -> bool:
    """Tell whether a word is one of the names in any case of Russian or Kazakh."""
    return word in names or any(
        word[:-n] in names and word[-n:] in _ENDINGS for n in range(1, min(len(word), _LONGEST_ENDING + 1))
    )


@lru_cache(maxsize=_REMEMBERED)
def _names_city(word: str) -> bool:
    """Tell whether a word names a city of the gazetteer."""
    return _among(word, _gazetteer())


def _without_cities(words: list[str], own: frozenset[str]) -> tuple[list[str], list[str]]:
    """Put `<city>` in the place of a city's name of one or two words; gives the words and what was taken out."""
    left: list[str] = []
    found: list[str] = []
    beginnings = _beginnings() | {name.partition(" ")[0] for name in own if " " in name}
    place = 0
    while place < len(words):
        wide = " ".join(words[place : place + 2]) if words[place] in beginnings else ""
        name = next(
            (one for one in (wide, words[place]) if one and (_names_city(one) or (own and _among(one, own)))), ""
        )
        if name:
            found.append(name)
        left.append(CITY if name else words[place])
        place += 1 + name.count(" ")
    return left, found


class GramHasher:
    """Maker of the 32-bit hashes of a text's grams, mixed with a secret of up to 64 bytes."""

    def __init__(self, secret: bytes) -> None:
        words = np.frombuffer(blake2b(digest_size=32, key=secret).digest(), dtype="<u8").astype(np.uint64)
        self._added, self._factors = words[:2], words[2:] | np.uint64(1)

    def grams(self, key: str) -> Hashes:
        """Give the lowest `KEPT_MAX` hashes of the grams of a text's key, ascending, each once."""
        letters = np.frombuffer(key.encode("utf-32-le"), dtype="<u4").astype(np.uint64) & np.uint64(0xFFFF)
        count = max(len(letters) - GRAM + 1, 0)
        words = np.zeros(count, dtype=np.uint64)
        for place in range(GRAM if count else 0):
            words = (words << np.uint64(16)) | letters[place : place + count]
        for added, factor in zip(self._added, self._factors, strict=True):
            words = (words ^ added) * factor
            words ^= words >> np.uint64(32)
        hashes = np.unique((words >> np.uint64(16)).astype(np.uint32))
        return hashes[:KEPT_MAX].copy()


def jaccard(one: Hashes, other: Hashes) -> float:
    """Give how much of two texts is the same, from 0 to 1: what both have by what either has.

    It is exact while both are whole; of longer texts it is the share among the lowest hashes of either, whose error
    is about 0.013 at 0.8.
    """
    both = np.sort(np.concatenate((one, other)))
    if not both.size:
        return 0.0
    shared = both[1:][both[1:] == both[:-1]]
    either = both.size - shared.size
    if max(one.size, other.size) < KEPT_MAX or either <= KEPT_MAX:
        return float(shared.size / either)
    highest = np.unique(both)[KEPT_MAX - 1]
    return float(np.count_nonzero(shared <= highest) / KEPT_MAX)


@cache
def permutations() -> tuple[Hashes, Hashes]:
    """Give the factors (odd) and summands of 128 permutations of 32-bit words; they are the same for all time."""
    drawn = b"".join(blake2b(b"minhash %d" % place, digest_size=8).digest() for place in range(PERMUTATIONS))
    words = np.frombuffer(drawn, dtype="<u4").astype(np.uint32).reshape(PERMUTATIONS, 2)
    return words[:, 0] | np.uint32(1), words[:, 1].copy()


def signature(grams: Hashes) -> Hashes:
    """Give the MinHash of a set: its lowest value under each permutation.

    It is what the library datasketch gives under the same permutations, without the second that its import takes.
    """
    mixed = (grams ^ (grams >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    mixed = (mixed ^ (mixed >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    factors, summands = permutations()
    lowest: Hashes = (mixed[:, None] * factors + summands).min(axis=0)
    return lowest


def bands(lowest: Hashes) -> Hashes:
    """Give a signature's bands as one word each: two texts meet where a band is equal.

    The number of the band is part of the word.
    """
    factors, summands = permutations()
    rows = lowest[: BANDS * ROWS].reshape(BANDS, ROWS)
    words = np.bitwise_xor.reduce((rows ^ (rows >> np.uint32(15))) * factors[:ROWS] + summands[:ROWS], axis=1)
    words = (words + np.arange(BANDS, dtype=np.uint32)) * np.uint32(0x9E3779B1)
    mixed: Hashes = words ^ (words >> np.uint32(16))
    return mixed
