"""Scripts on the eve of a new law: the same facts on 31 December 2025 and on 1 January 2026."""

from typing import Final

from holdfast.simulation.scripting import (
    COMPLETE,
    OFFICER,
    SELLER,
    Script,
    Step,
    about,
    client,
    event,
    own_inflow,
    roubles,
    titles,
)
from holdfast.simulation.strangers import by_details
from holdfast.simulation.world import Document


def _new_year_steps(n: int, days: tuple[str, str], step: Step) -> tuple[Step, ...]:
    """Tell one side of the new year: own money comes in the morning, and goes to a stranger in the evening."""
    inflow = Step(
        title=titles(
            "Клиент переводит себе 250 000 рублей по СБП из другого банка",
            "Клиент басқа банктегі шотынан СБП арқылы өзіне 250 000 рубль аударады",
            "The client draws 250,000 roubles of own money from another bank over SBP",
        ),
        event=own_inflow(f"year-{n}-1", days[0], n),
        outcome="allow",
    )
    order = event(
        f"year-{n}-2",
        "transfer",
        days[1],
        payer=client(n),
        payee=by_details("ru", SELLER),
        **roubles("order", 150_000),
    )
    return (inflow, Step(title=step.title, event=order, outcome=step.outcome, signs=step.signs))


NEW_YEAR: Final = Script(
    name="new_year_1_12",
    jurisdiction="ru",
    honest=True,
    title=titles(
        "Один и тот же перевод 31.12.2025 и 01.01.2026: его судят по закону дня",
        "31.12.2025 және 01.01.2026 күнгі бірдей аударым: әрқайсысы сол күнгі заң бойынша бағаланады",
        "The same transfer on 31.12.2025 and on 01.01.2026: each is judged by the law of its day",
    ),
    complete=COMPLETE,
    steps=(
        *_new_year_steps(
            2,
            ("2025-12-31T09:00:00+03:00", "2025-12-31T18:00:00+03:00"),
            Step(
                title=titles(
                    "31 декабря: 150 000 рублей новому получателю. Признака 1.12 ещё нет",
                    "31 желтоқсан: жаңа алушыға 150 000 рубль. 1.12 белгісі әлі жоқ",
                    "31 December: 150,000 roubles to a new payee. Sign 1.12 does not exist yet",
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


def _number_changed(event_id: str, at: str, n: int) -> Document:
    """Write a change of a client's number on the state portal."""
    return event(event_id, "profile_change", at, client=about(n), field="phone", where="gosuslugi")


PHONE_CHANGED: Final = Script(
    name="new_year_1_10c",
    jurisdiction="ru",
    honest=False,
    title=titles(
        "Номер на Госуслугах сменили за 30 часов до перевода: 31.12.2025 и 01.01.2026",
        "«Госуслуги» порталындағы нөмір аударымнан 30 сағат бұрын ауысқан: 31.12.2025 және 01.01.2026",
        "The number on Gosuslugi was changed 30 hours before: on 31.12.2025 and on 01.01.2026",
    ),
    complete=COMPLETE,
    steps=tuple(
        Step(title=title, event=event, outcome=outcome, signs=signs)
        for title, event, outcome, signs in (
            (
                titles(
                    "Первому клиенту меняют номер на Госуслугах",
                    "Бірінші клиенттің «Госуслугидегі» нөмірі ауыстырылады",
                    "The first client's number on Gosuslugi is changed",
                ),
                event(
                    "change-1",
                    "profile_change",
                    "2025-12-30T12:00:00+03:00",
                    client=about(4),
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
                event(
                    "change-2",
                    "profile_change",
                    "2025-12-31T12:00:00+03:00",
                    client=about(5),
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
                event(
                    "change-3",
                    "transfer",
                    "2025-12-31T18:00:00+03:00",
                    payer=client(4),
                    payee=by_details("ru", OFFICER),
                    **roubles("order", 80_000),
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
                event(
                    "change-4",
                    "transfer",
                    "2026-01-01T18:00:00+03:00",
                    payer=client(5),
                    payee=by_details("ru", OFFICER),
                    **roubles("order", 80_000),
                ),
                "hold",
                ("ru.od-2506.1.10c",),
            ),
        )
    ),
)
