"""What rules say of links and messages, in Russian and English."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Said(NamedTuple):
    """What holds when a field is true and when it is false, in Russian and in English."""

    ru: str
    ru_not: str
    en: str
    en_not: str


SAID: Final[Mapping[str, Said]] = {
    "links.lookalike": Said(
        "ссылка подделана под известный сайт",
        "ссылка не похожа на чужой сайт",
        "a link imitates a known site",
        "no link imitates a known site",
    ),
    "links.delivery_words": Said(
        "в адресе ссылки слова о доставке, оплате или возврате",
        "в адресе ссылки нет слов о доставке и оплате",
        "a link's address speaks of delivery, payment or a refund",
        "no link's address speaks of delivery or payment",
    ),
    "links.shortener": Said(
        "ссылка сокращена", "сокращённых ссылок нет", "a link is shortened", "no link is shortened"
    ),
    "links.messenger": Said(
        "ссылка ведёт в мессенджер",
        "ссылок в мессенджеры нет",
        "a link leads to a messenger",
        "no link leads to a messenger",
    ),
    "links.bot": Said("ссылка ведёт к боту", "ссылок на ботов нет", "a link leads to a bot", "no link leads to a bot"),
    "links.free_hosting": Said(
        "сайт по ссылке мог создать кто угодно",
        "сайты по ссылкам зарегистрированы",
        "anybody could make the linked page",
        "the linked sites are registered",
    ),
    "links.ip_host": Said(
        "вместо имени сайта число",
        "у сайтов есть имена",
        "a number stands instead of the site's name",
        "the sites have names",
    ),
    "links.hidden": Said(
        "ссылка замаскирована", "ссылки не замаскированы", "a link is disguised", "no link is disguised"
    ),
    "text.go_off": Said(
        "автор зовёт в мессенджер",
        "автор не зовёт в мессенджер",
        "the writer asks to go to a messenger",
        "the writer does not ask to go to a messenger",
    ),
    "text.link_for_money": Said(
        "деньги обещают получить по ссылке",
        "получить деньги по ссылке не предлагают",
        "money is to be received by a link",
        "no money is to be received by a link",
    ),
    "text.asks_card": Said(
        "у читателя просят данные карты",
        "данных карты не просят",
        "the reader is asked for card data",
        "no card data are asked for",
    ),
    "text.asks_code": Said(
        "у читателя просят код подтверждения",
        "кода подтверждения не просят",
        "the reader is asked for a code",
        "no code is asked for",
    ),
    "text.courier": Said(
        "предлог: автор далеко и прислал курьера",
        "о курьере речи нет",
        "the pretext is a courier",
        "there is no word of a courier",
    ),
    "text.prepayment": Said(
        "речь о предоплате", "о предоплате речи нет", "a prepayment is spoken of", "no prepayment is spoken of"
    ),
    "text.urgent": Said(
        "читателя торопят", "читателя не торопят", "the reader is hurried", "the reader is not hurried"
    ),
    "text.rents_account": Said(
        "предлагают аренду карты, счёта или аккаунта",
        "аренды карты или счёта не предлагают",
        "a card, an account or a profile is wanted for rent",
        "no card or account is wanted for rent",
    ),
    "chat.split_link": Said(
        "ссылку передали по частям в нескольких сообщениях",
        "ссылку по частям не передавали",
        "a link was sent in parts over several messages",
        "no link was sent in parts",
    ),
    "chat.link_for_money": Said(
        "в этой переписке деньги обещают получить по ссылке",
        "в этой переписке по ссылке за деньгами не зовут",
        "in this chat money is to be received by a link",
        "in this chat no money is to be received by a link",
    ),
    "chat.asks_card": Said(
        "в этой переписке просят данные карты",
        "в этой переписке данных карты не просят",
        "in this chat card data are asked for",
        "in this chat no card data are asked for",
    ),
    "chat.asks_code": Said(
        "в этой переписке просят код подтверждения",
        "в этой переписке кода не просят",
        "in this chat a code is asked for",
        "in this chat no code is asked for",
    ),
}

NAMED: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "links.count": ("число ссылок", "числа ссылок", "n", "the number of links"),
    "links.strange": ("число ссылок на чужие сайты", "числа ссылок на чужие сайты", "n", "the links to strange sites"),
    "links.hosts": ("сайты ссылок", "сайтов ссылок", "m", "the linked sites"),
    "links.strange_hosts": ("чужие сайты ссылок", "чужих сайтов ссылок", "m", "the strange linked sites"),
    "links.brand": ("бренд, под который подделана ссылка", "бренда ссылки", "m", "the brand that a link imitates"),
    "text.scam_score": ("оценка сообщения", "оценки сообщения", "f", "the message's score"),
    "chat.links": ("число ссылок в переписке", "числа ссылок в переписке", "n", "the links in the chat"),
    "chat.hosts": ("сайты ссылок по частям", "сайтов ссылок по частям", "m", "the sites of links in parts"),
    "chat.new_contacts": ("число новых собеседников", "числа новых собеседников", "n", "the number of new contacts"),
}
"""Russian nominative and genitive, gender, and English with its article."""
