"""An invented schema, close to the wire's, that every test of this room reads."""

from holdfast.language import Expression, Literal, Scope, compile_expression
from holdfast.vocabulary.schema import EventSchema, Field, FieldType

T = FieldType
HOUR = 3_600_000
DAY = 24 * HOUR
NOW = 1_778_230_800_000  # 2026-05-08T12:00:00+03:00
PLACES = ("bank", "gosuslugi", "egov", "marketplace", "operator")
IDS = ("account", "bic", "card", "phone", "inn", "ewallet")


def _party(name: str) -> list[Field]:
    """Give the fields of one party."""
    plain = [Field(path=f"{name}.{leaf}", type=T.TEXT, personal=True) for leaf in ("customer_id", "seller_id")]
    listed = [
        Field(path=f"{name}.{leaf}", type=T.TEXT, list_kind=None if leaf == "bic" else leaf, personal=True)
        for leaf in IDS
    ]
    kind = Field(path=f"{name}.kind", type=T.TEXT, words=("individual", "sole_trader", "organisation"))
    return [Field(path=name, type=T.PARTY), *plain, *listed, kind, Field(path=f"{name}.own", type=T.BOOL)]


def _event(*fields: Field) -> dict[str, Field]:
    """Give the names of one event type."""
    device = [Field(path="device.id", type=T.TEXT, list_kind="device"), Field(path="device.os", type=T.TEXT)]
    return {field.path: field for field in (Field(path="occurred_at", type=T.INSTANT), *device, *fields)}


_MONEY = [Field(path="amount", type=T.MONEY, currency="currency"), Field(path="currency", type=T.TEXT)]
_WHERE = Field(path="where", type=T.TEXT, words=PLACES)
_FIELD = Field(path="field", type=T.TEXT, words=("phone", "device", "sim", "password", "payout_account", "limits"))

SCHEMA = EventSchema(
    fields={
        "transfer": _event(
            *_MONEY,
            *_party("payer"),
            *_party("payee"),
            Field(path="rail", type=T.TEXT, words=("order", "sbp", "card", "emoney", "digital_rouble", "internal")),
            Field(path="cross_border", type=T.BOOL),
            Field(path="device.malware", type=T.BOOL),
            Field(path="device.remote_control", type=T.BOOL),
            Field(path="device.sim_changed_at", type=T.INSTANT),
            Field(path="device.number_reconfirmed_at", type=T.INSTANT),
            Field(path="place.city", type=T.TEXT),
            Field(path="place.country", type=T.TEXT),
            Field(path="scheme.apdu_ms", type=T.NUMBER),
            Field(path="scheme.risk_level", type=T.INTEGER),
        ),
        "profile_change": _event(*_party("client"), _FIELD, _WHERE, Field(path="confirmed", type=T.BOOL)),
        "login": _event(*_party("client"), _WHERE),
        "telecom_activity": _event(
            *_party("client"),
            Field(path="atypical", type=T.BOOL),
            Field(path="window_end", type=T.INSTANT),
            Field(path="calls.count", type=T.INTEGER),
            Field(path="calls.minutes", type=T.NUMBER),
        ),
        "cash_deposit": _event(*_MONEY, *_party("client"), Field(path="token_card", type=T.BOOL)),
        "listing_published": _event(
            *_party("seller"),
            Field(path="listing.price", type=T.MONEY, currency="listing.currency"),
            Field(path="listing.currency", type=T.TEXT),
            Field(path="listing.city", type=T.TEXT),
            Field(path="listing.vin", type=T.TEXT, list_kind="vin"),
            Field(path="listing.text", type=T.TEXT),
        ),
        "message_sent": _event(*_party("sender"), *_party("recipient"), Field(path="text", type=T.TEXT)),
    },
    subject={
        "transfer": "payer",
        "profile_change": "client",
        "login": "client",
        "telecom_activity": "client",
        "cash_deposit": "client",
        "listing_published": "seller",
        "message_sent": "sender",
    },
)
PARAMETERS = {
    "ru.limit": Literal(type=T.MONEY, value=10_000_000, currency="RUB"),
    "ru.apdu_limit_ms": Literal(type=T.NUMBER, value=None),
    "ru.hours": Literal(type=T.INTEGER, value=48),
    "ru.unset_hours": Literal(type=T.INTEGER, value=None),
}
COMPUTED = {"usual.deviation": Field(path="usual.deviation", type=T.NUMBER)}
LISTS = ("ru.cbr.recipients", "ru.cbr.devices", "ru.courts.criminal_cases", "bank.recipients")


def scope(event_type: str = "transfer", zone: str = "UTC") -> Scope:
    """Give what an expression on one event type may refer to."""
    return Scope(schema=SCHEMA, event_type=event_type, computed=COMPUTED, parameters=PARAMETERS, lists=LISTS, zone=zone)


def build(text: str, event_type: str = "transfer", zone: str = "UTC") -> Expression:
    """Compile one expression."""
    return compile_expression(text, scope(event_type, zone))


DESIGN = {
    'matches(payee, "ru.cbr.recipients")': "transfer",
    "amount > rub(200_000) and not cross_border": "transfer",
    (
        "mean(amount, by=payer.customer_id, over=days(90)) * 5 < amount"
        " and count(by=payer.customer_id, over=days(90)) >= 10"
    ): "transfer",
    'hours_since(last("profile_change", by=payer.customer_id, where=field == "phone")) <= 48': "transfer",
    (
        'count(of="transfer", as_payee=payer.customer_id, where=rail == "sbp" and payer.own and amount > rub(200_000),'
        ' over=hours(24)) >= 1\n    and payee.kind == "individual"'
        ' and last("transfer", by=(payer, payee)) < months_before(6)'
    ): "transfer",
    'distinct(listing.city, of="listing_published", by=listing.vin, over=days(7)) >= 2': "listing_published",
}


def build_condition(text: str, event_type: str = "transfer") -> Expression:
    """Compile one expression that must be a condition, as a rule's `when` is."""
    return compile_expression(text, scope(event_type), expected=T.BOOL)
