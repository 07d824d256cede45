"""Short fixed stories for pages, demonstrations and tests: the same events every time, with their titles.

A script names what must be known beforehand (lists, and since when the bank's own history is complete), then
its steps in order of time. `outcome` and `signs` say what the law asks for at that step.
"""

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from holdfast.simulation.strangers import by_card, by_details, by_phone, phone, ring_member
from holdfast.simulation.world import Document, Jurisdiction

Titles = MappingProxyType[str, str]  # by language: ru, kk, en


def titles(ru: str, kk: str, en: str) -> Titles:
    """Put one text in three languages."""
    return MappingProxyType({"ru": ru, "kk": kk, "en": en})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One event of a script; `outcome` is none where the event asks for no decision."""

    title: Titles
    event: Document
    outcome: str | None = None
    signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A story of few events.

    `lists` are bodies to load first, by list; `complete` the sources of events whose history is whole since an
    instant; `honest` says what is true of the story.
    """

    name: str
    jurisdiction: Jurisdiction
    title: Titles
    honest: bool
    steps: tuple[Step, ...]
    lists: tuple[Document, ...] = ()
    complete: MappingProxyType[str, str] = MappingProxyType({})

    @property
    def starts_at(self) -> datetime:
        """Give the instant of the first step."""
        return datetime.fromisoformat(self.steps[0].event["occurred_at"])


_LISTED: Final = ring_member(1, 1)
_SELLER: Final = ring_member(2, 20)
_OFFICER: Final = ring_member(3, 20)
_COMPLETE: Final = MappingProxyType({"transfer": "2024-07-25T00:00:00+03:00"})


def _client(n: int, jurisdiction: Jurisdiction = "ru") -> Document:
    """Name an invented client of the bank."""
    account = by_details(jurisdiction, n, 0)["account"]
    return {
        "customer_id": f"c-demo-{n}",
        "kind": "individual",
        "account": account,
        "phone": phone(jurisdiction, n),
    }


def _about(n: int) -> Document:
    """Name a client in an event that is no transfer."""
    return {"customer_id": f"c-demo-{n}", "kind": "individual", "phone": phone("ru", n)}


def _event(event_id: str, kind: str, at: str, /, **fields: Any) -> Document:
    """Write one event of a script."""
    return {"id": event_id, "type": kind, "occurred_at": at, **fields}


def _roubles(rail: str, roubles: int) -> Document:
    """Give the money part of a transfer in roubles."""
    return {"rail": rail, "amount_minor": roubles * 100, "currency": "RUB"}


def _tenge(rail: str, tenge: int) -> Document:
    """Give the money part of a transfer in tenge."""
    return {"rail": rail, "amount_minor": tenge * 100, "currency": "KZT"}


def _own_inflow(event_id: str, at: str, n: int) -> Document:
    """Write a client's own 250,000 roubles coming by phone number from another bank."""
    payer = {**by_phone("ru", n), "own": True}
    return _event(event_id, "transfer", at, payer=payer, payee=_client(n), **_roubles("sbp", 250_000))


_OFFICER_CALLS: Final = Script(
    name="officer_300k",
    jurisdiction="ru",
    honest=False,
    title=titles(
        "Звонит «сотрудник безопасности»: срочно переведите 300 000 рублей",
        "«Қауіпсіздік қызметкері» қоңырау шалады: 300 000 рубльді шұғыл аударыңыз",
        "A “security officer” is calling: send 300,000 roubles at once",
    ),
    complete=_COMPLETE,
    steps=(
        Step(
            title=titles(
                "Оператор связи сообщает: 96 минут разговоров с незнакомыми номерами за восемь часов",
                "Байланыс операторы хабарлайды: сегіз сағатта бейтаныс нөмірлермен 96 минут сөйлескен",
                "The operator reports 96 minutes of calls with unknown numbers within eight hours",
            ),
            event=_event(
                "officer-1",
                "telecom_activity",
                "2026-05-08T12:00:00+03:00",
                client=_about(1),
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
            event=_event(
                "officer-2",
                "transfer",
                "2026-05-08T12:20:00+03:00",
                payer=_client(1),
                payee=by_details("ru", _OFFICER),
                device={"id": "dev-demo-1", "call_active": True, "malware": False},
                **_roubles("order", 300_000),
            ),
            outcome="hold",
            signs=("ru.od-2506.1.9",),
        ),
    ),
)


def _new_year_steps(n: int, days: tuple[str, str], step: Step) -> tuple[Step, ...]:
    """Tell one side of the new year: own money comes in the morning, and goes to a stranger in the evening."""
    inflow = Step(
        title=titles(
            "Клиент переводит себе 250 000 рублей по СБП из другого банка",
            "Клиент басқа банктегі шотынан СБП арқылы өзіне 250 000 рубль аударады",
            "The client draws 250,000 roubles of own money from another bank over SBP",
        ),
        event=_own_inflow(f"year-{n}-1", days[0], n),
        outcome="allow",
    )
    order = _event(
        f"year-{n}-2",
        "transfer",
        days[1],
        payer=_client(n),
        payee=by_details("ru", _SELLER),
        **_roubles("order", 240_000),
    )
    return (inflow, Step(title=step.title, event=order, outcome=step.outcome, signs=step.signs))


_NEW_YEAR: Final = Script(
    name="new_year_1_12",
    jurisdiction="ru",
    honest=True,
    title=titles(
        "Один и тот же перевод 31.12.2025 и 01.01.2026: его судят по закону дня",
        "31.12.2025 және 01.01.2026 күнгі бірдей аударым: әрқайсысы сол күнгі заң бойынша бағаланады",
        "The same transfer on 31.12.2025 and on 01.01.2026: each is judged by the law of its day",
    ),
    complete=_COMPLETE,
    steps=(
        *_new_year_steps(
            2,
            ("2025-12-31T09:00:00+03:00", "2025-12-31T18:00:00+03:00"),
            Step(
                title=titles(
                    "31 декабря: 240 000 рублей новому получателю. Признака 1.12 ещё нет",
                    "31 желтоқсан: жаңа алушыға 240 000 рубль. 1.12 белгісі әлі жоқ",
                    "31 December: 240,000 roubles to a new payee. Sign 1.12 does not exist yet",
                ),
                event={},
                outcome="allow",
            ),
        ),
        *_new_year_steps(
            3,
            ("2026-01-01T09:00:00+03:00", "2026-01-01T18:00:00+03:00"),
            Step(
                title=titles(
                    "1 января: такой же перевод другого клиента. Признак 1.12 действует",
                    "1 қаңтар: басқа клиенттің дәл сондай аударымы. 1.12 белгісі күшіне енді",
                    "1 January: the same transfer by another client. Sign 1.12 is in force",
                ),
                event={},
                outcome="hold",
                signs=("ru.od-2506.1.12",),
            ),
        ),
    ),
)

_PHONE_CHANGED: Final = Script(
    name="new_year_1_10c",
    jurisdiction="ru",
    honest=False,
    title=titles(
        "Номер на Госуслугах сменили за 30 часов до перевода: 31.12.2025 и 01.01.2026",
        "«Госуслуги» порталындағы нөмір аударымнан 30 сағат бұрын ауысқан: 31.12.2025 және 01.01.2026",
        "The number on Gosuslugi was changed 30 hours before: on 31.12.2025 and on 01.01.2026",
    ),
    complete=_COMPLETE,
    steps=tuple(
        Step(title=title, event=event, outcome=outcome, signs=signs)
        for title, event, outcome, signs in (
            (
                titles(
                    "Первому клиенту меняют номер на Госуслугах",
                    "Бірінші клиенттің «Госуслугидегі» нөмірі ауыстырылады",
                    "The first client's number on Gosuslugi is changed",
                ),
                _event(
                    "change-1",
                    "profile_change",
                    "2025-12-30T12:00:00+03:00",
                    client=_about(4),
                    field="phone",
                    where="gosuslugi",
                ),
                None,
                (),
            ),
            (
                titles(
                    "Второму клиенту меняют номер на Госуслугах",
                    "Екінші клиенттің «Госуслугидегі» нөмірі ауыстырылады",
                    "The second client's number on Gosuslugi is changed",
                ),
                _event(
                    "change-2",
                    "profile_change",
                    "2025-12-31T12:00:00+03:00",
                    client=_about(5),
                    field="phone",
                    where="gosuslugi",
                ),
                None,
                (),
            ),
            (
                titles(
                    "31 декабря: перевод проходит, такого признака нет",
                    "31 желтоқсан: аударым өтеді, мұндай белгі жоқ",
                    "31 December: the transfer passes, there is no such sign",
                ),
                _event(
                    "change-3",
                    "transfer",
                    "2025-12-31T18:00:00+03:00",
                    payer=_client(4),
                    payee=by_details("ru", _OFFICER),
                    **_roubles("order", 80_000),
                ),
                "allow",
                (),
            ),
            (
                titles(
                    "1 января: такой же перевод приостановлен",
                    "1 қаңтар: дәл сондай аударым тоқтатыла тұрады",
                    "1 January: the same transfer is held",
                ),
                _event(
                    "change-4",
                    "transfer",
                    "2026-01-01T18:00:00+03:00",
                    payer=_client(5),
                    payee=by_details("ru", _OFFICER),
                    **_roubles("order", 80_000),
                ),
                "hold",
                ("ru.od-2506.1.10c",),
            ),
        )
    ),
)

_LISTED_PAYEE: Final = Script(
    name="listed_payee_two_rails",
    jurisdiction="ru",
    honest=False,
    title=titles(
        "Получатель в базе Банка России: поручение приостановлено, СБП отклонена",
        "Алушы Ресей Банкінің базасында: тапсырыс тоқтатыла тұрады, СБП аударымы қабылданбайды",
        "The payee is in the Bank of Russia database: an order is held, SBP is refused",
    ),
    complete=_COMPLETE,
    lists=(
        {
            "list": "ru.cbr.recipients",
            "entries": [
                {
                    "kind": "account",
                    "value": by_details("ru", _LISTED)["account"],
                    "bic": by_details("ru", _LISTED)["bic"],
                },
                {"kind": "phone", "value": phone("ru", _LISTED)},
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
            event=_event(
                "listed-1",
                "transfer",
                "2026-05-08T14:00:00+03:00",
                payer=_client(6),
                payee=by_details("ru", _LISTED),
                **_roubles("order", 25_000),
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
            event=_event(
                "listed-2",
                "transfer",
                "2026-05-08T14:05:00+03:00",
                payer=_client(6),
                payee=by_phone("ru", _LISTED),
                **_roubles("sbp", 25_000),
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
        "Адал егіз оқиға: пәтерге төленген кепілақы",
        "The honest twin: a deposit for a flat",
    ),
    complete=_COMPLETE,
    steps=(
        Step(
            title=titles(
                "Накопления собраны: 250 000 рублей по СБП со своего счёта",
                "Жинақ бір шотқа жиналды: өз шотынан СБП арқылы 250 000 рубль",
                "Savings are drawn together: 250,000 roubles over SBP from an own account",
            ),
            event=_own_inflow("house-1", "2026-05-08T10:00:00+03:00", 7),
            outcome="allow",
        ),
        Step(
            title=titles(
                "Задаток продавцу приостановлен по букве закона, клиент его подтверждает",
                "Сатушыға кепілақы заң талабымен тоқтатыла тұрады, клиент оны растайды",
                "The deposit to the seller is held by the letter of the law, and the client confirms it",
            ),
            event=_event(
                "house-2",
                "transfer",
                "2026-05-08T15:00:00+03:00",
                payer=_client(7),
                payee=by_details("ru", _SELLER),
                **_roubles("order", 450_000),
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
        "Қазақстан: алушы Антифрод-орталықтың базасында",
        "Kazakhstan: the payee is in the Antifraud Center's database",
    ),
    lists=({"list": "kz.afc.persons", "entries": [{"kind": "iin", "value": by_details("kz", _LISTED)["iin"]}]},),
    steps=(
        Step(
            title=titles(
                "Перевод 600 000 тенге из Алматы",
                "Алматыдан 600 000 теңге аударым",
                "A transfer of 600,000 tenge from Almaty",
            ),
            event=_event(
                "center-1",
                "transfer",
                "2026-05-08T12:00:00+05:00",
                payer=_client(8, "kz"),
                payee=by_details("kz", _LISTED),
                place={"country": "KZ", "city": "Алматы"},
                **_tenge("order", 600_000),
            ),
            outcome="hold",
            signs=("kz.afc.1",),
        ),
        Step(
            title=titles(
                "Зарплата на карту другого человека проходит",
                "Басқа адамның картасына жалақы кедергісіз түседі",
                "A wage to another person's card passes",
            ),
            event=_event(
                "center-2",
                "transfer",
                "2026-05-08T12:10:00+05:00",
                payer=_client(8, "kz"),
                payee=by_card(_SELLER),
                **_tenge("card", 250_000),
            ),
            outcome="allow",
        ),
    ),
)

SCRIPTS: Final = MappingProxyType(
    {script.name: script for script in (_OFFICER_CALLS, _NEW_YEAR, _PHONE_CHANGED, _LISTED_PAYEE, _HOUSE, _CENTER)}
)
