"""What chat messages on a marketplace speak of, by the stems of Russian and Kazakh words.

Kazakh puts endings on stems, so that a word counts from its beginning; a stem with `=` before it must be the whole
word. Every stem is folded (`scripts.folded`), and so stands for its spellings without Kazakh letters and in Latin ones.
"""

import re
from enum import IntFlag
from functools import lru_cache
from typing import Final

from holdfast.matching.scripts import folded

LINK_MARK: Final = "urlurl"
KNOWN_MARK: Final = "ownurl"
"""The words that stand in a text where a link was: one that nobody vouches for, one of a known site."""


class Topic(IntFlag):
    """What one word of a message is about."""

    MESSENGER = 1
    WRITE = 2
    LINK = 4
    MONEY = 8
    RECEIVE = 16
    FOLLOW = 32
    CARD = 64
    DETAILS = 128
    TELL = 256
    CODE = 512
    COURIER = 1_024
    AWAY = 2_048
    ARRANGED = 4_096
    PREPAY = 8_192
    URGENT = 16_384
    RENT = 32_768
    ACCOUNT = 65_536
    SECRET = 131_072


_WORDS: Final = {
    Topic.MESSENGER: (
        "ватсап вотсап уатсап вацап вацапп васап воцап ватсапп whatsapp whatsap watsap whats vatsap =wa =вп =вц =wp"
        " телеграм телегу телеге телега =тг =тгм telegram telega вайбер viber инстаграм instagram =инст =инсту =инсте"
        " =директ signal мессенджер"
    ),
    Topic.WRITE: (
        "напиш пишит =пиши =писать писат скинь скин перейд переход давай продолж общат общен свяж связ отвеч ответ"
        " добав жаз хабарлас хабарлан шығайық шығыңыз сөйлес сойлес перенес өтейік =өт өтің жолда таста кинь кида"
    ),
    Topic.LINK: (
        f"={LINK_MARK} ссылк ссылоч линк =link =url сілтеме сайтқа =сайте =сайт страниц форм бланк анкет парақша"
        " =qr =кюар куар =бот боту бота ботқа"
    ),
    Topic.MONEY: (
        "деньг денег деньж деняк ақша оплат платеж плата =сумму сумма средств перевод төлем қаражат выплат компенсац"
        " возмещен money payment pul"
    ),
    Topic.RECEIVE: (
        "получ получен прин зачисл вернут верни возврат возвращ забра забир вывест вывод снять ал =алу алыңыз аласыз"
        " алу алас қабылда қайтар түс шығар подтвер подтверж растау раста верифи активир провер тексер"
    ),
    Topic.FOLLOW: (
        "перейд перейт переход переходит пройд пройт зайд зайт жми нажм нажат кликн ткни откро открыть открыв өтіп өтің"
        " өту өтсең =өт басып басың бассаң =бас кіріп кірің кірсең ашып ашың заполн толтыр введ ввод ввест енгіз"
        " воспольз оформ рәсімде скачай скачат жүкте отскан сканир сканер"
    ),
    Topic.CARD: "карт карточк кард card пластик",
    Topic.DETAILS: (
        "номер =ном реквизит данные данных =данны нөмір нөмер мәлімет деректер =цифры =цифр цифр сан =сандар =саны"
        " срок мерзім держател баланс сторон жағын"
    ),
    Topic.TELL: (
        "скин кинь кида назов назва продикт сообщ напиш пиш отправ пришл присыл прислат =дай дайт дади скаж сказат"
        " введ ввод ввест указ укаж жібер айт =бер бері берсең енгіз жаз переш перекин сфотк фото"
        " подскаж нужн =надо керек понадоб требует көрсет жолда пришел =келді"
    ),
    Topic.CODE: "код =кода кодик парол =пин пинкод құпиясөз құпия =otp =пуш",
    Topic.COURIER: (
        "курьер курер courier kuryer доставк доставщ достав жеткіз cdek сдэк сдек =dhl индрайв indrive glovo глово"
        " казпочт қазпошт пошта почт посылк сәлемдеме"
    ),
    Topic.AWAY: (
        "уеха уезж командиров вахт =другом =другой басқа өзге =городе загран шетел =межгород облыс =районе алыс далеко"
    ),
    Topic.ARRANGED: (
        "оформ заказал вызва вызов шақыр шақырт рәсімде рәсім отправлю пришлю жіберем жіберді оплатил оплачен оплачу"
        " төлед төлен төлеп төледім оплачива подъед приед келеді келіп выеха внесл шығып төлейм"
    ),
    Topic.PREPAY: (
        "предоплат =аванс аванс задат задаток залог брон забронир броньда кепілпұл кепілақ кепілдік =кепіл"
        " predoplat avans zadatok"
    ),
    Topic.URGENT: (
        "срочн скоре =быстро быстре побыстре поторопит тез тезірек жылдам шұғыл немедл минут минөт секунд истека истеч"
        " сгор аннулир күйіп =сейчас =қазір бүгін-ақ успе =последний"
    ),
    Topic.RENT: (
        "аренд =сдам =сдаю =сдать сниму снима жалға жалда куплю скупа выкуп продам сатып сатам сатыла аламын прокат"
        " обнал дроп =дроппер нужны"
    ),
    Topic.ACCOUNT: (
        "карт карточк =счет счета счету счёт шот =шоты аккаунт акаунт профил кабинет каспи kaspi халык halyk =ип"
    ),
    Topic.SECRET: "трехзначн",
}
"""`RENT` beside `ACCOUNT` is an account for rent; the same word beside a flat is the usual business of the site."""

OTHER_CODES: Final = (
    "домофон промокод товар почтов город индекс артикул трек накладн заказ подъезд краск вин vin штрих двер скидк"
    " купон прокат кодов замок қақпа есік тауар"
)
"""Words beside which a code is not a secret one."""


def _pattern(words: str) -> re.Pattern[str]:
    """Write one pattern for many stems."""
    stems = {("=" if word.startswith("=") else "") + folded(word.lstrip("=")) for word in words.split()}
    parts = [re.escape(stem[1:]) + r"\Z" if stem.startswith("=") else re.escape(stem) for stem in sorted(stems)]
    return re.compile("|".join(parts))


_PATTERNS: Final = {topic: _pattern(words) for topic, words in _WORDS.items()}
_OTHER_CODE: Final = _pattern(OTHER_CODES)


@lru_cache(maxsize=16_384)
def topics(word: str) -> Topic:
    """Give all that a folded word may be about."""
    found = Topic(0)
    for topic, pattern in _PATTERNS.items():
        if pattern.match(word):
            found |= topic
    return found


@lru_cache(maxsize=4_096)
def is_other_code(word: str) -> bool:
    """Tell whether a folded word says that a code is one of a door, a parcel or a discount."""
    return bool(_OTHER_CODE.match(word))
