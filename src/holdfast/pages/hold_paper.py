"""How the hold page is written: its templates, the bank's name and phone, and the version that is kept as proof."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from holdfast.pages.hold_door import HEADERS
from holdfast.pages.hold_view import BOOK
from holdfast.pages.words import LANGUAGES, Words
from holdfast.wire.canonical import content_hash

_HERE: Final = Path(__file__).parent
STYLE: Final = (_HERE / "static" / "hold.css").read_bytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """How the bank presents itself to its client; without a phone the client is sent to the number on the card."""

    name: str = ""
    phone: str = ""

    @property
    def dial(self) -> str:
        """Give the phone as a link dials it."""
        return "".join(character for character in self.phone if character.isdigit() or character in "+*#,")


class Paper:
    """Writes pages."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        files = [path for folder in ("templates", "texts") for path in sorted((_HERE / folder / BOOK).iterdir())]
        self.version = content_hash(b"\x1f".join(path.read_bytes() for path in files))[:16]

    def text(self, name: str, words: Words, *, here: str, **values: Any) -> str:
        """Write one page; `here` is its address, to read it in another language."""
        names = {language: Words(language, BOOK)("name") for language in LANGUAGES}
        template = self._templates.get_template(f"{BOOK}/{name}.html")
        return template.render(t=words, bank=self._bank, languages=names, here=here, **values)


def html(text: str, words: Words, status: int = 200) -> HTMLResponse:
    """Answer with a page."""
    return HTMLResponse(text, status_code=status, headers={**HEADERS, "content-language": words.language})
