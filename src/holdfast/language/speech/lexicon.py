"""The nouns that rules speak of, in Russian and English, with the forms that a sentence needs."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from holdfast.language.speech.chat_lexicon import NAMED, SAID
from holdfast.language.speech.phone_lexicon import PHONE_CLAIMS, PHONE_LEAVES
from holdfast.language.speech.photo_lexicon import PHOTOS_NAMED, PHOTOS_SAID
from holdfast.language.speech.place_lexicon import PLACES_NAMED, PLACES_SAID
from holdfast.language.speech.seller_lexicon import COUNTED, PROVED


class Noun(NamedTuple):
    """A thing: Russian nominative and genitive, grammatical gender, and English with its article."""

    ru: str
    ru_of: str
    gender: str
    en: str


class EventNoun(NamedTuple):
    """An event type: Russian singular (nominative, genitive), plural (nominative, genitive), gender; English."""

    ru: str
    ru_of: str
    ru_many: str
    ru_of_many: str
    gender: str
    en: str
    en_many: str


class Claim(NamedTuple):
    """A yes-or-no field: what holds when it is true and when it is false."""

    ru: str
    ru_not: str
    en: str
    en_not: str


EVENTS: Final[Mapping[str, EventNoun]] = {
    "transfer": EventNoun("перевод", "перевода", "переводы", "переводов", "m", "transfer", "transfers"),
    "transfer_result": EventNoun(
        "итог перевода",
        "итога перевода",
        "итоги переводов",
        "итогов переводов",
        "m",
        "transfer result",
        "transfer results",
    ),
    "profile_change": EventNoun(
        "изменение профиля",
        "изменения профиля",
        "изменения профиля",
        "изменений профиля",
        "n",
        "profile change",
        "profile changes",
    ),
    "telecom_activity": EventNoun(
        "сообщение оператора связи",
        "сообщения оператора связи",
        "сообщения оператора связи",
        "сообщений оператора связи",
        "n",
        "telecom report",
        "telecom reports",
    ),
    "cash_deposit": EventNoun(
        "внесение наличных",
        "внесения наличных",
        "внесения наличных",
        "внесений наличных",
        "n",
        "cash deposit",
        "cash deposits",
    ),
    "cash_withdrawal": EventNoun(
        "снятие наличных",
        "снятия наличных",
        "снятия наличных",
        "снятий наличных",
        "n",
        "cash withdrawal",
        "cash withdrawals",
    ),
    "login": EventNoun("вход", "входа", "входы", "входов", "m", "login", "logins"),
    "listing_published": EventNoun("объявление", "объявления", "объявления", "объявлений", "n", "listing", "listings"),
    "message_sent": EventNoun("сообщение", "сообщения", "сообщения", "сообщений", "n", "message", "messages"),
    "listing_edited": EventNoun(
        "правка объявления", "правки объявления", "правки объявлений", "правок объявлений", "f", "edit", "edits"
    ),
    "seller_registered": EventNoun(
        "регистрация", "регистрации", "регистрации", "регистраций", "f", "registration", "registrations"
    ),
    "seller_changed": EventNoun(
        "изменение анкеты",
        "изменения анкеты",
        "изменения анкеты",
        "изменений анкеты",
        "n",
        "change of data",
        "changes of data",
    ),
    "complaint": EventNoun("жалоба", "жалобы", "жалобы", "жалоб", "f", "complaint", "complaints"),
    "mention": EventNoun(
        "упоминание вне площадки",
        "упоминания вне площадки",
        "упоминания вне площадки",
        "упоминаний вне площадки",
        "n",
        "mention outside the site",
        "mentions outside the site",
    ),
    "identity_check": EventNoun(
        "проверка личности",
        "проверки личности",
        "проверки личности",
        "проверок личности",
        "f",
        "check of identity",
        "checks of identity",
    ),
    "payout": EventNoun("выплата", "выплаты", "выплаты", "выплат", "f", "payout", "payouts"),
    "loan_application": EventNoun(
        "заявка на кредит",
        "заявки на кредит",
        "заявки на кредит",
        "заявок на кредит",
        "f",
        "loan application",
        "loan applications",
    ),
}

PARTIES: Final[Mapping[str, Noun]] = {
    "payer": Noun("плательщик", "плательщика", "m", "the payer"),
    "payee": Noun("получатель", "получателя", "m", "the payee"),
    "client": Noun("клиент", "клиента", "m", "the client"),
    "seller": Noun("продавец", "продавца", "m", "the seller"),
    "sender": Noun("отправитель", "отправителя", "m", "the sender"),
    "recipient": Noun("адресат", "адресата", "m", "the recipient"),
    "mentioned": Noun("упомянутый", "упомянутого", "m", "the one mentioned"),
}

LEAVES: Final[Mapping[str, Noun]] = {
    "customer_id": Noun("номер клиента", "номера клиента", "m", "customer id"),
    "seller_id": Noun("номер продавца", "номера продавца", "m", "seller id"),
    "member_id": Noun("аккаунт на площадке", "аккаунта на площадке", "m", "account on the site"),
    "kind": Noun("вид лица", "вида лица", "m", "kind"),
    "account": Noun("счёт", "счёта", "m", "account"),
    "bic": Noun("БИК банка", "БИК банка", "m", "BIC"),
    "card": Noun("карта", "карты", "f", "card"),
    "phone": Noun("телефон", "телефона", "m", "phone"),
    "inn": Noun("ИНН", "ИНН", "m", "INN"),
    "iin": Noun("ИИН", "ИИН", "m", "IIN"),
    "ewallet": Noun("электронный кошелёк", "электронного кошелька", "m", "e-wallet"),
    "service": Noun("вид услуг", "вида услуг", "m", "service"),
    "bin": Noun("БИН", "БИН", "m", "BIN"),
    "registered_at": Noun("регистрация", "регистрации", "f", "registration"),
    "verified": Noun("проверка личности", "проверки личности", "f", "check of identity"),
    "role": Noun("роль", "роли", "f", "role"),
    **{leaf: Noun(*said) for leaf, said in PHONE_LEAVES.items()},
}

FIELDS: Final[Mapping[str, Noun]] = {
    "amount": Noun("сумма", "суммы", "f", "the amount"),
    "currency": Noun("валюта", "валюты", "f", "the currency"),
    "occurred_at": Noun("время события", "времени события", "n", "the time of the event"),
    "rail": Noun("способ перевода", "способа перевода", "m", "the rail"),
    "purpose_code": Noun("код назначения", "кода назначения", "m", "the purpose code"),
    "field": Noun("изменённое поле", "изменённого поля", "n", "the changed field"),
    "where": Noun("место", "места", "n", "the place"),
    "provider": Noun("поставщик сведений", "поставщика сведений", "m", "the provider"),
    "text": Noun("текст", "текста", "m", "the text"),
    "window_start": Noun("начало наблюдения", "начала наблюдения", "n", "the start of the observation"),
    "window_end": Noun("конец наблюдения", "конца наблюдения", "m", "the end of the observation"),
    "calls.count": Noun("число звонков", "числа звонков", "n", "the number of calls"),
    "calls.minutes": Noun(
        "длительность звонков в минутах", "длительности звонков в минутах", "f", "the minutes of calls"
    ),
    "calls.new_numbers": Noun("число новых номеров", "числа новых номеров", "n", "the number of new callers"),
    "messages.count": Noun("число сообщений", "числа сообщений", "n", "the number of messages"),
    "device.id": Noun("устройство", "устройства", "n", "the device"),
    "device.os": Noun("операционная система", "операционной системы", "f", "the operating system"),
    "device.sim_changed_at": Noun("замена SIM-карты", "замены SIM-карты", "f", "the change of the SIM card"),
    "device.number_reconfirmed_at": Noun(
        "подтверждение номера", "подтверждения номера", "n", "the re-confirmation of the number"
    ),
    "session.ip": Noun("IP-адрес", "IP-адреса", "m", "the IP address"),
    "session.provider": Noun("провайдер", "провайдера", "m", "the internet provider"),
    "place.country": Noun("страна", "страны", "f", "the country"),
    "place.city": Noun("город", "города", "m", "the city"),
    "scheme.apdu_ms": Noun(
        "время обмена с картой (мс)", "времени обмена с картой (мс)", "n", "the card's exchange time (ms)"
    ),
    "scheme.risk_level": Noun(
        "уровень риска платёжной системы", "уровня риска платёжной системы", "m", "the scheme's risk level"
    ),
    "atm_id": Noun("банкомат", "банкомата", "m", "the ATM"),
    "listing.price": Noun("цена", "цены", "f", "the price"),
    "listing.city": Noun("город объявления", "города объявления", "m", "the listing's city"),
    "listing.category": Noun("категория объявления", "категории объявления", "f", "the listing's category"),
    "listing.title": Noun("заголовок объявления", "заголовка объявления", "m", "the listing's title"),
    "listing.text": Noun("текст объявления", "текста объявления", "m", "the listing's text"),
    "listing.vin": Noun("VIN", "VIN", "m", "the VIN"),
    "listing.plate": Noun("госномер", "госномера", "m", "the number plate"),
    "listing_id": Noun("номер объявления", "номера объявления", "m", "the listing's id"),
    "draw": Noun("жребий события", "жребия события", "m", "the event's lot"),
    "purpose": Noun("цель проверки", "цели проверки", "f", "the purpose of the check"),
    "result": Noun("результат", "результата", "m", "the result"),
    "acr": Noun("уровень проверки", "уровня проверки", "m", "the level of assurance"),
    "operation": Noun("вид операции", "вида операции", "m", "the kind of operation"),
    "authenticated_at": Noun("время проверки", "времени проверки", "n", "the time of the check"),
    "topic": Noun("тема", "темы", "f", "the topic"),
    "usual.deviation": Noun(
        "отклонение от обычного поведения",
        "отклонения от обычного поведения",
        "n",
        "the deviation from usual behaviour",
    ),
    **{path: Noun(*said) for path, said in {**NAMED, **COUNTED, **PHOTOS_NAMED, **PLACES_NAMED}.items()},
}

MANY: Final[Mapping[str, tuple[str, str]]] = {
    "listing.city": ("городов", "cities"),
    "place.city": ("городов", "cities"),
    "place.country": ("стран", "countries"),
    "device.id": ("устройств", "devices"),
    "session.ip": ("IP-адресов", "IP addresses"),
    "payee.account": ("счетов получателей", "payee accounts"),
    "payee.customer_id": ("получателей", "payees"),
    "payee.phone": ("телефонов получателей", "payee phones"),
    "payer.customer_id": ("плательщиков", "payers"),
    "payer.account": ("счетов плательщиков", "payer accounts"),
    "seller.seller_id": ("продавцов", "sellers"),
    "seller.member_id": ("продавцов", "sellers"),
    "client.member_id": ("участников площадки", "members of the site"),
    "recipient.member_id": ("собеседников", "people written to"),
    "listing.listing_id": ("объявлений", "listings"),
    "provider": ("поставщиков сведений", "providers"),
}

CLAIMS: Final[Mapping[str, Claim]] = {
    "cross_border": Claim(
        "перевод трансграничный",
        "перевод не трансграничный",
        "the transfer is cross-border",
        "the transfer is not cross-border",
    ),
    "payer.own": Claim(
        "плательщик и получатель — один и тот же человек",
        "плательщик и получатель — разные люди",
        "the payer is the same person as the payee",
        "the payer is not the same person as the payee",
    ),
    "payee.own": Claim(
        "получатель и плательщик — один и тот же человек",
        "получатель и плательщик — разные люди",
        "the payee is the same person as the payer",
        "the payee is not the same person as the payer",
    ),
    "device.malware": Claim(
        "на устройстве есть вредоносная программа",
        "на устройстве нет вредоносных программ",
        "there is malware on the device",
        "there is no malware on the device",
    ),
    "device.remote_control": Claim(
        "устройством управляют удалённо",
        "устройством не управляют удалённо",
        "the device is controlled remotely",
        "the device is not controlled remotely",
    ),
    "device.call_active": Claim(
        "во время операции идёт телефонный разговор",
        "во время операции телефонного разговора нет",
        "a call is in progress",
        "no call is in progress",
    ),
    "token_card": Claim(
        "карта токенизирована", "карта не токенизирована", "the card is tokenised", "the card is not tokenised"
    ),
    "atypical": Claim(
        "телефонная активность нетипична",
        "телефонная активность типична",
        "the telecom activity is atypical",
        "the telecom activity is typical",
    ),
    "confirmed": Claim(
        "изменение подтверждено", "изменение не подтверждено", "the change is confirmed", "the change is not confirmed"
    ),
    "scheme.peer_bank_signal": Claim(
        "есть сигнал от банка получателя",
        "сигнала от банка получателя нет",
        "the payee's bank has sent a signal",
        "the payee's bank has sent no signal",
    ),
    **{path: Claim(*said) for path, said in {**SAID, **PROVED, **PHONE_CLAIMS, **PHOTOS_SAID, **PLACES_SAID}.items()},
}

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "order": ("платёжное поручение", "payment order"),
    "sbp": ("СБП", "SBP"),
    "card": ("карта", "card"),
    "emoney": ("электронные деньги", "e-money"),
    "digital_rouble": ("цифровой рубль", "digital rouble"),
    "internal": ("внутри банка", "within the bank"),
    "individual": ("физическое лицо", "individual"),
    "sole_trader": ("индивидуальный предприниматель", "sole trader"),
    "organisation": ("организация", "organisation"),
    "bank": ("банк", "bank"),
    "gosuslugi": ("Госуслуги", "Gosuslugi"),
    "egov": ("eGov", "eGov"),
    "marketplace": ("маркетплейс", "marketplace"),
    "operator": ("оператор связи", "telecom operator"),
    "phone": ("телефон", "phone"),
    "device": ("устройство", "device"),
    "sim": ("SIM-карта", "SIM card"),
    "password": ("пароль", "password"),
    "payout_account": ("счёт для выплат", "payout account"),
    "limits": ("лимиты", "limits"),
    "exchange": ("обмен валюты", "exchange"),
    "crypto": ("криптовалюта", "crypto"),
    "vpn": ("VPN", "a VPN"),
    "hosting": ("хостинг", "hosting"),
    "cgnat": ("общий адрес оператора", "a carrier's shared address"),
    "gambling": ("азартные игры", "gambling"),
    "voip": ("интернет-телефония", "internet telephony"),
    "virtual": ("виртуальный номер", "virtual number"),
    "unassigned": ("никому не выдан", "assigned to nobody"),
    "zeros": ("одни нули", "all zeros"),
    "repeated": ("одна цифра подряд", "one digit repeated"),
    "sequential": ("цифры по порядку", "digits in a row"),
    "passed": ("успешно", "passed"),
    "failed": ("неуспешно", "failed"),
    "withdraw": ("вывод денег", "withdrawal"),
    "owner_recheck": ("перепроверка владельца", "re-check of the owner"),
    "document": ("документ", "document"),
    "biometric": ("биометрия", "biometrics"),
}

LISTS: Final[Mapping[str, tuple[str, str]]] = {
    "ru.cbr.recipients": ("база Банка России: получатели", "Bank of Russia database: recipients"),
    "ru.cbr.devices": ("база Банка России: устройства", "Bank of Russia database: devices"),
    "ru.gis.recipients": ("ГИС «Антифрод»: получатели", "state Antifraud system: recipients"),
    "ru.courts.criminal_cases": ("сведения об уголовных делах", "criminal cases"),
    "ru.cbr.digital_rouble": ("платформа цифрового рубля", "digital rouble platform"),
    "kz.afc.persons": ("база Антифрод-центра Казахстана", "Kazakhstan Anti-Fraud Center"),
    "bank.recipients": ("собственный список банка", "the bank's own list"),
    "marketplace.links.allow": ("разрешённые ссылки", "allowed links"),
    "marketplace.links.block": ("запрещённые ссылки", "blocked links"),
}
