"""How clients' pages are written: their templates, the bank's name and phone, the version that is kept as proof."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from holdfast.operations.shard import Shard
from holdfast.pages.hold_door import HEADERS
from holdfast.pages.hold_view import BOOK
from holdfast.pages.words import LANGUAGES, Words
from holdfast.wire.canonical import content_hash

_HERE: Final = Path(__file__).parent
_UNNAMED: Final = "default"  # a tenant whom nobody named
STYLE: Final = (_HERE / "static" / "hold.css").read_bytes()


class Paper:
    """Writes the pages of one book; without a phone of the bank they send the client to the number on the card."""

    def __init__(self, shard: Shard, book: str = BOOK) -> None:
        bank = shard.bank
        self._book = book
        self._bank = {
            "name": "" if bank.name == _UNNAMED else bank.name,
            "phone": bank.phone,
            "dial": "".join(character for character in bank.phone if character.isdigit() or character in "+*#,"),
        }
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        files = [path for folder in ("templates", "texts") for path in sorted((_HERE / folder / book).iterdir())]
        self.version = content_hash(b"\x1f".join(path.read_bytes() for path in files))[:16]

    @property
    def asker(self) -> str:
        """Give the name of the bank or site; nothing where nobody named it."""
        return self._bank["name"]

    def text(self, name: str, words: Words, *, here: str, **values: Any) -> str:
        """Write one page; `here` is its address, to read it in another language."""
        names = {language: Words(language, self._book)("name") for language in LANGUAGES}
        template = self._templates.get_template(f"{self._book}/{name}.html")
        return template.render(t=words, bank=self._bank, languages=names, here=here, **values)


def html(text: str, words: Words, status: int = 200, *, headers: Mapping[str, str] = HEADERS) -> HTMLResponse:
    """Answer with a page."""
    return HTMLResponse(text, status_code=status, headers={**headers, "content-language": words.language})
