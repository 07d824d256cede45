"""Russian: what nouns, numbers, comparisons and questions to the past sound like."""

from typing import Final

from holdfast.language.currencies import to_major
from holdfast.language.speech.lexicon import (
    CLAIMS,
    EVENTS,
    FIELDS,
    LEAVES,
    LISTS,
    MANY,
    PARTIES,
    WORDS,
    Claim,
    EventNoun,
    Noun,
)
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS, MINUTE_MS, from_ms
from holdfast.vocabulary.windows import KeyPart, ListProbe, Statistic, WindowSpec

_SIGNS: Final = {"RUB": "₽", "KZT": "₸", "USD": "$", "EUR": "€"}
_UNITS: Final = {  # accusative for 1, for 2 to 4, for 5 and more; genitive for 1
    "second": ("секунду", "секунды", "секунд", "секунды"),
    "minute": ("минуту", "минуты", "минут", "минуты"),
    "hour": ("час", "часа", "часов", "часа"),
    "day": ("день", "дня", "дней", "дня"),
    "month": ("месяц", "месяца", "месяцев", "месяца"),
}
_WAS: Final = {"m": "был", "f": "была", "n": "было"}
_LAST: Final = {
    "m": ("последний", "последнего"),
    "f": ("последняя", "последней"),
    "n": ("последнее", "последнего"),
}
_FIRST: Final = {"m": ("первый", "первого"), "f": ("первая", "первой"), "n": ("первое", "первого")}
_ORDER: Final = {">": "больше", ">=": "не меньше", "<": "меньше", "<=": "не больше"}
_TIME_ORDER: Final = {">": "позже", ">=": "не раньше", "<": "раньше", "<=": "не позже"}
_AMOUNTS: Final = {
    Statistic.SUM: "общая сумма",
    Statistic.MEAN: "средняя сумма",
    Statistic.MIN: "наименьшая сумма",
    Statistic.MAX: "наибольшая сумма",
    Statistic.STD: "стандартное отклонение суммы",
    Statistic.EARLIEST: "сумма первого из",
    Statistic.LATEST: "сумма последнего из",
}
_VALUES: Final = {
    Statistic.SUM: "сумма значений",
    Statistic.MEAN: "среднее значение",
    Statistic.MIN: "наименьшее значение",
    Statistic.MAX: "наибольшее значение",
    Statistic.STD: "стандартное отклонение",
    Statistic.EARLIEST: "первое значение",
    Statistic.LATEST: "последнее значение",
}
_BY: Final = {
    "payer": "этого плательщика",
    "client": "этого клиента",
    "seller": "этого продавца",
    "sender": "этого отправителя",
    "recipient": "этому адресату",
    "payee": "этому получателю",
    "device.id": "с этого устройства",
    "session.ip": "с этого IP-адреса",
}
_DAYS: Final = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")
_ROLES: Final = {"payee": "в пользу нынешнего", "payer": "от имени нынешнего"}


class Russian:
    """Phrases of Russian; units agree with their numbers."""

    and_word = "и"
    or_word = "или"
    times = "×"
    known_that = "установлено:"
    this_amount = "сумма этой операции"

    def noun(self, path: str) -> Noun:
        """Name a field."""
        if path in FIELDS:
            return FIELDS[path]
        if path in PARTIES:
            return PARTIES[path]
        prefix, _, leaf = path.rpartition(".")
        if prefix in PARTIES and leaf in LEAVES:
            word, party = LEAVES[leaf], PARTIES[prefix]
            return Noun(f"{word.ru} {party.ru_of}", f"{word.ru_of} {party.ru_of}", word.gender, "")
        return Noun(f"«{path}»", f"«{path}»", "n", "")

    def name(self, path: str) -> str:
        """Name a field in the nominative."""
        return self.noun(path).ru

    def event(self, name: str) -> EventNoun:
        """Name an event type."""
        known = EVENTS.get(name)
        return known or EventNoun(
            f"событие «{name}»", f"события «{name}»", f"события «{name}»", f"событий «{name}»", "n", "", ""
        )

    def claim(self, path: str, *, holds: bool) -> str:
        """Say a yes-or-no field."""
        known = CLAIMS.get(path) or Claim(f"верно «{path}»", f"неверно «{path}»", "", "")
        return known.ru if holds else known.ru_not

    def word(self, word: str, *, closed: bool) -> str:
        """Say a text: a known word of a closed set by its name, any other in quotes."""
        return WORDS[word][0] if closed and word in WORDS else f"«{word}»"

    def number(self, value: float) -> str:
        """Write a number."""
        text = f"{value:,}".replace(",", "\u00a0").replace(".", ",")
        return text.removesuffix(",0")

    def money(self, minor: int, currency: str) -> str:
        """Write an amount."""
        whole, _, part = to_major(minor, currency).partition(".")
        digits = f"{int(whole):,}".replace(",", "\u00a0")
        return f"{digits}{f',{part:0<2}' if part else ''}\u00a0{_SIGNS.get(currency, currency)}"

    def instant(self, instant_ms: int) -> str:
        """Write an instant."""
        return f"{from_ms(instant_ms):%d.%m.%Y %H:%M} (UTC)"

    def span(self, count: float, unit: str) -> str:
        """Write a span of time after `за`: 1 час, 2 часа, 5 часов."""
        one, few, many, _ = _UNITS[unit]
        if count != int(count):
            return f"{self.number(count)} {_UNITS[unit][3]}"
        tens, ones = int(count) % 100, int(count) % 10
        form = many if 10 < tens < 20 else one if ones == 1 else few if 2 <= ones <= 4 else many
        return f"{self.number(count)} {form}"

    def span_of(self, count: float, unit: str) -> str:
        """Write a span of time after `больше`: 1 часа, 2 часов, 5 часов."""
        single = count != int(count) or (int(count) % 10 == 1 and int(count) % 100 != 11)
        return f"{self.number(count)} {_UNITS[unit][3 if single else 2]}"

    def duration(self, span_ms: int, *, after_than: bool = False) -> str:
        """Write a duration in the unit in which people say it: hours up to two days, then days."""
        for unit, size, least in (
            ("day", DAY_MS, 3 * DAY_MS),
            ("hour", HOUR_MS, HOUR_MS),
            ("minute", MINUTE_MS, MINUTE_MS),
        ):
            if span_ms % size == 0 and span_ms >= least:
                return (self.span_of if after_than else self.span)(span_ms // size, unit)
        return (self.span_of if after_than else self.span)(span_ms / 1000, "second")

    def compared(self, operator: str, left: str, right: str, *, literal: bool) -> str:
        """Compare quantities."""
        if operator in ("==", "!="):
            return (
                f"{left} {'не ' * (operator == '!=')}составляет {right}"
                if literal
                else self.same(operator, left, right)
            )
        return f"{left} {_ORDER[operator]}{'' if literal else ', чем'} {right}"

    def same(self, operator: str, left: str, right: str) -> str:
        """Compare two names for equality."""
        return f"{left} и {right} {'совпадают' if operator == '==' else 'различаются'}"

    def equals(self, operator: str, left: str, right: str) -> str:
        """Compare a name with a word."""
        return f"{left} — {'не ' * (operator == '!=')}{right}"

    def one_of(self, item: str, values: list[str], *, holds: bool) -> str:
        """Say that a value is among others."""
        return f"{item} — {'' if holds else 'не '}из числа: {', '.join(values)}"

    def passed(self, operator: str, since: Noun, amount: str) -> str:
        """Say how long ago something was."""
        if operator in ("==", "!="):
            return f"с момента {since.ru_of} прошло {'не ' * (operator == '!=')}ровно {amount}"
        return f"с момента {since.ru_of} прошло {_ORDER[operator]} {amount}"

    def elapsed(self, since: Noun, unit: str) -> str:
        """Name the time since something as a quantity."""
        return f"число {_UNITS[unit][2]} с момента {since.ru_of}"

    def before(self, count: float, unit: str) -> str:
        """Name the instant some time before the event."""
        return f"за {self.span(count, unit)} до события"

    def moment(self, operator: str, left: Noun, right: str, *, literal: bool) -> str:
        """Compare instants."""
        if operator in ("==", "!="):
            return self.same(operator, left.ru, right)
        return f"{left.ru} {_WAS[left.gender]} {_TIME_ORDER[operator]}{'' if literal else ', чем'} {right}"

    def none_since(self, events: str, before: str) -> str:
        """Say that nothing happened since an instant before the event."""
        return f"{before} не было {events}"

    def listed(self, probe: ListProbe, *, holds: bool) -> str:
        """Say that a party or identifier is on a list."""
        title = LISTS.get(probe.list, (f"«{probe.list}»", ""))[0]
        marks = " (с документом)" * probe.documented + " (с отметкой МВД)" * probe.marked
        verb = "есть в списке" if holds else "отсутствует в списке"
        shown = title if title.startswith("«") else f"«{title.replace('«', '„').replace('»', '“')}»"
        if probe.every:
            return f"{'' if holds else 'не '}каждое из: {self.name(probe.subject)} — есть в списке {shown}{marks}"
        return f"{self.name(probe.subject)} {verb} {shown}{marks}"

    def tested(self, name: str, text: str, part: str, *, holds: bool) -> str:
        """Say what a text is like."""
        verb = {"startswith": "начинается с", "contains": "содержит", "like": "подходит под образец"}[name]
        return f"{text} {'' if holds else 'не '}{verb} «{part}»"

    def lowered(self, text: str) -> str:
        """Name a text in small letters."""
        return f"{text} (строчными буквами)"

    def known(self, text: str, *, holds: bool) -> str:
        """Say that a value is known."""
        return f"{'известно' if holds else 'неизвестно'}: {text}"

    def first_known(self, texts: list[str]) -> str:
        """Name the first known value."""
        return f"первое известное из: {', '.join(texts)}"

    def negated(self, text: str) -> str:
        """Negate a whole condition."""
        return f"неверно: {text}"

    def calendar(self, name: str, text: str) -> str:
        """Name what the calendar says of an instant."""
        if text == self.name("occurred_at"):
            return "час суток" if name == "hour_of_day" else "день недели"
        return f"{'час суток' if name == 'hour_of_day' else 'день недели'} ({text})"

    def unset(self, parameter: str) -> str:
        """Name a parameter that is not set."""
        return f"параметр «{parameter}» (не задан)"

    def key(self, part: KeyPart, of: str) -> str:
        """Say to whom past events belong."""
        now, _, leaf = part.now.partition(".")
        then = part.then.partition(".")[0]
        if now != then and then in _ROLES and now in PARTIES:
            if now not in _ROLES:
                return ("в пользу " if then == "payee" else "") + _BY[now]
            return f"{_ROLES[then]} {PARTIES[now].ru_of}"
        if part.now in _BY or (now in _BY and leaf in ("", "customer_id", "seller_id", "member_id")):
            if now == "payee" and of != "transfer":
                return "этого получателя"
            return _BY.get(part.now) or _BY[now]
        return f"с тем же {self._same_leaf(part.now)}"

    def _same_leaf(self, path: str) -> str:
        """Name an identifier after `с тем же`."""
        leaf = path.rsplit(".", 1)[-1]
        words = {"vin": "VIN", "plate": "госномером", "phone": "телефоном", "account": "счётом", "inn": "ИНН"}
        return words.get(leaf, f"значением «{self.name(path)}»")

    def question(self, spec: WindowSpec, value: str | None, path: str | None) -> str:
        """Name what is asked of the past, up to the event's noun in the genitive plural."""
        statistic = spec.statistic
        events = self.event(spec.of).ru_of_many
        if statistic is Statistic.COUNT:
            return f"число {events}"
        if statistic is Statistic.DISTINCT:
            many = MANY.get(path or "", (f"значений «{value}»", ""))[0]
            return f"число разных {many} среди {events}"
        value = (value or "").strip("«»")
        if path == "amount":
            return f"{_AMOUNTS[statistic]} {events}"
        return f"{_VALUES[statistic]} «{value}» среди {events}"

    def extreme(self, statistic: Statistic, of: str, rest: str) -> Noun:
        """Name the first or last event."""
        noun = self.event(of)
        nominative, genitive = (_LAST if statistic is Statistic.LAST else _FIRST)[noun.gender]
        return Noun(f"{nominative} {noun.ru}{rest}", f"{genitive} {noun.ru_of}{rest}", noun.gender, "")

    def within(self, over: str) -> str:
        """Say the length of a window."""
        return f"за {over}"

    def filtered(self, where: str | None, marks: list[str]) -> str:
        """Say in brackets which events count."""
        return "; ".join([*([f"где {where}"] if where else []), *marks])

    def marks(self, spec: WindowSpec) -> list[str]:
        """Say what else counts: the end of the window, refused attempts, the event itself."""
        words = (
            (spec.inclusive, "включая границу"),
            (spec.attempts, "включая отклонённые попытки"),
            (spec.current, "считая нынешнее событие"),
        )
        return [word for holds, word in words if holds]

    def some(self, of: str, rest: str, *, holds: bool) -> str:
        """Say that there were events, or none."""
        noun = self.event(of)
        return f"были {noun.ru_many}{rest}" if holds else f"не было {noun.ru_of_many}{rest}"

    def told(self, statistic: Statistic, of: str, parts: tuple[str, str]) -> str:
        """Say what the last or first event says; `parts` are whose it is, and the claim."""
        noun = self.event(of)
        word = "последн" if statistic is Statistic.LATEST else "перв"
        ending = {"m": "ем", "f": "ей", "n": "ем"} if word == "последн" else {"m": "ом", "f": "ой", "n": "ом"}
        return f"в {word}{ending[noun.gender]} из {noun.ru_of_many}{parts[0]} {parts[1]}"

    def day(self, number: int) -> str:
        """Name a day of the week."""
        return _DAYS[number - 1]
