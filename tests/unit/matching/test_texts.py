"""What is changed to make a copy look new changes nothing; what is another text stays another text."""

import random
from itertools import combinations

import numpy as np
import pytest
from datasketch import MinHash, MinHashLSH  # type: ignore[import-untyped]  # the library has no types

from holdfast.matching.texts import (
    BANDS,
    GRAM,
    KEPT_MAX,
    PERMUTATIONS,
    ROWS,
    GramHasher,
    bands,
    folded,
    jaccard,
    legible,
    permutations,
    plain,
    signature,
)

HASHER = GramHasher(b"0123456789abcdef")
CAR = """Продаю Toyota Camry 50 кузов, 2015 год, 2.5 бензин, автомат. Машина в Алматы, на ходу, обслужена,
вложений не требует. Один хозяин по техпаспорту, два комплекта резины, салон чистый, не прокурен.
Торг у капота. Звоните +7 701 234 56 78, пишите в любое время."""
SAME_CAR_AGAIN = """Камри полтинник в отличном состоянии! Брал новую у дилера, езжу сам. Объём 2.5, коробка
автоматическая, всё ТО вовремя, есть чеки. Зимние колёса отдам вместе с машиной. Смотреть вечером после шести."""
OTHER_CAR = """Продам Toyota Camry 55, 2016 год, 3.5 бензин, типтроник. Пригнана из Эмиратов, растаможена, на учёте.
Кожаный салон, люк, камера заднего вида. Обмен не интересует. Звоните +7 705 111 22 33."""
IN_KAZAKH = """Toyota Camry 50 сатылады, 2015 жылғы, көлемі 2.5, бензин, автомат. Көлік Алматыда, жүріп тұр, салым
қажет емес. Техпаспорт бойынша бір иесі бар, екі жиынтық дөңгелегі бар, салоны таза. Саудаласуға болады.
+7 701 234 56 78 нөміріне хабарласыңыз."""
AGENCY = """Продаётся {rooms}-комнатная квартира, {street}. Общая площадь {metres} кв. м, {floor} этаж из 9.
{more} Дом расположен в районе с развитой инфраструктурой: рядом школа, детский сад, поликлиника, магазины и
остановка. Агентство «Тёплый дом» сопровождает сделку до получения ключей, проверяет документы, помогает с ипотекой
и с оформлением. Показ в удобное для вас время, звоните в любой день."""
FLATS = tuple(
    AGENCY.format(rooms=rooms, street=street, metres=metres, floor=floor, more=more)
    for rooms, street, metres, floor, more in (
        (2, "улица Навои, дом 208", 54, 3, "Свежий ремонт, мебель остаётся, окна выходят во двор."),
        (3, "проспект Райымбека, дом 481", 81, 7, "Черновая отделка, два балкона, есть место в паркинге."),
        (1, "микрорайон Самал-2, дом 33", 38, 5, "Тёплая, светлая, санузел раздельный, пластиковые окна."),
        (2, "улица Жандосова, дом 140", 61, 2, "Перепланировка узаконена, встроенная кухня, кондиционер."),
    )
)
TO_LATIN = str.maketrans("АВЕКМНОРСТХаеорсхукмт", "ABEKMHOPCTXaeopcxykmt")


def similarity(one: str, other: str) -> float:
    """Compare two texts as the index does."""
    keys = (plain(text).key for text in (one, other))
    return jaccard(*map(HASHER.grams, keys))


def raw(one: str, other: str) -> float:
    """Compare two texts as they were written."""
    first, second = ({text[at : at + GRAM] for at in range(len(text) - GRAM + 1)} for text in (one, other))
    return len(first & second) / len(first | second)


def looks(text: str, share: float) -> str:
    """Write a share of the letters that have a Latin double as that double."""
    chance = random.Random(7)
    return "".join(c.translate(TO_LATIN) if chance.random() < share else c for c in text)


COPIES = {
    "another city and number": CAR.replace("в Алматы", "в Караганде").replace("+7 701 234 56 78", "8(707)9876543"),
    "every look-alike in Latin": looks(CAR, 1.0),
    "four of ten look-alikes in Latin": looks(CAR, 0.4),
    "zero-width characters": "\u200b".join(CAR),
    "soft hyphens": CAR.replace("а", "а\u00ad"),
    "letters apart": CAR.replace("Продаю", "П р о д а ю").replace("автомат", "а.в.т.о.м.а.т"),
    "struck through": "".join(c + "\u0336" if c.isalpha() else c for c in CAR),
    "capitals": CAR.upper(),
    "other signs and spaces": CAR.replace(",", " !!! ").replace(".", " ✅ ").replace("2 5", "2.5"),
    "full-width letters": CAR.replace("Toyota Camry", "Ｔｏｙｏｔａ Ｃａｍｒｙ").replace("2015", "２０１５"),
    "Greek letters": CAR.replace("о", "ο"),
    "a digit for a letter": CAR.replace("хозяин", "х0зяин").replace("резины", "ре3ины"),
    "a letter for a digit": CAR.replace("+7 701 234 56 78", "8 7О1 234 56 78"),
    "a number in pieces": CAR.replace("+7 701 234 56 78", "8-7-0-7-1-1-1-2-2-3-3"),
    "ё for е": CAR.replace("е", "ё"),
}


@pytest.mark.parametrize("how", COPIES)
def test_a_disguised_copy_is_the_same_text(how: str) -> None:
    """Whatever a copy hides behind, it is equal to its original; as written it is not."""
    assert raw(CAR, COPIES[how]) < 0.99
    assert similarity(CAR, COPIES[how]) == 1.0


def test_sentences_in_another_order_stay_a_copy() -> None:
    """The order of sentences matters little."""
    sentences = CAR.replace("\n", " ").split(". ")
    assert similarity(CAR, ". ".join(sentences[2:] + sentences[:2])) >= 0.9


def test_what_is_written_anew_is_no_copy() -> None:
    """A paraphrase, another language and another car of the model are far below the threshold: text alone fails."""
    assert similarity(CAR, SAME_CAR_AGAIN) < 0.25
    assert similarity(CAR, IN_KAZAKH) < 0.35
    assert similarity(CAR, OTHER_CAR) < 0.35


def test_the_template_of_an_agency_is_no_copy() -> None:
    """Flats under one template stay below 0.8, though most words are the same."""
    assert all(0.6 < similarity(*pair) < 0.8 for pair in combinations(FLATS, 2))


def test_kazakh_without_its_letters_is_the_same_text() -> None:
    """People type Kazakh on a Russian keyboard; the words for reading keep the letters that were there."""
    without = folded(IN_KAZAKH.lower())
    assert similarity(IN_KAZAKH, without) == 1.0
    assert "сатылады" in plain(IN_KAZAKH).words
    assert "жиынтық" in plain(IN_KAZAKH).words
    assert folded("қоғам өңірі ұлы үні әке һәм") == "когам онири улы уни аке хам"


def test_what_was_taken_out_is_told() -> None:
    """Numbers and cities are replaced in the words, and given beside them."""
    found = plain("Продам в Астане или Усть-Каменогорске, тел. +7 (701) 234-56-78 и 8 705 111 22 33")
    assert found.words == "продам в <city> или <city> тел <tel> и <tel>"
    assert found.phones == ("77012345678", "87051112233")
    assert found.cities == ("астане", "усть каменогорске")


@pytest.mark.parametrize("form", ["Астана", "в Астане", "из Астаны", "Астанада", "Алматыға", "Қарағандыдан"])
def test_a_city_is_known_in_its_cases(form: str) -> None:
    """Russian cases and Kazakh endings name the same city."""
    assert plain(form).words.endswith("<city>")


def test_a_village_is_known_from_the_listing() -> None:
    """A name that the gazetteer lacks is taken out where the listing's own field has it."""
    assert plain("Дом в Верхних Ивах").cities == ()
    assert plain("Дом в Верхних Ивах", "Верхних Ивах").words == "дом в <city>"


def test_the_legible_text_keeps_what_stands_between_the_words() -> None:
    """Whoever reads sentences needs their ends."""
    assert legible("Пpoдaм. Не б\u200bитaя, тел: +7 701 234 56 78!") == "продам. не битая, тел:  <tel> !"


@pytest.mark.parametrize("text", ["4 500 000 тг, 2015 года", "пробег 120 000 км", "12 500 000", "850615400023", "2015"])
def test_a_price_is_no_telephone_number(text: str) -> None:
    """Digits that no numbering plan has stay in the text."""
    assert plain(text).phones == ()


def test_words_are_repaired_in_their_script() -> None:
    """A word with a Cyrillic letter is Cyrillic, a Latin name stays Latin."""
    assert plain("Пpoдaм Audi Q7, торг умecтeн").words == "продам audi q7 торг уместен"
    assert plain("Toyota Camry, не битaя").words == "toyota camry не битая"


def test_a_word_of_look_alikes_alone_is_compared_as_either() -> None:
    """Nobody can tell in which alphabet such a word was typed, so it is the same in both."""
    assert plain("сухо на веранде").key == plain("cyxo на веранде").key == plain("СYХО нa веранде").key


def test_nothing_is_a_text_too() -> None:
    """Empty and very short texts have no grams and resemble nothing."""
    for text in ("", "   ", "!!!", "ул"):
        assert HASHER.grams(plain(text).key).size == 0
    assert jaccard(HASHER.grams(""), HASHER.grams("")) == 0.0
    assert similarity(CAR, "") == 0.0


def test_a_text_without_end_is_read_up_to_a_limit() -> None:
    """Work on one text is bounded, and so is what is kept of it."""
    chance = random.Random(1)
    endless = "".join(chance.choice("абвгдежзиклмнопрст ") for _ in range(200_000))
    grams = HASHER.grams(plain(endless).key)
    assert grams.size == KEPT_MAX
    assert np.all(np.diff(grams.astype(np.int64)) > 0)


def test_long_texts_are_compared_by_a_sample() -> None:
    """Beyond what is kept whole, the similarity is near the exact one."""
    chance = random.Random(2)
    words = ["".join(chance.choice("абвгдежзиклмнопрст") for _ in range(6)) for _ in range(1_200)]
    one, other = "".join(words[:1_000]), "".join(words[100:1_100])
    assert jaccard(HASHER.grams(one), HASHER.grams(other)) == pytest.approx(raw(one, other), abs=0.04)
    assert jaccard(HASHER.grams(one), HASHER.grams(one)) == 1.0


def test_grams_cannot_be_told_without_the_key() -> None:
    """Another tenant's hashes of the same text are others."""
    key = plain(CAR).key
    assert jaccard(HASHER.grams(key), GramHasher(b"another secret!!").grams(key)) < 0.01


def test_the_signature_is_that_of_the_library() -> None:
    """Datasketch gives the same 128 values under the same permutations."""
    grams = HASHER.grams(plain(CAR).key)
    oracle = MinHash(num_perm=PERMUTATIONS, scheme="affine32", permutations=permutations(), hashfunc=int)
    oracle.update_batch(grams.tolist())
    assert np.array_equal(signature(grams), oracle.hashvalues)


def test_the_bands_are_the_best_division_for_the_threshold() -> None:
    """Datasketch finds the same bands and rows for 0.6."""
    best = MinHashLSH(threshold=0.6, num_perm=PERMUTATIONS)
    assert (best.b, best.r) == (BANDS, ROWS)


def test_texts_meet_in_a_band_as_often_as_they_should() -> None:
    """Near copies nearly always share a band, unlike texts hardly ever."""
    chance = random.Random(3)
    found = {0.85: 0, 0.2: 0}
    for place in range(200):
        for wanted in found:
            shared = round(2 * 300 * wanted / (1 + wanted))
            drawn = [np.uint32(chance.getrandbits(32)) for _ in range(2 * 300 - shared)]
            one, other = (np.unique(np.array(part, dtype=np.uint32)) for part in (drawn[:300], drawn[300 - shared :]))
            assert jaccard(one, other) == pytest.approx(wanted, abs=0.01), place
            found[wanted] += bool(np.any(bands(signature(one)) == bands(signature(other))))
    assert found[0.85] >= 196
    assert found[0.2] <= 2


def test_the_bands_of_one_text_differ() -> None:
    """A band's number is part of its word, so that bands do not meet across."""
    words = [bands(signature(HASHER.grams(plain(text).key))) for text in (CAR, OTHER_CAR)]
    assert all(np.unique(part).size == BANDS for part in words)
    assert not [1 for one, other in combinations(words, 2) if np.any(one == other)]
