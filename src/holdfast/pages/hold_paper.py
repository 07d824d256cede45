"""How the hold page is written: its templates, the bank's name and phone, and the version that is kept as proof."""

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
    """Writes pages; without a phone of the bank they send the client to the number on the card."""

    def __init__(self, shard: Shard) -> None:
        bank = shard.bank
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
