"""Every function of the language, as one declared table that the compiler, the errors and the page read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One function: `signature` and `example` as an analyst writes them, `returns` in words."""

    name: str
    group: str
    signature: str
    returns: str
    summary: str
    example: str


_WINDOW = "by=, of=, where=, over=, inclusive=, attempts=, current=, as_payee=, as_payer="


def _f(name: str, group: str, **rest: str) -> Function:
    """Declare one function."""
    return Function(name=name, group=group, **rest)


_TABLE = (
    _f(
        "rub",
        "money",
        signature="rub(n)",
        returns="money",
        summary="Roubles; kopecks may follow the point.",
        example="amount > rub(200_000)",
    ),
    _f(
        "kzt",
        "money",
        signature="kzt(n)",
        returns="money",
        summary="Tenge; tiyn may follow the point.",
        example="amount > kzt(1_000_000)",
    ),
    _f(
        "usd",
        "money",
        signature="usd(n)",
        returns="money",
        summary="US dollars; cents may follow the point.",
        example="amount >= usd(99.99)",
    ),
    _f(
        "money",
        "money",
        signature='money(n, "CODE")',
        returns="money",
        summary="An amount in major units of any ISO 4217 currency.",
        example='amount > money(1_000, "EUR")',
    ),
    _f(
        "seconds",
        "time",
        signature="seconds(n)",
        returns="duration",
        summary="A span of time.",
        example="count(by=device.id, over=seconds(30)) >= 5",
    ),
    _f(
        "minutes",
        "time",
        signature="minutes(n)",
        returns="duration",
        summary="A span of time.",
        example="count(by=device.id, over=minutes(10)) >= 5",
    ),
    _f(
        "hours",
        "time",
        signature="hours(n)",
        returns="duration",
        summary="A span of time.",
        example="count(by=payer.customer_id, over=hours(24)) >= 30",
    ),
    _f(
        "days",
        "time",
        signature="days(n)",
        returns="duration",
        summary="A span of time: 24 hours each, not calendar days.",
        example="sum(amount, by=payer.customer_id, over=days(30)) > rub(100_000)",
    ),
    _f(
        "instant",
        "time",
        signature='instant("...")',
        returns="instant",
        summary="An instant written in RFC 3339 with its offset.",
        example='occurred_at >= instant("2026-01-01T00:00:00+03:00")',
    ),
    _f(
        "minutes_since",
        "time",
        signature="minutes_since(instant)",
        returns="number",
        summary="Minutes from the instant to the event being decided.",
        example='minutes_since(last("login", by=payer.customer_id)) < 5',
    ),
    _f(
        "hours_since",
        "time",
        signature="hours_since(instant)",
        returns="number",
        summary="Hours from the instant to the event being decided; endless when it never happened.",
        example="hours_since(device.sim_changed_at) <= 48",
    ),
    _f(
        "days_since",
        "time",
        signature="days_since(instant)",
        returns="number",
        summary="Spans of 24 hours from the instant to the event being decided.",
        example='days_since(first("transfer", by=(payer, payee))) < 1',
    ),
    _f(
        "minutes_before",
        "time",
        signature="minutes_before(n)",
        returns="instant",
        summary="The instant n minutes before the event being decided.",
        example='last("login", by=payer.customer_id) > minutes_before(5)',
    ),
    _f(
        "hours_before",
        "time",
        signature="hours_before(n)",
        returns="instant",
        summary="The instant n hours before the event being decided.",
        example="device.sim_changed_at >= hours_before(48)",
    ),
    _f(
        "days_before",
        "time",
        signature="days_before(n)",
        returns="instant",
        summary="The instant n times 24 hours before the event being decided.",
        example='last("transfer", by=(payer, payee)) < days_before(180)',
    ),
    _f(
        "months_before",
        "time",
        signature="months_before(n)",
        returns="instant",
        summary="The same day and time n calendar months earlier in the tenant's zone, or that month's last day.",
        example='last("transfer", by=(payer, payee)) < months_before(6)',
    ),
    _f(
        "hour_of_day",
        "time",
        signature="hour_of_day(instant)",
        returns="integer 0 to 23",
        summary="The hour on the clock of the tenant's zone.",
        example="hour_of_day(occurred_at) in (0, 1, 2, 3, 4)",
    ),
    _f(
        "weekday",
        "time",
        signature="weekday(instant)",
        returns="integer 1 (Monday) to 7",
        summary="The day of the week in the tenant's zone.",
        example="weekday(occurred_at) in (6, 7)",
    ),
    _f(
        "count",
        "window",
        signature=f"count({_WINDOW})",
        returns="integer",
        summary="How many events; 0 when there were none.",
        example='count(of="transfer", by=payer.customer_id, where=rail == "sbp", over=hours(24)) >= 10',
    ),
    _f(
        "sum",
        "window",
        signature="sum(x, ...)",
        returns="the type of x",
        summary="The sum of x over the events; 0 when there were none.",
        example="sum(amount, by=payer.customer_id, over=days(30)) + amount > rub(100_000)",
    ),
    _f(
        "mean",
        "window",
        signature="mean(x, ...)",
        returns="number or money",
        summary="The mean of x.",
        example="amount > mean(amount, by=payer.customer_id, over=days(90)) * 5",
    ),
    _f(
        "std",
        "window",
        signature="std(x, ...)",
        returns="number or money",
        summary="The population standard deviation of x.",
        example=(
            "amount > mean(amount, by=payer.customer_id, over=days(90))"
            " + std(amount, by=payer.customer_id, over=days(90)) * 3"
        ),
    ),
    _f(
        "min",
        "window",
        signature="min(x, ...)",
        returns="the type of x",
        summary="The least x.",
        example="min(amount, by=payer.customer_id, over=days(90)) > amount",
    ),
    _f(
        "max",
        "window",
        signature="max(x, ...)",
        returns="the type of x",
        summary="The greatest x.",
        example="amount > max(amount, by=payer.customer_id, over=days(180)) * 2",
    ),
    _f(
        "distinct",
        "window",
        signature="distinct(x, ...)",
        returns="integer",
        summary="How many different values of x; unknown when there were none.",
        example="distinct(payee.account, by=payer.customer_id, over=days(1)) > 10",
    ),
    _f(
        "first",
        "window",
        signature='first("type", by=, ...)',
        returns="instant",
        summary="When the first such event happened.",
        example='days_since(first("login", by=payer.customer_id)) < 30',
    ),
    _f(
        "last",
        "window",
        signature='last("type", by=, ...)',
        returns="instant",
        summary="When the last such event happened; long ago without end when it never did.",
        example='hours_since(last("profile_change", by=payer.customer_id, where=field == "phone")) <= 48',
    ),
    _f(
        "earliest",
        "window",
        signature="earliest(x, ...)",
        returns="the type of x",
        summary="The value of x in the first event; not for texts, of which only a hash is kept.",
        example="earliest(amount, by=payer.customer_id, over=days(30)) < rub(10)",
    ),
    _f(
        "latest",
        "window",
        signature="latest(x, ...)",
        returns="the type of x",
        summary="The value of x in the last event that was seen; not for texts.",
        example='latest(atypical, of="telecom_activity", by=payer.customer_id, over=hours(24))',
    ),
    _f(
        "matches",
        "list",
        signature='matches(party or field, "list", documented=, marked=, every=)',
        returns="true, false or unknown",
        summary=(
            "Whether an identifier is on the list; `documented=True` counts only entries with a document,"
            " `marked=True` only those with the police mark. Of several texts one is enough; `every=True` asks whether"
            " each of them is. A domain is on a list when it or a domain above it is."
        ),
        example='matches(payee, "ru.cbr.recipients")',
    ),
    _f(
        "param",
        "value",
        signature='param("name")',
        returns="the parameter's type",
        summary="A dated parameter of the pack; unknown where it is not set.",
        example='amount > param("ru.limit")',
    ),
    _f(
        "known",
        "value",
        signature="known(x)",
        returns="true or false",
        summary="Whether x is known; never unknown itself.",
        example="known(device.id) and not known(payee.inn)",
    ),
    _f(
        "first_known",
        "value",
        signature="first_known(a, b, ...)",
        returns="the type of a",
        summary="The first of the values that is known.",
        example="first_known(device.malware, False)",
    ),
    _f(
        "lower",
        "text",
        signature="lower(x)",
        returns="text",
        summary="The text in small letters.",
        example='lower(place.city) == "алматы"',
    ),
    _f(
        "startswith",
        "text",
        signature='startswith(x, "...")',
        returns="true or false",
        summary="Whether the text begins so.",
        example='startswith(payer.phone, "+7701")',
    ),
    _f(
        "contains",
        "text",
        signature='contains(x, "...")',
        returns="true or false",
        summary="Whether the text holds the other anywhere.",
        example='contains(lower(device.os), "android")',
    ),
    _f(
        "like",
        "text",
        signature='like(x, r"...")',
        returns="true or false",
        summary="Whether an RE2 pattern is found anywhere in the text; `^` and `$` bind it to the ends.",
        example='like(payee.account, r"^40817810\\d{12}$")',
    ),
)

FUNCTIONS: Final[Mapping[str, Function]] = {function.name: function for function in _TABLE}
GROUPS: Final[Mapping[str, str]] = {
    "money": "Amounts",
    "time": "Time",
    "window": "The past",
    "list": "Lists",
    "value": "Known, unknown, parameters",
    "text": "Texts",
}


def function_table() -> str:
    """Write the table as Markdown, group by group."""
    rows: list[str] = []
    for group, title in GROUPS.items():
        rows += [f"### {title}", "", "| function | gives | meaning | example |", "|---|---|---|---|"]
        rows += [_row(function) for function in FUNCTIONS.values() if function.group == group]
        rows.append("")
    return "\n".join(rows)


def _row(function: Function) -> str:
    """Write one function's row; a bar inside code would end the cell."""
    example = function.example.replace("|", "\\|")
    return f"| `{function.signature}` | {function.returns} | {function.summary} | `{example}` |"
