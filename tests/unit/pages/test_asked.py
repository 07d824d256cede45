"""What a visitor asks for: read where it can be meant, named where it cannot."""

import pytest

from holdfast.pages.asked import asked_play, asked_story, read_units
from holdfast.pages.story import Play, read_tag

FORM = {"amount": "300 000", "rail": "order", "officer": "1", "act": "send"}


@pytest.mark.parametrize("text", ["300000", "300 000", "300\u00a0000", "300,000", " 300'000 "])
def test_an_amount_is_read_however_people_group_it(text: str) -> None:
    """Spaces, commas and apostrophes between groups of three do not change a sum."""
    assert read_units(text) == 300_000


@pytest.mark.parametrize("text", ["", "0", "-5", "1e6", "300,50", "3.5", "٣٠٠", "50000001", "9" * 40, "триста"])
def test_what_is_no_amount_is_not_guessed(text: str) -> None:
    """Fractions, other digits, nothing and too much are no amounts."""
    assert read_units(text) is None


def test_a_form_becomes_a_play() -> None:
    """Ticked boxes, rail and amount become what is played."""
    play, _, fault = asked_play(FORM, "ru")
    assert play == Play(units=300_000, rail="order", officer=True, listed=False)
    assert fault == ""


def test_the_honest_twin_has_no_officer() -> None:
    """The button of the honest buyer plays without a caller and without a listed payee, whatever is ticked."""
    play, chosen, _ = asked_play({**FORM, "listed": "1", "act": "twin"}, "ru")
    assert play == Play(units=300_000, rail="order", officer=False, listed=False, twin=True)
    assert chosen["officer"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"amount": "много"}, "call.fault.amount"),
        ({"rail": "pigeon"}, "call.fault.rail"),
        ({"rail": ""}, "call.fault.rail"),
    ],
)
def test_a_bad_form_names_its_fault(change: dict[str, str], fault: str) -> None:
    """A bad form plays nothing and says which field is to blame."""
    play, _, found = asked_play({**FORM, **change}, "ru")
    assert (play, found) == (None, fault)


def test_a_rail_of_another_country_is_refused() -> None:
    """SBP is no way to send money in Kazakhstan."""
    assert asked_play({**FORM, "rail": "sbp"}, "kz")[2] == "call.fault.rail"


def test_a_play_is_read_back_from_its_events_id() -> None:
    """The id of the event keeps what the visitor chose; other ids are nobody's play."""
    play = Play(units=5, rail="sbp", officer=True, listed=True, twin=False)
    assert read_tag(f"visit-0123abcd-{play.tag()}", "ru") == play
    assert read_tag("tr-ru7-1", "ru") is None
    assert read_tag("visit-0123abcd-5-pigeon-110", "ru") is None
    assert read_tag("visit-0123abcd-5-sbp-2x", "ru") is None


def test_the_page_of_the_law_keeps_the_usual_where_the_asked_cannot_be() -> None:
    """An unknown story and a bad amount are named, and the usual one is shown."""
    assert asked_story({}, "ru") == ("own_money", 250_000, "")
    assert asked_story({"story": "number_changed", "amount": "80 000"}, "ru") == ("number_changed", 80_000, "")
    assert asked_story({"story": "else"}, "ru") == ("own_money", 250_000, "law.fault.story")
    assert asked_story({"amount": "x"}, "kz") == ("call_active", 900_000, "call.fault.amount")
