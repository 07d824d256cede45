"""Every shipped pack is whole: parsed, cited, titled, dated, and its words fit the wire and the rule language."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import pytest

from holdfast.features.habits import FIELDS
from holdfast.language import Scope, compile_expression
from holdfast.language.scope import Literal
from holdfast.regulation import as_of, boundaries
from holdfast.vocabulary.lists import ListKind
from holdfast.vocabulary.packs import Citation, Pack
from holdfast.vocabulary.schema import FieldType
from holdfast.wire.codec import decode_message
from holdfast.wire.fields import event_schema
from tests.unit.regulation.conftest import NAMES

LISTS = {
    "ru.cbr.recipients", "ru.cbr.devices", "ru.gis.recipients", "ru.courts.criminal_cases", "ru.cbr.digital_rouble",
    "kz.afc.persons", "bank.recipients", "bank.allow",
}  # fmt: skip
CONTRACT = (
    {f"ru.od-1027.{number}" for number in range(1, 7)}
    | {f"ru.od-2506.1.{number}" for number in (*range(1, 10), 11, 12)}
    | {f"ru.od-2506.1.10{letter}" for letter in "abcde"}
    | {"ru.od-2506.2.1", "ru.od-2506.2.2"}
    | {f"ru.od-1765.{number}" for number in range(1, 10)}
    | {f"kz.afc.{number}" for number in range(1, 6)}
)
CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
KAZAKH = re.compile(r"[әғқңөұүһі]", re.IGNORECASE)


def citations(pack: Pack) -> Iterator[Citation]:
    """Give every citation of a pack."""
    if pack.cite is not None:
        yield pack.cite
    for things in (pack.signs, pack.rails, pack.policies, pack.duties, pack.parameters):
        yield from (thing.cite for thing in things)
    if pack.calendar is not None:
        yield pack.calendar.cite


def titles(pack: Pack) -> Iterator[Mapping[str, str]]:
    """Give every title of a pack."""
    yield pack.title
    for things in (pack.signs, pack.policies, pack.duties, pack.rules):
        yield from (thing.title for thing in things)


def expressions(pack: Pack) -> Iterator[tuple[str, str]]:
    """Give every expression of a pack with the event type that it is read for."""
    yield from pack.applies.items()
    yield from ((on, sign.when) for sign in pack.signs for on in sign.on)
    yield from ((on, rule.when) for rule in pack.rules for on in rule.on)
    for duty in pack.duties:
        texts = [text for text in (duty.when, duty.limit_amount, duty.used_amount) if text is not None]
        yield from ((on, text) for on in duty.on for text in texts)


def scope(pack: Pack, event_type: str) -> Scope:
    """Give the names that the expressions of a pack may use."""
    computed = FIELDS if event_type in {"transfer", "cash_withdrawal"} else {}
    literals = {
        value.name: Literal(type=FieldType(value.type), value=value.value, currency=value.currency)
        for value in pack.parameters
    }
    return Scope(
        schema=event_schema(),
        event_type=event_type,
        computed=computed,
        parameters=literals,
        lists=LISTS,
        zone=pack.zone,
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_expression_compiles_at_every_date(packs: Mapping[str, Pack], name: str) -> None:
    """Whatever was in force together reads only names, lists and parameters that exist, and reads them rightly."""
    pack = packs[name]
    for edge in boundaries([pack]):
        for cut in as_of([pack], edge).packs:
            for event_type, text in expressions(cut):
                compile_expression(text, scope(cut, event_type))


@pytest.mark.parametrize("name", NAMES)
def test_evidence_is_public_and_exists(packs: Mapping[str, Pack], name: str) -> None:
    """What a sign shows stands on the wire or is computed, and is nobody's personal data."""
    fields = event_schema().fields
    signs = [(sign.on, sign.evidence) for sign in packs[name].signs]
    rules = [(rule.on, rule.evidence) for rule in packs[name].rules]
    for on, shown in ((on, shown) for on, evidence in (*signs, *rules) for shown in evidence):
        found = [{**fields[event_type], **FIELDS}.get(shown) for event_type in on]
        assert any(found), shown
        assert not any(field.personal for field in found if field), shown


@pytest.mark.parametrize("name", NAMES)
def test_every_citation_is_whole_and_checked(packs: Mapping[str, Pack], name: str) -> None:
    """Act, article, address and a day on which somebody looked, not before the project's state of knowledge."""
    found = list(citations(packs[name]))
    assert found
    for cite in found:
        assert cite.act
        assert cite.article
        assert date.fromisoformat(cite.checked_on) >= date(2026, 11, 22)


@pytest.mark.parametrize("name", NAMES)
def test_every_title_stands_in_three_languages(packs: Mapping[str, Pack], name: str) -> None:
    """Russian and Kazakh are written in their own letters, English has none of theirs."""
    for title in titles(packs[name]):
        assert set(title) == {"ru", "kk", "en"}
        assert CYRILLIC.search(title["ru"])
        assert not KAZAKH.search(title["ru"])
        assert KAZAKH.search(title["kk"])
        assert not CYRILLIC.search(title["en"])
        assert len({title["ru"], title["kk"], title["en"]}) == 3


@pytest.mark.parametrize("name", NAMES)
def test_every_pack_has_examples_that_fit_the_wire(packs: Mapping[str, Pack], name: str) -> None:
    """Three worked cases at least; their events are in order and decode, their list entries have known kinds."""
    examples = packs[name].examples
    assert len(examples) >= 3
    assert len({example.title for example in examples}) == len(examples)
    for example in examples:
        instants = [str(event["occurred_at"]) for event in example.events]
        assert [example.at, *instants] == sorted([example.at, *instants])
        assert len({event["id"] for event in example.events}) == len(example.events)
        for event in example.events:
            decode_message(json.dumps(event).encode())
        for listed, entries in example.lists.items():
            assert listed in LISTS
            assert all(entry["kind"] in set(ListKind) and isinstance(entry["value"], str) for entry in entries)


@pytest.mark.parametrize("name", NAMES)
def test_examples_speak_of_what_exists(packs: Mapping[str, Pack], name: str) -> None:
    """An expected sign, rule, measure or policy is one that some shipped pack has."""
    signs = {str(sign.id) for pack in packs.values() for sign in pack.signs}
    rules = {rule.id for pack in packs.values() for rule in pack.rules}
    kinds = {duty.kind for pack in packs.values() for duty in pack.duties}
    policies = {policy.id for pack in packs.values() for policy in pack.policies}
    for expect in (example.expect for example in packs[name].examples):
        assert set(_mapping(expect.get("signs"))) <= signs
        assert set(_words(expect.get("rules"))) <= rules
        assert {*_words(expect.get("measures")), *_words(expect.get("no_measures"))} <= kinds
        assert {str(_mapping(expect["hold"])["policy"])} <= policies if "hold" in expect else True


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _words(value: object) -> list[str]:
    return value if isinstance(value, list) else []


def test_every_sign_of_the_contract_is_shipped(packs: Mapping[str, Pack]) -> None:
    """The ids that callers were promised exist."""
    assert {str(sign.id) for pack in packs.values() for sign in pack.signs} >= CONTRACT


def test_ids_are_unique_and_begin_with_their_country(packs: Mapping[str, Pack]) -> None:
    """No id of a sign, rule, duty or policy stands in two packs."""
    owners: dict[str, str] = {}
    for pack in packs.values():
        ids = {str(sign.id) for sign in pack.signs} | {rule.id for rule in pack.rules}
        ids |= {duty.id for duty in pack.duties}
        ids |= {policy.id for policy in pack.policies}
        for found in ids:
            assert owners.setdefault(found, pack.id) == pack.id
            assert found.startswith(f"{pack.jurisdiction}."), found


def test_rules_realise_signs_that_are_shipped(packs: Mapping[str, Pack]) -> None:
    """A rule can only lean on a sign that some pack has, and only such a rule may propose a hold."""
    signs = {sign.id for pack in packs.values() for sign in pack.signs}
    for rule in (rule for pack in packs.values() for rule in pack.rules):
        assert set(rule.realises) <= signs
        assert rule.realises or rule.proposes == "challenge"


def test_only_signs_of_what_is_usual_can_be_quietened(packs: Mapping[str, Pack]) -> None:
    """An allow list never silences a regulator's list."""
    quiet = {str(sign.id) for pack in packs.values() for sign in pack.signs if sign.quiet_by}
    assert quiet == {"ru.od-1027.3", "ru.od-2506.1.6", "ru.od-1765.1"}


def test_no_number_of_ours_stands_for_the_schemes(packs: Mapping[str, Pack]) -> None:
    """The limit of 1.3 is the payment system's, so the pack leaves it open."""
    limits = [value for pack in packs.values() for value in pack.parameters if value.name == "apdu_limit_ms"]
    assert limits
    assert all(value.value is None for value in limits)


def test_every_rail_of_the_wire_has_a_class_in_russia(packs: Mapping[str, Pack]) -> None:
    """A fired sign always finds what the law does to the rail."""
    rails = {rail.rail for rail in packs["ru/161-fz"].rails}
    assert rails >= set(event_schema().fields["transfer"]["rail"].words)


def test_proposals_are_marked_as_such(packs: Mapping[str, Pack]) -> None:
    """What is not law says so, and asks for no more than a further check."""
    proposals = [pack for pack in packs.values() if pack.status == "proposal"]
    assert [pack.id for pack in proposals] == ["kz.marketplace-proposals"]
    assert all(sign.proposes == "challenge" for pack in proposals for sign in pack.signs)


@pytest.mark.parametrize(("year", "expected"), [(2025, 246), (2026, 246)])
def test_kazakh_business_days_add_up(packs: Mapping[str, Pack], year: int, expected: int) -> None:
    """Each year of the calendar has as many working days as the published one."""
    calendar = packs["kz/holidays"].calendar
    assert calendar is not None
    first = date(year, 1, 1)
    days = [first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days)]
    weekdays = [day for day in days if day.weekday() < 5 and day.isoformat() not in calendar.days_off]
    assert len(weekdays) + sum(day.startswith(str(year)) for day in calendar.days_on) == expected
