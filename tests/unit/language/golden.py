"""Golden files of this room: what they are made from, and how they are written again.

Run `python -m tests.unit.language.golden` to write them after a wanted change, then read the difference.
"""

from pathlib import Path

from holdfast.language import FUNCTIONS, render, to_words
from holdfast.vocabulary.errors import ExpressionError
from tests.unit.language.world import DESIGN, build, build_condition

FOLDER = Path(__file__).parents[2] / "golden/language"
WRONG = (
    'rial == "sbp"',
    'rail == "spb"',
    'rail in ("sbp", "cart")',
    "amount > 200_000",
    'amount > "200000"',
    "amount + 5 > rub(1)",
    "amount > rub(0.001)",
    'amount > money(1, "RUR")',
    "amount > rub(1) + usd(1)",
    "cross_border + 1 == 2",
    'rail > "sbp"',
    "payer == payee",
    "amount",
    "rail and cross_border",
    "hours_since(amount) > 1",
    "occurred_at > 48",
    "occurred_at > hours(48)",
    'occurred_at > "2026-01-01"',
    "payer.custmer_id == payee.customer_id",
    'client.customer_id == "c-1"',
    "device",
    'from.customer_id == "c-1"',
    "cross_border && payee.own",
    'rail = "sbp"',
    "!cross_border",
    'rail in ("sbp")',
    'rail is "sbp"',
    "rail == None",
    "cross_border if payee.own else payer.own",
    'rail[0] == "s"',
    'f"{rail}" == "sbp"',
    "lambda: True",
    "[x for x in (1, 2)]",
    "scheme.risk_level ** 2 > 4",
    "cross_border) and (payee.own",
    'rаil == "sbp"',
    "cross_border \u200band payee.own",
    "rail == “sbp”",
    "counts(by=payer.customer_id) > 1",
    "count(by=payer.customer_id, ovr=hours(1)) > 1",
    "count(by=payer.customer_id, over=24) > 1",
    "count(by=payer.customer_id, over=days(10000)) > 1",
    "count(over=hours(24)) > 1",
    'count(of="transfers", by=payer.customer_id, over=hours(24)) > 1',
    'count(of="login", by=payer.customer_id, where=rail == "sbp", over=hours(24)) > 1',
    'count(by=payer.customer_id, where=matches(payee, "bank.recipients"), over=hours(24)) > 1',
    'latest(rail, by=payer.customer_id) == "sbp"',
    "distinct(payee, by=payer.customer_id, over=days(1)) > 10",
    'last("login", by=rail) < hours_before(1)',
    'matches(payee, "ru.cbr.recipient")',
    'matches(rail, "bank.recipients")',
    'amount > param("ru.limits")',
    'like(rail, "(a+")',
    "months_before(0.5) < occurred_at",
    "cross_border\n  and amount > 5\n  and payee.own",
)
SIGNS = {
    'matches(payee, "ru.courts.criminal_cases", documented=True)': "transfer",
    'matches(payee, "bank.recipients", marked=True) and not matches(device.id, "ru.cbr.devices")': "transfer",
    'scheme.apdu_ms > param("ru.apdu_limit_ms")': "transfer",
    'latest(atypical, of="telecom_activity", by=payer.customer_id, over=hours(6))': "transfer",
    "first_known(device.remote_control, False) or first_known(device.malware, False)": "transfer",
    "hours_since(device.sim_changed_at) <= 48 and not known(device.number_reconfirmed_at)": "transfer",
    (
        'hours_since(last("profile_change", by=payer.customer_id, where=field == "phone" and where == "gosuslugi"))'
        " <= 48"
    ): "transfer",
    (
        'token_card and sum(amount, of="transfer", by=client.customer_id, over=hours(24), inclusive=True,'
        ' where=cross_border and payee.kind == "individual") > rub(100_000)'
    ): "cash_deposit",
    "count(by=payer.customer_id, over=hours(1), attempts=True) > 21 or count(by=device.id, over=minutes(1)) == 0": (
        "transfer"
    ),
    'not (rail == "sbp" or rail in ("card", "order")) and payer.kind != "organisation"': "transfer",
    "amount * 2 > (amount + rub(1)) / 3 or usual.deviation > 2.5": "transfer",
    'hours_since(last("login", by=payer)) <= 1 and days_since(first("login", by=device.id)) < 21': "transfer",
    'sum(listing.price, by=seller, over=days(2)) > kzt(1_000.5) and listing.city != "Алматы"': "listing_published",
    'count(of="login", by=sender.customer_id, over=days(5)) < 1 and contains(text, "http")': "message_sent",
}


def errors() -> str:
    """Write every wrong expression's error."""
    blocks = []
    for text in WRONG:
        try:
            build_condition(text)
        except ExpressionError as error:
            blocks.append(render(text, error))
        else:
            blocks.append(f"accepted: {text}")
    return "\n\n".join(blocks) + "\n"


def sentences() -> str:
    """Write every expression with its sentences."""
    examples = dict.fromkeys((function.example for function in FUNCTIONS.values()), "transfer")
    blocks = []
    for text, event_type in {**DESIGN, **SIGNS, **examples}.items():
        expression = build(text, event_type)
        rows = [text, f"  ru: {to_words(expression, 'ru')}", f"  en: {to_words(expression, 'en')}"]
        blocks.append("\n".join(rows))
    return "\n\n".join(blocks).replace("\u00a0", "~") + "\n"


FILES = {"errors.txt": errors, "sentences.txt": sentences}

if __name__ == "__main__":
    for name, make in FILES.items():
        FOLDER.joinpath(name).write_text(make(), encoding="utf-8")
