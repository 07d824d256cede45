"""What a listing's price means, what excuses a low one, and how far it lies from those of similar listings.

The words are Russian and Kazakh, Kazakh also as it is typed without its letters. An excuse that is denied is none:
`не битая, не гнилая` excuses nothing. Source of the distance: B. Iglewicz and D. Hoaglin, How to detect and handle
outliers, 1993.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from math import log
from statistics import median
from typing import Final

from holdfast.matching.texts import folded, legible

PRICE_KINDS: Final = ("full", "negotiable", "first_payment", "monthly", "daily", "other_currency")
EXCUSES: Final = ("accident", "not_running", "pledged", "not_cleared", "damage", "part", "instalment")
FEWEST: Final = 8
"""A group of fewer prices says nothing."""
LEAST_SPREAD: Final = log(1.05)
"""Prices that hardly differ are taken to differ by five per cent, or a small discount would be an outlier."""

_NORMAL: Final = 0.6745  # the median absolute deviation of a normal distribution, in standard deviations
_FEW: Final = 112
_MINOR: Final = 100  # of every currency in which the two countries' sites state prices
_SENTENCE: Final = re.compile(r"[.;!?\n]+(?!\d)")
_TOKEN: Final = re.compile(r"<\w+>|[^\W_]+|,|[$€%]")
_NEAR: Final = 2
_FAR: Final = 4
_NOT: Final = frozenset({"не"})
_WITHOUT: Final = frozenset({"без", "нет", "ни", "никогда", "никаких", "никакого", "ешкандай", "еш"})
_JOINS: Final = frozenset({",", "и", "или", "да"})
_AFTER: Final = frozenset(
    {"нет", "нету", "отсутствует", "отсутствуют", "емес", "жок", "болмаган", "кормеген", "ушырамаган", "тыс"}
)


def _phrases(*patterns: str) -> re.Pattern[str]:
    """Put phrases of whole words together; a sentence is words with one space between them."""
    return re.compile(rf"(?<!\S)(?:{'|'.join(patterns)})(?!\S)")


_STATES: Final[Mapping[str, re.Pattern[str]]] = {
    "accident": _phrases(
        r"бит(?:ый|ая|ое|ые|ую|ой|ого|ым|а|о|ы)",
        r"бит (?:спереди|сзади|слева|справа)",
        r"разбит\w*",
        r"перевертыш\w*",
        r"утоплен\w*",
        r"(?:с|об|по)?горел(?:ый|ая|ое|а)",
        r"после (?:пожара|удара|перевертыша)",
        r"согылган",
        r"соктыккан",
        r"аударылган",
        r"ортенген",
        r"суга кеткен",
    ),
    "not_running": _phrases(
        r"не на ходу",
        r"не (?:заводит(?:ся|ься)|едет|ездит)",
        r"(?:двигател\w*|мотор\w*) (?:не работает|стуканул|стучит|заклин\w*|клинит)",
        r"на (?:запчасти|запчасть|разбор|детали)",
        r"под (?:ремонт|разбор|восстановлени\w*)",
        r"(?:требует|требуется|нужен|нужна|нужно|нуждается в)(?: \w+){0,2} "
        r"(?:ремонт\w*|капремонт\w*|капиталк\w*|восстановлени\w*)",
        r"неисправ\w*",
        r"сломан\w*",
        r"журмейди",
        r"козгалмайды",
        r"оталмайды",
        r"от алмайды",
        r"бузылган",
        r"жондеу (?:керек|кажет)",
        r"жондеуди (?:кажет|талап) етеди",
        r"болшек(?:ке|терге)",
        r"запчаст(?:ька|ке)",
    ),
    "not_cleared": _phrases(
        r"не ?растамож\w*",
        r"без растамож\w*",
        r"растаможк\w* не (?:оплачен\w*|сделан\w*|пройден\w*)",
        r"(?:нужна|требует|требуется) растамож\w*",
        r"(?:российск|киргизск|кыргызск|армянск|грузинск)\w* учет\w*",
        r"(?:на )?учет\w* (?:рф|росси\w|киргизи\w|кыргызстан\w?|армени\w|грузи\w)",
        r"на транзит\w*",
        r"транзитн\w* номер\w*",
        r"не стоит на учете",
        r"растаможка (?:жасалмаган|етилмеген|жок)",
        r"кеден(?:нен|дик \w+) отпеген",
    ),
    "damage": _phrases(
        r"(?:с|про)?гнил\w*", r"ржав\w*", r"поврежден\w*", r"треснут\w*", r"шириген", r"тот баскан", r"закымдалган"
    ),
    "part": _phrases(
        r"дол(?:я|ю)",
        r"(?:сдам|сдаю|сдается|сдаем|продам|продаю|продается) комнат[ау]",
        r"подселени\w*",
        r"кой[кк][оа] мест\w*",
        r"улес(?:и|ин|им)?",
        r"болмени (?:жалга|сатамын)\w*",
    ),
    "instalment": _phrases(r"(?:с|под) (?:правом )?выкуп\w*"),
}
"""What a listing says of its object by a verb or an adjective: `не` before it denies it."""

_THINGS: Final[Mapping[str, re.Pattern[str]]] = {
    "accident": _phrases(
        r"дтп", r"авари\w*", r"тотал\w*", r"жол апат\w*", r"апат(?:ы|та|тан|ка)?", r"апатка ушыраган", r"жко"
    ),
    "pledged": _phrases(
        r"в (?:залоге|аресте|кредите)",
        r"залогов\w*",
        r"под (?:залогом|арестом)",
        r"арест\w*",
        r"обременени\w*",
        r"кепил(?:де|ге койылган)",
        r"тыйым салынган",
        r"несиеде",
    ),
    "damage": _phrases(r"коррози\w*", r"повреждени\w*", r"дефект\w*", r"акау(?:ы|лары)?", r"закымы?"),
    "instalment": _phrases(
        r"рассрочк\w*",
        r"в кредит",
        r"лизинг\w*",
        r"перв(?:ый|ого|ым|ому) взнос\w*",
        r"первоначальн\w* взнос\w*",
        r"первоначалк\w*",
        r"(?:алгашкы|бастапкы) (?:жарна|толем)\w*",
        r"болип толе\w*",
        r"несиеге",
    ),
}
"""What is named by a noun: `не` after it denies it too, as in `в ДТП не была`."""

_FIRST_PAYMENT: Final = _phrases(
    r"перв(?:ый|ого|ым|ому) (?:взнос|платеж)\w*",
    r"первоначальн\w* взнос\w*",
    r"первоначалк\w*",
    r"(?:алгашкы|бастапкы) (?:жарна|толем)\w*",
)
_MONTHLY: Final = _phrases(
    r"в (?:месяц|мес)", r"за месяц", r"ежемесячн\w*", r"помесячн\w*", r"айына", r"ай сайын", r"айлык толем\w*"
)
_DAILY: Final = _phrases(
    r"посуточн\w*",
    r"суточн\w*",
    r"(?:в|за|на) (?:сутки|день|ночь|час)",
    r"почасов\w*",
    r"таулик(?:ке|тик)",
    r"таулигине",
    r"кун(?:ине|дик|делик)\w*",
    r"сагат(?:ына|тык)",
)
_NEGOTIABLE: Final = _phrases(
    r"договорн(?:ая|ой|ую)",
    r"по договоренности",
    r"цен[ау] (?:при осмотре|по телефону|уточняйте|по запросу)",
    r"келисим(?:ди|дик|мен)\w*",
    r"келисим бойынша",
    r"баг\w* келис\w*",
    r"negotiable",
    r"price on request",
)
_SIGNED: Final = re.compile(
    r"(?P<before>[$€])\s?(?P<one>\d[\d\s]*)|"
    r"(?P<two>\d[\d\s]*)(?P<after>[$€₽₸]|usd|eur|у\. ?е|уе\b|долл|евро|руб|тенге|тг\b)"
)
_SIGNS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("$", "usd", "уе", "у.е", "у. е", "долл"), "USD"),
    **dict.fromkeys(("€", "eur", "евро"), "EUR"),
    **dict.fromkeys(("₽", "руб"), "RUB"),
    **dict.fromkeys(("₸", "тенге", "тг"), "KZT"),
}
_NOT_DIGITS: Final = re.compile(r"\D")
_PLACEHOLDER: Final = re.compile(r"1{3,}|123(?:4(?:5(?:6(?:78?9?)?)?)?)?")
_SMALLEST: Final = 100  # in major units; nothing that is offered alone costs less


def excuses(text: str) -> tuple[str, ...]:
    """Say what a text gives as reason for a low price, in the order of `EXCUSES`; what it denies is left out."""
    sentences = _sentences(text)
    return tuple(name for name in EXCUSES if any(_says(name, sentence) for sentence in sentences))


def price_kind(text: str, *, category: str, price_minor: int, currency: str) -> str:
    """Say what the price of a listing is: one of `PRICE_KINDS`.

    What is to let costs so much a month unless the text says a day; anything else is sold for the whole of its price
    unless the text says that this very sum is due each month or day. `other_currency` is a number that the text states
    in another currency than the listing does.
    """
    major = price_minor // _MINOR
    if _is_placeholder(price_minor):
        return "negotiable"
    if _in_other_currency(legible(text), major, currency):
        return "other_currency"
    sentences = _sentences(text)
    to_let = "rent" in category
    only: Collection[int] = () if to_let else {major}
    for kind, pattern, sums in (
        ("first_payment", _FIRST_PAYMENT, ()),
        ("negotiable", _NEGOTIABLE, ()),
        ("daily", _DAILY, only),
        ("monthly", _MONTHLY, only),
    ):
        if _stated(pattern, sentences, major, sums=sums):
            return kind
    return "monthly" if to_let else "full"


def deviation(price: int, others: Sequence[int], *, spread: float = LEAST_SPREAD) -> float:
    """Give how far a price lies from others' median, as a modified z of the logarithms, to two decimals.

    Below -3.5 it is suspiciously low. The others are at least one and differ by at least `spread`. Of few prices the
    deviation is taken wider: so that of a thousand usual prices one lies below -3.5, whatever their number (a
    simulation of normal ones, n from 8 to 160).
    """
    logs = [log(other) for other in others]
    middle = median(logs)
    wide = median([abs(one - middle) for one in logs]) * (1 + _FEW / len(logs) ** 2)
    return round(_NORMAL * (log(price) - middle) / max(wide, spread), 2)


def _sentences(text: str) -> list[str]:
    """Give the sentences as words with one space between them; a comma is a word."""
    found = (" ".join(_TOKEN.findall(part)) for part in _SENTENCE.split(folded(legible(text))))
    return [sentence for sentence in found if sentence]


def _says(excuse: str, sentence: str) -> bool:
    """Tell whether a sentence gives an excuse without denying it."""
    states, things = _STATES.get(excuse), _THINGS.get(excuse)
    return (states is not None and any(_affirmed(states, sentence, thing=False))) or (
        things is not None and any(_affirmed(things, sentence, thing=True))
    )


def _affirmed(pattern: re.Pattern[str], sentence: str, *, thing: bool) -> Iterator[re.Match[str]]:
    """Give the phrases of a sentence that no negation stands near."""
    for found in pattern.finditer(sentence):
        before, after = sentence[: found.start()].split(), sentence[found.end() :].split()
        if not _denied_before(before) and not _denied_after(after, thing=thing):
            yield found


def _denied_before(words: Sequence[str]) -> bool:
    """Tell whether what follows is denied: `не` reaches two words and no comma, `без` and `нет` four and a list."""
    if any(word in _WITHOUT for word in [word for word in words if word not in _JOINS][-_FAR:]):
        return True
    near = words[-_NEAR:]
    clause = near[near.index(",") + 1 :] if "," in near else near
    return any(word in _NOT for word in clause)


def _denied_after(words: Sequence[str], *, thing: bool) -> bool:
    """Tell whether what was named is denied by the two words that follow it, up to a comma."""
    near = words[:_NEAR]
    clause = near[: near.index(",")] if "," in near else near
    return any(word in _AFTER for word in clause) or (thing and clause[:1] == ["не"])


def _stated(pattern: re.Pattern[str], sentences: Sequence[str], major: int, *, sums: Collection[int] = ()) -> bool:
    """Tell whether the price is of a kind: a phrase says so beside one of the sums, or else beside no other sum."""
    return any(
        _sum_near(sentence, found) in (sums or (None, major))
        for sentence in sentences
        for found in _affirmed(pattern, sentence, thing=True)
    )


def _sum_near(sentence: str, found: re.Match[str]) -> int | None:
    """Read the sum that stands next to a phrase; shares and numbers too small for a price are none."""
    after = re.match(r"(?:\D{0,12}?\s)?((?:\d+ )*\d+)(?!\S| %)(?: (%))?", sentence[found.end() :])
    before = re.search(r"((?:\d+ )*\d+)(?: (?:тг|тенге|руб\w*|₸|₽))?\s*$", sentence[: found.start()])
    sums = [int(one[1].replace(" ", "")) for one in (before, after) if one]
    return next((value for value in sums if value > _SMALLEST), None)


def _in_other_currency(text: str, major: int, currency: str) -> bool:
    """Tell whether a text states just this number in another currency, and not in the listing's own."""
    stated = set()
    for found in _SIGNED.finditer(text):
        digits = _NOT_DIGITS.sub("", found["one"] or found["two"])
        sign = (found["before"] or found["after"]).strip()
        if digits and int(digits[:15]) == major:
            stated.add(_SIGNS[sign])
    return bool(stated) and currency not in stated


def _is_placeholder(price_minor: int) -> bool:
    """Tell whether a price was only put in because the form wants one: 1, 111 or 12345."""
    major = price_minor // _MINOR
    return major < _SMALLEST or _PLACEHOLDER.fullmatch(str(major)) is not None
