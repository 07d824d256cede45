"""The texts of the hold page: the same in every language, all of them used, and a sentence for each sign of the law."""

import re
from pathlib import Path

import pytest

from holdfast.app import load_packs
from holdfast.pages import words
from holdfast.pages.hold_view import BOOK
from holdfast.pages.words import LANGUAGES, Words, texts

ROOM = Path(words.__file__).parent
TEMPLATES = "\n".join(path.read_text() for path in sorted((ROOM / "templates" / BOOK).glob("*.html")))
CODE = "\n".join(path.read_text() for path in sorted(ROOM.glob("hold*.py")))
NAME = re.compile(r"{(\w+)}")
BY_VALUE = ("sign", "screen", "fault", "never", "who", "how", "elsewhere", "loan", "payout", "name")
ASKED = {"ask.who", "ask.how"}
KAZAKH = set("әғқңөұүһі")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text(language: str) -> None:
    """Each language has the same keys, none of them empty, with the same values to put in."""
    mine, russian = texts(language, BOOK), texts("ru", BOOK)
    assert mine.keys() == russian.keys()
    assert not [key for key, text in mine.items() if not text.strip()]
    assert not [key for key in mine if set(NAME.findall(mine[key])) != set(NAME.findall(russian[key]))]


def test_every_text_that_is_named_is_there() -> None:
    """Templates and code name no text that is missing."""
    named = set(re.findall(r"""\bt\(["']([\w.]+)["'][,)]""", TEMPLATES))
    named |= set(re.findall(r"""either\([^,]+, ["']([\w.]+)["'][,)]""", TEMPLATES))
    assert named
    assert not named - texts("ru", BOOK).keys()


def test_every_text_is_used() -> None:
    """No text waits for a page that is gone; those that are looked up by a value are exempt."""
    used = set(re.findall(r"""["']\.?([\w.]+)["']""", TEMPLATES + CODE))
    assert not [key for key in texts("ru", BOOK) if key.split(".")[0] not in BY_VALUE and key not in used | ASKED]


def test_a_loans_own_text_stands_for_one_that_all_have() -> None:
    """What is said of a loan in other words is said of a transfer too, except the screens that only a loan has."""
    keys = texts("ru", BOOK)
    own = {"screen.pause", "screen.consent", "screen.wait"}
    loans = [key.removeprefix("loan.") for key in keys if key.startswith("loan.")]
    assert loans
    assert not [key for key in loans if key not in keys and key.rpartition(".")[0] not in own]


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
    """A loan's own words come first, and where there are none the common ones."""
    voice = Words("en", BOOK)
    assert voice.either("loan.act.cancel", "act.cancel") == "Drop the loan"
    assert voice.either("transfer.act.cancel", "act.cancel") == "Cancel the transfer"
