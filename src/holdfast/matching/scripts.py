"""Letters of other scripts that look like Latin ones, and texts folded so that every spelling of a word meets.

`skeleton` is for the eye: what looks alike becomes equal. `folded` is for the ear: a Russian or Kazakh word becomes
equal to itself typed without Kazakh letters or in Latin letters.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Unicode Technical Standard 39, confusables.txt: prototypes of the Latin letters, as far as keyboards and
# internationalised names reach them (Cyrillic, Greek, Armenian, small capitals), and digits read as letters.
_PROTOTYPES: Final = {
    "a": "аɑα@4әàáâãäåā",
    "b": "ЬьвƄβʙ6б",
    "c": "сϲᴄ¢ҫçć",
    "d": "ԁɗᴅđ",
    "e": "еҽёєεéèêëēé3ɘ",
    "f": "ƒϝ",
    "g": "ɡցɢ9ġ",
    "h": "һհнʜҺ",
    "j": "јʝϳ",
    "k": "кκᴋқҡ",
    "l": "і1|ıіӏіι!ɩіïíìîīǀƚłｌіĺ",
    "m": "мᴍ",
    "n": "пոռηɴñ",
    "o": "о0οօσᴏөóòôõöøō",
    "p": "рρᴘ",
    "q": "ԛգ",
    "r": "гᴦʀ",
    "s": "ѕꜱ5$şś",
    "t": "тτᴛ",
    "u": "υսᴜцúùûüū",
    "v": "νѵᴠ",
    "w": "ԝшѡᴡա",
    "x": "хχ×ҳ",
    "y": "уүγʏұýÿ",
    "z": "ᴢžźż2",
}
_ALIKE: Final = str.maketrans({look: letter for letter, looks in _PROTOTYPES.items() for look in looks} | {"i": "l"})
_TWO_AS_ONE: Final = (("rn", "m"), ("vv", "w"), ("nn", "m"))
_CYRILLIC: Final = re.compile(r"[\u0400-\u052f]")
_LATIN: Final = re.compile(r"[a-z]", re.IGNORECASE)
_TO_CYRILLIC: Final = str.maketrans("aeopcxykmhtbi", "аеорсхукмнтві")
_SOUNDS: Final = str.maketrans(
    {
        **dict(zip("абвгдезклмнопрстуфэ", "abvgdezklmnoprstufe", strict=True)),
        "ё": "e",
        "ж": "j",
        "и": "i",
        "й": "i",
        "х": "h",
        "ц": "ts",
        "ч": "C",
        "ш": "S",
        "щ": "S",
        "ъ": "",
        "ы": "i",
        "ь": "",
        "ю": "u",
        "я": "a",
        "ә": "a",
        "ғ": "g",
        "қ": "k",
        "ң": "n",
        "ө": "o",
        "ұ": "u",
        "ү": "u",
        "һ": "h",
        "і": "i",
    }
)
_SPELLINGS: Final = (
    (re.compile(r"shch|sch|sh|sC"), "S"),
    (re.compile(r"ch"), "C"),
    (re.compile(r"zh|dj"), "j"),
    (re.compile(r"kh|x"), "h"),
    (re.compile(r"yo|io(?=\b)"), "e"),
    (re.compile(r"(?<=.)(?:yu|iu|ju)|\b(?:yu|iu)"), "u"),
    (re.compile(r"i?ya|ia"), "a"),
    (re.compile(r"ye"), "e"),
    (re.compile(r"[qc]"), "k"),
    (re.compile(r"w"), "v"),
    (re.compile(r"y"), "i"),
)
_REPEATED: Final = re.compile(r"(\w)\1+")


def visible(text: str) -> str:
    """Give the compatibility form of a text in small letters, without characters that cannot be seen."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf").lower()


@lru_cache(maxsize=4_096)
def skeleton(label: str) -> str:
    """Give what a name looks like: equal skeletons are hard to tell apart by eye (UTS 39, section 4)."""
    bare = "".join(c for c in unicodedata.normalize("NFD", label.lower()) if not unicodedata.combining(c))
    text = bare.translate(_ALIKE)
    for two, one in _TWO_AS_ONE:
        text = text.replace(two, one)
    return text


def is_mixed(label: str) -> bool:
    """Tell whether a name has Latin and Cyrillic letters side by side, which no honest one has."""
    return bool(_CYRILLIC.search(label)) and bool(_LATIN.search(label))


def repaired(word: str) -> str:
    """Write a word that has both alphabets in Cyrillic, as far as the Latin letters have doubles there."""
    return word.translate(_TO_CYRILLIC) if is_mixed(word) else word


@lru_cache(maxsize=8_192)
def folded(word: str) -> str:
    """Give how a word sounds, roughly: `ақша`, `акша` and `aqsha` meet, and so do `ссылка` and `ssylka`.

    Repeated letters count once. The result is for comparing with other results only.
    """
    text = repaired(visible(word)).translate(_SOUNDS)
    for spelling, sound in _SPELLINGS:
        text = spelling.sub(sound, text)
    return _REPEATED.sub(r"\1", text)
