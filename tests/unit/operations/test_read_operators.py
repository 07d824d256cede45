"""A mobile operator in the file of providers: what its API lacks or does not know is told with its place."""

import re
from pathlib import Path
from typing import Any

import pytest

from holdfast.operations.asked import asking
from holdfast.operations.read_providers import read_providers
from holdfast.vocabulary.errors import ProvidersError
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.outside import fields_by_type
from holdfast.vocabulary.schema import FieldType
from holdfast.vocabulary.telecom import APIS
from tests.unit.gateways.telecom.operating import declaration

ROOT = "https://operator.example"
VERIFY: dict[str, Any] = {
    "api": "number-verification/verify",
    "send": {"phoneNumber": "payer.phone", "code": "session.network_code"},
}
TENURE = {"api": "kyc-tenure/check-tenure", "on": ["payout"]}


def declared(api: str = "sim-swap/check", **changes: Any) -> bytes:
    """Declare an operator."""
    return declaration(ROOT, changes.pop("api", api), **changes)


def event(**values: Any) -> Event:
    """Make a transfer."""
    return Event(id="t-1", type="transfer", occurred_ms=0, received_ms=0, values=values)  # type: ignore[arg-type] # plain


def test_the_answers_of_an_api_become_names_of_rules() -> None:
    """Rules read the published answers under the provider's name; only what the file shows may be shown."""
    (spec,) = read_providers(declared(shown=["swapped"], hours=72))
    fields = fields_by_type((spec,))["transfer"]
    assert {path: field.type for path, field in fields.items()} == {
        "outside.sim_swap.swapped": FieldType.BOOL,
        "outside.sim_swap.checked_hours": FieldType.INTEGER,
    }
    assert [path for path, field in fields.items() if not field.personal] == ["outside.sim_swap.swapped"]
    assert spec.operator is not None
    assert (spec.operator.version, spec.operator.hours, spec.operator.three_legged) == ("2", 72, False)


def test_only_what_is_sent_can_be_matched() -> None:
    """KYC Match answers about the attributes that are declared, and no others."""
    send = {"phoneNumber": "seller.phone", "idDocument": "seller.iin"}
    (spec,) = read_providers(declared("kyc-match/match", on=["payout"], send=send))
    assert [told.name for told in spec.answers] == ["id_document", "id_document_score"]


@pytest.mark.parametrize(
    ("changes", "pointer", "said"),
    [
        ({"api": "sim-swap/retrieve"}, "/providers/0/api", "one of"),
        ({"kind": "soap"}, "/providers/0/kind", "one of"),
        ({"version": "3"}, "/providers/0/version", "one of"),
        ({"token_url": "http://operator.example/token"}, "/providers/0/token_url", "in the open"),
        ({"hours": 2401}, "/providers/0/hours", "from 1 to 2400"),
        ({"hours": 24, "api": "sim-swap/retrieve-date"}, "/providers/0/hours", "not asked about the last hours"),
        ({"send": {"msisdn": "payer.phone"}}, "/providers/0/send/msisdn", "the API has no `msisdn`"),
        ({"send": {"consent": "session.consent_id"}}, "/providers/0/send", "the API needs `phoneNumber`"),
        ({"send": {"phoneNumber": "payer.registered_at"}}, "/providers/0/send/phoneNumber", "made of a text"),
        ({**TENURE, "send": {"phoneNumber": "seller.phone"}}, "/providers/0/send", "the API needs `tenureDate`"),
        (
            {**TENURE, "send": {"phoneNumber": "seller.phone", "tenureDate": "seller.inn"}},
            "/providers/0/send/tenureDate",
            "made of an instant",
        ),
        ({"api": "kyc-match/match"}, "/providers/0/send", "nothing to match"),
        ({**VERIFY, "send": {"phoneNumber": "payer.phone"}}, "/providers/0/send", "the API needs `code`"),
        (
            {**VERIFY, "send": {**VERIFY["send"], "hashedPhoneNumber": "payer.phone"}},
            "/providers/0/send",
            "exactly one",
        ),
        ({"auth_file": None}, "/providers/0/token_url", "exactly one of `auth_file` and `key_file`"),
        ({"key_file": "key.pem"}, "/providers/0/token_url", "exactly one of `auth_file` and `key_file`"),
        ({"three_legged": True}, "/providers/0/send", "a three-legged token needs"),
        (
            {"send": {"phoneNumber": "payer.phone", "code": "session.network_code"}},
            "/providers/0/send/code",
            "gives a three-legged token",
        ),
        ({"consent_header": "X-Consent"}, "/providers/0/consent_header", "no consent to send"),
        ({"consent_header": "X Consent\r\n"}, "/providers/0/consent_header", "the name of a header"),
        ({"purpose": "fraud prevention"}, "/providers/0/purpose", "a purpose of W3C DPV"),
        ({"client_id": "me and you"}, "/providers/0/client_id", "plain characters"),
        ({"shown": ["no_such"]}, "/providers/0/shown/0", "does not answer `no_such`"),
        ({"answers": {}}, "/providers/0/answers", "`answers` is not known here"),
    ],
)
def test_every_fault_is_told_with_its_place(changes: dict[str, Any], pointer: str, said: str) -> None:
    """What is missing, unknown to the API, or gives no token is refused with a pointer."""
    with pytest.raises(ProvidersError) as caught:
        read_providers(declared(**changes))
    assert (caught.value.pointer, said in caught.value.message) == (pointer, True), caught.value.message


def test_a_number_is_asked_by_in_e164_or_not_at_all() -> None:
    """A number is written with its country code, as of the tenant's home; what is none asks nobody."""
    (spec,) = read_providers(declared())
    ask = asking(spec, "KZ")
    assert ask(event(**{"payer.phone": "8 (701) 123-45-67"})) == {"phoneNumber": "+77011234567"}
    assert ask(event(**{"payer.phone": "twelve"})) == {}
    assert ask(event(**{"payer.customer_id": "c-1"})) == {}


def test_without_consent_or_code_nobody_is_asked() -> None:
    """Where the file sends a consent or needs a code, an event that has none of it asks nobody."""
    (spec,) = read_providers(declared(send={"phoneNumber": "payer.phone", "consent": "session.consent_id"}))
    number = {"payer.phone": "+77011234567"}
    assert asking(spec, "KZ")(event(**number)) == {}
    assert asking(spec, "KZ")(event(**number, **{"session.consent_id": "k-1"}))["consent"] == "k-1"
    (spec,) = read_providers(declared(**VERIFY))
    assert asking(spec, "KZ")(event(**number)) == {}


def test_the_page_says_what_the_program_reads() -> None:
    """The example of the documentation is good, and its table names every question with its words and answers."""
    page = (Path(__file__).parents[3] / "docs" / "telecom.md").read_text(encoding="utf-8")
    (spec,) = read_providers(re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0].encode())
    assert (spec.operator is not None, spec.cost, spec.cache_s) == (True, 1, 300)
    for name, api in APIS.items():
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{name}` |")]
        words = () if api.matches else api.words
        assert all(f"`{word}`" in row for word in (*words, *api.needs, *api.answers)), row
        assert all(version in row for version in api.versions), row
