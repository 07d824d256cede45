"""How a notice calls rails, lists and the bank's telephone."""

from collections.abc import Mapping
from typing import Final

Words = Mapping[str, str]

RAILS: Final[Mapping[str, Words]] = {
    "order": {"ru": "перевод по реквизитам счёта", "kk": "шот деректемелері бойынша аударым", "en": "account transfer"},
    "internal": {"ru": "перевод внутри банка", "kk": "банк ішіндегі аударым", "en": "transfer inside the bank"},
    "sbp": {"ru": "перевод через СБП", "kk": "СБП арқылы аударым", "en": "faster payment (SBP)"},
    "card": {"ru": "операция с картой", "kk": "картамен жасалатын операция", "en": "card payment"},
    "emoney": {"ru": "перевод электронных денег", "kk": "электрондық ақша аударымы", "en": "e-money transfer"},
    "digital_rouble": {
        "ru": "перевод в цифровых рублях",
        "kk": "цифрлық рубльмен аударым",
        "en": "digital rouble transfer",
    },
    "cash_withdrawal": {"ru": "выдача наличных", "kk": "қолма-қол ақша беру", "en": "cash withdrawal"},
    "cash_deposit": {"ru": "внесение наличных", "kk": "қолма-қол ақша салу", "en": "cash deposit"},
    "loan_application": {"ru": "заявление на кредит", "kk": "несиеге өтінім", "en": "loan application"},
    "loan_payout": {"ru": "выдача кредита", "kk": "несие беру", "en": "loan payout"},
    "payout": {"ru": "выплата продавцу", "kk": "сатушыға төлем", "en": "payout to a seller"},
    "listing_published": {"ru": "объявление", "kk": "хабарландыру", "en": "listing"},
    "listing_edited": {"ru": "правка объявления", "kk": "хабарландыруды өзгерту", "en": "edit of a listing"},
    "message_sent": {"ru": "сообщение", "kk": "хабар", "en": "message"},
    "seller_registered": {"ru": "регистрация", "kk": "тіркелу", "en": "registration"},
    "seller_changed": {"ru": "изменение аккаунта", "kk": "аккаунтты өзгерту", "en": "change of an account"},
}
OPERATION: Final[Words] = {"ru": "операция", "kk": "операция", "en": "operation"}
LISTS: Final[Mapping[str, Words]] = {
    "ru.cbr.": {
        "ru": "база данных Банка России",
        "kk": "Ресей Банкінің дерекқоры",
        "en": "the database of the Bank of Russia",
    },
    "ru.gis.": {
        "ru": "государственная система «Антифрод»",
        "kk": "«Антифрод» мемлекеттік жүйесі (Ресей)",
        "en": "the state system Antifraud (Russia)",
    },
    "ru.courts.": {
        "ru": "сведения о возбуждённых уголовных делах",
        "kk": "қозғалған қылмыстық істер туралы мәліметтер",
        "en": "the records of criminal cases",
    },
    "kz.afc.": {
        "ru": "база данных Антифрод-центра Национального Банка Казахстана",
        "kk": "Қазақстан Ұлттық Банкі Антифрод-орталығының дерекқоры",
        "en": "the database of the Antifraud Centre of the National Bank of Kazakhstan",
    },
}
OWN_LIST: Final[Words] = {"ru": "сведения банка", "kk": "банктің мәліметтері", "en": "the bank's own records"}
YOUR_BANK: Final[Words] = {"ru": "Ваш банк", "kk": "Сіздің банкіңіз", "en": "Your bank"}
YOUR_SITE: Final[Words] = {"ru": "Ваш маркетплейс", "kk": "Сіздің маркетплейсіңіз", "en": "Your marketplace"}
IN_THE_APP: Final[Words] = {
    "ru": "номер поддержки указан в приложении",
    "kk": "қолдау қызметінің нөмірі қосымшада жазылған",
    "en": "the number of support is in the app",
}
SEE_THE_APP: Final[Words] = {"ru": "см. в приложении", "kk": "қосымшадан қараңыз", "en": "see the app"}
CAREFULLY: Final[Words] = {
    "ru": " Подтвердить можно только {ways}: есть признаки, что телефоном или номером мог завладеть мошенник.",
    "kk": " Тек {ways} растауға болады: телефонды не нөмірді алаяқ иеленіп алуы мүмкін екенін көрсететін белгілер бар.",
    "en": " You can confirm only {ways}: there are signs that a fraudster may have your phone or your number.",
}
WAYS: Final[Mapping[str, Words]] = {
    "branch": {"ru": "в отделении банка", "kk": "банк бөлімшесінде", "en": "in a branch of the bank"},
    "call_back": {
        "ru": "когда банк сам перезвонит вам по прежнему номеру",
        "kk": "банк бұрынғы нөміріңізге өзі қайта хабарласқанда",
        "en": "when the bank itself calls you back on your earlier number",
    },
}
OR: Final[Words] = {"ru": " или ", "kk": " немесе ", "en": " or "}
ON_THE_CARD: Final[Words] = {
    "ru": "номер указан на вашей карте",
    "kk": "нөмір картаңызда жазылған",
    "en": "the number is on your card",
}


def rail_word(name: str, language: str) -> str:
    """Call a rail, or the type of an event that has none."""
    return RAILS.get(name, OPERATION)[language]


def list_word(list_id: str, language: str) -> str:
    """Call a list by whose it is."""
    return next((words for prefix, words in LISTS.items() if list_id.startswith(prefix)), OWN_LIST)[language]
