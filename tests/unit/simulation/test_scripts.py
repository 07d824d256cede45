"""Fixed scripts: valid events in order of time, titles in three languages, lists in the doors' form."""

import json
from datetime import datetime, timedelta

import pytest

from holdfast.simulation.scripting import Script
from holdfast.simulation.scripts import SCRIPTS
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.lists import ListKind
from holdfast.vocabulary.outcome import OUTCOME_BY_WORD
from holdfast.wire.codec import decode

ALL = pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())


@ALL
def test_every_step_is_a_valid_event_in_order(script: Script) -> None:
    """The wire's decoder takes every step; instants rise and ids differ."""
    received = to_ms(script.starts_at + timedelta(days=30))
    events = [decode(json.dumps(step.event).encode(), received).event for step in script.steps]
    assert [event.occurred_ms for event in events] == sorted({event.occurred_ms for event in events})
    assert len({event.id for event in events}) == len(events)


@ALL
def test_titles_stand_in_three_languages(script: Script) -> None:
    """Script and steps are titled in Russian, Kazakh and English, each in words of its own."""
    for titles in (script.title, *(step.title for step in script.steps)):
        assert set(titles) == {"ru", "kk", "en"}
        assert len(set(titles.values())) == 3


@ALL
def test_outcomes_and_lists_are_words_of_the_house(script: Script) -> None:
    """Outcomes are those of the vocabulary, list entries of known kinds, sources complete since an instant."""
    for step in script.steps:
        assert step.outcome is None or step.outcome in OUTCOME_BY_WORD
        assert not step.signs or step.outcome not in {None, "allow"}
    for item in script.lists:
        assert all(ListKind(entry["kind"]) and entry["value"] for entry in item["entries"])
    assert all(datetime.fromisoformat(since).tzinfo for since in script.complete.values())


def test_the_new_year_changes_the_answer_to_the_same_facts() -> None:
    """The orders of 31 December and 1 January differ in payer and day alone, and only the later one is held."""
    old, new = (step for step in SCRIPTS["new_year_1_12"].steps if step.event["id"].endswith("-2"))
    facts = [{key: step.event[key] for key in ("rail", "amount_minor", "payee")} for step in (old, new)]
    assert facts[0] == facts[1]
    assert (old.outcome, new.outcome) == ("allow", "hold")


def test_ids_differ_over_all_scripts() -> None:
    """All scripts can be played into one server."""
    ids = [step.event["id"] for script in SCRIPTS.values() for step in script.steps]
    assert len(set(ids)) == len(ids)
