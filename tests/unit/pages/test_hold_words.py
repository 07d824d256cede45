"""The texts of the hold page: all of them used, each thing's own, and a sentence for each sign of the law."""

import re

import pytest

from holdfast.app import load_packs
from holdfast.pages.hold_view import BOOK, voices_of
from holdfast.pages.words import LANGUAGES, Words, texts
from tests.unit.pages.books import ROOM, source

CODE = "\n".join(path.read_text() for path in sorted(ROOM.glob("hold*.py")))
THINGS = ("loan", "payout", "listing", "message", "account", "review", "site")
BY_VALUE = ("sign", "screen", "fault", "never", "who", "how", "elsewhere", "name", *THINGS)
ASKED = {"ask.who", "ask.how"}
KAZAKH = set("әғқңөұүһі")


def test_every_text_is_used() -> None:
    """No text waits for a page that is gone; those that are looked up by a value are exempt."""
    used = set(re.findall(r"""["']\.?([\w.]+)["']""", source(BOOK) + CODE))
    assert not [key for key in texts("ru", BOOK) if key.split(".")[0] not in BY_VALUE and key not in used | ASKED]


def test_a_things_own_text_stands_for_one_that_all_have() -> None:
    """What is said of one thing in other words is said of a transfer too, except the screens that only a loan has."""
    keys = texts("ru", BOOK)
    own = {"screen.pause", "screen.consent", "screen.wait"}
    said = [key.partition(".")[2] for key in keys if key.split(".")[0] in THINGS]
    assert len(said) > 100
    assert not [key for key in said if key not in keys and key.rpartition(".")[0] not in own]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("thing", ["payout", "listing", "message", "account"])
def test_whatever_a_site_holds_is_never_spoken_of_as_a_transfer(thing: str, language: str) -> None:
    """No page of a held payout, listing, message or account falls back to a text that names a bank or a transfer."""
    of_a_bank = re.compile(r"банк|bank|перевод|аударым|transfer", re.IGNORECASE)
    fair = ("warning.text", "never.safe")  # they name what a fraudster asks for
    elsewhere = ("sign", "fault", "loan", "who", "screen.trusted", "screen.incoming", "screen.again")  # only of money
    voice = Words(language, BOOK).about(*voices_of(thing))
    common = [key for key in texts(language, BOOK) if key.split(".")[0] not in THINGS and not key.startswith(elsewhere)]
    assert "why.lead" in common
    assert not [key for key in common if key not in fair and of_a_bank.search(voice(key))]


def test_every_sign_that_can_stop_a_transfer_is_said_plainly() -> None:
    """Each Russian sign of a transfer has a sentence for the client, and no sentence is left of a sign that is gone."""
    said = {key.removeprefix("sign.") for key in texts("ru", BOOK) if key.startswith("sign.")}
    packs = [pack for _, pack in (load_packs(("ru",)) | load_packs(("kz",))).values()]
    known = {str(sign.id) for pack in packs for sign in pack.signs}
    wanted = {name for name in known if name.startswith(("ru.od-2506.", "ru.od-1027."))}
    assert not wanted - said
    assert not said - known


def test_kazakh_is_kazakh() -> None:
    """Nearly every Kazakh text has a letter that Russian lacks: none was left untranslated."""
    mine, russian = texts("kk", BOOK), texts("ru", BOOK)
    assert not [key for key, text in mine.items() if text == russian[key]]
    assert sum(bool(KAZAKH & set(text.lower())) for text in mine.values()) > 0.9 * len(mine)


def test_the_first_text_that_exists_is_taken() -> None:
    """A thing's own words come first, then those of its like, and where there are none the common ones."""
    voice = Words("en", BOOK)
    assert voice("act.cancel") == "Cancel the transfer"
    assert voice.about("loan")("act.cancel") == "Drop the loan"
    listing = voice.about("listing", "review", "site")
    assert [listing(key) for key in ("act.cancel", "code.submit", "bank", "skip")] == [
        "Withdraw the listing",
        "Confirm",
        "Your marketplace",
        "Skip to the content",
    ]
    assert voice.about("transfer")("act.cancel") == "Cancel the transfer"
