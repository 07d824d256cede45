"""What a price means and what excuses a low one is read as a person reads it; a denied excuse is none."""

import random
from math import log

import pytest

from holdfast.matching.prices import EXCUSES, PRICE_KINDS, deviation, excuses, price_kind

GIVEN = {
    "accident": (
        "Битая спереди, своим ходом",
        "Машина после ДТП, подушки целы",
        "Разбита правая сторона",
        "Был в аварии прошлой зимой",
        "бит сзади",
        "Соғылған, бірақ жүріп тұр",
        "Апатқа ұшыраған",
        "согылган машина",
        "жол апатынан кейін, ЖКО болған",
        "Бuтaя, отдам дёшево",
    ),
    "not_running": (
        "Не на ходу, двигатель стуканул",
        "Машина не заводится",
        "Отдам на запчасти",
        "Требует капитального ремонта",
        "Мотор заклинил",
        "Жүрмейді, жөндеу керек",
        "от алмайды",
        "бөлшекке сатылады",
        "Жондеуди кажет етеди",
    ),
    "pledged": ("Авто в залоге у банка", "квартира с обременением", "Под арестом", "кепілде тұр", "тыйым салынған"),
    "not_cleared": (
        "Не растаможена",
        "нерастаможенный, на армянском учёте",
        "Без растаможки",
        "Учёт Киргизия",
        "на транзитах",
        "растаможка жасалмаған",
        "кедендік рәсімдеуден өтпеген",
    ),
    "damage": ("Пороги гнилые", "кузов в ржавчине", "Есть дефекты кузова", "тот басқан", "ақауы бар"),
    "part": ("Продам долю в квартире", "Сдам комнату девушке", "подселение", "үлесін сатамын", "Бөлмені жалға беремін"),
    "instalment": (
        "Возможна рассрочка",
        "Первоначальный взнос 500 000",
        "Отдам в кредит",
        "Аренда с правом выкупа",
        "Бөліп төлеуге болады",
        "Алғашқы жарна 30%",
    ),
}
DENIED = (
    "Не битая, не гнилая, вложений не требует",
    "не бита, не крашена",
    "Никогда не была битой",
    "Ни разу не битая",
    "Без ДТП, аварий и дефектов",
    "В ДТП не была",
    "в аварии не участвовала",
    "аварий нет",
    "Безаварийная",
    "Не требует ремонта",
    "ремонт не требуется",
    "Ремонта не требует",
    "Не в залоге, без обременений",
    "В залоге не состоит",
    "обременений нет",
    "Растаможена, стоит на учёте",
    "коррозии нет",
    "Не гнилая, не ржавая",
    "Без рассрочки",
    "рассрочки нет",
    "Соғылмаған, апатта болмаған",
    "соғылған емес",
    "Апат болған жоқ",
    "апатсыз",
    "кепілде емес",
    "ақаусыз",
    "ақауы жоқ",
    "бөліп төлеу жоқ",
    "Жүріп тұр, жөндеуді қажет етпейді",
    "2 бөлмелі пәтер, кепілдік беремін",
    "Сдам 3-комнатную квартиру, комнаты изолированные, залог за месяц",
    "Не б\u200bитaя",
    "н е б и т а я",
    "",
)


@pytest.mark.parametrize(("excuse", "text"), [(name, text) for name, texts in GIVEN.items() for text in texts])
def test_an_excuse_is_read_in_both_languages(excuse: str, text: str) -> None:
    """What a listing admits is found as it is written, with Kazakh letters or without."""
    assert excuse in excuses(text)


@pytest.mark.parametrize("text", DENIED)
def test_a_denied_excuse_is_none(text: str) -> None:
    """Who writes that a car is not crashed admits nothing."""
    assert excuses(text) == ()


def test_a_denial_reaches_two_words_and_no_further() -> None:
    """`не` denies what follows it at once, not the rest of the listing."""
    assert excuses("Не крашена, битая") == ("accident",)
    assert excuses("Не новая. Битая.") == ("accident",)
    assert excuses("не очень битая") == ()
    assert excuses("Не продаю по частям, только целиком, битая") == ("accident",)


def test_excuses_come_in_one_order() -> None:
    """Several are given as they are declared, whatever the text's order."""
    assert excuses("Рассрочка. Гнилая. Не на ходу. После ДТП.") == ("accident", "not_running", "damage", "instalment")
    assert set(GIVEN) == set(EXCUSES)


@pytest.mark.parametrize(
    ("kind", "category", "major", "text"),
    [
        ("full", "car", 4_500_000, "Торг у капота"),
        ("full", "car", 4_500_000, ""),
        ("negotiable", "car", 4_500_000, "Цена договорная"),
        ("negotiable", "car", 4_500_000, "Бағасы келісімді"),
        ("negotiable", "car", 4_500_000, "бага келисим бойынша"),
        ("negotiable", "car", 1, "Отличная машина"),
        ("negotiable", "car", 111_111, "Отличная машина"),
        ("negotiable", "flat_sale", 12_345, ""),
        ("full", "car", 1_111_500, ""),
        ("first_payment", "car", 500_000, "Первоначальный взнос 500 000 тенге, остальное в рассрочку"),
        ("first_payment", "car", 500_000, "Цена указана за первый взнос"),
        ("first_payment", "car", 500_000, "500 000 тг - первый взнос"),
        ("first_payment", "car", 500_000, "Алғашқы жарна 500 000 теңге"),
        ("first_payment", "car", 1_500_000, "Алғашқы жарна 30%"),
        ("full", "car", 4_500_000, "Цена 4 500 000, первый взнос 1 000 000"),
        ("full", "car", 4_500_000, "Без первоначального взноса"),
        ("monthly", "car", 120_000, "120 000 тг в месяц с выкупом"),
        ("monthly", "car", 120_000, "Айына 120 000 теңге"),
        ("full", "car", 4_500_000, "В рассрочку от 120 000 в месяц"),
        ("full", "car", 4_500_000, "Обмен в день обращения"),
        ("daily", "car", 25_000, "Сдаю в аренду, 25 000 тг в сутки"),
        ("monthly", "flat_rent", 180_000, "Сдам на длительный срок"),
        ("daily", "flat_rent", 15_000, "Сдаётся посуточно"),
        ("daily", "flat_rent", 15_000, "Тәулігіне 15 000 теңге"),
        ("daily", "flat_rent", 15_000, "Пәтер күндік жалға беріледі"),
        ("negotiable", "flat_rent", 180_000, "по договорённости"),
        ("other_currency", "car", 15_000, "Цена 15 000 $"),
        ("other_currency", "car", 15_000, "$15000, торг"),
        ("other_currency", "car", 15_000, "15 000 у.е."),
        ("full", "car", 7_200_000, "7 200 000 тг, это 15 000 $"),
        ("full", "car", 15_000, "15000 тг"),
    ],
)
def test_a_price_is_read_from_its_words(kind: str, category: str, major: int, text: str) -> None:
    """A first payment, a month's rent, a placeholder and a sum in dollars are no price of a car in tenge."""
    assert price_kind(text, category=category, price_minor=major * 100, currency="KZT") == kind
    assert kind in PRICE_KINDS


def test_a_price_in_the_listings_own_currency_is_full() -> None:
    """Dollars are dollars where the listing says so."""
    assert price_kind("15 000 $", category="car", price_minor=1_500_000, currency="USD") == "full"


MARKET = [4_000_000, 4_200_000, 4_300_000, 4_400_000, 4_500_000, 4_600_000, 4_700_000, 5_000_000]


def test_the_deviation_is_robust() -> None:
    """A median and its deviation are not moved by what is far away; the same numbers always give the same."""
    assert deviation(4_450_000, MARKET) == 0.0
    assert deviation(1_400_000, MARKET) < -6
    assert -3.5 < deviation(3_800_000, MARKET) < -0.5
    assert deviation(1_400_000, [*MARKET, 10, 10, 10]) < -3.5
    assert deviation(1_400_000, MARKET[::-1]) == deviation(1_400_000, MARKET)


@pytest.mark.parametrize("count", [8, 12, 24, 60, 200])
def test_of_few_usual_prices_hardly_any_is_suspicious(count: int) -> None:
    """However small the group, some one in a thousand of prices drawn as the others is far below them."""
    chance = random.Random(count)
    low = 0
    for _ in range(4_000):
        *others, mine = (round(4_500_000 * chance.lognormvariate(0, 0.25)) for _ in range(count + 1))
        low += deviation(mine, others) < -3.5
    assert low <= 12


def test_wider_groups_differ_more() -> None:
    """Half the price of a mixed group is no outlier, of the same model it is."""
    assert deviation(2_300_000, MARKET) < -3.5
    assert deviation(2_300_000, MARKET, spread=log(1.5)) > -3.5


def test_equal_prices_have_a_least_spread() -> None:
    """Where all prices are equal, a small discount is no outlier and a third of the price is one."""
    same = [4_500_000] * 9
    assert deviation(4_300_000, same) > -3.5
    assert deviation(3_000_000, same) < -3.5
    assert deviation(4_500_000, same) == 0.0
