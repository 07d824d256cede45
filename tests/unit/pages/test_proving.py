"""The scenes of the owner and of the SIM card: played by the real engine, and never let go by anything but a pass."""

import asyncio

import pytest

from holdfast.app.scenes import SceneShards
from holdfast.pages import owner_scene, swap_scene
from holdfast.pages.story import Country
from holdfast.pages.words import LANGUAGES, Words
from holdfast.settings import read_settings
from holdfast.vocabulary.instants import to_ms

COUNTRIES: tuple[Country, ...] = ("ru", "kz")
ENDS = {
    "passes": ("passed", "released", "execute", "consumed"),
    "stranger": ("lapsed", "not_accepted", "do_not_execute", "failed"),
    "photo": ("lapsed", "not_accepted", "do_not_execute", "expired"),
    "silence": ("lapsed", "not_accepted", "do_not_execute", "expired"),
}
SWAP, DATE = "/sim-swap/v2/check", "/sim-swap/v2/retrieve-date"
OUTCOMES = {
    ("ru", "swapped"): ("hold", True),
    ("kz", "swapped"): ("challenge", True),
    ("ru", "confirmed"): ("allow", True),
    ("kz", "confirmed"): ("allow", True),
    ("ru", "quiet"): ("allow", False),
    ("kz", "quiet"): ("allow", False),
}
_MADE: dict[Country, SceneShards] = {}


def shards(country: Country) -> SceneShards:
    """Give what makes the shards of a country, whose packs are compiled once."""
    if country not in _MADE:
        settings = read_settings({"dev": True, "packs": country, "home": country.upper()}, {})
        _MADE[country] = SceneShards(settings)
    return _MADE[country]


def played(country: Country, ending: str, language: str = "en") -> owner_scene.Story:
    """Play a payout to its end."""

    async def play() -> owner_scene.Story:
        shard = await shards(country).owners(owner_scene.start_ms(country))
        return await owner_scene.Stage(shard, country, language=language, site="Site").play(ending)

    return asyncio.run(play())


def asked(country: Country, story: str, language: str = "en") -> swap_scene.Asking:
    """Ask an operator about a transfer."""

    async def ask() -> swap_scene.Asking:
        operator = swap_scene.operator_of(story, country)
        async with shards(country).asking(operator, to_ms(swap_scene.at_of(country))) as shard:
            return await swap_scene.asked_about(shard, operator, story=story, country=country, language=language)

    return asyncio.run(ask())


def test_every_ending_is_played() -> None:
    """This test knows every ending and every story that the pages offer."""
    assert set(ENDS) == set(owner_scene.ENDINGS)
    assert {story for _, story in OUTCOMES} | {"silent"} == set(swap_scene.STORIES)


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("ending", ENDS)
def test_only_the_owner_lets_the_payout_go(country: Country, ending: str) -> None:
    """The owner's pass releases and is used up; whoever else comes, the payout lapses by its own policy."""
    story = played(country, ending)
    last = story.steps[-1]
    found = (last.what, last.hold["state"], last.hold["instruction"], last.session["state"])
    assert found == ENDS[ending]
    assert story.decision.outcome == "hold"
    assert story.steps[0].letters
    assert (story.asked is None) == (ending == "silence")


@pytest.mark.parametrize(("country", "story"), OUTCOMES)
def test_the_operator_is_asked_what_is_needed(country: Country, story: str) -> None:
    """A swap after the last confirmation stops the transfer, and the date is asked for after a swap alone."""
    asking = asked(country, story)
    paths = [one.path for one in asking.exchanges]
    assert (asking.decision.outcome, DATE in paths) == OUTCOMES[country, story]
    assert SWAP in paths
    assert not asking.skipped
    assert all(one.status == 200 for one in asking.exchanges)


@pytest.mark.parametrize("country", COUNTRIES)
def test_an_operator_that_says_nothing_is_named_and_is_no_ground(country: Country) -> None:
    """The transfer passes, and the decision names every input that was missing, and why."""
    asking = asked(country, "silent")
    assert asking.decision.outcome == "allow"
    assert ("outside.sim_swap.swapped", "error") in asking.skipped
    assert {one.status for one in asking.exchanges} == {429}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_scenes_is_there(language: str) -> None:
    """Whatever a scene can show has its text in every language."""
    words = Words(language)
    for ending in owner_scene.ENDINGS:
        for step in played("kz", ending, language).steps:
            keys = [f"owner.what.{step.what}", f"owner.session.{step.session['state']}"]
            keys += [f"owner.reason.{reason}" for reason in step.session["reasons"]]
            assert not [key for key in keys if not words.has(key)]
