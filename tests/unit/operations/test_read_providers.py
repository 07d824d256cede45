"""The file of providers is read strictly: every fault is told with its place and what was expected."""

import re
from pathlib import Path

import pytest

from holdfast.language import Scope, compile_expression
from holdfast.operations.read_providers import read_providers
from holdfast.regulation import parse_pack
from holdfast.vocabulary.errors import ProvidersError
from holdfast.vocabulary.outside import OnMissing, fields_by_type
from holdfast.vocabulary.schema import FieldType
from holdfast.wire.fields import event_schema
from tests.bench.provider import declaration
from tests.unit.operations.enriching import pack

GOOD = declaration("https://telecom.example/v1/check").decode()


def test_a_declaration_becomes_names_of_rules() -> None:
    """Each value of an answer is a typed name on the declared event types; only what is `shown` is not personal."""
    specs = read_providers(declaration("https://a.example", on="transfer, login", more="    cache_s: 5\n"))
    names = fields_by_type(specs)
    assert set(names) == {"transfer", "login"}
    fields = names["transfer"]
    assert fields["outside.telecom.risk"].type is FieldType.NUMBER
    assert fields["outside.telecom.ported_at"].type is FieldType.INSTANT
    assert [path for path, field in fields.items() if not field.personal] == ["outside.telecom.calls_new"]
    assert (specs[0].cache_s, specs[0].send) == (5, {"msisdn": "payer.phone", "client": "payer.customer_id"})


def test_an_amount_is_sent_under_its_wire_name() -> None:
    """`amount_minor` of the wire is `amount` of the rules."""
    (spec,) = read_providers(GOOD.replace("client: payer.customer_id", "sum: amount_minor").encode())
    assert spec.send["sum"] == "amount"


@pytest.mark.parametrize(
    ("before", "after", "pointer", "said"),
    [
        ("url:", "uri:", "/providers/0/uri", "`uri` is not known here"),
        ("    send:", "    sent:", "/providers/0/sent", "`sent` is not known here"),
        ("id: telecom", "id: Telecom", "/providers/0/id", "no name for rules"),
        ("https://telecom.example/v1/check", "telecom.example", "/providers/0/url", "an address is expected"),
        ("https://telecom", "http://telecom", "/providers/0/url", "in the open"),
        ("https://telecom", "https://me:secret@telecom", "/providers/0/url", "must not hold a password"),
        ("on: [transfer]", "on: [transferred]", "/providers/0/on/0", "`transferred`"),
        ("on: [transfer]", "on: [transfer_result]", "/providers/0/on/0", "no provider is asked"),
        ("on: [transfer]", "on: []", "/providers/0/on", "at least one event type"),
        ("payer.phone", "payer.fone", "/providers/0/send/msisdn", "no field `payer.fone`"),
        ("payer.phone", "payer", "/providers/0/send/msisdn", "no field `payer`"),
        ("type: number", "type: money", "/providers/0/answers/risk/type", "one of"),
        ("at: /risk", "at: risk", "/providers/0/answers/risk/at", "a JSON pointer"),
        ("risk: {", "missing: {", "/providers/0/answers/missing", "cannot be the name"),
        ("risk: {", "Risk: {", "/providers/0/answers/Risk", "cannot be the name"),
        ("shown: true", "shown: perhaps", "/providers/0/answers/calls_new/shown", "`true` or `false`"),
        ("note: {type: text, at: /note}", "risk: {type: text, at: /note}", "/providers/0/answers/risk", "stands twice"),
        ("    answers:", "    timeout_ms: 0\n    answers:", "/providers/0/timeout_ms", "from 1 to 10000"),
        ("    answers:", "    failures: many\n    answers:", "/providers/0/failures", "a whole number"),
        ("    answers:", "    plain: 1\n    answers:", "/providers/0/plain", "`true` or `false`"),
        ("providers:", "provider:", "/provider", "`provider` is not known here"),
    ],
)
def test_every_fault_is_told_with_its_place(before: str, after: str, pointer: str, said: str) -> None:
    """A wrong key, name, address, field, type or number is refused with a pointer and a hint."""
    assert before in GOOD
    with pytest.raises(ProvidersError) as caught:
        read_providers(GOOD.replace(before, after, 1).encode())
    assert (caught.value.pointer, said in caught.value.message) == (pointer, True), caught.value.message
    assert caught.value.span is not None
    assert caught.value.advice


def test_two_of_one_name_and_none_at_all_are_refused() -> None:
    """A provider is declared once, and a file declares one."""
    twice = GOOD + GOOD.removeprefix("providers:\n")
    with pytest.raises(ProvidersError, match="`telecom` stands twice"):
        read_providers(twice.encode())
    with pytest.raises(ProvidersError, match="1 to 32"):
        read_providers(b"providers: []")
    with pytest.raises(ProvidersError, match="not valid YAML"):
        read_providers(b"providers: [")


def test_this_machine_and_a_private_network_may_be_asked_without_tls() -> None:
    """Plain http goes to loopback, and elsewhere only where the file says that the network is private."""
    assert read_providers(GOOD.replace("https://telecom.example", "http://127.0.0.1:9").encode())
    plain = GOOD.replace("https://", "http://") + "    plain: true\n"
    assert read_providers(plain.encode())[0].plain


def test_the_example_of_the_documentation_is_good() -> None:
    """What the page shows can be copied: the declaration is read, and the rule compiles with its names."""
    page = (Path(__file__).parents[3] / "docs" / "providers.md").read_text(encoding="utf-8")
    declared, rule = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    specs = read_providers(declared.encode())
    assert [spec.id for spec in specs] == ["telecom"]
    parsed = parse_pack(pack(rule), name="policy/bank")
    scope = Scope(schema=event_schema(), event_type="transfer", computed=specs[0].fields())
    assert compile_expression(parsed.rules[0].when, scope).type is FieldType.BOOL
    assert parsed.rules[0].on_missing is OnMissing.REVIEW
