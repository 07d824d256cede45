"""What a pack file may not say, and how the error points at it."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.regulation import parse_pack
from holdfast.vocabulary.errors import PackError
from tests.unit.regulation.conftest import SMALL, parse_small

SECOND_RULE = """\
rules:
  - {id: xx.own, on: [transfer], when: known(amount), proposes: allow, title: {ru: "а", kk: "а", en: "a"}}
"""
CALENDAR = """status: law
calendar:
  first_day: 2026-01-01
  last_day: 2026-12-31
  days_off: [{off}]
  days_on: [{on}]
  cite: {{act: "Act 2", article: "1", url: "https://example.org/act", confidence: C, checked_on: 2026-11-22}}"""
FAULTS = [
    ("titel", 'title: {ru: "Знак"', 'titel: {ru: "Знак"', "/signs/0/titel", "did you mean `title`?"),
    ("unknown key at the root", "signs:\n", "sings:\n", "/sings", "did you mean `signs`?"),
    ("no citation", '    cite: {<<: *act, article: "2"}\n', "", "/signs/0/cite", "add `cite`"),
    ("half a citation", '"Act 1", article: "1", url', '"Act 1", url', "/cite/article", "add `article`"),
    ("no such confidence", "confidence: C,", "confidence: X,", "/cite/confidence", "known here"),
    ("no address", "https://example.org/act", "example.org", "/cite/url", ""),
    ("a language is missing", ', kk: "Белгі"', "", "/signs/0/title/kk", "add `kk`"),
    ("an empty title", 'kk: "Белгі"', 'kk: ""', "/signs/0/title/kk", "quotes"),
    ("no date", "    effective_from: 2025-01-01\n    measures", "    measures", "/signs/0/effective_from", "add"),
    (
        "not a date",
        "effective_from: 2025-01-01\n    measures",
        "effective_from: 2025-02-30\n    measures",
        "/signs/0/effective_from",
        "2026-01-31",
    ),
    (
        "a date in another form",
        "effective_from: 2025-01-01\n    measures",
        "effective_from: 20250101\n    measures",
        "/signs/0/effective_from",
        "quotes",
    ),
    (
        "an end before the start",
        "effective_to: 2026-01-01",
        "effective_to: 2024-01-01",
        "/parameters/0/effective_to",
        "",
    ),
    ("a gap", "effective_to: 2026-01-01", "effective_to: 2025-12-31", "/parameters/1/effective_from", "let one end"),
    (
        "an overlap",
        "effective_to: 2026-01-01",
        "effective_to: 2026-01-02",
        "/parameters/1/effective_from",
        "let one end",
    ),
    ("two open values", "    effective_to: 2026-01-01\n", "", "/parameters/1/effective_from", "let one end"),
    ("a key twice", "    term: 2\n", "    term: 2\n    term: 3\n", "/policies/0/term", "keep one"),
    ("no such outcome", "outcome: hold", "outcome: stop", "/examples/0/expect/outcome", "known here"),
    ("no such state", "{xx.act.1: fired}", "{xx.act.1: on}", "/examples/0/expect/signs/xx.act.1", ""),
    ("no such kind of duty", "kind: notify_client", "kind: notify_clients", "/duties/0/kind", "notify_client"),
    (
        "what is used up of no limit",
        "kind: notify_client",
        "kind: notify_client\n    used_amount: rub(1)",
        "/duties/0/used_amount",
        "",
    ),
    ("no such clock", "clock: calendar_days", "clock: days", "/policies/0/clock", ""),
    ("no such zone", "Europe/Moscow", "Europe/Moskau", "/zone", "Europe/Moscow"),
    ("a measure that is no duty", "[xx.act.notice]", "[xx.act.notise]", "/signs/0/measures/0", "xx.act.notice"),
    ("a policy that is not there", "policy: xx.act.hold", "policy: xx.act.held", "/rails/0/policy", "xx.act.hold"),
    ("a refusal with a policy", "action: suspend", "action: refuse", "/rails/0", ""),
    (
        "a repeat of what is held",
        "policy: xx.act.hold\n",
        "policy: xx.act.hold\n    repeat: xx.act.repeat\n",
        "/rails/0/repeat",
        "confirmed",
    ),
    ("a repeat without its lists", "repeat: xx.act.repeat", "repeat: xx.act.again", "/rails/1/repeat", "again_lists"),
    (
        "a repeat before its policy",
        "repeat: xx.act.repeat\n    cite: *act\n    effective_from: 2025",
        "repeat: xx.act.repeat\n    cite: *act\n    effective_from: 2024",
        "/rails/1/repeat",
        "dates",
    ),
    (
        "a hold under a policy for repeats",
        "policy: xx.act.hold\n    cite",
        "policy: xx.act.repeat\n    cite",
        "/rails/0/policy",
        "add `again`",
    ),
    (
        "a policy of a sign that proposes nothing",
        "    measures: [xx.act.notice]\n",
        "    proposes: measures\n    policy: xx.act.hold\n",
        "/signs/0/policy",
        "",
    ),
    (
        "a sign's policy that is not there",
        "    measures: [xx.act.notice]\n",
        "    proposes: hold\n    policy: xx.act.held\n",
        "/signs/0/policy",
        "xx.act.hold",
    ),
    (
        "a duty's policy that is not there",
        "lasts_hours: 48\n    policy: xx.act.hold",
        "policy: xx.act.held",
        "/duties/0/policy",
        "xx.act.hold",
    ),
    (
        "a duty's policy without a condition",
        '    when: amount > param("limit")\n    details',
        "    details",
        "/duties/0/policy",
        "",
    ),
    ("a term of a duty that is no number", "lasts_hours: 48", "lasts_hours: long", "/duties/0/lasts_hours", ""),
    (
        "a second pause without its lists",
        "    again_lists: [xx.list]\n    while_on",
        "    while_on",
        "/policies/0",
        "add `again_lists`",
    ),
    (
        "two windows",
        "    confirm_days: 2\n",
        "    confirm_days: 2\n    confirm_hours: 12\n",
        "/policies/0/confirm_hours",
        "keep one",
    ),
    ("half of the care", "    careful_proof: [branch]\n", "", "/policies/0", "missing"),
    (
        "a start that days do not have",
        "    count_first: true\n",
        "    count_from: contract_at\n",
        "/policies/0/count_from",
        "",
    ),
    ("no such end", "at_expiry: not_accepted", "at_expiry: consents", "/policies/0/at_expiry", "consent"),
    ("no such confirmer", "[client, trusted_person]", "[client, friend]", "/policies/0/confirmed_by/1", "known here"),
    ("no such act to tell of", "{place: xx.act.told,", "{placed: xx.act.told,", "/policies/0/texts/placed", "place"),
    (
        "a text that is not there",
        "{place: xx.act.told,",
        "{place: xx.act.tell,",
        "/policies/0/texts/place",
        "xx.act.told",
    ),
    (
        "a text that begins after its policy",
        'en: "The sum is $amount"}\n    cite: *act\n    effective_from: 2025-01-01',
        'en: "The sum is $amount"}\n    cite: *act\n    effective_from: 2025-01-02',
        "/policies/0/texts/place",
        "dates",
    ),
    (
        "a text that ends before its policy",
        'en: "Once more"}\n    cite: *act\n',
        'en: "Once more"}\n    cite: *act\n    effective_to: 2026-01-01\n',
        "/policies/0/texts/again",
        "dates",
    ),
    (
        "a duty's text that is not there",
        "template: xx.act.told",
        "template: xx.act.tolt",
        "/duties/0/details/template",
        "xx.act.told",
    ),
    ("no such thing to forbid", "{release: ", "{released: ", "/policies/0/forbids/released", "release"),
    ("a provision that is empty", '"Act 1, 4"', '""', "/policies/0/forbids/release", ""),
    (
        "a name that no notice knows",
        "The sum is $amount",
        "The sum is $amounts",
        "/notices/0/body/en",
        "did you mean `amount`?",
    ),
    ("a sign that begins no name", "The sum is $amount", "The sum is $ amount", "/notices/0/body/en", "$$"),
    ("a language that tells less", "The sum is $amount", "The sum is known", "/notices/0/body/en", "same"),
    ("a notice without a language", ', kk: "Сомасы $amount"', "", "/notices/0/body/kk", "add `kk`"),
    (
        "a notice without a subject",
        '    subject: {ru: "Ещё", kk: "Тағы", en: "Again"}\n',
        "",
        "/notices/1/subject",
        "add `subject`",
    ),
    ("no such case", "case: hold", "case: held", "/notices/1/case", "hold"),
    (
        "a notice twice",
        "  - id: xx.act.again\n    case: hold\n",
        "  - id: xx.act.told\n",
        "/notices/1/effective_from",
        "let one end",
    ),
    ("no such breach", "breach: procedure", "breach: delay", "/refunds/0/breach", ""),
    ("a breach of which nobody could know", "    known_on: [xx.list]\n", "", "/refunds/0", "lists"),
    ("half a clock", "    days: 30\n", "", "/refunds/0/days_cross_border", ""),
    (
        "a refund's parameter that is not there",
        'procedure\n    when: amount > param("limit")',
        'procedure\n    when: amount > param("limits")',
        "/refunds/0/when",
        "limit",
    ),
    (
        "a feed twice",
        "feeds:\n",
        "feeds:\n  - {list: xx.list, deadline_hours: 1, cite: *act, effective_from: 2025-01-01}\n",
        "/feeds/1/effective_from",
        "let one end",
    ),
    ("a feed without a deadline", "    deadline_hours: 3\n", "", "/feeds/0/deadline_hours", "add"),
    ("a parameter that is not there", 'param("limit")', 'param("limits")', "/signs/0/when", "did you mean `limit`?"),
    ("money without a currency", "    currency: RUB\n", "", "/parameters/0", ""),
    ("a parameter without a value", "    value: 100\n", "", "/parameters/0/value", "null"),
    (
        "an allow list for a sign of law",
        "    measures: [xx.act.notice]\n",
        "    quiet_by: [bank.allow]\n",
        "/signs/0/quiet_by",
        "usual",
    ),
    (
        "a quiet list where nobody is paid",
        "  - id: xx.own\n    on: [transfer]\n",
        "  - id: xx.own\n    on: [transfer, login]\n    quiet_by: [bank.allow]\n",
        "/rules/0/quiet_by",
        'ask in `when`, for example `not first_known(matches(client, "bank.allow"), False)`',
    ),
    (
        "a quiet list for a sign where nobody is paid",
        '    on: [transfer]\n    when: amount > param("limit")\n    title',
        "    on: [cash_withdrawal]\n    quiet_by: [bank.allow]\n    when: usual.deviation > 5\n    title",
        "/signs/0/quiet_by",
        "leave it out",
    ),
    ("a rule twice", "rules:\n", SECOND_RULE, "/rules/1/id", "own id"),
    (
        "an instant without an offset",
        '"2026-05-08T12:00:00+03:00"\n    events',
        '"2026-05-08T12:00:00"\n    events',
        "/examples/0/at",
        "+03:00",
    ),
    (
        "an example without events",
        'events: [{id: e-1, type: transfer, occurred_at: "2026-05-08T12:00:00+03:00"}]',
        "events: []",
        "/examples/0/events",
        "",
    ),
    (
        "no such state of a repeat",
        "expect: {outcome: hold,",
        "expect: {repeat: {state: opened},",
        "/examples/0/expect/repeat/state",
        "open",
    ),
    (
        "an example that expects nothing",
        "expect: {outcome: hold, signs: {xx.act.1: fired}}",
        "expect: {}",
        "/examples/0/expect",
        "",
    ),
    ("another place", "id: xx.act\n", "id: yy.act\n", "/id", ""),
    ("another folder", "jurisdiction: xx", "jurisdiction: yy", "/jurisdiction", ""),
    (
        "a day off at the weekend",
        "status: law",
        CALENDAR.format(off="2026-03-08", on="2026-03-14"),
        "/calendar/days_off/0",
        "weekdays",
    ),
    (
        "a worked weekday",
        "status: law",
        CALENDAR.format(off="2026-03-09", on="2026-03-10"),
        "/calendar/days_on/0",
        "weekend",
    ),
    (
        "a day outside the calendar",
        "status: law",
        CALENDAR.format(off="2027-03-08", on="2026-03-14"),
        "/calendar/days_off/0",
        "ascend",
    ),
    ("a key that is no text", "status: law", "status: law\ntrue: law", "", "quotes"),
]


@pytest.mark.parametrize(("old", "new", "pointer", "hint"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_fault_is_refused_with_its_place_and_a_hint(old: str, new: str, pointer: str, hint: str) -> None:
    """Every kind of fault gives a `PackError` with a JSON pointer, a hint and the characters of the file."""
    with pytest.raises(PackError) as caught:
        parse_small(old, new)
    error = caught.value
    assert error.pointer == pointer
    assert hint in error.advice
    assert error.span is not None
    assert 0 <= error.span.start <= error.span.end <= len(SMALL) + 300
    assert error.message[:1].islower() or error.message.startswith("`")
    assert not error.message.endswith(".")


BROKEN = {
    b"": "empty",
    b"a: [": "line 1",
    b"\xff\xfe": "UTF-8",
    b"a: 1\n  b: 2": "line 2",
    b"- 1": "mapping",
    b"!!python/object/apply:os.system ['true']": "not valid YAML",
    b"&a [*a]": "nested",
    b"a: &x {b: 1}\nc: {<<: 3}": "not valid YAML",
    b"id: \x00": "not valid YAML",
}


@pytest.mark.parametrize("data", BROKEN, ids=list(BROKEN.values()))
def test_what_is_no_pack_at_all_is_refused(data: bytes) -> None:
    """Broken YAML, foreign tags, endless aliases and other bytes are a `PackError` and nothing else."""
    with pytest.raises(PackError, match=BROKEN[data]):
        parse_pack(data, name="xx/act")


@settings(max_examples=60)
@given(st.integers(min_value=0, max_value=len(SMALL) - 1), st.text(max_size=3))
def test_any_damage_is_a_pack_error_or_a_pack(place: int, text: str) -> None:
    """Whatever is written over one character, the answer is a pack or a `PackError`."""
    data = (SMALL[:place] + text + SMALL[place + 1 :]).encode(errors="replace")
    with suppress(PackError):
        assert parse_pack(data, name="xx/act").id == "xx.act"


def test_a_pack_that_the_log_has_kept_is_read_as_it_was() -> None:
    """A past in which a quiet list did nothing can be judged again."""
    text = SMALL.replace(
        "  - id: xx.own\n    on: [transfer]\n", "  - id: xx.own\n    on: [login]\n    quiet_by: [a.b]\n"
    )
    assert parse_pack(text.encode(), name="xx/act", kept=True).rules[0].quiet_by == ("a.b",)


def test_plain_words_stay_words() -> None:
    """`on`, `yes`, `no` and dates are read as text: the traps of older YAML do not reach a pack."""
    pack = parse_small('title: "One case"', "title: no")
    assert pack.examples[0].title == "no"
    assert pack.signs[0].on == ("transfer",)


def test_a_merged_value_keeps_its_own_words() -> None:
    """A citation may take another's words and replace some."""
    cite = parse_small().signs[0].cite
    assert (cite.act, cite.article, cite.checked_on) == ("Act 1", "2", "2026-11-22")


def test_the_version_is_the_content() -> None:
    """Equal content has equal versions, whatever the line endings; another word has another version."""
    assert parse_small().version == parse_pack(SMALL.replace("\n", "\r\n").encode(), name="xx/act").version
    assert parse_small().version != parse_small("Act 1", "Act 2").version


def test_dates_are_midnights_of_the_packs_zone() -> None:
    """2025-01-01 in Moscow begins three hours before it does in Greenwich."""
    assert parse_small().signs[0].dated.from_ms == 1735678800000
    assert parse_small("Europe/Moscow", "UTC").signs[0].dated.from_ms == 1735689600000


def test_what_is_said_about_a_hold_is_kept() -> None:
    """Every key of a policy, of a repeat, of a duty that holds and of a refund reaches the pack."""
    pack = parse_small()
    hold, again, repeat = pack.policies
    assert (hold.careful_signs, hold.careful_proof, hold.careful_hours) == (("xx.act.1",), ("branch",), 48)
    assert (hold.confirmed_by, again.confirmed_by) == (("client", "trusted_person"), ("client",))
    assert (hold.while_on, hold.again, hold.again_lists) == (("xx.list",), "xx.act.again", ("xx.list",))
    assert hold.texts == {"place": "xx.act.told", "again": "xx.act.again"}
    assert hold.forbids == {"release": "Act 1, 4", "third": "Act 1, 5"}
    assert (again.at_expiry, again.confirm_hours, again.count_from) == ("consent", 6, "contract_at")
    assert (pack.rails[1].repeat, repeat.again_lists) == ("xx.act.repeat", ("xx.list",))
    assert (pack.duties[0].lasts_hours, pack.duties[0].policy) == (48, "xx.act.hold")
    assert (pack.refunds[0].days, pack.refunds[0].days_cross_border) == (30, 60)
    assert parse_small("    measures: [xx.act.notice]\n", "    policy: xx.act.hold\n").signs[0].policy == "xx.act.hold"


def test_a_notice_keeps_its_text_and_case() -> None:
    """Texts stand as they were written, `$names` and all; without a word the case is empty."""
    told, again = parse_small().notices
    assert (told.case, again.case) == ("", "hold")
    assert told.subject["en"] == "A pause until $until"
    assert told.body["ru"] == "Сумма $amount, $$ 5"
