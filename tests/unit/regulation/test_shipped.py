"""Every shipped pack is whole: parsed, cited, titled, dated, and its words fit the wire and the rule language."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import pytest

from holdfast.engine.schema import full_schema
from holdfast.features.habits import FIELDS
from holdfast.language import Scope, compile_expression
from holdfast.language.scope import Literal
from holdfast.operations.outside_names import outside_names
from holdfast.regulation import as_of, boundaries
from holdfast.vocabulary.event import SITE_EVENTS, WITH_PAYEE
from holdfast.vocabulary.lists import ListKind
from holdfast.vocabulary.packs import Citation, Pack
from holdfast.vocabulary.schema import FieldType
from holdfast.wire.codec import decode_message
from tests.unit.regulation.conftest import NAMES

LISTS = {
    "ru.cbr.recipients",
    "ru.cbr.devices",
    "ru.gis.recipients",
    "ru.courts.criminal_cases",
    "ru.cbr.digital_rouble",
    "kz.afc.persons",
    "bank.recipients",
    "bank.allow",
    "marketplace.links.allow",
    "marketplace.links.block",
    "kz.police.sellers",
    "marketplace.payees.allow",
    "marketplace.sellers.allow",
    "marketplace.sellers.blocked",
    "marketplace.sellers.limited",
}
CONTRACT = (
    {f"ru.od-1027.{number}" for number in range(1, 7)}
    | {f"ru.od-2506.1.{number}" for number in (*range(1, 10), 11, 12)}
    | {f"ru.od-2506.1.10{letter}" for letter in "abcde"}
    | {"ru.od-2506.2.1", "ru.od-2506.2.2"}
    | {f"ru.od-1765.{number}" for number in range(1, 10)}
    | {f"kz.afc.{number}" for number in range(1, 6)}
)
CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
LAWS = re.compile(
    r"№ ?161-ФЗ|161-FZ|№ 9-ФЗ|9-FZ|№ 395-1|No\. 395-1|№ 41-ФЗ|41-FZ|№ 24|No\. 24|25-1-бап|25-1-баб|стать[яеи] 25-1"
    r"|article 25-1|Правила АРРФР|ҚНРДА-ның салқындату|ARDFM rules"
)
LAW_NUMBER = re.compile(r"161|395-1|41-|24|25-1|9-|АРРФР|ҚНРДА|ARDFM")
KAZAKH = re.compile(r"[әғқңөұүһі]", re.IGNORECASE)


def citations(pack: Pack) -> Iterator[Citation]:
    """Give every citation of a pack."""
    if pack.cite is not None:
        yield pack.cite
    dues = (pack.notices, pack.refunds, pack.feeds)
    for things in (pack.signs, pack.rails, pack.policies, pack.duties, pack.parameters, *dues):
        yield from (thing.cite for thing in things)
    if pack.calendar is not None:
        yield pack.calendar.cite


def titles(pack: Pack) -> Iterator[Mapping[str, str]]:
    """Give every title of a pack."""
    yield pack.title
    for things in (pack.signs, pack.policies, pack.duties, pack.rules, pack.refunds):
        yield from (thing.title for thing in things)
    yield from (text for notice in pack.notices for text in (notice.subject, notice.body))


def expressions(pack: Pack) -> Iterator[tuple[str, str]]:
    """Give every expression of a pack with the event type that it is read for."""
    yield from pack.applies.items()
    yield from ((on, sign.when) for sign in pack.signs for on in sign.on)
    yield from ((on, rule.when) for rule in pack.rules for on in rule.on)
    for duty in pack.duties:
        texts = [text for text in (duty.when, duty.limit_amount, duty.used_amount) if text is not None]
        yield from ((on, text) for on in duty.on for text in texts)
    yield from (("transfer", refund.when) for refund in pack.refunds)


def scope(pack: Pack, event_type: str) -> Scope:
    """Give the names that the expressions of a pack may use."""
    computed = FIELDS if event_type in {"transfer", "cash_withdrawal"} else {}
    literals = {
        value.name: Literal(type=FieldType(value.type), value=value.value, currency=value.currency)
        for value in pack.parameters
    }
    return Scope(
        schema=full_schema(),
        event_type=event_type,
        computed={**computed, **outside_names((), [pack]).get(event_type, {})},
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
    fields = full_schema().fields
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
    """Three worked cases at least of what judges; events are in order and decode, list entries have known kinds."""
    pack = packs[name]
    examples = pack.examples
    assert len(examples) >= 3 or not (pack.signs or pack.rules or pack.rails or pack.duties)
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
    """No id of a sign, rule, duty, policy, notice or refund stands in two packs."""
    owners: dict[str, str] = {}
    for pack in packs.values():
        ids = {str(sign.id) for sign in pack.signs} | {rule.id for rule in pack.rules}
        ids |= {duty.id for duty in pack.duties}
        ids |= {policy.id for policy in pack.policies}
        ids |= {notice.id for notice in pack.notices} | {refund.id for refund in pack.refunds}
        for found in ids:
            assert owners.setdefault(found, pack.id) == pack.id
            assert found.startswith(f"{pack.jurisdiction}."), found


def test_rules_realise_signs_that_are_shipped(packs: Mapping[str, Pack]) -> None:
    """A rule can only lean on a sign that some pack has, and only such a rule, or one of the site's, may hold."""
    signs = {sign.id for pack in packs.values() for sign in pack.signs}
    for rule in (rule for pack in packs.values() for rule in pack.rules):
        assert set(rule.realises) <= signs
        assert rule.realises or rule.proposes in ("allow", "challenge") or set(rule.on) <= SITE_EVENTS


def test_only_signs_of_what_is_usual_can_be_quietened(packs: Mapping[str, Pack]) -> None:
    """An allow list never silences a regulator's list."""
    quiet = {str(sign.id) for pack in packs.values() for sign in pack.signs if sign.quiet_by}
    assert quiet == {"ru.od-1027.3", "ru.od-2506.1.6"}


def test_a_quiet_list_is_asked_of_events_that_have_a_payee() -> None:
    """The words of the wire and what a pack may say of them do not drift apart."""
    fields = full_schema().fields
    assert {name for name in fields if "payee" in fields[name]} == WITH_PAYEE


def test_a_duty_gives_way_to_duties_of_its_kind(packs: Mapping[str, Pack]) -> None:
    """What it names is shipped, and does what it would have done."""
    kinds = {duty.id: duty.kind for pack in packs.values() for duty in pack.duties}
    duties = [duty for pack in packs.values() for duty in pack.duties]
    assert all(kinds[name] == duty.kind for duty in duties for name in duty.gives_way_to)


def test_no_number_of_ours_stands_for_the_schemes(packs: Mapping[str, Pack]) -> None:
    """The limit of 1.3 is the payment system's, so the pack leaves it open."""
    limits = [value for pack in packs.values() for value in pack.parameters if value.name == "apdu_limit_ms"]
    assert limits
    assert all(value.value is None for value in limits)


def test_every_rail_of_the_wire_has_a_class_in_russia(packs: Mapping[str, Pack]) -> None:
    """A fired sign always finds what the law does to the rail."""
    rails = {rail.rail for rail in packs["ru/161-fz"].rails}
    assert rails >= set(full_schema().fields["transfer"]["rail"].words)


def test_proposals_are_marked_as_such(packs: Mapping[str, Pack]) -> None:
    """What is not law says so; what asks for more than a check is kept to one by the engine until it is trusted."""
    proposals = [pack for pack in packs.values() if pack.status == "proposal"]
    assert [pack.id for pack in proposals] == ["kz.marketplace-proposals"]
    assert {sign.proposes for pack in proposals for sign in pack.signs} <= {"measures", "challenge", "hold", "refuse"}


@pytest.mark.parametrize(("year", "expected"), [(2025, 246), (2026, 246)])
def test_kazakh_business_days_add_up(packs: Mapping[str, Pack], year: int, expected: int) -> None:
    """Each year of the calendar has as many working days as the published one."""
    calendar = packs["kz/holidays"].calendar
    assert calendar is not None
    first = date(year, 1, 1)
    days = [first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days)]
    weekdays = [day for day in days if day.weekday() < 5 and day.isoformat() not in calendar.days_off]
    assert len(weekdays) + sum(day.startswith(str(year)) for day in calendar.days_on) == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_notice_names_one_law(packs: Mapping[str, Pack], name: str) -> None:
    """A text of law says by what law it speaks, and never by two; one of a site's own terms names none."""
    for notice in packs[name].notices:
        for text in notice.body.values():
            found = {LAW_NUMBER.findall(law)[0] for law in LAWS.findall(text)}
            assert len(found) == (packs[name].status == "law"), (notice.id, notice.case, found)


@pytest.mark.parametrize("name", NAMES)
def test_a_notice_says_who_speaks(packs: Mapping[str, Pack], name: str) -> None:
    """Each text ends with the bank and a number that the client knows, and none asks for a code or a call back."""
    for notice in packs[name].notices:
        for text in notice.body.values():
            assert "$bank" in text.splitlines()[-1]
            assert "$phone" in text.splitlines()[-1]
            assert not re.search(
                r"(назовите|сообщите|введите) код|перезвоните|кодты (айтыңыз|енгізіңіз)|call back on", text
            )


@pytest.mark.parametrize("name", NAMES)
def test_a_hold_tells_its_client_when_it_ends(packs: Mapping[str, Pack], name: str) -> None:
    """Every policy that holds has a text for its beginning that names the end, and one for a silent end."""
    pack = packs[name]
    for policy in pack.policies:
        if policy.again_lists and policy.again is None:
            continue  # a repeat is refused: nothing is held
        assert {"place", "lapse"} <= set(policy.texts)
        placed = [text for text in pack.notices if text.id == policy.texts["place"] and text.case in {"", "hold"}]
        assert placed
        for text in (text for notice in placed for text in notice.body.values()):
            assert "$until" in text or "$confirm_by" in text


def test_whatever_a_sites_rule_holds_its_owner_is_told(packs: Mapping[str, Pack]) -> None:
    """Each of the site's own rules that holds brings a notice: the one that its event's policy begins with.

    A pack that makes operations wait under another pack's policy may say more in a text of its own.
    """
    own = [pack for pack in packs.values() if pack.status == "policy"]
    duties = {duty.id: duty for pack in own for duty in pack.duties}
    begins = {policy.id: policy.texts["place"] for pack in own for policy in pack.policies}
    rails = {rail.rail: begins[str(rail.policy)] for pack in own for rail in pack.rails if rail.rail in SITE_EVENTS}
    texts = {pack.id: {notice.id for notice in pack.notices} for pack in own if not pack.rails}
    holding = [
        (pack, rule) for pack in own for rule in pack.rules if rule.proposes == "hold" if SITE_EVENTS & {*rule.on}
    ]
    assert len(holding) > 10
    for pack, rule in holding:
        for event_type in rule.on:
            told = {
                duty.details.get("template")
                for duty in (duties[measure] for measure in rule.measures)
                if duty.kind == "notify_client" and event_type in duty.on
            }
            assert len(told) == 1, (rule.id, event_type)
            assert told <= {rails[event_type], *texts.get(pack.id, ())}, (rule.id, event_type)


def test_whatever_an_operators_word_checks_the_payer_is_told(packs: Mapping[str, Pack]) -> None:
    """Each rule about a transfer that asks for a check after an operator's answer brings one text, for a check only."""
    pack = packs["policy/telecom"]
    duties = {duty.id: duty for duty in pack.duties if duty.kind == "notify_client"}
    texts = {notice.id for notice in pack.notices}
    asking = [rule for rule in pack.rules if "transfer" in rule.on and rule.proposes != "allow"]
    assert len(asking) == 5
    for rule in asking:
        (told,) = (duties[measure] for measure in rule.measures if measure in duties)
        assert told.after == ("challenge",)
        assert told.details["template"] in texts


def test_russian_notices_say_what_part_three_six_asks(packs: Mapping[str, Pack]) -> None:
    """A suspended order may be confirmed until an instant, a refused operation repeated, a refused repeat later."""
    bodies = {text.case: text.body for text in packs["ru/161-fz"].notices if text.id == "ru.161-fz.8.3.6"}
    for language in ("ru", "kk", "en"):
        assert "$confirm_by" in bodies["hold"][language]
        assert "$allowed_from" in bodies["closed"][language]
        assert not {"$confirm_by", "$until", "$allowed_from"} & set(re.findall(r"\$\w+", bodies["refuse"][language]))


def test_no_kazakh_notice_promises_a_confirmation(packs: Mapping[str, Pack]) -> None:
    """The law of Kazakhstan knows no window: a suspended client calls, or appeals to the Center."""
    held = [text for text in packs["kz/afc"].notices if text.id == "kz.afc.notice"]
    assert [text.case for text in held] == ["hold", "hold", "refuse"]
    for text in held:
        assert not any("$confirm_by" in body for body in text.body.values())
        assert not re.search(r"подтверд|раста|confirm", "".join(text.body.values()))
        assert "Антифрод-центр" in text.body["ru"]


def test_policies_and_refunds_name_what_exists(packs: Mapping[str, Pack]) -> None:
    """Careful signs are shipped, lists are known, and hours are counted from an instant that the event has."""
    signs = {sign.id for pack in packs.values() for sign in pack.signs}
    for pack in packs.values():
        for policy in pack.policies:
            assert set(policy.careful_signs) <= signs
            assert {*policy.again_lists, *policy.while_on} <= LISTS
        assert {name for refund in pack.refunds for name in refund.known_on} <= LISTS
        assert {feed.list for feed in pack.feeds} <= LISTS
        starts = {policy.id: policy.count_from for policy in pack.policies if policy.count_from}
        for duty in (duty for duty in pack.duties if duty.policy in starts):
            for event_type in duty.on:
                assert full_schema().fields[event_type][starts[str(duty.policy)]].type is FieldType.INSTANT


def test_the_signs_that_ask_for_care_are_those_of_the_device(packs: Mapping[str, Pack]) -> None:
    """Device, malware, phone number and SIM: whoever has the phone may be the thief."""
    policy = next(policy for policy in packs["ru/161-fz"].policies if policy.id == "ru.161-fz.8.3.4")
    device = {"ru.od-1027.2", "ru.od-2506.1.5"} | {f"ru.od-2506.1.10{letter}" for letter in "acd"}
    assert set(policy.careful_signs) == device
    assert (policy.careful_hours, policy.careful_proof) == (48, ("branch", "call_back"))


def test_the_bank_can_release_no_hold_of_law_by_itself(packs: Mapping[str, Pack]) -> None:
    """Every policy of law cites what forbids an analyst's release."""
    for pack in (pack for pack in packs.values() if pack.status == "law"):
        for policy in pack.policies:
            held = policy.again is not None or not policy.again_lists
            assert not held or policy.forbids["release"], policy.id
