"""How pages behind a link are written: their templates, the asker's name and phone, the version kept as proof."""

from pathlib import Path
from typing import Any, Final

from holdfast.operations.shard import Shard
from holdfast.pages.rendering import templates
from holdfast.pages.words import LANGUAGES, Words
from holdfast.wire.canonical import content_hash

_HERE: Final = Path(__file__).parent
_UNNAMED: Final = "default"  # a tenant whom nobody named
STYLE: Final = (_HERE / "static" / "hold.css").read_bytes()


class Paper:
    """Writes the pages of one book; without a phone of the bank they send the client to the number on the card."""

    def __init__(self, shard: Shard, book: str) -> None:
        bank = shard.bank
        self.book = book
        self._bank = {
            "name": "" if bank.name == _UNNAMED else bank.name,
            "phone": bank.phone,
            "dial": "".join(character for character in bank.phone if character.isdigit() or character in "+*#,"),
        }
        self._templates = templates()
        self.version = _version(book)

    @property
    def asker(self) -> str:
        """Give the name of the bank or site; nothing where nobody named it."""
        return self._bank["name"]

    def text(self, name: str, words: Words, *, here: str, **values: Any) -> str:
        """Write one page; `here` is its address, to read it in another language."""
        template = self._templates.get_template(f"{self.book}/{name}.html")
        return template.render(
            t=words,
            bank=self._bank,
            languages={language: Words(language, self.book)("name") for language in LANGUAGES},
            link=lambda lang: f"{here}?lang={lang}",
            **values,
        )


def _version(book: str) -> str:
    """Hash all that the pages of a book are made of."""
    folders = (_HERE / "templates" / "shell", _HERE / "templates" / book, _HERE / "texts" / book)
    return content_hash(b"\x1f".join(path.read_bytes() for folder in folders for path in sorted(folder.iterdir())))[:16]
