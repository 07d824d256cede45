"""Which screen a hold shows, and that each screen has its texts."""

from typing import Any

import pytest

from holdfast.pages.hold_questions import asked_answers, is_alarming, questions_of
from holdfast.pages.hold_text import readable_text
from holdfast.pages.hold_view import BOOK, screen_of
from holdfast.pages.words import LANGUAGES, texts
from holdfast.vocabulary.packs import Citation, Dated, HoldPolicy

CITE = Citation(act="a", article="1", url="u", confidence="C", checked_on="2026-01-01")


def policy(**changes: Any) -> HoldPolicy:
    """Make a hold policy."""
    usual: dict[str, Any] = {
        "id": "p",
        "clock": "calendar_days",
        "term": 2,
        "count_first": True,
        "confirm_days": 2,
        "title": {"en": "p"},
        "cite": CITE,
        "dated": Dated(from_ms=0),
    }
    return HoldPolicy(**(usual | changes))


def act(name: str, **details: object) -> dict[str, object]:
    """Make an act of a history."""
    return {"act": name, "details": details}


def row(**changes: Any) -> dict[str, Any]:
    """Make a placed hold as it is read."""
    usual: dict[str, Any] = {
        "state": "placed",
        "instruction": "wait",
        "executed": None,
        "next": ["confirm", "cancel"],
        "history": [act("place")],
    }
    return usual | changes


CASES: tuple[tuple[str, dict[str, Any], HoldPolicy], ...] = (
    ("open", row(), policy()),
    ("held", row(next=["cancel"]), policy()),
    ("fixed", row(next=["cancel"]), policy(at_expiry="execute", confirm_days=None)),
    ("trusted", row(), policy(confirmed_by=("trusted_person",))),
    ("again", row(state="paused_again", next=["cancel"]), policy()),
    ("confirmed", row(state="confirmed", instruction="execute"), policy()),
    ("executed", row(state="confirmed", instruction="execute", executed=True), policy()),
    ("executed", row(executed=True), policy()),
    ("executed", row(state="cancelled", instruction="do_not_execute", executed=True), policy()),
    ("failed", row(state="confirmed", instruction="execute", executed=False), policy()),
    ("open", row(executed=False), policy()),
    ("cancelled", row(state="cancelled", history=[act("cancel", method=None)]), policy()),
    ("coached", row(state="cancelled", history=[act("cancel", coached=True)]), policy()),
    ("not_accepted", row(state="not_accepted"), policy()),
    ("released", row(state="released", instruction="execute"), policy()),
    ("withdrawn", row(state="withdrawn", instruction="execute"), policy()),
    ("restrained", row(history=[act("place"), act("restrain", effect="keep")]), policy()),
    ("returned", row(instruction="do_not_execute", history=[act("restrain", effect="return")]), policy()),
    (
        "released",
        row(state="released", instruction="execute", history=[act("restrain", effect="keep"), act("lapse")]),
        policy(),
    ),
)


@pytest.mark.parametrize(("screen", "hold", "law"), CASES)
def test_a_hold_shows_how_it_stands(screen: str, hold: dict[str, Any], law: HoldPolicy) -> None:
    """What was reported of the money comes first, then an authority's notice, then the state."""
    assert screen_of(hold, law, is_loan=False, is_incoming=False) == screen


@pytest.mark.parametrize(
    ("screen", "following", "ends"),
    [
        ("pause", ["cancel"], "execute"),
        ("wait", ["cancel"], "consent"),
        ("consent", ["confirm", "cancel"], "consent"),
    ],
)
def test_a_loan_says_what_it_waits_for(screen: str, following: list[str], ends: str) -> None:
    """A loan waits for its term, and in Kazakhstan for a new consent after it."""
    assert screen_of(row(next=following), policy(at_expiry=ends), is_loan=True, is_incoming=False) == screen


def test_money_that_comes_is_not_the_clients_to_confirm() -> None:
    """A held incoming transfer has a screen of its own."""
    assert screen_of(row(), policy(), is_loan=False, is_incoming=True) == "incoming"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_has_its_texts(language: str) -> None:
    """A screen that waits also says until when and what silence does."""
    keys = texts(language, BOOK)
    waiting = {"open", "trusted", "fixed", "held", "incoming", "again"}
    for screen in {case[0] for case in CASES} | {"incoming"}:
        wanted = {"title", "text", "until", "silence"} if screen in waiting else {"title", "text"}
        assert {f"screen.{screen}.{part}" for part in wanted} <= keys.keys()
    for screen, parts in (("pause", 4), ("wait", 4), ("consent", 3)):
        assert len([key for key in keys if key.startswith(f"loan.screen.{screen}.")]) == parts


def test_answers_are_read_and_nothing_else() -> None:
    """What is no choice counts as nothing, and a loan has no payee to be asked about."""
    form = {"who": "known", "how": "nobody", "else": "x"}
    assert asked_answers(form, "transfer") == {"who": "known", "how": ""}
    assert asked_answers(form, "loan") == {"how": ""}


def test_what_fraudsters_make_people_answer_is_alarming() -> None:
    """A caller's or an officer's details, a safe account and a stranger are warned of; the rest is not."""
    calm = {("self", "own"), ("self", "known"), ("known", "own"), ("known", "known"), ("seller", "own")}
    calm |= {("seller", "known")}
    choices = questions_of("transfer")
    for who in choices["who"]:
        for how in choices["how"]:
            assert is_alarming({"who": who, "how": how}) is ((who, how) not in calm)


def test_the_text_of_a_page_is_what_can_be_read() -> None:
    """Head and languages are left out, blocks become lines, and characters are plain."""
    page = (
        "<html><head><title>no</title></head><body><nav><a>English</a></nav><h1>One &amp; two</h1>\n<p>Three"
        " <b>four</b>, five</p><ul><li>a</li><li>b</li></ul><dl><dt>Sum</dt><dd>1&nbsp;000</dd></dl></body></html>"
    )
    assert readable_text(page) == "One & two\nThree four, five\na\nb\nSum\n1 000"
