"""Tells whose link it is, and whose it pretends to be.

A brand in a host's name is rare among phishing links (2.5 % of those against one marketplace), so that a look-alike
only makes a link worse, and its absence never makes one good.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.matching.domains import domain, domain_and_parents
from holdfast.matching.hosts import Link
from holdfast.matching.scripts import folded, skeleton
from holdfast.matching.sites import FREE_HOSTS, LONG_WORDS, MESSENGERS, SHORT_WORDS, SHORTENERS, is_under
from holdfast.vocabulary.packs import Brand

_SPLIT: Final = re.compile(r"[^\w]|_")
_DIGITS_AROUND: Final = re.compile(r"^\d+|\d+$")
_PART_OF: Final = 5
_SLIP_FROM, _TWO_SLIPS_FROM = 5, 9
_FILLERS: Final = ("kz", "ru", "com", "online", "official", "app", "web", "my", "id", "go", "new", "bank")
_MASK: Final = re.compile(
    r"[a-z0-9-]\.(?:com|net|org|gov|co|kz|ru|su|uz|kg|by|ua|uk|jp|pl|de|fr|us|ca|au|in|br|info)(?:[.-]|$)"
)
_LONG: Final = re.compile("|".join(map(re.escape, sorted(LONG_WORDS, key=len, reverse=True))))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Name:
    """One name of a brand: what it looks like, what it sounds like, and whether it is an ordinary word too."""

    brand: str
    looks: str
    sounds: str
    is_word: bool


class Brands:
    """All brands of a ruleset."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        self._owners = {domain(host): brand.id for brand in brands for host in brand.hosts}
        self._names = tuple(
            _Name(brand=brand.id, looks=skeleton(name), sounds=folded(name), is_word=is_word)
            for brand in brands
            for names, is_word in ((brand.names, False), (brand.words, True))
            for name in names
        )

    def owner(self, link: Link) -> str | None:
        """Give the brand whose own site a link leads to."""
        if link.is_number:
            return None
        return next((self._owners[name] for name in domain_and_parents(link.host) if name in self._owners), None)

    def imitated(self, link: Link) -> str | None:
        """Give the brand that a link pretends to belong to; nothing for a brand's own site."""
        if self.owner(link) is not None:
            return None
        paying = has_paying_words(link)
        tokens = [token for label in _own_labels(link) for token in (*_tokens(label), label)]
        if paying or not is_somebodys(link):
            tokens += _tokens(link.path)
        return next((name.brand for token in tokens for name in self._names if _is_like(token, name, paying)), None)


def is_masked(link: Link) -> bool:
    """Tell whether another site's whole name stands before the real domain, as in `shop.com-id.example.top`."""
    return not link.is_number and bool(_MASK.search(".".join(_own_labels(link))))


def has_paying_words(link: Link) -> bool:
    """Tell whether a link speaks of delivery, payment, a refund or an order, in its host or behind it."""
    text = f"{'.'.join(_own_labels(link))}{link.path}".lower()
    return bool(_LONG.search(text)) or any(token in SHORT_WORDS for token in _tokens(text))


def is_somebodys(link: Link) -> bool:
    """Tell whether a link leads to a domain that somebody registered, not to a place that anybody can have."""
    return not (link.is_number or is_under(link.host, FREE_HOSTS | SHORTENERS | MESSENGERS))


def _own_labels(link: Link) -> list[str]:
    """Give a host's labels without its public suffix."""
    if link.is_number:
        return []
    suffix = link.domain.count(".")
    return link.shown.split(".")[:-suffix]


def _tokens(text: str) -> Iterator[str]:
    """Cut a text at all that is no letter or digit; digits around a word are given with and without."""
    for token in _SPLIT.split(text.lower()):
        if token:
            yield token
            bare = _DIGITS_AROUND.sub("", token)
            if bare and bare != token:
                yield bare


def _is_like(token: str, name: _Name, paying: bool) -> bool:  # noqa: FBT001 - one more thing known of the link
    """Tell whether a part of a link's name is to be taken for a brand's."""
    if name.is_word and not paying:
        return False
    looks = skeleton(token)
    if name.looks == looks or name.sounds == folded(token):
        return True
    if name.is_word:
        return False
    if name.looks in looks and (len(name.looks) >= _PART_OF or _is_filled(looks, name.looks)):
        return True
    return _is_slip(looks, name.looks)


def _is_filled(token: str, name: str) -> bool:
    """Tell whether a token is a short name with nothing but words of payment, countries and digits around it."""
    before, _, after = token.partition(name)
    known = {skeleton(word) for word in (*LONG_WORDS, *SHORT_WORDS, *_FILLERS)}
    return all(not rest or rest in known for rest in (before, after))


def _is_slip(token: str, name: str) -> bool:
    """Tell whether a token is the name with a slip of the finger."""
    allowed = 2 if len(name) >= _TWO_SLIPS_FROM else 1
    if len(name) < _SLIP_FROM or abs(len(token) - len(name)) > allowed:
        return False
    return _slips(token, name) <= allowed


def _slips(one: str, other: str) -> int:
    """Count letters added, lost, changed or swapped with their neighbour (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        oldest, before, row = before, row, [place]
        for at, wanted in enumerate(other, 1):
            cost = min(before[at] + 1, row[at - 1] + 1, before[at - 1] + (letter != wanted))
            if place > 1 and at > 1 and letter == other[at - 2] and one[place - 2] == wanted:
                cost = min(cost, oldest[at - 2] + 1)
            row.append(cost)
    return row[-1]
