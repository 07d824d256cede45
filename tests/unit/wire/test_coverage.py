"""The wire carries every input that a sign needs: those of the regulators' texts, and those that the packs read."""

from zoneinfo import ZoneInfo

import pytest

from holdfast.app import load_packs, pack_files
from holdfast.engine.schema import full_schema
from holdfast.engine.tenant import Tenant
from holdfast.operations.law import Law
from holdfast.regulation import parse_pack
from holdfast.vocabulary.errors import ExpressionError
from holdfast.vocabulary.lists import ListKind
from holdfast.vocabulary.packs import Pack
from holdfast.wire.fields import event_schema

PAYEE = "payee.account payee.bic payee.card payee.phone payee.inn payee.passport_hash payee.snils_hash payee.ewallet"
LOAN = "amount currency product secured co_borrower"
# what each sign evaluates, by the event type that carries it: section 8 of the collected regulation
NEEDED: dict[str, dict[str, str]] = {
    "OD 1.1": {"transfer": PAYEE},
    "OD 1.2": {"transfer": PAYEE},
    "OD 1.3": {"transfer": "scheme.apdu_ms", "cash_withdrawal": "atm_id scheme.apdu_ms"},
    "OD 1.4": {"transfer": "scheme.risk_level scheme.compromised"},
    "OD 1.5": {"transfer": "device.id"},
    "OD 1.6": {"transfer": "occurred_at session.ip place.country place.city device.id amount payee"},
    "OD 1.7": {"transfer": PAYEE},
    "OD 1.8": {"transfer": PAYEE},
    "OD 1.9": {
        "telecom_activity": "client.customer_id client.phone provider window_start window_end atypical calls.count "
        "calls.minutes calls.new_numbers calls.usual_minutes messages.count messages.new_senders messages.usual_count"
    },
    "OD 1.10a": {"transfer": "device.malware device.remote_control", "device_report": "device.malware source"},
    "OD 1.10b": {"transfer": "session.provider session.hiding_tools device.os device.app device.emulator"},
    "OD 1.10c": {"profile_change": "client.customer_id field where occurred_at confirmed"},
    "OD 1.10d": {"transfer": "device.sim_changed_at device.changed_at device.number_reconfirmed_at"},
    "OD 1.10e": {"transfer": "scheme.peer_bank_signal"},
    "OD 1.11": {"cash_deposit": "occurred_at token_card", "transfer": "occurred_at amount cross_border payee.kind"},
    "OD 1.12": {"transfer": "rail occurred_at amount payer.own payer.bic payee.kind"},
    "OD 2.1 and 2.2": {"transfer": "rail payee.ewallet payee.account"},
    "OD-1765 at the ATM": {
        "cash_withdrawal": "occurred_at place.latitude place.longitude amount method declined_today atm_id",
        "loan_payout": "occurred_at amount",
        "profile_change": "field occurred_at",
        "transfer": "rail payer.own purpose_code",
    },
    "RU loan pause": {"loan_payout": f"{LOAN} contract_at consent_at paid_to_seller debt_grows"},
    "16-MR mule": {"transfer": "payer.kind payee.kind amount occurred_at"},
    "RU own clients": {"transfer": "payer.customer_id payer.account payer.inn payer.passport_hash payer.snils_hash"},
    "KZ centre list": {"transfer": "payee.iin payee.bin payee.account payee.card payee.ewallet payee.phone"},
    "KZ dropper": {"transfer": "payer.cards_open payer.iin"},
    "KZ app call": {"transfer": "device.call_active device.remote_control"},
    "KZ several loans": {"loan_application": "lender occurred_at client.iin"},
    "KZ loan pause": {"loan_payout": "amount lender same_day consent_at"},
    "RU trusted person": {
        "transfer": "payer.trusted_person trusted_confirmed",
        "cash_withdrawal": "client.trusted_person trusted_confirmed",
    },
    "claims": {
        "fraud_report": "of client.customer_id without_consent noticed_at application.number application.date "
        "police.number police.date reason enlist"
    },
    "telecom": {
        "telecom_activity": "sim_swapped_at call_forwarding number_verified number_recycled number_since "
        "identity_matched"
    },
    "identity": {
        "identity_check": "client.customer_id client.seller_id purpose result provider acr session_id operation "
        "operation_id authenticated_at device.id"
    },
    "MP-1 foreign login": {"login": "where client.phone"},
    "MP-2 placed from abroad": {"listing_published": "session.ip session.ip_country seller.phone"},
    "MP-3 one seller, many cities": {
        "listing_published": "listing.city listing.vin listing.plate listing.photos.fingerprint"
    },
    "MP-4 rented account": {"payout": "seller.seller_id payee.account", "mention": "mentioned.card"},
    "MP-5 courier phishing": {"message_sent": "text conversation_id sender.role recipient.seller_id"},
}


def lacking(needs: dict[str, str]) -> list[str]:
    """Give the names that the schema has not."""
    fields = event_schema().fields
    return [
        f"{event_type}.{name}"
        for event_type, names in needs.items()
        for name in names.split()
        if name not in fields.get(event_type, {})
    ]


@pytest.mark.parametrize("sign", NEEDED)
def test_the_wire_carries_what_the_sign_evaluates(sign: str) -> None:
    """Every input of the table is a field of the event that brings it."""
    assert lacking(NEEDED[sign]) == []


def test_every_kind_of_list_entry_but_the_named_ones_can_be_met_by_an_event() -> None:
    """A list may hold what some event brings; a domain stands in the links of a text, which is derived."""
    brought = {field.list_kind for fields in event_schema().fields.values() for field in fields.values()}
    assert {kind.value for kind in ListKind} - brought == {"sbp_phone", "domain"}


def law_of(pack: Pack) -> Law:
    """Compile a pack alone."""
    tenant = Tenant(name="t", home="RU", zone=ZoneInfo("Europe/Moscow"), engine_version="0")
    return Law([pack], full_schema(), tenant=tenant, parameters={})


@pytest.mark.parametrize("name", sorted(pack_files()))
def test_no_shipped_pack_reads_what_the_wire_lacks(name: str) -> None:
    """Every sign, rule, duty and limit of every day compiles against the wire's own schema."""
    law_of(parse_pack(pack_files()[name], name=name)).windows()


def test_a_pack_that_reads_what_the_wire_lacks_does_not_compile() -> None:
    """The test above can fail: a field renamed in a pack is found."""
    data = pack_files()["ru/od-2506"]
    assert b"scheme.peer_bank_signal" in data
    strange = data.replace(b"when: scheme.peer_bank_signal", b"when: scheme.peer_bank_sign")
    with pytest.raises(ExpressionError, match="peer_bank_sign"):
        law_of(parse_pack(strange, name="ru/od-2506")).windows()


def test_every_event_type_that_packs_speak_of_has_a_subject_on_the_wire() -> None:
    """The history of an event belongs to a party that the event has."""
    schema = full_schema()
    spoken = {on for _, pack in load_packs(("ru", "kz")).values() for sign in pack.signs for on in sign.on}
    assert spoken
    assert all(schema.subject[event_type] in schema.fields[event_type] for event_type in spoken)
