"""What the writer of a chat message wants of the reader, by rules that can be said in words.

Each intent is a few topics close together in one sentence. A sentence that forbids, denies or quotes wants nothing:
the marketplace's own warnings and a reader who asks about a message that he was sent stay clean. What an intent
means for a message is for rules and the model to say: honest people ask for a card number too.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import Final

from holdfast.matching.scripts import folded, visible
from holdfast.matching.stems import LINK_MARK, Topic, is_other_code, topics

LONGEST: Final = 4_000
_NEAR: Final = 8


class Intent(StrEnum):
    """What a message may want."""

    GO_OFF = "go_off"
    LINK_FOR_MONEY = "link_for_money"
    ASKS_CARD = "asks_card"
    ASKS_CODE = "asks_code"
    COURIER = "courier"
    PREPAYMENT = "prepayment"
    URGENT = "urgent"
    RENTS_ACCOUNT = "rents_account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one message wants, and all that it speaks of without forbidding or quoting it."""

    intents: frozenset[Intent]
    topics: Topic


_ALL_OF: Final = {
    Intent.GO_OFF: (Topic.MESSENGER | Topic.WRITE, Topic.MESSENGER | Topic.DETAILS | Topic.TELL),
    Intent.LINK_FOR_MONEY: (
        Topic.LINK | Topic.MONEY | Topic.FOLLOW,
        Topic.LINK | Topic.MONEY | Topic.RECEIVE,
        Topic.LINK | Topic.RECEIVE | Topic.FOLLOW,
    ),
    Intent.ASKS_CARD: (Topic.CARD | Topic.DETAILS | Topic.TELL, Topic.SECRET | Topic.CARD, Topic.SECRET | Topic.TELL),
    Intent.ASKS_CODE: (Topic.CODE | Topic.TELL,),
    Intent.COURIER: (Topic.COURIER | Topic.ARRANGED, Topic.COURIER | Topic.AWAY),
    Intent.PREPAYMENT: (Topic.PREPAY,),
    Intent.URGENT: (Topic.URGENT,),
    Intent.RENTS_ACCOUNT: (Topic.RENT | Topic.ACCOUNT,),
}
_SENTENCE: Final = re.compile(r"[.!?\n;…]+|(?<=\s)но(?=\s)|(?<=\s)бірақ(?=\s)")
_WORD: Final = re.compile(r"[^\W_]+|,")
_COMMA: Final = ","
_PHRASES: Final = tuple(
    (re.compile(pattern), f" {by} ")
    for pattern, by in (
        (r"\b(?:cv[vc]2?|[цс]в[вцс]|кви?в)(?:[- ]?код\w*)?\b", "трехзначн"),
        (
            r"\b(?:об(?:рат|орот)н\w+ сторон\w+ карт\w*|срок\w* действия|жарамдылық мерзім\w*|картаның артқы жағы\w*)",
            "трехзначн",
        ),
        (r"\bтри (?:последние )?цифры\b|\bүш сан\w*|\buş san\w*|\bush san\w*|\bкод\w* безопасности", "трехзначн"),
        (r"\bбаланс\w* (?:на |вашей )*карт\w*|\bкарта\w+ қанша ақша", "трехзначн карта"),
        (r"\bалдын[- ]?ала\b|\baldyn[- ]?ala\b|\bpred ?oplat\w*", "предоплата"),
        (r"(?<=\d)\s*(?:тг|tg|т\.г)\b\.?", "тенге"),
    )
)
_QUOTED: Final = re.compile(r"«[^»]{3,}»|“[^”]{3,}”|\"[^\"]{3,}\"|„[^“”]{3,}[“”]")


def _any_of(stems: str) -> re.Pattern[str]:
    """Write a pattern for words that begin so."""
    return re.compile("|".join(map(folded, stems.split())))


def _one_of(words: str) -> frozenset[str]:
    """Give whole words, folded."""
    return frozenset(map(folded, words.split()))


_NOT: Final = _one_of("не нет нету без ни никогда нельзя никому ничего емес жоқ ешқашан ешкімге ешкім болмайды")
_LATER_NOT: Final = _one_of("нет нету жоқ емес болмайды нельзя запрещено опасно")
_EXCUSES: Final = _any_of(
    "забуд бой могл мог подскаж пережива волну тян медл опозда пропуст упуст ұмытп қорықп уайымда кешікп"
)
_WHY: Final = _one_of("если почему иначе пока егер неге әйтпесе")
_FORBIDDEN: Final = re.compile(
    r"(?:ait(?!pese)|ber|jiber|enGiz|engiz|ot|bas|as|jaz|kir|tolem|tole|jolda|korset|bol|sal|jasa|sura|senb)(?:p|b|m)[ae](?:n|im|u|s|i|k|\Z)"
)
_WITHOUT: Final = re.compile(r"\w{4,}(?:siz|sis)(?:\Z|b|d|e|a)")
_REPORTED: Final = _any_of(
    "мошен алаяқ развод разводил обман обманыв лохотрон скам фишинг остерег бдител осторожн сақ абай предупрежд ескерт"
    " никогда ешқашан сұрамай қауіпті опасн"
)
_ASKS: Final = re.compile(r"pros[iy]|treb|zapra")
_BY_WAY_OF: Final = _one_of("на по через na po")
_WHOSE: Final = _any_of("мою мой моя тво сво люб банк дебет кредит номер каспи kaspi")
_PAYING: Final = _any_of("оплат перевод перевед перевест перечисл скин кину закин төлем")
_MEANS: Final = re.compile(r"\w+(?:[oe]i|ami|om|[gk][ae]|[dtn][ae]n|[mbp]en)\Z")  # by card, in Russian and Kazakh cases
_SAID: Final = _any_of("написал пишет пишут прислал прислали скинул просит просят сказал говорит жазды дейді деді")


def read(text: str) -> Reading:
    """Read one message whose links were replaced by `LINK_MARK`; what is longer than `LONGEST` is not read."""
    plain = _without_quotes(visible(text)[:LONGEST])
    for phrase, by in _PHRASES:
        plain = phrase.sub(by, plain)
    intents: set[Intent] = set()
    found = Topic(0)
    for sentence in _SENTENCE.split(plain):
        words = [folded(word) for word in _WORD.findall(sentence)]
        told = list(_told(words))
        spoken = reduce(or_, told, Topic(0))
        found |= spoken
        intents |= {intent for intent in joined(spoken) - intents if _wants(intent, words, told)}
    if LINK_MARK in plain and any(found & wanted == wanted for wanted in _ALL_OF[Intent.LINK_FOR_MONEY][:2]):
        intents.add(Intent.LINK_FOR_MONEY)
    return Reading(intents=frozenset(intents), topics=found)


def joined(found: Topic) -> frozenset[Intent]:
    """Give what several messages together may want, by all that they speak of; how near is no longer known."""
    return frozenset(
        intent for intent, choices in _ALL_OF.items() if any(found & wanted == wanted for wanted in choices)
    )


def _without_quotes(text: str) -> str:
    """Take out what the writer repeats after others; quotation marks around words of his own stay."""
    words = [folded(word) for word in _WORD.findall(_QUOTED.sub(" ", text))]
    repeats = any(_SAID.match(word) or _REPORTED.match(word) for word in words)
    return _QUOTED.sub(" ", text) if repeats else text


def _told(words: Sequence[str]) -> Iterator[Topic]:
    """Give what each word of a sentence is about; nothing where it is denied, forbidden or warned of."""
    warned = any(_REPORTED.match(word) and not _is_denied(words, place) for place, word in enumerate(words))
    warned = warned or any(one == "ne" and _ASKS.match(next_one) for one, next_one in pairwise(words))
    for place, word in enumerate(words):
        about = Topic(0) if warned else topics(word)
        if about and (_is_denied(words, place) or _FORBIDDEN.match(word) or _WITHOUT.match(word)):
            about = Topic(0)
        yield about


def _is_denied(words: Sequence[str], place: int) -> bool:
    """Tell whether a denial belongs to the word at a place: up to three words before it, or right behind it."""
    for at in range(place - 1, max(-1, place - 4), -1):
        if words[at] == _COMMA:
            break
        if words[at] in _NOT and not _is_excused(words, at):
            return True
    behind = words[place + 1 : place + 3]
    behind = behind[: behind.index(_COMMA)] if _COMMA in behind else behind
    if any(word in _LATER_NOT or _WITHOUT.match(word) or _FORBIDDEN.match(word) for word in behind):
        return True
    return behind[:1] == ["ne"] and not _is_excused(words, place + 1)


def _is_excused(words: Sequence[str], at: int) -> bool:
    """Tell whether a denial denies nothing: `if you do not`, `why not`, `do not forget`."""
    before = words[max(0, at - _NEAR) : at]
    after = words[at + 1 : at + 2]
    return any(word in _WHY for word in before) or any(_EXCUSES.match(word) for word in after)


def _wants(intent: Intent, words: Sequence[str], told: Sequence[Topic]) -> bool:
    """Tell whether the topics of an intent stand close together, each in a word of its own where it has several."""
    near = any(_stand_near(wanted, told) for wanted in _ALL_OF[intent])
    if intent is Intent.RENTS_ACCOUNT:
        return near and any(not _pays_by(words, at) for at, about in enumerate(told) if about & Topic.ACCOUNT)
    return near and (intent is not Intent.ASKS_CODE or _is_secret(words, told))


def _stand_near(wanted: Topic, told: Sequence[Topic]) -> bool:
    """Look for all topics within `_NEAR` words."""
    for start, about in enumerate(told):
        if not about & wanted:
            continue
        window = told[start : start + _NEAR]
        if reduce(or_, window, Topic(0)) & wanted == wanted and _are_apart(wanted, window):
            return True
    return False


def _is_secret(words: Sequence[str], told: Sequence[Topic]) -> bool:
    """Tell whether a code that is spoken of is not one of a door, a parcel or a discount."""
    places = [place for place, about in enumerate(told) if about & Topic.CODE]
    return any(not any(map(is_other_code, words[max(0, at - 2) : at + 3])) for at in places)


def _pays_by(words: Sequence[str], place: int) -> bool:
    """Tell whether a card or an account is how somebody pays: `to my card`, `transfer to Kaspi`, `by card`."""
    before = words[max(0, place - 3) : place]
    own = before[:-1] if before and _WHOSE.match(before[-1]) else before
    by_way_of = bool(own) and own[-1] in _BY_WAY_OF
    return by_way_of or bool(_MEANS.match(words[place])) or any(map(_PAYING.match, before))


def _are_apart(wanted: Topic, window: Sequence[Topic]) -> bool:
    """Tell whether at least as many words speak of the topics as there are topics, so that no word counts twice."""
    return sum(1 for about in window if about & wanted) >= wanted.bit_count()
