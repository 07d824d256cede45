"""The scenes of the hold and of the late feed: each is played by the real engine and ends as the law says."""

import asyncio
from pathlib import Path

import pytest

from holdfast.app import assemble_in_memory, scratch_shard
from holdfast.app.clocks import StandingClock
from holdfast.operations.shard import Shard
from holdfast.pages.eve import Scratch
from holdfast.pages.late_feed import Course, late_feed
from holdfast.pages.story import Country
from holdfast.pages.two_days import ENDINGS, Step, Wish, two_days
from holdfast.pages.words import LANGUAGES, Words
from holdfast.settings import read_settings
from tests.unit.operations.shards import NOON_MS

ENDS = {
    ("ru", "confirm"): ("executed", "confirmed", "execute"),
    ("ru", "silence"): ("silent", "not_accepted", "do_not_execute"),
    ("ru", "second"): ("executed", "confirmed", "execute"),
    ("ru", "cancel"): ("cancelled", "cancelled", "do_not_execute"),
    ("kz", "end"): ("over", "released", "execute"),
    ("kz", "removed"): ("removed", "released", "execute"),
    ("kz", "confirm"): ("over", "released", "execute"),
}
_MADE: dict[str, Scratch] = {}


def scratch(country: str) -> Scratch:
    """Give what makes scratch shards under a country's law, which is compiled once."""
    if country not in _MADE:
        settings = read_settings({"dev": True, "packs": country, "data": Path("unused")}, {})
        assembled = assemble_in_memory(settings, StandingClock(NOON_MS))

        def make(at_ms: int) -> Shard:
            return scratch_shard(assembled, at_ms)

        _MADE[country] = make
    return _MADE[country]


def played(country: Country, ending: str, language: str = "ru") -> list[Step]:
    """Play one ending."""
    wish = Wish(ending=ending, units=250_000, language=language, bank="Bank")
    return list(asyncio.run(two_days(scratch(country), country, wish=wish)))


def test_every_ending_on_offer_has_its_expectation() -> None:
    """The table of this test and the choices of the page are the same."""
    assert set(ENDS) == {(country, ending) for country, endings in ENDINGS.items() for ending in endings}


@pytest.mark.parametrize(("country", "ending"), ENDS)
def test_a_hold_ends_as_the_law_says(country: Country, ending: str) -> None:
    """The last step has the state and the instruction of the law, and the client was told at the first."""
    steps = played(country, ending)
    last = steps[-1]
    assert (last.what, last.hold["state"], last.hold["instruction"]) == ENDS[country, ending]
    assert len(steps[0].letters) == 1
    assert "Bank" in steps[0].letters[0][1]


def test_the_second_pause_counts_from_the_day_of_the_confirmation() -> None:
    """Confirmed on Saturday, paused until the end of Sunday, executed on Monday; a letter goes with each."""
    steps = {step.what: step for step in played("ru", "second")}
    assert steps["listed"].hold["state"] == "placed"
    assert steps["paused_again"].hold["until"] == "2026-05-10T23:59:59.999999+03:00"
    assert steps["second_over"].at.isoformat() == "2026-05-11T00:00:00+03:00"
    assert steps["paused_again"].letters
    assert steps["second_over"].letters


def test_a_confirmation_without_a_window_names_the_provision() -> None:
    """Under Kazakh law the client's confirmation is refused, and the page shows why."""
    refused = next(step for step in played("kz", "confirm") if step.what == "confirm_refused")
    assert "25-1" in refused.refused


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_has_its_words(language: str) -> None:
    """Nothing that a story can show lacks a text."""
    words = Words(language)
    for country, ending in ENDS:
        for step in played(country, ending, language):  # type: ignore[arg-type]  # the table's words are countries
            assert words.has(f"two_days.what.{step.what}")
            assert words.has(f"two_days.state.{step.hold['state']}")
            assert words.has(f"two_days.instruction.{step.hold['instruction']}")


def late() -> Course:
    """Play the late feed."""
    return asyncio.run(late_feed(scratch("ru"), 250_000))


def test_a_feed_that_was_late_makes_the_bank_owe() -> None:
    """The transfer passed, the claim finds the late load, and thirty days run from the application."""
    course = late()
    assert (course.decision["outcome"], course.claim["liability"]) == ("allow", "owed")
    assert (course.claim["kind"], course.claim["amount_minor"]) == ("ru.161-fz.8.3.13", 25_000_000)
    assert course.claim["due_at"] == "2026-07-04T23:59:59.999+03:00"


def test_one_edited_byte_of_the_evidence_is_found() -> None:
    """The file as given is sound and carries its rules; with one digit changed the check names the record."""
    course = late()
    assert course.whole.flaws == ()
    assert course.whole.connected
    assert course.evidence.content["ruleset"]["text"]
    assert [flaw.place for flaw in course.found.flaws] == ["record 2, event"]
