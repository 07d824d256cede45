"""What a message wants, in Russian and Kazakh, and what only sounds so."""

import pytest

from holdfast.matching.intents import Intent, joined, read
from holdfast.matching.stems import Topic

WANTED = (
    ("Напишите мне в ватсап, тут не отвечаю", Intent.GO_OFF),
    ("жазыңыз ватсапқа", Intent.GO_OFF),
    ("jazynyz vatsapka", Intent.GO_OFF),
    ("Чтобы получить оплату, перейдите по ссылке", Intent.LINK_FOR_MONEY),
    ("ақшаңызды алу үшін сілтемеге өтіп растаңыз", Intent.LINK_FOR_MONEY),
    ("акшанызды алу ушин силтемеге отип растаныз", Intent.LINK_FOR_MONEY),
    ("akshanyzdy alu ushin siltemege otip rastanyz", Intent.LINK_FOR_MONEY),
    ("Если не перейдёте по ссылке, оплату не получите", Intent.LINK_FOR_MONEY),
    ("продиктуйте номер карты", Intent.ASKS_CARD),
    ("нужны номер карты и CVV", Intent.ASKS_CARD),
    ("карта нөміріңізді жіберіңіз", Intent.ASKS_CARD),
    ("Я не мошенник, скиньте номер карты", Intent.ASKS_CARD),
    ("Назовите код из SMS", Intent.ASKS_CODE),
    ("SMS-кодты айтыңыз", Intent.ASKS_CODE),
    ("Не забудьте назвать код из смс", Intent.ASKS_CODE),
    ("Не могли бы вы сказать код из смс?", Intent.ASKS_CODE),
    ("я в другом городе, оформила курьера", Intent.COURIER),
    ("басқа қаладамын, курьер шақырдым", Intent.COURIER),
    ("нужна предоплата", Intent.PREPAYMENT),
    ("алдын ала төлем керек", Intent.PREPAYMENT),
    ("срочно, осталось 60 секунд", Intent.URGENT),
    ("тез болыңыз", Intent.URGENT),
    ("сдам карту в аренду", Intent.RENTS_ACCOUNT),
    ("счет в аренду, каспи голд", Intent.RENTS_ACCOUNT),
    ("шотты жалға беремін", Intent.RENTS_ACCOUNT),
    ("Сдам свой аккаунт продавца в аренду", Intent.RENTS_ACCOUNT),
    ("куплю карту Kaspi Gold, 30 000", Intent.RENTS_ACCOUNT),
    ("возьму на месяц вашу карту в аренду", Intent.RENTS_ACCOUNT),
    ("нужны карты любых банков для переводов", Intent.RENTS_ACCOUNT),
)
CLEAN = (
    "Не переходите по ссылкам, чтобы получить деньги",
    "Никому не сообщайте код из смс",
    "ешкімге SMS-кодты айтпаңыз",
    "сілтемеге өтпеңіз",
    "Платформа никогда не просит код из СМС и номер карты",
    "Осторожно, мошенники просят номер карты и код из смс",
    "Мне написали «перейдите по ссылке, чтобы получить деньги», это развод?",
    "предоплата не нужна",
    "Без предоплаты",
    "Алдын ала төлемсіз",
    "Можно оплатить через Kaspi Pay?",
    "Kaspi Pay арқылы төлесем бола ма?",
    "код домофона 45, позвоните как подъедете",
    "сдам квартиру в аренду",
    "у меня нет ватсапа, пишите сюда",
    "доставка по городу 1000 тг",
    "Сілтемелерге өтпеймін",
    "Продам диван за 20 000, оплата на карту",
    "Куплю ваш велосипед, переведу на мой каспи",
    "Продам, можно перевод на Kaspi Gold",
    "Сдаю комнату в аренду, оплата картой",
    "Сатамын, 20 000 теңге, каспиге аударыңыз",
    "Пәтер жалға беріледі, төлем каспиге",
    "Прокат инструмента, оплата по счёту",
)


@pytest.mark.parametrize(("text", "intent"), WANTED)
def test_an_intent_is_read(text: str, intent: Intent) -> None:
    """In both languages, without Kazakh letters, in Latin letters, and behind a denial that denies nothing."""
    assert intent in read(text).intents


@pytest.mark.parametrize("text", CLEAN)
def test_what_is_denied_quoted_or_warned_of_is_not_wanted(text: str) -> None:
    """Refusals, warnings of the site, quotations and the usual talk of a trade want nothing of the reader."""
    assert read(text).intents == frozenset()


def test_a_quotation_without_a_report_is_the_writers_own() -> None:
    """Quotation marks around a button do not hide what the writer asks for."""
    assert Intent.LINK_FOR_MONEY in read("Перейдите по ссылке и нажмите «получить деньги»").intents


def test_a_warning_does_not_cover_the_next_sentence() -> None:
    """Who warns of scams and then asks for the code asks for the code."""
    text = "Остерегайтесь мошенников. Назовите код из смс"
    assert read(text).intents == {Intent.ASKS_CODE}


def test_messages_together_may_want_what_none_of_them_does() -> None:
    """Money in one message and the link in the next make the intent of both; money alone does not."""
    first, second = read("деньги уже у вас, подтвердите"), read("вот ссылка")
    assert Intent.LINK_FOR_MONEY not in first.intents | second.intents
    assert Intent.LINK_FOR_MONEY in joined(first.topics | second.topics)
    assert joined(Topic.MONEY) == frozenset()
