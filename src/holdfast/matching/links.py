"""Finds links in what people write, also where they are spelt so that a filter does not see them. Nothing is fetched.

Tricks that are undone: `hxxp`, `[.]`, `(dot)`, a dot written as a word in Russian, Kazakh or English, spaces around
dots and between letters, invisible and full-width characters, escaped dots. What is left is read as browsers do.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from holdfast.matching.hosts import LONGEST, Link, link_of, registrable
from holdfast.matching.scripts import visible
from holdfast.matching.sites import FREE_HOSTS, MESSENGERS, SHORTENERS, is_under
from holdfast.matching.stems import KNOWN_MARK, LINK_MARK

MOST: Final = 32
"""No more links of one text are looked at; who sends more is judged by these."""

_DOT: Final = r"(?:dot|точка|точк|тчк|нүкте|нукте|tochka|nukte)"
_ENDS: Final = (
    r"(?:kz|ru|su|com|net|org|info|biz|xyz|top|site|online|shop|store|app|link|click|live|pro|pw|cc|me|io|uz|kg|by|ua)"
)
_SPELT_ENDS: Final = {"кз": "kz", "ру": "ru", "ком": "com", "нет": "net", "орг": "org"}
_REWRITTEN: Final = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"\bh[xхt*т]{2}p(s?)\s*:?\s*[/\\]{2}", r"http\1://"),
        (r"\b(https?)\s*[:;]\s*[/\\]\s*[/\\]\s*", r"\1://"),
        (r"\b(https?):?\s+[/\\]{2}\s*", r"\1://"),
        (rf"\s*[\[({{<]\s*(?:\.|,|{_DOT})\s*[\])}}>]\s*", "."),
        (r"\s*[\[({]\s*(?:/|slash|слэш|слеш)\s*[\])}]\s*", "/"),
        (r"\s*[\[({]\s*:\s*[\])}]\s*", ":"),
        (r"%2e", "."),
        (r"[。․‧·•]", "."),
    )
)
_SPACED_LETTERS: Final = re.compile(r"(?<![\w.])(?:[a-z0-9-] ){2,}[a-z0-9] ?\. ?(?:[a-z0-9] ){1,5}[a-z0-9](?![\w])")
_SPELT_DOT: Final = re.compile(rf"([a-z0-9а-яёәғқңөұүһі-]{{2,}})\s+{_DOT}\s+({_ENDS}|рф|қаз|кз|ру|ком|орг)\b")
_INNER_DOT: Final = re.compile(rf"([a-z0-9-]{{2,}})\s+{_DOT}\s+(?=[a-z0-9-]{{2,}}(?:\.|\s+{_DOT}\s))")
_SPACED_DOT: Final = re.compile(rf"([a-z0-9-]+)(?:\s+\.\s*|\s*\.\s+)(?=(?:[a-z0-9-]+\s*\.\s*)*{_ENDS}(?![\w.-]))")
_SPACED_PATH: Final = re.compile(rf"(\.{_ENDS})\s+/\s*(?=[a-z0-9])")
_WITH_SCHEME: Final = re.compile(r"(?:https?|ftp|wss?):[/\\]*[^\s<>\"«»“”|]+|(?<![:\w/\\])[/\\]{2}[\w@][^\s<>\"«»]+")
_BARE: Final = re.compile(
    r"(?<![\w@.:/\\%-])(?:[\w.+-]{1,64}(?::[\w]{0,64})?@)?"
    r"(?:[\w-]{1,63}\.){1,10}[^\W_][\w-]{0,62}\.?(?::\d{2,5})?(?:[/\\?#][^\s<>\"«»“”|]*)?"
)
_NESTED: Final = re.compile(r"https?:(?:/|\\|%2f){1,4}[^\s&<>\"]+")
_LEFT_OVER: Final = ".,;:!?'\"…—–-*_"
_BRACKETS: Final = {")": "(", "]": "[", "}": "{"}
_TLD_WORDS_TEXT: Final = (
    "is in it to so my me am do no at as if go an can how now new here win buy men day life fun love art work works"
    " today best cool name zip mov md py rs sh дети ком орг москва рус сайт онлайн бел"
)
_TLD_WORDS: Final = frozenset(_TLD_WORDS_TEXT.split())
_WORD: Final = re.compile(r"[^\W\d_]{1,7}")


def links_in(text: str, *, whole: bool = False) -> tuple[Link, ...]:
    """Find the links of a text, each address once, at most `MOST`, in the order in which they stand.

    `whole` says that the text is nothing but an address, such as what a QR code holds. A link inside the address of
    another one (where a redirect leads) counts too. Words that only look like hosts (`я.слышал`) are no links, for
    their end is no public suffix.
    """
    found: dict[tuple[str, str], Link] = {}
    for link in _all(text, whole=whole):
        found.setdefault((link.host, link.path), link)
        if len(found) >= MOST:
            break
    return tuple(found.values())


def links_of(texts: Iterable[str], codes: Iterable[str] = ()) -> tuple[Link, ...]:
    """Find the links of several texts and of the texts of printed codes."""
    found = [link for text in texts for link in links_in(text)]
    for code in codes:
        found += links_in(code, whole=True)
    return tuple({(link.host, link.path): link for link in found}.values())[:MOST]


def marked(text: str, *, strange: Collection[str]) -> str:
    """Give a text in plain form with a mark in place of each link; `strange` are hosts that nobody vouches for."""
    plain = _plain(visible(text))
    for address in sorted(_addresses(plain, whole=False), key=len, reverse=True):
        link = link_of(address)
        if link is not None:
            mark = LINK_MARK if any(one.host in strange for one in (link, *_inside(link))) else KNOWN_MARK
            plain = plain.replace(address, f" {mark} ")
    return plain


def _all(text: str, *, whole: bool) -> Iterator[Link]:
    seen = visible(text)
    plain, written = _plain(seen), text.lower()
    for address in _addresses(plain, whole=whole):
        link = link_of(address, hidden=address not in written)
        if link is not None:
            yield link
            yield from _inside(link)


def _plain(text: str) -> str:
    """Undo the tricks."""
    for pattern, by in _REWRITTEN:
        text = pattern.sub(by, text)
    text = _SPACED_LETTERS.sub(lambda found: found[0].replace(" ", ""), text)
    text = _INNER_DOT.sub(r"\1.", text)
    text = _SPELT_DOT.sub(lambda found: f"{found[1]}.{_SPELT_ENDS.get(found[2], found[2])}", text)
    text = _SPACED_DOT.sub(r"\1.", text)
    return _SPACED_PATH.sub(r"\1/", text)


def _addresses(text: str, *, whole: bool) -> Iterator[str]:
    """Cut out what may be an address: first what has a scheme, then names that end in a public suffix."""
    if whole and not re.search(r"\s", text.strip()):
        yield text.strip()
        return
    rest = []
    end = 0
    for match in _WITH_SCHEME.finditer(text):
        rest.append(text[end : match.start()])
        end = match.end()
        yield _trimmed(match[0])
    rest.append(text[end:])
    for match in _BARE.finditer(" ".join(rest)):
        address = _trimmed(match[0])
        if _is_link(address):
            yield address


def _trimmed(address: str) -> str:
    """Take off what belongs to the sentence."""
    while address and (address[-1] in _LEFT_OVER or _unopened(address)):
        address = address[:-1]
    return address


def _unopened(address: str) -> bool:
    """Tell whether an address ends in a bracket that the sentence opened."""
    opening = _BRACKETS.get(address[-1])
    return opening is not None and address.count(opening) < address.count(address[-1])


def _is_link(address: str) -> bool:
    """Tell whether a name without scheme is one: no e-mail address, no word after a full stop, no number with dots."""
    before, at, host = address.rpartition("@")
    if at and not ("." in before and registrable(before.partition(":")[0])):
        return False
    host, _, path = re.sub(r"[?#\\]", "/", host).partition("/")
    host = host.partition(":")[0].removesuffix(".")
    labels = host.split(".")
    if all(label.isdigit() for label in labels):
        return len(labels) == 4 and all(int(label) < 256 for label in labels) and labels[0] != "0"
    if path or labels[0] == "www" or is_under(host, SHORTENERS | MESSENGERS | FREE_HOSTS):
        return True
    is_sentence = len(labels) == 2 and labels[1] in _TLD_WORDS and _WORD.fullmatch(labels[0])
    return not is_sentence and len(host) <= LONGEST


def _inside(link: Link) -> Iterator[Link]:
    """Find where a redirect inside an address leads."""
    for match in _NESTED.finditer(link.path):
        nested = link_of(match[0])
        if nested is not None and nested.host != link.host:
            yield nested
