"""The texts of the capture page: all of them used, one for every value, and a version for each consent."""

import re

import pytest

from holdfast.pages import capture_view
from holdfast.pages.capture_view import BOOK, consent_text, consent_version
from holdfast.pages.words import LANGUAGES, Words, texts
from holdfast.verification.course import Ended
from holdfast.vocabulary.capture import Command, Flaw
from holdfast.vocabulary.identity import Purpose, SessionState, Way
from tests.unit.pages.books import ROOM, source

CODE = "\n".join(path.read_text() for path in sorted(ROOM.glob("capture*.py")))
SCRIPT = (ROOM / "static" / "capture.js").read_text()
BY_VALUE = ("purpose", "screen", "fault", "why", "way", "consent", "name", "chosen", "withdrawn")
KAZAKH = set("әғқңөұүһі")


def test_every_text_that_the_script_names_is_there() -> None:
    """The script says nothing that has no text."""
    named = {f"say.{name}" for name in re.findall(r"""\bsay\("(\w+)"[,)]""", SCRIPT)}
    assert named
    assert not named - texts("ru", BOOK).keys()


def test_every_text_is_used() -> None:
    """No text waits for a page that is gone; those that are looked up by a value are exempt."""
    used = set(re.findall(r"""["']([\w.]+)["']""", source(BOOK) + CODE))
    used |= {f"say.{name}" for name in re.findall(r"""["'](\w+)["']""", SCRIPT)}
    used |= {f"say.{name}" for kind in (Command, Flaw, Ended) for name in kind}
    used |= {f"camera.{name}" for name in ("light", "face", "alone")}
    assert not [key for key in texts("ru", BOOK) if key.split(".")[0] not in BY_VALUE and key not in used]


def test_every_value_has_its_text() -> None:
    """Every command, flaw, end, purpose, way and state that a page may show is said in words."""
    said = texts("ru", BOOK)
    assert not [one for kind in (Command, Flaw, Ended) for one in kind if f"say.{one}" not in said]
    assert not [one for one in Purpose if f"purpose.{one}" not in said]
    assert not [one for one in Way if not {f"way.{one}.{part}" for part in ("title", "text", "next")} <= said.keys()]
    shown = set(SessionState) - {SessionState.CREATED, SessionState.STARTED}
    assert not [one for one in shown if not {f"screen.{one}.title", f"screen.{one}.text"} <= said.keys()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_consent_has_a_version_of_its_own(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The version names the language and changes with any word of the text."""
    version = consent_version(language)
    assert version.startswith(f"capture-{language}-")
    assert len({consent_version(one) for one in LANGUAGES}) == len(LANGUAGES)
    changed = dict(texts(language, BOOK))
    monkeypatch.setattr(capture_view, "texts", lambda *_: changed)
    assert consent_version(language) == version
    changed["consent.kept"] += "."
    assert consent_version(language) != version


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_consent_is_whole(language: str) -> None:
    """Every line of the consent stands in the text that is shown and kept, and it names who asks."""
    voice = Words(language, BOOK)
    lines = consent_text(voice, "Банк")
    wanted = {key for key in texts(language, BOOK) if key.startswith("consent.")} - {"consent.title", "consent.age"}
    assert len(lines) == len(wanted)
    assert "Банк" in lines[0]
    assert voice("owner") in consent_text(voice, "")[0]


def test_kazakh_is_kazakh() -> None:
    """Every longer Kazakh text has letters that Russian lacks."""
    long_ones = [text for text in texts("kk", BOOK).values() if len(text) > 30]
    assert long_ones
    assert not [text for text in long_ones if not KAZAKH & set(text.lower())]
