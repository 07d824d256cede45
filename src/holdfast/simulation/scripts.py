"""Short fixed stories for pages, demonstrations and tests: the same events every time, with their titles."""

from types import MappingProxyType
from typing import Final

from holdfast.simulation.scripting import (
    COMPLETE,
    LISTED,
    OFFICER,
    SELLER,
    Script,
    Step,
    about,
    client,
    event,
    own_inflow,
    roubles,
    tenge,
    titles,
)
from holdfast.simulation.scripts_new_year import NEW_YEAR, PHONE_CHANGED
from holdfast.simulation.strangers import by_card, by_details, by_phone, phone
from holdfast.simulation.world import Document

_OFFICER_CALLS: Final = Script(
    name="officer_300k",
    jurisdiction="ru",
    honest=False,
    title=titles(
        "Звонит «сотрудник безопасности»: срочно переведите 300 000 рублей",
        "«Қауіпсіздік қызметкері» қоңырау шалады: 300 000 рубльді шұғыл аударыңыз",
        "A “security officer” is calling: send 300,000 roubles at once",
    ),
    complete=COMPLETE,
    steps=(
        Step(
            title=titles(
                "Оператор связи сообщает: 96 минут разговоров с незнакомыми номерами за восемь часов",
                "Байланыс операторы хабарлайды: сегіз сағатта бейтаныс нөмірлермен 96 минут сөйлескен",
                "The operator reports 96 minutes of calls with unknown numbers within eight hours",
            ),
            event=event(
                "officer-1",
                "telecom_activity",
                "2026-05-08T12:00:00+03:00",
                client=about(1),
                provider="op-1",
                window_start="2026-05-08T04:00:00+03:00",
                window_end="2026-05-08T12:00:00+03:00",
                calls={"count": 14, "minutes": 96, "new_numbers": 9, "usual_minutes": 3},
                messages={"count": 21, "usual_count": 2, "new_senders": 7},
                atypical=True,
            ),
        ),
        Step(
            title=titles(
                "Клиент отправляет 300 000 рублей на «безопасный счёт»",
                "Клиент «қауіпсіз шотқа» 300 000 рубль жібереді",
                "The client sends 300,000 roubles to a “safe account”",
            ),
            event=event(
                "officer-2",
                "transfer",
                "2026-05-08T12:20:00+03:00",
                payer=client(1),
                payee=by_details("ru", OFFICER),
                device={"id": "dev-demo-1", "call_active": True, "malware": False},
                **roubles("order", 300_000),
            ),
            outcome="hold",
            signs=("ru.od-2506.1.9",),
        ),
    ),
)


def _account_of(n: int) -> Document:
    """Give the value and the bank of one person's account, as a list holds them."""
    details = by_details("ru", n)
    return {"value": details["account"], "bic": details["bic"]}


_LISTED_PAYEE: Final = Script(
    name="listed_payee_two_rails",
    jurisdiction="ru",
    honest=False,
    title=titles(
        "Получатель в базе Банка России: поручение приостановлено, СБП отклонена",
        "Алушы Ресей Банкінің дерекқорында: тапсырыс тоқтатыла тұрады, СБП аударымынан бас тартылады",
        "The payee is in the Bank of Russia database: an order is held, SBP is refused",
    ),
    complete=COMPLETE,
    lists=(
        {
            "list": "ru.cbr.recipients",
            "entries": [
                {
                    "kind": "account",
                    "value": by_details("ru", LISTED)["account"],
                    "bic": by_details("ru", LISTED)["bic"],
                },
                {"kind": "phone", "value": phone("ru", LISTED)},
            ],
        },
    ),
    steps=(
        Step(
            title=titles(
                "Перевод по реквизитам: 25 000 рублей",
                "Деректемелер бойынша аударым: 25 000 рубль",
                "An order by account details: 25,000 roubles",
            ),
            event=event(
                "listed-1",
                "transfer",
                "2026-05-08T14:00:00+03:00",
                payer=client(6),
                payee=by_details("ru", LISTED),
                **roubles("order", 25_000),
            ),
            outcome="hold",
            signs=("ru.od-2506.1.1",),
        ),
        Step(
            title=titles(
                "Те же деньги по номеру телефона",
                "Дәл сол ақша телефон нөмірі бойынша",
                "The same money by phone number",
            ),
            event=event(
                "listed-2",
                "transfer",
                "2026-05-08T14:05:00+03:00",
                payer=client(6),
                payee=by_phone("ru", LISTED),
                **roubles("sbp", 25_000),
            ),
            outcome="refuse",
            signs=("ru.od-2506.1.1",),
        ),
    ),
)

_HOUSE: Final = Script(
    name="house_purchase",
    jurisdiction="ru",
    honest=True,
    title=titles(
        "Честный двойник: задаток за квартиру",
        "Ұқсас, бірақ адал оқиға: пәтерге берілген кепілақы",
        "The honest twin: a deposit for a flat",
    ),
    complete=COMPLETE,
    steps=(
        Step(
            title=titles(
                "Накопления собраны: 250 000 рублей по СБП со своего счёта",
                "Жинақ ақша бір шотқа түсті: өз шотынан СБП арқылы 250 000 рубль",
                "Savings are drawn together: 250,000 roubles over SBP from an own account",
            ),
            event=own_inflow("house-1", "2026-05-08T10:00:00+03:00", 7),
            outcome="allow",
        ),
        Step(
            title=titles(
                "Задаток продавцу приостановлен по букве закона, клиент его подтверждает",
                "Сатушыға жіберілген кепілақы заң талабымен тоқтатыла тұрады, ал клиент оны растайды",
                "The deposit to the seller is held by the letter of the law, and the client confirms it",
            ),
            event=event(
                "house-2",
                "transfer",
                "2026-05-08T15:00:00+03:00",
                payer=client(7),
                payee=by_details("ru", SELLER),
                **roubles("order", 450_000),
            ),
            outcome="hold",
            signs=("ru.od-2506.1.12",),
        ),
    ),
)

_CENTER: Final = Script(
    name="kz_center_person",
    jurisdiction="kz",
    honest=False,
    title=titles(
        "Казахстан: получатель в базе Антифрод-центра",
        "Қазақстан: алушы Антифрод-орталықтың дерекқорында",
        "Kazakhstan: the payee is in the Antifraud Center's database",
    ),
    lists=({"list": "kz.afc.persons", "entries": [{"kind": "iin", "value": by_details("kz", LISTED)["iin"]}]},),
    steps=(
        Step(
            title=titles(
                "Перевод 600 000 тенге из Алматы",
                "Алматыдан 600 000 теңге аударым",
                "A transfer of 600,000 tenge from Almaty",
            ),
            event=event(
                "center-1",
                "transfer",
                "2026-05-08T12:00:00+05:00",
                payer=client(8, "kz"),
                payee=by_details("kz", LISTED),
                place={"country": "KZ", "city": "Алматы"},
                **tenge("order", 600_000),
            ),
            outcome="hold",
            signs=("kz.afc.1",),
        ),
        Step(
            title=titles(
                "Перевод на карту человека, которого в базе нет, проходит",
                "Дерекқорда жоқ адамның картасына аударым өтеді",
                "A transfer to the card of somebody who is not there passes",
            ),
            event=event(
                "center-2",
                "transfer",
                "2026-05-08T12:10:00+05:00",
                payer=client(8, "kz"),
                payee=by_card(SELLER),
                **tenge("card", 250_000),
            ),
            outcome="allow",
        ),
    ),
)

_ON_THE_LINE: Final = Script(
    name="kz_call_active",
    jurisdiction="kz",
    honest=False,
    title=titles(
        "Казахстан: во время перевода идёт разговор по телефону",
        "Қазақстан: аударым кезінде телефонмен сөйлесу жүріп жатыр",
        "Kazakhstan: the client is on the telephone during the transfer",
    ),
    steps=(
        Step(
            title=titles(
                "Клиент, не кладя трубку, отправляет 900 000 тенге: приложение просит подтверждения",
                "Клиент тұтқаны қоймай 900 000 теңге жібереді: қосымша растауды сұрайды",
                "Without hanging up the client sends 900,000 tenge: the app asks for a further check",
            ),
            event=event(
                "line-1",
                "transfer",
                "2026-05-08T16:00:00+05:00",
                payer=client(9, "kz"),
                payee=by_details("kz", OFFICER),
                device={"id": "dev-demo-9", "call_active": True, "malware": False},
                place={"country": "KZ", "city": "Шымкент"},
                **tenge("order", 900_000),
            ),
            outcome="challenge",
            signs=("kz.afc.3",),
        ),
    ),
)

SCRIPTS: Final = MappingProxyType(
    {
        script.name: script
        for script in (_OFFICER_CALLS, NEW_YEAR, PHONE_CHANGED, _LISTED_PAYEE, _HOUSE, _CENTER, _ON_THE_LINE)
    }
)
